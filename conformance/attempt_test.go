package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
)

// TestAttempts has an endpoint whose first answers do not come, after the one that shows it is there.
func TestAttempts(t *testing.T) {
	for _, c := range []struct {
		fails, attempts int // attempts of Config
		ends            []Verdict
	}{
		{0, 3, []Verdict{Pass}},
		{1, 3, []Verdict{Inconclusive, Pass}},
		{2, 3, []Verdict{Inconclusive, Inconclusive, Pass}},
		{9, 1, []Verdict{Inconclusive}},
		{2, 2, []Verdict{Inconclusive, Inconclusive, Pass}},
		{9, 2, slices.Repeat([]Verdict{Inconclusive}, 3)}, // in vain by then
		{9, 0, slices.Repeat([]Verdict{Inconclusive}, DefaultAttempts)},
	} {
		t.Run(fmt.Sprintf("%d fail, %d attempts", c.fails, c.attempts), func(t *testing.T) {
			var requests atomic.Int32
			service := newMock(t)
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if n := int(requests.Add(1)); n > 1 && n <= 1+c.fails {
					hangUp(w, r)
					return
				}
				service.ServeHTTP(w, r)
			})), ask("root", HarmReads, func(ctx context.Context, t *Trial) error {
				_, err := t.Send(ctx, Request{Operation: ListVersions, Once: true})
				return err
			}))
			config.Attempts = c.attempts
			result := runOne(t, config)
			var ends []Verdict
			for _, attempt := range result.Attempts {
				ends = append(ends, attempt.Verdict)
				require.Len(t, attempt.Exchanges, 1, "each attempt has its own")
				if attempt.Verdict == Inconclusive {
					assert.Contains(t, attempt.Reason, "no answer")
					assert.NotEmpty(t, attempt.Exchanges[0].Err)
				}
			}
			assert.Equal(t, c.ends, ends)
			assert.Equal(t, ends[len(ends)-1], result.Verdict)
			assert.EqualValues(t, 1+len(ends), requests.Load())
		})
	}
}

// TestOnlyInconclusiveIsAskedAgain, whatever else was found.
func TestOnlyInconclusiveIsAskedAgain(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	for _, c := range []struct {
		name    string
		ends    error
		verdict Verdict
		asked   int32
	}{
		{"pass", nil, Pass, 1},
		{"fail", Broken(promised, CodeStatus, "no"), Fail, 1},
		{"differs", Broken(seenLive, CodeStatus, "no"), Differs, 1},
		{"skip", Skipped("not here"), Skip, 1},
		{"not applicable", NotApplicable("no such version"), Skip, 1},
		{"error", context.Canceled, Error, 1},
		{"the guard", CannotJudge(CodeSetup, "it: %w", &GuardError{}), Error, 1},
		{"inconclusive", CannotJudge(CodeSetup, "perhaps"), Inconclusive, DefaultAttempts},
		{"wrapped", fmt.Errorf("set-up: %w", CannotJudge(CodeSetup, "perhaps")), Inconclusive, DefaultAttempts},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			result := runOne(t, configFor(t, endpoint, ask("ends", HarmReads, func(context.Context, *Trial) error {
				asked.Add(1)
				return c.ends
			})))
			assert.Equal(t, c.verdict, result.Verdict)
			assert.Equal(t, c.asked, asked.Load())
			assert.Len(t, result.Attempts, int(c.asked))
			if c.ends != nil {
				require.Len(t, result.Findings, 1)
				assert.Equal(t, 1, result.Findings[0].Requests, "the attempts before the last do not count")
			}
		})
	}
}

// script is a case whose questions end as it says, one word after another, and which counts how often each
// was asked: "?" is inconclusive, "-" a skip, "!" a fail, "." a pass. The last word is repeated.
type script struct {
	gate     string
	variants map[string]string
	asked    map[string]int
}

func (s *script) question(name, words string) func(context.Context, *Trial) error {
	return func(context.Context, *Trial) error {
		at := min(s.asked[name], len(words)-1)
		s.asked[name]++
		switch words[at] {
		case '?':
			return CannotJudge(CodeSetup, "%s perhaps", name)
		case '-':
			return Skipped("%s is not asked", name)
		case '!':
			return Broken(promised, CodeStatus, "it is not kept")
		}
		return nil
	}
}

