package conformance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// TestLostAnswers has a gateway answer 502 to the first attach or detach, which the service has done, or nothing: to
// be refused when it is sent again is right, and nothing has moved the volume but what was asked for.
func TestLostAnswers(t *testing.T) {
	answer502 := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }
	for name, c := range map[string]struct {
		method string
		lose   http.HandlerFunc
		says   string // the first attempt, where there are two
	}{
		"of a detach":               {http.MethodDelete, answer502, "a gateway answered in place of the service"},
		"of an attach":              {http.MethodPost, answer502, ""},
		"of a detach, and nothing":  {http.MethodDelete, hangUp, "got no answer"},
		"of an attach, and nothing": {http.MethodPost, hangUp, ""},
	} {
		method := c.method
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			service := newMock(t, mock.WithDelay(time.Millisecond))
			lost := false
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method != method || lost {
					service.ServeHTTP(w, r)
					return
				}
				lost = true
				service.ServeHTTP(httptest.NewRecorder(), r)
				c.lose(w, r)
			})
			cycle := ask("cycle", HarmDetaches, func(ctx context.Context, t *Trial) error {
				if shown, err := t.Show(ctx, mockFixture.Volume); err != nil {
					return err
				} else if t.Learn(shown); len(t.Strays()) > 0 {
					return Broken(promised, CodeChanged, "moved")
				}
				p, err := t.Attached(ctx)
				if err != nil {
					return err
				}
				e, err := t.SendBusy(ctx, Request{Pair: p, Expect: ExpectAccepted, About: "an attached volume"})
				if err != nil {
					return err
				}
				if e.Status != http.StatusAccepted {
					return Broken(promised, CodeNotAccepted, "refused")
				}
				if _, err = t.Attached(ctx); err == nil && len(t.Strays()) > 0 {
					err = Broken(promised, CodeChanged, "moved")
				}
				return err
			})
			result := runOne(t, configFor(t, startServer(t, handler), cycle))
			require.True(t, lost)
			assert.Equal(t, Pass, result.Verdict, "%s", result.Reason())
			require.Len(t, result.Attempts, map[bool]int{true: 1, false: 2}[c.says == ""])
			assert.Contains(t, result.Attempts[0].Reason, c.says)
		})
	}
}

// TestLostRefusals: what changes nothing is sent again until it is answered, and in full.
func TestLostRefusals(t *testing.T) {
	t.Parallel()
	half := func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"errors":[`))
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	for _, c := range []struct {
		name    string
		lose    http.HandlerFunc
		times   int32
		verdict Verdict
		sent    int32
	}{
		{"nothing, once", hangUp, 1, Pass, 2},
		{"nothing, four times", hangUp, 4, Pass, 5},
		{"nothing", hangUp, 1000, Inconclusive, 5},
		{"half, once", half, 1, Pass, 2},
		{"half", half, 1000, Pass, 5}, // it is answered, and that it is in half is for another case to judge
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			service, sent := newMock(t), new(atomic.Int32)
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete && sent.Add(1) <= c.times {
					c.lose(w, r)
					return
				}
				service.ServeHTTP(w, r)
			})), ask("one", HarmRefused, detachUnused))
			config.Attempts = 1
			result := runOne(t, config)
			assert.Equal(t, c.verdict, result.Verdict, result.Reason())
			assert.Equal(t, c.sent, sent.Load())
			require.Len(t, result.Attempts, 1)
			exchanges := result.Attempts[0].Exchanges
			for i, e := range exchanges {
				assert.Equal(t, i < len(exchanges)-1, e.Repeated)
			}
		})
	}
}
