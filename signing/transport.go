package signing

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
)

// ErrRedirect is returned for a request that follows a redirect. The server chose
// the path of such a request, not the caller, so it is never signed: a redirect
// that cleaned a path with ".." has turned the detaching of a volume into its
// deletion.
var ErrRedirect = errors.New("signing: redirect not followed")

// ErrPlainHTTP is returned by [NewTransport] for an http:// endpoint on another
// machine, unless [AllowPlainHTTP] is among the options.
var ErrPlainHTTP = errors.New("signing: plain HTTP to another machine")

// A HostError is returned for a request to another scheme, host or port than the
// Transport is bound to. Nothing has been sent.
type HostError struct {
	Endpoint  string // scheme://host the Transport is bound to
	Requested string // scheme://host of the request's URL
	Host      string // the request's Host field, if it differs from its URL
}

func (e *HostError) Error() string {
	requested := strconv.Quote(e.Requested)
	if e.Host != "" {
		requested += " with Host " + strconv.Quote(e.Host)
	}
	return fmt.Sprintf("signing: request to %s not sent: the transport is bound to %q", requested, e.Endpoint)
}

// A Transport is an [http.RoundTripper] that signs each request just before it
// goes out, so that every attempt of a retry has a timestamp and signature of its
// own. It never changes the caller's request. Only when net/http itself repeats
// an attempt on a new connection, because the server had closed the old one, do
// the same headers go out again.
//
// It is bound to one scheme, host and port and returns a *[HostError] for any
// other; a Host field that names another server than the URL counts as such. To
// reach the endpoint at another address, give [WithBase] a transport that dials
// there.
//
// However the request writes the endpoint, it goes out, and is signed, as
// [Endpoint.String] writes it: in lower case and without the default port, which a
// proxy on the way may drop.
type Transport struct {
	signer   *Signer
	endpoint Endpoint
	base     http.RoundTripper
	options  transportOptions
}

type transportOptions struct {
	base       http.RoundTripper
	apiVersion *string
	plainHTTP  bool
}

// A TransportOption changes how [NewTransport] sets up a Transport.
type TransportOption func(*transportOptions)

// WithBase sends signed requests through base or, if the endpoint is a loopback one
// and base is an *[http.Transport] with a proxy, through a clone of it without the
// proxy; see [Endpoint.Transport]. Without this option, or if base is nil, they go
// through a clone of [http.DefaultTransport].
func WithBase(base http.RoundTripper) TransportOption {
	return func(o *transportOptions) { o.base = base }
}

// WithAPIVersion sets the Scp-Api-Version of every request, such as
// "virtualserver 1.3", and replaces the request's own. Without this option the
// request's own stays.
func WithAPIVersion(version string) TransportOption {
	return func(o *transportOptions) { o.apiVersion = &version }
}

// AllowPlainHTTP allows an http:// endpoint on another machine. Everyone on the way
// can then read everything but the secret key, and can send each request again
// until its timestamp is too old.
func AllowPlainHTTP() TransportOption {
	return func(o *transportOptions) { o.plainHTTP = true }
}

// NewTransport makes a Transport that signs with signer and is bound to endpoint,
// which [ParseEndpoint] reads.
func NewTransport(signer *Signer, endpoint string, opts ...TransportOption) (*Transport, error) {
	if signer.key() == nil {
		return nil, errors.New("signing: no signer, or one not made by New")
	}
	bound, err := ParseEndpoint(endpoint)
	if err != nil {
		return nil, err
	}
	t := &Transport{signer: signer, endpoint: bound}
	for _, opt := range opts {
		if opt != nil {
			opt(&t.options)
		}
	}
	if v := t.options.apiVersion; v != nil && !isHeaderText(*v) {
		return nil, errors.New("signing: API version is empty or cannot be sent in a header")
	}
	if bound.scheme == "http" && !t.options.plainHTTP && !bound.Loopback() {
		return nil, fmt.Errorf("%w: endpoint %q", ErrPlainHTTP, bound)
	}
	t.base = bound.Transport(t.options.base)
	return t, nil
}

// RoundTrip signs a copy of req and sends it. Besides the errors of the transport
// underneath it returns [ErrRedirect], a *[HostError], or an error that says why
// the URL cannot be signed.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	signed, err := t.sign(req)
	if err != nil {
		if req != nil && req.Body != nil {
			_ = req.Body.Close() // a RoundTripper closes the body also when it fails
		}
		return nil, err
	}
	return t.base.RoundTrip(signed)
}

// CloseIdleConnections closes the idle connections of the transport underneath,
// if it knows how to. [http.Client.CloseIdleConnections] calls it.
func (t *Transport) CloseIdleConnections() {
	if t == nil {
		return
	}
	if base, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

func (t *Transport) sign(req *http.Request) (*http.Request, error) {
	switch {
	case t == nil || t.signer == nil:
		return nil, errors.New("signing: Transport was not made by NewTransport")
	case req == nil || req.URL == nil:
		return nil, errors.New("signing: no request, or one without a URL")
	case req.Response != nil: // set by http.Client on what follows a redirect, and only there
		return nil, ErrRedirect
	}
	if err := t.checkHost(req); err != nil {
		return nil, err
	}
	signed := req.Clone(req.Context())
	signed.URL.Host, signed.Host = t.endpoint.host, withoutZone(t.endpoint.host)
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
	dialled, err := newEndpoint(req.URL.Scheme, req.URL.Host)
	if err != nil {
		return fmt.Errorf("signing: request URL %w", err)
	}
	named := dialled
	if req.Host != "" {
		if named, err = newEndpoint(req.URL.Scheme, req.Host); err != nil {
			return fmt.Errorf("signing: Host field of the request %w", err)
		}
	}
	if dialled == t.endpoint && withoutZone(named.host) == withoutZone(t.endpoint.host) {
		return nil
	}
	refused := &HostError{
		Endpoint:  t.endpoint.String(),
		Requested: req.URL.Scheme + "://" + req.URL.Host,
	}
	if req.Host != req.URL.Host {
		refused.Host = req.Host
	}
	return refused
}
