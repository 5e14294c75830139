//go:build mutants

package cases_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
)

// TestStrangeServers judges servers that are not the service. A run of none of them is a success, and none of
// them takes long.
func TestStrangeServers(t *testing.T) {
	const (
		failed    = conformance.ExitFailed
		notJudged = conformance.ExitNotJudged
	)
	always := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	typed := func(contentType, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", contentType)
			fmt.Fprint(w, body)
		}
	}
	redirect := func(to string, status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", to)
			w.WriteHeader(status)
		}
	}
	var followed atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	t.Cleanup(elsewhere.Close)
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		exit    int
		timeout time.Duration // that of whole if 0
		reads   bool          // asks no more than what reads: reading all that is allowed takes its time
	}{
		{name: "500", handler: always(500), exit: notJudged},
		{name: "503", handler: always(503), exit: notJudged},
		{name: "429", handler: always(429), exit: notJudged},
		{name: "404", handler: always(404), exit: failed}, // GET / is documented
		{name: "200 without a body", handler: always(200), exit: failed},
		{name: "a login page", handler: typed("text/html", "<!doctype html><title>Log in</title><form method=post><input name=user></form>"), exit: failed},
		{name: "an echo", handler: sendBack, exit: failed},
		{name: "JSON null", handler: typed("application/json", "null"), exit: failed},
		{name: "JSON of another kind", handler: typed("application/json", `[1,"two",{"three":3}]`), exit: failed},
		{name: "a redirect", handler: redirect(elsewhere.URL+"/v1/volumes/"+mock.VolumeID, 307), exit: failed},
		{name: "a redirect to the volume", handler: redirect("/v1/volumes/"+mock.VolumeID, 308), exit: failed},
		{name: "hangs up", handler: hangUp, exit: notJudged},
		{name: "hangs up in the body", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"versions":[`)
		}, exit: failed}, // what should be refused is answered 200
		{name: "a flood", handler: func(w http.ResponseWriter, r *http.Request) {
			page := []byte(strings.Repeat("0123456789abcdef", 4096))
			for r.Context().Err() == nil {
				if _, err := w.Write(page); err != nil {
					return
				}
			}
		}, exit: failed, reads: true},
		{name: "a drip", handler: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, exit: failed, timeout: 100 * time.Millisecond},
		{name: "says nothing", handler: func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}, exit: notJudged, timeout: 50 * time.Millisecond},
		{name: "says nothing after GET /", handler: func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				<-r.Context().Done()
				return
			}
			w.WriteHeader(http.StatusServiceUnavailable)
		}, exit: notJudged, timeout: 50 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			began := time.Now()
			report := whole(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete && r.RequestURI == "/v1/volumes/"+mock.VolumeID {
					t.Error("a redirect was followed, and the volume is gone")
				}
				c.handler(w, r)
			}), func(config *conformance.Config) {
				newestAlone(config)
				if c.reads {
					config.Harm = conformance.HarmReads
				}
				config.All = false
				if c.timeout != 0 {
					config.Timeout = c.timeout
				}
			})
			assert.Less(t, time.Since(began), 20*time.Second)
			requireEveryResult(t, report, gen.Clients()[len(gen.Clients())-1:])
			for _, r := range report.Results {
				assert.NotEqual(t, conformance.Error, r.Verdict, "%s: %s", where(r), r.Reason())
				assert.Equal(t, r.Verdict == conformance.Pass, r.Reason() == "", where(r))
			}
			assert.Equal(t, c.exit, report.ExitCode, "%s %v", report.Headline, report.Trouble)
			assert.Zero(t, followed.Load(), "a redirect was followed")
		})
	}
}

// hangUp answers nothing.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}
