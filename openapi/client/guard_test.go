package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// What is not an operation of the client is stopped before it is signed, whoever made it: here a client
// that WithClient put around ours.
func TestTheGuardBlocksWhatIsNotAnOperation(t *testing.T) {
	for _, signed := range []bool{true, false} {
		for _, d := range deletions {
			body := &closing{Reader: strings.NewReader("body")}
			var err error
			changing := WithClient(func(client *http.Client) Doer {
				return doerFunc(func(req *http.Request) (*http.Response, error) {
					path, unescapeErr := url.PathUnescape(d.path)
					require.NoError(t, unescapeErr)
					req.Method, req.URL.Path, req.URL.RawPath = d.method, path, d.path
					req.Body = body
					return client.Do(req)
				})
			})
			var doer Doer
			if signed {
				_, doer, err = Open(remote, newSigner(t), testVersion, detachOnly, sealed(t), changing)
			} else {
				_, doer, err = OpenUnsigned(remote, detachOnly, sealed(t), changing)
			}
			require.NoError(t, err)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, remote, nil)
			require.NoError(t, err)
			_, err = doer.Do(req)
			require.ErrorContains(t, err, "guard blocked", "%s %s", d.method, d.path)
			assert.True(t, body.closed, "a RoundTripper closes the body also when it fails")
		}
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestTheGuardBlocksOtherHosts(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*http.Request)
	}{
		{"another host", func(r *http.Request) { r.URL.Host = "127.0.0.1:2" }},
		{"another port", func(r *http.Request) { r.URL.Host += ":8443" }},
		{"another Host header", func(r *http.Request) { r.Host = "elsewhere.example" }},
		{"without TLS", func(r *http.Request) { r.URL.Scheme = "http" }},
		{"an opaque URL", func(r *http.Request) { r.URL.Opaque = "//elsewhere.example/v1/volumes/v/servers/s" }},
		{"no URL", func(r *http.Request) { r.URL = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			endpoint, err := signing.ParseEndpoint(remote)
			require.NoError(t, err)
			g := &guard{endpoint: endpoint, operations: detachOnly, base: roundTripper(func(*http.Request) (*http.Response, error) {
				t.Error("a request left")
				return nil, errors.New("sealed")
			})}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, remote+"/v1/volumes/v/servers/s", nil)
			require.NoError(t, err)
			tt.change(req)
			_, err = g.RoundTrip(req)
			require.Error(t, err)
			var other *signing.HostError
			assert.Equal(t, strings.Contains(tt.name, "URL"), !errors.As(err, &other), err)
		})
	}
}

// An endpoint is the same one however it is written: the guard does not stop its own client.
func TestTheGuardKnowsItsEndpoint(t *testing.T) {
	for _, endpoint := range []string{remote + ":443", strings.ToUpper(remote), "http://127.0.0.1:80", "http://[::1]:8080", "https://[fe80::1%25eth0]:8443"} {
		sent := 0
		err := detachAt(t.Context(), t, endpoint, WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			sent++
			return &http.Response{StatusCode: http.StatusAccepted, Request: req}, nil
		})))
		require.NoError(t, err, endpoint)
		assert.Equal(t, 1, sent, endpoint)
	}
}

// net/http itself would send a signed request for LOCALHOST to a proxy, in plain HTTP.
func TestALoopbackEndpointIsDialledDirectly(t *testing.T) {
	usual := http.DefaultTransport
	defer func() { http.DefaultTransport = usual }()
	http.DefaultTransport = &http.Transport{Proxy: func(*http.Request) (*url.URL, error) {
		t.Error("a proxy was asked for")
		return nil, errors.New("no proxy")
	}}
	srv := listen(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	require.NoError(t, err)
	for _, host := range []string{"127.0.0.1", "LOCALHOST"} {
		require.NoError(t, detachAt(t.Context(), t, "http://"+host+":"+port))
	}
}

// What a caller's transport returns may be anything.
func TestOddTransports(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer *http.Response
		says   string
	}{
		{"nothing at all", nil, "neither an answer nor an error"},
		{"accepted without a body", &http.Response{StatusCode: http.StatusAccepted}, ""},
		{"refused without a body", &http.Response{StatusCode: http.StatusConflict}, "409 Conflict"},
		{"redirected without a body", &http.Response{StatusCode: http.StatusTemporaryRedirect}, "redirects are not followed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := detachAt(t.Context(), t, remote, WithTransport(roundTripper(func(*http.Request) (*http.Response, error) {
				return tt.answer, nil //nolint:nilnil // that is the point
			})))
			if tt.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.says)
			}
		})
	}
}

// following is a base transport that follows redirects, as it must not.
type following struct{ http.Client }

func (f *following) RoundTrip(req *http.Request) (*http.Response, error) {
	own := req.Clone(req.Context())
	own.RequestURI = ""
	return f.Do(own)
}

