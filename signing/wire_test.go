package signing_test

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/signing"
)

// A wire is a real server on loopback together with a transport that takes every
// request there, whatever host its URL names.
type wire struct {
	name    string
	scheme  string
	base    *http.Transport
	arrived chan *http.Request
}

func newWires(t *testing.T) []*wire {
	t.Helper()
	return []*wire{
		newWire(t, "HTTP/1.1", (*httptest.Server).Start),
		newWire(t, "HTTP/1.1 over TLS", (*httptest.Server).StartTLS),
		newWire(t, "HTTP/2", func(s *httptest.Server) {
			s.EnableHTTP2 = true
			s.StartTLS()
		}),
	}
}

func newWire(t *testing.T, name string, start func(*httptest.Server)) *wire {
	t.Helper()
	w := &wire{name: name, arrived: make(chan *http.Request, 1)}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		w.arrived <- r.Clone(context.Background())
	}))
	start(server)
	t.Cleanup(server.Close)
	w.scheme, _, _ = strings.Cut(server.URL, ":")
	w.base = server.Client().Transport.(*http.Transport).Clone()
	w.base.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}
	if w.scheme == "https" {
		w.base.TLSClientConfig.ServerName = "example.com" // what httptest's certificate is for
	}
	t.Cleanup(w.base.CloseIdleConnections)
	return w
}

// send returns req as the server got it.
func (w *wire) send(t require.TestingT, req *http.Request) *http.Request {
	resp, err := w.base.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusOK, resp.StatusCode)
	return <-w.arrived
}

// The signed URL, written by hand here, is the URL that arrives.
func TestSignedURLIsTheOneOnTheWire(t *testing.T) {
	cases := []struct {
		name string
		in   string // after the scheme
		edit func(*http.Request)
		want string // after the scheme
	}{
		{name: "no path", in: "host.example", want: "host.example/"},
		{name: "encoded", in: "h.example/a%2Fb%25?q=%ED%95%9C", want: "h.example/a%2Fb%25?q=%ED%95%9C"},
		{name: "lower-case escapes stay", in: "h.example/%c3%a9", want: "h.example/%c3%a9"},
		{name: "Korean path", in: "h.example/한", want: "h.example/%ED%95%9C"},
		{name: "Korean query goes raw", in: "h.example/?q=한", want: "h.example/?q=한"},
		{name: "blank in path", in: "h.example/a b", want: "h.example/a%20b"},
		{name: "plus", in: "h.example/a+b?c+d", want: "h.example/a+b?c+d"},
		{name: "semicolon", in: "h.example/a;b?c;d", want: "h.example/a;b?c;d"},
		{name: "lone question mark", in: "h.example/a?", want: "h.example/a?"},
		{name: "lone question mark without path", in: "h.example?", want: "h.example/?"},
		{name: "fragment and user stay at home", in: "user:word@h.example/a#b", want: "h.example/a"},
		{name: "double slash", in: "h.example//evil.example/a", want: "h.example//evil.example/a"},
		{name: "dots", in: "h.example/a/../b/.", want: "h.example/a/../b/."},
		{name: "upper-case host", in: "H.Example/a", want: "H.Example/a"},
		{name: "port", in: "h.example:8443/a", want: "h.example:8443/a"},
		{name: "empty port", in: "h.example:/a", want: "h.example/a"},
		{name: "a default port is kept", in: "h.example:443/a", want: "h.example:443/a"},
		{name: "IPv6", in: "[2001:db8::1]:8080/a", want: "[2001:db8::1]:8080/a"},
		{name: "IPv6 zone", in: "[fe80::1%25eth0]:8080/a", want: "[fe80::1]:8080/a"},
		{name: "IPv6 zone without Host", in: "[fe80::1%25eth0]/a", edit: func(r *http.Request) { r.Host = "" }, want: "[fe80::1]/a"},
		{name: "Host override", in: "h.example/a", edit: func(r *http.Request) { r.Host = "Other.example:9" }, want: "Other.example:9/a"},
		{name: "no Host field", in: "h.example/a", edit: func(r *http.Request) { r.Host = "" }, want: "h.example/a"},
		{name: "opaque path", in: "h.example", edit: func(r *http.Request) { r.URL.Opaque = "/a%2fb" }, want: "h.example/a%2fb"},
		{name: "no method", in: "h.example/a", edit: func(r *http.Request) { r.Method = "" }, want: "h.example/a"},
		{name: "no header map", in: "h.example/a", edit: func(r *http.Request) { r.Header = nil }, want: "h.example/a"},
		{name: "stale RawPath is ignored", in: "h.example/a", edit: func(r *http.Request) { r.URL.RawPath = "/b" }, want: "h.example/a"},
	}
	verifier := newVerifier([]signing.Credentials{bob})
	for _, w := range newWires(t) {
		for _, c := range cases {
			t.Run(w.name+"/"+c.name, func(t *testing.T) {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.scheme+"://"+c.in, nil)
				require.NoError(t, err)
				if c.edit != nil {
					c.edit(req)
				}
				require.NoError(t, newSigner(t, bob).Sign(req))
				require.Equal(t, plainSignature(bob, "GET", w.scheme+"://"+c.want, signedAt, "Openapi"),
					req.Header.Get(signing.HeaderSignature))
				got := w.send(t, req)
				require.Equal(t, c.want, got.Host+got.RequestURI)
				require.NoError(t, verifier.Verify(got))
			})
		}
	}
}

