package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// attempted is a result after attempts with these verdicts.
func attempted(r Result, verdicts ...Verdict) Result {
	for _, v := range verdicts {
		r.Attempts = append(r.Attempts, Attempt{Verdict: v})
	}
	return r
}

// TestCompare has each way in which one case can change.
func TestCompare(t *testing.T) {
	all := []string{"a", "b", "c"}
	var (
		fails    = ended("plain", Fail, nil, proof(refused, CodeAccepted, 202))
		other    = ended("plain", Fail, nil, proof(refused, CodeDetached, 409))
		both     = ended("plain", Fail, nil, proof(refused, CodeAccepted, 202), proof(refused, CodeDetached, 409))
		differs  = ended("plain", Differs, nil, proof(formed, CodeAccepted, 404))
		passes   = ended("plain", Pass, nil)
		unknown  = ended("plain", Inconclusive, nil, Finding{Verdict: Inconclusive, Code: CodeNoAnswer})
		faulty   = ended("plain", Error, nil, Finding{Verdict: Error, Code: CodeSuite})
		skipped  = ended("plain", Skip, nil, Finding{Verdict: Skip, Code: CodeNotAsked, Text: "no volume is named"})
		rotated  = ended("plain", Skip, nil, Finding{Verdict: Skip, Code: CodeNotApplicable})
		unasked  = ended("plain", Inconclusive, nil, Finding{Verdict: Inconclusive, Code: CodeStopped})
		manyFail = ended("many", Fail, all, proof(refused, CodeAccepted, 202, "a"))
		watching = ended("watching", Differs, nil, proof(formed, CodeError, 404))
	)
	unasked.Unasked = true
	none := Result{}
	for _, c := range []struct {
		name        string
		before, now Result
		sample      bool
		want        ChangeKind
		says        string
	}{
		{name: "passes still", before: passes, now: passes},
		{name: "begins to fail", before: passes, now: fails, want: ChangeNewFailure, says: "plain in 1.3: passed, now fails (accepted)"},
		{name: "begins to differ", before: passes, now: differs, want: ChangeNewFailure, says: "plain in 1.3: passed, now differs (accepted)"},
		{name: "fails, and could not be judged", before: unknown, now: fails, want: ChangeNewFailure, says: ": could not be judged before, now fails (accepted)"},
		{name: "fails, and was skipped", before: skipped, now: fails, want: ChangeNewFailure, says: ": not asked before, now fails (accepted)"},
		{name: "fails, and is new", before: none, now: fails, want: ChangeNewFailure, says: ": not asked before, now fails (accepted)"},
		{name: "fails at its second attempt", before: passes, now: attempted(fails, Inconclusive, Fail), want: ChangeNewFailure},

		{name: "fails still", before: fails, now: fails, want: ChangeStillFailing, says: "plain in 1.3: still fails (accepted)"},
		{name: "fails with another code", before: fails, now: other, want: ChangeOtherFailure, says: "plain in 1.3: failed (accepted), now fails (detached)"},
		{name: "fails with one more", before: fails, now: both, want: ChangeOtherFailure, says: "failed (accepted), now fails (accepted, detached)"},
		{name: "fails with one less", before: both, now: fails, want: ChangeOtherFailure},
		{name: "differed, and fails", before: differs, now: fails, want: ChangeOtherFailure},

		{name: "mended", before: fails, now: passes, want: ChangeFixed, says: "plain in 1.3: failed (accepted), now passes"},
		{name: "mended, at its second attempt", before: fails, now: attempted(passes, Inconclusive, Pass), want: ChangeFixed},
		{name: "differs no more", before: differs, now: passes, want: ChangeFixed, says: "differed (accepted), now passes"},

		{name: "passes at its second attempt", before: passes, now: attempted(passes, Inconclusive, Pass), want: ChangeFlaky, says: "plain in 1.3: ended differently when it was asked again: inconclusive, pass"},
		{name: "passes at its first attempt", before: passes, now: attempted(passes, Pass)},
		{name: "could not be judged", before: passes, now: attempted(unknown, Inconclusive, Inconclusive), want: ChangeFlaky, says: "plain in 1.3: passed, now could not be judged"},
		{name: "failed, and could not be judged", before: fails, now: unknown, want: ChangeFlaky, says: "failed (accepted), now could not be judged"},
		{name: "the suite failed", before: passes, now: faulty, want: ChangeFlaky},
		{name: "could not be judged twice", before: unknown, now: unknown},
		{name: "not asked, as the run was stopped", before: passes, now: unasked},
		{name: "can be judged again", before: unknown, now: passes},

		{name: "begins to be skipped", before: passes, now: skipped, want: ChangeNewlySkipped, says: "plain in 1.3: passed, now skipped: no volume is named"},
		{name: "failed, and is skipped", before: fails, now: skipped, want: ChangeNewlySkipped},
		{name: "skipped still", before: skipped, now: skipped},
		{name: "another version's turn", before: fails, now: rotated},

		{name: "a new case", before: none, now: passes, want: ChangeNewCase, says: "plain in 1.3: a new case: pass"},
		{name: "a case that is gone", before: passes, now: none, want: ChangeGoneCase, says: "plain in 1.3: no longer asked"},

		{name: "mended in all variants", before: manyFail, now: ended("many", Pass, all), want: ChangeFixed},
		{name: "mended in the variant that failed", before: manyFail, now: ended("many", Pass, all[:1]), want: ChangeFixed},
		{name: "the variant that failed was not asked", before: manyFail, now: ended("many", Pass, all[1:])},
		{name: "another variant fails in the same way", before: manyFail, now: ended("many", Fail, all[1:], proof(refused, CodeAccepted, 202, "b")), want: ChangeStillFailing},
		{name: "another variant fails, the first passes", before: manyFail, now: ended("many", Fail, all, proof(refused, CodeAccepted, 202, "b")), want: ChangeStillFailing},
		{
			name: "two ways, of which one was not asked", want: ChangeStillFailing,
			before: ended("many", Fail, all, proof(refused, CodeAccepted, 202, "a"), proof(refused, CodeDetached, 409, "b")),
			now:    ended("many", Fail, all[:1], proof(refused, CodeAccepted, 202, "a")),
		},

		{name: "a case that watches is mended", before: watching, now: ended("watching", Pass, nil), want: ChangeFixed},
		{name: "a case that watches passes in a sample", before: watching, now: ended("watching", Pass, nil), sample: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			beside := ended("many", Pass, all)
			reports := [2]*Report{}
			for i, result := range []Result{c.before, c.now} {
				var results []Result
				if c.before.Case.ID != "many" {
					results = append(results, beside)
				}
				if result.Case.ID != "" {
					results = append(results, result)
				}
				reports[i] = concluded(nil, func(r *Report) { r.Options.All = !c.sample }, results...)
			}
			previous, now := reports[0], reports[1]
			verdict, code := now.Verdict, now.ExitCode
			now.Compare(previous, "yesterday.json")
			assert.Equal(t, verdict, now.Verdict)
			assert.Equal(t, code, now.ExitCode)
			assert.Equal(t, "yesterday.json", now.Changes.File)
			assert.Equal(t, "https://host.example", now.Changes.Endpoint)
			if c.want == "" {
				assert.Empty(t, now.Changes.List)
				return
			}
			require.Len(t, now.Changes.List, 1)
			change := now.Changes.List[0]
			assert.Equal(t, c.want, change.Kind, change.Text)
			assert.Contains(t, change.Text, c.says)
			assert.Equal(t, c.before.Verdict, change.Before)
			assert.Equal(t, c.now.Verdict, change.Now)
			assert.Equal(t, "1.3", change.Version)
			assert.Equal(t, c.before.codes(), change.CodesBefore)
			assert.Equal(t, c.now.codes(), change.CodesNow)
		})
	}
}

