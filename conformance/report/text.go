// Package report writes what a conformance run came to.
package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/scp-openapi/virtualserver/conformance"
)

// Text writes a run for a person at a terminal: a line for each result as it comes, and at the end a
// grid of cases by versions and one line with the verdict.
type Text struct {
	Out   io.Writer
	Color bool
	// Quiet leaves out the lines of the results.
	Quiet bool
}

// words are the verdicts as they stand in the grid: what needs a look is loud.
var words = map[conformance.Verdict]struct{ word, color string }{
	conformance.Pass:         {"pass", "\x1b[32m"},
	conformance.Fail:         {"FAIL", "\x1b[1;31m"},
	conformance.Inconclusive: {"????", "\x1b[33m"},
	conformance.Skip:         {"skip", "\x1b[2m"},
	conformance.Error:        {"ERR!", "\x1b[1;35m"},
}

// Result writes the line of one result.
func (t Text) Result(r conformance.Result) {
	if t.Quiet || r.Unasked { // the summary says once why
		return
	}
	line := fmt.Sprintf("%s  %-5s %-26s %6s", t.word(r.Verdict), r.Version.ID, r.Case.ID, round(r.Duration))
	if n := len(r.Attempts); n > 1 {
		line += fmt.Sprintf("  (%d attempts)", n)
	}
	if r.Reason != "" {
		line += "  " + printable(r.Reason)
	}
	var notes strings.Builder
	for _, note := range r.Notes {
		notes.WriteString("  note: " + printable(note))
	}
	fmt.Fprintln(t.Out, line+notes.String())
}

// Summary writes the grid, what failed and how to ask it again, and the verdict.
func (t Text) Summary(r *conformance.Report) {
	if slices.ContainsFunc(r.Results, func(r conformance.Result) bool { return !r.Unasked }) {
		t.grid(r)
	}
	t.failures(r)
	fmt.Fprintln(t.Out, t.verdict(r))
}

// failures writes each case that failed, once for all versions it failed in: the statements it is held
// against, and how to ask it again.
func (t Text) failures(r *conformance.Report) {
	versions := map[string][]string{}
	var first []conformance.Result
	for _, result := range r.Results {
		if result.Verdict != conformance.Fail {
			continue
		}
		if len(versions[result.Case.ID]) == 0 {
			first = append(first, result)
		}
		versions[result.Case.ID] = append(versions[result.Case.ID], result.Version.ID.String())
	}
	for _, result := range first {
		fmt.Fprintf(t.Out, "%s  %s in %s: %s\n", t.word(result.Verdict), result.Case.ID,
			strings.Join(versions[result.Case.ID], ", "), printable(result.Reason))
		for _, id := range result.Case.Clauses {
			if clause, ok := conformance.ClauseByID(id); ok {
				fmt.Fprintf(t.Out, "      %s (%s): %s\n", id, clause.Source, clause.Text)
			}
		}
		fmt.Fprintf(t.Out, "      Again: %s\n\n", result.Again)
	}
}

func (t Text) grid(r *conformance.Report) {
	var cases, versions []string
	cells := map[[2]string]conformance.Verdict{}
	width := 0
	for _, result := range r.Results {
		id, version := result.Case.ID, result.Version.ID.String()
		if !slices.Contains(cases, id) {
			cases = append(cases, id)
		}
		if !slices.Contains(versions, version) {
			versions = append(versions, version)
		}
		width = max(width, len(id))
		cells[[2]string{id, version}] = result.Verdict
	}
	fmt.Fprintln(t.Out)
	row := make([]string, len(versions)+1)
	row[0] = strings.Repeat(" ", width)
	for i, version := range versions {
		row[i+1] = fmt.Sprintf("%-4s", version)
	}
	fmt.Fprintln(t.Out, strings.TrimRight(strings.Join(row, "  "), " "))
	for _, id := range cases {
		row[0] = fmt.Sprintf("%-*s", width, id)
		for i, version := range versions {
			row[i+1] = t.word(cells[[2]string{id, version}])
		}
		fmt.Fprintln(t.Out, strings.TrimRight(strings.Join(row, "  "), " "))
	}
	fmt.Fprintln(t.Out)
}

// verdict is the run in one line.
func (t Text) verdict(r *conformance.Report) string {
	count := conformance.Count(r.Results)
	var what string
	verdict := conformance.Pass
	switch conformance.ExitCode(r.Results) {
	case conformance.ExitOK:
		what = "behaves as documented"
		if count[conformance.Pass] < len(r.Results)/2 { // skips are no failures, and no passes either
			what = "behaves as documented in the little that was asked"
		}
	case conformance.ExitFailed:
		verdict, what = conformance.Fail, "does not behave as documented"
	default:
		verdict, what = conformance.Inconclusive, "could not be judged"
	}
	numbers := fmt.Sprintf("%d passed, %d failed, %d inconclusive, %d skipped",
		count[conformance.Pass], count[conformance.Fail], count[conformance.Inconclusive], count[conformance.Skip])
	if n := count[conformance.Error]; n > 0 {
		numbers += fmt.Sprintf(", %d ended by a fault of the suite itself", n)
	}
	line := fmt.Sprintf("%s  %s %s on %s: %s, in %s", t.word(verdict), r.Endpoint, what, r.Day, numbers, round(r.Duration))
	if r.Trouble != "" {
		line += "\n" + printable(r.Trouble)
	}
	return line
}

func (t Text) word(v conformance.Verdict) string {
	w, ok := words[v]
	if !ok {
		return strings.Repeat(" ", len("pass")) // not asked of this version
	}
	if !t.Color {
		return w.word
	}
	return w.color + w.word + "\x1b[0m"
}

// printable takes the control characters out of what may be an endpoint's words: they could write over
// what stands on the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '·'
		}
		return r
	}, s)
}

func round(d time.Duration) time.Duration {
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}
