package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestExitCode(t *testing.T) {
	for _, c := range []struct {
		name string
		ends []Verdict
		want int
	}{
		{"nothing ran", nil, ExitNotJudged},
		{"only skips", []Verdict{Skip, Skip}, ExitNotJudged},
		{"a pass", []Verdict{Pass}, ExitOK},
		{"a pass and skips", []Verdict{Skip, Pass, Skip}, ExitOK},
		{"a fail", []Verdict{Fail}, ExitFailed},
		{"a fail among passes", []Verdict{Pass, Fail, Pass}, ExitFailed},
		{"a fail and a skip", []Verdict{Skip, Fail}, ExitFailed},
		{"a fail after an inconclusive", []Verdict{Inconclusive, Fail}, ExitFailed},
		{"a fail before an inconclusive", []Verdict{Fail, Inconclusive}, ExitFailed},
		{"a fail and an error", []Verdict{Error, Fail, Error}, ExitFailed},
		{"an inconclusive", []Verdict{Inconclusive}, ExitNotJudged},
		{"an inconclusive among passes", []Verdict{Pass, Inconclusive, Pass}, ExitNotJudged},
		{"an error of the suite", []Verdict{Error}, ExitNotJudged},
		{"an error of the suite among passes", []Verdict{Pass, Error}, ExitNotJudged},
		{"an unknown verdict", []Verdict{"perhaps"}, ExitNotJudged},
		{"no verdict", []Verdict{""}, ExitNotJudged},
	} {
		t.Run(c.name, func(t *testing.T) {
			var results []Result
			for _, end := range c.ends {
				results = append(results, Result{Verdict: end})
			}
			assert.Equal(t, c.want, ExitCode(results))
		})
	}
}

// TestExitCodesAreScripted keeps the numbers, which people script against.
func TestExitCodesAreScripted(t *testing.T) {
	assert.Equal(t, []int{0, 1, 2, 3}, []int{ExitOK, ExitFailed, ExitUsage, ExitNotJudged})
}

func TestCount(t *testing.T) {
	count := Count([]Result{{Verdict: Pass}, {Verdict: Fail}, {Verdict: Pass}})
	assert.Equal(t, map[Verdict]int{Pass: 2, Fail: 1}, count)
	assert.Zero(t, count[Skip])
}

func TestJudge(t *testing.T) {
	held := &GuardError{Method: "DELETE", URL: "http://127.0.0.1/", Harm: HarmReads, Why: "it would"}
	for _, c := range []struct {
		name    string
		err     error
		verdict Verdict
		reason  string
	}{
		{"nothing", nil, Pass, ""},
		{"a fail", failf("it said %d", 500), Fail, "it said 500"},
		{"an inconclusive", inconclusivef("no answer: %w", io.EOF), Inconclusive, "no answer: EOF"},
		{"a skip", skipf("no volume was named"), Skip, "no volume was named"},
		{"a wrapped fail", fmt.Errorf("set-up: %w", failf("no")), Fail, "set-up: no"},
		{"a fail wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", failf("c"))), Fail, "a: b: c"},
		{"a fail among others", errors.Join(io.EOF, failf("no")), Fail, "EOF\nno"},
		{"a finding made of another", inconclusivef("after %w", failf("no")), Inconclusive, "after no"},
		{"anything else", io.ErrUnexpectedEOF, Error, "unexpected EOF"},
		{"a context that ended", context.DeadlineExceeded, Error, "context deadline exceeded"},
		{"the guard", held, Error, held.Error()},
		{"the guard, behind a finding", inconclusivef("show: %w", held), Error, "show: " + held.Error()},
		{"the guard, behind a fail", fmt.Errorf("x: %w", failf("y: %w", held)), Error, "x: y: " + held.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			verdict, reason := judge(c.err)
			assert.Equal(t, c.verdict, verdict)
			assert.Equal(t, c.reason, reason)
		})
	}
	require.ErrorIs(t, inconclusivef("no answer: %w", io.EOF), io.EOF, "the cause can be asked for")
}

func TestHarmNames(t *testing.T) {
	for _, harm := range classes {
		text, err := harm.MarshalText()
		require.NoError(t, err)
		var read Harm
		require.NoError(t, read.UnmarshalText(text))
		assert.Equal(t, harm, read)
	}
	var harm Harm
	require.ErrorContains(t, harm.UnmarshalText([]byte("everything")), `"everything"`)
	require.Error(t, harm.UnmarshalText(nil))
}

func TestSelect(t *testing.T) {
	all := Cases()
	require.NotEmpty(t, all)
	ids := func(cases []Case) []string {
		list := []string{}
		for _, c := range cases {
			list = append(list, c.ID)
		}
		return list
	}
	first, last := all[0].ID, all[len(all)-1].ID
	for _, c := range []struct {
		name string
		ask  []string
		want []string
	}{
		{"none is all", nil, ids(all)},
		{"one", []string{last}, []string{last}},
		{"in the order of the suite, each once", []string{last, first, last}, []string{first, last}},
		{"every one by a star", []string{"*"}, ids(all)},
		{"one twice, by a star too", []string{first, "*"}, ids(all)},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Select(c.ask...)
			require.NoError(t, err)
			assert.Equal(t, c.want, ids(got))
		})
	}
	for _, unknown := range []string{"", "no-such-case", "no-such-*", first[1:], first + "-", "[a-z]*"} {
		t.Run("unknown "+unknown, func(t *testing.T) {
			_, err := Select(first, unknown)
			require.ErrorContains(t, err, fmt.Sprintf("%q", unknown))
		})
	}
}

// TestCatalogue has no case that cannot be asked.
func TestCatalogue(t *testing.T) {
	for _, c := range Cases() {
		assert.NotEmpty(t, c.Summary, c.ID)
		assert.Contains(t, classes, c.Harm, c.ID)
		assert.NotNil(t, c.ask, c.ID)
	}
}
