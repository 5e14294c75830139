package conformance

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestExitCodesAreScripted keeps the numbers, which people script against.
func TestExitCodesAreScripted(t *testing.T) {
	assert.Equal(t, []int{0, 1, 2, 3}, []int{ExitOK, ExitFailed, ExitUsage, ExitNotJudged})
}

func TestWorst(t *testing.T) {
	order := []Verdict{Pass, Skip, Differs, Inconclusive, Fail, Error}
	assert.Equal(t, Pass, worst())
	for i, less := range order {
		for _, more := range order[i:] {
			assert.Equal(t, more, worst(less, more))
			assert.Equal(t, more, worst(more, less))
		}
		assert.Equal(t, Verdict("perhaps"), worst(less, "perhaps"), "an unknown verdict is never hidden")
	}
}

// TestConclude has the verdict of a run, its exit code, and the verdict in a sentence.
func TestConclude(t *testing.T) {
	var (
		strict   = Options{Strict: true}
		complete = Options{RequireComplete: true}
		one      = []Unjudged{{Clause: "A"}}
		two      = []Unjudged{{Clause: "A"}, {Clause: "B"}}
		stopped  = &Trouble{TroubleStopped, "The run was stopped."}
	)
	const (
		documented = "behaves as documented on 2026-04-01"
		differs    = "behaves as documented on 2026-04-01, and differs where nothing is promised"
		not        = "does not behave as documented on 2026-04-01"
		unknown    = "could not be judged on 2026-04-01"
		inPart     = "could not be judged in full on 2026-04-01"
	)
	for _, c := range []struct {
		name     string
		counts   Counts
		options  Options
		unjudged []Unjudged
		trouble  *Trouble
		verdict  Verdict
		exit     int
		headline string
	}{
		{name: "nothing ran", verdict: Inconclusive, exit: 3, headline: unknown},
		{name: "only skips", counts: Counts{Skip: 4}, verdict: Inconclusive, exit: 3, headline: unknown},
		{name: "a pass", counts: Counts{Pass: 1}, verdict: Pass, exit: 0, headline: documented},
		{name: "passes and skips", counts: Counts{Pass: 2, Skip: 3}, verdict: Pass, exit: 0, headline: documented},
		{name: "a fail", counts: Counts{Fail: 1}, verdict: Fail, exit: 1, headline: not},
		{name: "a fail among all others", counts: Counts{Pass: 9, Fail: 1, Differs: 1, Inconclusive: 1, Skip: 1, Error: 1}, verdict: Fail, exit: 1, headline: not},
		{name: "a fail, and trouble", counts: Counts{Fail: 1, Pass: 1}, trouble: stopped, verdict: Fail, exit: 1, headline: not},
		{name: "a fail, and a clause unjudged", counts: Counts{Fail: 1}, options: complete, unjudged: one, verdict: Fail, exit: 1, headline: not + "; 1 clause was not judged"},
		{name: "a difference", counts: Counts{Differs: 1}, verdict: Differs, exit: 0, headline: differs},
		{name: "a difference among passes", counts: Counts{Pass: 5, Differs: 1}, verdict: Differs, exit: 0, headline: differs},
		{name: "a difference, strictly", counts: Counts{Pass: 5, Differs: 1}, options: strict, verdict: Fail, exit: 1, headline: not},
		{name: "only passes, strictly", counts: Counts{Pass: 5}, options: strict, verdict: Pass, exit: 0, headline: documented},
		{name: "only skips, strictly", counts: Counts{Skip: 5}, options: strict, verdict: Inconclusive, exit: 3, headline: unknown},
		{name: "an inconclusive", counts: Counts{Inconclusive: 1}, verdict: Inconclusive, exit: 3, headline: unknown},
		{name: "an inconclusive among passes", counts: Counts{Pass: 5, Inconclusive: 1}, verdict: Inconclusive, exit: 3, headline: inPart},
		{name: "an inconclusive and a difference", counts: Counts{Differs: 1, Inconclusive: 1}, verdict: Inconclusive, exit: 3, headline: inPart},
		{name: "an inconclusive and a difference, strictly", counts: Counts{Differs: 1, Inconclusive: 1}, options: strict, verdict: Fail, exit: 1, headline: not},
		{name: "an error of the suite", counts: Counts{Error: 1}, verdict: Inconclusive, exit: 3, headline: unknown},
		{name: "an error of the suite among passes", counts: Counts{Pass: 1, Error: 1}, verdict: Inconclusive, exit: 3, headline: inPart},
		{name: "passes, and trouble", counts: Counts{Pass: 5}, trouble: stopped, verdict: Inconclusive, exit: 3, headline: inPart},
		{name: "a clause unjudged", counts: Counts{Pass: 5}, unjudged: one, verdict: Pass, exit: 0, headline: documented + "; 1 clause was not judged"},
		{name: "two unjudged where all were wanted", counts: Counts{Pass: 5}, options: complete, unjudged: two, verdict: Inconclusive, exit: 3, headline: inPart + "; 2 clauses were not judged"},
		{name: "all judged where all were wanted", counts: Counts{Pass: 5}, options: complete, verdict: Pass, exit: 0, headline: documented},
		{name: "a difference, all judged", counts: Counts{Differs: 5}, options: complete, verdict: Differs, exit: 0, headline: differs},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &Report{
				Endpoint: "http://127.0.0.1:1", Day: judged, Counts: c.counts, Options: c.options, Unjudged: c.unjudged, Trouble: c.trouble,
			}
			r.conclude()
			assert.Equal(t, c.verdict, r.Verdict)
			assert.Equal(t, c.exit, r.ExitCode)
			assert.Equal(t, "http://127.0.0.1:1 "+c.headline, r.Headline)
		})
	}
}

