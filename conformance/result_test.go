package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// everyVerdict are cases that end in every way there is, against a mock with odd answers before it.
func everyVerdict() []Case {
	return []Case{
		ask("passes", HarmRefused, detachUnused),
		ask("fails", HarmReads, func(ctx context.Context, t *Trial) error {
			e, err := t.Send(ctx, Request{Path: "/v1/odd", Method: http.MethodGet, Expect: ExpectRefused, About: "an odd answer"})
			if err != nil {
				return err
			}
			return Distinct(ShownBy(e, Broken(promised, CodeError, "it said %s", e.Body)), "odd")
		}),
		ask("differs", HarmReads, end(Broken(seenLive, CodeError, "it differs"))),
		ask("inconclusive", HarmReads, func(ctx context.Context, t *Trial) error {
			_, err := t.Send(ctx, Request{Path: "/v1/hangs-up", Method: http.MethodGet})
			return err
		}),
		ask("skipped", HarmReads, end(NotApplicable("nothing to judge"))),
		ask("errs", HarmReads, end(fmt.Errorf("a fault: %w", context.Canceled))),
		{ID: "varies", Family: "tests", Harm: HarmReads, Clauses: []Clause{seenLive}, Variants: []Variant{
			{Name: "one", Ask: func(_ context.Context, t *Trial) error { t.Note("a note"); return nil }},
			{Name: "two", Ask: end(Broken(seenLive, CodeStatus, "two differs"))},
		}},
		{ID: "watches", Family: "tests", Harm: HarmReads, Clauses: []Clause{promised, {ID: "TEST-ANSWER", Source: SDK, Since: lifecycle.V(1, 2), Operation: "op", Status: 202}}, Ask: listVersions, Watch: func(_ *Trial, e Exchange) error {
			if e.Path() == "/v1/odd" {
				return Broken(promised, CodeBody, "seen elsewhere")
			}
			return nil
		}},
	}
}

const odd = "\xff\xfe half \x00 a picture, <b> & \u2028"

// oddAnswers is a server whose answers hold what JSON cannot.
func oddAnswers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/v1/odd":
			w.Header()["X-Odd"] = []string{"caf\xe9", "second"} // Latin 1
			w.Header()["Trailer"] = []string{"X-Late"}
			w.WriteHeader(http.StatusEarlyHints)
			w.WriteHeader(http.StatusTeapot)
			fmt.Fprint(w, odd)
			w.Header().Set("X-Late", "yes")
		case "/v1/hangs-up":
			hangUp(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// TestReportSurvivesJSON: what was stored is what is read back, all of it.
func TestReportSurvivesJSON(t *testing.T) {
	seoul := time.FixedZone("KST", 9*60*60)
	config := configFor(t, startServer(t, oddAnswers(newMock(t))), everyVerdict()...)
	config.Clients, config.All, config.Attempts, config.Parallel = nil, true, 2, 2
	config.Clock = func() time.Time { return time.Now().In(seoul) }
	config.Clauses = []Clause{{ID: "TEST-UNJUDGED"}}
	report := run(t, config)
	for _, v := range []Verdict{Pass, Fail, Differs, Inconclusive, Skip, Error} {
		require.Positive(t, report.Counts.Of(v), "the run has no %s", v)
	}
	report.Trouble = &Trouble{TroubleStopped, "The run was stopped."}
	report.Drift = &lifecycle.Version{ID: lifecycle.V(1, 10), Label: lifecycle.Current, NotBefore: lifecycle.Day(2027, 2, 3)}
	require.NotEmpty(t, report.Unjudged)

	written, err := json.Marshal(report)
	require.NoError(t, err)
	var read Report
	require.NoError(t, json.Unmarshal(written, &read))
	for i := range report.Results { // one at a time, for a diff one can read
		require.Equal(t, report.Results[i], read.Results[i], place(report.Results[i]))
	}
	require.Equal(t, *report, read)

	i := slices.IndexFunc(read.Results, func(r Result) bool { return r.Case.ID == "fails" })
	e := *read.Results[i].Findings[0].Exchange
	assert.Equal(t, odd, string(e.Body))
	assert.Equal(t, []string{"caf\ufffd", "second"}, e.ResponseHeader["X-Odd"])
	assert.Equal(t, "yes", e.Trailer.Get("X-Late"))
	assert.Equal(t, ExpectRefused, e.Expected)
	assert.Equal(t, "an odd answer", e.About)
	assert.Equal(t, "fails", e.Case)
	assert.Positive(t, e.Duration)
	assert.Contains(t, string(written), `"body":{"base64":"`, "what is no text")
}

// TestReportFacts has what a report says of the run itself.
func TestReportFacts(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), everyVerdict()[0], ask("too much", HarmDangerous, end(nil)))
	config.Harm, config.Seed, config.Attempts, config.Parallel, config.All = HarmRefused, 7, 5, 2, true
	config.Strict, config.RequireComplete = true, true
	before := time.Now().Truncate(time.Microsecond)
	report := run(t, config)
	assert.Equal(t, 2, report.SchemaVersion)
	assert.Equal(t, config.Endpoint, report.Endpoint)
	assert.Equal(t, judged, report.Day)
	assert.Equal(t, HarmRefused, report.Harm)
	assert.Equal(t, config.Fixture, report.Fixture)
	assert.Equal(t, uint64(7), report.Seed)
	assert.Equal(t, Options{
		Timeout: Millis(2 * time.Second), CaseLimit: Millis(DefaultCaseLimit), Limit: Millis(DefaultLimit),
		Settle: Millis(2 * time.Second), Linger: Millis(10 * time.Millisecond),
		Attempts: 5, Parallel: 2, All: true, Strict: true, RequireComplete: true,
	}, report.Options)
	assert.Equal(t, gen.Table().Versions, report.Table.Versions)
	assert.Equal(t, gen.Table().Source, report.Table.Source)
	assert.False(t, report.Started.Before(before))
	assert.Positive(t, report.Duration)
	assert.Equal(t, Counts{Pass: 1, Skip: 1, Requests: 2}, report.Counts, "one is whether anything is there")

	skipped := report.Results[1]
	assert.Equal(t, Skip, skipped.Verdict)
	assert.Equal(t, "its class is dangerous, and the run allows no more than refused; allow it with --allow dangerous", skipped.Reason())
	assert.Empty(t, skipped.Attempts)
	assert.False(t, skipped.Unasked, "that is for what the run wanted to ask")
	assert.Empty(t, report.Results[0].Reason())
}

