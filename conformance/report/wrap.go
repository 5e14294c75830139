package report

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks a text into lines of at most width characters, between words. A word that is longer is broken
// before a slash, as in a path, and else not at all. There is always a line, an empty one of an empty text.
func Wrap(text string, width int) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(text) {
		if line != "" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) <= width {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		for line = word; utf8.RuneCountInString(line) > width; {
			end := strings.LastIndex(string([]rune(line)[:max(width, 0)]), "/")
			if end <= 0 {
				break
			}
			lines, line = append(lines, line[:end]), line[end:]
		}
	}
	return append(lines, line)
}
