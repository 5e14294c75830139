package safe

import (
	"fmt"
	"regexp"
	"strings"
)

// most is how many bytes of a text are shown.
const most = 2 << 10

// Markdown returns a text of somebody else in Markdown, as one line: nothing in it is markup, a link, or a mention of
// a person or an issue. What GitHub would make a link of is code.
func Markdown(s string) string {
	s = strings.TrimSpace(Text(Clip(s, most)))
	var b strings.Builder
	last := 0
	for _, at := range linked.FindAllStringIndex(s, -1) {
		b.WriteString(escaped(s[last:at[0]], last == 0))
		b.WriteString(Code(s[at[0]:at[1]]))
		last = at[1]
	}
	b.WriteString(escaped(s[last:], last == 0))
	return b.String()
}

// linked is an address in a text, without the punctuation after it. It has no bar, which would end a cell of a table.
var linked = regexp.MustCompile(`(?i)(?:[a-z][a-z0-9+.-]*://|www\.)[^\s|]*[^\s|.,:;!?'")\]]`)

// escaped is a part of a text, which begins its line or does not.
func escaped(s string, begins bool) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case strings.ContainsRune("\\`*_[]<>|~&$!", r), begins && i == 0 && strings.ContainsRune("-+=", r):
			b.WriteRune('\\')
			b.WriteRune(r)
		case r == '@', r == '#':
			fmt.Fprintf(&b, "%c<!-- -->", r) // GitHub looks for mentions after it has undone escapes
		case begins && beginsList(s, i):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// beginsList reports whether a text is a number up to i, and there the sign that makes it an item of a list.
func beginsList(s string, i int) bool {
	return i > 0 && strings.Trim(s[:i], "0123456789") == "" && (s[i] == '.' || s[i] == ')') && (i+1 == len(s) || s[i+1] == ' ')
}

// Link returns an address as a link, and any other text as [Markdown] does.
func Link(s string) string {
	if webAddress.MatchString(s) {
		return "<" + s + ">"
	}
	return Markdown(s)
}

var webAddress = regexp.MustCompile(`^https?://[0-9A-Za-z][0-9A-Za-z./?#&=_~%:+,-]*$`)

// Code returns a text of somebody else in a line, as code.
func Code(s string) string {
	s = strings.TrimSpace(Text(Clip(s, most)))
	if s == "" {
		return ""
	}
	fence := strings.Repeat("`", backticks(s)+1)
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		s = " " + s + " "
	}
	return fence + s + fence
}

// Cell is code in a cell of a table, which a bar would end.
func Cell(code string) string { return strings.ReplaceAll(code, "|", `\|`) }

// Fenced returns a block of code.
func Fenced(language, s string) string {
	fence := strings.Repeat("`", max(3, backticks(s)+1))
	return fence + language + "\n" + strings.TrimRight(s, "\n") + "\n" + fence + "\n"
}

// backticks is the length of the longest run of backticks in a text.
func backticks(s string) int {
	longest, run := 0, 0
	for _, r := range s {
		if r != '`' {
			run = 0
			continue
		}
		run++
		longest = max(longest, run)
	}
	return longest
}
