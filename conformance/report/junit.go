package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
)

// JUnit writes reports as the XML that GitLab, Jenkins and the actions for GitHub read: a suite for each
// version, a test case for each case. Suites have the form of Maven Surefire's schema.
//
// A file is red wherever its run is. Problems of a baseline are test cases of a suite of their own, and so
// is the run itself where it ended badly and no case says so.
func JUnit(w io.Writer, reports ...*conformance.Report) error {
	var all junitSuites
	for _, r := range reports {
		name := "virtualserver"
		if len(reports) > 1 {
			name = r.Endpoint + " " + name
		}
		all.addReport(name, r)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	encoder := xml.NewEncoder(w)
	encoder.Indent("", "  ")
	if err := encoder.Encode(all); err != nil {
		return fmt.Errorf("write the report as JUnit XML: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// The elements and attributes are in the order of the schema, which asks for it.
type (
	junitSuites struct {
		XMLName xml.Name `xml:"testsuites"`
		junitCounts
		Time   string       `xml:"time,attr"`
		Suites []junitSuite `xml:"testsuite"`
		spent  time.Duration
	}
	junitSuite struct {
		Name string `xml:"name,attr"`
		Time string `xml:"time,attr"`
		junitCounts
		Properties []junitProperty `xml:"properties>property"`
		Cases      []junitCase     `xml:"testcase"`
	}
	junitCounts struct {
		Tests    int `xml:"tests,attr"`
		Errors   int `xml:"errors,attr"`
		Skipped  int `xml:"skipped,attr"`
		Failures int `xml:"failures,attr"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Name      string       `xml:"name,attr"`
		Classname string       `xml:"classname,attr"`
		Time      string       `xml:"time,attr"`
		Failure   *junitReason `xml:"failure"`
		Skipped   *junitReason `xml:"skipped"`
		Error     *junitReason `xml:"error"`
		Out       *junitOut    `xml:"system-out"`
		spent     time.Duration
	}
	junitOut struct {
		Text string `xml:",cdata"`
	}
	junitReason struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",cdata"`
	}
)

// addReport adds the suites of one report.
func (all *junitSuites) addReport(name string, r *conformance.Report) {
	before := all.Failures + all.Errors
	var versions []string
	cases := map[string][]junitCase{}
	for _, result := range r.Results {
		version := result.Version.ID.String()
		versions = appendNew(versions, version)
		cases[version] = append(cases[version], junitResult(r, name+" "+version, result))
	}
	for _, version := range versions {
		all.addSuite(r, name+" "+version, cases[version])
	}
	if r.Baseline != nil {
		all.addSuite(r, name+" baseline", junitProblems(name+" baseline", r.Baseline.Problems))
	}
	if r.ExitCode != conformance.ExitOK && all.Failures+all.Errors == before {
		all.addSuite(r, name+" run", []junitCase{junitRun(name+" run", r)})
	}
}

// addSuite adds a suite, unless it is empty.
func (all *junitSuites) addSuite(r *conformance.Report, name string, cases []junitCase) {
	if len(cases) == 0 {
		return
	}
	suite := junitSuite{Name: printable(name), Properties: junitProperties(r), Cases: cases}
	var spent time.Duration
	for _, c := range cases {
		suite.add(c)
		all.add(c)
		spent += c.spent
	}
	suite.Time = seconds(spent)
	all.spent += spent
	all.Time = seconds(all.spent)
	all.Suites = append(all.Suites, suite)
}

func (n *junitCounts) add(c junitCase) {
	n.Tests++
	switch {
	case c.Failure != nil:
		n.Failures++
	case c.Error != nil:
		n.Errors++
	case c.Skipped != nil:
		n.Skipped++
	}
}

func junitProperties(r *conformance.Report) []junitProperty {
	properties := []junitProperty{
		{"endpoint", printable(r.Endpoint)},
		{"day", r.Day.String()},
		{"seed", strconv.FormatUint(r.Seed, 10)},
		{"suite", printable(r.Suite.Version)},
		{"verdict", printable(string(r.Verdict))},
		{"headline", printable(r.Headline)},
	}
	if r.Suite.Revision != "" {
		properties = append(properties, junitProperty{"revision", printable(r.Suite.Revision)})
	}
	if !r.Started.IsZero() {
		properties = append(properties, junitProperty{"started", r.Started.UTC().Format(time.RFC3339)})
	}
	return properties
}

// junitResult is one result. What a baseline accepts is no failure, and a difference is none unless the run
// is strict: both are told on standard output.
func junitResult(r *conformance.Report, suite string, result conformance.Result) junitCase {
	c := junitCase{
		Name: printable(result.Case.ID), Classname: printable(suite + "." + result.Case.Family),
		Time: seconds(time.Duration(result.Duration)), spent: time.Duration(result.Duration),
	}
	reason := &junitReason{Message: printable(result.Reason())}
	for _, f := range result.Findings {
		if f.Known == nil {
			reason = &junitReason{Message: printable(f.Text), Type: printable(string(f.Code))}
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
		fmt.Fprintf(&out, "note: %s\n", printable(note))
	}
	if out.Len() > 0 {
		c.Out = &junitOut{out.String()}
	}
	return c
}

// junitFindings are the findings of a result, with what shows them and the command that asks the case again.
func junitFindings(result conformance.Result) string {
	if len(result.Findings) == 0 {
		return ""
	}
	var b strings.Builder
	for _, f := range result.Findings {
		fmt.Fprintf(&b, "%s: %s\n", printable(string(f.Verdict)), printable(f.Text))
		if f.Clause != "" {
			fmt.Fprintf(&b, "clause %s (%s): %s\n", printable(f.Clause), printable(string(f.Source)), printable(f.Statement))
		}
		if len(f.Variants) > 0 {
			fmt.Fprintf(&b, "variants: %s\n", printable(few(f.Variants)))
		}
		if f.SeenBy != "" {
			fmt.Fprintf(&b, "seen by: %s\n", printable(f.SeenBy))
		}
		if f.Known != nil {
			fmt.Fprintf(&b, "known: %s\n", printable(acceptance(f.Known)))
		}
		if f.Exchange != nil {
			b.WriteString("\n" + transcript(f.Exchange, 4<<10))
		}
		b.WriteString("\n")
	}
	if result.Again != "" && !result.Unasked {
		fmt.Fprintf(&b, "again: %s\n", printable(result.Again))
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

func junitProblems(suite string, problems []conformance.BaselineProblem) []junitCase {
	var cases []junitCase
	for _, p := range problems {
		cases = append(cases, junitCase{
			Name: printable(strings.TrimSpace(p.Case + " " + p.Version)), Classname: printable(suite + "." + string(p.Kind)), Time: seconds(0),
			Failure: &junitReason{Message: printable(p.Text), Type: printable(string(p.Kind))},
		})
	}
	return cases
}

// junitRun is a run that ended badly as a whole.
func junitRun(suite string, r *conformance.Report) junitCase {
	c := junitCase{Name: "verdict", Classname: printable(suite + ".verdict"), Time: seconds(0)}
	reason := &junitReason{Message: printable(r.Headline), Type: printable(string(r.Verdict))}
	if r.Trouble != nil {
		reason.Type, reason.Text = printable(string(r.Trouble.Kind)), printable(r.Trouble.Text)
	}
	if r.ExitCode == conformance.ExitFailed {
		c.Failure = reason
	} else {
		c.Error = reason
	}
	return c
}

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) }
