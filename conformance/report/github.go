package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// GitHub writes reports as workflow commands, which GitHub shows as annotations of a run: the verdict, then
// errors, warnings and notices, those to look at first at the start. GitHub shows the first ten of each in a
// step, so no more are written: the last says how many are left out.
func GitHub(w io.Writer, reports ...*conformance.Report) error {
	if len(reports) == 0 {
		return nil
	}
	var list []safe.Annotation
	for _, r := range reports {
		where := ""
		if len(reports) > 1 {
			where = " of " + r.Endpoint
		}
		for _, each := range slices.Concat(githubProblems(r), githubFindings(r), githubRun(r)) {
			each.Title += where
			list = append(list, each)
		}
	}
	return safe.Annotate(w, githubSummary(reports), list)
}

// githubSummary is the verdict of all reports, at the level of the worst.
func githubSummary(reports []*conformance.Report) safe.Annotation {
	summary := safe.Annotation{Level: safe.Notice, Title: "Conformance"}
	var lines []string
	for _, r := range reports {
		switch {
		case r.ExitCode == conformance.ExitFailed:
			summary.Level = safe.Error
		case r.ExitCode != conformance.ExitOK && summary.Level == safe.Notice:
			summary.Level = safe.Warning
		}
		lines = append(lines, fmt.Sprintf("%s: %s (%s)", strings.ToUpper(string(r.Verdict)), safe.Clip(safe.Text(r.Headline), 400), countsText(r)))
	}
	const most = 10
	if n := len(lines) - most; n > 0 {
		lines = append(lines[:most], fmt.Sprintf("and %d endpoints more", n))
	}
	summary.Message = strings.Join(lines, "\n")
	return summary
}

// githubProblems are the entries of a baseline that do not hold.
func githubProblems(r *conformance.Report) []safe.Annotation {
	if r.Baseline == nil {
		return nil
	}
	var list []safe.Annotation
	for _, p := range r.Baseline.Problems {
		list = append(list, safe.Annotation{Level: safe.Error, Title: "Baseline " + string(p.Kind), Message: safe.Clip(safe.Text(p.Text), 1000)})
	}
	return list
}

// githubFindings are the findings that no baseline accepts, new failures first.
func githubFindings(r *conformance.Report) []safe.Annotation {
	fresh := map[string]bool{}
	if r.Changes != nil {
		for _, c := range r.Changes.List {
			if c.Kind == conformance.ChangeNewFailure || c.Kind == conformance.ChangeOtherFailure {
				fresh[c.Case+" "+c.Version] = true
			}
		}
	}
	left := only(r, unaccepted)
	var list []safe.Annotation
	for _, of := range []struct {
		verdict conformance.Verdict
		level   safe.Level
		title   string
	}{
		{conformance.Fail, safe.Error, "Not as documented"},
		{conformance.Error, safe.Error, "Fault of the suite"},
		{conformance.Differs, safe.Warning, "Differs"},
		{conformance.Inconclusive, safe.Warning, "Could not be judged"},
	} {
		if fails(r, of.verdict) {
			of.level = safe.Error
		}
		for _, b := range blocksOf(left, of.verdict) {
			list = append(list, safe.Annotation{
				Level: of.level, Title: fmt.Sprintf("%s: %s in %s", of.title, b.named(), strings.Join(b.versions, ", ")),
				Message: githubFinding(b), Urgent: isFresh(b, fresh),
			})
		}
	}
	return list
}

// isFresh reports whether a finding was not there, or was another one, when the report before was made.
func isFresh(b *block, fresh map[string]bool) bool {
	for _, id := range b.cases {
		for _, version := range b.versions {
			if fresh[id+" "+version] {
				return true
			}
		}
	}
	return false
}

func githubFinding(b *block) string {
	lines := []string{safe.Clip(safe.Text(b.text()), 1000)}
	if b.finding.Clause != "" {
		lines = append(lines, fmt.Sprintf("Clause %s (%s): %s", b.finding.Clause, b.finding.Source, safe.Clip(safe.Text(b.finding.Statement), 400)))
	}
	if b.again != "" {
		lines = append(lines, b.againLabel()+": "+safe.Text(b.again))
	}
	return strings.Join(lines, "\n")
}

// githubRun is what is to be said of a run as a whole.
func githubRun(r *conformance.Report) []safe.Annotation {
	var list []safe.Annotation
	for _, said := range noticesOf(r) {
		list = append(list, safe.Annotation{Level: safe.Warning, Title: "Note", Message: safe.Text(said)})
	}
	if r.Trouble != nil {
		list = append(list, safe.Annotation{Level: safe.Warning, Title: "Trouble", Message: safe.Text(r.Trouble.Text), Urgent: true})
	}
	if r.Drift != nil {
		list = append(list, safe.Annotation{Level: safe.Warning, Title: "Newer version", Message: driftText(r)})
	}
	if r.Baseline != nil && r.Baseline.Known > 0 {
		list = append(list, safe.Annotation{Level: safe.Notice, Title: "Baseline", Message: fmt.Sprintf("%s known in %s", plural(r.Baseline.Known, "result is", "results are"), safe.Text(r.Baseline.File))})
	}
	for _, group := range unjudgedOf(r) {
		list = append(list, safe.Annotation{Level: safe.Notice, Title: "Not judged", Message: safe.Text(fmt.Sprintf("%s (%s)", few(group.clauses), group.why))})
	}
	return list
}
