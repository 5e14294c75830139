package format

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// Text writes a report for a person at a terminal: the findings of each file, what could not be read, and the
// answer as the last line.
type Text struct {
	Color bool
	Width int // how many columns a line may have; 0 is 80. Paths, rows and the answer are never broken.
}

// colors are what stands before the name of a state on a terminal with colours.
var colors = map[migrate.State]string{
	migrate.Ended:       "\x1b[1;31m",
	migrate.NotSafe:     "\x1b[1;31m",
	migrate.Unpinned:    "\x1b[35m",
	migrate.CannotJudge: "\x1b[35m",
	migrate.Ending:      "\x1b[33m",
	migrate.Supported:   "\x1b[32m",
}

// Write writes a report.
func (t Text) Write(w io.Writer, r *migrate.Report) error {
	var b strings.Builder
	t.findings(&b, r)
	t.list(&b, "Ignored, by "+safe.Text(r.IgnoreFile), ignoredLines(r))
	t.list(&b, "Could not be read", troubleLines(r))
	t.list(&b, "Ignore file", r.Stale)
	t.list(&b, "Warning", r.Warnings)
	var notRead []string
	for _, s := range r.Skipped {
		notRead = append(notRead, skipped(s))
	}
	t.list(&b, "Not read, on purpose", notRead)
	t.wrapped(&b, "", basis(r))
	fmt.Fprintln(&b, t.colored(answerColor(r), safe.Text(r.Headline)))
	_, err := io.WriteString(w, b.String())
	return err
}

// findings writes a block for each file, in which the columns are as wide as in all others.
func (t Text) findings(b *strings.Builder, r *migrate.Report) {
	var rows [][]string
	var widths []int
	for _, f := range r.Findings {
		row := columns(f)
		for i, cell := range row {
			if len(widths) <= i {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
		rows = append(rows, row)
	}
	file := ""
	for i, f := range r.Findings {
		if f.File != file {
			if file != "" {
				b.WriteString("\n")
			}
			file = f.File
			fmt.Fprintln(b, safe.Text(r.Path(file)))
		}
		t.finding(b, f, rows[i], widths)
	}
	if len(rows) > 0 {
		b.WriteString("\n")
	}
}

// columns are the columns of a finding after its state.
func columns(f migrate.Finding) []string {
	return []string{
		fmt.Sprintf("%d:%d", f.Line, f.Column), word(f.State), speaks(f.Use), f.Ends.String(), left(f), string(f.Sure), string(f.Rule),
	}
}

// left is how many days are left, or how many have passed.
func left(f migrate.Finding) string {
	n, known := f.Left.Count()
	switch {
	case !known:
		return "-"
	case n < 0:
		return strings.TrimPrefix(f.Left.String(), "-") + " ago"
	}
	return f.Left.String()
}

// finding writes a row and, unless there is nothing to do, what stands there and what to do below it.
func (t Text) finding(b *strings.Builder, f migrate.Finding, row []string, widths []int) {
	const state = 1
	line := ""
	for i, cell := range row {
		cell = safe.Text(cell)
		padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
		if i == state {
			cell = t.colored(colors[f.State], cell)
		}
		line += "  " + cell + padding
	}
	fmt.Fprintln(b, strings.TrimRight(line, " "))
	if f.Do == "" {
		return
	}
	indent := strings.Repeat(" ", 2+widths[0]+2)
	fmt.Fprintln(b, indent+safe.Text(f.Text))
	t.wrapped(b, indent, f.Do)
}

func ignoredLines(r *migrate.Report) []string {
	var lines []string
	for _, i := range r.Ignored {
		lines = append(lines, fmt.Sprintf("%s:%d: %s, %s: %s (until %s)", r.Path(i.File), i.Line, i.Rule, word(i.State), i.Reason, i.Expires))
	}
	return lines
}

func troubleLines(r *migrate.Report) []string {
	var lines []string
	for _, trouble := range r.Troubles {
		lines = append(lines, r.Path(trouble.File)+": "+trouble.Text)
	}
	return lines
}

// list writes items below a heading, if there are any.
func (t Text) list(b *strings.Builder, heading string, items []string) {
	if len(items) == 0 {
		return
	}
	fmt.Fprintln(b, heading+":")
	for _, item := range items {
		t.wrapped(b, "  ", item)
	}
	b.WriteString("\n")
}

// wrapped writes a text in lines that begin with start.
func (t Text) wrapped(b *strings.Builder, start, text string) {
	for _, line := range safe.Wrap(safe.Text(text), cmp.Or(t.Width, 80)-len(start)) {
		fmt.Fprintln(b, start+line)
	}
}

func (t Text) colored(color, s string) string {
	if !t.Color || color == "" {
		return s
	}
	return color + s + "\x1b[0m"
}

// answerColor is that of the worst that was found.
func answerColor(r *migrate.Report) string {
	for _, state := range migrate.States() {
		if r.Counts[state] > 0 && state != migrate.Supported {
			return colors[state]
		}
	}
	if len(r.Troubles) > 0 || r.ExitCode != 0 {
		return colors[migrate.CannotJudge]
	}
	return colors[migrate.Supported]
}
