package conformance

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

var (
	refused   = Clause{ID: "REFUSED", Source: Document, Text: "It is refused."}
	formed    = Clause{ID: "FORMED", Source: Field, Text: "It has a form."}
	catalogue = []Case{
		{ID: "plain", Clauses: []Clause{refused, formed}},
		{ID: "many", Clauses: []Clause{refused}, Variants: []Variant{{Name: "a"}, {Name: "b"}, {Name: "c"}}},
		{ID: "watching", Clauses: []Clause{formed}, Collects: true},
	}
)

func load(t *testing.T, content string) *Baseline {
	t.Helper()
	baseline, err := LoadBaseline(strings.NewReader(content), "known.yaml", catalogue, judged)
	require.NoError(t, err)
	return baseline
}

func TestLoadBaseline(t *testing.T) {
	got := load(t, `
known:
  - case: many
    versions: [1.10, "1.*"]
    endpoint: https://*.example
    finding: {clause: REFUSED, code: accepted, status: 202, variants: [a, c]}
    reason: |
      accepted until the gateway is replaced
    owner: storage
    issue: https://issues.example/1
    expires: 2026-08-31
  - case: plain
    finding:
      clause: FORMED
      code: error-form
    reason: nobody reads it
    expires: "20260401"
`)
	assert.Equal(t, []BaselineEntry{{
		Case: "many", Versions: []string{"1.10", "1.*"}, Endpoint: "https://*.example",
		Finding: Fingerprint{Clause: "REFUSED", Code: CodeAccepted, Status: 202, Variants: []string{"a", "c"}},
		Reason:  "accepted until the gateway is replaced\n", Owner: "storage", Issue: "https://issues.example/1",
		Expires: lifecycle.Day(2026, time.August, 31), Line: 3,
	}, {
		Case: "plain", Finding: Fingerprint{Clause: "FORMED", Code: CodeError}, Reason: "nobody reads it",
		Expires: judged, Line: 12,
	}}, got.Entries)
	assert.Empty(t, load(t, "known: []").Entries, "nothing is known")
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"1.2", "1.2", true},
		{"1.2", "1.20", false},
		{"1.*", "1.2", true},
		{"1.*", "11.2", false},
		{"*", "", true},
		{"**", "x", true},
		{"*.2", "1.2", true},
		{"*1*", "2.1.3", true},
		{"a*a", "a", false},
		{"a*b*c", "a-b-b-c", true},
		{"a*b*c", "acb", false},
		{"http://[::1]:*", "http://[::1]:80", true},
		{"(", "(", true},
		{"\xff", "x", false},
		{"\xff*", "\xffx", true},
	} {
		assert.Equal(t, c.want, matches(c.pattern, c.text), "%q %q", c.pattern, c.text)
	}
}