func (s *script) asCase() Case {
	s.asked = map[string]int{}
	c := Case{ID: "script", Family: "tests", Harm: HarmReads}
	if s.gate != "" {
		c.Ask = s.question("gate", s.gate)
	}
	for _, name := range []string{"a", "b", "c"} {
		if words := s.variants[name]; words != "" {
			c.Variants = append(c.Variants, Variant{Name: name, Ask: s.question(name, words)})
		}
	}
	return c
}

// TestVariants are asked after Ask, and each again as long as it is inconclusive.
func TestVariants(t *testing.T) {
	type words = map[string]string
	type times = map[string]int
	endpoint := startServer(t, newMock(t))
	for _, c := range []struct {
		name     string
		script   script
		asked    times
		verdicts []Verdict // of the attempts
		want     Verdict
		findings []string
		notes    []string
	}{
		{
			"all pass",
			script{variants: words{"a": ".", "b": ".", "c": "."}},
			times{"a": 1, "b": 1, "c": 1},
			[]Verdict{Pass},
			Pass, nil, nil,
		},
		{
			"one is inconclusive at first",
			script{gate: ".", variants: words{"a": ".", "b": "?.", "c": "."}},
			times{"gate": 1, "a": 1, "b": 2, "c": 1},
			[]Verdict{Inconclusive, Pass},
			Pass, nil, nil,
		},
		{
			"a fail beside one that stays inconclusive",
			script{variants: words{"a": "!", "b": "?", "c": "!"}},
			times{"a": 1, "b": 3, "c": 1},
			[]Verdict{Fail, Fail, Fail},
			Fail,
			[]string{"fail [a c] 2 it is not kept", "inconclusive [b] 1 b perhaps"},
			nil,
		},
		{
			"a fail at the third attempt",
			script{variants: words{"a": ".", "b": "??!"}},
			times{"a": 1, "b": 3},
			[]Verdict{Inconclusive, Inconclusive, Fail},
			Fail,
			[]string{"fail [b] 1 it is not kept"},
			nil,
		},
		{
			"Ask is inconclusive at first",
			script{gate: "?.", variants: words{"a": ".", "b": "!"}},
			times{"gate": 2, "a": 1, "b": 1},
			[]Verdict{Inconclusive, Fail},
			Fail,
			[]string{"fail [b] 1 it is not kept"},
			nil,
		},
		{
			"Ask stays inconclusive",
			script{gate: "?", variants: words{"a": "."}},
			times{"gate": 3},
			slices.Repeat([]Verdict{Inconclusive}, 3), Inconclusive,
			[]string{"inconclusive [] 1 gate perhaps"},
			nil,
		},
		{
			"Ask fails",
			script{gate: "!", variants: words{"a": "."}},
			times{"gate": 1},
			[]Verdict{Fail},
			Fail,
			[]string{"fail [] 1 it is not kept"},
			nil,
		},
		{
			"Ask is skipped",
			script{gate: "-", variants: words{"a": "!"}},
			times{"gate": 1},
			[]Verdict{Skip},
			Skip,
			[]string{"skip [] 1 gate is not asked"},
			nil,
		},
		{
			"a skip among passes",
			script{variants: words{"a": ".", "b": "-"}},
			times{"a": 1, "b": 1},
			[]Verdict{Pass},
			Pass, nil,
			[]string{"b is not asked"},
		},
		{
			"a skip, and a pass at the second attempt",
			script{variants: words{"a": "?.", "b": "-"}},
			times{"a": 2, "b": 1},
			[]Verdict{Inconclusive, Pass},
			Pass, nil,
			[]string{"b is not asked"},
		},
		{
			"only skips",
			script{gate: ".", variants: words{"a": "-", "b": "-"}},
			times{"gate": 1, "a": 1, "b": 1},
			[]Verdict{Skip},
			Skip,
			[]string{"skip [a b] 2 a is not asked"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := configFor(t, endpoint, c.script.asCase())
			config.All, config.Attempts = true, 3
			result := runOne(t, config)
			assert.Equal(t, c.asked, c.script.asked)
			var verdicts []Verdict
			for _, attempt := range result.Attempts {
				verdicts = append(verdicts, attempt.Verdict)
			}
			assert.Equal(t, c.verdicts, verdicts)
			assert.Equal(t, c.want, result.Verdict)
			var got []string
			for _, f := range result.Findings {
				got = append(got, fmt.Sprintf("%s %v %d %s", f.Verdict, f.Variants, f.Requests, f.Text))
			}
			assert.Equal(t, c.findings, got)
			assert.Equal(t, c.notes, result.Notes)
		})
	}
}

