// Package report writes the one result of a run in several forms. Its writers decide nothing: verdicts, counts
// and sentences are in the report.
package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// Text writes a report for a person at a terminal: what is not a pass, the totals of each family, and the
// verdict as the last line.
type Text struct {
	Color bool
	// Width is how many columns a line may have; 0 is 80. Commands, IDs and the verdict are never broken.
	Width int
	// Verbose adds a line for each result, with its notes; Streamed is set where [Text.Result] wrote them.
	Verbose, Streamed bool
	// Grid adds a table of cases by versions.
	Grid bool
	// Quiet leaves out what was skipped, and the totals.
	Quiet bool
}

// word is a verdict as it is printed.
type word struct {
	verdict     conformance.Verdict
	text, color string
	heading     string // of what ended with it
	counted     string // of a number of results
}

// words are the verdicts in the order in which they are printed, the worst at the end, above the verdict of
// the run. What needs a look is loud.
var words = []word{
	{conformance.Skip, "skip", "\x1b[2m", "Skipped", "skipped"},
	{conformance.Differs, "diff", "\x1b[36m", "Differs where nobody promised anything", "different"},
	{conformance.Inconclusive, "????", "\x1b[33m", "Could not be judged", "inconclusive"},
	{conformance.Error, "ERR!", "\x1b[1;35m", "Faults of the suite itself", "errored"},
	{conformance.Fail, "FAIL", "\x1b[1;31m", "Not as documented", "failed"},
	{conformance.Pass, "pass", "\x1b[32m", "", "passed"},
}

const wordWidth = 4