// TestLoadBaselineRefuses: what could accept nothing, or more than was meant, is said with its line.
func TestLoadBaselineRefuses(t *testing.T) {
	const entry = "known:\n- case: many\n  finding: {clause: REFUSED, code: accepted}\n  reason: why\n  expires: 2026-05-01\n"
	with := func(old, replacement string) string {
		require.Contains(t, entry, old)
		return strings.Replace(entry, old, replacement, 1)
	}
	load(t, entry)
	for name, c := range map[string]struct{ content, says string }{
		"empty":                {" \n", "it is empty"},
		"not YAML":             {"known: [\n", "line 2: did not find"},
		"two documents":        {entry + "---\n" + entry, "multiple"},
		"another file":         {"services: {}", "line 1: unknown key services"},
		"no list":              {"known: {a: b}", "line 1: unexpected keys"},
		"no entry":             {"known: [5]", "entry 1: line 1: unexpected `5`"},
		"unknown key":          {with("reason:", "reson:"), "entry 1: line 4: unknown key reson"},
		"a key twice":          {with("  reason: why", "  reason: why\n  reason: that"), `line 5: mapping key "reason" already defined`},
		"unknown case":         {with("case: many", "case: few"), `line 2: entry 1 (few): unknown case "few"`},
		"no case":              {with("- case: many\n ", "-"), `unknown case ""`},
		"unknown clause":       {with("clause: REFUSED", "clause: TAKEN"), `unknown clause "TAKEN"`},
		"no fingerprint":       {with("  finding: {clause: REFUSED, code: accepted}\n", ""), "clause and code are needed"},
		"no code":              {with(", code: accepted", ""), "clause and code are needed"},
		"not a status":         {with("code: accepted", "code: accepted, status: 20"), "status 20"},
		"unknown variant":      {with("code: accepted", "code: accepted, variants: [a, z]"), `no variant "z"`},
		"empty reason":         {with("reason: why", "reason: ''"), "reason is empty"},
		"blank reason":         {with("reason: why", "reason: ' '"), "reason is empty"},
		"no last day":          {with("  expires: 2026-05-01\n", ""), "expires is missing"},
		"not a day":            {with("2026-05-01", "2026-02-31"), `"2026-02-31" is not a date`},
		"401 days away":        {with("2026-05-01", "2027-05-07"), "more than 400 days after the day judged, 2026-04-01"},
		"not a version":        {with("  reason", "  versions: [v1.2]\n  reason"), `"v1.2" is not a version such as 1.2`},
		"not a link":           {with("  reason", "  issue: javascript:alert(1)\n  reason"), "issue is not a link"},
		"a link with password": {with("  reason", "  issue: https://me:secret@host/1\n  reason"), "issue is not a link"},
		"too large":            {entry + strings.Repeat("#", maxBaseline), "larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := LoadBaseline(strings.NewReader(c.content), "known.yaml", catalogue, judged)
			require.ErrorContains(t, err, c.says)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
	load(t, with("2026-05-01", "2027-05-06")) // 400 days
	_, err := LoadBaseline(&brokenReader{}, "known.yaml", catalogue, judged)
	require.ErrorIs(t, err, errBroken)
}

var errBroken = errors.New("input/output error")

type brokenReader struct{}

func (*brokenReader) Read([]byte) (int, error) { return 0, errBroken }

// ended is how a case of the catalogue ended in 1.3, with these variants judged.
func ended(id string, verdict Verdict, variants []string, findings ...Finding) Result {
	r := Result{Case: CaseFacts{ID: id}, Version: lifecycle.Version{ID: lifecycle.V(1, 3)}, Verdict: verdict, Judged: variants, Findings: findings}
	for _, c := range catalogue {
		if c.ID == id {
			r.Case = c.facts()
		}
	}
	return r
}

func proof(clause Clause, code Code, status int, variants ...string) Finding {
	return Finding{
		Verdict: clause.Source.verdict(), Code: code, Clause: clause.ID, Source: clause.Source, Variants: variants,
		Exchange: &Exchange{Status: status},
	}
}

// concluded is the report of a run with a baseline, which may be nil.
func concluded(b *Baseline, change func(*Report), results ...Result) *Report {
	r := &Report{
		SchemaVersion: SchemaVersion, Endpoint: "https://host.example", Day: judged,
		Options: Options{All: true}, Results: results, Counts: count(results, 1),
	}
	if change != nil {
		change(r)
	}
	for i := range r.Results {
		b.accept(r.Endpoint, r.Day, &r.Results[i])
	}
	r.Baseline = b.hold(r)
	r.conclude()
	return r
}

// TestBaseline is the truth table of a baseline.
func TestBaseline(t *testing.T) {
	all := []string{"a", "b", "c"}
	taken202 := proof(refused, CodeAccepted, 202)
	differs := proof(formed, CodeError, 404)
	unknown := Finding{Verdict: Inconclusive, Code: CodeNoAnswer}
	skipped := Finding{Verdict: Skip, Code: CodeNotAsked}
	passes := []Result{ended("plain", Pass, nil), ended("many", Pass, all), ended("watching", Pass, nil)}
	entry := func(id, finding string) string {
		return fmt.Sprintf("- case: %s\n  finding: %s\n  reason: why\n  expires: 2026-04-30\n", id, finding)
	}
	const taken, form = "{clause: REFUSED, code: accepted}", "{clause: FORMED, code: error-form}"
	plain := entry("plain", taken)
	for _, c := range []struct {
		name     string
		known    string
		results  []Result
		change   func(*Report)
		exit     int
		verdict  Verdict
		accepted int
		problems []BaselineKind
		says     string
	}{
		{name: "listed and failing", known: plain, results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "not listed", known: entry("many", taken), results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail},
		{name: "listed and passing", known: plain, results: []Result{ended("plain", Pass, nil)}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineStale}, says: "plain passes in 1.3: remove its entry (line 2)"},
		{name: "expired and failing", known: strings.Replace(plain, "2026-04-30", "2026-03-31", 1), results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineExpired}, says: "expired on 2026-03-31"},
		{name: "expired and passing", known: strings.Replace(plain, "2026-04-30", "2026-03-31", 1), results: []Result{ended("plain", Pass, nil)}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineExpired}},
		{name: "on its last day", known: strings.Replace(plain, "2026-04-30", "2026-04-01", 1), results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "expired, and not about this endpoint", known: strings.Replace(plain, "expires: 2026-04-30", "expires: 2026-03-31\n  endpoint: https://other.example", 1), results: []Result{ended("plain", Pass, nil)}, exit: 0, verdict: Pass},

		{name: "another code", known: plain, results: []Result{ended("plain", Fail, nil, proof(refused, CodeDetached, 202))}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineChanged}, says: "fails in 1.3 in another way: with detached against REFUSED"},
		{name: "another clause", known: plain, results: []Result{ended("plain", Differs, nil, proof(formed, CodeAccepted, 202))}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineChanged}},
		{name: "the status", known: entry("plain", "{clause: REFUSED, code: accepted, status: 202}"), results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "another status", known: entry("plain", "{clause: REFUSED, code: accepted, status: 200}"), results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineChanged}},
		{name: "no answer shows it", known: entry("plain", "{clause: REFUSED, code: accepted, status: 200}"), results: []Result{ended("plain", Fail, nil, Finding{Verdict: Fail, Code: CodeAccepted, Clause: "REFUSED"})}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineChanged}},
		{name: "a second finding, not listed", known: plain, results: []Result{ended("plain", Fail, nil, taken202, differs)}, exit: 0, verdict: Differs},
		{name: "a second failure, not listed", known: plain, results: []Result{ended("plain", Fail, nil, taken202, proof(refused, CodeDetached, 409))}, exit: 1, verdict: Fail},
		{name: "two listed, both there", known: plain + entry("plain", form), results: []Result{ended("plain", Fail, nil, taken202, differs)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "two listed, one there", known: plain + entry("plain", form), results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail, accepted: 1, problems: []BaselineKind{BaselineStale}, says: "no longer fails in 1.3 with error-form against FORMED"},
		{name: "listed twice", known: plain + plain, results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},

		{name: "differs, listed", known: entry("plain", form), results: []Result{ended("plain", Differs, nil, differs)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "differs, listed, strict", known: entry("plain", form), results: []Result{ended("plain", Differs, nil, differs)}, change: func(r *Report) { r.Options.Strict = true }, exit: 0, verdict: Pass, accepted: 1},
		{name: "differs, not listed, strict", known: plain, results: []Result{ended("plain", Fail, nil, taken202), ended("watching", Differs, nil, differs)}, change: func(r *Report) { r.Options.Strict = true }, exit: 1, verdict: Fail, accepted: 1},

		{name: "listed and skipped", known: plain, results: []Result{passes[1], ended("plain", Skip, nil, skipped)}, exit: 0, verdict: Pass},
		{name: "listed and inconclusive", known: plain, results: []Result{passes[1], ended("plain", Inconclusive, nil, unknown)}, exit: 3, verdict: Inconclusive},
		{name: "listed and not selected", known: plain, results: passes[1:], exit: 0, verdict: Pass},
		{name: "known, and partly inconclusive", known: plain, results: []Result{ended("plain", Fail, nil, taken202, unknown)}, exit: 3, verdict: Inconclusive, accepted: 1},
		{name: "known, beside a fault of the suite", known: plain, results: []Result{ended("plain", Fail, nil, taken202), ended("many", Error, nil, Finding{Verdict: Error})}, exit: 3, verdict: Inconclusive, accepted: 1},
		{name: "an inconclusive case that is listed is not known", known: plain, results: []Result{ended("plain", Inconclusive, nil, unknown)}, exit: 3, verdict: Inconclusive},
		{name: "nothing was judged", known: plain, results: []Result{ended("plain", Skip, nil, skipped)}, exit: 3, verdict: Inconclusive},

		{name: "of this version", known: plain + "  versions: [1.3]\n", results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "of such versions", known: plain + "  versions: [0.9, 1.*]\n", results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "of another version, failing", known: plain + "  versions: [1.2]\n", results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail},
		{name: "of another version, passing", known: plain + "  versions: [1.2, 1.30]\n", results: passes, exit: 0, verdict: Pass},
		{name: "of this endpoint", known: plain + "  endpoint: https://*.example\n", results: []Result{ended("plain", Fail, nil, taken202)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "of another endpoint, failing", known: plain + "  endpoint: https://hostXexample\n", results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail},
		{name: "a pattern is no expression", known: plain + "  endpoint: https://host.exampl.\n", results: passes, exit: 0, verdict: Pass},

		{name: "any variant", known: entry("many", taken), results: []Result{ended("many", Fail, all, proof(refused, CodeAccepted, 202, "b"))}, exit: 0, verdict: Pass, accepted: 1},
		{name: "any variant, all pass", known: entry("many", taken), results: []Result{ended("many", Pass, all)}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineStale}},
		{name: "any variant, a sample passes", known: entry("many", taken), results: []Result{ended("many", Pass, all[:2])}, exit: 0, verdict: Pass},
		{name: "any variant, a sample fails otherwise", known: entry("many", taken), results: []Result{ended("many", Fail, all[:1], proof(refused, CodeDetached, 202, "a"))}, exit: 1, verdict: Fail},
		{name: "these variants", known: entry("many", "{clause: REFUSED, code: accepted, variants: [a, b]}"), results: []Result{ended("many", Fail, all, proof(refused, CodeAccepted, 202, "b", "a"))}, exit: 0, verdict: Pass, accepted: 1},
		{name: "one of these variants passes", known: entry("many", "{clause: REFUSED, code: accepted, variants: [a, b]}"), results: []Result{ended("many", Fail, all, proof(refused, CodeAccepted, 202, "b"))}, exit: 1, verdict: Fail, accepted: 1, problems: []BaselineKind{BaselineStale}, says: "passes in 1.3 with a: remove these variants"},
		{name: "one of these variants was not asked", known: entry("many", "{clause: REFUSED, code: accepted, variants: [a, b]}"), results: []Result{ended("many", Fail, all[1:], proof(refused, CodeAccepted, 202, "b"))}, exit: 0, verdict: Pass, accepted: 1},
		{name: "none of these variants was asked", known: entry("many", "{clause: REFUSED, code: accepted, variants: [a, b]}"), results: []Result{ended("many", Pass, all[2:])}, exit: 0, verdict: Pass},
		{name: "another variant", known: entry("many", "{clause: REFUSED, code: accepted, variants: [a, b]}"), results: []Result{ended("many", Fail, all, proof(refused, CodeAccepted, 202, "a", "b", "c"))}, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineChanged}},
		{name: "the question itself, with variants listed", known: entry("many", "{clause: REFUSED, code: accepted, variants: [a]}"), results: []Result{ended("many", Fail, nil, taken202)}, exit: 1, verdict: Fail},

		{name: "a case that watches passes", known: entry("watching", form), results: passes, exit: 1, verdict: Fail, problems: []BaselineKind{BaselineStale}},
		{name: "a case that watches passes in a sample", known: entry("watching", form), results: passes, change: func(r *Report) { r.Options.All = false }, exit: 0, verdict: Pass},
		{name: "a case that watches passes, and not all were asked", known: entry("watching", form), results: passes[1:], exit: 0, verdict: Pass},
		{name: "a case that watches fails", known: entry("watching", form), results: []Result{ended("watching", Differs, nil, differs)}, exit: 0, verdict: Pass, accepted: 1},
		{name: "no baseline", results: []Result{ended("plain", Fail, nil, taken202)}, exit: 1, verdict: Fail},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b *Baseline
			if c.known != "" {
				b = load(t, "known:\n"+c.known)
			}
			var results []Result
			for _, r := range c.results {
				r.Findings = append([]Finding(nil), r.Findings...)
				results = append(results, r)
			}
			got := concluded(b, c.change, results...)
			assert.Equal(t, c.verdict, got.Verdict, got.Headline)
			assert.Equal(t, c.exit, got.ExitCode, got.Headline)
			if b == nil {
				assert.Nil(t, got.Baseline)
				return
			}
			assert.Equal(t, c.accepted, got.Baseline.Known)
			assert.Equal(t, strings.Count(c.known, "case:"), got.Baseline.Entries)
			var kinds []BaselineKind
			var said []string
			for _, p := range got.Baseline.Problems {
				kinds, said = append(kinds, p.Kind), append(said, p.Text)
			}
			assert.Equal(t, c.problems, kinds, said)
			assert.Contains(t, strings.Join(said, "\n"), c.says)
			assert.Equal(t, c.accepted > 0, strings.Contains(got.Headline, fmt.Sprintf("; %d known", c.accepted)), got.Headline)
		})
	}
}

