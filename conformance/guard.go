package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
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
	unused   *unusedIDs
}

// The paths of what may be done to what exists, by IDs that no server reads in two ways.
var (
	detachPath = regexp.MustCompile(`^/v1/volumes/([0-9A-Za-z_-]+)/servers/([0-9A-Za-z_-]+)$`)
	attachPath = regexp.MustCompile(`^/v1/volumes/([0-9A-Za-z_-]+)/servers$`)
)

// addedQuery is the only query that may be sent with IDs that exist unused: another could name what
// exists. With an ID that exists there is none.
const addedQuery = "force=true"

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if why := g.objection(req); why != "" {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &GuardError{Method: req.Method, URL: req.URL.Redacted(), Harm: g.harm, Why: why}
	}
	if req.GetBody != nil { // what was looked at is what goes out
		body, err := req.GetBody()
		if err != nil {
			return nil, err
		}
		looked := req.Clone(req.Context())
		looked.Body = body
		req = looked
	}
	return g.base.RoundTrip(req)
}

// objection says what speaks against a request, or nothing.
func (g *guard) objection(req *http.Request) string {
	if why := g.objectionToForm(req); why != "" {
		return why
	}
	// Whatever else is asked of the path of a detach, a wrong server detaches at worst.
	if slices.Contains(otherMethods, req.Method) && detachPath.MatchString(req.URL.EscapedPath()) {
		if hasBody := req.Body != nil && req.Body != http.NoBody; g.harm < HarmDangerous || hasBody {
			return "a wrong server could take it for a detach"
		}
		return g.objectionToDetach(req.URL)
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
	hasBody := req.Body != nil && req.Body != http.NoBody
	switch {
	case g.unknownHeader(req) != "":
		return "the header " + g.unknownHeader(req) + " could make something else of it"
	case g.elsewhere(req):
		return "it does not go to the endpoint that is judged"
	case req.URL.Opaque != "":
		return "an opaque URL goes out in place of its path"
	case req.Method != http.MethodDelete && (req.URL.RawQuery != "" || req.URL.ForceQuery):
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
	ids := attachPath.FindStringSubmatch(req.URL.EscapedPath())
	switch {
	case g.harm < HarmDetaches:
		return "attaching changes an account"
	case ids == nil:
		return "the path has to be an attach and nothing else"
	case !slices.ContainsFunc(g.attachable(), func(p pair) bool { return p.volume == ids[1] && attaches(req, p.server) }):
		return "only the volumes that were named for it are attached, and only to the servers that were"
	}
	return ""
}

// attachable are the pairs that may be attached and detached.
func (g *guard) attachable() []pair {
	return slices.DeleteFunc([]pair{
		{g.fixture.Volume, g.fixture.Server},
		{g.fixture.SharedVolume, g.fixture.Server},
		{g.fixture.SharedVolume, g.fixture.OtherServer},
	}, pair.incomplete)
}

// detachable are the pairs that a detach may be asked for.
func (g *guard) detachable() []pair {
	pairs := append(g.attachable(), slices.DeleteFunc([]pair{
		{g.fixture.Volume, g.fixture.OtherServer}, // where it is not
		{g.fixture.Server, g.fixture.Volume},      // the wrong way round
	}, pair.incomplete)...)
	if os := (pair{g.fixture.OSVolume, g.fixture.Server}); g.harm == HarmDangerous && !os.incomplete() {
		pairs = append(pairs, os)
	}
	return pairs
}

func (p pair) incomplete() bool { return p.volume == "" || p.server == "" }

// attaches reports whether the body of a request is that of an attach to a server and nothing else, and
// has these very bytes go out.
func attaches(req *http.Request, server string) bool {
	if req.GetBody == nil {
		return false
	}
	body, err := req.GetBody()
	if err != nil {
		return false
	}
	defer body.Close()
	got, err := io.ReadAll(io.LimitReader(body, maxEvidence))
	want, wantErr := json.Marshal(volumes.AttachRequest{ServerID: server})
	return err == nil && wantErr == nil && bytes.Equal(got, want)
}

// allowedHeaders are the headers that cases send. Another one could mean anything to a server.
var allowedHeaders = []string{
	signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp, signing.HeaderClientType,
	signing.HeaderAccountID, signing.HeaderAPIVersion, signing.HeaderLanguage,
	"Accept-Encoding", "Authorization", "Content-Type", "User-Agent", "X-Forwarded-For", "X-Real-Ip",
}

func (g *guard) unknownHeader(req *http.Request) string {
	for name := range req.Header {
		if !slices.Contains(allowedHeaders, http.CanonicalHeaderKey(name)) {
			return name
		}
	}
	return ""
}

// objectionToDetach takes a DELETE for what it may be at worst. Where every reading of the path, raw,
// decoded and cleaned, is made of IDs that exist nowhere, there is nothing that could be deleted. A
// path with a real ID in it has to be a detach in the one reading there is.
func (g *guard) objectionToDetach(u *url.URL) string {
	raw := u.EscapedPath()
	readings := []string{raw, path.Clean(raw), u.Path, path.Clean(u.Path)}
	if !slices.ContainsFunc(readings, g.touchesSomething) && (u.RawQuery == "" || u.RawQuery == addedQuery) {
		if g.harm < HarmRefused {
			return "a case that reads deletes nothing"
		}
		return ""
	}
	ids := detachPath.FindStringSubmatch(raw)
	if ids == nil || u.RawQuery != "" || u.ForceQuery {
		return "with anything in it that may exist, it has to be a detach and nothing else"
	}
	return g.objectionToPair(pair{ids[1], ids[2]})
}

// objectionToPair judges a detach of IDs of which one may exist at least.
func (g *guard) objectionToPair(p pair) string {
	switch {
	case g.harm < HarmDetaches:
		return "one of the IDs may exist"
	case slices.Contains(g.detachable(), p):
		return ""
	case g.unused.has(p.volume) && p.server == g.fixture.Server, p.volume == g.fixture.Volume && g.unused.has(p.server):
		return ""
	}
	return "the volume, or the server, is not one that was named for it"
}

// touchesSomething reports whether a path has a segment in it that is neither a word of the API nor
// known to exist nowhere, or has words alone, which could be all the volumes there are.
func (g *guard) touchesSomething(reading string) bool {
	named := false
	for segment := range strings.SplitSeq(reading, "/") {
		if segment != "" && slices.Contains(g.fixture.ids(), segment) {
			return true // whatever was said of it
		}
		word := slices.Contains([]string{"", "v1", "volumes", "servers", ".", ".."}, segment)
		if !word && !g.unused.has(segment) {
			return true
		}
		named = named || !word
	}
	return !named
}

// unusedIDs makes IDs that exist nowhere, and knows them again.
type unusedIDs struct {
	mu   sync.Mutex
	next func() uint64
	ids  map[string]bool
}

func newUnusedIDs(next func() uint64) *unusedIDs {
	return &unusedIDs{next: next, ids: map[string]bool{}}
}

// id makes a random UUID (version 4), which nothing bears.
func (n *unusedIDs) id() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	high, low := n.next(), n.next()
	high = high&^0xf000 | 0x4000
	low = low&^(0xc0<<56) | 0x80<<56
	id := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
	n.ids[id] = true
	return id
}

func (n *unusedIDs) has(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ids[id]
}