func TestHeadlineNamesANewerVersion(t *testing.T) {
	r := &Report{Endpoint: "http://127.0.0.1:1", Day: judged, Counts: Counts{Pass: 1}, Drift: &lifecycle.Version{ID: lifecycle.V(1, 5)}}
	r.conclude()
	assert.Equal(t, "http://127.0.0.1:1 behaves as documented on 2026-04-01; its CURRENT version 1.5 is newer than the documents", r.Headline)
}

func TestCount(t *testing.T) {
	var results []Result
	for n, v := range []Verdict{Pass, Fail, Differs, Inconclusive, Skip, Error, "perhaps"} {
		for range n + 1 {
			results = append(results, Result{Verdict: v})
		}
	}
	counts := count(results, 42)
	assert.Equal(t, Counts{Pass: 1, Fail: 2, Differs: 3, Inconclusive: 4, Skip: 5, Error: 6 + 7, Requests: 42}, counts, "an unknown verdict is an error")
	assert.Equal(t, 28, counts.Total())
	for v, want := range map[Verdict]int{Pass: 1, Fail: 2, Differs: 3, Inconclusive: 4, Skip: 5, Error: 13} {
		assert.Equal(t, want, counts.Of(v), v)
	}
}

func TestHarmNames(t *testing.T) {
	assert.Equal(t, []string{"reads", "refused", "detaches", "dangerous"}, HarmNames())
	for i, harm := range classes {
		text, err := harm.MarshalText()
		require.NoError(t, err)
		assert.Equal(t, HarmNames()[i], string(text))
		var read Harm
		require.NoError(t, read.UnmarshalText(text))
		assert.Equal(t, harm, read)
	}
	var harm Harm
	require.ErrorContains(t, harm.UnmarshalText([]byte("everything")), `"everything"`)
	require.Error(t, harm.UnmarshalText(nil))
	assert.Equal(t, "Harm(9)", Harm(9).String())
	HarmNames()[0] = "changed"
	assert.Equal(t, "reads", HarmReads.String(), "the names are nobody's to change")
}