// TestBaselineOfVersions: an entry that does not say what is so in several versions is one problem.
func TestBaselineOfVersions(t *testing.T) {
	of := func(minor int, r Result) Result {
		r.Version.ID = lifecycle.V(1, minor)
		return r
	}
	b := load(t, "known:\n- case: plain\n  finding: {clause: REFUSED, code: accepted}\n  reason: why\n  expires: 2026-04-30\n")
	got := concluded(b, nil, of(1, ended("plain", Pass, nil)), of(2, ended("plain", Pass, nil)),
		of(3, ended("plain", Fail, nil, proof(refused, CodeDetached, 409))), of(4, ended("plain", Fail, nil, proof(refused, CodeAccepted, 202))))
	assert.Equal(t, []BaselineProblem{
		{BaselineStale, "plain", "", "plain passes in 1.1, 1.2: remove its entry (line 2)"},
		{BaselineChanged, "plain", "1.3", "plain fails in 1.3 in another way: with detached against REFUSED with status 409; accepted is accepted against REFUSED (line 2)"},
	}, got.Baseline.Problems)
	assert.Equal(t, 1, got.Baseline.Known)
	assert.Contains(t, got.Headline, "; 1 known; 2 problems with the baseline")
}

// TestRunWithBaseline: the findings of a run are marked as they are reported, with why they are accepted.
func TestRunWithBaseline(t *testing.T) {
	broken := ask("plain", HarmReads, end(Broken(refused, CodeAccepted, "it is accepted")))
	broken.Clauses = []Clause{refused}
	config := configFor(t, startServer(t, newMock(t)), broken)
	config.Baseline = load(t, "known:\n- case: plain\n  finding: {clause: REFUSED, code: accepted}\n  reason: why\n  owner: me\n  expires: 2026-04-30\n")
	var ended Result
	config.OnResult = func(r Result) { ended = r }
	got := run(t, config)
	assert.Equal(t, ExitOK, got.ExitCode)
	assert.Regexp(t, "deviates from the documents only in known ways on 2026-04-01; 1 known$", got.Headline)
	assert.Equal(t, 1, got.Counts.Fail, "it fails all the same")
	want := &Known{Reason: "why", Owner: "me", Expires: lifecycle.Day(2026, time.April, 30)}
	assert.Equal(t, want, got.Results[0].Findings[0].Known)
	assert.Equal(t, want, ended.Findings[0].Known)
	assert.Equal(t, &BaselineResult{File: "known.yaml", Entries: 1, Known: 1}, got.Baseline)
}

