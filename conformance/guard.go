package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync"
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
	base    http.RoundTripper
	harm    Harm
	fixture Fixture
	nowhere *nowhere
}

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
	switch req.Method {
	case http.MethodGet:
		return ""
	case http.MethodPost:
		return g.objectionToAttach(req.URL)
	case http.MethodDelete:
		return g.objectionToDetach(req.URL)
	}
	return "no case needs this method"
}

func (g *guard) objectionToAttach(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	switch {
	case g.harm < Detaches:
		return "attaching changes an account"
	case !follows(segments, "", "v1", "volumes", g.fixture.Volume, "servers"):
		return "only the volume that was named for it is attached"
	}
	return ""
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
		return "with an ID in it that may exist, the path has to be a detach and nothing else"
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
// known to exist nowhere.
func (g *guard) touchesSomething(reading string) bool {
	for segment := range strings.SplitSeq(reading, "/") {
		word := slices.Contains([]string{"", "v1", "volumes", "servers", ".", ".."}, segment)
		if !word && !g.nowhere.has(segment) {
			return true
		}
	}
	return false
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