// However a request writes the endpoint, a Transport sends it in one form: a proxy
// on the way may drop a default port, and the signature covers it.
func TestTransportSendsOneFormOfTheEndpoint(t *testing.T) {
	for _, w := range newWires(t) {
		port := map[string]string{"http": ":80", "https": ":443"}[w.scheme]
		for _, c := range []struct{ endpoint, url, host, want string }{
			{endpoint: "h.example", url: "h.example", want: "h.example"},
			{endpoint: "h.example", url: "h.example" + port, want: "h.example"},
			{endpoint: "h.example" + port, url: "h.example", want: "h.example"},
			{endpoint: "h.example" + port, url: "H.Example" + port, want: "h.example"},
			{endpoint: "H.Example", url: "h.example", host: "H.EXAMPLE" + port, want: "h.example"},
			{endpoint: "h.example:8443", url: "H.example:8443", want: "h.example:8443"},
			{endpoint: "[2001:db8::1]" + port, url: "[2001:DB8::1]" + port, want: "[2001:db8::1]"},
			{endpoint: "[fe80::1%25eth0]" + port, url: "[fe80::1%25eth0]", host: "[FE80::1]" + port, want: "[fe80::1]"},
		} {
			t.Run(w.name+"/"+c.endpoint+" "+c.url+" "+c.host, func(t *testing.T) {
				dialled := ""
				base := roundTripFunc(func(r *http.Request) (*http.Response, error) {
					dialled = withoutZone(r.URL.Host)
					return w.base.RoundTrip(r)
				})
				transport := newTransport(t, w.scheme+"://"+c.endpoint, signing.WithBase(base), signing.AllowPlainHTTP())
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.scheme+"://"+c.url+"/a%2Fb?", nil)
				require.NoError(t, err)
				if c.host != "" {
					req.Host = c.host
				}
				resp, err := transport.RoundTrip(req)
				require.NoError(t, err)
				require.NoError(t, resp.Body.Close())
				got := <-w.arrived
				require.Equal(t, c.want, dialled)
				require.Equal(t, c.want, got.Host)
				require.Equal(t, plainSignature(alice, "GET", w.scheme+"://"+c.want+"/a%2Fb?", signedAt, "Openapi"),
					got.Header.Get(signing.HeaderSignature))
				require.NoError(t, newVerifier([]signing.Credentials{alice}).Verify(got))
			})
		}
	}
}

// withoutZone removes the zone of an IPv6 address.
func withoutZone(host string) string {
	before, zone, _ := strings.Cut(host, "%")
	_, after, ok := strings.Cut(zone, "]")
	if !ok {
		return host
	}
	return before + "]" + after
}

