package conformance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestEveryRequestIsCounted: a report says how many requests a server got, those that net/http sends again by itself
// included.
func TestEveryRequestIsCounted(t *testing.T) {
	service, got := newMock(t), new(atomic.Int64)
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n := got.Add(1); n%3 == 0 {
			hangUp(w, r) // on a connection that was used before, which net/http takes for a connection that was closed
			return
		}
		service.ServeHTTP(w, r)
	}))
	server.Start()
	t.Cleanup(server.Close)
	var cases []Case
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		cases = append(cases, ask(id+"-list", HarmReads, listVersions), ask(id+"-show", HarmReads, func(ctx context.Context, t *Trial) error {
			_, err := t.Show(ctx, t.Fixture().Volume)
			return err
		}), ask(id+"-detach", HarmRefused, detachUnused))
	}
	transport := &http.Transport{} // which keeps connections
	t.Cleanup(transport.CloseIdleConnections)
	config := configFor(t, server.URL, cases...)
	config.Transport = transport
	report := run(t, config)
	assert.Equal(t, len(cases), report.Counts.Pass)
	assert.Greater(t, report.Counts.Requests, len(cases)+1)
	assert.EqualValues(t, got.Load(), report.Counts.Requests)
}

// TestRate: requests are spaced, whoever sends them, and the time limit of a request begins after its turn came.
func TestRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		p := newTurnstile(roundTripFunc(func(*http.Request) (*http.Response, error) {
			at = append(at, time.Since(began))
			return nil, http.ErrServerClosed
		}), 2, time.Now)
		send := func(admit bool, limit time.Duration) error {
			ctx := t.Context()
			if admit {
				var err error
				ctx, err = p.admit(ctx)
				require.NoError(t, err)
			}
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
			require.NoError(t, err)
			_, err = p.RoundTrip(req)
			return err
		}
		for _, admit := range []bool{true, true, true, false} {
			require.ErrorIs(t, send(admit, time.Second), http.ErrServerClosed)
		}
		require.ErrorIs(t, send(true, time.Millisecond), http.ErrServerClosed, "it waited before its limit began")
		require.Error(t, send(false, time.Millisecond), "its turn comes after its limit")
		assert.Equal(t, []time.Duration{0, 0, time.Second / 2, time.Second, time.Second * 3 / 2}, at)
		assert.EqualValues(t, 5, p.requests.Load())
	})
}

// TestAdmittedOnce: what sends two requests where one was admitted waits for the second.
func TestAdmittedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newTurnstile(roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }), 1, time.Now)
		ctx, err := p.admit(t.Context())
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/", nil)
		require.NoError(t, err)
		began := time.Now()
		for _, want := range []time.Duration{0, time.Second, 2 * time.Second} {
			_, err = p.RoundTrip(req)
			require.ErrorIs(t, err, http.ErrServerClosed)
			assert.Equal(t, want, time.Since(began))
		}
	})
}
