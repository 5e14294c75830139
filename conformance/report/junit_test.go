package report_test

import (
	"bytes"
	"errors"
	"os/exec"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
)

// writtenJUnit is what is written, and what a reader that is not ours makes of it.
func writtenJUnit(t *testing.T, reports ...*conformance.Report) (written []byte, suites []junit.Suite) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, report.JUnit(&out, reports...))
	suites, err := junit.Ingest(out.Bytes())
	require.NoError(t, err)
	return out.Bytes(), suites
}

func TestJUnit(t *testing.T) {
	written, suites := writtenJUnit(t, tree(t))
	requireGolden(t, "tree.junit.xml", written)

	type counts struct{ passed, skipped, failed, errors int }
	got := map[string]counts{}
	for _, s := range suites {
		got[s.Name] = counts{s.Totals.Passed, s.Totals.Skipped, s.Totals.Failed, s.Totals.Error}
		assert.Equal(t, "https://virtualserver.example", s.Properties["endpoint"])
		assert.Equal(t, "2031-04-01", s.Properties["day"])
		assert.Equal(t, "7", s.Properties["seed"])
		assert.Equal(t, "2ee5d08a604bfcb517d8f3dba3afd093f3aea8ef", s.Properties["revision"])
	}
	assert.Equal(t, map[string]counts{
		"virtualserver 1.2":      {passed: 8, skipped: 2},
		"virtualserver 1.9":      {passed: 4, skipped: 1, failed: 3, errors: 1},
		"virtualserver 1.10":     {passed: 4, skipped: 1, failed: 2, errors: 2},
		"virtualserver baseline": {failed: 4},
	}, got)
}

// TestJUnitCases: what a reader is told of a case that ended so.
func TestJUnitCases(t *testing.T) {
	_, suites := writtenJUnit(t, tree(t))
	cases := map[string]junit.Test{}
	for _, s := range suites {
		for _, c := range s.Tests {
			cases[s.Name+"/"+c.Name] = c
		}
	}
	for _, tt := range []struct {
		name   string
		status junit.Status
		says   []string // in the message, the body or the output
	}{
		{"virtualserver 1.2/detach-accepted", junit.StatusPassed, nil},
		{"virtualserver 1.2/detach-twice", junit.StatusPassed, []string{"known: a second detach is taken", "until 2031-06-30"}},
		{"virtualserver 1.2/tls-old", junit.StatusSkipped, []string{"loopback"}},
		{"virtualserver 1.9/id-unknown", junit.StatusPassed, []string{"differs: unknown volume IDs", "clause ID-UNKNOWN (assumed)"}},
		{"virtualserver 1.9/signature-wrong", junit.StatusFailed, []string{"let in", "< 409 Conflict", "again: scp-conformance run", "볼륨"}},
		{"virtualserver 1.9/error-form", junit.StatusError, []string{"guard blocked"}},
		{"virtualserver 1.10/detach-twice", junit.StatusFailed, []string{"the state error", "known: "}},
		{"virtualserver 1.10/detach-accepted", junit.StatusError, []string{"unexpected EOF", "connection reset"}},
		{"virtualserver baseline/id-unknown 1.2", junit.StatusFailed, []string{"remove its entry"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, ok := cases[tt.name]
			require.True(t, ok)
			assert.Equal(t, tt.status, c.Status)
			said := c.Message + c.SystemOut
			if body := new(junit.Error); errors.As(c.Error, body) {
				said += body.Body
			}
			for _, words := range tt.says {
				assert.Contains(t, said, words)
			}
		})
	}
	assert.Equal(t, "the volume is in the state error after the second DELETE", cases["virtualserver 1.10/detach-twice"].Message, "what is known is not why it fails")
}

// TestJUnitIsAsRedAsTheRun, whatever made the run end badly.
func TestJUnitIsAsRedAsTheRun(t *testing.T) {
	ok := func() *conformance.Report {
		r := passed()
		r.ExitCode = conformance.ExitOK
		return r
	}
	strict := func(strict bool) *conformance.Report {
		r := ok()
		r.Options.Strict = strict
		r.Results = append(r.Results, result(newest, "form", "form-detail", conformance.Differs, breach(detail, "an error has no detail", 1)))
		return r
	}
	stale := ok()
	stale.Baseline = &conformance.BaselineResult{Problems: []conformance.BaselineProblem{{Kind: conformance.BaselineStale, Case: "late", Text: "late passes"}}}
	nothing := &conformance.Report{Verdict: conformance.Inconclusive, ExitCode: conformance.ExitNotJudged, Trouble: &conformance.Trouble{Kind: conformance.TroubleNothingJudged, Text: "No case was selected."}}
	incomplete := ok()
	incomplete.Verdict, incomplete.ExitCode = conformance.Inconclusive, conformance.ExitNotJudged
	for _, tt := range []struct {
		name           string
		report         *conformance.Report
		failed, errors int
	}{
		{"passed", ok(), 0, 0},
		{"differs", strict(false), 0, 0},
		{"differs in a strict run", strict(true), 1, 0},
		{"a stale baseline", stale, 1, 0},
		{"unreachable", unreachable(), 0, len(unreachable().Results)},
		{"nothing asked", nothing, 0, 1},
		{"not complete", incomplete, 0, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, suites := writtenJUnit(t, tt.report)
			var failed, errors int
			for _, s := range suites {
				failed, errors = failed+s.Totals.Failed, errors+s.Totals.Error
			}
			assert.Equal(t, tt.failed, failed)
			assert.Equal(t, tt.errors, errors)
		})
	}
}

func TestJUnitOfSeveral(t *testing.T) {
	_, suites := writtenJUnit(t, tree(t), treeOf(t, "second.example"))
	require.Len(t, suites, 8)
	assert.Equal(t, "https://virtualserver.example virtualserver 1.2", suites[0].Name)
	assert.Equal(t, "https://second.example virtualserver 1.2", suites[4].Name)
	assert.Equal(t, "https://second.example virtualserver 1.2.discovery", suites[4].Tests[0].Classname)
}

// TestJUnitSchema holds files against Surefire's schema.
func TestJUnitSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("there is no xmllint here: Debian's package libxml2-utils has it")
	}
	for name, reports := range map[string][]*conformance.Report{
		"one":         {tree(t)},
		"several":     {tree(t), treeOf(t, "second.example")},
		"hostile":     {hostile(t)},
		"unreachable": {unreachable()},
		"none":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			written, _ := writtenJUnit(t, reports...)
			check := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--huge", "--schema", "testdata/surefire/testsuites.xsd", "-")
			check.Stdin = bytes.NewReader(written)
			said, err := check.CombinedOutput()
			require.NoError(t, err, "%s", said)
		})
	}
}

func TestJUnitHostile(t *testing.T) {
	written, suites := writtenJUnit(t, hostile(t))
	safetest.RequireHarmless(t, string(written))
	tests := 0
	for _, s := range suites {
		tests += s.Totals.Tests
	}
	assert.Equal(t, len(tree(t).Results)+len(tree(t).Baseline.Problems), tests, "no word made an element of its own")
}
