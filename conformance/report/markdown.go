package report

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// Markdown writes reports for a pull request or for GitHub's $GITHUB_STEP_SUMMARY: the verdict, what changed,
// what is wrong with the baseline, the cases that are not all passes by version, and the findings. What most
// readers skip is folded. However much there is to say, it is less than the 1 MiB that GitHub takes: what does
// not fit is left out, and the last sentence says so.
func Markdown(w io.Writer, reports ...*conformance.Report) error {
	p := &markdownPage{room: markdownMost}
	if len(reports) > 1 {
		p.endpoints(reports)
	}
	for i, r := range reports {
		p.within(p.room/(len(reports)-i), func() { p.report(r) })
	}
	if p.leftOut > 0 {
		fmt.Fprintf(p, "**This report is cut: %s not fit here. The report as JSON or HTML has everything.**\n", plural(p.leftOut, "part does", "parts do"))
	}
	_, err := io.WriteString(w, strings.TrimSuffix(p.String(), "\n"))
	return err
}

const (
	// markdownMost is how many bytes a page may have, which leaves room for the last sentence.
	markdownMost = 1<<20 - 16<<10
	// markdownText and markdownExchange are the most bytes of a text and of an exchange.
	markdownText     = 2 << 10
	markdownExchange = 8 << 10
)

// markdownPage is a page that has room for so many bytes.
type markdownPage struct {
	strings.Builder
	room    int
	leftOut int
}

// add adds a part, or leaves it out where there is no room for it.
func (p *markdownPage) add(part string) bool {
	if len(part) > p.room {
		p.leftOut++
		return false
	}
	p.room -= len(part)
	p.WriteString(part)
	return true
}

// addAll adds parts as long as there is room, and counts the others.
func (p *markdownPage) addAll(n int, part func(i int) string) {
	for i := range n {
		if !p.add(part(i)) {
			p.leftOut += n - i - 1
			return
		}
	}
}

// addTable adds a table with a row for each part.
func (p *markdownPage) addTable(columns []string, n int, row func(i int) string) {
	if p.add("| " + strings.Join(columns, " | ") + " |\n" + strings.Repeat("|---", len(columns)) + "|\n") {
		p.addAll(n, row)
		p.add("\n")
	}
}

// within lets write use a part of the room alone: what it leaves is there for what follows.
func (p *markdownPage) within(room int, write func()) {
	rest := p.room - room
	p.room = room
	write()
	p.room += rest
}

// section writes a heading and what is below it, in at most a quarter of the room, so that there is some for
// every section.
func (p *markdownPage) section(heading string, write func()) {
	p.within(p.room/4, func() {
		if p.add("### " + heading + "\n\n") {
			write()
		}
	})
}

// folded is a section that a reader has to open. There is none where there are no parts.
func (p *markdownPage) folded(summary string, n int, part func(i int) string) {
	const end = "\n</details>\n\n"
	if n == 0 {
		return
	}
	p.within(p.room/2-len(end), func() {
		if p.add(fmt.Sprintf("<details><summary>%s (%d)</summary>\n\n", summary, n)) {
			p.addAll(n, part)
			p.WriteString(end)
		}
	})
	p.room -= len(end)
}

// endpoints is a line for each report.
func (p *markdownPage) endpoints(reports []*conformance.Report) {
	p.within(p.room/4, func() {
		p.addTable([]string{"Endpoint", "Day", "Verdict", "Results"}, len(reports), func(i int) string {
			r := reports[i]
			return fmt.Sprintf("| %s | %s | %s | %s |\n", safe.Cell(safe.Code(r.Endpoint)), r.Day, markdownVerdict(r, r.Verdict), countsText(r))
		})
	})
}

func (p *markdownPage) report(r *conformance.Report) {
	p.verdict(r)
	p.changes(r)
	p.baseline(r)
	p.grid(r)
	left := only(r, unaccepted)
	p.findings(left, conformance.Fail)
	p.findings(left, conformance.Error)
	p.foldedFindings("Could not be judged", left, conformance.Inconclusive)
	p.foldedFindings("Differs where nobody promised anything", left, conformance.Differs)
	p.foldedFindings("Known", only(r, accepted), conformance.Fail, conformance.Differs)
	p.skipped(left)
	p.unjudged(r)
	p.notes(r)
	p.about(r)
}

// verdict is what to read where one reads nothing else.
func (p *markdownPage) verdict(r *conformance.Report) {
	p.add(fmt.Sprintf("## %s: %s\n\n", markdownVerdict(r, r.Verdict), safe.Markdown(r.Headline)))
	p.add(fmt.Sprintf("%s; %s in %s; seed %d\n\n", countsText(r), plural(r.Counts.Requests, "request", "requests"), round(r.Duration), r.Seed))
	for _, said := range noticesOf(r) {
		p.add("> **Note:** " + safe.Markdown(said) + "\n\n")
	}
	if r.Trouble != nil {
		p.add("> **Trouble:** " + safe.Markdown(r.Trouble.Text) + "\n\n")
	}
	if r.Drift != nil {
		p.add("> **Newer version:** " + safe.Markdown(driftText(r)) + "\n\n")
	}
}

