package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// page is text in lines of at most width columns.
type page struct {
	strings.Builder
	width int
}

var indent = strings.Repeat(" ", wordWidth+2)

// hanging writes a word and beside it a text, which may take several lines.
func (p *page) hanging(word, text string) {
	lines := p.wrap(indent, text)
	fmt.Fprintf(p, "%s  %s\n", word, lines[0])
	for _, line := range lines[1:] {
		fmt.Fprintf(p, "%s%s\n", indent, line)
	}
}

// paragraph writes a text in lines that begin with start.
func (p *page) paragraph(start, text string) {
	for _, line := range p.wrap(start, text) {
		fmt.Fprintf(p, "%s%s\n", start, line)
	}
}

// item writes a text as an item of a list.
func (p *page) item(text string) {
	start := "- "
	for _, line := range p.wrap(start, text) {
		fmt.Fprintf(p, "%s%s\n", start, line)
		start = "  "
	}
}

func (p *page) wrap(start, text string) []string {
	return Wrap(printable(text), p.width-len(start))
}

// gap writes an empty line, unless there is one.
func (p *page) gap() {
	if s := p.String(); s != "" && !strings.HasSuffix(s, "\n\n") {
		p.WriteString("\n")
	}
}

// printable replaces what is not to be seen, in what may be an endpoint's words: control characters could
// write over what is on the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return '·'
		}
		return r
	}, s)
}

// noBreak is a blank at which Wrap breaks no line. It is written as any other.
const noBreak = "\u00a0"

// Wrap breaks a text into lines of at most width characters, between words. A longer word has a line of its own:
// a path or a URL that is broken can no longer be copied. There is always a line, an empty one of an empty text.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	blank := func(r rune) bool { return unicode.IsSpace(r) && string(r) != noBreak }
	for _, word := range strings.FieldsFunc(text, blank) {
		word = strings.ReplaceAll(word, noBreak, " ")
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		line = word
	}
	return append(lines, line)
}
