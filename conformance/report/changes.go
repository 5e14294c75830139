package report

import (
	"fmt"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// changeHeadings are the kinds of changes as they are shown. Those that are folded are no news.
var changeHeadings = map[conformance.ChangeKind]struct {
	heading string
	folded  bool
}{
	conformance.ChangeNewFailure:   {"New findings", false},
	conformance.ChangeOtherFailure: {"Other findings than before", false},
	conformance.ChangeStillFailing: {"The same findings as before", true},
	conformance.ChangeFlaky:        {"Flaky", false},
	conformance.ChangeNewlySkipped: {"Newly skipped", false},
	conformance.ChangeFixed:        {"Fixed", false},
	conformance.ChangeNewCase:      {"New cases", true},
	conformance.ChangeGoneCase:     {"No longer asked", true},
}

// changedKind is the changes of one kind.
type changedKind struct {
	Kind conformance.ChangeKind
	List []*changed
}

// changed is a case that changed alike in some versions.
type changed struct {
	conformance.Change
	Versions []string
	What     string // the change without case and version
}

// sentence is the change, with all versions.
func (c *changed) sentence() string {
	if len(c.Versions) == 1 {
		return c.Text
	}
	return fmt.Sprintf("%s in %s: %s", c.Case, strings.Join(c.Versions, ", "), c.What)
}

// changesOf are the changes of a report by kind, in their order.
func changesOf(r *conformance.Report) []changedKind {
	if r.Changes == nil {
		return nil
	}
	var kinds []changedKind
	alike := map[string]*changed{}
	for _, change := range r.Changes.List {
		if n := len(kinds); n == 0 || kinds[n-1].Kind != change.Kind {
			kinds = append(kinds, changedKind{Kind: change.Kind})
		}
		what, stripped := strings.CutPrefix(change.Text, fmt.Sprintf("%s in %s: ", change.Case, change.Version))
		key := fmt.Sprintf("%s %s %s %s %s", change.Kind, change.Case, change.Before, change.Now, what)
		if c := alike[key]; c != nil && stripped {
			c.Versions = append(c.Versions, change.Version)
			continue
		}
		alike[key] = &changed{change, []string{change.Version}, what}
		last := &kinds[len(kinds)-1]
		last.List = append(last.List, alike[key])
	}
	return kinds
}

// changes writes what differs from an earlier run.
func (t Text) changes(p *page, r *conformance.Report) {
	c := r.Changes
	if c == nil {
		return
	}
	since := fmt.Sprintf("since the run of %s (%s)", c.Started.UTC().Format("2006-01-02 15:04 UTC"), c.File)
	if c.Endpoint != r.Endpoint {
		since = fmt.Sprintf("since the run of %s against %s (%s)", c.Started.UTC().Format("2006-01-02 15:04 UTC"), c.Endpoint, c.File)
	}
	if len(c.List) == 0 {
		p.paragraph("", "Nothing changed "+since+".")
		p.gap()
		return
	}
	p.paragraph("", "Changes "+since+":")
	p.gap()
	for _, kind := range changesOf(r) {
		t.changesOfKind(p, kind)
	}
}

// changesOfKind writes changes of one kind: the cases alone of what is no news.
func (t Text) changesOfKind(p *page, kind changedKind) {
	of := changeHeadings[kind.Kind]
	if of.folded {
		var ids []string
		for _, c := range kind.List {
			ids = appendNew(ids, c.Case)
		}
		p.paragraph("", of.heading+": "+few(ids))
		p.gap()
		return
	}
	p.paragraph("", of.heading+":")
	for _, c := range kind.List {
		p.item(c.sentence())
	}
	p.gap()
}

// knownText says why a finding is accepted, and until when.
func knownText(k conformance.Known) string {
	text := fmt.Sprintf("Accepted until %s: %s", k.Expires, k.Reason)
	if k.Owner != "" {
		text += " (" + k.Owner + ")"
	}
	if k.Issue != "" {
		text += " " + k.Issue
	}
	return text
}

// baseline writes how the run compares with what is known.
func (t Text) baseline(p *page, r *conformance.Report) {
	b := r.Baseline
	if b == nil {
		return
	}
	p.paragraph("", fmt.Sprintf("Baseline %s: %s, %s known.", b.File,
		plural(b.Entries, "entry", "entries"), plural(b.Known, "result", "results")))
	for _, problem := range b.Problems {
		p.item(fmt.Sprintf("%s: %s", problem.Kind, problem.Text))
	}
	p.gap()
}