// markdownVerdicts are the verdicts as they are shown.
var markdownVerdicts = map[conformance.Verdict]string{
	conformance.Pass:         "✅ pass",
	conformance.Fail:         "❌ fail",
	conformance.Differs:      "🔶 differs",
	conformance.Inconclusive: "❔ inconclusive",
	conformance.Skip:         "➖ skip",
	conformance.Error:        "💥 error",
}

func markdownVerdict(r *conformance.Report, v conformance.Verdict) string {
	if v == conformance.Differs && fails(r, v) {
		return "❌ differs"
	}
	return markdownVerdicts[v]
}

// changes is what differs from an earlier run.
func (p *markdownPage) changes(r *conformance.Report) {
	if r.Changes == nil {
		return
	}
	c := r.Changes
	p.section("Changes since "+c.Started.UTC().Format("2006-01-02 15:04 MST"), func() {
		if c.Endpoint != r.Endpoint {
			p.add("The earlier run judged " + safe.Code(c.Endpoint) + ".\n\n")
		}
		if len(c.List) == 0 {
			p.add("Nothing changed.\n\n")
		}
		for _, kind := range changesOf(r) {
			item := func(i int) string { return "- " + safe.Markdown(kind.List[i].sentence()) + "\n" }
			if of := changeHeadings[kind.Kind]; of.folded {
				p.folded(of.heading, len(kind.List), item)
			} else if p.add(fmt.Sprintf("**%s** (%d)\n\n", of.heading, len(kind.List))) {
				p.addAll(len(kind.List), item)
				p.add("\n")
			}
		}
	})
}

// baseline is what the baseline says that is not so.
func (p *markdownPage) baseline(r *conformance.Report) {
	b := r.Baseline
	if b == nil {
		return
	}
	p.section("Baseline", func() {
		p.add(fmt.Sprintf("%s has %s; %s known.\n\n", safe.Code(b.File), plural(b.Entries, "entry", "entries"), plural(b.Known, "result is", "results are")))
		p.addAll(len(b.Problems), func(i int) string {
			return fmt.Sprintf("- ❌ **%s**: %s\n", safe.Markdown(string(b.Problems[i].Kind)), safe.Markdown(b.Problems[i].Text))
		})
		p.add("\n")
	})
}

// grid is a table of cases by versions, without those that pass wherever there is something to judge.
func (p *markdownPage) grid(r *conformance.Report) {
	g := gridOf(r)
	var shown []string
	for _, id := range g.cases {
		if slices.ContainsFunc(g.versions, func(version string) bool {
			result, asked := g.results[[2]string{id, version}]
			return asked && result.Verdict != conformance.Pass && !notApplicable(result)
		}) {
			shown = append(shown, id)
		}
	}
	if len(g.cases) == 0 {
		return
	}
	p.section("Cases by version", func() {
		if len(shown) > 0 {
			p.addTable(append([]string{"Case"}, g.versions...), len(shown), func(i int) string {
				row := "| " + safe.Cell(safe.Code(shown[i])) + " |"
				for _, version := range g.versions {
					result, asked := g.results[[2]string{shown[i], version}]
					row += " " + gridCell(r, result, asked) + " |"
				}
				return row + "\n"
			})
		}
		if n := len(g.cases) - len(shown); n > 0 {
			p.add(plural(n, "case passes", "cases pass") + " wherever there is something to judge.\n\n")
		}
	})
}

func gridCell(r *conformance.Report, result conformance.Result, asked bool) string {
	switch {
	case !asked:
		return ""
	case allKnown(result):
		return "☑️ known"
	}
	return markdownVerdict(r, result.Verdict)
}

// notApplicable reports whether there was nothing to judge.
func notApplicable(result conformance.Result) bool {
	return result.Verdict == conformance.Skip && !slices.ContainsFunc(result.Findings, func(f conformance.Finding) bool {
		return f.Code != conformance.CodeNotApplicable
	})
}

// grid is results by case and version.
type grid struct {
	cases, versions []string
	results         map[[2]string]conformance.Result
}

func gridOf(r *conformance.Report) grid {
	g := grid{results: map[[2]string]conformance.Result{}}
	seen := map[string]bool{}
	for _, result := range r.Results {
		id, version := result.Case.ID, result.Version.ID.String()
		if !seen[id] {
			seen[id] = true
			g.cases = append(g.cases, id)
		}
		g.versions = appendNew(g.versions, version)
		g.results[[2]string{id, version}] = result
	}
	return g
}

