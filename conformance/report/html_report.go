package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// worstFirst are the verdicts in the order in which a reader looks at them. A case that passes in one version
// and is skipped in another is one that passes.
var worstFirst = []conformance.Verdict{
	conformance.Fail, conformance.Error, conformance.Inconclusive, conformance.Differs, conformance.Pass, conformance.Skip,
}

// rank is the place of a verdict in worstFirst; what is no verdict is a fault of the suite.
func rank(v conformance.Verdict) int {
	if i := slices.Index(worstFirst, v); i >= 0 {
		return i
	}
	return slices.Index(worstFirst, conformance.Error)
}

// htmlReport is one report, laid out.
type htmlReport struct {
	*conformance.Report
	Number   int // on the page, from 1
	Marks    []htmlMark
	Known    int // results
	Left     []htmlUnjudged
	Changed  []changedKind
	About    []htmlAbout
	Versions []string
	Lives    []life
	Timeline *drawing
	Families []*htmlFamily
	Needs    []htmlGroup          // what a person has to look at
	Groups   []htmlGroup          // the others
	cases    map[string]*htmlCase // by ID
}

// AnchorOf is where the details of a case stand, or nothing.
func (r *htmlReport) AnchorOf(id string) string {
	if c := r.cases[id]; c != nil {
		return c.Anchor
	}
	return ""
}

// has reports whether some result that is not known has a verdict.
func (r *htmlReport) has(verdict conformance.Verdict) bool {
	return slices.ContainsFunc(r.Marks, func(m htmlMark) bool { return m.Verdict == verdict })
}

// Columns is the number of columns of the grid.
func (r *htmlReport) Columns() int { return 1 + len(r.Versions) }

// htmlMark is a symbol and a number of results.
type htmlMark struct {
	Verdict conformance.Verdict
	Count   int
}

// htmlUnjudged are the clauses that were left unjudged for one reason.
type htmlUnjudged struct {
	Why     string
	Clauses []string
}

// htmlFamily is a family of cases in the grid.
type htmlFamily struct {
	Name  string
	Cases []*htmlCase
}

// Calm reports whether every result passed or was skipped.
func (f *htmlFamily) Calm() bool {
	return !slices.ContainsFunc(f.Cases, func(c *htmlCase) bool { return c.Known || rank(c.Worst) < rank(conformance.Pass) })
}

// htmlGroup is the cases with one verdict as their worst, or those that fail or differ in known ways alone.
type htmlGroup struct {
	Key     string // of the heading
	Verdict conformance.Verdict
	Cases   []*htmlCase
	Failing bool // the run fails for them
	report  *conformance.Report
}

// The most cases of a group whose names, and whose details, are open at first.
const (
	htmlMostNames   = 20
	htmlMostDetails = 5
)

// Open reports whether the group is open at first. What fails always is.
func (g htmlGroup) Open() bool { return g.Failing || len(g.Cases) <= htmlMostNames }

// Said is what the group comes to, where it is not open and could not be judged.
func (g htmlGroup) Said() []string {
	if g.Open() || g.Verdict != conformance.Inconclusive {
		return nil
	}
	var list []string
	for _, b := range blocksOf(g.report, g.Verdict) {
		list = append(list, fmt.Sprintf("%s in %s: %s", b.named(), strings.Join(b.versions, ", "), b.text()))
	}
	return list
}

// Shown reports whether the details of its cases are open at first.
func (g htmlGroup) Shown() bool { return g.Failing && len(g.Cases) <= htmlMostDetails }

// htmlCase is a case with its results in every version.
type htmlCase struct {
	conformance.CaseFacts
	Anchor   string
	Worst    conformance.Verdict // of what no baseline accepts
	Known    bool                // a baseline accepts all of some result
	Cells    []htmlCell          // one for each version of the report
	Findings []*htmlFinding
	Runs     []conformance.Result
}

// Reason is the sentence of the worst finding, or nothing.
func (c *htmlCase) Reason() string {
	if len(c.Findings) == 0 {
		return ""
	}
	return c.Findings[0].Text
}

// htmlCell is how a case ended in one version; without a verdict it was not asked.
type htmlCell struct {
	Version string
	Verdict conformance.Verdict
	Known   bool
	Idle    bool // there was nothing to judge, or a sample left the case out
}

// htmlFinding is one fact about a case, with the versions it holds in.
type htmlFinding struct {
	conformance.Finding
	fact     string // the same for the same fact
	Versions []string
	Again    string
	Shown    *htmlExchange
}

// order is the place of a finding: the worst first, and what is known after all else.
func (f *htmlFinding) order() int {
	if f.Known != nil {
		return len(worstFirst) + rank(f.Verdict)
	}
	return rank(f.Verdict)
}

func newHTMLReport(number int, r *conformance.Report) *htmlReport {
	laid := &htmlReport{Report: r, Number: number, Lives: livesOf(r), Timeline: newTimeline(r), Changed: changesOf(r), About: about(r)}
	for _, group := range unjudgedOf(r) {
		laid.Left = append(laid.Left, htmlUnjudged{group.why, group.clauses})
	}
	counts := tallyOf(r.Results)
	laid.Known = counts.known
	for _, verdict := range worstFirst {
		if n := counts.of[verdict]; n > 0 {
			laid.Marks = append(laid.Marks, htmlMark{verdict, n})
		}
	}
	laid.layOut(r.Results)
	return laid
}

