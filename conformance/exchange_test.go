package conformance

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// record sends a GET through a recorder to a handler, and returns what came of it.
func record(t *testing.T, handler http.HandlerFunc) (body []byte, kept Exchange, err error) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	r := &recorder{base: &http.Transport{DisableKeepAlives: true}}
	_, sent := r.last()
	require.False(t, sent, "nothing was sent yet")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/volumes/x?y=z", nil)
	require.NoError(t, err)
	resp, err := r.RoundTrip(req)
	if err == nil {
		body, err = io.ReadAll(resp.Body)
		require.NoError(t, resp.Body.Close())
	}
	kept, sent = r.last()
	require.True(t, sent)
	require.Equal(t, []Exchange{kept}, r.taken())
	return body, kept, err
}

func TestRecorder(t *testing.T) {
	long := strings.Repeat("0123456789", maxEvidence/5) // twice as much as is kept
	body, kept, err := record(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Seen", "yes")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprint(w, long)
	})
	require.NoError(t, err)
	assert.Equal(t, long, string(body), "a client gets all of it")
	assert.Equal(t, long[:maxEvidence], string(kept.Body), "only its start is kept")
	assert.Equal(t, http.StatusTeapot, kept.Status)
	assert.Equal(t, "yes", kept.ResponseHeader.Get("X-Seen"))
	assert.Equal(t, http.MethodGet, kept.Method)
	assert.True(t, strings.HasSuffix(kept.URL, "/v1/volumes/x?y=z"), kept.URL)
	assert.Equal(t, "GET /v1/volumes/x?y=z", kept.String())
	assert.Empty(t, kept.Err)
	assert.Positive(t, kept.Duration)
}

// TestRecorderBrokenOff has an answer whose body is shorter than it was said to be.
func TestRecorderBrokenOff(t *testing.T) {
	body, kept, err := record(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "half")
	})
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "half", string(body))
	assert.Equal(t, "half", string(kept.Body))
	assert.Equal(t, http.StatusOK, kept.Status)
	assert.Equal(t, io.ErrUnexpectedEOF.Error(), kept.Err)
}

// TestRecorderNoAnswer has a server that hangs up.
func TestRecorderNoAnswer(t *testing.T) {
	_, kept, err := record(t, hangUp)
	require.Error(t, err)
	assert.Zero(t, kept.Status)
	assert.Equal(t, err.Error(), kept.Err)
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
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	r := &recorder{base: &http.Transport{DisableKeepAlives: true}}
	var group sync.WaitGroup
	for range many {
		group.Go(func() {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
			if !assert.NoError(t, err) {
				return
			}
			resp, err := r.RoundTrip(req)
			if assert.NoError(t, err) {
				resp.Body.Close()
			}
			r.taken()
		})
	}
	group.Wait()
	assert.Len(t, r.taken(), many)
}

func TestExpect(t *testing.T) {
	for _, c := range []struct {
		name    string
		status  int
		expect  []int
		verdict Verdict
	}{
		{"the one", 202, []int{202}, Pass},
		{"one of two", 409, []int{400, 409}, Pass},
		{"another", 200, []int{202}, Fail},
		{"a redirect", 307, []int{202}, Fail},
		{"a 5xx", 503, []int{400, 409}, Fail},
		{"a limit", 429, []int{400, 409}, Inconclusive},
		{"a limit that is expected", 429, []int{429}, Pass},
	} {
		t.Run(c.name, func(t *testing.T) {
			exchange := Exchange{Method: http.MethodDelete, URL: "http://127.0.0.1:1/v1/volumes/a/servers/b", Status: c.status}
			verdict, reason := judge(exchange.expect(c.expect...))
			assert.Equal(t, c.verdict, verdict)
			if c.verdict == Fail {
				assert.Contains(t, reason, "DELETE /v1/volumes/a/servers/b")
				assert.Contains(t, reason, describe(c.status))
				assert.Contains(t, reason, describe(c.expect...))
			}
		})
	}
	assert.Equal(t, "400 Bad Request or 409 Conflict", describe(400, 409))
	assert.Equal(t, "799", describe(799), "a status without a name")
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// hangUp answers nothing.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

// echo answers 200 with the request: its line and headers in the body, its headers in the headers too.
func echo(w http.ResponseWriter, r *http.Request) {
	for name, values := range r.Header {
		w.Header()["X-Echo-"+name] = values
	}
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "%s %s\n", r.Method, r.RequestURI)
	_ = r.Header.Write(out) // a client that went away needs no answer
}
