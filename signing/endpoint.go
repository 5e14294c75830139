package signing

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
)

type Endpoint struct{ scheme, host string }

func ParseEndpoint(raw string) (Endpoint, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return Endpoint{}, errors.New("signing: endpoint is not a URL")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return Endpoint{}, errors.New("signing: endpoint has a path")
	}
	return Endpoint{u.Scheme, strings.ToLower(u.Host)}, nil
}

func (e Endpoint) String() string { return e.scheme + "://" + e.host }

func (e Endpoint) Loopback() bool { return isLoopback(e.host) }

func (e Endpoint) Transport(base http.RoundTripper) http.RoundTripper {
	if base == nil {
		return cloneDefaultTransport()
	}
	return base
}
