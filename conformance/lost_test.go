package conformance

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// TestLostAnswers has a gateway answer 502 to the first attach or detach, which the service has done: to be refused
// when it is sent again is right, and nothing has moved the volume but what was asked for.
func TestLostAnswers(t *testing.T) {
	for name, method := range map[string]string{"of a detach": http.MethodDelete, "of an attach": http.MethodPost} {
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
				w.WriteHeader(http.StatusBadGateway)
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
			if method == http.MethodDelete {
				require.Len(t, result.Attempts, 2)
				assert.Contains(t, result.Attempts[0].Reason, "a gateway answered in place of the service")
			}
		})
	}
}
