package mock

import (
	"cmp"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// call is one request, and what the mock has made of it so far. Hooks read and change it.
type call struct {
	server  *Server
	request *http.Request
	number  uint64 // of the request, counted from 1
	hooks   []hooks
	body    []byte
	bodyErr error

	// method, path and version are what the mock takes the request for: its method, its path as it is on
	// the wire, and the values of Scp-Api-Version.
	method, path string
	version      []string
	// refused is why authentication failed, or nil.
	refused error
	// skipsAuthentication is set by a hook that takes the request for one that needs no signature.
	skipsAuthentication bool
	// doc is the document of the version that was asked for, and operation what was asked for, in it or in
	// a document that all versions share. They are nil if the request did not get that far.
	doc       *openapi.Document
	operation *openapi.Operation
	ids       ids
	malformed error // why ids cannot be IDs, or nil

	answer answer
	why    string // the request was refused, for the log, before hooks changed the answer
	writer http.ResponseWriter
	sent   bool // by a hook
}

// hooks are where defects and switches reach into the mock. Each may be nil. All but send run one call at
// a time. A hook that sets an answer ends the judging of the call.
type hooks struct {
	name   string // of the defect or switch
	defect bool   // and not a switch, which may have the same name
	// receive runs before anything is judged. It may change method, path and version.
	receive func(*call)
	// authenticate runs after the signature was checked. It may change refused.
	authenticate func(*call)
	// operate runs before the operation is carried out. It may change ids and malformed.
	operate func(*call)
	// reply runs when the answer is known. It may change it.
	reply func(*call)
	// send runs last. It may write the answer itself, and then sets sent.
	send func(*call)
}

// run runs one hook of every set, and reports whether there is an answer.
func (c *call) run(hook func(hooks) func(*call)) bool {
	for _, h := range c.hooks {
		if f := hook(h); f != nil && !c.answered() {
			f(c)
		}
	}
	return c.answered()
}

func (c *call) answered() bool { return c.answer.status != 0 }

// judge finds the answer.
func (c *call) judge() {
	s := c.server
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests++
	c.number, c.hooks = s.requests, s.hooks
	s.world.settle(s.now())
	c.method, c.path, c.version = c.request.Method, rawPath(c.request), c.request.Header.Values(signing.HeaderAPIVersion)
	if !c.run(func(h hooks) func(*call) { return h.receive }) {
		c.decide()
	}
	c.why = c.answer.why
	for _, h := range c.hooks {
		if h.reply != nil {
			h.reply(c)
		}
	}
}

// decide judges in the order of a gateway: who asks, for which version, for which operation.
func (c *call) decide() {
	if c.route(c.server.documents.Discovery) {
		c.operateAndHandle()
		return
	}
	c.refused = c.server.verifier.Verify(c.request)
	if c.run(func(h hooks) func(*call) { return h.authenticate }) {
		return
	}
	if c.refused != nil {
		c.answer = refuse(http.StatusUnauthorized, "HmacValidFail", c.refused.Error())
		return
	}
	var err error
	if c.doc, err = c.server.document(c.version); err != nil {
		c.answer = refuse(assumedUnknownVersion, "ValidationError", err.Error())
		return
	}
	if !c.route(c.doc) && !c.route(c.server.documents.Volumes) {
		c.answer = refuse(http.StatusNotFound, "NotFound", "There is nothing at this path.")
		return
	}
	c.operateAndHandle()
}

// route looks the request up in a document.
func (c *call) route(doc *openapi.Document) bool {
	op, params := doc.Match(c.method, c.path)
	if op == nil {
		return false
	}
	c.operation = op
	c.ids, c.malformed = decode(params)
	return true
}

func (c *call) operateAndHandle() {
	switch {
	case c.run(func(h hooks) func(*call) { return h.operate }):
	case c.malformed != nil:
		c.answer = refuse(assumedMalformedID, "ValidationError", c.malformed.Error())
	default:
		c.answer = handlers[c.operation.OperationID](c)
	}
}

// asks reports whether the request is for an operation.
func (c *call) asks(operationID string) bool {
	return c.operation != nil && c.operation.OperationID == operationID
}

// record logs the call. It leaves out what a hook put into the answer: a defect may put a secret there.
func (c *call) record() {
	if c.server.log == nil {
		return
	}
	attrs := []slog.Attr{
		slog.String("method", fmt.Sprintf("%.20s", c.request.Method)),
		slog.String("path", fmt.Sprintf("%.300s", rawPath(c.request))),
		slog.String("version", fmt.Sprintf("%.80s", strings.Join(c.request.Header.Values(signing.HeaderAPIVersion), ", "))),
		slog.Int("status", c.answer.status),
	}
	if c.why != "" {
		attrs = append(attrs, slog.String("refused", fmt.Sprintf("%.300s", c.why)))
	}
	c.server.log.LogAttrs(c.request.Context(), slog.LevelInfo, "request", attrs...)
}

// document returns the document of the version that a request asks for: the newest that is answered, if it
// names none. Source: the vendor's Common API reference.
func (s *Server) document(header []string) (*openapi.Document, error) {
	if len(header) == 0 {
		for _, doc := range slices.Backward(s.documents.Versions) {
			if s.callable(doc.Version.ID) {
				return doc, nil
			}
		}
		return nil, fmt.Errorf("no version of %s is supported", openapi.Service)
	}
	number, found := strings.CutPrefix(header[0], openapi.Service+" ")
	id, err := lifecycle.ParseID(number)
	if len(header) > 1 || !found || err != nil || id.String() != number {
		return nil, fmt.Errorf("%s is %.80q, want one value such as %q", signing.HeaderAPIVersion, header, openapi.Service+" 1.3")
	}
	doc := s.documents.Lookup(id)
	if doc == nil || !s.callable(id) {
		return nil, fmt.Errorf("version %s of %s is not supported", id, openapi.Service)
	}
	return doc, nil
}

// callable reports whether a version answers on the mock's day.
func (s *Server) callable(id lifecycle.ID) bool {
	standing, _ := s.table.At(s.day()).Of(id)
	return standing.State != lifecycle.Planned && (!s.refuseEnded || standing.State != lifecycle.Ended)
}

// rawPath is the path of a request as it came over the wire, neither decoded nor cleaned.
func rawPath(r *http.Request) string {
	target := r.RequestURI
	if target == "" { // a request that was made by hand
		if r.URL == nil {
			return "/"
		}
		return cmp.Or(r.URL.EscapedPath(), "/")
	}
	if _, rest, absolute := strings.Cut(target, "://"); absolute && !strings.HasPrefix(target, "/") {
		target = rest[strings.IndexAny(rest+"/", "/?"):]
	}
	path, _, _ := strings.Cut(target, "?")
	return cmp.Or(path, "/")
}

// ids are the path parameters of a request.
type ids struct{ volume, server string }

// maxID is the length, in bytes, of the longest ID that the mock accepts as one.
const maxID = 255

// decode decodes path parameters, and returns an error that names the first that cannot be an ID.
func decode(params map[string]string) (ids, error) {
	var malformed error
	decoded := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(params)) {
		value, err := url.PathUnescape(params[name])
		if err != nil || value == "" || len(value) > maxID || strings.ContainsAny(value, "/\\\x00") || strings.Trim(value, ".") == "" {
			malformed = cmp.Or(malformed, fmt.Errorf("%s %.80q is malformed", name, params[name]))
		}
		decoded[name] = value
	}
	return ids{volume: decoded["volume_id"], server: decoded["server_id"]}, malformed
}
