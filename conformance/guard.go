package conformance

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"

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
	switch req.Method {
	case http.MethodGet:
		if g.harm < HarmDangerous && detachPath.MatchString(req.URL.EscapedPath()) && g.touches(req.URL) {
			return "a wrong server could take it for a detach"
		}
		return ""
	case http.MethodDelete:
		return g.objectionToDetach(req.URL)
	case http.MethodPost:
		if path := req.URL.EscapedPath(); path != "/" && !detachPath.MatchString(path) {
			return g.objectionToAttach(req)
		}
	}
	return g.objectionToMethod(req)
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
	case req.Method != http.MethodDelete && (req.URL.RawQuery != "" || req.URL.ForceQuery) && !g.listsVersions(req):
		return "a query could name what the path does not"
	case req.Method != http.MethodPost && hasBody:
		return "a body could name what the path does not"
	}
	return ""
}

// listsVersions reports whether a request asks for the list of versions, with a query that names nothing.
func (g *guard) listsVersions(req *http.Request) bool {
	path := req.URL.EscapedPath()
	return req.Method == http.MethodGet && (path == "" || path == "/") && g.namesNothing(req.URL.RawQuery)
}

func (g *guard) elsewhere(req *http.Request) bool {
	return req.URL.Scheme+"://"+req.URL.Host != g.endpoint.String() || req.Host != "" && req.Host != req.URL.Host
}

