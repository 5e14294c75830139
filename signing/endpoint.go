package signing

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// An Endpoint is the scheme, host and port of a service.
type Endpoint struct{ scheme, host string }

// ParseEndpoint reads an endpoint such as
// "https://virtualserver.kr-west1.e.samsungsdscloud.com". Its errors never repeat
// what did not parse, which may hold a password.
func ParseEndpoint(raw string) (Endpoint, error) {
	origin, err := parseOrigin(raw)
	if err != nil {
		return Endpoint{}, errors.New("signing: endpoint is no URL such as https://host")
	}
	if u, err := url.Parse(raw); err != nil || u.Path != "" && u.Path != "/" {
		return Endpoint{}, errors.New("signing: endpoint has a path: write https://host alone")
	}
	host := strings.ToLower(origin.host)
	if origin.scheme == "https" {
		host = strings.TrimSuffix(host, ":443")
	} else {
		host = strings.TrimSuffix(host, ":80")
	}
	return Endpoint{origin.scheme, host}, nil
}

// String returns scheme://host[:port] in lower case, without a default port.
func (e Endpoint) String() string { return (&url.URL{Scheme: e.scheme, Host: e.host}).String() }

// Loopback reports whether the endpoint is on this machine by its name alone.
func (e Endpoint) Loopback() bool { return isLoopback(e.host) }

// Transport returns base, or a clone of [http.DefaultTransport] if it is nil. A
// loopback endpoint is dialled directly: that clone has no proxy.
func (e Endpoint) Transport(base http.RoundTripper) http.RoundTripper {
	if base != nil {
		return base
	}
	clone := cloneDefaultTransport()
	if own, ok := clone.(*http.Transport); ok && e.Loopback() {
		own.Proxy = nil
	}
	return clone
}
