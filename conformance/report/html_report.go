package report

import (
	"fmt"
	"slices"

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
	Left     []htmlUnjudged
	Changed  []htmlChanges
	Versions []string
	Lives    []life
	Timeline *drawing
	Families []*htmlFamily
	Groups   []htmlGroup
	cases    map[string]*htmlCase // by ID
}

// AnchorOf is where the details of a case stand, or nothing.
func (r *htmlReport) AnchorOf(id string) string {
	if c := r.cases[id]; c != nil {
		return c.Anchor
	}
	return ""
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

// htmlChanges are the changes of one kind.
type htmlChanges struct {
	Kind conformance.ChangeKind
	List []conformance.Change
}

// htmlFamily is a family of cases in the grid.
type htmlFamily struct {
	Name  string
	Cases []*htmlCase
}

// Calm reports whether every result passed or was skipped.
func (f *htmlFamily) Calm() bool {
	return !slices.ContainsFunc(f.Cases, func(c *htmlCase) bool { return rank(c.Worst) < rank(conformance.Pass) })
}

// htmlGroup is the cases with one verdict as their worst.
type htmlGroup struct {
	Verdict conformance.Verdict
	Cases   []*htmlCase
}

// htmlCase is a case with its results in every version.
type htmlCase struct {
	conformance.CaseFacts
	Anchor   string
	Worst    conformance.Verdict
	Cells    []htmlCell // one for each version of the report
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
}

// htmlFinding is one fact about a case, with the versions it holds in.
type htmlFinding struct {
	conformance.Finding
	fact     string // the same for the same fact
	Versions []string
	Again    string
	Shown    *htmlExchange
}

func newHTMLReport(number int, r *conformance.Report) *htmlReport {
	laid := &htmlReport{Report: r, Number: number, Lives: livesOf(r), Timeline: newTimeline(r)}
	for _, group := range unjudgedOf(r) {
		laid.Left = append(laid.Left, htmlUnjudged{group.why, group.clauses})
	}
	for _, verdict := range worstFirst {
		if n := r.Counts.Of(verdict); n > 0 {
			laid.Marks = append(laid.Marks, htmlMark{verdict, n})
		}
	}
	if r.Changes != nil {
		for _, change := range r.Changes.List {
			if n := len(laid.Changed); n == 0 || laid.Changed[n-1].Kind != change.Kind {
				laid.Changed = append(laid.Changed, htmlChanges{Kind: change.Kind})
			}
			last := &laid.Changed[len(laid.Changed)-1]
			last.List = append(last.List, change)
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
	for i, verdict := range worstFirst {
		group := htmlGroup{Verdict: verdict}
		for _, c := range inOrder {
			if rank(c.Worst) == i {
				group.Cases = append(group.Cases, c)
			}
		}
		if len(group.Cases) > 0 {
			r.Groups = append(r.Groups, group)
		}
	}
}

// newCase makes a case, without results, a part of its family.
func (r *htmlReport) newCase(result conformance.Result) *htmlCase {
	c := &htmlCase{
		CaseFacts: result.Case, Anchor: fmt.Sprintf("case-%d-%d", r.Number, len(r.cases)+1),
		Worst: result.Verdict, Cells: make([]htmlCell, len(r.Versions)),
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
	if rank(result.Verdict) < rank(c.Worst) {
		c.Worst = result.Verdict
	}
	version := result.Version.ID.String()
	i := slices.IndexFunc(c.Cells, func(cell htmlCell) bool { return cell.Version == version })
	c.Cells[i] = htmlCell{version, result.Verdict, result.Known()}
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
	slices.SortStableFunc(c.Findings, func(a, b *htmlFinding) int { return rank(a.Verdict) - rank(b.Verdict) })
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
