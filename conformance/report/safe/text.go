// Package safe writes texts of somebody else, such as an endpoint's or a scanned file's, so that they do no harm
// where they are read: on a terminal, in Markdown, in JSON, in the log of a GitHub workflow.
package safe

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns a text as one line in which every character can be seen. A point stands for any other character:
// control characters could overwrite what is on a terminal, and some others turn the text around.
func Text(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) {
			return '·'
		}
		return r
	}, s)
}

// Lines does as [Text] does, but keeps the lines of the text.
func Lines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = Text(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

// Clip returns the first most bytes of a text, to the end of a character, and an ellipsis if more follows.
func Clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}

// NoBreak is a blank at which [Wrap] breaks no line. Wrap writes it as any other.
const NoBreak = "\u00a0"

// Wrap breaks a text into lines of at most width characters, between words. A longer word has a line of its own:
// a path or a URL that is broken can no longer be copied. There is always a line, an empty one of an empty text.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	blank := func(r rune) bool { return unicode.IsSpace(r) && string(r) != NoBreak }
	for _, word := range strings.FieldsFunc(text, blank) {
		word = strings.ReplaceAll(word, NoBreak, " ")
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
