package signing_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// roundTripFunc takes the place of the network.
type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// accept answers every request with 202.
func accept(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusAccepted, Header: http.Header{}, Body: http.NoBody}, nil
}

// closeRecorder is a request body that records whether it was closed.
type closeRecorder struct {
	io.Reader
	closed atomic.Bool
}

func (c *closeRecorder) Close() error {
	c.closed.Store(true)
	return nil
}

func newTransport(t testing.TB, endpoint string, opts ...signing.TransportOption) *signing.Transport {
	t.Helper()
	transport, err := signing.NewTransport(newSigner(t, alice), endpoint, opts...)
	require.NoError(t, err)
	return transport
}

func TestNewTransport(t *testing.T) {
	plain := signing.AllowPlainHTTP()
	cases := []struct {
		endpoint string
		opts     []signing.TransportOption
		wantErr  string // "" = accepted
	}{
		{endpoint: endpoint},
		{endpoint: endpoint, opts: []signing.TransportOption{nil, signing.WithBase(nil)}},
		{endpoint: "http://LOCALHOST"},
		{endpoint: "http://127.8.8.8:8080"},
		{endpoint: "http://[::1]:8080"},
		{endpoint: "http://h.example", opts: []signing.TransportOption{plain}},
		{endpoint: "http://h.example", wantErr: "plain HTTP"},
		{endpoint: "http://10.0.0.1:8080", wantErr: "plain HTTP"},
		{endpoint: endpoint + "/v1", wantErr: `write "` + endpoint + `" without "/v1"`},
		{endpoint: "https://user:pass-word@h.example", wantErr: "user information"},
		{endpoint: endpoint, opts: []signing.TransportOption{signing.WithAPIVersion("")}, wantErr: "API version"},
		{endpoint: endpoint, opts: []signing.TransportOption{signing.WithAPIVersion("a\nb")}, wantErr: "API version"},
	}
	for _, c := range cases {
		t.Run(c.endpoint, func(t *testing.T) {
			transport, err := signing.NewTransport(newSigner(t, alice), c.endpoint, c.opts...)
			if c.wantErr == "" {
				require.NoError(t, err)
				require.NotNil(t, transport)
				return
			}
			require.ErrorContains(t, err, c.wantErr)
			require.NotContains(t, err.Error(), "pass-word")
			require.Nil(t, transport)
			require.Equal(t, c.wantErr == "plain HTTP", errors.Is(err, signing.ErrPlainHTTP))
		})
	}
	for name, signer := range map[string]*signing.Signer{"no signer": nil, "zero signer": {}} {
		_, err := signing.NewTransport(signer, endpoint)
		require.ErrorContains(t, err, "no signer", name)
	}
}

// No request for another scheme, host or port reaches the network.
func TestTransportIsBoundToItsEndpoint(t *testing.T) {
	const bound = "https://Volumes.example"
	cases := []struct {
		name, endpoint, url, host string
		refused                   bool
	}{
		{name: "itself", url: "https://Volumes.example/v1"},
		{name: "other case", url: "https://volumes.EXAMPLE/v1"},
		{name: "default port written out", url: "https://volumes.example:443/v1"},
		{name: "default port in Host", url: "https://volumes.example/v1", host: "volumes.example:443"},
		{name: "zone in URL, none in Host", endpoint: "http://[::1%25lo]:80", url: "http://[::1%25lo]/", host: "[::1]"},
		{name: "other host", url: "https://evil.example/v1", refused: true},
		{name: "subdomain", url: "https://a.volumes.example/v1", refused: true},
		{name: "longer name", url: "https://volumes.example.evil.example/v1", refused: true},
		{name: "trailing dot", url: "https://volumes.example./v1", refused: true},
		{name: "user that looks like the host", url: "https://volumes.example@evil.example/v1", refused: true},
		{name: "other port", url: "https://volumes.example:8443/v1", refused: true},
		{name: "port of the other scheme", url: "https://volumes.example:80/v1", refused: true},
		{name: "other scheme", url: "http://volumes.example/v1", refused: true},
		{name: "other scheme, same port", url: "http://volumes.example:443/v1", refused: true},
		{name: "Host of a stranger", url: "https://volumes.example/v1", host: "evil.example", refused: true},
		{name: "Host with other port", url: "https://volumes.example/v1", host: "volumes.example:8443", refused: true},
		{name: "address of a stranger", url: "https://evil.example/v1", host: "volumes.example", refused: true},
		{name: "IPv6 written at length", endpoint: "http://[2001:db8::7]", url: "http://[2001:0DB8:0:0::7]:80/"},
		{name: "empty port in Host", url: "https://volumes.example/v1", host: "volumes.example:"},
		{name: "other zone", endpoint: "https://[fe80::1%25a]", url: "https://[fe80::1%25b]/", refused: true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.endpoint == "" {
				c.endpoint = bound
			}
			var sent *http.Request
			transport := newTransport(t, c.endpoint, signing.AllowPlainHTTP(), signing.WithBase(roundTripFunc(
				func(r *http.Request) (*http.Response, error) {
					sent = r
					return accept(r)
				})))
			body := &closeRecorder{Reader: strings.NewReader("{}")}
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, c.url, body)
			require.NoError(t, err)
			if c.host != "" {
				req.Host = c.host
			}
			resp, err := (&http.Client{Transport: transport}).Do(req)
			if !c.refused {
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				require.NoError(t, newVerifier([]signing.Credentials{alice}).Verify(sent))
				bound, err := signing.ParseEndpoint(c.endpoint)
				require.NoError(t, err)
				require.Equal(t, bound.String(), sent.URL.Scheme+"://"+strings.Replace(sent.URL.Host, "%", "%25", 1))
				return
			}
			var refused *signing.HostError
			require.ErrorAs(t, err, &refused)
			require.Equal(t, req.URL.Scheme+"://"+req.URL.Host, refused.Requested)
			require.Equal(t, c.host, refused.Host)
			require.Contains(t, err.Error(), refused.Endpoint)
			require.Nil(t, sent, "went out")
			require.Empty(t, req.Header)
			require.True(t, body.closed.Load(), "body is closed")
		})
	}
}