// TestWriteBaseline: what is written accepts what was found, once its reasons are filled in.
func TestWriteBaseline(t *testing.T) {
	all := []string{"a", "b", "c"}
	older := ended("plain", Fail, nil, proof(refused, CodeAccepted, 202))
	older.Version.ID = lifecycle.V(1, 2)
	results := func() []Result {
		return []Result{
			older,
			ended("plain", Fail, nil, proof(refused, CodeAccepted, 202), proof(formed, CodeError, 404), Finding{Verdict: Inconclusive, Code: CodeNoAnswer}),
			ended("many", Fail, all, proof(refused, CodeAccepted, 202, "a", "b"), proof(refused, CodeDetached, 409, all...)),
			ended("watching", Pass, nil),
		}
	}
	var written bytes.Buffer
	require.NoError(t, WriteBaseline(&written, concluded(nil, nil, results()...), nil))
	text := written.String()
	_, err := LoadBaseline(strings.NewReader(text), "new.yaml", catalogue, judged)
	require.ErrorContains(t, err, "reason is empty")

	filled := load(t, strings.ReplaceAll(text, "reason: ''", "reason: why"))
	assert.Len(t, filled.Entries, 4)
	assert.Equal(t, []string{"1.2", "1.3"}, filled.Entries[0].Versions)
	assert.Equal(t, "https://host.example", filled.Entries[0].Endpoint)
	assert.Equal(t, lifecycle.Day(2026, time.May, 1).String(), filled.Entries[0].Expires.String())
	assert.Equal(t, Fingerprint{"REFUSED", CodeAccepted, 202, []string{"a", "b"}}, filled.Entries[2].Finding)
	assert.Empty(t, filled.Entries[3].Finding.Variants, "all of them")
	held := concluded(filled, nil, results()...)
	assert.Equal(t, ExitNotJudged, held.ExitCode, "but for what could not be judged")
	assert.Empty(t, held.Baseline.Problems)

	// A sample asks other versions and variants another night: what it found is accepted in all of them.
	sample := concluded(nil, nil, results()...)
	sample.Options.All = false
	written.Reset()
	require.NoError(t, WriteBaseline(&written, sample, nil))
	assert.Contains(t, written.String(), "those of a sample")
	assert.NotContains(t, written.String(), "versions:")
	assert.NotContains(t, written.String(), "variants:")

	// What was accepted is kept, with its reason; what is stale is not.
	stale := load(t, strings.ReplaceAll(text, "reason: ''", "reason: why")+
		"- case: watching\n  finding: {clause: FORMED, code: leak}\n  reason: old\n  expires: 2026-04-30\n"+
		"- case: watching\n  endpoint: https://other.example\n  finding: {clause: FORMED, code: leak}\n  reason: elsewhere\n  expires: 2026-04-30\n")
	more := append(results(), ended("plain", Fail, nil, proof(refused, CodeDetached, 202)))
	more[1].Findings = more[1].Findings[:2]
	written.Reset()
	report := concluded(stale, nil, more...)
	require.NoError(t, WriteBaseline(&written, report, stale))
	assert.Equal(t, 4, strings.Count(written.String(), "reason: why"))
	assert.Equal(t, 1, strings.Count(written.String(), "reason: elsewhere"))
	assert.NotContains(t, written.String(), "reason: old")
	assert.Equal(t, 1, strings.Count(written.String(), "reason: ''"))

	written.Reset()
	require.NoError(t, WriteBaseline(&written, concluded(nil, nil, ended("plain", Pass, nil)), nil))
	assert.Empty(t, load(t, written.String()).Entries)
	require.ErrorIs(t, WriteBaseline(fullDisk{}, report, nil), errBroken)
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errBroken }

