package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

//go:embed html.css
var htmlStyle string

//go:embed html.js
var htmlScript string

//go:embed html.tmpl
var htmlSource string

// htmlTemplate is parsed once. A page is made by a clone of it, with the words of its language.
var htmlTemplate = template.Must(template.New("page").
	Funcs(htmlWords(english)).
	Funcs(template.FuncMap{
		"visible": visible,
		"say":     say,
		"code":    htmlCode,
		"states":  func() []lifecycle.State { return timelineStates },
		"link":    func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
		"round":   round,
		"join":    func(list []string) string { return strings.Join(list, ", ") },
	}).
	Parse(htmlSource))

// htmlPolicy lets the page run its own script and style, and fetch nothing at all.
var htmlPolicy = fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
	sourceHash(htmlScript), sourceHash(htmlStyle))

func sourceHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// HTML returns a writer of reports as one page that needs no network, in English ("en") or Korean ("ko"). With
// no language the reader's browser chooses. Several reports become a section each.
func HTML(language string) func(w io.Writer, reports ...*conformance.Report) error {
	return func(w io.Writer, reports ...*conformance.Report) error {
		page := newHTMLPage(reports)
		page.Auto = language == ""
		if page.Auto {
			language = english
		}
		if language != english && language != korean {
			return fmt.Errorf("write the report as HTML: unknown language %q: want %s or %s", language, english, korean)
		}
		clone, err := htmlTemplate.Clone()
		if err != nil {
			return fmt.Errorf("write the report as HTML: %w", err)
		}
		buffered := bufio.NewWriterSize(w, 1<<16)
		if err := clone.Funcs(htmlWords(language)).Execute(buffered, page); err != nil {
			return fmt.Errorf("write the report as HTML: %w", err)
		}
		if err := buffered.Flush(); err != nil {
			return fmt.Errorf("write the report as HTML: %w", err)
		}
		return nil
	}
}

// htmlPage is what the template writes: reports, laid out.
type htmlPage struct {
	Auto     bool // the browser chooses the language
	Policy   string
	Style    template.CSS
	Script   template.JS
	Texts    map[string]map[string]string
	Reports  []*htmlReport
	Verdicts []conformance.Verdict // those of any result
	Versions []string              // those of any result, the oldest first
	Known    bool                  // some result is known
	Results  int
}

func newHTMLPage(reports []*conformance.Report) *htmlPage {
	page := &htmlPage{Policy: htmlPolicy, Style: template.CSS(htmlStyle), Script: template.JS(htmlScript), Texts: texts}
	versions := map[lifecycle.ID]bool{}
	for i, r := range reports {
		page.Reports = append(page.Reports, newHTMLReport(i+1, r))
		page.Results += len(r.Results)
		for _, result := range r.Results {
			versions[result.Version.ID] = true
			page.Known = page.Known || known(result)
		}
	}
	page.Versions = names(versions)
	for _, verdict := range worstFirst {
		if slices.ContainsFunc(reports, func(r *conformance.Report) bool { return r.Counts.Of(verdict) > 0 }) {
			page.Verdicts = append(page.Verdicts, verdict)
		}
	}
	return page
}

// names are the numbers of versions, the oldest first.
func names(versions map[lifecycle.ID]bool) []string {
	var list []string
	for _, id := range slices.SortedFunc(maps.Keys(versions), lifecycle.ID.Compare) {
		list = append(list, id.String())
	}
	return list
}

// worstFirst are the verdicts in the order in which a reader looks at them.
var worstFirst = []conformance.Verdict{
	conformance.Fail, conformance.Error, conformance.Inconclusive, conformance.Differs, conformance.Skip, conformance.Pass,
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
	anchors  map[string]string // of cases by ID
}

// AnchorOf is where the details of a case stand, or nothing.
func (r *htmlReport) AnchorOf(id string) string { return r.anchors[id] }

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
	return !slices.ContainsFunc(f.Cases, func(c *htmlCase) bool { return rank(c.Worst) < rank(conformance.Skip) })
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
	r.anchors = map[string]string{}
	families, cases := map[string]*htmlFamily{}, map[string]*htmlCase{}
	var inOrder []*htmlCase
	for _, result := range results {
		c := cases[result.Case.ID]
		if c == nil {
			c = &htmlCase{
				CaseFacts: result.Case, Anchor: fmt.Sprintf("case-%d-%d", r.Number, len(cases)+1),
				Worst: result.Verdict, Cells: make([]htmlCell, len(r.Versions)),
			}
			for i, version := range r.Versions {
				c.Cells[i].Version = version
			}
			cases[c.ID], r.anchors[c.ID] = c, c.Anchor
			inOrder = append(inOrder, c)
			f := families[c.Family]
			if f == nil {
				f = &htmlFamily{Name: c.Family}
				families[c.Family] = f
				r.Families = append(r.Families, f)
			}
			f.Cases = append(f.Cases, c)
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

// add adds how a case ended in one version. What is the same fact in several versions becomes one finding.
func (c *htmlCase) add(result conformance.Result) {
	c.Runs = append(c.Runs, result)
	if rank(result.Verdict) < rank(c.Worst) {
		c.Worst = result.Verdict
	}
	version := result.Version.ID.String()
	i := slices.IndexFunc(c.Cells, func(cell htmlCell) bool { return cell.Version == version })
	c.Cells[i] = htmlCell{version, result.Verdict, known(result)}
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

// known reports whether a result fails or differs in no other way than the baseline accepts.
func known(result conformance.Result) bool {
	if result.Verdict != conformance.Fail && result.Verdict != conformance.Differs {
		return false
	}
	return !slices.ContainsFunc(result.Findings, func(f conformance.Finding) bool {
		return (f.Verdict == conformance.Fail || f.Verdict == conformance.Differs) && f.Known == nil
	})
}

// say writes a sentence of the suite or of an endpoint, which is English, apart from the text around it.
func say(text string) template.HTML {
	return template.HTML(`<bdi lang="en">` + template.HTMLEscapeString(visible(text)) + `</bdi>`)
}

// htmlCode writes a name: an ID, a header or a command.
func htmlCode(name any) template.HTML {
	return template.HTML(`<code>` + template.HTMLEscapeString(visible(fmt.Sprint(name))) + `</code>`)
}

// visible shows what cannot be seen, or turns text around, as what it is. Line ends and tabs stay.
func visible(s string) string {
	if !strings.ContainsFunc(s, unseen) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !unseen(r):
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune('\u2400' + r) // the picture of the control character
		case r == '\x7f':
			b.WriteRune('\u2421')
		default:
			fmt.Fprintf(&b, "\\u{%x}", r)
		}
	}
	return b.String()
}

func unseen(r rune) bool {
	return r != '\n' && r != '\t' && !unicode.IsGraphic(r)
}
