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

// TestParallelVersions: cases that touch the fixture never run at once, and reads do.
func TestParallelVersions(t *testing.T) {
	var touching, overlaps, detaches atomic.Int32
	met := make(chan struct{})
	service := newMock(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodDelete || r.Method == http.MethodPost:
			if touching.Add(1) > 1 {
				overlaps.Add(1)
			}
			detaches.Add(1)
			time.Sleep(2 * time.Millisecond) // a wide window: it can hide a fault, and make none
			defer touching.Add(-1)
		case r.URL.Path == "/v1/meet":
			// Only where two versions read at once does one find the other here.
			select {
			case met <- struct{}{}:
			case <-met:
			}
		}
		service.ServeHTTP(w, r)
	})
	touch := func(ctx context.Context, t *Trial) error {
		if _, err := t.Attached(ctx); err != nil {
			return err
		}
		_, err := t.Unattached(ctx)
		return err
	}
	meet := func(ctx context.Context, t *Trial) error {
		_, err := t.Send(ctx, Request{Method: http.MethodGet, Path: "/v1/meet"})
		return err
	}
	looks := ask("looks", HarmDetaches, listVersions)
	looks.Between = touch
	cases := []Case{
		ask("touches-1", HarmDetaches, touch), ask("reads", HarmReads, meet), ask("touches-2", HarmDangerous, touch), looks,
	}
	config := configFor(t, startServer(t, handler), cases...)
	config.Clients, config.Parallel, config.Timeout = nil, 4, 20*time.Second
	var reporting atomic.Int32
	config.OnResult = func(Result) {
		if reporting.Add(1) > 1 {
			t.Error("two results are reported at once")
		}
		reporting.Add(-1)
	}
	report := run(t, config)
	assert.Zero(t, overlaps.Load())
	assert.Greater(t, detaches.Load(), int32(4*2*2))
	requireAll(t, report, cases)
	for _, r := range report.Results {
		assert.Equal(t, Pass, r.Verdict, "%s: %s", place(r), r.Reason())
	}
	require.Equal(t, 4, report.Options.Parallel)
}

// TestOneVersionAtATime unless a config says otherwise.
func TestOneVersionAtATime(t *testing.T) {
	var running, most atomic.Int32
	c := ask("reads", HarmReads, func(ctx context.Context, t *Trial) error {
		defer running.Add(-1)
		if n := running.Add(1); n > most.Load() {
			most.Store(n)
		}
		return listVersions(ctx, t)
	})
	config := configFor(t, startServer(t, newMock(t)), c)
	config.Clients = nil
	run(t, config)
	assert.EqualValues(t, 1, most.Load())
}
