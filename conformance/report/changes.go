package report

import (
	"fmt"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// changeHeadings are the kinds of changes in words, in the order in which a report lists them.
var changeHeadings = []struct {
	kind    conformance.ChangeKind
	heading string
}{
	{conformance.ChangeNewFailure, "New failures"},
	{conformance.ChangeOtherFailure, "Failing in another way"},
	{conformance.ChangeStillFailing, "Still failing"},
	{conformance.ChangeFlaky, "Flaky"},
	{conformance.ChangeNewlySkipped, "Newly skipped"},
	{conformance.ChangeFixed, "Fixed"},
	{conformance.ChangeNewCase, "New cases"},
	{conformance.ChangeGoneCase, "Gone cases"},
}

// changeGroup is one change of a case in several versions.
type changeGroup struct {
	id, text string
	versions []string
}

// changesOf are the changes of one kind, those of a case that are alike in one group.
func changesOf(c *conformance.Changes, kind conformance.ChangeKind) []*changeGroup {
	var groups []*changeGroup
	known := map[[2]string]*changeGroup{}
	for _, change := range c.List {
		if change.Kind != kind {
			continue
		}
		key := [2]string{change.Case, change.Text}
		if known[key] == nil {
			known[key] = &changeGroup{id: change.Case, text: change.Text}
			groups = append(groups, known[key])
		}
		known[key].versions = append(known[key].versions, change.Version)
	}
	return groups
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
	for _, of := range changeHeadings {
		groups := changesOf(c, of.kind)
		if len(groups) == 0 {
			continue
		}
		p.paragraph("", of.heading+":")
		for _, g := range groups {
			p.paragraph("  ", fmt.Sprintf("%s in %s: %s", g.id, strings.Join(g.versions, ", "), g.text))
		}
		p.gap()
	}
}

// baseline writes how the run compares with what is known.
func (t Text) baseline(p *page, r *conformance.Report) {
	b := r.Baseline
	if b == nil {
		return
	}
	p.paragraph("", fmt.Sprintf("Baseline %s: %s; %s in no other way than it accepts.", b.File,
		plural(b.Entries, "entry", "entries"), plural(b.Known, "result fails or differs", "results fail or differ")))
	for _, problem := range b.Problems {
		where := problem.Case
		if problem.Version != "" {
			where += " in " + problem.Version
		}
		p.paragraph("  ", fmt.Sprintf("%s: %s: %s", problem.Kind, where, problem.Text))
	}
	p.gap()
}
