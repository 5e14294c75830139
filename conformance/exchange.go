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

	"github.com/scp-openapi/virtualserver/signing"
)

// Exchange is one request as it went out, and what came back.
type Exchange struct {
	Method string
	URL    string
	// Status is that of the answer, 0 where none came.
	Status int
	// Header and Body are the answer's, the body up to maxEvidence bytes.
	Header http.Header
	Body   []byte
	// Err says why no answer came, or why it broke off.
	Err      string
	Duration time.Duration
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
	exchange := Exchange{Method: req.Method, URL: req.URL.Redacted()}
	began := time.Now()
	resp, err := r.base.RoundTrip(req)
	if err == nil {
		start, readErr := io.ReadAll(io.LimitReader(resp.Body, maxEvidence))
		exchange.Status, exchange.Header, exchange.Body = resp.StatusCode, resp.Header.Clone(), start
		exchange.withhold(req.Header.Get(signing.HeaderSignature))
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

// withhold takes a signature that the endpoint sent back out of what is kept of its answer: it is good
// for as long as its timestamp is.
func (e *Exchange) withhold(signature string) {
	const instead = "[signature]"
	if signature == "" {
		return
	}
	e.Body = bytes.ReplaceAll(e.Body, []byte(signature), []byte(instead))
	for _, values := range e.Header {
		for i, value := range values {
			values[i] = strings.ReplaceAll(value, signature, instead)
		}
	}
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
		return inconclusivef("the endpoint asked for fewer requests (429)")
	}
	return failf("%s was answered %s; documented is %s", e, describe(e.Status), describe(statuses...))
}

// String implements fmt.Stringer: the request without its host.
func (e Exchange) String() string {
	path := e.URL
	if _, rest, found := strings.Cut(e.URL, "://"); found {
		_, path, _ = strings.Cut(rest, "/")
	}
	return e.Method + " /" + path
}

// describe names statuses: "400 Bad Request or 409 Conflict".
func describe(statuses ...int) string {
	var words []string
	for _, status := range statuses {
		words = append(words, strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status))))
	}
	return strings.Join(words, " or ")
}