// A request that net/http would not send as it stands gets no signature and stays
// as it was.
func TestSignRefuses(t *testing.T) {
	require.ErrorContains(t, newSigner(t, alice).Sign(nil), "no request")
	cases := []struct {
		name string
		req  http.Request
		want string
	}{
		{"no URL", http.Request{}, "no URL"},
		{"no scheme", http.Request{URL: &url.URL{Host: "h", Path: "/"}}, "scheme"},
		{"other scheme", http.Request{URL: &url.URL{Scheme: "ftp", Host: "h", Path: "/"}}, "scheme"},
		{"upper-case scheme", http.Request{URL: &url.URL{Scheme: "HTTPS", Host: "h", Path: "/"}}, "scheme"},
		{"no host", http.Request{URL: &url.URL{Scheme: "https", Path: "/"}}, "no host"},
		{"Korean host", http.Request{URL: &url.URL{Scheme: "https", Host: "삼성.example", Path: "/"}}, "Punycode"},
		{"Korean Host field", http.Request{Host: "삼성.example", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "Punycode"},
		{"line break in Host field", http.Request{Host: "h\r\nX: y", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "host"},
		{"slash in Host field", http.Request{Host: "h/v1", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "host"},
		{"percent in host", http.Request{URL: &url.URL{Scheme: "https", Host: "h%41", Path: "/"}}, "host"},
		{"password in hand-made host", http.Request{URL: &url.URL{Scheme: "https", Host: "user:hunter2@h", Path: "/"}}, "port"},
		{"port out of range", http.Request{Host: "h:65536", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "port"},
		{"two ports", http.Request{Host: "h:80:80", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "port"},
		{"name in brackets", http.Request{Host: "[h]", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "brackets"},
		{"IPv4 in brackets", http.Request{Host: "[127.0.0.1]", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "brackets"},
		{"text before brackets", http.Request{Host: "x[::1]", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "brackets"},
		{"text behind brackets", http.Request{Host: "[::1]x:80", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "brackets"},
		{"opening bracket missing", http.Request{Host: "::1]", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "brackets"},
		{"closing bracket alone", http.Request{Host: "]", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "brackets"},
		{"opening bracket alone", http.Request{Host: "[", URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "character"},
		{"CONNECT", http.Request{Method: http.MethodConnect, URL: &url.URL{Scheme: "https", Host: "h", Path: "/"}}, "CONNECT"},
		{"asterisk", http.Request{Method: http.MethodOptions, URL: &url.URL{Scheme: "https", Host: "h", Path: "*"}}, "slash"},
		{"relative path", http.Request{URL: &url.URL{Scheme: "https", Host: "h", Path: "v1"}}, "slash"},
		{"opaque URL with a host of its own", http.Request{URL: &url.URL{Scheme: "https", Host: "h", Opaque: "//evil.example/"}}, "slash"},
		{"opaque relative path", http.Request{URL: &url.URL{Scheme: "https", Host: "h", Opaque: "v1"}}, "slash"},
		{"blank in query", http.Request{URL: &url.URL{Scheme: "https", Host: "h", Path: "/", RawQuery: "a b"}}, "blank"},
		{"line break in query", http.Request{URL: &url.URL{Scheme: "https", Host: "h", Path: "/", RawQuery: "a\nb"}}, "blank"},
		{"DEL in opaque path", http.Request{URL: &url.URL{Scheme: "https", Host: "h", Opaque: "/\x7f"}}, "control"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			host := c.req.Host
			err := newSigner(t, alice).Sign(&c.req)
			require.ErrorContains(t, err, c.want)
			require.NotContains(t, err.Error(), "hunter2")
			require.Nil(t, c.req.Header)
			require.Equal(t, host, c.req.Host)
		})
	}
}

// Clients send an HTTP proxy the whole URL in the request line, and a server must
// accept that.
func TestVerifyAbsoluteFormThroughARealProxy(t *testing.T) {
	w := newWires(t)[0]
	w.base.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: "proxy.example"})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://H.example:81/a%2Fb?", nil)
	require.NoError(t, err)
	require.NoError(t, newSigner(t, alice).Sign(req))
	got := w.send(t, req)
	require.Equal(t, "http://H.example:81/a%2Fb?", got.RequestURI)
	require.NoError(t, newVerifier([]signing.Credentials{alice}).Verify(got))
}

func TestWhateverIsSentVerifiesAndNothingElse(t *testing.T) {
	wires := newWires(t)
	known := []signing.Credentials{alice, bob}
	rapid.Check(t, func(t *rapid.T) {
		w := rapid.SampledFrom(wires).Draw(t, "wire")
		creds := rapid.SampledFrom(known).Draw(t, "credentials")
		signer, err := signing.New(creds, signing.WithClock(fixedClock))
		require.NoError(t, err)
		req := &http.Request{
			Method: rapid.SampledFrom(methods).Draw(t, "method"),
			URL:    drawURL(t, w.scheme),
			Host:   rapid.SampledFrom(append(hosts, "")).Draw(t, "Host field"),
			Header: http.Header{},
		}
		require.NoError(t, signer.Sign(req))
		got := w.send(t, req)
		verifier := newVerifier(known)
		require.NoError(t, verifier.Verify(got), "%s %s%s", got.Method, got.Host, got.RequestURI)

		for name, change := range changes(t, creds) {
			changed := got.Clone(context.Background())
			change(changed)
			require.Error(t, verifier.Verify(changed), "changed %s", name)
		}
		other := creds
		other.SecretKey = signing.Secret(other.SecretKey.Reveal() + "x")
		requireReason(t, newVerifier([]signing.Credentials{other}).Verify(got), signing.ReasonBadSignature, signing.HeaderSignature)
	})
}

var (
	methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "delete", "X-REPORT"}
	hosts   = []string{
		"virtualserver.kr-west1.e.samsungsdscloud.com", "API.Example", "h.example:8443", "h.example:443",
		"127.0.0.1", "127.0.0.1:80", "[::1]", "[2001:DB8::7]:8080", "xn--bj0bj06e.example",
	}
	pieces = []string{
		"/", "//", "..", ".", "a", "Z", "7", "%2F", "%2f", "%25", "%20", "%00", "%ED%95%9C", "+", ";", "=", "&", ":", "@",
		"!", "$", "'", "(", ")", "*", ",", "~", "-", "_", "v1", "volumes",
	}
)

// drawURL draws a URL that HTTP/1 and HTTP/2 can carry, parsed or made by hand.
func drawURL(t *rapid.T, scheme string) *url.URL {
	join := func(pieces []string) string { return strings.Join(pieces, "") }
	inPath := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(append(pieces, "한", " ", `"`, "[", "]")), 0, 8), join)
	inQuery := rapid.Map(rapid.SliceOfN(rapid.SampledFrom(append(pieces, "한", "?", "%", `"`, "[", "#")), 0, 8), join)
	u := &url.URL{Scheme: scheme, Host: rapid.SampledFrom(hosts).Draw(t, "host")}
	u.RawQuery = inQuery.Draw(t, "query")
	u.ForceQuery = rapid.Bool().Draw(t, "force query")
	switch rapid.IntRange(0, 2).Draw(t, "kind of path") {
	case 0: // percent-encoded already
		written, err := url.Parse(scheme + "://h.example/" + inPath.Draw(t, "path"))
		require.NoError(t, err)
		u.Path, u.RawPath = written.Path, written.RawPath
	case 1: // any text at all, for net/http to encode
		u.Path = "/" + rapid.String().Draw(t, "path")
	case 2:
		u.User, u.Fragment = url.UserPassword("user", "word"), "fragment"
	}
	return u
}

// changes returns changes to a request, each of which makes its signature wrong.
func changes(t *rapid.T, creds signing.Credentials) map[string]func(*http.Request) {
	set := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	other := alice
	if creds.AccessKey == alice.AccessKey {
		other = bob
	}
	millis := signedAt.UnixMilli() + rapid.OneOf(rapid.Int64Range(-299_000, -1), rapid.Int64Range(1, 299_000)).Draw(t, "shift")
	edit := rapid.SampledFrom([]string{"insert", "delete", "replace"}).Draw(t, "edit")
	at := rapid.IntRange(1, 1<<20).Draw(t, "edited at")
	return map[string]func(*http.Request){
		"method":         func(r *http.Request) { r.Method = otherThan(t, methods, r.Method) },
		"host":           func(r *http.Request) { r.Host = otherThan(t, hosts, r.Host) },
		"host's end":     func(r *http.Request) { r.Host += "1" },
		"scheme":         func(r *http.Request) { r.TLS = flipTLS(r.TLS) },
		"path or query":  func(r *http.Request) { r.RequestURI = editURI(r.RequestURI, edit, at) },
		"end of URL":     func(r *http.Request) { r.RequestURI += "?" },
		"timestamp":      set(signing.HeaderTimestamp, strconv.FormatInt(millis, 10)),
		"access key":     set(signing.HeaderAccessKey, other.AccessKey),
		"client type":    set(signing.HeaderClientType, "openapi"),
		"account id":     set(signing.HeaderAccountID, "another-account"),
		"account id off": func(r *http.Request) { spoil(r, signing.HeaderAccountID) },
		"signature":      func(r *http.Request) { spoil(r, signing.HeaderSignature) },
	}
}

func otherThan(t *rapid.T, all []string, one string) string {
	return rapid.SampledFrom(slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == one })).Draw(t, "instead of "+one)
}

func flipTLS(state *tls.ConnectionState) *tls.ConnectionState {
	if state != nil {
		return nil
	}
	return &tls.ConnectionState{}
}

// editURI changes one byte behind the first slash.
func editURI(uri, edit string, at int) string {
	if len(uri) == 1 {
		return uri + "x"
	}
	at = 1 + at%(len(uri)-1)
	switch edit {
	case "insert":
		return uri[:at] + "x" + uri[at:]
	case "delete":
		return uri[:at] + uri[at+1:]
	}
	return uri[:at] + string(uri[at]^1) + uri[at+1:]
}

// spoil removes the header, or adds it if there is none.
func spoil(r *http.Request, name string) {
	if r.Header.Get(name) == "" {
		r.Header.Set(name, "added")
		return
	}
	r.Header.Del(name)
}