// findings writes what was found with a verdict, open to the reader.
func (p *markdownPage) findings(r *conformance.Report, verdict conformance.Verdict) {
	blocks := blocksOf(r, verdict)
	if len(blocks) == 0 || !p.add(fmt.Sprintf("### %s (%d)\n\n", headingOf(verdict), len(blocks))) {
		return
	}
	p.within(p.room*3/4, func() {
		p.addAll(len(blocks), func(i int) string { return markdownFinding(blocks[i]) })
	})
}

// foldedFindings writes what was found with some verdicts for a reader who opens it.
func (p *markdownPage) foldedFindings(heading string, r *conformance.Report, verdicts ...conformance.Verdict) {
	var blocks []*block
	for _, verdict := range verdicts {
		blocks = append(blocks, blocksOf(r, verdict)...)
	}
	p.folded(heading, len(blocks), func(i int) string { return markdownFinding(blocks[i]) })
}

func headingOf(verdict conformance.Verdict) string {
	i := slices.IndexFunc(words, func(w word) bool { return w.verdict == verdict })
	return words[i].heading
}

// markdownFinding is a finding with its clause, the command that asks again, and what shows it.
func markdownFinding(b *block) string {
	f := b.finding
	var s strings.Builder
	fmt.Fprintf(&s, "#### %s in %s\n\n%s\n\n", b.codes(), strings.Join(b.versions, ", "), safe.Markdown(b.text()))
	if f.Clause != "" {
		fmt.Fprintf(&s, "Clause **%s** (%s): %s\n\n", safe.Markdown(f.Clause), safe.Markdown(string(f.Source)), safe.Markdown(f.Statement))
	}
	if len(b.variants) > 0 && len(b.cases) == 1 {
		fmt.Fprintf(&s, "Variants: %s\n\n", safe.Markdown(few(b.variants)))
	}
	if f.SeenBy != "" {
		fmt.Fprintf(&s, "Seen by: %s\n\n", safe.Code(f.SeenBy))
	}
	if f.Known != nil {
		k := *f.Known
		issue := k.Issue
		k.Issue = ""
		fmt.Fprintf(&s, "Known: %s %s\n\n", safe.Markdown(acceptance(&k)), safe.Link(issue))
	}
	if b.again != "" {
		if len(b.cases) > mostAgain {
			s.WriteString(b.againLabel() + ":\n\n")
		}
		s.WriteString(safe.Fenced("sh", safe.Text(b.again)) + "\n")
	}
	if f.Exchange != nil {
		exchange := safe.Fenced("text", safe.Clip(transcript(f.Exchange, markdownText), markdownExchange))
		fmt.Fprintf(&s, "<details><summary>Request and answer</summary>\n\n%s\n</details>\n\n", exchange)
	}
	return s.String()
}

func (p *markdownPage) skipped(r *conformance.Report) {
	blocks := slices.DeleteFunc(blocksOf(r, conformance.Skip), func(b *block) bool { return b.finding.Code == conformance.CodeNotApplicable })
	p.folded("Skipped", len(blocks), func(i int) string {
		b := blocks[i]
		return fmt.Sprintf("- %s in %s: %s\n", b.codes(), strings.Join(b.versions, ", "), safe.Markdown(b.text()))
	})
}

func (p *markdownPage) unjudged(r *conformance.Report) {
	groups := unjudgedOf(r)
	p.folded("Clauses not judged", len(groups), func(i int) string {
		return fmt.Sprintf("- **%s**: %s\n", safe.Markdown(strings.Join(groups[i].clauses, ", ")), safe.Markdown(groups[i].why))
	})
}

func (p *markdownPage) notes(r *conformance.Report) {
	var notes []string
	for _, result := range r.Results {
		for _, note := range result.Notes {
			notes = append(notes, fmt.Sprintf("- %s in %s: %s\n", safe.Code(result.Case.ID), result.Version.ID, safe.Markdown(note)))
		}
	}
	p.folded("Notes", len(notes), func(i int) string { return notes[i] })
}

// about is what another run needs to be the same.
func (p *markdownPage) about(r *conformance.Report) {
	var s strings.Builder
	s.WriteString("<details><summary>About this run</summary>\n\n| | |\n|---|---|\n")
	for _, fact := range [][2]string{
		{"Endpoint", safe.Cell(safe.Code(r.Endpoint))},
		{"Day judged", r.Day.String() + " in Korea"},
		{"Started", r.Started.UTC().Format(time.RFC3339)},
		{"Versions by", safe.Markdown(versionsText(r))},
		{"Harm allowed", r.Harm.String()},
		{"Seed", strconv.FormatUint(r.Seed, 10)},
		{"Suite", safe.Markdown(strings.TrimSpace(r.Suite.Version + " " + r.Suite.Revision))},
	} {
		fmt.Fprintf(&s, "| %s | %s |\n", fact[0], fact[1])
	}
	s.WriteString("\n</details>\n\n")
	p.add(s.String())
}
