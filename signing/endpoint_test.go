package signing_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

func TestParseEndpoint(t *testing.T) {
	cases := []struct {
		raw, want string
		loopback  bool
	}{
		{raw: endpoint, want: endpoint},
		{raw: endpoint + "/", want: endpoint},
		{raw: "HTTPS://H.Example", want: "https://h.example"},
		{raw: "https://h.example:443", want: "https://h.example"},
		{raw: "https://h.example:443/", want: "https://h.example"},
		{raw: "https://h.example:", want: "https://h.example"},
		{raw: "https://h.example:80", want: "https://h.example:80"},
		{raw: "https://h.example:8443", want: "https://h.example:8443"},
		{raw: "https://h.example:65535", want: "https://h.example:65535"},
		{raw: "https://h.example.", want: "https://h.example."},
		{raw: "https://h_1-2~3.example", want: "https://h_1-2~3.example"},
		{raw: "https://xn--bj0bj06e.example", want: "https://xn--bj0bj06e.example"},
		{raw: "http://h.example:80", want: "http://h.example"},
		{raw: "http://h.example:443", want: "http://h.example:443"},
		{raw: "http://10.0.0.1:8080", want: "http://10.0.0.1:8080"},
		{raw: "http://[2001:DB8:0::7]:80", want: "http://[2001:db8::7]"},
		{raw: "https://[fe80::1%25Eth0]:8443", want: "https://[fe80::1%25Eth0]:8443"}, // zones have letter case
		{raw: "http://localhost:8080", want: "http://localhost:8080", loopback: true},
		{raw: "http://LOCALHOST", want: "http://localhost", loopback: true},
		{raw: "https://LocalHost:443", want: "https://localhost", loopback: true},
		{raw: "http://127.0.0.1:1", want: "http://127.0.0.1:1", loopback: true},
		{raw: "http://127.8.8.8", want: "http://127.8.8.8", loopback: true},
		{raw: "http://[::1]:8080", want: "http://[::1]:8080", loopback: true},
		{raw: "http://[0:0:0:0:0:0:0:1]", want: "http://[::1]", loopback: true},
		{raw: "http://[::1%25lo]", want: "http://[::1%25lo]", loopback: true},
		{raw: "http://[::ffff:127.0.0.1]:8080", want: "http://[::ffff:127.0.0.1]:8080", loopback: true},
		{raw: "http://0.0.0.0", want: "http://0.0.0.0"},
		{raw: "http://[::]", want: "http://[::]"},
		{raw: "http://128.0.0.1", want: "http://128.0.0.1"},
		{raw: "http://localhost.h.example", want: "http://localhost.h.example"},
		{raw: "http://127.0.0.1.h.example", want: "http://127.0.0.1.h.example"},
	}
	for _, c := range cases {
		t.Run(c.raw, func(t *testing.T) {
			got, err := signing.ParseEndpoint(c.raw)
			require.NoError(t, err)
			require.Equal(t, c.want, got.String())
			require.Equal(t, c.loopback, got.Loopback())
			again, err := signing.ParseEndpoint(got.String())
			require.NoError(t, err)
			require.True(t, got == again, "one endpoint, one value")
		})
	}
	var none signing.Endpoint
	require.Empty(t, none.String())
	require.False(t, none.Loopback())
}