// TestThisSuite is of the build that runs: a test has a module, and a toolchain.
func TestThisSuite(t *testing.T) {
	suite := ThisSuite()
	assert.NotEmpty(t, suite.Version)
	assert.Regexp(t, `^(devel )?go1\.`, suite.Go)
}

// TestSnakeCase: every field of the contract is in JSON, under a name in snake case.
func TestSnakeCase(t *testing.T) {
	snake := regexp.MustCompile(`^[a-z]+(_[a-z0-9]+)*$`)
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type)
	look = func(typ reflect.Type) {
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice || typ.Kind() == reflect.Map {
			typ = typ.Elem()
		}
		if typ.Kind() != reflect.Struct || seen[typ] || !strings.HasSuffix(typ.PkgPath(), "virtualserver/conformance") {
			return
		}
		seen[typ] = true
		names := map[string]bool{}
		for i := range typ.NumField() {
			field := typ.Field(i)
			name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
			assert.Regexp(t, snake, name, "%s.%s", typ.Name(), field.Name)
			assert.False(t, names[name], "%s has %s twice", typ.Name(), name)
			names[name] = true
			look(field.Type)
		}
	}
	look(reflect.TypeFor[Report]())
	assert.GreaterOrEqual(t, len(seen), 12)
}

// TestReportJSON has the whole form, written down: a change of it is a change of SchemaVersion.
func TestReportJSON(t *testing.T) {
	at := time.Date(2026, 4, 1, 9, 0, 0, 123456000, time.UTC)
	report := Report{
		SchemaVersion: SchemaVersion, Suite: Suite{Version: "v1.2.3", Revision: "abc", Go: "go1.26.0"},
		Endpoint: "http://127.0.0.1:1", Started: at, Duration: Millis(1500 * time.Microsecond), Day: judged,
		Table: Table{Source: "documents", Versions: []lifecycle.Version{{ID: lifecycle.V(1, 3), Label: lifecycle.Current}}},
		Harm:  HarmDetaches, Fixture: Fixture{Volume: "v", SpareVolume: "s"}, Seed: 1<<64 - 1,
		Verdict: Fail, Headline: "it fails", ExitCode: 1, Counts: Counts{Fail: 1},
		Results: []Result{{
			Case:    CaseFacts{ID: "a", Family: "f", Summary: "s", Clauses: []Clause{promised}, Harm: HarmReads},
			Version: lifecycle.Version{ID: lifecycle.V(1, 3), Label: lifecycle.Current}, Verdict: Fail,
			Findings: []Finding{{Verdict: Fail, Code: CodeStatus, Clause: promised.ID, Source: Document, Text: "no", Requests: 2}},
			Started:  at, Again: "scp-conformance run",
			Attempts: []Attempt{{Verdict: Fail, Reason: "no", Exchanges: []Exchange{{
				Case: "a", Method: "GET", URL: "http://127.0.0.1:1/", RequestHeader: http.Header{"A": {"b"}},
				Status: 200, Body: Body("{}"), Started: at,
			}}}},
		}},
	}
	written, err := json.Marshal(report)
	require.NoError(t, err)
	assert.JSONEq(t, `{
		"schema_version": 2,
		"suite": {"version": "v1.2.3", "revision": "abc", "go": "go1.26.0"},
		"endpoint": "http://127.0.0.1:1", "started": "2026-04-01T09:00:00.123456Z", "duration_ms": 1.5, "day": "2026-04-01",
		"table": {"source": "documents", "stale": false, "versions": [{"id": "1.3", "label": "CURRENT"}]},
		"harm_allowed": "detaches", "fixture": {"volume": "v", "spare_volume": "s"}, "seed": 18446744073709551615,
		"options": {"timeout_ms": 0, "case_limit_ms": 0, "limit_ms": 0, "settle_ms": 0, "linger_ms": 0, "rps": 0, "live": false, "attempts": 0, "parallel": 0,
			"all": false, "strict": false, "require_complete": false},
		"verdict": "fail", "headline": "it fails", "exit_code": 1,
		"counts": {"pass": 0, "fail": 1, "differs": 0, "inconclusive": 0, "skip": 0, "error": 0, "requests": 0},
		"results": [{
			"case": {"id": "a", "family": "f", "summary": "s", "harm": "reads",
				"clauses": [{"id": "TEST-PROMISED", "text": "It is promised.", "source": "document"}]},
			"version": {"id": "1.3", "label": "CURRENT"}, "verdict": "fail",
			"findings": [{"verdict": "fail", "code": "status-undocumented", "clause": "TEST-PROMISED", "source": "document",
				"text": "no", "requests": 2}],
			"started": "2026-04-01T09:00:00.123456Z", "duration_ms": 0, "again": "scp-conformance run",
			"attempts": [{"verdict": "fail", "reason": "no", "exchanges": [{
				"case": "a", "method": "GET", "url": "http://127.0.0.1:1/", "request_header": {"A": ["b"]},
				"status": 200, "body": "{}", "started": "2026-04-01T09:00:00.123456Z", "duration_ms": 0}]}]
		}]
	}`, string(written))
}

