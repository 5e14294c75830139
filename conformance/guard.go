package conformance

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/scp-openapi/virtualserver/gen/fixture"
)

// GuardError is a request that was not let out, as it could have done more than its case may.
type GuardError struct {
	Method, URL string
	Harm        Harm
	Why         string
}

// Error implements error.
func (e *GuardError) Error() string {
	return fmt.Sprintf("the guard let no %s %s out for a case of class %q: %s", e.Method, e.URL, e.Harm, e.Why)
}

// guard is the transport right above the network. It is an allowlist: what it does not know to be
// covered by the class of the case does not go out, whatever made the request.
type guard struct {
	base     http.RoundTripper
	harm     Harm
	endpoint string
	fixture  Fixture
	nowhere  *nowhere
}

// methodOverrides are headers by which some gateways take a request for one of another method.
var methodOverrides = []string{"X-Http-Method", "X-Http-Method-Override", "X-Method-Override"}

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if why := g.objection(req); why != "" {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &GuardError{Method: req.Method, URL: req.URL.Redacted(), Harm: g.harm, Why: why}
	}
	return g.base.RoundTrip(req)
}

// objection says what speaks against a request, or nothing.
func (g *guard) objection(req *http.Request) string {
	if why := g.objectionToForm(req); why != "" {
		return why
	}
	switch req.Method {
	case http.MethodGet:
		return ""
	case http.MethodPost:
		return g.objectionToAttach(req)
	case http.MethodDelete:
		return g.objectionToDetach(req.URL)
	}
	return "no case needs this method"
}

// objectionToForm judges what could make a request another one than its method and path say.
func (g *guard) objectionToForm(req *http.Request) string {
	for name := range req.Header {
		if slices.Contains(methodOverrides, http.CanonicalHeaderKey(name)) {
			return name + " could make another method of it"
		}
	}
	hasBody := req.Body != nil && req.Body != http.NoBody
	hasQuery := req.URL.RawQuery != "" || req.URL.ForceQuery
	switch {
	case g.elsewhere(req):
		return "it does not go to the endpoint that is judged"
	case req.URL.Opaque != "":
		return "an opaque URL goes out in place of its path"
	case req.Method != http.MethodGet && hasQuery:
		return "a query could name what the path does not"
	case req.Method != http.MethodPost && hasBody:
		return "a body could name what the path does not"
	}
	return ""
}

func (g *guard) elsewhere(req *http.Request) bool {
	u, err := url.Parse(g.endpoint)
	return err != nil || req.URL.Scheme != u.Scheme || req.URL.Host != u.Host || req.Host != "" && req.Host != u.Host
}

func (g *guard) objectionToAttach(req *http.Request) string {
	raw := req.URL.EscapedPath()
	switch {
	case g.harm < Detaches:
		return "attaching changes an account"
	case g.fixture.Volume == "", raw != "/v1/volumes/"+g.fixture.Volume+"/servers", path.Clean(raw) != raw:
		return "only the volume that was named for it is attached"
	case g.fixture.Server == "", attachedTo(req) != g.fixture.Server:
		return "it is attached only to the server that was named for it"
	}
	return ""
}

// attachedTo reads from a copy of the body which server a volume is to be attached to.
func attachedTo(req *http.Request) string {
	if req.GetBody == nil {
		return ""
	}
	body, err := req.GetBody()
	if err != nil {
		return ""
	}
	defer body.Close()
	var attach fixture.AttachRequest
	if json.NewDecoder(io.LimitReader(body, maxEvidence)).Decode(&attach) != nil {
		return ""
	}
	return attach.ServerID
}

// objectionToDetach takes a DELETE for what it may be at worst. Where every reading of the path, raw,
// decoded and cleaned, is made of IDs that exist nowhere, there is nothing that could be deleted. A
// path with a real ID in it has to be a detach in the one reading there is.
func (g *guard) objectionToDetach(u *url.URL) string {
	raw := u.EscapedPath()
	readings := []string{raw, path.Clean(raw), u.Path, path.Clean(u.Path)}
	if !slices.ContainsFunc(readings, g.touchesSomething) {
		if g.harm < Refused {
			return "a case that reads deletes nothing"
		}
		return ""
	}
	segments := strings.Split(raw, "/")
	if u.Path != raw || path.Clean(raw) != raw || !follows(segments, "", "v1", "volumes", "*", "servers", "*") {
		return "with anything in it that may exist, the path has to be a detach and nothing else"
	}
	return g.objectionToPair(segments[3], segments[5])
}

// objectionToPair judges a detach of IDs of which one may exist at least.
func (g *guard) objectionToPair(volume, server string) string {
	volumes := []string{g.fixture.Volume}
	if g.harm == Dangerous {
		volumes = append(volumes, g.fixture.OSVolume)
	}
	switch {
	case g.harm < Detaches:
		return "one of the IDs may exist"
	case !g.nowhere.has(volume) && !slices.Contains(volumes, volume):
		return "the volume is not one that was named for it"
	case !g.nowhere.has(server) && server != g.fixture.Server:
		return "the server is not the one that was named for it"
	}
	return ""
}

// touchesSomething reports whether a path has a segment in it that is neither a word of the API nor
// known to exist nowhere, or has words alone, which could be all the volumes there are.
func (g *guard) touchesSomething(reading string) bool {
	named := false
	for segment := range strings.SplitSeq(reading, "/") {
		word := slices.Contains([]string{"", "v1", "volumes", "servers", ".", ".."}, segment)
		if !word && !g.nowhere.has(segment) {
			return true
		}
		named = named || !word
	}
	return !named
}

func follows(segments []string, template ...string) bool {
	return slices.EqualFunc(segments, template, func(segment, want string) bool {
		return want == "*" && segment != "" || segment == want
	})
}

// nowhere makes IDs that exist nowhere, and knows them again.
type nowhere struct {
	mu   sync.Mutex
	next func() uint64
	ids  map[string]bool
}

func newNowhere(next func() uint64) *nowhere {
	return &nowhere{next: next, ids: map[string]bool{}}
}

// id makes a random UUID (version 4), which nothing bears.
func (n *nowhere) id() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	high, low := n.next(), n.next()
	high = high&^0xf000 | 0x4000
	low = low&^(0xc0<<56) | 0x80<<56
	id := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
	n.ids[id] = true
	return id
}

func (n *nowhere) has(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ids[id]
}