// Errors are compared in full, as they may repeat nothing but a host that parsed.
func TestParseEndpointRefuses(t *testing.T) {
	const (
		write    = ": write scheme and host alone, such as https://host"
		notURL   = "is not a URL: write scheme and host, such as https://host"
		notValid = "is not a valid URL: write scheme and host, such as https://host"
		user     = "has user information" + write
		query    = "has a query or fragment" + write
		port     = "has a port that is not a number from 1 to 65535"
		brackets = "has brackets around something other than an IPv6 address"
		chars    = "has a host with a character other than letters, digits and -._~"
		ascii    = "has a host that is not ASCII: write it in Punycode (xn--…)"
		path     = `has a path: write "https://h.example" without "/v1" or any other path`
	)
	for raw, want := range map[string]string{
		"":                                 notURL,
		"h.example":                        notURL,
		"h.example:443":                    notURL,
		"localhost:8080":                   notURL,
		"127.0.0.1:8080":                   notURL,
		"//h.example":                      notURL,
		"https:":                           notURL,
		"https:h.example":                  notURL,
		"https:/h.example":                 notURL,
		"https://":                         notURL,
		" https://h.example":               notURL,
		"ftp://h.example":                  notURL,
		"ftp://user:hunter2@h.example":     notURL,
		"hunter2:user@h.example":           notURL,
		"wss://h.example":                  notURL,
		"https:///v1":                      "has no host",
		"https://:443":                     "has no host",
		"https://h.example/v1":             path,
		"https://H.Example:443/v1/":        path,
		"https://h.example//":              path,
		"https://h.example/%2F":            path,
		"https://h.example/hunter2/x":      path,
		"https://h.example?":               query,
		"https://h.example/?key=hunter2":   query,
		"https://h.example#":               query,
		"https://h.example/#hunter2":       query,
		"https://user@h.example":           user,
		"https://@h.example":               user,
		"https://user:hunter2@h.example":   user,
		"http://user:hun/ter2@h.example":   user,
		"http://user:hun?ter2@h.example":   user,
		"http://hunter2/ter2@h.example":    user,
		"http://user:hunter2@h.example:x":  user,
		"http://host:hunter2":              notValid,
		"http://[::1":                      notValid,
		"http://[::1:hunter2":              notValid,
		"http://[::1]hunter2":              notValid,
		"http://h.example\x7f":             notValid,
		"http://h.example/\n":              notValid,
		"http://h.example/%zz":             notValid,
		"http://h%41.example":              notValid,
		"http://h example":                 notValid,
		"http://h.example ":                notValid,
		"http://h.example:0":               port,
		"http://h.example:00080":           port,
		"http://h.example:65536":           port,
		"http://h.example:123456789012345": port,
		"http://::1":                       notValid,
		"http://[h.example]":               notValid,
		"http://[127.0.0.1]":               notValid,
		"http://h.example\\v1":             notValid,
		"http://[::1%25a]b]":               brackets,
		"http://h.example,i.example":       chars,
		"http://(h)":                       chars,
		"https://삼성.example":               ascii,
		"https://%EC%82%BC.example":        ascii,
		"https://h．example":                ascii,
	} {
		t.Run(raw, func(t *testing.T) {
			got, err := signing.ParseEndpoint(raw)
			require.Error(t, err)
			require.Zero(t, got)
			require.NotContains(t, err.Error(), "ter2", "hunter2 is the password")
			require.EqualError(t, err, "signing: endpoint "+want)
		})
	}
}

// Whatever parses has one form only, and requests to it can be signed.
func FuzzParseEndpoint(f *testing.F) {
	for _, seed := range []string{endpoint, "HTTP://[::1%25lo]:080/", "https://user:hunter2@h.example/v1?x#y", "http://h:80:90", "https://h.%E3%80%82"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		e, err := signing.ParseEndpoint(raw)
		if err != nil {
			require.Zero(t, e)
			return
		}
		again, err := signing.ParseEndpoint(e.String())
		require.NoError(t, err)
		require.True(t, e == again)
		u, err := url.Parse(e.String())
		require.NoError(t, err)
		require.Empty(t, u.Path+u.RawQuery+u.Fragment)
		require.Nil(t, u.User)
		address, _, _ := strings.Cut(e.String(), "%25") // a zone keeps its case
		require.Equal(t, strings.ToLower(address), address)
		req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, e.String()+"/v1", nil)
		require.NoError(t, err)
		require.NoError(t, newSigner(t, alice).Sign(req))
	})
}

// newProxy starts an HTTP proxy that answers every request itself and counts them.
func newProxy(t *testing.T) (proxy *httptest.Server, requests *atomic.Int64) {
	t.Helper()
	requests = new(atomic.Int64)
	proxy = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests.Add(1)
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(proxy.Close)
	return proxy, requests
}

// wrapped is a transport that hides what it wraps.
type wrapped struct{ http.RoundTripper }

