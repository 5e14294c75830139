package conformance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// GuardError is a request that was blocked, as it could have done more than its case may.
type GuardError struct {
	Method, URL string
	Harm        Harm
	Why         string
}

// Error implements error.
func (e *GuardError) Error() string {
	return fmt.Sprintf("guard blocked %s %s of a case of class %q: %s", e.Method, e.URL, e.Harm, e.Why)
}

// guard is the transport right above the network. It is an allowlist: what it does not know to be covered
// by the class of the case does not go out, whatever made the request.
type guard struct {
	base     http.RoundTripper
	harm     Harm
	endpoint signing.Endpoint
	fixture  Fixture
	unused   *unusedIDs
}

// The paths of what may be done to what exists, by IDs that no server reads in two ways.
var (
	detachPath = regexp.MustCompile(`^/v1/volumes/([0-9A-Za-z_-]+)/servers/([0-9A-Za-z_-]+)$`)
	attachPath = regexp.MustCompile(`^/v1/volumes/([0-9A-Za-z_-]+)/servers$`)
)

// RoundTrip implements http.RoundTripper.
func (g *guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if why := g.objection(req); why != "" {
		if req.Body != nil {
			req.Body.Close()
		}
		return nil, &GuardError{Method: req.Method, URL: req.URL.Redacted(), Harm: g.harm, Why: why}
	}
	if hasBody(req) && req.GetBody != nil { // what was looked at is what goes out
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
	switch req.Method {
	case http.MethodGet:
		return g.objectionToRead(req)
	case http.MethodDelete:
		return g.objectionToDetach(req)
	case http.MethodPost:
		if path := req.URL.EscapedPath(); path != "/" && !detachPath.MatchString(path) {
			return g.objectionToAttach(req)
		}
	}
	return g.objectionToMethod(req)
}

// objectionToForm judges what could make a request another one than its method and path say.
func (g *guard) objectionToForm(req *http.Request) string {
	switch {
	case g.unknownHeader(req) != "":
		return "the header " + g.unknownHeader(req) + " could make something else of it"
	case g.elsewhere(req):
		return "it does not go to the endpoint that is judged"
	case req.URL.Opaque != "":
		return "an opaque URL goes out in place of its path"
	case req.Method != http.MethodDelete && (req.URL.RawQuery != "" || req.URL.ForceQuery) &&
		!g.listsVersions(req) && !g.versionInQuery(req) && !g.overridesMethod(req, req.URL.RawQuery):
		return "a query could name what the path does not"
	case hasBody(req) && !g.bodyIsKnown(req):
		return "a body could name what the path does not"
	}
	return ""
}

func hasBody(req *http.Request) bool { return req.Body != nil && req.Body != http.NoBody }

// bodyIsKnown reports whether a body is one that a case sends. That of an attach is judged with the attach.
func (g *guard) bodyIsKnown(req *http.Request) bool {
	switch req.Method {
	case http.MethodPost:
		body, err := bodyOf(req)
		return attachPath.MatchString(req.URL.EscapedPath()) || err == nil && g.overridesMethod(req, string(body))
	case http.MethodDelete:
		return g.namesOwnElsewhere(req)
	}
	return false
}

// ofServers finds the segment of a path that makes it one of a volume's servers.
var ofServers = regexp.MustCompile(`(?i)[/\\]server`)

// objectionToRead judges a GET. One that a wrong server could take for a detach is judged as a detach.
func (g *guard) objectionToRead(req *http.Request) string {
	switch {
	case !ofServers.MatchString(decoded(req.URL.EscapedPath())) || !g.touches(req.URL), g.ownDetach(req.URL):
		return ""
	case g.harm < HarmDangerous:
		return "a wrong server could take it for a detach"
	}
	return g.objectionToDetach(req)
}

// listsVersions reports whether a request asks for the list of versions, with a query that names nothing.
func (g *guard) listsVersions(req *http.Request) bool {
	path := req.URL.EscapedPath()
	return req.Method == http.MethodGet && (path == "" || path == "/") && g.namesNothing(req.URL.RawQuery)
}

func (g *guard) elsewhere(req *http.Request) bool {
	return req.URL.Scheme+"://"+req.URL.Host != g.endpoint.String() || req.Host != "" && req.Host != req.URL.Host
}

// anyMethod is what may stand for a method.
var anyMethod = regexp.MustCompile(`^[A-Za-z]{3,10}$`)

// objectionToMethod judges a method that no operation has. On the path of a detach it may be any: a wrong
// server detaches at worst.
func (g *guard) objectionToMethod(req *http.Request) string {
	switch {
	case g.ownDetach(req.URL) && anyMethod.MatchString(req.Method) && req.Method != http.MethodConnect:
		return ""
	case !slices.Contains([]string{http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodPatch}, req.Method):
		return "no case needs this method"
	case g.harm >= HarmRefused && req.URL.EscapedPath() == "/" && req.Method != http.MethodOptions:
		return "" // the list of versions names nothing that could be changed
	case !g.touches(req.URL):
		if g.harm < HarmRefused {
			return "a case that reads sends GET"
		}
		return ""
	case g.harm < HarmDangerous:
		return "a wrong server could take it for a detach"
	}
	return g.objectionToDetach(req)
}

// objectionToAttach judges a POST.
func (g *guard) objectionToAttach(req *http.Request) string {
	ids := attachPath.FindStringSubmatch(req.URL.EscapedPath())
	if ids == nil {
		return "the path has to be an attach and nothing else"
	}
	server, terminates, named := attachedServer(req)
	switch {
	case !named && g.unused.has(ids[1]) && g.harm >= HarmRefused && g.bodyNamesNothing(req):
		return "" // the body names no server, and the volume does not exist
	case g.unused.has(ids[1]) && g.unused.has(server):
		if g.harm < HarmRefused {
			return "a case that reads attaches nothing"
		}
		return ""
	case g.harm < HarmDetaches:
		return "attaching changes an account"
	case g.harm == HarmDangerous && !terminates && slices.ContainsFunc(g.own(), func(p Pair) bool { return p.Volume == ids[1] && rewrites(server, p.Server) }):
		return "" // at worst the fixture's volume is attached to its server
	case g.harm == HarmDangerous && named && g.attachedAtWorst(Pair{ids[1], server}, terminates):
		return ""
	case g.harm == HarmDangerous && !named && g.ownData(ids[1]) && g.bodyNamesOwnServer(req):
		return ""
	case terminates:
		return "deleting the server would delete the volume"
	case !slices.Contains(g.attachable(), Pair{ids[1], server}):
		return "the fixture does not name this volume to be attached to this server"
	}
	return ""
}

// attachedAtWorst reports whether an attach that has to be refused does no more, where a wrong endpoint accepts
// it, than to give a volume of the fixture to a server of the fixture. One that is to be deleted together with
// its server is the spare volume, and its attach is a right one.
func (g *guard) attachedAtWorst(p Pair, terminates bool) bool {
	f := g.fixture
	switch {
	case p.incomplete():
		return false
	case terminates:
		return p == Pair{f.SpareVolume, f.Server}
	case g.ownData(p.Volume):
		return p.Server == f.OtherServer || g.unused.has(p.Server)
	}
	return p.Volume == f.OSVolume && (p.Server == f.Server || p.Server == f.OtherServer)
}

// ownData reports whether a volume is one of the fixture's that are attached to its server alone.
func (g *guard) ownData(volume string) bool {
	return volume != "" && (volume == g.fixture.Volume || volume == g.fixture.SpareVolume)
}

// attachedServer is the server of an attach whose body is that and nothing else, and whether the volume is to be
// deleted together with the server.
func attachedServer(req *http.Request) (server string, terminates, named bool) {
	got, err := bodyOf(req)
	var asked volumes.AttachRequest
	if err != nil || json.Unmarshal(got, &asked) != nil {
		return "", false, false
	}
	id, err := json.Marshal(asked.ServerID)
	if err != nil {
		return "", false, false
	}
	for _, form := range []string{`{"server_id":%s}`, `{"delete_on_termination":null,"server_id":%s}`, `{"delete_on_termination":false,"server_id":%s}`} {
		if string(got) == fmt.Sprintf(form, id) {
			return asked.ServerID, false, true
		}
	}
	if string(got) == fmt.Sprintf(`{"delete_on_termination":true,"server_id":%s}`, id) {
		return asked.ServerID, true, true
	}
	return "", false, false
}

// bodyOf is the start of a body that can be read twice.
func bodyOf(req *http.Request) ([]byte, error) {
	if req.GetBody == nil {
		return nil, errors.New("the body can be read once only")
	}
	body, err := req.GetBody()
	if err != nil {
		return nil, err
	}
	defer body.Close()
	return io.ReadAll(io.LimitReader(body, maxEvidence))
}

// bodyNamesNothing reports whether a body is too short to name anything, with every other reading of it.
func (g *guard) bodyNamesNothing(req *http.Request) bool {
	const longest = 4
	body, err := bodyOf(req)
	return err == nil && len(body) <= longest && !slices.ContainsFunc(g.fixture.ids(), func(id string) bool {
		return id != "" && bytes.Contains(body, []byte(id))
	})
}

// bodyNamesOwnServer reports whether a body, however it is read, names the fixture's server or nothing, and asks
// for no deletion, and for no other method.
func (g *guard) bodyNamesOwnServer(req *http.Request) bool {
	const longest = 200
	body, err := bodyOf(req)
	if err != nil || len(body) > longest || g.fixture.Server == "" || bytes.Contains(body, []byte("true")) || bytes.Contains(bytes.ToLower(body), []byte("method")) {
		return false
	}
	rest := strings.ReplaceAll(string(body), g.fixture.Server, "")
	return !looksLikeID.MatchString(rest) && !slices.ContainsFunc(g.fixture.ids(), func(id string) bool {
		return id != "" && strings.Contains(rest, id)
	})
}

// attachable are the pairs that may be attached and detached.
func (g *guard) attachable() []Pair {
	return slices.DeleteFunc([]Pair{
		{g.fixture.Volume, g.fixture.Server},
		{g.fixture.SpareVolume, g.fixture.Server},
		{g.fixture.SharedVolume, g.fixture.Server},
		{g.fixture.SharedVolume, g.fixture.OtherServer},
	}, Pair.incomplete)
}

// detachable are the pairs that a detach may be asked for.
func (g *guard) detachable() []Pair {
	pairs := append(g.attachable(), slices.DeleteFunc([]Pair{
		{g.fixture.Volume, g.fixture.OtherServer}, // where it is not
		{g.fixture.SpareVolume, g.fixture.OtherServer},
		{g.fixture.Server, g.fixture.Volume}, // the wrong way round
		{g.fixture.Server, g.fixture.SpareVolume},
		{g.fixture.Volume, g.fixture.Volume}, // the volume in both places
		{g.fixture.SpareVolume, g.fixture.SpareVolume},
	}, Pair.incomplete)...)
	if g.harm == HarmDangerous { // a wrong endpoint lets the OS volume go, whichever of the servers is named
		pairs = append(pairs, slices.DeleteFunc([]Pair{
			{g.fixture.OSVolume, g.fixture.Server},
			{g.fixture.OSVolume, g.fixture.OtherServer},
		}, Pair.incomplete)...)
	}
	return pairs
}

// allowedHeaders are the headers that cases send. Another one could mean anything to a server: it could
// name another method, another path, or another volume.
var allowedHeaders = []string{
	signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp, signing.HeaderClientType,
	signing.HeaderAccountID, signing.HeaderAPIVersion, signing.HeaderLanguage,
	"Accept", "Accept-Encoding", "Authorization", "Content-Type", "Cookie", "Date", "User-Agent",
	"Scp-Access-Key",               // which names who asks, and nothing that could be changed
	"Forwarded", "X-Original-Host", // which name a host, as X-Forwarded-Host does
	"X-Access-Key", "X-Auth-Token", "X-Date", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
	"X-Real-Ip", "X-Scp-Accesskey", "X-Scp-Api-Version", "X-Scp-Signature", "X-Scp-Timestamp", "X-Signature",
	"X-Timestamp",
}

func (g *guard) unknownHeader(req *http.Request) string {
	for name, values := range req.Header {
		if !slices.Contains(allowedHeaders, http.CanonicalHeaderKey(name)) && !g.overridingHeader(req, name, values) {
			return name
		}
	}
	return ""
}
