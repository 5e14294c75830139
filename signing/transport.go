package signing

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// ErrRedirect is returned for a request that follows a redirect. The path of such
// a request is the server's choice, not the caller's: a redirect that cleans up a
// path with ".." has been seen to turn the detaching of a volume into its
// deletion, so a redirect never gets a signature.
var ErrRedirect = errors.New("signing: redirect is not followed")

// ErrPlainHTTP is returned by [NewTransport] for an endpoint without TLS that is
// not on this machine, unless [AllowPlainHTTP] is given.
var ErrPlainHTTP = errors.New("signing: plain HTTP to another machine")

// A HostError is returned for a request to another scheme, host or port than the
// Transport is bound to. Nothing has been sent.
type HostError struct {
	Endpoint  string // scheme://host the Transport is bound to
	Requested string // scheme://host of the request's URL
	Host      string // the request's Host field, where it differs from its URL
}

func (e *HostError) Error() string {
	if e.Host != "" {
		return fmt.Sprintf("signing: request to %q as host %q, but the keys are for %q alone", e.Requested, e.Host, e.Endpoint)
	}
	return fmt.Sprintf("signing: request to %q, but the keys are for %q alone", e.Requested, e.Endpoint)
}

// A Transport is an [http.RoundTripper] that signs each request just before it
// goes out, so that every attempt of a retry has a timestamp and signature of its
// own. It never changes the caller's request. Only when net/http itself repeats
// an attempt on a new connection, as the old one turned out to be closed, do the
// same headers go out again.
//
// It is bound to one scheme, host and port and returns a *[HostError] for any
// other; a Host field that names another server than the URL counts as such. To
// reach the endpoint at another address, give [WithBase] a transport that dials
// there.
type Transport struct {
	signer   *Signer
	endpoint wireURL // target unused
	options  transportOptions
}

type transportOptions struct {
	base       http.RoundTripper
	apiVersion *string
	plainHTTP  bool
}

// A TransportOption is a choice that [NewTransport] takes.
type TransportOption func(*transportOptions)

// WithBase sends signed requests through base. If it is nil or not given, they go
// through a clone of [http.DefaultTransport], made once by [NewTransport]; a
// default that is no *[http.Transport] is used as it is.
func WithBase(base http.RoundTripper) TransportOption {
	return func(o *transportOptions) { o.base = base }
}

// WithAPIVersion sets the Scp-Api-Version of every request, such as
// "virtualserver 1.3", over whatever the request says. Without it the header
// stays as the caller has it.
func WithAPIVersion(version string) TransportOption {
	return func(o *transportOptions) { o.apiVersion = &version }
}

// AllowPlainHTTP lets the endpoint be an http:// one on another machine. Whoever
// is on the way then reads everything but the secret key, and can send each
// request again until its timestamp is too old.
func AllowPlainHTTP() TransportOption {
	return func(o *transportOptions) { o.plainHTTP = true }
}

// NewTransport makes a Transport that signs with signer and is bound to the
// scheme, host and port of endpoint, a URL such as
// "https://virtualserver.kr-west1.e.samsungsdscloud.com". A path of endpoint is
// ignored; user, query and fragment are refused.
func NewTransport(signer *Signer, endpoint string, opts ...TransportOption) (*Transport, error) {
	if signer == nil {
		return nil, errors.New("signing: no signer")
	}
	bound, err := parseOrigin(endpoint)
	if err != nil {
		return nil, fmt.Errorf("signing: endpoint is no URL such as https://host: %w", err)
	}
	t := &Transport{signer: signer, endpoint: bound}
	for _, opt := range opts {
		opt(&t.options)
	}
	if v := t.options.apiVersion; v != nil && !isHeaderText(*v) {
		return nil, errors.New("signing: API version is empty or cannot be sent in a header")
	}
	if bound.scheme == "http" && !t.options.plainHTTP && !isLoopback(bound.host) {
		return nil, fmt.Errorf("%w: endpoint %q", ErrPlainHTTP, "http://"+bound.host)
	}
	if t.options.base == nil {
		t.options.base = cloneDefaultTransport()
	}
	return t, nil
}

// RoundTrip signs a copy of req and sends it. Beside the errors of the transport
// underneath it returns [ErrRedirect], a *[HostError], or an error that says why
// the URL cannot be signed.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	signed, err := t.sign(req)
	if err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // a RoundTripper closes the body also when it fails
		}
		return nil, err
	}
	return t.options.base.RoundTrip(signed)
}

// CloseIdleConnections closes the idle connections of the transport underneath,
// if it knows how to. [http.Client.CloseIdleConnections] calls it.
func (t *Transport) CloseIdleConnections() {
	if base, ok := t.options.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (t *Transport) sign(req *http.Request) (*http.Request, error) {
	if t.signer == nil {
		return nil, errors.New("signing: Transport was not made by NewTransport")
	}
	if req.Response != nil { // set by http.Client on what follows a redirect, and only there
		return nil, ErrRedirect
	}
	if err := t.checkHost(req); err != nil {
		return nil, err
	}
	signed := req.Clone(req.Context())
	if err := t.signer.Sign(signed); err != nil {
		return nil, err
	}
	if v := t.options.apiVersion; v != nil {
		dropAliases(signed.Header, HeaderAPIVersion)
		signed.Header[HeaderAPIVersion] = []string{*v}
	}
	return signed, nil
}

// checkHost compares both the address to be dialled and the name to be signed
// with the endpoint.
func (t *Transport) checkHost(req *http.Request) error {
	if req.URL == nil {
		return errors.New("signing: request has no URL")
	}
	if req.URL.Scheme == t.endpoint.scheme &&
		sameHost(t.endpoint.scheme, req.URL.Host, t.endpoint.host) &&
		(req.Host == "" || sameHost(t.endpoint.scheme, withoutZone(req.Host), withoutZone(t.endpoint.host))) {
		return nil
	}
	refused := &HostError{
		Endpoint:  t.endpoint.scheme + "://" + t.endpoint.host,
		Requested: req.URL.Scheme + "://" + req.URL.Host,
	}
	if req.Host != req.URL.Host {
		refused.Host = req.Host
	}
	return refused
}

// sameHost reports whether two hosts with optional ports are one under scheme,
// whatever their case and whether or not its default port is written out.
func sameHost(scheme, a, b string) bool {
	if a == b {
		return true
	}
	ua, ub := url.URL{Host: a}, url.URL{Host: b}
	return strings.EqualFold(ua.Hostname(), ub.Hostname()) && effectivePort(scheme, &ua) == effectivePort(scheme, &ub)
}

func effectivePort(scheme string, u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	if scheme == "https" {
		return "443"
	}
	return "80"
}

// isLoopback reports whether host, with an optional port, is this machine by its
// name or address alone: nothing is looked up.
func isLoopback(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.IsLoopback()
}

// cloneDefaultTransport keeps the idle connections and settings of one Transport
// apart from the rest of the program. Something else put in the default's place
// is there for a reason, so it is used.
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
