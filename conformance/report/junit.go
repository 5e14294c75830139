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
	"github.com/scp-openapi/virtualserver/conformance/report/surefire"
)

// JUnit writes reports as the XML that GitLab, Jenkins and the actions for GitHub read: a suite for each
// version, a test case for each case. Suites have the form of Maven Surefire's schema.
//
// A file is red wherever its run is. Problems of a baseline are test cases of a suite of their own, and so
// is the run itself where it ended badly and no case says so.
func JUnit(w io.Writer, reports ...*conformance.Report) error {
	var suites []surefire.Suite
	for _, r := range reports {
		name := "virtualserver"
		if len(reports) > 1 {
			name = r.Endpoint + " " + name
		}
		suites = append(suites, junitSuites(name, r)...)
	}
	return surefire.Write(w, suites...)
}

// junitSuites are the suites of one report.
func junitSuites(name string, r *conformance.Report) []surefire.Suite {
	var versions []string
	cases := map[string][]surefire.Case{}
	for _, result := range r.Results {
		version := result.Version.ID.String()
		versions = appendNew(versions, version)
		cases[version] = append(cases[version], junitResult(r, name+" "+version, result))
	}
	properties := junitProperties(r)
	var suites []surefire.Suite
	for _, version := range versions {
		suites = append(suites, surefire.Suite{Name: name + " " + version, Properties: properties, Cases: cases[version]})
	}
	if r.Baseline != nil {
		suites = append(suites, surefire.Suite{Name: name + " baseline", Properties: properties, Cases: junitProblems(name+" baseline", r.Baseline.Problems)})
	}
	if r.ExitCode != conformance.ExitOK && !slices.ContainsFunc(suites, surefire.Suite.Red) {
		suites = append(suites, surefire.Suite{Name: name + " run", Properties: properties, Cases: []surefire.Case{junitRun(name+" run", r)}})
	}
	return suites
}

func junitProperties(r *conformance.Report) []surefire.Property {
	properties := []surefire.Property{
		{Name: "endpoint", Value: r.Endpoint},
		{Name: "day", Value: r.Day.String()},
		{Name: "seed", Value: strconv.FormatUint(r.Seed, 10)},
		{Name: "suite", Value: r.Suite.Version},
		{Name: "verdict", Value: string(r.Verdict)},
		{Name: "headline", Value: r.Headline},
	}
	if r.Suite.Revision != "" {
		properties = append(properties, surefire.Property{Name: "revision", Value: r.Suite.Revision})
	}
	if !r.Started.IsZero() {
		properties = append(properties, surefire.Property{Name: "started", Value: r.Started.UTC().Format(time.RFC3339)})
	}
	return properties
}

// junitResult is one result. What a baseline accepts is no failure, and a difference is none unless the run
// is strict: both are told on standard output.
func junitResult(r *conformance.Report, suite string, result conformance.Result) surefire.Case {
	c := surefire.Case{
		Name: result.Case.ID, Class: suite + "." + result.Case.Family,
		Spent: time.Duration(result.Duration),
	}
	reason := &surefire.Reason{Message: result.Reason()}
	for _, f := range result.Findings {
		if f.Known == nil {
			reason = &surefire.Reason{Message: f.Text, Type: string(f.Code)}
			break
		}
	}
	switch v := result.Remaining(); {
	case fails(r, v):
		c.Failure = reason
	case v == conformance.Skip:
		reason.Type = "" // the schema has none here
		c.Skipped = reason
	case v == conformance.Inconclusive, v == conformance.Error:
		c.Error = reason
	}
	var out strings.Builder
	if c.Failure != nil || c.Error != nil {
		reason.Text = junitFindings(result)
	} else if c.Skipped == nil {
		out.WriteString(junitFindings(result))
	}
	for _, note := range result.Notes {
		fmt.Fprintf(&out, "note: %s\n", safe.Text(note))
	}
	c.Out = out.String()
	return c
}

// junitFindings are the findings of a result, with what shows them and the command that asks the case again.
func junitFindings(result conformance.Result) string {
	if len(result.Findings) == 0 {
		return ""
	}
	var b strings.Builder
	for _, f := range result.Findings {
		fmt.Fprintf(&b, "%s: %s\n", safe.Text(string(f.Verdict)), safe.Text(f.Text))
		if f.Clause != "" {
			fmt.Fprintf(&b, "clause %s (%s): %s\n", safe.Text(f.Clause), safe.Text(string(f.Source)), safe.Text(f.Statement))
		}
		if len(f.Variants) > 0 {
			fmt.Fprintf(&b, "variants: %s\n", safe.Text(few(f.Variants)))
		}
		if f.SeenBy != "" {
			fmt.Fprintf(&b, "seen by: %s\n", safe.Text(f.SeenBy))
		}
		if f.Known != nil {
			fmt.Fprintf(&b, "known: %s\n", safe.Text(acceptance(f.Known)))
		}
		if f.Exchange != nil {
			b.WriteString("\n" + transcript(f.Exchange, 4<<10))
		}
		b.WriteString("\n")
	}
	if result.Again != "" && !result.Unasked {
		fmt.Fprintf(&b, "again: %s\n", safe.Text(result.Again))
	}
	return b.String()
}

// acceptance says why a finding is accepted, by whom and until when.
func acceptance(k *conformance.Known) string {
	text := fmt.Sprintf("%s (until %s", k.Reason, k.Expires)
	if k.Owner != "" {
		text += ", " + k.Owner
	}
	if k.Issue != "" {
		text += ", " + k.Issue
	}
	return text + ")"
}

func junitProblems(suite string, problems []conformance.BaselineProblem) []surefire.Case {
	var cases []surefire.Case
	for _, p := range problems {
		cases = append(cases, surefire.Case{
			Name: strings.TrimSpace(p.Case + " " + p.Version), Class: suite + "." + string(p.Kind),
			Failure: &surefire.Reason{Message: p.Text, Type: string(p.Kind)},
		})
	}
	return cases
}

// junitRun is a run that ended badly as a whole.
func junitRun(suite string, r *conformance.Report) surefire.Case {
	c := surefire.Case{Name: "verdict", Class: suite + ".verdict"}
	reason := &surefire.Reason{Message: r.Headline, Type: string(r.Verdict)}
	if r.Trouble != nil {
		reason.Type, reason.Text = string(r.Trouble.Kind), r.Trouble.Text
	}
	if r.ExitCode == conformance.ExitFailed {
		c.Failure = reason
	} else {
		c.Error = reason
	}
	return c
}
