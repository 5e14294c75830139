// Package mock is an HTTP server that speaks every version of the API for which there is a document, over
// volumes and servers in memory. The conformance suite judges it if no endpoint is named; programs that
// detach volumes can be tried against it.
//
// It answers as the documents say. Where they leave open which refusal belongs to which cause, the choice
// is in assumed.go. [Switches] make it deviate as the live service was seen to, and a [Defect] breaks it.
//
// While it serves, a test can load other volumes and servers, change the day, the delay and the defects, and look
// at the requests it saw: see [Server.Load], [Server.Requests] and their neighbours, and [Server.Control] for tests
// in other languages. Package conformancetest serves it to Go tests.
package mock

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Server is the mock. It is an http.Handler, and safe for concurrent use.
type Server struct {
	documents   *openapi.Set
	verifier    *signing.Verifier
	credentials []signing.Credentials
	table       lifecycle.Table
	now         func() time.Time
	day         func() lifecycle.Date
	delay       time.Duration
	refuseEnded bool
	hooks       []hooks
	log         *slog.Logger
	initial     *config // what Reset goes back to

	underWay atomic.Pointer[answer] // of the defect that mixes answers up

	// mu guards what calls and the control of the mock change: what follows, and the day, delay and hooks above.
	mu            sync.Mutex
	world         *world
	requests      uint64 // how many have come
	seen          []Request
	lastSignature string         // of the defect that names it
	lastStatus    int            // of the last answer, for the defect that trusts what comes after one
	asked         map[string]int // how often a request was rightly signed, for the defect that stops asking
}

// New returns a mock that accepts the given credentials.
func New(credentials []signing.Credentials, opts ...Option) (*Server, error) {
	if len(credentials) == 0 {
		return nil, errors.New("mock: no credentials: every request would be refused")
	}
	for _, c := range credentials {
		if c.AccessKey == "" || c.SecretKey.IsZero() {
			return nil, errors.New("mock: credentials need an access key and a secret key")
		}
	}
	c, err := configure(opts)
	if err != nil {
		return nil, fmt.Errorf("mock: %w", err)
	}
	if err := everyOperationHandled(c.documents); err != nil {
		return nil, fmt.Errorf("mock: %w", err)
	}
	world, err := newWorld(c.world, c.now())
	if err != nil {
		return nil, fmt.Errorf("mock: %w", err)
	}
	s := &Server{
		documents:   c.documents,
		credentials: credentials,
		table:       c.table,
		now:         c.now,
		day:         c.day,
		delay:       c.delay,
		refuseEnded: c.refuseEnded,
		hooks:       c.hooks,
		log:         c.log,
		initial:     c,
		world:       world,
		asked:       map[string]int{},
	}
	s.verifier = signing.NewVerifier(s.credentialsOf, signing.WithVerifierClock(c.now))
	return s, nil
}

// everyOperationHandled returns an error that names an operation of the documents without a handler.
func everyOperationHandled(set *openapi.Set) error {
	for _, doc := range append([]*openapi.Document{set.Discovery, set.Volumes}, set.Versions...) {
		for _, op := range doc.Operations() {
			if handlers[op.OperationID] == nil {
				return fmt.Errorf("%s has the operation %s (%s %s), which the mock cannot answer: add a handler to package mock",
					doc.File, op.OperationID, op.Method, op.Path)
			}
		}
	}
	return nil
}

// credentialsOf looks up an access key.
func (s *Server) credentialsOf(accessKey string) (signing.Credentials, bool) {
	for _, c := range s.credentials {
		if c.AccessKey == accessKey {
			return c, true
		}
	}
	return signing.Credentials{}, false
}

// maxRequest is how many bytes of a request body are read.
const maxRequest = 64 << 10

// ServeHTTP implements http.Handler. It judges the path as it is on the wire: it cleans nothing and
// redirects nobody.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &call{server: s, request: r, writer: w}
	if r.Body != nil { // read before the lock is taken: a slow client holds up nobody else
		c.body, c.bodyErr = io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	}
	c.judge()
	c.record()
	s.remember(c)
	for _, h := range c.hooks {
		if h.send != nil && !c.sent {
			h.send(c)
		}
	}
	if !c.sent {
		c.answer.write(w)
	}
}
