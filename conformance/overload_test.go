package conformance

import (
	"context"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// gateway answers some detaches in place of the service behind it, and counts requests.
type gateway struct {
	next     http.Handler
	status   int
	times    int32 // how many detaches; -1 for all of them
	all      bool  // requests of every kind
	detaches atomic.Int32
	others   atomic.Int32
}

func (g *gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	count := &g.others
	if r.Method == http.MethodDelete {
		count = &g.detaches
	}
	n := count.Add(1)
	if (r.Method == http.MethodDelete || g.all) && (g.times < 0 || n <= g.times) {
		w.WriteHeader(g.status)
		return
	}
	g.next.ServeHTTP(w, r)
}

// judgeStatus is a case that judges whatever comes.
func judgeStatus(id string) Case {
	return ask(id, HarmRefused, func(ctx context.Context, t *Trial) error {
		e, err := t.Send(ctx, Request{Pair: t.Unused(), Expect: ExpectRefused, About: "unused IDs"})
		if err != nil || e.Status == http.StatusBadRequest {
			return err
		}
		return ShownBy(e, Broken(promised, CodeServerError, "it was answered %s", StatusText(e.Status)))
	})
}

// TestStrayAnswers are asked for again, and leave no finding.
func TestStrayAnswers(t *testing.T) {
	t.Parallel()
	for status, most := range map[int]int32{429: 1, 500: 2, 502: 1, 503: 4, 504: 2} {
		for times := range most + 1 {
			t.Run(fmt.Sprintf("%d, %d times", status, times), func(t *testing.T) {
				t.Parallel()
				g := &gateway{next: newMock(t), status: status, times: times}
				result := runOne(t, configFor(t, startServer(t, g), judgeStatus("one")))
				assert.Equal(t, Pass, result.Verdict, result.Reason())
				assert.Empty(t, result.Findings)
				require.Len(t, result.Attempts, 1)
				exchanges := result.Attempts[0].Exchanges
				require.Len(t, exchanges, int(times)+1)
				for i, e := range exchanges {
					again := i < int(times)
					assert.Equal(t, again, e.Repeated)
					assert.Equal(t, again, e.Status == status)
				}
				assert.Equal(t, times+1, g.detaches.Load())
			})
		}
	}
}

// TestOtherStatusesAreTheEndpointsWord, at once.
func TestOtherStatusesAreTheEndpointsWord(t *testing.T) {
	for _, status := range []int{200, 202, 301, 401, 403, 404, 408, 409, 413, 501, 505, 507} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			g := &gateway{next: newMock(t), status: status, times: -1}
			result := runOne(t, configFor(t, startServer(t, g), judgeStatus("one")))
			assert.Equal(t, Fail, result.Verdict)
			assert.EqualValues(t, 1, g.detaches.Load())
		})
	}
}

// TestAnswersThatStay are the endpoint's word where it answers other requests, and only there.
func TestAnswersThatStay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		gateway *gateway
		verdict Verdict
		code    Code
		// detaches are the first and four repeats, for each attempt.
		detaches int32
	}{
		{"500 for detaches alone", &gateway{status: 500, times: -1}, Fail, CodeServerError, 5},
		{"503 for detaches alone", &gateway{status: 503, times: -1}, Fail, CodeServerError, 5},
		{"503 for everything", &gateway{status: 503, times: -1, all: true}, Inconclusive, CodeUnavailable, 5},
		{"429 for detaches alone", &gateway{status: 429, times: -1}, Inconclusive, CodeUnavailable, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			g := c.gateway
			g.next = newMock(t)
			config := configFor(t, startServer(t, g), judgeStatus("one"))
			config.Attempts = 1
			result := runOne(t, config)
			assert.Equal(t, c.verdict, result.Verdict, result.Reason())
			require.Len(t, result.Findings, 1)
			assert.Equal(t, c.code, result.Findings[0].Code)
			assert.Equal(t, c.detaches, g.detaches.Load())
		})
	}
}

// TestHopeless: after three requests that stayed so, while nothing else works, the endpoint is given up.
func TestHopeless(t *testing.T) {
	t.Parallel()
	g := &gateway{next: newMock(t), status: 503, times: -1, all: true}
	var cases []Case
	for i := range 10 {
		cases = append(cases, judgeStatus(fmt.Sprintf("case-%d", i)))
	}
	config := configFor(t, startServer(t, g), cases...)
	config.Attempts = 2
	report := run(t, config)
	for _, r := range report.Results {
		assert.Equal(t, Inconclusive, r.Verdict)
	}
	assert.EqualValues(t, 3*5, g.detaches.Load(), "3 are sent 5 times, and no other")
	assert.EqualValues(t, 1+3*2, g.others.Load(), "GET / at first, then a look and GET / for each")
	assert.Equal(t, TroubleDown, report.Trouble.Kind)
	assert.Contains(t, report.Trouble.Text, "503 Service Unavailable to everything")
	assert.Equal(t, ExitNotJudged, report.ExitCode)
}

// TestNoLongerHopeless: an endpoint that recovers is given its repeats back.
func TestNoLongerHopeless(t *testing.T) {
	o := new(overload)
	tries := func() int {
		try := 0
		for o.again(try) {
			try++
		}
		return try + 1
	}
	for _, want := range []int{5, 5, 5, 1, 1} {
		assert.Equal(t, want, tries())
	}
	o.passed()
	for _, want := range []int{5, 5, 5, 1} {
		assert.Equal(t, want, tries())
	}
}

// TestOnce is for cases to which a passing trouble is an answer as well.
func TestOnce(t *testing.T) {
	g := &gateway{next: newMock(t), status: 503, times: -1}
	result := runOne(t, configFor(t, startServer(t, g), ask("once", HarmRefused, func(ctx context.Context, t *Trial) error {
		e, err := t.Send(ctx, Request{Pair: t.Unused(), Once: true})
		if e.Status != 503 || err != nil {
			return fmt.Errorf("%d, %w", e.Status, err)
		}
		return nil
	})))
	assert.Equal(t, Pass, result.Verdict, result.Reason())
	assert.EqualValues(t, 1, g.detaches.Load())
}
