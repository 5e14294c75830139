package signing

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// A wireURL is a request's URL as client and server both see it. Its pieces,
// with "://" after the scheme, are the URL that is signed.
type wireURL struct {
	scheme string // "http" or "https"
	host   string // the Host header, or :authority: no zone, the port only if it was written
	target string // path and query, percent-encoded, as in the request line or :path
}

// sentURL returns the URL that net/http sends for req, over HTTP/1 and HTTP/2
// alike. A URL that the two send differently, or not at all, is an error.
func sentURL(req *http.Request) (wireURL, error) {
	switch {
	case req == nil:
		return wireURL{}, errors.New("signing: no request")
	case req.URL == nil:
		return wireURL{}, errors.New("signing: request has no URL")
	case req.Method == http.MethodConnect:
		return wireURL{}, errors.New("signing: CONNECT sends no URL to sign")
	}
	host := req.Host
	if host == "" {
		host = req.URL.Host
	}
	if _, err := newEndpoint(req.URL.Scheme, host); err != nil {
		return wireURL{}, fmt.Errorf("signing: request URL %w", err)
	}
	// The request line and :path are both made by this very method.
	target := req.URL.RequestURI()
	if err := checkTarget(target); err != nil {
		return wireURL{}, err
	}
	return wireURL{scheme: req.URL.Scheme, host: withoutZone(host), target: target}, nil
}

// receivedURL rebuilds from the raw bytes that arrived what the client signed.
// The parsed URL will not do: a path can be written in many ways, and handlers
// such as http.StripPrefix change it. The scheme and host of public replace those
// that arrived, unless it is zero.
func receivedURL(r *http.Request, public Endpoint) (wireURL, error) {
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
		// The absolute form, which clients send to an HTTP proxy and a proxy may
		// pass on: "GET https://host/path HTTP/1.1".
		scheme, rest, ok := strings.Cut(u.target, "://")
		if !ok {
			return wireURL{}, errors.New("request target is neither a path nor a URL")
		}
		end := strings.IndexAny(rest+"/", "/?")
		if public == (Endpoint{}) && (scheme != u.scheme || rest[:end] != u.host) {
			return wireURL{}, errors.New("request target names another server")
		}
		u.target = rest[end:]
	}
	if public != (Endpoint{}) {
		u.scheme, u.host = public.scheme, withoutZone(public.host)
	}
	return u, nil
}

// checkTarget reports a request target that is not a path ("*", an opaque URL
// that names a host of its own) or would break the request line.
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