// Write writes reports, each in a section of its own where there are several.
func (t Text) Write(w io.Writer, reports ...*conformance.Report) error {
	p := &page{width: cmp.Or(t.Width, 80)}
	for i, r := range reports {
		if len(reports) > 1 {
			if i > 0 {
				p.WriteString("\n")
			}
			fmt.Fprintf(p, "== %s on %s ==\n\n", safe.Text(r.Endpoint), r.Day)
		}
		t.report(p, r)
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (t Text) report(p *page, r *conformance.Report) {
	if t.Streamed {
		p.WriteString("\n") // after the lines
	}
	t.notices(p, r)
	if t.Verbose && !t.Streamed {
		for _, result := range r.Results {
			t.result(p, result)
		}
		p.gap()
	}
	if t.Grid {
		t.grid(p, r)
	}
	t.changes(p, r)
	t.baseline(p, r)
	var known []*block
	for _, w := range words {
		known = append(known, slices.DeleteFunc(blocksOf(r, w.verdict), func(b *block) bool { return b.finding.Known == nil })...)
	}
	if !t.Quiet {
		t.blocks(p, "Known, and accepted", known)
	}
	for _, w := range words {
		if w.verdict == conformance.Skip && t.Quiet {
			continue
		}
		t.blocks(p, w.heading, slices.DeleteFunc(blocksOf(r, w.verdict), func(b *block) bool {
			nothing := b.finding.Code == conformance.CodeNotApplicable // was left out where there is nothing to judge
			return b.finding.Known != nil || nothing && !t.Verbose
		}))
	}
	if !t.Quiet {
		t.totals(p, r)
	}
	t.verdict(p, r)
}

// Result writes the line of one result, with its notes.
func (t Text) Result(w io.Writer, r conformance.Result) error {
	p := &page{width: cmp.Or(t.Width, 80)}
	t.result(p, r)
	_, err := io.WriteString(w, p.String())
	return err
}

func (t Text) result(p *page, r conformance.Result) {
	line := fmt.Sprintf("%-5s %s  %s", r.Version.ID, safe.Text(r.Case.ID), round(r.Duration))
	if n := len(r.Attempts); n > 1 {
		line += fmt.Sprintf("  (%d attempts)", n)
	}
	if r.Known() {
		line += "  (known)"
	}
	fmt.Fprintf(p, "%s  %s\n", t.word(r.Verdict), line)
	for _, note := range r.Notes {
		p.paragraph(indent, "note: "+note)
	}
}

// grid writes a table of cases by versions.
func (t Text) grid(p *page, r *conformance.Report) {
	var cases, versions []string
	cells := map[[2]string]conformance.Verdict{}
	width := 0
	for _, result := range r.Results {
		id, version := result.Case.ID, result.Version.ID.String()
		cases, versions = appendNew(cases, id), appendNew(versions, version)
		width = max(width, utf8.RuneCountInString(id))
		cells[[2]string{id, version}] = result.Verdict
	}
	if len(cases) == 0 {
		return
	}
	line := strings.Repeat(" ", width)
	for _, version := range versions {
		line += fmt.Sprintf("  %-*s", wordWidth, version)
	}
	fmt.Fprintln(p, strings.TrimRight(line, " "))
	for _, id := range cases {
		line := fmt.Sprintf("%-*s", width, safe.Text(id))
		for _, version := range versions {
			line += "  " + t.word(cells[[2]string{id, version}])
		}
		fmt.Fprintln(p, strings.TrimRight(line, " "))
	}
	p.gap()
}

// blocks writes what was found with one verdict.
func (t Text) blocks(p *page, heading string, blocks []*block) {
	if len(blocks) == 0 {
		return
	}
	p.paragraph("", heading+":")
	p.gap()
	for _, b := range blocks {
		f := b.finding
		p.hanging(t.word(f.Verdict), b.named()+" in "+strings.Join(b.versions, ", "))
		p.paragraph(indent, b.text())
		if len(b.variants) > 0 && len(b.cases) == 1 {
			p.paragraph(indent, "Variants: "+few(b.variants))
		}
		if f.Clause != "" {
			if b.requests > 1 {
				p.paragraph(indent, fmt.Sprintf("%d requests showed it.", b.requests))
			}
			p.paragraph(indent, strings.TrimSuffix(fmt.Sprintf("Clause %s (%s): %s", f.Clause, f.Source, f.Statement), ": "))
		}
		if f.Known != nil {
			p.paragraph(indent, knownText(*f.Known))
		}
		if b.again != "" {
			fmt.Fprintf(p, "%s%s: %s\n", indent, b.againLabel(), safe.Text(b.again))
		}
		p.gap()
	}
}

// totals writes the number of results by family and verdict.
func (t Text) totals(p *page, r *conformance.Report) {
	var families []string
	of := map[string][]conformance.Result{}
	width := len("total")
	for _, result := range r.Results {
		family := result.Case.Family
		if of[family] == nil {
			families = append(families, family)
			width = max(width, utf8.RuneCountInString(family))
		}
		of[family] = append(of[family], result)
	}
	if len(families) == 0 {
		return
	}
	total := tallyOf(r.Results)
	shown := slices.DeleteFunc(slices.Clone(words), func(w word) bool { return total.of[w.verdict] == 0 && w.verdict != conformance.Pass })
	slices.Reverse(shown)
	const known = "  known" // stands after what passed, which is always shown
	line := strings.Repeat(" ", width)
	for i, w := range shown {
		line += "  " + t.word(w.verdict)
		if i == 0 && total.known > 0 {
			line += known
		}
	}
	fmt.Fprintln(p, line)
	row := func(name string, counts tally) {
		line := fmt.Sprintf("%-*s", width, safe.Text(name))
		for i, w := range shown {
			line += fmt.Sprintf("  %*d", wordWidth, counts.of[w.verdict])
			if i == 0 && total.known > 0 {
				line += fmt.Sprintf("%*d", len(known), counts.known)
			}
		}
		fmt.Fprintln(p, line)
	}
	for _, family := range families {
		row(family, tallyOf(of[family]))
	}
	row("total", total)
	p.gap()
}

func (t Text) notices(p *page, r *conformance.Report) {
	said := noticesOf(r)
	for _, text := range said {
		p.paragraph("", text)
	}
	if len(said) > 0 {
		p.gap()
	}
}

// verdict writes what keeps the run from being complete, and the verdict.
func (t Text) verdict(p *page, r *conformance.Report) {
	for _, group := range unjudgedOf(r) {
		p.paragraph("", fmt.Sprintf("Not judged: %s (%s)", few(group.clauses), group.why))
	}
	if r.Drift != nil {
		p.paragraph("", driftText(r))
	}
	if r.Trouble != nil {
		p.paragraph("", r.Trouble.Text)
	}
	p.gap()
	counts := countsText(r)
	left := only(r, unaccepted)
	if n := len(blocksOf(left, conformance.Fail)) + len(blocksOf(left, conformance.Differs)); n > 0 {
		counts += "; " + plural(n, "finding", "findings")
	}
	p.paragraph("", fmt.Sprintf("%s; %s in %s; seed%s%d", counts, plural(r.Counts.Requests, "request", "requests"), round(r.Duration), safe.NoBreak, r.Seed))
	fmt.Fprintf(p, "%s  %s\n", t.word(r.Verdict), safe.Text(r.Headline))
}

func (t Text) word(v conformance.Verdict) string {
	for _, w := range words {
		switch {
		case w.verdict == v && t.Color:
			return w.color + w.text + "\x1b[0m"
		case w.verdict == v:
			return w.text
		}
	}
	return strings.Repeat(" ", wordWidth) // of a case that was not asked of a version
}

func round(m conformance.Millis) time.Duration {
	d := time.Duration(m)
	if d < time.Second {
		return d.Round(time.Millisecond)
	}
	return d.Round(100 * time.Millisecond)
}
