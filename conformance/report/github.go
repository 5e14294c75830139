package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// GitHub writes reports as workflow commands, which GitHub shows as annotations of a run: the verdict, then
// errors, warnings and notices, those to look at first at the start. GitHub shows the first ten of each in a
// step, so no more are written: the last says how many are left out.
func GitHub(w io.Writer, reports ...*conformance.Report) error {
	if len(reports) == 0 {
		return nil
	}
	list := []annotation{githubSummary(reports)}
	for _, r := range reports {
		where := ""
		if len(reports) > 1 {
			where = " of " + r.Endpoint
		}
		for _, each := range slices.Concat(githubProblems(r), githubFindings(r), githubRun(r)) {
			each.title += where
			list = append(list, each)
		}
	}
	_, err := io.WriteString(w, githubCommands(list))
	return err
}

// annotation is one workflow command. What is urgent comes before the others of its level.
type annotation struct {
	level          string
	title, message string
	urgent         bool
}

// The levels of annotations.
const (
	githubError   = "error"
	githubWarning = "warning"
	githubNotice  = "notice"
)

// githubShown is how many annotations of a level GitHub shows of one step.
const githubShown = 10

// githubCommands writes the summary, which is the first annotation, and as many of the others as are shown.
func githubCommands(list []annotation) string {
	var b strings.Builder
	b.WriteString(list[0].command())
	for _, level := range []string{githubError, githubWarning, githubNotice} {
		shown := githubShown
		if list[0].level == level {
			shown--
		}
		var some []annotation
		for _, each := range list[1:] {
			if each.level == level {
				some = append(some, each)
			}
		}
		slices.SortStableFunc(some, func(x, y annotation) int {
			switch {
			case x.urgent == y.urgent:
				return 0
			case x.urgent:
				return -1
			}
			return 1
		})
		if left := len(some) - shown; left > 0 {
			some = append(some[:shown-1], annotation{level: level, title: "More", message: fmt.Sprintf("%d more of this level are in the report.", left+1)})
		}
		for _, each := range some {
			b.WriteString(each.command())
		}
	}
	return b.String()
}

// command is the workflow command. Line ends and the signs that end a property are escaped as GitHub's own
// toolkit does.
func (a annotation) command() string {
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	return fmt.Sprintf("::%s title=%s::%s\n", a.level, property.Replace(printable(clip(a.title, 200))), data.Replace(printableLines(a.message)))
}

// githubSummary is the verdict of all reports, at the level of the worst.
func githubSummary(reports []*conformance.Report) annotation {
	summary := annotation{level: githubNotice, title: "Conformance"}
	var lines []string
	for _, r := range reports {
		switch {
		case r.ExitCode == conformance.ExitFailed:
			summary.level = githubError
		case r.ExitCode != conformance.ExitOK && summary.level == githubNotice:
			summary.level = githubWarning
		}
		lines = append(lines, fmt.Sprintf("%s: %s (%s)", strings.ToUpper(string(r.Verdict)), clip(printable(r.Headline), 400), countsText(r)))
	}
	if n := len(lines) - githubShown; n > 0 {
		lines = append(lines[:githubShown], fmt.Sprintf("and %d endpoints more", n))
	}
	summary.message = strings.Join(lines, "\n")
	return summary
}

// githubProblems are the entries of a baseline that do not hold.
func githubProblems(r *conformance.Report) []annotation {
	if r.Baseline == nil {
		return nil
	}
	var list []annotation
	for _, p := range r.Baseline.Problems {
		list = append(list, annotation{level: githubError, title: "Baseline " + string(p.Kind), message: clip(printable(p.Text), 1000)})
	}
	return list
}

// githubFindings are the findings that no baseline accepts, new failures first.
func githubFindings(r *conformance.Report) []annotation {
	fresh := map[string]bool{}
	if r.Changes != nil {
		for _, c := range r.Changes.List {
			if c.Kind == conformance.ChangeNewFailure || c.Kind == conformance.ChangeOtherFailure {
				fresh[c.Case+" "+c.Version] = true
			}
		}
	}
	left := only(r, unaccepted)
	var list []annotation
	for _, of := range []struct {
		verdict      conformance.Verdict
		level, title string
	}{
		{conformance.Fail, githubError, "Not as documented"},
		{conformance.Error, githubError, "Fault of the suite"},
		{conformance.Differs, githubWarning, "Differs"},
		{conformance.Inconclusive, githubWarning, "Could not be judged"},
	} {
		if fails(r, of.verdict) {
			of.level = githubError
		}
		for _, b := range blocksOf(left, of.verdict) {
			list = append(list, annotation{
				level: of.level, title: fmt.Sprintf("%s: %s in %s", of.title, b.named(), strings.Join(b.versions, ", ")),
				message: githubFinding(b), urgent: isFresh(b, fresh),
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
	lines := []string{clip(printable(b.text()), 1000)}
	if b.finding.Clause != "" {
		lines = append(lines, fmt.Sprintf("Clause %s (%s): %s", b.finding.Clause, b.finding.Source, clip(printable(b.finding.Statement), 400)))
	}
	if b.again != "" {
		lines = append(lines, b.againLabel()+": "+printable(b.again))
	}
	return strings.Join(lines, "\n")
}

// githubRun is what is to be said of a run as a whole.
func githubRun(r *conformance.Report) []annotation {
	var list []annotation
	for _, said := range noticesOf(r) {
		list = append(list, annotation{level: githubWarning, title: "Note", message: printable(said)})
	}
	if r.Trouble != nil {
		list = append(list, annotation{level: githubWarning, title: "Trouble", message: printable(r.Trouble.Text), urgent: true})
	}
	if r.Drift != nil {
		list = append(list, annotation{level: githubWarning, title: "Newer version", message: driftText(r)})
	}
	if r.Baseline != nil && r.Baseline.Known > 0 {
		list = append(list, annotation{level: githubNotice, title: "Baseline", message: fmt.Sprintf("%s known in %s", plural(r.Baseline.Known, "result is", "results are"), printable(r.Baseline.File))})
	}
	for _, group := range unjudgedOf(r) {
		list = append(list, annotation{level: githubNotice, title: "Not judged", message: printable(fmt.Sprintf("%s (%s)", few(group.clauses), group.why))})
	}
	return list
}
