package format_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
)

func TestText(t *testing.T) {
	for name, c := range map[string]struct{ got, want string }{
		"safe":     {written(t, format.Text{}.Write, safeReport(t)), "safe on 2031-07-15\n"},
		"nothing":  {written(t, format.Text{}.Write, nothing(t)), "safe on 2031-07-15: nothing here speaks the API, in 128 files read\n"},
		"unpinned": {written(t, format.Text{}.Write, unpinned(t)), "cannot judge: 1 use pins no version\n"},
		"ended":    {written(t, format.Text{}.Write, everything(t)), "could not be read\n"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.True(t, strings.HasSuffix(c.got, c.want), "the answer is the last line: %s", c.got)
		})
	}
}

// TestTextColumns: a file is named once, and the columns of all files are aligned.
func TestTextColumns(t *testing.T) {
	text := written(t, format.Text{}.Write, everything(t))
	assert.Equal(t, 1, strings.Count(text, "cmd/attach/main.go\n"))
	at := -1
	for line := range strings.Lines(text) {
		column := strings.Index(line, "  exact  ")
		if column < 0 {
			continue
		}
		column = utf8.RuneCountInString(line[:column])
		if at < 0 {
			at = column
		}
		assert.Equal(t, at, column, line)
	}
	assert.Positive(t, at)
}

func TestTextColor(t *testing.T) {
	plain, colored := written(t, format.Text{}.Write, everything(t)), written(t, format.Text{Color: true}.Write, everything(t))
	assert.NotContains(t, plain, "\x1b")
	assert.Contains(t, colored, "\x1b[1;31mended\x1b[0m")
	assert.Contains(t, colored, "\x1b[1;31mnot safe: ")
	assert.Contains(t, written(t, format.Text{Color: true}.Write, safeReport(t)), "\x1b[32msafe on")
	assert.Contains(t, written(t, format.Text{Color: true}.Write, unpinned(t)), "\x1b[35mcannot judge")
	for _, code := range []string{"\x1b[1;31m", "\x1b[35m", "\x1b[33m", "\x1b[32m", "\x1b[0m"} {
		colored = strings.ReplaceAll(colored, code, "")
	}
	assert.Equal(t, plain, colored)
}

// TestTextWidth: prose is broken at the width.
func TestTextWidth(t *testing.T) {
	narrow := written(t, format.Text{Width: 50}.Write, everything(t))
	assert.Contains(t, narrow, "\n         move to 1.3: 1.1 ended on 2031-05-31, 45\n         days before the day judged\n")
}
