package report_test

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

var update = flag.Bool("update", false, "write the golden files anew")

// requireGolden compares got with a file in testdata.
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

var (
	refusal = conformance.Clause{ID: "DETACH-409", Source: conformance.Document, Text: "Detaching a volume answers 409 Conflict."}
	detail  = conformance.Clause{ID: "ERROR-DETAIL", Source: conformance.Field, Text: "An error has a detail, which is a string or an array of strings."}
)

// result is how a case ended. Its findings take their verdict from it.
func result(version lifecycle.Version, family, id string, verdict conformance.Verdict, findings ...conformance.Finding) conformance.Result {
	for i := range findings {
		findings[i].Verdict = verdict
	}
	return conformance.Result{
		Case:     conformance.CaseFacts{ID: id, Family: family, Clauses: []conformance.Clause{refusal, detail}},
		Version:  version,
		Verdict:  verdict,
		Findings: findings,
		Duration: conformance.Millis(3 * time.Millisecond),
		Attempts: make([]conformance.Attempt, 1),
		Again:    "scp-conformance run --endpoint http://127.0.0.1:8080 --case " + id + " --api-version " + version.ID.String(),
	}
}

func breach(clause conformance.Clause, text string, requests int, variants ...string) conformance.Finding {
	return conformance.Finding{
		Code: conformance.CodeAccepted, Clause: clause.ID, Statement: clause.Text, Source: clause.Source, Text: text, Requests: requests, Variants: variants,
	}
}

func reason(code conformance.Code, text string) conformance.Finding {
	return conformance.Finding{Code: code, Text: text}
}

// everything is a report with every verdict. Not every case was asked of every version.
func everything() *conformance.Report {
	const longest = "a-case-whose-name-is-longer-than-others"
	noted := result(newest, "discovery", "late", conformance.Pass)
	noted.Notes = []string{"the endpoint lists 1.11 too, which no document is about, and goes on to do so in this long sentence", "1.9 has a later date"}
	tried := result(newest, "detach", "detach-accepted", conformance.Inconclusive, reason(conformance.CodeNoAnswer, "it got no answer: EOF"))
	tried.Attempts = make([]conformance.Attempt, 3)
	unasked := result(newest, "ids", "never", conformance.Inconclusive, reason(conformance.CodeStopped, "not asked, as the run was stopped"))
	unasked.Unasked = true
	r := &conformance.Report{
		Endpoint: "http://127.0.0.1:8080",
		Day:      lifecycle.Day(2031, time.April, 1),
		Duration: conformance.Millis(12345 * time.Millisecond),
		Seed:     7,
		Verdict:  conformance.Fail,
		Headline: "http://127.0.0.1:8080 does not behave as documented on 2031-04-01; 3 clauses were not judged; its CURRENT version 1.11 is newer than the documents",
		ExitCode: conformance.ExitFailed,
		Drift:    &lifecycle.Version{ID: lifecycle.V(1, 11), Label: lifecycle.Current},
		Unjudged: []conformance.Unjudged{
			{Clause: "DETACH-SHARED", Why: "no volume is named that may be attached to two servers"},
			{Clause: "DETACH-LAST", Why: "no case that judges it was asked"},
			{Clause: "DETACH-ONLY", Why: "no volume is named that may be attached to two servers"},
		},
		Results: []conformance.Result{
			result(oldest, "detach", "detach-accepted", conformance.Pass),
			result(oldest, "detach", "detach-not-attached", conformance.Skip, reason(conformance.CodeNotAsked, "no volume is named to try it on")),
			result(oldest, "detach", "detach-shared", conformance.Skip, reason(conformance.CodeNotAsked, "no volume is named to try it on")),
			result(middle, "detach", "detach-accepted", conformance.Pass),
			result(middle, "detach", "detach-not-attached", conformance.Fail,
				breach(refusal, "DELETE /v1/volumes/a/servers/b is answered 202 Accepted; documented are 400 Bad Request and 409 Conflict", 2, "at once"),
				breach(refusal, "DELETE /v1/volumes/a/servers/c is answered 202 Accepted as well", 1)),
			result(middle, "form", longest, conformance.Error, reason(conformance.CodeSuite, "guard blocked DELETE /v1/volumes/a")),
			tried,
			result(newest, "form", "form-detail", conformance.Differs, breach(detail, "an error has no detail", 12)),
			result(newest, "detach", "detach-not-attached", conformance.Fail,
				breach(refusal, "DELETE /v1/volumes/d/servers/e is answered 202 Accepted; documented are 400 Bad Request and 409 Conflict", 3, "at once", "later")),
			noted,
			result(newest, "form", "form-header", conformance.Differs, breach(conformance.Clause{ID: "ELSEWHERE", Source: conformance.Assumed}, "a clause that no case of the run is about", 1)),
			unasked,
		},
	}
	for _, result := range r.Results {
		switch result.Verdict {
		case conformance.Pass:
			r.Counts.Pass++
		case conformance.Fail:
			r.Counts.Fail++
		case conformance.Differs:
			r.Counts.Differs++
		case conformance.Inconclusive:
			r.Counts.Inconclusive++
		case conformance.Skip:
			r.Counts.Skip++
		case conformance.Error:
			r.Counts.Error++
		}
	}
	r.Counts.Requests = 250
	return r
}

