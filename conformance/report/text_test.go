package report_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

var update = flag.Bool("update", false, "write the golden files anew")

// requireGolden holds got against a file in testdata.
func requireGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "make it with -update")
	require.Equal(t, string(want), string(got))
}

var (
	oldest = lifecycle.Version{ID: lifecycle.V(1, 2), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2031, time.March, 31)}
	middle = lifecycle.Version{ID: lifecycle.V(1, 9), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, time.August, 31)}
	newest = lifecycle.Version{ID: lifecycle.V(1, 10), Label: lifecycle.Current}
)

// result is how a case ended, after so many attempts.
func result(version lifecycle.Version, id string, verdict conformance.Verdict, took time.Duration, attempts int, reason string) conformance.Result {
	return conformance.Result{
		Case:     conformance.Case{ID: id, Clauses: []string{"NO-SUCH-CLAUSE"}},
		Version:  version,
		Verdict:  verdict,
		Reason:   reason,
		Duration: took,
		Attempts: make([]conformance.Attempt, attempts),
		Again:    "scp-conformance run --case " + id + " --api-version " + version.ID.String(),
	}
}

// everything is a report with every verdict. Not every case was asked of every version.
func everything() *conformance.Report {
	const (
		accepted = "detach-accepted"
		refused  = "detach-not-attached"
		ends     = "a-case-whose-name-is-longer-than-others"
		late     = "late"
	)
	noted := result(newest, late, conformance.Pass, time.Second, 1, "")
	noted.Notes = []string{"the endpoint lists 1.11 too", "1.9 has a later date"}
	return &conformance.Report{
		Endpoint: "http://127.0.0.1:8080",
		Day:      lifecycle.Day(2031, time.April, 1),
		Duration: 12345 * time.Millisecond,
		Results: []conformance.Result{
			result(oldest, accepted, conformance.Pass, 3*time.Millisecond, 1, ""),
			result(oldest, refused, conformance.Skip, 0, 1, "no volume was named to try it on"),
			result(middle, accepted, conformance.Pass, 1234*time.Millisecond, 3, ""),
			result(middle, refused, conformance.Fail, 999499*time.Microsecond, 1, "DELETE /v1/volumes/a/servers/b was answered 202 Accepted; documented is 400 Bad Request or 409 Conflict"),
			result(middle, ends, conformance.Error, 61*time.Second, 1, "the guard let it not out"),
			result(newest, accepted, conformance.Inconclusive, 10*time.Second, 3, "it got no answer: EOF"),
			result(newest, ends, conformance.Pass, 400*time.Microsecond, 1, ""),
			result(newest, refused, conformance.Fail, time.Millisecond, 1, "DELETE /v1/volumes/c/servers/d was answered 202 Accepted; documented is 400 Bad Request or 409 Conflict"),
			noted,
		},
	}
}

// only keeps the results with some verdicts.
func only(keep ...conformance.Verdict) *conformance.Report {
	r := everything()
	r.Results = slices.DeleteFunc(r.Results, func(result conformance.Result) bool {
		return !slices.Contains(keep, result.Verdict)
	})
	return r
}

func unreachable() *conformance.Report {
	r := only(conformance.Inconclusive)
	r.Trouble = "nothing answers at http://127.0.0.1:8080: connection refused. Is it started, and the port right?"
	return r
}

func TestText(t *testing.T) {
	for _, c := range []struct {
		name   string
		report *conformance.Report
	}{
		{"everything", everything()},
		{"passed", only(conformance.Pass, conformance.Skip)},
		{"inconclusive", only(conformance.Pass, conformance.Inconclusive)},
		{"suite-error", only(conformance.Pass, conformance.Error)},
		{"skipped", only(conformance.Skip)},
		{"unreachable", unreachable()},
		{"nothing", only()},
	} {
		for suffix, color := range map[string]bool{".txt": false, ".color.txt": true} {
			t.Run(c.name+suffix, func(t *testing.T) {
				var out bytes.Buffer
				text := report.Text{Out: &out, Color: color}
				for _, r := range c.report.Results {
					text.Result(r)
				}
				text.Summary(c.report)
				assert.Equal(t, color, bytes.Contains(out.Bytes(), []byte("\x1b[")))
				assert.NotRegexp(t, ` \n`, out.String(), "no blanks at the end of a line")
				requireGolden(t, c.name+suffix, out.Bytes())
			})
		}
	}
}

// TestTextOfEvilWords has an endpoint whose words are meant for the terminal.
func TestTextOfEvilWords(t *testing.T) {
	for name, words := range map[string]string{
		"colour":          "volume is \x1b[32mpass\x1b[0m",
		"cursor":          "\x1b[2J\x1b[H",
		"title":           "\x1b]0;owned\x07",
		"a line of ours":  "no\npass  1.10  everything",
		"carriage return": "no\rpass",
		"C1":              "\u009b32m",
		"delete":          "abc\x7f",
		"tab":             "a\tb",
	} {
		t.Run(name, func(t *testing.T) {
			said := result(newest, "c", conformance.Fail, 0, 1, words)
			said.Notes = []string{words}
			tame := result(newest, "c", conformance.Fail, 0, 1, "words")
			tame.Notes = []string{"words"}
			written := func(r conformance.Result, trouble string) string {
				var out bytes.Buffer
				text := report.Text{Out: &out}
				text.Result(r)
				text.Summary(&conformance.Report{Results: []conformance.Result{r}, Trouble: trouble})
				return out.String()
			}
			out, lines := written(said, words), strings.Count(written(tame, "words"), "\n")
			assert.Equal(t, lines, strings.Count(out, "\n"), "it made a line of its own")
			assert.NotRegexp(t, `[[:cntrl:]\x{80}-\x{9f}]`, strings.ReplaceAll(out, "\n", ""))
		})
	}
	var out bytes.Buffer
	report.Text{Out: &out}.Result(result(newest, "c", conformance.Fail, 0, 1, "볼륨 is “detached”…"))
	assert.Contains(t, out.String(), "볼륨 is “detached”…", "what is no control character stays")
}
