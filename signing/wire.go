package signing

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A wireURL is a request's URL as client and server both see it. Its pieces,
// with "://" after the scheme, are the URL that is signed.
type wireURL struct {
	scheme string // "http" or "https"
	host   string // the Host header, or :authority: no zone, the port only if it was written
	target string // path and query, percent-encoded, as in the request line or :path
}

// sentURL tells what net/http will send for req, for HTTP/1 and HTTP/2 alike,
// and refuses what the two would send differently or not at all.
func sentURL(req *http.Request) (wireURL, error) {
	switch {
	case req.URL == nil:
		return wireURL{}, errors.New("signing: request has no URL")
	case req.URL.Scheme != "http" && req.URL.Scheme != "https":
		return wireURL{}, fmt.Errorf("signing: scheme %q is neither http nor https", req.URL.Scheme)
	case req.Method == http.MethodConnect:
		return wireURL{}, errors.New("signing: CONNECT sends no URL to sign")
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	host = withoutZone(host)
	if err := checkHost(host); err != nil {
		return wireURL{}, err
	}
	// The request line and :path are both made by this very method.
	target := req.URL.RequestURI()
	if err := checkTarget(target); err != nil {
		return wireURL{}, err
	}
	return wireURL{scheme: req.URL.Scheme, host: host, target: target}, nil
}

// receivedURL rebuilds from the raw bytes that arrived what the client signed.
// The parsed URL will not do: a path can be written in many ways, and handlers
// such as http.StripPrefix change it. origin, if not empty, stands in for scheme
// and host.
func receivedURL(r *http.Request, origin wireURL) (wireURL, error) {
	u := wireURL{scheme: "http", host: r.Host, target: r.RequestURI}
	if r.TLS != nil {
		u.scheme = "https"
	}
	if u.target == "" { // made by hand or by http.NewRequest: a server always has one
		sent, err := sentURL(r)
		if err != nil {
			return wireURL{}, err
		}
		u = sent
	}
	if !strings.HasPrefix(u.target, "/") {
		// What a client sends to an HTTP proxy, and a proxy may pass on:
		// "GET https://host/path HTTP/1.1".
		scheme, rest, ok := strings.Cut(u.target, "://")
		if !ok {
			return wireURL{}, errors.New("request target is neither a path nor a URL")
		}
		end := strings.IndexAny(rest+"/", "/?")
		if origin.host == "" && (scheme != u.scheme || rest[:end] != u.host) {
			return wireURL{}, errors.New("request target names another server")
		}
		u.target = rest[end:]
	}
	if origin.host != "" {
		u.scheme, u.host = origin.scheme, withoutZone(origin.host)
	}
	return u, nil
}

// parseOrigin reads the scheme and host that rawURL begins with, and ignores its
// path. The error does not repeat rawURL, which may hold a password.
func parseOrigin(rawURL string) (wireURL, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		if parsing, ok := errors.AsType[*url.Error](err); ok {
			err = parsing.Err
		}
		return wireURL{}, err
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return wireURL{}, fmt.Errorf("scheme %q is neither http nor https", u.Scheme)
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return wireURL{}, errors.New("has more than scheme, host and path")
	}
	if err := checkHost(withoutZone(u.Host)); err != nil {
		return wireURL{}, err
	}
	return wireURL{scheme: u.Scheme, host: u.Host}, nil
}

// checkHost refuses a host with an optional port that would not arrive as it
// stands. net/http replaces what it does not like with an empty Host header, and
// turns non-ASCII into Punycode by tables that the standard library keeps to
// itself.
func checkHost(host string) error {
	if host == "" {
		return errors.New("signing: URL has no host")
	}
	for i := range len(host) {
		c := host[i]
		switch {
		case c >= 0x80:
			return fmt.Errorf("signing: host %q is not ASCII: write it in Punycode (xn--…)", host)
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', strings.IndexByte("-._~:[]", c) >= 0:
		default:
			return fmt.Errorf("signing: host %q has the character %q", host, c)
		}
	}
	return nil
}

// checkTarget refuses a request target that is no path ("*", an opaque URL that
// names a host of its own) or would break the request line.
func checkTarget(target string) error {
	if !strings.HasPrefix(target, "/") {
		return errors.New("signing: path of the URL does not begin with a slash")
	}
	for i := range len(target) {
		if target[i] <= ' ' || target[i] == 0x7f {
			return errors.New("signing: URL has a blank or control character that is not percent-encoded")
		}
	}
	return nil
}

// withoutZone removes the zone of an IPv6 address ("[fe80::1%eth0]:443"), which
// means something on the sender's machine only. net/http removes it from HTTP/1
// but not from HTTP/2.
func withoutZone(host string) string {
	end := strings.LastIndexByte(host, ']')
	if !strings.HasPrefix(host, "[") || end < 0 {
		return host
	}
	if zone := strings.IndexByte(host[:end], '%'); zone >= 0 {
		return host[:zone] + host[end:]
	}
	return host
}
