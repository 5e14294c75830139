package conformance

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// Exchange is one request as it went out, and what came back.
type Exchange struct {
	Method        string      `json:"method"`
	URL           string      `json:"url"`
	RequestHeader http.Header `json:"request_header"`
	RequestBody   []byte      `json:"request_body,omitempty"`
	// Status is that of the answer, 0 where none came.
	Status int `json:"status"`
	// ResponseHeader and Body are the answer's, the body up to maxEvidence bytes.
	ResponseHeader http.Header `json:"response_header,omitempty"`
	Body           []byte      `json:"body,omitempty"`
	// Outside is set for a request for what is no operation of the documents: how it is refused is not
	// documented.
	Outside bool `json:"outside,omitempty"`
	// Err says why no answer came, or why it broke off.
	Err      string        `json:"err,omitempty"`
	Duration time.Duration `json:"duration"`
}

// maxEvidence is how many bytes of a body are kept.
const maxEvidence = 64 << 10

// recorder is a transport that keeps what goes through it.
type recorder struct {
	base http.RoundTripper

	mu        sync.Mutex
	exchanges []Exchange
}

// RoundTrip implements http.RoundTripper. It reads the start of the body ahead, so that what is kept
// does not hang on how much of it a client reads.
func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Accept-Encoding") == "" { // net/http would ask for gzip, and say nothing of it
		req = req.Clone(req.Context())
		req.Header.Set("Accept-Encoding", "identity")
	}
	exchange := Exchange{Method: req.Method, URL: req.URL.Redacted(), RequestHeader: req.Header.Clone()}
	if req.GetBody != nil {
		if body, err := req.GetBody(); err == nil {
			exchange.RequestBody, _ = io.ReadAll(io.LimitReader(body, maxEvidence))
		}
	}
	began := time.Now()
	resp, err := r.base.RoundTrip(req)
	if err == nil {
		start, readErr := io.ReadAll(io.LimitReader(resp.Body, maxEvidence))
		exchange.Status, exchange.ResponseHeader, exchange.Body = resp.StatusCode, boundedHeader(resp.Header), start
		rest := io.Reader(resp.Body)
		if readErr != nil {
			exchange.Err = readErr.Error()
			rest = brokenOff{readErr}
		}
		resp.Body = rejoined{io.MultiReader(bytes.NewReader(start), rest), resp.Body}
	} else {
		exchange.Err = err.Error()
	}
	exchange.Duration = time.Since(began)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, exchange)
	return resp, err
}

// boundedHeader keeps of a header no more than maxEvidence bytes.
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

// last returns the exchange that ended last, and false where none did.
func (r *recorder) last() (Exchange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.exchanges) == 0 {
		return Exchange{}, false
	}
	return r.exchanges[len(r.exchanges)-1], true
}

// outside marks the last exchange as one for no operation of the documents.
func (r *recorder) outside() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := len(r.exchanges); n > 0 {
		r.exchanges[n-1].Outside = true
	}
}

// add adds exchanges that went another way.
func (r *recorder) add(exchanges ...Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.exchanges = append(r.exchanges, exchanges...)
}

// taken returns what was kept so far.
func (r *recorder) taken() []Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.exchanges)
}

// rejoined is a body whose start was read ahead.
type rejoined struct {
	io.Reader
	io.Closer
}

// brokenOff is the rest of a body that broke off.
type brokenOff struct{ err error }

func (b brokenOff) Read([]byte) (int, error) { return 0, b.err }

// expect ends a case whose answer has none of the documented statuses. What has to work for the answer
// to say anything was shown to work before: even a 5xx is the endpoint's own fault here.
func (e Exchange) expect(statuses ...int) error {
	switch {
	case slices.Contains(statuses, e.Status):
		return nil
	case e.Status == http.StatusTooManyRequests:
		return e.unavailable()
	}
	return failf("%s was answered %s; documented is %s", e, describe(e.Status), describe(statuses...))
}

// unavailable ends a case whose answer says that the endpoint is not there for it: 429, or a 5xx before
// anything was shown to work.
func (e Exchange) unavailable() error {
	switch {
	case e.Status == http.StatusTooManyRequests:
		return inconclusivef("the endpoint asked for fewer requests (429)")
	case e.Status >= http.StatusInternalServerError:
		return inconclusivef("%s was answered %s, and nothing shows that the endpoint works at all", e, describe(e.Status))
	}
	return nil
}

// path is that of the request, encoded, with its query.
func (e Exchange) path() string {
	_, rest, found := strings.Cut(e.URL, "://")
	if !found {
		return e.URL
	}
	_, path, _ := strings.Cut(rest, "/")
	return "/" + path
}

// String implements fmt.Stringer: the request without its host.
func (e Exchange) String() string {
	const most = 160
	path := e.path()
	if len(path) > most {
		path = path[:most] + "…"
	}
	return e.Method + " " + path
}

// describe names statuses: "400 Bad Request or 409 Conflict".
func describe(statuses ...int) string {
	var words []string
	for _, status := range statuses {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status))))
	}
	return strings.Join(words, " or ")
}
