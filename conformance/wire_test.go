package conformance

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// long is a time that nothing waits for, and short one that is waited for.
const long, short = 20 * time.Second, 300 * time.Millisecond

// record sends a GET through a recorder to a handler, and returns what came of it within a time.
func record(t *testing.T, limit time.Duration, handler http.HandlerFunc) (body []byte, kept Exchange, err error) {
	t.Helper()
	r := &recorder{base: &http.Transport{DisableKeepAlives: true}}
	_, sent := r.last()
	require.False(t, sent, "nothing was sent yet")
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, startServer(t, handler)+"/v1/volumes/x?y=z", nil)
	require.NoError(t, err)
	resp, err := r.RoundTrip(req)
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(resp.Body, 4*maxEvidence))
		require.NoError(t, resp.Body.Close())
	}
	kept, sent = r.last()
	require.True(t, sent)
	return body, kept, err
}

func TestRecorder(t *testing.T) {
	page := strings.Repeat("0123456789", maxEvidence/5) // twice as much as is kept
	body, kept, err := record(t, long, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Seen", "yes")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, page)
	})
	require.NoError(t, err)
	assert.Equal(t, page, string(body), "a client gets all of it")
	assert.Equal(t, page[:maxEvidence], string(kept.Body), "only its start is kept")
	assert.Equal(t, http.StatusTeapot, kept.Status)
	assert.Equal(t, "yes", kept.ResponseHeader.Get("X-Seen"))
	assert.Equal(t, http.MethodGet, kept.Method)
	assert.Equal(t, "/v1/volumes/x?y=z", kept.Path())
	assert.Equal(t, "GET /v1/volumes/x?y=z", kept.String())
	assert.Empty(t, kept.Err)
	assert.Positive(t, kept.Duration)
}

// TestRecorderBodies has bodies that do not end as they should.
func TestRecorderBodies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		handler http.HandlerFunc
		kept    int    // bytes
		err     string // in Err
	}{
		{"shorter than it was said to be", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "half")
		}, 4, "unexpected EOF"},
		{"it never ends", func(w http.ResponseWriter, r *http.Request) {
			page := []byte(strings.Repeat("0123456789abcdef", 4096))
			for r.Context().Err() == nil {
				if _, err := w.Write(page); err != nil {
					return
				}
			}
		}, maxEvidence, ""},
		{"it drips", func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, "{")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, 1, "deadline exceeded"},
		{"it stops after the headers", func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}, 0, "deadline exceeded"},
	} {
		t.Run(c.name, func(t *testing.T) {
			limit := long
			if c.err == "deadline exceeded" {
				limit = short
			}
			_, kept, _ := record(t, limit, c.handler)
			assert.Equal(t, http.StatusOK, kept.Status)
			assert.Len(t, kept.Body, c.kept)
			if c.err == "" {
				assert.Empty(t, kept.Err)
			} else {
				assert.Contains(t, kept.Err, c.err)
			}
		})
	}
}

// TestRecorderNoAnswer has a server that hangs up, and one that says nothing.
func TestRecorderNoAnswer(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{
		"hangs up":     hangUp,
		"says nothing": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
	} {
		t.Run(name, func(t *testing.T) {
			_, kept, err := record(t, short, handler)
			require.Error(t, err)
			assert.Zero(t, kept.Status)
			assert.Equal(t, err.Error(), kept.Err)
		})
	}
}

// TestRecorderHeaders has what comes before an answer, after it, and too much of it.
func TestRecorderHeaders(t *testing.T) {
	value := strings.Repeat("x", 3<<10)
	_, kept, err := record(t, long, func(w http.ResponseWriter, _ *http.Request) {
		for _, hint := range []string{"one", "two"} {
			w.Header().Set("X-Hint", hint)
			w.WriteHeader(http.StatusEarlyHints)
		}
		w.Header().Del("X-Hint")
		for i := range 30 {
			w.Header().Set(fmt.Sprintf("X-Long-%d", i), value)
		}
		w.Header().Set("Trailer", "X-Announced")
		fmt.Fprint(w, "body")
		w.Header().Set("X-Announced", "late")
		w.Header().Set(http.TrailerPrefix+"X-Unannounced", "later")
	})
	require.NoError(t, err)
	assert.Equal(t, []string{"one", "two"}, kept.Informational["X-Hint"])
	assert.Equal(t, "late", kept.Trailer.Get("X-Announced"))
	assert.Equal(t, "later", kept.Trailer.Get("X-Unannounced"))
	assert.Equal(t, "body", string(kept.Body))
	size := 0
	for name, values := range kept.ResponseHeader {
		size += len(name) + len(values[0])
	}
	assert.LessOrEqual(t, size, maxEvidence)
	assert.Greater(t, size, maxEvidence/2)
}

// TestRecorderHintsForEver ends with the request, and keeps no more than of any other header.
func TestRecorderHintsForEver(t *testing.T) {
	t.Parallel()
	_, kept, err := record(t, short, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Hint", strings.Repeat("x", 1<<10))
		for r.Context().Err() == nil {
			w.WriteHeader(http.StatusEarlyHints)
		}
	})
	require.Error(t, err)
	assert.Zero(t, kept.Status)
	assert.LessOrEqual(t, len(kept.Informational["X-Hint"]), maxEvidence>>10)
	assert.NotEmpty(t, kept.Informational)
}