// A proxy on another machine would get signed requests in the clear, and its
// answer would pass for the endpoint's.
func TestLoopbackIsNeverProxied(t *testing.T) {
	verifier := newVerifier([]signing.Credentials{alice})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if verifier.Verify(r) != nil {
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	proxy, proxied := newProxy(t)
	proxyURL, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	base := &http.Transport{Proxy: http.ProxyURL(proxyURL), DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != proxyURL.Host {
			address = server.Listener.Addr().String() // all loopback names, also where there is no IPv6
		}
		return (&net.Dialer{}).DialContext(ctx, network, address)
	}}
	t.Cleanup(base.CloseIdleConnections)

	send := func(t *testing.T, endpoint string, base http.RoundTripper) int {
		transport := newTransport(t, endpoint, signing.WithBase(base), signing.AllowPlainHTTP())
		t.Cleanup(transport.CloseIdleConnections)
		req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, endpoint+"/v1", nil)
		require.NoError(t, err)
		resp, err := transport.RoundTrip(req)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		return resp.StatusCode
	}
	for _, host := range []string{"localhost", "LOCALHOST", "LocalHost", "127.0.0.1", "127.9.9.9", "[::1]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]"} {
		t.Run(host, func(t *testing.T) {
			require.Equal(t, http.StatusOK, send(t, "http://"+host+":"+port, base))
			require.Zero(t, proxied.Load(), "the proxy got a request")
		})
	}
	t.Run("another host goes through the proxy", func(t *testing.T) {
		require.Equal(t, http.StatusAccepted, send(t, "http://h.example:"+port, base))
		require.Equal(t, int64(1), proxied.Load())
	})
	require.NotNil(t, base.Proxy, "the caller's own is left alone")
}

// net/http reads the environment's proxy once, so this needs another process.
func TestLoopbackIsNeverProxiedByTheEnvironment(t *testing.T) {
	const variable = "SIGNING_TEST_ENDPOINT"
	if endpoint := os.Getenv(variable); endpoint != "" {
		for name, base := range map[string]http.RoundTripper{
			"no base": nil, "nil base": (*http.Transport)(nil), "default": http.DefaultTransport, "wrapped": wrapped{http.DefaultTransport},
		} {
			transport := newTransport(t, endpoint, signing.WithBase(base))
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, endpoint+"/v1", nil)
			require.NoError(t, err)
			resp, err := transport.RoundTrip(req)
			require.NoError(t, err, name)
			_, err = io.Copy(io.Discard, resp.Body)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, http.StatusOK, resp.StatusCode, name)
			transport.CloseIdleConnections()
		}
		http.DefaultTransport.(*http.Transport).CloseIdleConnections()
		return
	}
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(server.Close)
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	require.NoError(t, err)
	proxy, proxied := newProxy(t)
	for _, host := range []string{"LOCALHOST", "127.0.0.1"} {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestLoopbackIsNeverProxiedByTheEnvironment$")
		cmd.Env = append(os.Environ(), variable+"=http://"+host+":"+port, "HTTP_PROXY="+proxy.URL, "http_proxy="+proxy.URL, "NO_PROXY=", "no_proxy=")
		output, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", output)
		require.Zero(t, proxied.Load(), "the proxy got a request")
	}
}

func TestEndpointTransport(t *testing.T) {
	parse := func(raw string) signing.Endpoint {
		e, err := signing.ParseEndpoint(raw)
		require.NoError(t, err)
		return e
	}
	far, near := parse(endpoint), parse("http://localhost")
	direct, proxied, other := &http.Transport{}, &http.Transport{Proxy: http.ProxyFromEnvironment}, wrapped{}
	for name, c := range map[string]struct {
		endpoint signing.Endpoint
		base     http.RoundTripper
		same     bool
	}{
		"far, direct":   {far, direct, true},
		"far, proxied":  {far, proxied, true},
		"far, other":    {far, other, true},
		"near, direct":  {near, direct, true},
		"near, proxied": {near, proxied, false},
		"near, other":   {near, other, true},
	} {
		require.Equal(t, c.same, c.endpoint.Transport(c.base) == c.base, name)
	}
	for _, none := range []http.RoundTripper{nil, (*http.Transport)(nil)} {
		cloned, ok := far.Transport(none).(*http.Transport)
		require.True(t, ok)
		require.NotSame(t, http.DefaultTransport, cloned)
		require.NotNil(t, cloned.Proxy, "the environment's")
		cloned, ok = near.Transport(none).(*http.Transport)
		require.True(t, ok)
		require.Nil(t, cloned.Proxy)
	}
}
