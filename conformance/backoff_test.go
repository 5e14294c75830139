package conformance

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              0,
		"0":                             0,
		"7":                             7 * time.Second,
		" 7 ":                           7 * time.Second,
		"-7":                            0,
		"7.5":                           0,
		"soon":                          0,
		"4294967295":                    24 * time.Hour,
		"99999999999999999999":          0,
		"Wed, 01 Apr 2026 09:01:00 GMT": time.Minute,
		"Wed, 01 Apr 2026 08:00:00 GMT": 0,
		"Wed, 01 Apr 9999 08:00:00 GMT": 24 * time.Hour,
	} {
		assert.Equal(t, want, retryAfter(http.Header{"Retry-After": {value}}, now), value)
	}
}

// TestJitter grows, and stays within its bounds.
func TestJitter(t *testing.T) {
	for _, live := range []bool{false, true} {
		r := &runner{Config: Config{Live: live}}
		for try, bound := range []time.Duration{10, 40, 160, 640, 2560, 10_000, 10_000, 10_000, 10_000, 10_000} {
			if live {
				bound *= 25
			}
			bound = min(bound*time.Millisecond, 10*time.Second)
			for range 100 {
				assert.LessOrEqual(t, r.jitter(try), bound)
				assert.Positive(t, r.jitter(try))
			}
		}
	}
}

// TestRetryAfterIsHonoured, unless the case has no time for it.
func TestRetryAfterIsHonoured(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, after string
		verdict     Verdict
		says        string
	}{
		{"a second", "1", Pass, ""},
		{"an hour", "3600", Inconclusive, "is answered 503 Service Unavailable, and the endpoint asks to wait for 1h0m0s (Retry-After), longer than the case may take"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			service, detaches := newMock(t), new(atomic.Int32)
			var first time.Time
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete && detaches.Add(1) == 1 {
					first = time.Now()
					w.Header().Set("Retry-After", c.after)
					w.WriteHeader(http.StatusServiceUnavailable)
					return
				}
				service.ServeHTTP(w, r)
			})), ask("one", HarmRefused, detachUnused))
			config.Attempts = 1
			result := runOne(t, config)
			assert.Equal(t, c.verdict, result.Verdict, result.Reason())
			assert.Contains(t, result.Reason(), c.says)
			if c.verdict == Pass {
				assert.GreaterOrEqual(t, time.Since(first), time.Second)
			}
		})
	}
}

// TestCaseLimit: a case that takes too long is inconclusive, and the others are asked.
func TestCaseLimit(t *testing.T) {
	t.Parallel()
	long := func(ctx context.Context, t *Trial) error { return t.Pause(ctx, time.Hour) }
	hangs := func(ctx context.Context, t *Trial) error {
		_, err := t.Show(ctx, t.Fixture().Volume)
		return err
	}
	config := configFor(t, startServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			<-r.Context().Done()
		}
	})), ask("pauses", HarmReads, long), ask("hangs", HarmReads, hangs), ask("ends", HarmReads, listVersions))
	config.Timeout, config.CaseLimit = time.Hour, 50*time.Millisecond
	report := run(t, config)
	require.Len(t, report.Results, 3)
	for _, r := range report.Results[:2] {
		assert.Equal(t, Inconclusive, r.Verdict)
		assert.Equal(t, "the case reached its limit of 50ms", r.Reason())
		assert.Equal(t, CodeStopped, r.Findings[0].Code)
		assert.Len(t, r.Attempts, 1, "there is no time for another")
	}
	assert.Equal(t, Pass, report.Results[2].Verdict)
	assert.Nil(t, report.Trouble)
}
