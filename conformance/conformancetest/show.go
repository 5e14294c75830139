package conformancetest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
)

// show gives a subtest the verdict of its case.
func show(t *testing.T, r conformance.Result, strict bool) {
	t.Helper()
	for _, note := range r.Notes {
		t.Log(note)
	}
	switch verdict := r.Remaining(); {
	case verdict == conformance.Skip:
		t.Skip(r.Reason())
	case r.Known(): // a baseline accepts all of it
		t.Logf("known: %s\n%s", r.Reason(), details(t, r))
	case verdict == conformance.Pass:
		t.Logf("%s (%s)", r.Case.Summary, r.Duration)
	case verdict == conformance.Differs && !strict:
		t.Logf("differs: %s\n%s", r.Reason(), details(t, r))
	case r.Unasked:
		t.Fatal(said[verdict] + r.Reason())
	default:
		require.Fail(t, said[verdict]+r.Reason(), details(t, r))
	}
}

// said is what the failures of a subtest begin with, by the verdict of the case.
var said = map[conformance.Verdict]string{
	conformance.Fail:         "",
	conformance.Differs:      "differs: ",
	conformance.Inconclusive: "inconclusive: ",
	conformance.Error:        "the suite is at fault: ",
}

// details are what was asked, the findings without the text of the first, and how to ask again.
func details(t *testing.T, r conformance.Result) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s: %s\n", r.Case.ID, r.Case.Summary)
	for i, f := range r.Findings {
		if i > 0 {
			fmt.Fprintf(&out, "also:   %s\n", f.Text)
		}
		if f.Clause != "" {
			fmt.Fprintf(&out, "breaks: %s (%s): %s\n", f.Clause, f.Source, f.Statement)
		}
		if e := f.Exchange; e != nil {
			fmt.Fprintf(&out, "shown:  %s %s: %s\n", e.Method, e.URL, conformance.StatusText(e.Status))
		}
	}
	fmt.Fprintf(&out, "again:  %s", again(t, r))
	if command := r.Again; !strings.HasPrefix(command, goTest) {
		fmt.Fprintf(&out, "\nor:     %s", command)
	}
	return out.String()
}

const goTest = "go test"

// again is the command that asks the case of a subtest again, with the cases that met what it found.
func again(t *testing.T, r conformance.Result) string {
	ids := []string{r.Case.ID}
	for _, f := range r.Findings {
		if f.SeenBy != "" && !slices.Contains(ids, f.SeenBy) {
			ids = append(ids, f.SeenBy)
		}
	}
	var pattern []string
	names := strings.Split(t.Name(), "/")
	for _, name := range names[:len(names)-1] {
		pattern = append(pattern, "^"+regexp.QuoteMeta(name)+"$")
	}
	last := ids[0]
	if len(ids) > 1 {
		last = "(" + strings.Join(ids, "|") + ")"
	}
	quoted := strings.ReplaceAll(strings.Join(append(pattern, "^"+last+"$"), "/"), "'", `'\''`)
	return goTest + " -run '" + quoted + "'"
}

// conclude says what a run came to, and fails the test where a subtest alone does not tell.
func conclude(t *testing.T, report *conformance.Report) {
	t.Helper()
	for _, done := range report.PutBack {
		t.Log(done)
	}
	if report.Baseline != nil {
		for _, problem := range report.Baseline.Problems {
			t.Error(problem.Text)
		}
	}
	said := report.Headline + "."
	if report.Trouble != nil {
		said += " " + report.Trouble.Text
		if report.Trouble.Kind == conformance.TroubleStopped {
			said += " The flag -timeout of go test allows more time."
		}
	}
	if report.ExitCode != conformance.ExitOK {
		t.Error(said)
	} else {
		t.Log(said)
	}
}
