package client

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"

	"github.com/scp-openapi/virtualserver/signing"
)

// MaxBody is how many bytes of an answer are read; a longer one is an error.
const MaxBody = 1 << 20

// guard is the transport of every client, above the one that signs. It lets out the operations of the
// client only, and lets in no redirect, no change of protocol and no endless body.
type guard struct {
	base       http.RoundTripper
	endpoint   signing.Endpoint
	operations []Operation
}

// RoundTrip implements [http.RoundTripper].
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.check(req); err != nil {
		if req.Body != nil {
			_ = req.Body.Close() // a RoundTripper closes the body also when it fails
		}
		return nil, err
	}
	var once sentOnce
	resp, err := g.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), once.trace())))
	if once.wasRepeated() {
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		return nil, errRepeated
	}
	if err != nil {
		return nil, err
	}
	return accept(resp)
}

// errRepeated is about a base transport that breaks the terms of WithTransport.
var errRepeated = errors.New("the transport of WithTransport began to send the request again after it was answered, and was stopped: it must not follow redirects, and retries belong into WithClient")

// check refuses a request that is not an operation of the client at its endpoint. Nothing has been
// signed yet.
func (g *guard) check(req *http.Request) error {
	if req.URL == nil {
		return errors.New("request without a URL")
	}
	if !g.at(req.URL.Scheme, req.URL.Host) || req.Host != "" && !g.at(req.URL.Scheme, req.Host) {
		return &signing.HostError{
			Endpoint:  g.endpoint.String(),
			Requested: req.URL.Scheme + "://" + req.URL.Host,
			Host:      req.Host,
		}
	}
	if req.URL.Opaque == "" {
		for _, op := range g.operations {
			if op.matches(cmp.Or(req.Method, http.MethodGet), req.URL.EscapedPath()) {
				return nil
			}
		}
	}
	return fmt.Errorf("guard blocked %s: it is not an operation of this client", printable(requestLine(req)))
}

func (g *guard) at(scheme, host string) bool {
	e, err := signing.ParseEndpoint((&url.URL{Scheme: scheme, Host: host}).String()) // which writes a zone as it must be
	return err == nil && e == g.endpoint
}

// accept returns an answer with its body bounded, or an error in place of one that must not reach
// [http.Client]. A redirect would be followed there: on a path with ".." a 307 has been seen to turn a
// detach into the deletion of the volume [field].
func accept(resp *http.Response) (*http.Response, error) {
	if resp == nil {
		return nil, errors.New("the transport returned neither an answer nor an error")
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	refuse := func(detail string) (*http.Response, error) {
		_ = resp.Body.Close() // of a 101, this closes the connection
		return nil, &Error{StatusCode: resp.StatusCode, Detail: detail}
	}
	switch {
	case resp.Request != nil && resp.Request.Response != nil:
		return refuse("the transport of WithTransport followed a redirect, and must not")
	case resp.StatusCode == http.StatusSwitchingProtocols:
		// After it, neither timeout nor context would end a read of the body.
		return refuse("the server changed the protocol, which nobody asked for")
	case resp.StatusCode/100 == 3 && resp.StatusCode != http.StatusNotModified:
		return refuse("redirects are not followed, and this one leads to " + resp.Header.Get("Location"))
	}
	resp.Body = &boundedBody{ReadCloser: resp.Body, status: resp.StatusCode, left: MaxBody}
	return resp, nil
}

// CloseIdleConnections closes those of the transport underneath. [http.Client] calls it.
func (g *guard) CloseIdleConnections() {
	if base, ok := g.base.(interface{ CloseIdleConnections() }); ok {
		base.CloseIdleConnections()
	}
}

// sentOnce watches one attempt on its way through a transport built on net/http. A signed request that
// is about to be written again after the server answered it is a redirect being followed, or a retry
// with an old signature: its connection is closed before the headers are flushed. The same request on a
// new connection, because the server had closed the idle one without an answer, is net/http's own
// affair and goes on.
//
// An unsigned request carries nothing to be recognised by; [accept] sees what became of it.
type sentOnce struct {
	mu                       sync.Mutex
	conn                     net.Conn
	sent, answered, repeated bool
}

func (s *sentOnce) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.conn = info.Conn
		},
		GotFirstResponseByte: func() {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.answered = s.sent
		},
		WroteHeaderField: func(name string, _ []string) {
			if !strings.EqualFold(name, signing.HeaderSignature) { // HTTP/2 writes it in lower case
				return
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if s.answered {
				s.repeated = true
				if s.conn != nil {
					_ = s.conn.Close()
				}
			}
			s.sent = true
		},
	}
}

func (s *sentOnce) wasRepeated() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.repeated
}

// boundedBody reads at most MaxBody bytes of an answer.
type boundedBody struct {
	io.ReadCloser
	status int
	left   int64
}

// Read implements [io.Reader]. It asks for one byte more than is left, to tell a body that just fits
// from one that does not.
func (b *boundedBody) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) <= b.left {
		b.left -= int64(n)
		if err != nil && err != io.EOF { // which io.ReadAll compares so
			err = &Error{StatusCode: b.status, Detail: "the body of the answer broke off: " + err.Error(), cause: err}
		}
		return n, err
	}
	n, b.left = int(b.left), 0
	return n, &Error{StatusCode: b.status, Detail: fmt.Sprintf("the body of the answer is longer than %d bytes", MaxBody)}
}
