package conformance

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// TestRunStrange judges servers that are not the service. None of them passes.
func TestRunStrange(t *testing.T) {
	always := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }
	}
	var followed atomic.Int32
	elsewhere := startServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		// exit has one code, or both where it hangs on how fast this machine is.
		exit []int
		// timeout is that of configFor if 0. cases are some from all over the suite if there are none:
		// asking all of them everywhere would take half a minute, and most of that where every request
		// waits for its whole timeout, or reads all it is allowed to.
		timeout time.Duration
		cases   []Case
	}{
		{name: "500", handler: always(500), exit: []int{ExitNotJudged}, cases: Cases()},
		{name: "429", handler: always(429), exit: []int{ExitNotJudged}},
		{name: "401", handler: always(401), exit: []int{ExitFailed}, cases: Cases()}, // GET / needs no signature
		{name: "404", handler: always(404), exit: []int{ExitFailed}},
		{name: "202", handler: always(202), exit: []int{ExitFailed}}, // without a signature too
		{name: "200 without a body", handler: always(200), exit: []int{ExitFailed}},
		{name: "a login page", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprint(w, "<!doctype html><title>Log in</title><form method=post><input name=user></form>")
		}, exit: []int{ExitFailed}},
		{name: "an echo", handler: echo, exit: []int{ExitFailed}},
		{name: "JSON null", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprint(w, "null")
		}, exit: []int{ExitFailed}},
		{name: "a redirect", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", elsewhere+"/v1/volumes/"+mock.VolumeID)
			w.WriteHeader(http.StatusTemporaryRedirect)
		}, exit: []int{ExitFailed}},
		{name: "a redirect to the volume", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/v1/volumes/"+mock.VolumeID)
			w.WriteHeader(http.StatusPermanentRedirect)
		}, exit: []int{ExitFailed}},
		{name: "hangs up", handler: hangUp, exit: []int{ExitNotJudged}},
		{name: "hangs up in the body", handler: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"versions":[`)
		}, exit: []int{ExitFailed}}, // a detach without a signature is answered 200
		{name: "a flood", handler: func(w http.ResponseWriter, r *http.Request) {
			page := []byte(strings.Repeat("0123456789abcdef", 4096))
			for r.Context().Err() == nil {
				if _, err := w.Write(page); err != nil {
					return
				}
			}
		}, exit: []int{ExitFailed}, cases: some(4)},
		{name: "a drip", handler: func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, exit: []int{ExitFailed, ExitNotJudged}, timeout: 20 * time.Millisecond, cases: some(8)},
		{name: "says nothing", handler: func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}, exit: []int{ExitNotJudged}, timeout: 50 * time.Millisecond},
		{name: "says nothing after GET /", handler: func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				<-r.Context().Done()
			}
		}, exit: []int{ExitFailed, ExitNotJudged}, timeout: 50 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete && r.RequestURI == "/v1/volumes/"+mock.VolumeID {
					t.Error("a redirect was followed, and the volume is gone")
				}
				c.handler(w, r)
			})))
			if c.cases == nil {
				c.cases = some(25)
			}
			config.Cases = c.cases
			if c.timeout != 0 {
				config.Timeout = c.timeout
			}
			began := time.Now()
			report := run(t, config)
			assert.Less(t, time.Since(began), 10*time.Second)
			assert.Contains(t, c.exit, ExitCode(report.Results))
			requireAll(t, report, c.cases)
			for _, r := range report.Results {
				assert.NotEqual(t, Error, r.Verdict, "%s: %s", place(r), r.Reason)
				assert.Equal(t, r.Verdict == Pass, r.Reason == "", place(r))
			}
			assert.Zero(t, followed.Load(), "a redirect was followed")
		})
	}
}

// TestRunUnreachable has nothing at the endpoint, or something that is no HTTP server.
func TestRunUnreachable(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())

	for name, endpoint := range map[string]string{
		"nothing listens":    "http://" + closed.Addr().String(),
		"nothing, by https":  "https://" + closed.Addr().String(),
		"https where http":   strings.Replace(startServer(t, newMock(t)), "http://", "https://", 1),
		"hangs up":           startListener(t, func(c net.Conn) { c.Close() }),
		"speaks another way": startListener(t, func(c net.Conn) { fmt.Fprint(c, "220 mail.example ESMTP\r\n"); c.Close() }),
	} {
		t.Run(name, func(t *testing.T) {
			config := configFor(t, endpoint)
			began := time.Now()
			report := run(t, config)
			assert.Less(t, time.Since(began), config.Timeout+2*time.Second)
			requireAll(t, report, Cases())
			assert.Equal(t, ExitNotJudged, ExitCode(report.Results))
			assert.Contains(t, report.Trouble, endpoint)
			for _, r := range report.Results {
				assert.Equal(t, Inconclusive, r.Verdict)
				assert.Len(t, r.Attempts, 1, "what was given is not asked again")
				assert.Contains(t, r.Reason, "not asked")
			}
		})
	}
}

// TestRunHTTPWhereHTTPS is told by Go's server with a 400, and by others in other ways: not one passes.
func TestRunHTTPWhereHTTPS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	report := run(t, configFor(t, strings.Replace(server.URL, "https://", "http://", 1)))
	assert.NotEqual(t, ExitOK, ExitCode(report.Results))
}

// startListener answers each connection by hand.
func startListener(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answer(conn)
		}
	})
	t.Cleanup(func() {
		listener.Close()
		group.Wait()
	})
	return "http://" + listener.Addr().String()
}
