package conformance

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// maxEvidence is how many bytes of a body, and of all headers, are kept.
const maxEvidence = 64 << 10

// recorder is a transport that keeps what goes through it. Each call of a trial has one of its own.
type recorder struct {
	base   http.RoundTripper
	change func(*http.Request) // of a request, after it was signed; nil for none
	// unconnected is set where a connection was wanted for the last request, and none came.
	unconnected atomic.Bool

	mu        sync.Mutex
	exchanges []Exchange
}

// RoundTrip implements http.RoundTripper. It reads the start of the body ahead, so that what is kept
// does not depend on how much of it a client reads.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	req = req.Clone(req.Context())
	if r.change != nil {
		r.change(req)
	}
	if req.Header.Get("Accept-Encoding") == "" { // net/http would ask for gzip, and hide that it did
		req.Header.Set("Accept-Encoding", "identity")
	}
	began := time.Now()
	exchange := Exchange{Method: req.Method, URL: req.URL.Redacted(), RequestHeader: req.Header.Clone(), Started: moment(began)}
	if req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			exchange.RequestBody, _ = io.ReadAll(io.LimitReader(body, maxEvidence))
		}
	}
	var early hints
	req = req.WithContext(httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		Got1xxResponse: early.got,
		GetConn:        func(string) { r.unconnected.Store(true) },
		GotConn:        func(httptrace.GotConnInfo) { r.unconnected.Store(false) },
	}))
	resp, err := r.base.RoundTrip(req)
	if err == nil && resp.StatusCode == http.StatusSwitchingProtocols {
		// Neither a timeout nor a context ends the reading of what follows a 101.
		resp.Body.Close()
		err = errSwitched
	}
	if err == nil {
		keep(&exchange, resp)
	} else {
		exchange.Err = err.Error()
	}
	exchange.Informational = early.header()
	exchange.Duration = since(began)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, exchange)
	if err != nil {
		return nil, err
	}
	return resp, nil
}

var errSwitched = errors.New("the answer is 101 Switching Protocols, and nobody asked for another protocol")

// keep reads the start of an answer into the exchange, and gives the answer a body that begins with it.
func keep(exchange *Exchange, resp *http.Response) {
	start, readErr := io.ReadAll(io.LimitReader(resp.Body, maxEvidence))
	exchange.Status, exchange.ResponseHeader, exchange.Body = resp.StatusCode, boundedHeader(resp.Header), start
	if len(resp.Trailer) > 0 {
		exchange.Trailer = boundedHeader(resp.Trailer)
	}
	rest := io.Reader(resp.Body)
	if readErr != nil {
		exchange.Err = readErr.Error()
		rest = brokenOff{readErr}
	}
	resp.Body = rejoined{io.MultiReader(bytes.NewReader(start), rest), resp.Body}
}

// last is the exchange that ended last, and false where none did.
func (r *recorder) last() (Exchange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) == 0 {
		return Exchange{}, false
	}
	return r.exchanges[len(r.exchanges)-1], true
}

// hints are the headers of 1xx answers, maxEvidence bytes of them. net/http reads them on, however many come,
// in a goroutine that may outlive the request.
type hints struct {
	mu   sync.Mutex
	kept http.Header
	size int
}

func (h *hints) got(_ int, header textproto.MIMEHeader) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.kept == nil {
		h.kept = http.Header{}
	}
	for name, values := range header {
		for _, value := range values {
			if h.size += len(name) + len(value); h.size <= maxEvidence {
				h.kept[name] = append(h.kept[name], value)
			}
		}
	}
	return nil
}

// header is what was kept so far, or nil.
func (h *hints) header() http.Header {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.kept) == 0 {
		return nil
	}
	return h.kept.Clone()
}

// boundedHeader keeps at most maxEvidence bytes of a header.
func boundedHeader(h http.Header) http.Header {
	kept, size := http.Header{}, 0
	for name, values := range h {
		for _, value := range values {
			if size += len(name) + len(value); size <= maxEvidence {
				kept[name] = append(kept[name], value)
			}
		}
	}
	return kept
}

// rejoined is a body whose start was read ahead.
type rejoined struct {
	io.Reader
	io.Closer
}

// brokenOff is the rest of a body that broke off.
type brokenOff struct{ err error }

func (b brokenOff) Read([]byte) (int, error) { return 0, b.err }

// Path is that of the request, encoded, with its query.
func (e Exchange) Path() string {
	_, rest, found := strings.Cut(e.URL, "://")
	if !found {
		return e.URL
	}
	_, path, _ := strings.Cut(rest, "/")
	return "/" + path
}

// String implements fmt.Stringer: the request without its host, cut to a length that fits a line.
func (e Exchange) String() string {
	const most = 160
	path := e.Path()
	if len(path) > most {
		path = path[:most] + "…"
	}
	return e.Method + " " + path
}

// Refused reports whether the answer is a refusal: a 4xx.
func (e Exchange) Refused() bool { return e.Status/100 == 4 }

// Overloaded reports whether the answer may be a gateway's, or a passing trouble of the service, and not
// its word on the request: 429, 500, 502, 503 or 504.
func (e Exchange) Overloaded() bool {
	return slices.Contains([]int{
		http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout,
	}, e.Status)
}

// fromGateway reports whether the answer is a gateway's for sure, whatever the service did: 502, 503 or 504.
func (e Exchange) fromGateway() bool {
	return slices.Contains([]int{http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}, e.Status)
}

// CutOff reports whether the body goes on beyond what is kept of it.
func (e Exchange) CutOff() bool { return len(e.Body) >= maxEvidence }

// signatures are those that a request was sent with, in whatever letters the name of the header was, and in
// the headers that a case puts one into to see whether it is looked for there. A word in place of one, such as
// null, is no secret, and part of many an answer.
func (e Exchange) signatures() []string {
	const shortest = 20
	var all []string
	for name, values := range e.RequestHeader {
		switch http.CanonicalHeaderKey(name) {
		case signing.HeaderSignature, "X-Signature", "X-Scp-Signature", "Authorization":
			for _, value := range values {
				if len(value) >= shortest {
					all = append(all, value)
				}
			}
		}
	}
	return all
}

// StatusText names statuses: "400 Bad Request or 409 Conflict".
func StatusText(statuses ...int) string {
	var words []string
	for _, status := range statuses {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status))))
	}
	return strings.Join(words, " or ")
}