// TestBody is a string in JSON where it is text, and base64 elsewhere.
func TestBody(t *testing.T) {
	for _, c := range []struct{ name, body, written string }{
		{"empty", "", `""`},
		{"text", "ok", `"ok"`},
		{"JSON", `{"a":"b"}`, `"{\"a\":\"b\"}"`},
		{"Korean", "볼륨", `"볼륨"`},
		{"a NUL", "a\x00b", "\"a\\u0000b\""},
		{"markup", "<b>&", `"\u003cb\u003e\u0026"`},
		{"no UTF-8", "\xff\x00", `{"base64":"/wA="}`},
		{"cut within a letter", "caf\xc3", `{"base64":"Y2Fmww=="}`},
		{"what stands for no letter", "\ufffd", "\"\ufffd\""},
		{"what looks like base64", `{"base64":"AA=="}`, `"{\"base64\":\"AA==\"}"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			written, err := json.Marshal(Body(c.body))
			require.NoError(t, err)
			assert.Equal(t, c.written, string(written))
			var read Body
			require.NoError(t, json.Unmarshal(written, &read))
			assert.Equal(t, c.body, string(read))
		})
	}
	for _, wrong := range []string{`1`, `[]`, `{"base64":"!"}`, `{"base64":1}`} {
		require.Error(t, json.Unmarshal([]byte(wrong), new(Body)), wrong)
	}
}

// TestMillis are milliseconds to the microsecond.
func TestMillis(t *testing.T) {
	for _, c := range []struct {
		is      time.Duration
		written string
		read    time.Duration
	}{
		{0, "0", 0},
		{time.Microsecond, "0.001", time.Microsecond},
		{999 * time.Microsecond, "0.999", 999 * time.Microsecond},
		{time.Millisecond, "1", time.Millisecond},
		{1234567 * time.Microsecond, "1234.567", 1234567 * time.Microsecond},
		{1999999 * time.Nanosecond, "1.999", 1999 * time.Microsecond},
		{30 * time.Minute, "1800000", 30 * time.Minute},
		{100*time.Hour + time.Microsecond, "360000000.001", 100*time.Hour + time.Microsecond},
		{-1500 * time.Microsecond, "-1.5", -1500 * time.Microsecond},
	} {
		written, err := json.Marshal(Millis(c.is))
		require.NoError(t, err)
		assert.Equal(t, c.written, string(written), c.is)
		var read Millis
		require.NoError(t, json.Unmarshal(written, &read))
		assert.Equal(t, Millis(c.read), read)
	}
	for us := range 5000 { // none is off by one
		is := Millis(time.Duration(us*7919) * time.Microsecond)
		written, err := json.Marshal(is)
		require.NoError(t, err)
		var read Millis
		require.NoError(t, json.Unmarshal(written, &read))
		require.Equal(t, is, read)
	}
	for _, wrong := range []string{`"1s"`, `true`, `[]`} {
		require.Error(t, json.Unmarshal([]byte(wrong), new(Millis)), wrong)
	}
	assert.Equal(t, "1.5s", Millis(1500*time.Millisecond).String())
}