// TestJudgedVariants: a result names the variants that came to a verdict, and no others.
func TestJudgedVariants(t *testing.T) {
	c := Case{ID: "family", Family: "tests", Harm: HarmReads}
	for name, err := range map[string]error{
		"passes": nil, "fails": Broken(refused, CodeAccepted, "accepted"), "differs": Broken(formed, CodeError, "no form"),
		"skips": Skipped("not now"), "waits": CannotJudge(CodeSetup, "not ready"),
	} {
		c.Variants = append(c.Variants, Variant{name, func(context.Context, *Trial) error { return err }})
	}
	config := configFor(t, startServer(t, newMock(t)), c)
	config.All, config.Attempts = true, 2
	assert.ElementsMatch(t, []string{"passes", "fails", "differs"}, runOne(t, config).Judged)
}

// FuzzLoadBaseline: whatever a file says, it is read or refused, and what is read can be used.
func FuzzLoadBaseline(f *testing.F) {
	f.Add("known:\n- case: many\n  versions: [1.10, '1.*']\n  finding: {clause: REFUSED, code: accepted, variants: [a]}\n  reason: why\n  expires: 2026-05-01\n")
	f.Add("known: [&a {case: plain}, *a, !!binary x]")
	f.Add("known:\n- <<: {case: plain}\n")
	f.Fuzz(func(t *testing.T, content string) {
		baseline, err := LoadBaseline(strings.NewReader(content), "known.yaml", catalogue, judged)
		if err != nil {
			return
		}
		report := concluded(baseline, nil, ended("plain", Pass, nil), ended("many", Fail, []string{"a"}, proof(refused, CodeAccepted, 202, "a")))
		require.NoError(t, WriteBaseline(new(bytes.Buffer), report, baseline))
	})
}
