package signing

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// An Endpoint is where a service answers: a scheme and a host with an optional
// port. Two endpoints are the same if they are equal under ==. The zero Endpoint
// names no service; [ParseEndpoint] returns the others.
type Endpoint struct {
	scheme string // "http" or "https"
	host   string // lower case, without the default port; an IPv6 address in brackets, with its zone
}

// ParseEndpoint reads an endpoint such as
// "https://virtualserver.kr-west1.e.samsungsdscloud.com". The scheme is https or
// http. Letter case does not matter, the scheme's default port is dropped, and
// one trailing slash is allowed. A path, user information, a query and a fragment
// are errors, and so is a host that is not ASCII.
//
// No error repeats user information, a query, a path, or any part of what did not
// parse: it may hold a password.
func ParseEndpoint(raw string) (Endpoint, error) {
	e, err := parseEndpoint(raw)
	if err != nil {
		return Endpoint{}, fmt.Errorf("signing: endpoint %w", err)
	}
	return e, nil
}

// parseEndpoint returns errors that go on after "endpoint" or the like.
func parseEndpoint(raw string) (Endpoint, error) {
	scheme, rest, _ := strings.Cut(raw, "://")
	scheme = strings.ToLower(scheme)
	switch {
	case scheme != "https" && scheme != "http" || rest == "":
		return Endpoint{}, errors.New("is not a URL: write scheme and host, such as https://host")
	case strings.Contains(rest, "@"):
		// Wherever it stands: a password with a slash in it looks like a path.
		return Endpoint{}, errors.New("has user information: write scheme and host alone, such as https://host")
	case strings.ContainsAny(rest, "?#"):
		return Endpoint{}, errors.New("has a query or fragment: write scheme and host alone, such as https://host")
	}
	u, err := url.Parse(raw)
	if err != nil {
		return Endpoint{}, errors.New("is not a valid URL: write scheme and host, such as https://host")
	}
	e, err := newEndpoint(scheme, u.Host)
	if err != nil {
		return Endpoint{}, err
	}
	if u.Path != "" && u.Path != "/" {
		return Endpoint{}, fmt.Errorf(`has a path: write "%s" without "/v1" or any other path`, e)
	}
	return e, nil
}

// newEndpoint brings a scheme and a host with an optional port into the one form
// that an Endpoint keeps them in. Its errors go on after "endpoint" or the like.
func newEndpoint(scheme, host string) (Endpoint, error) {
	if scheme != "https" && scheme != "http" {
		return Endpoint{}, errors.New("has a scheme that is neither https nor http")
	}
	name, port, err := splitHost(host)
	if err != nil {
		return Endpoint{}, err
	}
	if _, err := strconv.ParseUint(port, 10, 16); port != "" && (err != nil || port[0] == '0') {
		return Endpoint{}, errors.New("has a port that is not a number from 1 to 65535")
	}
	if port != "" && port != defaultPort(scheme) {
		name += ":" + port
	}
	return Endpoint{scheme: scheme, host: name}, nil
}

// splitHost splits a host from its port, "" if there is none, and returns it in
// lower case, an IPv6 address in its shortest form.
func splitHost(host string) (name, port string, err error) {
	end := strings.IndexByte(host, ']') + 1 // 0 without a bracket
	name, port, _ = strings.Cut(host[end:], ":")
	if end == 0 {
		return strings.ToLower(name), port, checkHost(name)
	}
	addr, err := netip.ParseAddr(strings.TrimPrefix(host[:end-1], "["))
	if err != nil || !addr.Is6() || host[0] != '[' || name != "" {
		return "", "", errors.New("has brackets around something other than an IPv6 address")
	}
	return "[" + addr.String() + "]", port, nil
}

// checkHost reports what keeps a host from arriving as it stands. net/http
// replaces a host it does not like with an empty one, and turns one that is not
// ASCII into Punycode by tables that the standard library keeps to itself.
func checkHost(host string) error {
	if host == "" {
		return errors.New("has no host")
	}
	for i := range len(host) {
		switch c := host[i]; {
		case c >= 0x80:
			return errors.New("has a host that is not ASCII: write it in Punycode (xn--…)")
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~", c) >= 0:
		default:
			return errors.New("has a host with a character other than letters, digits and -._~")
		}
	}
	return nil
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// String returns scheme://host, with the port unless it is the scheme's default,
// in lower case and without a path. It is "" for the zero Endpoint.
func (e Endpoint) String() string {
	// net/url knows how a zone is written.
	return (&url.URL{Scheme: e.scheme, Host: e.host}).String()
}

// Loopback reports whether the host of the endpoint is localhost, ::1, or in
// 127.0.0.0/8. It resolves no names.
func (e Endpoint) Loopback() bool {
	name := (&url.URL{Host: e.host}).Hostname()
	addr, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && addr.IsLoopback()
}

// Transport returns the transport to send requests to the endpoint with: base or,
// if that is nil, a clone of [http.DefaultTransport]; a default that is no
// *[http.Transport] is used as it is.
//
// A loopback endpoint is dialled directly, never through a proxy, which would get
// every request in the clear: a base that is an *[http.Transport] with a proxy is
// cloned, and the clone has none. A base of another type is used as it is, and
// must see to that itself.
func (e Endpoint) Transport(base http.RoundTripper) http.RoundTripper {
	if t, ok := base.(*http.Transport); base == nil || ok && t == nil {
		base = cloneDefaultTransport()
	}
	if t, ok := base.(*http.Transport); ok && t.Proxy != nil && e.Loopback() {
		direct := t.Clone()
		direct.Proxy = nil
		return direct
	}
	return base
}

// cloneDefaultTransport keeps idle connections and settings apart from the rest
// of the program. Something else put in the default's place is there for a
// reason, so it is used.
func cloneDefaultTransport() http.RoundTripper {
	switch base := http.DefaultTransport.(type) {
	case *http.Transport:
		return base.Clone()
	case nil:
		return &http.Transport{Proxy: http.ProxyFromEnvironment}
	default:
		return base
	}
}