// TestCompareOrder has what to look at first at the start, and matches results by case and version.
func TestCompareOrder(t *testing.T) {
	of := func(version int, r Result) Result {
		r.Version.ID = lifecycle.V(1, version)
		return r
	}
	fails, passes := ended("plain", Fail, nil, proof(refused, CodeAccepted, 202)), ended("plain", Pass, nil)
	previous := concluded(nil, nil, of(1, fails), of(2, fails), of(3, passes), ended("many", Pass, nil))
	now := concluded(nil, nil, of(1, passes), of(2, fails), of(3, fails), of(4, passes), ended("watching", Pass, nil))
	now.Compare(previous, "yesterday.json")
	var got []string
	for _, change := range now.Changes.List {
		got = append(got, fmt.Sprintf("%s %s %s", change.Kind, change.Case, change.Version))
	}
	assert.Equal(t, []string{
		"new-failure plain 1.3", "still-failing plain 1.2", "fixed plain 1.1", "new-case watching 1.3", "gone-case many 1.3",
	}, got, "a version that was not asked before is no news of a case")
}

// TestReadReports reads what was stored, and reports of the first schema.
func TestReadReports(t *testing.T) {
	want := concluded(nil, nil, ended("plain", Fail, nil, proof(refused, CodeAccepted, 202)), ended("many", Pass, []string{"a"}))
	stored, err := json.Marshal(want)
	require.NoError(t, err)
	got, err := ReadReports(bytes.NewReader(stored))
	require.NoError(t, err)
	assert.Equal(t, []*Report{want}, got)

	several, err := ReadReports(strings.NewReader(fmt.Sprintf(" [%s,%s]", stored, stored)))
	require.NoError(t, err)
	assert.Equal(t, []*Report{want, want}, several)

	first, err := os.Open("testdata/schema-1.json")
	require.NoError(t, err)
	defer first.Close()
	got, err = ReadReports(first)
	require.NoError(t, err)
	assert.Equal(t, 1, got[0].SchemaVersion)
	assert.NotEmpty(t, got[0].Results)
	now := concluded(nil, nil, ended("plain", Pass, nil))
	now.Compare(got[0], "schema-1.json")
	assert.NotEmpty(t, now.Changes.List)
}

