package conformance

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
)

// What a lenient server takes in place of the method, the IDs or the version that a request has in the right
// place. A case may send these with what is the fixture's own: the guard knows each by its name, one at a time.

// ownDetach reports whether a URL is that of a detach of the fixture's volume from its server, in a class that may
// ask for it in any way: whatever a wrong server makes of a request there, it detaches at worst.
func (g *guard) ownDetach(u *url.URL) bool {
	ids := detachPath.FindStringSubmatch(u.EscapedPath())
	return g.harm == HarmDangerous && ids != nil && slices.Contains(g.own(), Pair{ids[1], ids[2]})
}

// overridingHeaders name another method than that of the request.
var overridingHeaders = []string{"X-Http-Method-Override", "X-Http-Method", "X-Method-Override"}

func (g *guard) overridingHeader(req *http.Request, name string, values []string) bool {
	return slices.Contains(overridingHeaders, http.CanonicalHeaderKey(name)) && slices.Equal(values, []string{http.MethodDelete}) &&
		g.ownDetach(req.URL)
}

// overridingMethod is the query or the form that does so.
var overridingMethod = regexp.MustCompile(`^(?:_method|_httpmethod|http_method)=DELETE$`)

func (g *guard) overridesMethod(req *http.Request, text string) bool {
	return overridingMethod.MatchString(text) && g.ownDetach(req.URL)
}

// versionQuery names a version, and nothing else.
var versionQuery = regexp.MustCompile(`(?i)^(?:(?:scp[-_])?api[-_]?)?version=(?:virtualserver(?:%20|\+))?\d{1,2}\.\d{1,2}$`)

// showPath is the path that shows a volume.
var showPath = regexp.MustCompile(`^/v1/volumes/[0-9A-Za-z_-]+$`)

// versionInQuery reports whether a request shows a volume, and names a version in its query.
func (g *guard) versionInQuery(req *http.Request) bool {
	return req.Method == http.MethodGet && showPath.MatchString(req.URL.EscapedPath()) && versionQuery.MatchString(req.URL.RawQuery)
}

// The names of what a query or a body may say in place of the path.
var (
	volumeNames = []string{"volume_id", "volumeId", "volume", "id"}
	serverNames = []string{"server_id", "serverId", "server"}
)

// namesOwnElsewhere reports whether a DELETE has an unused ID in the place of one of the fixture's, and that one
// in its query, or in a body of JSON: with either it is the fixture's own detach at worst.
func (g *guard) namesOwnElsewhere(req *http.Request) bool {
	ids := detachPath.FindStringSubmatch(req.URL.EscapedPath())
	if g.harm < HarmDangerous || req.Method != http.MethodDelete || ids == nil {
		return false
	}
	unused := func(id string) bool { return looksLikeID.MatchString(id) && g.unused.has(id) }
	return slices.ContainsFunc(g.own(), func(p Pair) bool {
		return ids[1] == p.Volume && unused(ids[2]) && saysOnly(req, serverNames, p.Server) ||
			ids[2] == p.Server && unused(ids[1]) && saysOnly(req, volumeNames, p.Volume)
	})
}

// saysOnly reports whether a request has one parameter beside its path, by one of several names, in its query or
// in its body.
func saysOnly(req *http.Request, names []string, value string) bool {
	if !hasBody(req) {
		return slices.ContainsFunc(names, func(name string) bool { return req.URL.RawQuery == name+"="+value })
	}
	body, err := bodyOf(req)
	return err == nil && req.URL.RawQuery == "" && !req.URL.ForceQuery &&
		slices.ContainsFunc(names, func(name string) bool { return string(body) == fmt.Sprintf(`{%q:%q}`, name, value) })
}