func TestTransportRefusesUnsignableRequests(t *testing.T) {
	transport := newTransport(t, endpoint, signing.WithBase(roundTripFunc(func(*http.Request) (*http.Response, error) {
		t.Error("went out")
		return nil, errors.New("went out")
	})))
	body := &closeRecorder{Reader: strings.NewReader("")}
	for name, transport := range map[string]*signing.Transport{"bound": transport, "zero": {}, "nil": nil} {
		t.Run(name, func(t *testing.T) {
			_, err := transport.RoundTrip(&http.Request{Body: body})
			require.ErrorContains(t, err, "signing: ")
			require.True(t, body.closed.Swap(false))
			_, err = transport.RoundTrip(nil)
			require.ErrorContains(t, err, "signing: ")
			transport.CloseIdleConnections()
		})
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, detachURL, body)
	require.NoError(t, err)
	req.URL.RawQuery = "a b"
	_, err = transport.RoundTrip(req)
	require.ErrorContains(t, err, "blank")
	require.True(t, body.closed.Load())
	req.URL.RawQuery = ""
	for name, spoil := range map[string]func(*http.Request){
		"URL":  func(r *http.Request) { r.URL.Host = "user:hunter2@h.example" },
		"Host": func(r *http.Request) { r.Host = "user:hunter2@h.example" },
	} {
		spoilt := req.Clone(t.Context())
		spoil(spoilt)
		_, err = transport.RoundTrip(spoilt)
		require.ErrorContains(t, err, "port", name)
		require.NotContains(t, err.Error(), "hunter2", name)
	}
}

// A redirect on the same server is refused too: such a one has turned a detach into
// the deletion of a volume.
func TestTransportFollowsNoRedirect(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			var paths []string
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				paths = append(paths, r.RequestURI)
				http.Redirect(w, r, "/v1/volumes/1", status)
			}))
			t.Cleanup(server.Close)
			transport := newTransport(t, server.URL)
			t.Cleanup(transport.CloseIdleConnections)
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, server.URL+"/v1/volumes/1/servers/..", nil)
			require.NoError(t, err)
			_, err = (&http.Client{Transport: transport}).Do(req)
			require.ErrorIs(t, err, signing.ErrRedirect)
			require.Equal(t, []string{"/v1/volumes/1/servers/.."}, paths)
		})
	}
}

func TestTransportLeavesTheCallersRequestAlone(t *testing.T) {
	var sent []*http.Request
	transport := newTransport(t, endpoint, signing.WithAPIVersion("virtualserver 1.3"),
		signing.WithBase(roundTripFunc(func(r *http.Request) (*http.Response, error) {
			sent = append(sent, r)
			return accept(r)
		})))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	req.Header = http.Header{
		"Scp-Accesskey":   {"stale"},
		"Scp-Accountid":   {""},
		"Scp-API-Version": {"virtualserver 1.0"},
		"Scp-Api-Version": {"virtualserver 1.1"},
		"Accept-Language": {"fr"},
		"X-Kept":          {"a", "b"},
	}
	before := req.Clone(req.Context())
	for range 2 {
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
	}
	require.Equal(t, before.Header, req.Header)
	require.Equal(t, before.URL, req.URL)
	require.Equal(t, before.Host, req.Host)

	first, second := sent[0], sent[1]
	require.Equal(t, http.Header{
		"Scp-Accesskey":   {alice.AccessKey},
		"Scp-Signature":   {plainSignature(alice, "DELETE", detachURL, signedAt, "Openapi")},
		"Scp-Timestamp":   {"1767225600123"},
		"Scp-Clienttype":  {"Openapi"},
		"Scp-Api-Version": {"virtualserver 1.3"},
		"Accept-Language": {"ko-KR"},
		"X-Kept":          {"a", "b"},
	}, first.Header)

	// Changing one copy changes no other.
	for name, values := range first.Header {
		values[0] = "changed"
		first.Header[name] = append(values, "added")
	}
	first.URL.Path = "/changed"
	require.Equal(t, before.Header, req.Header)
	require.Equal(t, before.URL, req.URL)
	require.Equal(t, plainSignature(alice, "DELETE", detachURL, signedAt, "Openapi"), second.Header.Get(signing.HeaderSignature))
	require.Equal(t, []string{"a", "b"}, second.Header["X-Kept"])
}