// objectionToMethod judges a method that is none of an operation, on the path of a detach: whatever is
// asked there, a wrong server detaches at worst.
func (g *guard) objectionToMethod(req *http.Request) string {
	hasBody := req.Body != nil && req.Body != http.NoBody
	switch {
	case hasBody, !slices.Contains([]string{http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodPatch}, req.Method):
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
	return g.objectionToDetach(req.URL)
}

// objectionToAttach judges a POST.
func (g *guard) objectionToAttach(req *http.Request) string {
	ids := attachPath.FindStringSubmatch(req.URL.EscapedPath())
	if ids == nil {
		return "the path has to be an attach and nothing else"
	}
	server, named := attachedServer(req)
	switch {
	case !named && g.unused.has(ids[1]) && g.harm >= HarmRefused && g.bodyNamesNothing(req):
		return "" // a body that is none, for a volume that is none
	case g.unused.has(ids[1]) && g.unused.has(server):
		if g.harm < HarmRefused {
			return "a case that reads attaches nothing"
		}
		return ""
	case g.harm < HarmDetaches:
		return "attaching changes an account"
	case !slices.Contains(g.attachable(), Pair{ids[1], server}):
		return "the fixture does not name this volume to be attached to this server"
	}
	return ""
}

// attachedServer is the server of an attach whose body is that and nothing else.
func attachedServer(req *http.Request) (server string, named bool) {
	got, err := bodyOf(req)
	var asked volumes.AttachRequest
	if err != nil || json.Unmarshal(got, &asked) != nil {
		return "", false
	}
	want, err := json.Marshal(volumes.AttachRequest{ServerID: asked.ServerID})
	if err != nil || !bytes.Equal(got, want) {
		return "", false
	}
	return asked.ServerID, true
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
	for name := range req.Header {
		if !slices.Contains(allowedHeaders, http.CanonicalHeaderKey(name)) {
			return name
		}
	}
	return ""
}

// objectionToDetach takes a DELETE for what it may be at worst. Where every reading of the path, raw,
// decoded and cleaned, is made of unused IDs, there is nothing that could be deleted. A path with a real
// ID in it has to be a detach in the one reading there is; a dangerous case may write one of its two IDs
// in a way that a lenient server takes for it.
func (g *guard) objectionToDetach(u *url.URL) string {
	raw := u.EscapedPath()
	if !g.touches(u) && g.namesNothing(u.RawQuery) {
		if g.harm < HarmRefused {
			return "a case that reads deletes nothing"
		}
		return ""
	}
	if u.RawQuery != "" || u.ForceQuery {
		return "a query could name what the path does not"
	}
	if ids := detachPath.FindStringSubmatch(raw); ids != nil {
		if why := g.objectionToPair(Pair{ids[1], ids[2]}); why == "" || g.harm < HarmDangerous {
			return why
		}
	}
	if g.harm == HarmDangerous && (g.lenientDetach(raw) || g.longerDetach(raw)) {
		return ""
	}
	return "with anything in it that may exist, it has to be a detach of the fixture and nothing else"
}

// objectionToPair judges a detach of IDs of which one may exist at least.
func (g *guard) objectionToPair(p Pair) string {
	own := slices.DeleteFunc([]string{g.fixture.Volume, g.fixture.SpareVolume}, func(id string) bool { return id == "" })
	switch {
	case g.harm < HarmDetaches:
		return "one of the IDs may exist"
	case slices.Contains(g.detachable(), p):
		return ""
	case g.unused.has(p.Volume) && p.Server == g.fixture.Server, slices.Contains(own, p.Volume) && g.unused.has(p.Server):
		return ""
	}
	return "the fixture names neither this volume nor this server"
}

// touches reports whether a path may name something that exists, in any reading.
func (g *guard) touches(u *url.URL) bool {
	raw := u.EscapedPath()
	return slices.ContainsFunc([]string{raw, path.Clean(raw), u.Path, path.Clean(u.Path)}, g.touchesSomething)
}

// touchesSomething reports whether a path has a segment in it that is neither a word of the API nor
// known to be unused, or has words alone, which could be all the volumes there are.
func (g *guard) touchesSomething(reading string) bool {
	named := false
	for segment := range strings.SplitSeq(reading, "/") {
		if segment != "" && slices.Contains(g.fixture.ids(), segment) {
			return true // whatever a case declared
		}
		word := slices.Contains([]string{"", "v1", "volumes", "servers", ".", ".."}, segment)
		if !word && !g.unused.has(segment) {
			return true
		}
		named = named || !word
	}
	return !named
}

// namesNothing reports whether a query holds nothing that could be an ID.
func (g *guard) namesNothing(query string) bool {
	// Many a gateway bounds a query at some hundred bytes; a case asks with one that is longer. What names
	// nothing in 200 bytes names nothing in a thousand: every one of them is looked at.
	const longest = 1000
	return len(query) <= longest && !looksLikeID.MatchString(query) &&
		!slices.ContainsFunc(g.fixture.ids(), func(id string) bool { return id != "" && strings.Contains(query, id) })
}

// looksLikeID finds what could be an ID of this API: a UUID begins with eight hexadecimal digits.
var looksLikeID = regexp.MustCompile(`[0-9A-Fa-f]{8}`)

// lenientDetach reports whether a raw path is a detach of the fixture's volume from its server for a
// server that reads words, or one of the two IDs, leniently: and for no server anything else.
func (g *guard) lenientDetach(raw string) bool {
	raw = strings.TrimSuffix(raw, "/")
	segments := strings.Split(raw, "/")
	if len(segments) != len([]string{"", "v1", "volumes", "", "servers", ""}) || segments[0] != "" {
		return false
	}
	for i, word := range map[int]string{1: "v1", 2: "volumes", 4: "servers"} {
		if !strings.EqualFold(segments[i], word) {
			return false
		}
	}
	volume, server := segments[3], segments[5]
	exactVolume := plainID.MatchString(volume) && slices.Contains([]string{g.fixture.Volume, g.fixture.SpareVolume}, volume)
	exactServer := plainID.MatchString(server) && server == g.fixture.Server
	switch {
	case exactVolume && exactServer:
		return true
	case exactVolume:
		// At worst this one volume is detached. A server that somebody else may have is not named. A control
		// character behind the server is cut off, or all that follows it: either way that is the detach.
		if id, _, found := strings.Cut(server, "%"); found && id == g.fixture.Server {
			server = controls.ReplaceAllString(server, "")
		}
		return oneSegment(server) && (resembles(server, g.fixture.Server) || !looksLikeID.MatchString(letters(server)))
	case exactServer:
		// Cut at a semicolon, the path would be that of the volume alone.
		return !strings.Contains(decoded(volume), ";") &&
			(resembles(volume, g.fixture.Volume) || resembles(volume, g.fixture.SpareVolume))
	}
	return false
}

// longerDetach is the path of a detach, or the same of another version, and a segment behind it.
var longerDetach = regexp.MustCompile(`^/v[12]/volumes/([0-9A-Za-z_-]+)/servers/([0-9A-Za-z_-]+)(?:/([0-9A-Za-z_-]+))?$`)

// longerDetach reports whether a raw path is a detach of the fixture's volume from its server for a server
// that drops what is behind it, or the version before it. What is behind it has to be an unused ID: a
// server that reads that finds nothing.
func (g *guard) longerDetach(raw string) bool {
	found := longerDetach.FindStringSubmatch(raw)
	if found == nil {
		return false
	}
	p, end := Pair{found[1], found[2]}, found[3]
	own := []Pair{{g.fixture.Volume, g.fixture.Server}, {g.fixture.SpareVolume, g.fixture.Server}}
	return slices.Contains(own, p) && !p.incomplete() && (end == "" || looksLikeID.MatchString(end) && g.unused.has(end))
}

// controls are control characters, percent-encoded.
var controls = regexp.MustCompile(`%(?:[01][0-9A-Fa-f]|7[Ff])`)

// resembles reports whether a segment is another way to write an ID: it begins like it, or lacks no more
// than its first few characters, or is the number that a UUID is, in another notation. It is one segment
// however often it is decoded.
func resembles(segment, id string) bool {
	const begins, few = 8, 4
	own, asked := letters(id), letters(segment)
	switch {
	case len(own) < begins || !oneSegment(segment):
		return false
	case strings.Contains(asked, own[:begins]), len(own) > 2*begins && len(asked) >= len(own)-few && strings.HasSuffix(own, asked):
		return true
	}
	return slices.Contains(notations(id), segment)
}

// notations are the ways to write the number that a UUID is without its first group: decimal, in base64,
// and in the byte order of Windows.
func notations(id string) []string {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return nil
	}
	list := []string{new(big.Int).SetBytes(b).String(), base64.RawURLEncoding.EncodeToString(b)}
	slices.Reverse(b[0:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	return append(list, fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// letters are the letters and digits of a text that may be percent-encoded, in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(decoded(text)))
}

// decoded is a text after all its percent-encoding is undone, however deep.
func decoded(text string) string {
	for range 3 {
		plain, err := url.PathUnescape(text)
		if err != nil || plain == text {
			break
		}
		text = plain
	}
	return text
}

// oneSegment reports whether a segment stays one, and stays a name, however often it is decoded.
func oneSegment(segment string) bool {
	for _, reading := range []string{segment, decoded(segment)} {
		if strings.ContainsAny(reading, `/\?#`) || strings.Trim(reading, ". ") == "" || strings.ContainsFunc(reading, unicode.IsControl) {
			return false
		}
	}
	return true
}
