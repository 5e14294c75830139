package report

import (
	"fmt"
	"slices"

	"github.com/scp-openapi/virtualserver/conformance"
)

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
	for rest := c.List; len(rest) > 0; {
		n := slices.IndexFunc(rest, func(change conformance.Change) bool { return change.Kind != rest[0].Kind })
		if n < 0 {
			n = len(rest)
		}
		t.changesOfKind(p, rest[:n])
		rest = rest[n:]
	}
}

// changesOfKind writes changes of one kind: the cases alone of what is no news.
func (t Text) changesOfKind(p *page, list []conformance.Change) {
	of := changeHeadings[list[0].Kind]
	if of.folded {
		var ids []string
		for _, change := range list {
			ids = appendNew(ids, change.Case)
		}
		p.paragraph("", of.heading+": "+few(ids))
		p.gap()
		return
	}
	p.paragraph("", of.heading+":")
	for _, change := range list {
		p.item(change.Text)
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
