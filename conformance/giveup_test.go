package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// controlled are cases that each send a control.
func controlled(n int) []Case {
	var cases []Case
	for i := range n {
		cases = append(cases, ask(fmt.Sprintf("case-%d", i), HarmRefused, func(ctx context.Context, t *Trial) error {
			_, err := t.Control(ctx)
			return err
		}))
	}
	return cases
}

// TestKeysRefused asks nothing more once no version and no operation takes the keys.
func TestKeysRefused(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), controlled(30)...)
	config.Clients = gen.Clients()
	config.Credentials.SecretKey = signing.Secret("another-secret-key")
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	assert.Less(t, report.Counts.Requests, 20)
	require.NotNil(t, report.Trouble)
	assert.Equal(t, TroubleKeys, report.Trouble.Kind)
	for _, r := range report.Results {
		assert.Equal(t, CodeKeys, r.Findings[0].Code)
	}
}

// TestKeysTakenSomewhere goes on where one operation takes the keys: what refuses them is at fault.
func TestKeysTakenSomewhere(t *testing.T) {
	service := newMock(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		service.ServeHTTP(w, r)
	})
	report := run(t, configFor(t, startServer(t, handler), controlled(3)...))
	for _, r := range report.Results {
		assert.False(t, r.Unasked)
	}
	assert.Equal(t, TroubleNothingJudged, report.Trouble.Kind)
}

// TestGone asks nothing more of an endpoint whose port was closed in the middle.
func TestGone(t *testing.T) {
	server := httptest.NewServer(newMock(t))
	defer server.Close()
	var cases []Case
	for i := range 30 {
		cases = append(cases, ask(fmt.Sprintf("case-%d", i), HarmRefused, func(ctx context.Context, t *Trial) error {
			if i == 3 {
				server.CloseClientConnections()
				server.Listener.Close()
			}
			return detachUnused(ctx, t)
		}))
	}
	report := run(t, configFor(t, server.URL, cases...))
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Equal(t, TroubleUnreachable, report.Trouble.Kind)
	assert.Contains(t, report.Trouble.Text, "stopped answering in the middle of the run")
	for i, r := range report.Results {
		assert.Equal(t, i > 3, r.Unasked, "case %d", i)
	}
}

// TestStamps dates no two requests for the same thing alike, and leaves others their time.
func TestStamps(t *testing.T) {
	s := stamps{last: map[stamped]time.Time{}}
	now := time.UnixMilli(1_700_000_000_000)
	shows := func(volume, server string) Request { return Request{Operation: ShowVolume, Pair: Pair{volume, server}} }
	for i, c := range []struct {
		r    Request
		want time.Duration
	}{
		{shows("a", ""), 0},
		{shows("a", "x"), time.Millisecond},
		{shows("b", ""), 0},
		{shows("a", ""), 2 * time.Millisecond},
		{Request{Pair: Pair{"a", "x"}}, 0},
		{Request{Pair: Pair{"a", "y"}}, 0},
		{Request{Pair: Pair{"a", "x"}}, time.Millisecond},
	} {
		assert.Equal(t, c.want, s.next(c.r, now).Sub(now), "request %d", i+1)
	}
	assert.Equal(t, time.Second, s.next(shows("a", ""), now.Add(time.Second)).Sub(now))
}

// TestHopelessCases asks a case once where three in a row could not be judged, however often they were asked, and
// as often as before once one can be.
func TestHopelessCases(t *testing.T) {
	asked := map[string]int{}
	unclear := func(id string) Case {
		return ask(id, HarmReads, func(ctx context.Context, t *Trial) error {
			asked[id]++
			return errors.Join(listVersions(ctx, t), CannotJudge(CodeSetup, "no volume is shown"))
		})
	}
	config := configFor(t, startServer(t, newMock(t)),
		unclear("a"), unclear("b"), unclear("c"), unclear("d"), ask("clear", HarmReads, listVersions), unclear("e"))
	config.Attempts = 2
	run(t, config)
	assert.Equal(t, map[string]int{"a": 2, "b": 2, "c": 2, "d": 1, "e": 2}, asked)
}