// TestReadReportsRefuses: what is no report, and what contradicts itself, is never taken for a good one.
func TestReadReportsRefuses(t *testing.T) {
	stored, err := json.Marshal(concluded(nil, nil, ended("plain", Fail, nil, proof(refused, CodeAccepted, 202))))
	require.NoError(t, err)
	with := func(replacements ...string) string {
		content := string(stored)
		for pair := range slices.Chunk(replacements, 2) {
			require.Contains(t, content, pair[0])
			content = strings.Replace(content, pair[0], pair[1], 1)
		}
		return content
	}
	both, err := json.Marshal(concluded(nil, nil, ended("plain", Fail, nil, proof(refused, CodeAccepted, 202)), ended("plain", Pass, nil)))
	require.NoError(t, err)
	twice := string(both)
	for name, c := range map[string]struct{ content, says string }{
		"empty":                  {"", "not a report as JSON"},
		"half":                   {string(stored[:len(stored)/2]), "not a report as JSON"},
		"two in a row":           {string(stored) + string(stored), "not a report as JSON"},
		"null":                   {"null", "no schema_version"},
		"another file":           {`{"version": 2}`, "no schema_version"},
		"an empty list":          {"[]", "holds no report"},
		"a list of nothing":      {"[null]", "no schema_version"},
		"a later schema":         {with(`"schema_version":2`, `"schema_version":3`), "reads up to 2: use a newer one"},
		"an unknown schema":      {with(`"schema_version":2`, `"schema_version":-1`), "unknown schema_version"},
		"an unknown verdict":     {with(`"verdict":"fail","findings"`, `"verdict":"fine","findings"`), `unknown verdict "fine"`},
		"results left out":       {with(`"counts":{"pass":0,"fail":1`, `"counts":{"pass":1,"fail":0`), "counts are not those of its results"},
		"another exit code":      {with(`"exit_code":1`, `"exit_code":0`), "contradicts itself"},
		"an unknown run verdict": {with(`"verdict":"fail","headline"`, `"verdict":"skip","headline"`), "contradicts itself"},
		"a pass that failed":     {with(`"verdict":"fail","headline"`, `"verdict":"pass","headline"`, `"exit_code":1`, `"exit_code":0`), `verdict "pass", and by its results "fail"`},
		"a pass with a failure":  {with(`"verdict":"fail","findings"`, `"verdict":"pass","findings"`, `"counts":{"pass":0,"fail":1`, `"counts":{"pass":1,"fail":0`), `ends with "pass", and has a finding with "fail"`},
		"an unknown finding":     {with(`"findings":[{"verdict":"fail"`, `"findings":[{"verdict":"odd"`), `finding with an unknown verdict "odd"`},
		"one question twice":     {twice, `case "plain" is there twice in 1.3`},
		"a pass of nothing":      {`{"schema_version":2,"verdict":"pass","exit_code":0,"results":[]}`, "contradicts itself"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ReadReports(strings.NewReader(c.content))
			require.ErrorContains(t, err, c.says)
		})
	}
	_, err = ReadReports(&brokenReader{})
	require.ErrorIs(t, err, errBroken)
	_, err = readBounded(&endless{}, 1<<20)
	require.ErrorContains(t, err, "larger than 1 MiB")
}

// endless is a file without an end.
type endless struct{}

func (*endless) Read(p []byte) (int, error) { return len(p), nil }

// FuzzReadReports: whatever a file says, it is read or refused, and what is read can be compared and written.
func FuzzReadReports(f *testing.F) {
	stored, err := json.Marshal(concluded(nil, nil, ended("many", Fail, []string{"a"}, proof(refused, CodeAccepted, 202, "a"))))
	require.NoError(f, err)
	f.Add(string(stored))
	f.Add("[" + string(stored) + "]")
	f.Fuzz(func(t *testing.T, content string) {
		reports, err := ReadReports(strings.NewReader(content))
		if err != nil {
			return
		}
		for _, r := range reports {
			r.Compare(reports[0], "yesterday.json")
			_, err := json.Marshal(r)
			require.NoError(t, err)
		}
	})
}