// layOut makes the grid and the details of results.
func (r *htmlReport) layOut(results []conformance.Result) {
	versions := map[lifecycle.ID]bool{}
	for _, result := range results {
		versions[result.Version.ID] = true
	}
	r.Versions = names(versions)
	r.cases = map[string]*htmlCase{}
	var inOrder []*htmlCase
	for _, result := range results {
		c := r.cases[result.Case.ID]
		if c == nil {
			c = r.newCase(result)
			inOrder = append(inOrder, c)
		}
		c.add(result)
	}
	r.group(inOrder)
}

// group sorts cases by their worst verdict.
func (r *htmlReport) group(cases []*htmlCase) {
	known := htmlGroup{Key: "known", Verdict: conformance.Pass}
	groups := map[conformance.Verdict]*htmlGroup{}
	for _, verdict := range worstFirst {
		groups[verdict] = &htmlGroup{Key: string(verdict), Verdict: verdict, Failing: fails(r.Report, verdict), report: r.Report}
	}
	for _, c := range cases {
		g := groups[worstFirst[rank(c.Worst)]]
		if c.Known && rank(c.Worst) >= rank(conformance.Pass) {
			g = &known
		}
		g.Cases = append(g.Cases, c)
	}
	for _, verdict := range worstFirst {
		if verdict == conformance.Pass {
			r.add(known)
		}
		r.add(*groups[verdict])
	}
}

// add adds a group, unless it is empty.
func (r *htmlReport) add(g htmlGroup) {
	switch {
	case len(g.Cases) == 0:
	case g.Failing, g.Verdict == conformance.Error, g.Verdict == conformance.Inconclusive:
		r.Needs = append(r.Needs, g)
	default:
		r.Groups = append(r.Groups, g)
	}
}

// newCase makes a case, without results, a part of its family.
func (r *htmlReport) newCase(result conformance.Result) *htmlCase {
	c := &htmlCase{
		CaseFacts: result.Case, Anchor: fmt.Sprintf("case-%d-%d", r.Number, len(r.cases)+1),
		Worst: result.Remaining(), Cells: make([]htmlCell, len(r.Versions)),
	}
	for i, version := range r.Versions {
		c.Cells[i].Version = version
	}
	r.cases[c.ID] = c
	i := slices.IndexFunc(r.Families, func(f *htmlFamily) bool { return f.Name == c.Family })
	if i < 0 {
		r.Families, i = append(r.Families, &htmlFamily{Name: c.Family}), len(r.Families)
	}
	r.Families[i].Cases = append(r.Families[i].Cases, c)
	return c
}

// add adds how a case ended in one version. What is the same fact in several versions becomes one finding.
func (c *htmlCase) add(result conformance.Result) {
	c.Runs = append(c.Runs, result)
	if left := result.Remaining(); rank(left) < rank(c.Worst) {
		c.Worst = left
	}
	c.Known = c.Known || allKnown(result)
	version := result.Version.ID.String()
	i := slices.IndexFunc(c.Cells, func(cell htmlCell) bool { return cell.Version == version })
	c.Cells[i] = htmlCell{version, result.Verdict, allKnown(result), notApplicable(result)}
	seen := map[string]int{}
	for _, f := range result.Findings {
		fact := fmt.Sprintf("%s %s %s %s", f.Verdict, f.Code, f.Clause, htmlAccepted(f.Known))
		if f.Clause != "" {
			seen[fact]++ // a case may see a clause broken in two ways
			fact += fmt.Sprint(" ", seen[fact])
		} else {
			fact += " " + f.Text
		}
		c.addFinding(f, fact, version, result)
	}
	slices.SortStableFunc(c.Findings, func(a, b *htmlFinding) int { return a.order() - b.order() })
}

func (c *htmlCase) addFinding(f conformance.Finding, fact, version string, result conformance.Result) {
	i := slices.IndexFunc(c.Findings, func(there *htmlFinding) bool { return there.fact == fact })
	if i < 0 {
		found := &htmlFinding{Finding: f, fact: fact, Shown: newHTMLExchange(f.Exchange)}
		found.Variants, found.Requests = nil, 0
		if f.Verdict != conformance.Skip && !result.Unasked {
			found.Again = result.Again
		}
		c.Findings, i = append(c.Findings, found), len(c.Findings)
	}
	found := c.Findings[i]
	found.Versions = appendNew(found.Versions, version)
	found.Variants = appendNew(found.Variants, f.Variants...)
	found.Requests += f.Requests
	if found.Shown == nil {
		found.Shown = newHTMLExchange(f.Exchange)
	}
}

// htmlAccepted tells apart what is known for different reasons, and what is not known.
func htmlAccepted(k *conformance.Known) string {
	if k == nil {
		return ""
	}
	return fmt.Sprint(*k)
}