// TestOrder: what collects what others meet is asked last, what looks between families looks before the
// first case and after each family, and results are in the order of the cases.
func TestOrder(t *testing.T) {
	var mu sync.Mutex
	var log []string
	logging := func(name string) func(context.Context, *Trial) error {
		return func(_ context.Context, t *Trial) error {
			mu.Lock()
			defer mu.Unlock()
			log = append(log, name+" "+t.Version().String())
			return nil
		}
	}
	of := func(family, id string, harm Harm) Case {
		return Case{ID: id, Family: family, Summary: id, Harm: harm, Ask: logging(id)}
	}
	looker, watcher := of("first", "looker", HarmDetaches), of("first", "watcher", HarmReads)
	looker.Between = logging("between")
	watcher.Watch = func(*Trial, Exchange) error { return nil }
	cases := []Case{looker, of("first", "a", HarmReads), of("first", "b", HarmDangerous), watcher, of("second", "c", HarmReads)}
	for _, c := range []struct {
		harm Harm
		want string
	}{
		{HarmDangerous, "between a b between c between looker watcher"},
		{HarmDetaches, "between a between c between looker watcher"},
		{HarmReads, "a c watcher"},
	} {
		t.Run(c.harm.String(), func(t *testing.T) {
			log = nil
			config := configFor(t, startServer(t, newMock(t)), cases...)
			config.Clients, config.Harm = nil, c.harm
			var seen []string
			config.OnResult = func(r Result) { seen = append(seen, place(r)) }
			report := run(t, config)
			var want []string
			for _, client := range gen.Clients() {
				for name := range strings.FieldsSeq(c.want) {
					want = append(want, name+" "+client.ID.String())
				}
			}
			assert.Equal(t, want, log)
			requireAll(t, report, cases)
			assert.ElementsMatch(t, seen, places(report), "each result is reported once")
		})
	}
}

// place is a result's version and case.
func place(r Result) string { return r.Version.ID.String() + " " + r.Case.ID }

func places(report *Report) []string {
	var list []string
	for _, r := range report.Results {
		list = append(list, place(r))
	}
	return list
}

// requireAll wants a result for every case in every version, in order.
func requireAll(t *testing.T, report *Report, cases []Case) {
	t.Helper()
	var want []string
	for _, client := range gen.Clients() {
		for _, c := range cases {
			want = append(want, client.ID.String()+" "+c.ID)
		}
	}
	require.Equal(t, want, places(report))
}

// TestBetweenFinds makes a finding of the case that looks, beside what its own question finds.
func TestBetweenFinds(t *testing.T) {
	looks := 0
	looker := ask("looker", HarmReads, end(Broken(promised, CodeAccepted, "its own question")))
	looker.Between = func(context.Context, *Trial) error {
		if looks++; looks == 2 {
			return Broken(promised, CodeChanged, "a volume changed")
		}
		return nil
	}
	result := run(t, configFor(t, startServer(t, newMock(t)), looker, ask("other", HarmReads, listVersions))).Results[0]
	assert.Equal(t, 2, looks)
	assert.Equal(t, Fail, result.Verdict)
	require.Len(t, result.Findings, 2)
	assert.Equal(t, "its own question", result.Findings[0].Text)
	assert.Equal(t, "a volume changed", result.Findings[1].Text)
}

// TestSeveralFindings takes each of several errors that a case joins for a fact of its own.
func TestSeveralFindings(t *testing.T) {
	result := runOne(t, configFor(t, startServer(t, newMock(t)), ask("one", HarmReads,
		end(errors.Join(CannotJudge(CodeSetup, "perhaps"), Broken(promised, CodeStatus, "no"))))))
	assert.Equal(t, Fail, result.Verdict, "the worst of them")
	require.Len(t, result.Findings, 2)
	assert.Equal(t, "no", result.Findings[0].Text)
}