func TestTransportWithoutAPIVersionKeepsTheCallers(t *testing.T) {
	var sent http.Header
	transport := newTransport(t, endpoint, signing.WithBase(roundTripFunc(func(r *http.Request) (*http.Response, error) {
		sent = r.Header
		return accept(r)
	})))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, detachURL, nil)
	require.NoError(t, err)
	req.Header.Set(signing.HeaderAPIVersion, "virtualserver 1.1")
	resp, err := transport.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, []string{"virtualserver 1.1"}, sent[signing.HeaderAPIVersion])
}

// The request is shared on purpose: the race detector reports any write to it.
func TestTransportIsForConcurrentUse(t *testing.T) {
	verifier := newVerifier([]signing.Credentials{alice})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := verifier.Verify(r); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)
	client := &http.Client{Transport: newTransport(t, server.URL)}
	t.Cleanup(client.CloseIdleConnections)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1?q=%25", nil)
	require.NoError(t, err)
	var group sync.WaitGroup
	statuses := make(chan int, 32)
	for range cap(statuses) {
		group.Go(func() {
			resp, err := client.Do(req)
			if err != nil {
				t.Error(err)
				return
			}
			statuses <- resp.StatusCode
			_, _ = io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
		})
	}
	group.Wait()
	close(statuses)
	for status := range statuses {
		require.Equal(t, http.StatusOK, status)
	}
}

func TestTransportSendsTheBodyAndEndsWithTheContext(t *testing.T) {
	verifier := newVerifier([]signing.Credentials{alice})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := verifier.Verify(r); err != nil {
			http.Error(w, err.Error(), http.StatusUnauthorized)
			return
		}
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(server.Close)
	transport := newTransport(t, server.URL)
	t.Cleanup(transport.CloseIdleConnections)

	ctx, cancel := context.WithCancel(t.Context())
	newRequest := func() *http.Request {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL+"/v1/volumes/1/servers", bytes.NewBufferString(`{"server_id":"2"}`))
		require.NoError(t, err)
		return req
	}
	resp, err := transport.RoundTrip(newRequest())
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.JSONEq(t, `{"server_id":"2"}`, string(body))

	cancel()
	_, err = transport.RoundTrip(newRequest())
	require.ErrorIs(t, err, context.Canceled)
}

// idleCloser is a base that can close idle connections.
type idleCloser struct {
	roundTripFunc
	closed int
}

func (c *idleCloser) CloseIdleConnections() { c.closed++ }

func TestTransportClosesIdleConnections(t *testing.T) {
	base := &idleCloser{roundTripFunc: accept}
	client := &http.Client{Transport: newTransport(t, endpoint, signing.WithBase(base))}
	client.CloseIdleConnections()
	require.Equal(t, 1, base.closed)
	newTransport(t, endpoint, signing.WithBase(roundTripFunc(accept))).CloseIdleConnections() // has no such method
}

func TestTransportUsesTheDefaultTransportOfItsBirth(t *testing.T) {
	original := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = original })
	calls := 0
	count := roundTripFunc(func(r *http.Request) (*http.Response, error) {
		calls++
		return accept(r)
	})
	refuse := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("default's own dialler")
	}}
	get := func(transport *signing.Transport) error {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, detachURL, nil)
		require.NoError(t, err)
		resp, err := transport.RoundTrip(req)
		if err == nil {
			require.NoError(t, resp.Body.Close())
		}
		return err
	}

	http.DefaultTransport = refuse
	cloned := newTransport(t, endpoint, signing.WithBase(nil))
	refuse.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, errors.New("changed later")
	}
	http.DefaultTransport = count
	used := newTransport(t, endpoint)
	http.DefaultTransport = nil
	newTransport(t, endpoint).CloseIdleConnections()

	require.ErrorContains(t, get(cloned), "default's own dialler")
	require.Zero(t, calls)
	require.NoError(t, get(used))
	require.Equal(t, 1, calls)
}
