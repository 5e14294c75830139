package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
)

// TestShared observes once for all the cases of a version, and gives each the evidence.
func TestShared(t *testing.T) {
	const forever = 1 << 62
	made := 0
	share := func(times int) func(context.Context, *Trial) error {
		return func(ctx context.Context, t *Trial) error {
			for range times {
				got, err := Shared(t, "listing", forever, func() (string, error) {
					made++
					return "of " + t.Version().String(), listVersions(ctx, t)
				})
				if err != nil || got != "of "+t.Version().String() {
					return fmt.Errorf("got %q, %w", got, err)
				}
			}
			return nil
		}
	}
	config := configFor(t, startServer(t, newMock(t)), ask("first", HarmReads, share(1)), ask("second", HarmReads, share(3)), ask("third", HarmReads, share(1)))
	config.Clients = nil
	report := run(t, config)
	assert.Equal(t, len(gen.Clients()), made, "once a version")
	for _, r := range report.Results {
		assert.Equal(t, Pass, r.Verdict, r.Reason())
		require.Len(t, r.Attempts[0].Exchanges, 1, "%s: the evidence, once", place(r))
		assert.Equal(t, "first", r.Attempts[0].Exchanges[0].Case, "the case that sent it")
	}
}

// TestSharedIsKept for as long as it is said to be, and an error not at all.
func TestSharedIsKept(t *testing.T) {
	made := map[string]int{}
	config := configFor(t, startServer(t, newMock(t)), ask("one", HarmReads, func(_ context.Context, t *Trial) error {
		for i := range 3 {
			_, _ = Shared(t, "old at once", -1, func() (int, error) { made["old"]++; return 1, nil })
			_, err := Shared(t, "an error", 1<<62, func() (int, error) { made["error"]++; return 1, io.EOF })
			if !errors.Is(err, io.EOF) {
				return fmt.Errorf("the error was lost: %w", err)
			}
			got, err := Shared(t, "an error at first", 1<<62, func() (int, error) {
				if made["at first"]++; made["at first"] == 1 {
					return 0, io.EOF
				}
				return made["at first"], nil
			})
			if i > 0 && (err != nil || got != 2) {
				return fmt.Errorf("%d, %w", got, err)
			}
			_, _ = Shared(t, "zero", 1<<62, func() (int, error) { made["zero"]++; return 0, nil })
		}
		return nil
	}))
	result := runOne(t, config)
	assert.Equal(t, Pass, result.Verdict, result.Reason())
	assert.Equal(t, map[string]int{"old": 3, "error": 3, "at first": 2, "zero": 1}, made)
}

// TestOfRun keeps one value for all the versions of a run, side by side as they may be.
func TestOfRun(t *testing.T) {
	type tally struct {
		mu   sync.Mutex
		seen []string
	}
	made := 0
	count := ask("count", HarmReads, func(_ context.Context, t *Trial) error {
		kept := OfRun(t, "tally", func() *tally { made++; return new(tally) })
		kept.mu.Lock()
		defer kept.mu.Unlock()
		kept.seen = append(kept.seen, t.Version().String())
		t.Note("%d", len(kept.seen))
		return nil
	})
	config := configFor(t, startServer(t, newMock(t)), count)
	config.Clients, config.Parallel = nil, 4
	for times := range 2 {
		var notes []string
		for _, r := range run(t, config).Results {
			notes = append(notes, r.Notes...)
		}
		var want []string
		for i := range gen.Clients() {
			want = append(want, strconv.Itoa(i+1))
		}
		assert.ElementsMatch(t, want, notes)
		assert.Equal(t, times+1, made, "each run has its own")
	}
}

// TestControl has the answers to a right and to a wrong request, and what they show.
func TestControl(t *testing.T) {
	// body answers a correctly signed request, and one with another secret key.
	answering := func(right, wrong int, rightBody, wrongBody string) http.HandlerFunc {
		n := 0
		return func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodDelete {
				return
			}
			n++
			status, body := right, rightBody
			if n%2 == 0 {
				status, body = wrong, wrongBody
			}
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	const (
		first   = `{"errors":[{"code":"E","detail":"no volume 3f500f00-ed80-4566-a057-e31760226f9a"}]}`
		second  = `{"errors":[{"code":"E","detail":"no volume b8e0c7d1-2f34-4a95-9d60-53a7e1f8c2b4"}]}`
		another = `{"errors":[{"code":"Hmac","detail":"no volume 3f500f00-ed80-4566-a057-e31760226f9a"}]}`
		gateway = `{"timestamp":"2026-01-01","path":"/v1/a","status":404,"error":"Not Found","requestId":"1"}`
		later   = `{"timestamp":"2026-01-02","path":"/v1/b","status":404,"error":"Not Found","requestId":"2"}`
	)
	for _, c := range []struct {
		name          string
		handler       http.Handler
		distinguishes bool
		verdict       Verdict
		code          Code
	}{
		{name: "the mock", handler: newMock(t), distinguishes: true, verdict: Pass},
		{name: "400 and 401", handler: answering(400, 401, "", ""), distinguishes: true, verdict: Pass},
		{name: "404 and 404 in other words", handler: answering(404, 404, first, gateway), distinguishes: true, verdict: Pass},
		{name: "400 and 400 with another code", handler: answering(400, 400, first, another), distinguishes: true, verdict: Pass},
		{name: "400 to everything", handler: answering(400, 400, "", ""), verdict: Pass},
		{name: "202 to everything", handler: answering(202, 202, "", ""), verdict: Pass},
		{name: "only the IDs differ", handler: answering(400, 400, first, second), verdict: Pass},
		{name: "only time, path and request ID differ", handler: answering(404, 404, gateway, later), verdict: Pass},
		{name: "only an ID in text differs", handler: answering(400, 400, "no 3f500f00-ed80-4566-a057-e31760226f9a", "no B8E0C7D12F344A959D6053A7E1F8C2B4"), verdict: Pass},
		{name: "401 to everything", handler: answering(401, 401, "", ""), verdict: Inconclusive, code: CodeKeys},
		{name: "403 to everything", handler: answering(403, 403, "", ""), verdict: Inconclusive, code: CodeKeys},
	} {
		t.Run(c.name, func(t *testing.T) {
			look := func(ctx context.Context, t *Trial) error {
				control, err := t.Control(ctx)
				if err == nil && control.Distinguishes() != c.distinguishes {
					err = fmt.Errorf("it distinguishes: %t", control.Distinguishes())
				}
				return err
			}
			detaches := 0
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					detaches++
				}
				c.handler.ServeHTTP(w, r)
			})
			config := configFor(t, startServer(t, handler), ask("one", HarmRefused, look), ask("two", HarmRefused, look))
			config.Attempts = 1
			report := run(t, config)
			for _, r := range report.Results {
				require.Equal(t, c.verdict, r.Verdict, r.Reason())
				if c.code != "" {
					assert.Equal(t, c.code, r.Findings[0].Code)
				}
			}
			if c.verdict != Pass {
				assert.Equal(t, 2, detaches, "an error is not kept")
				return
			}
			assert.Equal(t, 2, detaches, "a right and a wrong request for both cases")
			exchanges := report.Results[1].Attempts[0].Exchanges
			require.Len(t, exchanges, 2)
			assert.Equal(t, []Expectation{ExpectRefused, ExpectUnauthorized}, []Expectation{exchanges[0].Expected, exchanges[1].Expected})
		})
	}
}