// TestSwitchingProtocols ends at once: neither a timeout nor a context would end the reading of what follows.
func TestSwitchingProtocols(t *testing.T) {
	for name, c := range map[string]Case{
		"through a client": ask("one", HarmRefused, detachUnused),
		"as it is": ask("one", HarmReads, func(ctx context.Context, t *Trial) error {
			_, err := t.Send(ctx, Request{Method: http.MethodGet, Path: "/v1/other"})
			return err
		}),
	} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan struct{}, 1)
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/" {
					return
				}
				conn, buffered, err := w.(http.Hijacker).Hijack()
				if err != nil {
					return
				}
				defer conn.Close()
				fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: gossip\r\n\r\nand so on")
				_, _ = io.Copy(io.Discard, buffered) // until the suite hangs up
				closed <- struct{}{}
			})
			config := configFor(t, startServer(t, handler), c)
			config.Timeout, config.Attempts = time.Hour, 1
			result := runOne(t, config)
			assert.Equal(t, Inconclusive, result.Verdict)
			assert.Equal(t, CodeNoAnswer, result.Findings[0].Code)
			assert.Contains(t, result.Reason(), "101 Switching Protocols")
			<-closed
		})
	}
}

// TestRecorderKeepsNoPassword has one in the URL.
func TestRecorderKeepsNoPassword(t *testing.T) {
	r := &recorder{base: roundTripFunc(func(*http.Request) (*http.Response, error) { return nil, io.EOF })}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://me:hunter2@127.0.0.1/", nil)
	require.NoError(t, err)
	_, err = r.RoundTrip(req)
	require.ErrorIs(t, err, io.EOF)
	kept, _ := r.last()
	assert.NotContains(t, kept.URL, "hunter2")
}

// TestRecorderAtOnce has several requests under way.
func TestRecorderAtOnce(t *testing.T) {
	const many = 20
	endpoint := startServer(t, http.HandlerFunc(echo))
	r := &recorder{base: &http.Transport{DisableKeepAlives: true}}
	var group sync.WaitGroup
	for range many {
		group.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, endpoint, nil)
			if !assert.NoError(t, err) {
				return
			}
			resp, err := r.RoundTrip(req)
			if assert.NoError(t, err) {
				resp.Body.Close()
			}
			r.last()
		})
	}
	group.Wait()
	assert.Len(t, r.exchanges, many)
}

// TestExchange has what a case asks of an exchange.
func TestExchange(t *testing.T) {
	for _, c := range []struct {
		status              int
		refused, overloaded bool
	}{
		{0, false, false},
		{200, false, false},
		{202, false, false},
		{307, false, false},
		{400, true, false},
		{404, true, false},
		{429, true, true},
		{499, true, false},
		{500, false, true},
		{501, false, false},
		{502, false, true},
		{503, false, true},
		{504, false, true},
		{505, false, false},
	} {
		e := Exchange{Status: c.status}
		assert.Equal(t, []bool{c.refused, c.overloaded}, []bool{e.Refused(), e.Overloaded()}, c.status)
	}
	e := Exchange{Method: "DELETE", URL: "http://127.0.0.1:1/v1/" + strings.Repeat("x", 300)}
	assert.Equal(t, "DELETE /v1/"+strings.Repeat("x", 156)+"…", e.String(), "it fits a line")
	assert.Equal(t, "/", Exchange{URL: "http://127.0.0.1:1"}.Path())
	assert.Equal(t, "400 Bad Request or 409 Conflict", StatusText(400, 409))
	assert.Equal(t, "799", StatusText(799), "a status without a name")
}

// TestNoProxy: an endpoint on this machine is asked directly, whatever proxy the environment names.
func TestNoProxy(t *testing.T) {
	proxied := 0
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { proxied++ }))
	defer proxy.Close()
	endpoint := startServer(t, newMock(t))
	_, port, err := net.SplitHostPort(strings.TrimPrefix(endpoint, "http://"))
	require.NoError(t, err)

	// net/http reads the environment once: what it makes of HTTP_PROXY is put in its place.
	usual := http.DefaultTransport
	defer func() { http.DefaultTransport = usual }()
	through := &http.Transport{Proxy: func(*http.Request) (*url.URL, error) { return url.Parse(proxy.URL) }, DisableKeepAlives: true}
	http.DefaultTransport = through
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST", "LocalHost"} {
		for name, transport := range map[string]http.RoundTripper{"none": nil, "a caller's own": through} {
			t.Run(host+", transport "+name, func(t *testing.T) {
				config := configFor(t, "http://"+host+":"+port, ask("one", HarmRefused, detachUnused))
				config.Transport = transport
				result := runOne(t, config)
				assert.Equal(t, Pass, result.Verdict, result.Reason())
				assert.Zero(t, proxied)
			})
		}
	}
}
