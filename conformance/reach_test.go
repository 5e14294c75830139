package conformance

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestRunUnreachable has nothing at the endpoint, or something that is no HTTP server: no case is asked.
func TestRunUnreachable(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)

	for _, c := range []struct {
		name, endpoint, says string
		requests             int // that reach something; what seems lost is asked for again
	}{
		{"nothing listens", "http://" + closed.Addr().String(), "Nothing answers at", 0},
		{"nothing, by https", "https://" + closed.Addr().String(), "Nothing answers at", 0},
		{"https where http is spoken", strings.Replace(startServer(t, newMock(t)), "http://", "https://", 1), "Is it http or https?", 0},
		{"an unknown certificate", untrusted.URL, "cannot be trusted", 0},
		{"hangs up", startListener(t, func(c net.Conn) { c.Close() }), "and not in HTTP", 5},
		{"speaks another way", startListener(t, func(c net.Conn) { fmt.Fprint(c, "220 mail.example ESMTP\r\n"); c.Close() }), "and not in HTTP", 5},
		{"says nothing", startServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })), "did not answer within 200ms", 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := configFor(t, c.endpoint, ask("one", HarmReads, listVersions), ask("two", HarmDangerous, listVersions))
			config.Clients, config.Timeout = nil, 20*time.Second
			if c.name == "says nothing" {
				config.Timeout = 200 * time.Millisecond
			}
			report := run(t, config)
			requireAll(t, report, config.Cases)
			assert.Equal(t, ExitNotJudged, report.ExitCode)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleUnreachable, report.Trouble.Kind)
			assert.Contains(t, report.Trouble.Text, c.endpoint)
			assert.Contains(t, report.Trouble.Text, c.says)
			assert.Equal(t, c.requests, report.Counts.Requests)
			for _, r := range report.Results {
				assert.Equal(t, Inconclusive, r.Verdict)
				assert.Empty(t, r.Attempts, "what was given up is not asked")
				assert.True(t, r.Unasked)
				assert.Equal(t, "not asked, as the endpoint could not be reached", r.Reason())
			}
		})
	}
}

// TestRunSilent gives up an endpoint that stops answering: after three cases, the others are not asked.
func TestRunSilent(t *testing.T) {
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			<-r.Context().Done()
		}
	})
	var cases []Case
	for i := range 6 {
		cases = append(cases, ask(fmt.Sprintf("case-%d", i), HarmRefused, detachUnused))
	}
	config := configFor(t, startServer(t, handler), cases...)
	config.Timeout, config.Attempts = 200*time.Millisecond, 2
	report := run(t, config)
	for i, r := range report.Results {
		assert.Equal(t, Inconclusive, r.Verdict)
		assert.Equal(t, i >= 3, r.Unasked, "case %d", i)
		assert.Equal(t, CodeNoAnswer, r.Findings[0].Code)
	}
	assert.Equal(t, 1+3*2+2+2, report.Counts.Requests, "three are sent again, and then none")
	require.NotNil(t, report.Trouble)
	assert.Equal(t, TroubleSilent, report.Trouble.Kind)
}

// TestRunSilentNowAndThen gives nothing up: a case that got an answer comes between.
func TestRunSilentNowAndThen(t *testing.T) {
	n := 0
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n%3 != 1 {
			hangUp(w, r)
		}
	})
	var cases []Case
	for i := range 9 {
		cases = append(cases, ask(fmt.Sprintf("case-%d", i), HarmReads, func(ctx context.Context, t *Trial) error {
			_, err := t.Send(ctx, Request{Operation: ListVersions, Once: true})
			return err
		}))
	}
	config := configFor(t, startServer(t, handler), cases...)
	config.Attempts = 1
	report := run(t, config)
	assert.Equal(t, Counts{Pass: 3, Inconclusive: 6, Requests: 10}, report.Counts)
	assert.Nil(t, report.Trouble)
}

// TestRunHTTPWhereHTTPS is told by Go's server with a 400, and by others in other ways.
func TestRunHTTPWhereHTTPS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	report := run(t, configFor(t, strings.Replace(server.URL, "https://", "http://", 1), ask("one", HarmReads, func(ctx context.Context, t *Trial) error {
		_, _, err := t.Discover(ctx)
		if err != nil {
			return CannotJudge(CodeDiscovery, "no list: %w", err)
		}
		return nil
	})))
	assert.Equal(t, ExitNotJudged, report.ExitCode)
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