// The deletion that a redirect leads to never reaches a server: on the connection of the redirect or on
// a new one, in either protocol.
func TestATransportThatFollowsRedirectsIsStopped(t *testing.T) {
	for _, tt := range []struct {
		name         string
		secure, next bool // over TLS with HTTP/2; to another server
	}{
		{"HTTP/1, same server", false, false},
		{"HTTP/1, another server", false, true},
		{"HTTP/2, same server", true, false},
		{"HTTP/2, another server", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var deleted atomic.Int32
			serve := func(handler http.HandlerFunc) *httptest.Server {
				srv := httptest.NewUnstartedServer(handler)
				srv.EnableHTTP2 = true
				if tt.secure {
					srv.StartTLS()
				} else {
					srv.Start()
				}
				t.Cleanup(srv.Close)
				return srv
			}
			deletes := func(w http.ResponseWriter, _ *http.Request) {
				deleted.Add(1)
				w.WriteHeader(http.StatusAccepted)
			}
			other := serve(deletes)
			srv := serve(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v1/volumes/"+volumeID {
					deletes(w, r)
					return
				}
				to := ""
				if tt.next {
					to = other.URL
				}
				http.Redirect(w, r, to+"/v1/volumes/"+volumeID, http.StatusTemporaryRedirect)
			})
			base := &following{http.Client{Transport: srv.Client().Transport}} // which trusts other too
			err := detachAt(t.Context(), t, srv.URL, WithTransport(base))
			require.ErrorIs(t, err, errRepeated)
			assert.Zero(t, deleted.Load())
			base.CloseIdleConnections()
		})
	}
}

// A transport that hides the second request is told off after it, at least.
func TestATransportThatHidesARedirect(t *testing.T) {
	err := detachAt(t.Context(), t, remote, WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		second := req.Clone(t.Context())
		second.Response = &http.Response{StatusCode: http.StatusTemporaryRedirect}
		return &http.Response{StatusCode: http.StatusAccepted, Request: second}, nil
	})))
	require.ErrorContains(t, err, "must not")
}

// A transport may ask for something else in between, a token for a proxy say, and net/http may send a
// request again on a new connection when the server had closed the idle one.
func TestATransportIsNotStoppedForItsOwnRequests(t *testing.T) {
	srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	transport := srv.Client().Transport
	err := detachAt(t.Context(), t, srv.URL, WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		token, err := http.NewRequestWithContext(req.Context(), http.MethodGet, srv.URL+"/token", nil)
		if err != nil {
			return nil, err
		}
		resp, err := transport.RoundTrip(token)
		if err != nil {
			return nil, err
		}
		_ = resp.Body.Close()
		return transport.RoundTrip(req)
	})))
	require.NoError(t, err)
}

// After 101 neither timeout nor context would end a read of the body.
func TestSwitchingProtocolsIsAnError(t *testing.T) {
	closed := make(chan struct{})
	srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = out.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
		_ = out.Flush()
		_, _ = io.Copy(io.Discard, conn) // until the client closes the connection
		close(closed)
	})
	err := detachAt(t.Context(), t, srv.URL)
	var got *Error
	require.ErrorAs(t, err, &got)
	assert.Equal(t, http.StatusSwitchingProtocols, got.StatusCode)
	select {
	case <-closed:
	case <-time.After(time.Minute):
		t.Error("the connection stays open")
	}
}

// idle counts the calls of CloseIdleConnections.
type idle struct {
	roundTripper
	closed int
}

func (i *idle) CloseIdleConnections() { i.closed++ }

func TestIdleConnectionsAreClosedUnderneath(t *testing.T) {
	base := &idle{}
	_, doer, err := OpenUnsigned(remote, detachOnly, WithTransport(base))
	require.NoError(t, err)
	doer.(*http.Client).CloseIdleConnections()
	assert.Equal(t, 1, base.closed)
	(&guard{base: roundTripper(nil)}).CloseIdleConnections() // one that cannot
}

// A cancelled call ends, and so does the read of a body.
func TestACancelledCallReturns(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var requests atomic.Int32
	srv := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		cancel() // the request is here, and no answer comes
		<-r.Context().Done()
	})
	require.ErrorIs(t, detachAt(ctx, t, srv.URL), context.Canceled, "and not the timeout")
	require.ErrorIs(t, detachAt(ctx, t, srv.URL), context.Canceled)
	assert.EqualValues(t, 1, requests.Load(), "none for a call that is cancelled before it begins")
}

// However large the pieces that a caller reads in, one byte beyond the bound is the last that is fetched.
func TestABodyIsFetchedUpToItsBound(t *testing.T) {
	fetched := new(zeros)
	body := &boundedBody{ReadCloser: fetched, left: MaxBody}
	n, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{body}, make([]byte, 1<<18+7))
	assert.EqualValues(t, MaxBody, n)
	var got *Error
	require.ErrorAs(t, err, &got)
	assert.EqualValues(t, MaxBody+1, fetched.read)
}
