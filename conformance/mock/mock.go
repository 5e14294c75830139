// Package mock is a server that speaks every version of the API there is a document for, over volumes
// and servers in memory. It is what the conformance suite judges when no endpoint is named, and what
// code that detaches volumes can be tried against.
//
// It answers what the documents say. Where they leave open which refusal belongs to which cause, the
// choice is in assumed.go.
package mock

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Server is the mock. It is an http.Handler, and safe for concurrent use.
type Server struct {
	documents   *openapi.Set
	verifier    *signing.Verifier
	table       lifecycle.Table
	now         func() time.Time
	day         func() lifecycle.Date
	delay       time.Duration
	refuseEnded bool
	fault       fault
	credentials []signing.Credentials

	mu    sync.Mutex
	world *world
}

// Option changes how New sets a mock up.
type Option func(*config)

type config struct {
	now         func() time.Time
	day         func() lifecycle.Date
	delay       time.Duration
	refuseEnded bool
	world       World
	table       lifecycle.Table
	defect      string
}

// WithClock has the mock take the time from now: when a signature is checked, when a detach is done.
func WithClock(now func() time.Time) Option {
	return func(c *config) { c.now = now }
}

// WithDay has the mock give its versions the labels of a day, instead of those of its clock's day.
// It moves no clock.
func WithDay(day lifecycle.Date) Option {
	return func(c *config) { c.day = func() lifecycle.Date { return day } }
}

// WithTable has the mock list the versions of another table than the documents'. It goes on to speak
// those there is a document for.
func WithTable(table lifecycle.Table) Option {
	return func(c *config) { c.table = table }
}

// WithDelay sets how long attaching and detaching go on after they were accepted; 0 unless said otherwise.
func WithDelay(delay time.Duration) Option {
	return func(c *config) { c.delay = delay }
}

// WithWorld has the mock start with other volumes and servers than DefaultWorld.
func WithWorld(world World) Option {
	return func(c *config) { c.world = world }
}

// WithDefect gives the mock one of the Defects, by its name.
func WithDefect(name string) Option {
	return func(c *config) { c.defect = name }
}

// RefuseEnded has the mock refuse a version from its date on. Without it an ended version goes on
// answering, as the date promises a minimum only.
func RefuseEnded() Option {
	return func(c *config) { c.refuseEnded = true }
}

// New sets up a mock that lets in the given credentials.
func New(credentials []signing.Credentials, opts ...Option) (*Server, error) {
	if len(credentials) == 0 {
		return nil, errors.New("mock: it would let nobody in: no credentials were given")
	}
	documents, err := openapi.Load()
	if err != nil {
		return nil, err
	}
	c := config{now: time.Now, world: DefaultWorld(), table: gen.Table()}
	for _, opt := range opts {
		opt(&c)
	}
	if c.day == nil {
		c.day = func() lifecycle.Date { return lifecycle.On(c.now()) }
	}
	start, err := newWorld(c.world)
	if err != nil {
		return nil, fmt.Errorf("mock: %w", err)
	}
	defect, err := defectNamed(c.defect)
	if err != nil {
		return nil, err
	}
	s := &Server{
		documents:   documents,
		credentials: credentials,
		table:       c.table,
		now:         c.now,
		day:         c.day,
		delay:       c.delay,
		refuseEnded: c.refuseEnded,
		fault:       defect.fault,
		world:       start,
	}
	s.verifier = signing.NewVerifier(s.credentialsOf, signing.WithVerifierClock(c.now))
	return s, nil
}

// credentialsOf looks an access key up.
func (s *Server) credentialsOf(accessKey string) (signing.Credentials, bool) {
	for _, c := range s.credentials {
		if c.AccessKey == accessKey {
			return c, true
		}
	}
	return signing.Credentials{}, false
}

// ServeHTTP implements http.Handler. It judges the path as it stands on the wire: it cleans nothing and
// redirects nobody.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := s.answer(r)
	if s.fault.answer != nil {
		a = s.fault.answer(r, a)
	}
	if s.fault.send != nil && s.fault.send(w, r, a) {
		return
	}
	a.write(w)
}

// answer judges a request in the order of a gateway: who asks, which version, which operation.
func (s *Server) answer(r *http.Request) answer {
	path := rawPath(r)
	if s.fault.path != nil {
		path = s.fault.path(path)
	}
	if op, _ := find(s.documents.Discovery, r.Method, path); op != nil {
		return s.listVersions(r)
	}
	method := r.Method
	if s.fault.method != nil {
		method = s.fault.method(method, path)
	}
	err := s.verifier.Verify(r)
	if err == nil && s.fault.keepsOut != nil && s.fault.keepsOut(s, r) {
		err = signing.ReasonBadSignature
	}
	if err != nil && !s.letsIn(r, err) {
		return refuse(http.StatusUnauthorized, "HmacValidFail", err.Error())
	}
	doc, err := s.document(r.Header.Values(signing.HeaderAPIVersion))
	if err != nil {
		return refuse(assumedUnknownVersion, "ValidationError", err.Error())
	}
	for _, candidate := range []*openapi.Document{doc, s.documents.Volumes} {
		op, segments := find(candidate, method, path)
		if op == nil {
			continue
		}
		ids, err := decode(segments)
		if err != nil {
			return refuse(assumedMalformedID, "ValidationError", err.Error())
		}
		a := handlers[op.OperationID](s, r, ids)
		a.version, a.newest, a.ids = doc.Version.ID, doc == s.documents.Newest(), ids
		return a
	}
	return refuse(http.StatusNotFound, "NotFound", "There is nothing at this path.")
}

// letsIn reports whether a defect lets in a request that was refused.
func (s *Server) letsIn(r *http.Request, refused error) bool {
	return s.fault.letsIn != nil && s.fault.letsIn(s, r, refused)
}

// handlers maps the operations of the documents to what answers them.
var handlers = map[string]func(*Server, *http.Request, ids) answer{
	"detachVolumeFromVirtualServer": (*Server).detachVolume,
	"attachVolumeToVirtualServer":   (*Server).attachVolume,
	"showVolume":                    (*Server).showVolume,
}

// document returns the document of the version that a request asks for: the newest where it names none.
func (s *Server) document(header []string) (*openapi.Document, error) {
	if s.fault.version != nil {
		header = s.fault.version(s, header)
	}
	if len(header) == 0 {
		return s.documents.Newest(), nil
	}
	number, found := strings.CutPrefix(header[0], openapi.Service+" ")
	id, err := lifecycle.ParseID(number)
	if len(header) > 1 || !found || err != nil || id.String() != number {
		return nil, fmt.Errorf("%s is %.80q, but is written like %q", signing.HeaderAPIVersion, header, openapi.Service+" 1.3")
	}
	doc := s.documents.Lookup(id)
	if doc == nil || !s.callable(id) {
		return nil, fmt.Errorf("version %s of %s is not supported", id, openapi.Service)
	}
	return doc, nil
}
