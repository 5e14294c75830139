package conformance

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

// objectionToDetach takes a DELETE for what it may be at worst. Where every reading of the path, raw,
// decoded and cleaned, is made of unused IDs, there is nothing that could be deleted. A path with a real
// ID in it has to be a detach in the one reading there is; a dangerous case may write one of its two IDs
// in a way that a lenient server takes for it.
func (g *guard) objectionToDetach(req *http.Request) string {
	u := req.URL
	raw := u.EscapedPath()
	if g.namesOwnElsewhere(req) {
		return ""
	}
	if !g.touches(u) && g.namesNothing(u.RawQuery) {
		if g.harm < HarmRefused {
			return "a case that reads deletes nothing"
		}
		return ""
	}
	if (u.RawQuery != "" || u.ForceQuery) && (u.RawQuery != meaninglessQuery || !detachPath.MatchString(raw)) {
		return "a query could name what the path does not"
	}
	if ids := detachPath.FindStringSubmatch(raw); ids != nil {
		if why := g.objectionToPair(Pair{ids[1], ids[2]}); why == "" || g.harm < HarmDangerous {
			return why
		}
	}
	if g.harm == HarmDangerous && (g.lenientDetach(raw) || g.longerDetach(raw) || g.otherDetach(raw)) {
		return ""
	}
	return "with anything in it that may exist, it has to be a detach of the fixture and nothing else"
}

// meaninglessQuery is the one query that a detach of what exists may have.
const meaninglessQuery = "a=1"

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
	return len(query) <= longest && !slices.ContainsFunc([]string{query, decodedLoosely(query)}, func(reading string) bool {
		return looksLikeID.MatchString(reading) ||
			slices.ContainsFunc(g.fixture.ids(), func(id string) bool { return id != "" && strings.Contains(reading, id) })
	})
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
		// At worst this one volume is detached. A server that somebody else may have is not named.
		if tail, behind := strings.CutPrefix(server, g.fixture.Server); behind && cutOff.MatchString(tail) {
			return true
		}
		start, _, _ := strings.Cut(decoded(server), ";") // cut there, something has to be left
		return oneSegment(start) && oneSegment(server) && (resembles(server, g.fixture.Server) || !looksLikeID.MatchString(letters(server)))
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
	return slices.Contains(g.own(), p) && (end == "" || looksLikeID.MatchString(end) && g.unused.has(end))
}

// cutOff is what may follow the ID of the server: a character at which a careless server cuts a path, and
// a letter or so. Cut there, or taken for the end of a segment, the path is that of the detach.
var cutOff = regexp.MustCompile(`(?i)^(?:%(?:[01][0-9a-f]|7f|2f|5c|23|3b|3f))+(?:x(?:=1)?)?$`)

// otherDetaches are paths that a router takes for that of a detach which is lenient in what comes before it, in
// its words, or in what separates them. Cut, decoded or cleaned in any way, they are nothing else.
var otherDetaches = []*regexp.Regexp{
	regexp.MustCompile(`^(?:/(?:api|openapi|virtualserver|v\d+(?:\.\d+)?)){0,2}/volumes/([0-9A-Za-z_-]+)/servers/([0-9A-Za-z_-]+)$`),
	regexp.MustCompile(`^/v1/volume/([0-9A-Za-z_-]+)/server/([0-9A-Za-z_-]+)$`),
	regexp.MustCompile(`^/v1(?:%2F|%5C)volumes/([0-9A-Za-z_-]+)/servers/([0-9A-Za-z_-]+)$`),
	regexp.MustCompile(`^/v1%2Fvolumes%2F([0-9A-Za-z_-]+)%2Fservers%2F([0-9A-Za-z_-]+)$`),
	regexp.MustCompile(`^/v1%5Cvolumes%5C([0-9A-Za-z_-]+)%5Cservers%5C([0-9A-Za-z_-]+)$`),
}

// allServers is the path of all the servers of a volume. A router that drops what it does not know takes it for
// that of the volume, and deletes the volume: only a server that is under test on this machine is asked for it.
var allServers = regexp.MustCompile(`^/v1/volumes/([0-9A-Za-z_-]+)/servers(?:/|(?:%2F|%5C)([0-9A-Za-z_-]+))?$`)

// otherDetach reports whether a raw path is another one that may be read as the detach of the fixture's volume
// from its server.
func (g *guard) otherDetach(raw string) bool {
	if ids := allServers.FindStringSubmatch(raw); ids != nil && g.endpoint.Loopback() {
		return slices.ContainsFunc(g.own(), func(p Pair) bool { return ids[1] == p.Volume && (ids[2] == "" || ids[2] == p.Server) })
	}
	return slices.ContainsFunc(otherDetaches, func(form *regexp.Regexp) bool {
		ids := form.FindStringSubmatch(raw)
		return ids != nil && slices.Contains(g.own(), Pair{ids[1], ids[2]})
	})
}

// own are the pairs that a dangerous case may write in other ways.
func (g *guard) own() []Pair {
	return slices.DeleteFunc([]Pair{
		{g.fixture.Volume, g.fixture.Server},
		{g.fixture.SpareVolume, g.fixture.Server},
	}, func(p Pair) bool { return !plainID.MatchString(p.Volume) || !plainID.MatchString(p.Server) })
}