func TestTextHostile(t *testing.T) {
	for _, text := range []report.Text{{}, {Verbose: true, Grid: true}} {
		var out bytes.Buffer
		require.NoError(t, text.Write(&out, hostile(t), hostile(t)))
		safetest.RequireHarmless(t, out.String())
	}
}

func passed() *conformance.Report {
	r := everything()
	r.Results = slices.DeleteFunc(r.Results, func(r conformance.Result) bool { return r.Verdict != conformance.Pass })
	r.Verdict, r.Headline = conformance.Pass, "http://127.0.0.1:8080 behaves as documented on 2031-04-01"
	r.Drift, r.Unjudged = nil, nil
	r.Counts = conformance.Counts{Pass: len(r.Results), Requests: 5}
	return r
}

// unreachable is a report of an endpoint that nothing was asked of.
func unreachable() *conformance.Report {
	r := passed()
	r.Verdict, r.Headline = conformance.Inconclusive, "http://127.0.0.1:8080 could not be judged on 2031-04-01"
	r.Trouble = &conformance.Trouble{Kind: conformance.TroubleUnreachable, Text: "Nothing answers at http://127.0.0.1:8080: connection refused. Is it started, and the port right?"}
	for i, of := range r.Results {
		r.Results[i] = result(of.Version, of.Case.Family, of.Case.ID, conformance.Inconclusive,
			reason(conformance.CodeNoAnswer, "not asked, as the endpoint could not be reached"))
		r.Results[i].Unasked = true
	}
	r.Counts = conformance.Counts{Inconclusive: len(r.Results)}
	return r
}

func TestText(t *testing.T) {
	nothing := passed()
	nothing.Results, nothing.Counts = nil, conformance.Counts{}
	for _, tt := range []struct {
		name   string
		text   report.Text
		report *conformance.Report
	}{
		{"everything", report.Text{}, everything()},
		{"everything-color", report.Text{Color: true}, everything()},
		{"everything-60", report.Text{Width: 60}, everything()},
		{"everything-quiet", report.Text{Quiet: true}, everything()},
		{"everything-verbose", report.Text{Verbose: true, Grid: true}, everything()},
		{"passed", report.Text{}, passed()},
		{"passed-quiet", report.Text{Quiet: true}, passed()},
		{"unreachable", report.Text{}, unreachable()},
		{"nothing", report.Text{Verbose: true, Grid: true}, nothing},
		{"tree", report.Text{}, tree(t)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, tt.text.Write(&out, tt.report))
			assert.Equal(t, tt.text.Color, bytes.Contains(out.Bytes(), []byte("\x1b[")))
			assert.NotRegexp(t, `(?m) $`, out.String(), "no blanks at the end of a line")
			if !tt.text.Color {
				requireNarrow(t, out.String(), cmp.Or(tt.text.Width, 80))
			}
			requireGolden(t, tt.name+".txt", out.Bytes())
		})
	}
}

// requireNarrow allows no line wider than width, but for a command, which has to run as printed, for one word,
// such as a path, and for the verdict, which is the last line.
func requireNarrow(t *testing.T, text string, width int) {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for _, line := range lines[:len(lines)-1] {
		if n := utf8.RuneCountInString(line); n > width && len(strings.Fields(line)) > 1 {
			require.Contains(t, line, "Again: ", "a line of %d columns", n)
		}
	}
}

// TestTextOfEvilWords prints an endpoint's words that are meant for the terminal.
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
		"right to left":   "a\u202eb",
	} {
		t.Run(name, func(t *testing.T) {
			written := func(words string) string {
				said := result(newest, "f", "c", conformance.Fail, breach(refusal, words, 1))
				said.Notes = []string{words}
				var out bytes.Buffer
				require.NoError(t, report.Text{Verbose: true, Width: 200}.Write(&out, &conformance.Report{
					Headline: words, Results: []conformance.Result{said}, Trouble: &conformance.Trouble{Text: words},
				}))
				return out.String()
			}
			out := written(words)
			assert.Equal(t, strings.Count(written("words"), "\n"), strings.Count(out, "\n"), "it made a line of its own")
			assert.NotRegexp(t, `[[:cntrl:]\x{80}-\x{9f}\x{202e}]`, strings.ReplaceAll(out, "\n", ""))
		})
	}
	var out bytes.Buffer
	require.NoError(t, report.Text{}.Write(&out, &conformance.Report{Headline: "볼륨 is “detached”…"}))
	assert.Contains(t, out.String(), "볼륨 is “detached”…", "what can be seen stays")
}

var errDisk = errors.New("no space left on device")

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errDisk }

// TestWriteErrors: a report that could not be written is no success.
func TestWriteErrors(t *testing.T) {
	table := lifecycle.Table{Versions: []lifecycle.Version{newest}}
	versions := report.NewVersions(table, lifecycle.Day(2031, time.April, 1), 90, nil)
	require.ErrorIs(t, report.Text{}.Write(fullDisk{}, everything()), errDisk)
	require.ErrorIs(t, report.JSON(fullDisk{}, everything()), errDisk)
	require.ErrorIs(t, versions.Text(fullDisk{}, table, 80), errDisk)
	require.ErrorIs(t, versions.JSON(fullDisk{}), errDisk)
	require.ErrorIs(t, versions.Markdown(fullDisk{}), errDisk)
}
