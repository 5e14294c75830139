package diff

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// JSON writes the changes as one JSON object.
func (c *Changes) JSON(w io.Writer) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(c)
}

// Text writes the changes for a terminal, in lines of at most width characters.
func (c *Changes) Text(w io.Writer, width int) error {
	var b strings.Builder
	line := func(indent int, text string) {
		for i, l := range safe.Wrap(text, width-indent-2) {
			if i > 0 {
				l = "  " + l
			}
			b.WriteString(strings.Repeat(" ", indent) + l + "\n")
		}
	}
	line(0, c.From.said("From"))
	line(0, c.To.said("To"))
	line(0, "Day judged: "+c.Day.String())
	b.WriteByte('\n')
	line(0, sentence(c.Migration))
	c.sections(func(title string) {
		b.WriteByte('\n')
		line(0, title)
	}, func(change Change) {
		line(2, change.where())
		line(4, plainly(sentence(change.Text)))
		if change.Break {
			line(4, sentence(change.Means))
		}
	}, func(text string) { line(2, sentence(text)) })
	b.WriteByte('\n')
	line(0, sentence(c.Headline))
	_, err := io.WriteString(w, b.String())
	return err
}

// Markdown writes the changes for a pull request or a page.
func (c *Changes) Markdown(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s\n\n- %s\n- %s\n- Day judged: %s\n- %s\n",
		marked(sentence(c.Headline)), marked(c.From.said("From")), marked(c.To.said("To")), c.Day, marked(sentence(c.Migration)))
	c.sections(func(title string) { fmt.Fprintf(&b, "\n### %s\n\n", title) }, func(change Change) {
		fmt.Fprintf(&b, "- `%s`: %s", strings.ReplaceAll(change.where(), "`", "'"), marked(sentence(change.Text)))
		if change.Break {
			fmt.Fprintf(&b, " **%s**", sentence(change.Means))
		}
		b.WriteByte('\n')
	}, func(text string) { fmt.Fprintf(&b, "- %s\n", marked(sentence(text))) })
	_, err := io.WriteString(w, b.String())
	return err
}

// sections goes through the changes: breaks first, then the others, then what could not be judged.
func (c *Changes) sections(title func(string), item func(Change), unjudged func(string)) {
	if c.Breaks > 0 {
		title("Breaks")
	}
	for i, change := range c.Changes {
		if i == c.Breaks {
			title("Other changes")
		}
		item(change)
	}
	if len(c.Unjudged) > 0 {
		title("Could not be judged")
	}
	for _, text := range c.Unjudged {
		unjudged(text)
	}
}

// said says which document one side is, and what its version is on the day judged.
func (v Version) said(side string) string {
	return fmt.Sprintf("%s %s: %s", side, printable(v.Document), printable(v.Standing))
}

// sentence makes a sentence of a phrase.
func sentence(phrase string) string {
	if phrase == "" {
		return ""
	}
	return strings.ToUpper(phrase[:1]) + phrase[1:] + "."
}

// plainly writes what oasdiff quotes with backticks in the quotes of a terminal.
func plainly(text string) string { return strings.ReplaceAll(text, "`", `"`) }

var markup = strings.NewReplacer("<", "&lt;", ">", "&gt;", "|", `\|`, "*", `\*`, "[", `\[`, "]", `\]`)

// marked escapes what would be markup, but keeps text in backticks as it is.
func marked(text string) string {
	parts := strings.Split(text, "`")
	for i := range parts {
		if i%2 == 0 || i == len(parts)-1 {
			parts[i] = markup.Replace(parts[i])
		}
	}
	return strings.Join(parts, "`")
}
