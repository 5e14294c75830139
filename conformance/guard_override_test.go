package conformance

import (
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// live is an endpoint that is not on this machine.
var live, _ = signing.ParseEndpoint("https://virtualserver.example")

const ownDetachPath = "/v1/volumes/" + theVolume + "/servers/" + theServer

// TestGuardOverrides: a dangerous case may say in a header, a query or a body what a lenient server takes in place
// of the method or of an ID, where that is the fixture's own detach at worst, and nothing else.
func TestGuardOverrides(t *testing.T) {
	const (
		ofNowhere   = "/v1/volumes/{phantom}/servers/" + theServer
		fromNowhere = "/v1/volumes/" + theVolume + "/servers/{phantom}"
		another     = "/v1/volumes/" + realVolume + "/servers/" + theServer
	)
	w := newWire(t)
	for _, c := range []struct {
		name, method, path, header, body string
		out                              bool
	}{
		{name: "an attach to the server in capitals", method: "POST", path: "/v1/volumes/" + theVolume + "/servers", body: `{"server_id":"` + strings.ToUpper(theServer) + `"}`, out: true},
		{name: "an attach to the server and more", method: "POST", path: "/v1/volumes/" + theVolume + "/servers", body: `{"server_id":"` + theServer + `x"}`, out: true},
		{name: "an attach to another server that begins alike", method: "POST", path: "/v1/volumes/" + theVolume + "/servers", body: `{"server_id":"` + theServer[:8] + `-0000-4000-8000-00000000ffff"}`},
		{name: "an attach of another volume to the server in capitals", method: "POST", path: "/v1/volumes/" + realVolume + "/servers", body: `{"server_id":"` + strings.ToUpper(theServer) + `"}`},
		{name: "an attach to the server and a path", method: "POST", path: "/v1/volumes/" + theVolume + "/servers", body: `{"server_id":"` + theServer + `/.."}`},

		{name: "another method in a header", method: "POST", path: ownDetachPath, header: "X-HTTP-Method-Override: DELETE", out: true},
		{name: "another method in a header of GET", method: "GET", path: ownDetachPath, header: "X-HTTP-Method: DELETE", out: true},
		{name: "another method in a query", method: "POST", path: ownDetachPath + "?_method=DELETE", out: true},
		{name: "another method in a form", method: "POST", path: ownDetachPath, body: "_method=DELETE", out: true},
		{name: "an unknown method", method: "DETACH", path: ownDetachPath, out: true},
		{name: "delete in small letters", method: "delete", path: ownDetachPath, out: true},
		{name: "the server in a query", method: "DELETE", path: fromNowhere + "?server_id=" + theServer, out: true},
		{name: "the volume in a query", method: "DELETE", path: ofNowhere + "?id=" + theVolume, out: true},
		{name: "the server in a body", method: "DELETE", path: fromNowhere, body: `{"server_id":"` + theServer + `"}`, out: true},
		{name: "the volume in a body", method: "DELETE", path: ofNowhere, body: `{"volume_id":"` + theVolume + `"}`, out: true},

		{name: "a header that makes it another method", method: "POST", path: ownDetachPath, header: "X-HTTP-Method-Override: PUT"},
		{name: "a header on the volume alone", method: "GET", path: "/v1/volumes/" + theVolume, header: "X-HTTP-Method-Override: DELETE"},
		{name: "a header on an attach", method: "POST", path: "/v1/volumes/" + theVolume + "/servers", header: "X-HTTP-Method-Override: DELETE", body: toTheServer},
		{name: "a header on another volume", method: "POST", path: another, header: "X-HTTP-Method-Override: DELETE"},
		{name: "a header that names another path", method: "POST", path: ownDetachPath, header: "X-Original-URL: /v1/volumes/" + theVolume},
		{name: "a query on the volume alone", method: "GET", path: "/v1/volumes/" + theVolume + "?_method=DELETE"},
		{name: "a query on the OS volume", method: "POST", path: "/v1/volumes/" + theOSVolume + "/servers/" + theServer + "?_method=DELETE"},
		{name: "a query with more", method: "POST", path: ownDetachPath + "?_method=DELETE&id=" + realVolume},
		{name: "a form with more", method: "POST", path: ownDetachPath, body: "_method=DELETE&id=" + realVolume},
		{name: "a form on an attach", method: "POST", path: "/v1/volumes/" + theVolume + "/servers", body: "_method=DELETE"},
		{name: "a form on PUT", method: "PUT", path: ownDetachPath, body: "_method=DELETE"},
		{name: "CONNECT", method: "CONNECT", path: ownDetachPath},
		{name: "a method with a sign in it", method: "DELETE*", path: ownDetachPath},
		{name: "an unknown method, of another volume", method: "DETACH", path: another},
		{name: "an unknown method, of the volume alone", method: "DETACH", path: "/v1/volumes/" + theVolume},
		{name: "another server in a query", method: "DELETE", path: fromNowhere + "?server_id=" + realServer},
		{name: "another volume in a query", method: "DELETE", path: ofNowhere + "?id=" + realVolume},
		{name: "the OS volume in a query", method: "DELETE", path: ofNowhere + "?id=" + theOSVolume},
		{name: "the volume in the query of another", method: "DELETE", path: another + "?id=" + theVolume},
		{name: "two in a query", method: "DELETE", path: ofNowhere + "?id=" + theVolume + "&id=" + realVolume},
		{name: "a word in a query", method: "DELETE", path: ofNowhere + "?force=" + theVolume},
		{name: "a query and a body", method: "DELETE", path: ofNowhere + "?id=" + theVolume, body: `{"volume_id":"` + realVolume + `"}`},
		{name: "a query on the path of the server", method: "DELETE", path: "/v1/servers/" + theServer + "?id=" + theVolume},
		{name: "a query on the path of nowhere alone", method: "DELETE", path: "/v1/volumes/{phantom}?id=" + theVolume},
		{name: "another server in a body", method: "DELETE", path: fromNowhere, body: `{"server_id":"` + realServer + `"}`},
		{name: "a body with more", method: "DELETE", path: fromNowhere, body: `{"server_id":"` + theServer + `","delete":true}`},
		{name: "a body on the detach", method: "DELETE", path: ownDetachPath, body: `{"volume_id":"` + theVolume + `"}`},
		{name: "a body on GET", method: "GET", path: "/v1/volumes/" + theVolume, body: `{"volume_id":"` + theVolume + `"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, harm := range classes {
				req := w.request(t, c.method, c.path, c.body)
				if name, value, found := strings.Cut(c.header, ": "); found {
					req.Header.Set(name, value)
				}
				if c.out && harm == HarmDangerous {
					w.requireLetOut(t, w.guard(harm, named), req)
				} else {
					w.requireHeld(t, w.guard(harm, named), req)
				}
			}
		})
	}
}

// TestGuardReads: a read may name a version in its query, and be of any path that is no detach.
func TestGuardReads(t *testing.T) {
	w := newWire(t)
	for path, out := range map[string]bool{
		"/v1/volumes/" + theVolume + "?api-version=1.3":                     true,
		"/v1/volumes/" + theVolume + "?version=virtualserver%201.3":         true,
		"/v1/volumes/" + theVolume + "?version=1.3&_method=DELETE":          false,
		"/v1/volumes/" + theVolume + "?version=DELETE":                      false,
		"/v1/volumes/" + theVolume + "/x?version=1.3":                       false,
		"/api/v1/volumes/" + theVolume:                                      true,
		"/v1/volumes/" + theVolume + "%23x":                                 true,
		"/v1/volumes/" + realVolume + "/servers/" + realServer:              false,
		"/v1/volumes/" + theVolume + "%2Fservers%2F" + theServer:            false,
		"/v1/volumes/" + theVolume + "%252Fservers%252F" + theServer:        false,
		"/v1/volumes/" + theVolume + "/SERVERS/" + theServer:                false,
		"/v1/volume/" + theVolume + "/server/" + theServer:                  false,
		"/v1/volumes/" + realVolume + "/servers/" + theServer + "?version=": false,
	} {
		t.Run(path, func(t *testing.T) {
			if out {
				w.requireLetOut(t, w.guard(HarmReads, named), w.request(t, http.MethodGet, path, ""))
			} else {
				w.requireHeld(t, w.guard(HarmReads, named), w.request(t, http.MethodGet, path, ""))
			}
		})
	}
}

// TestGuardAllServers: what deletes the volume where a router drops what it does not know is for a server on this
// machine.
func TestGuardAllServers(t *testing.T) {
	w := newWire(t)
	for _, end := range []string{"", "/", "%2F" + theServer, "%5C" + theServer} {
		req := w.request(t, http.MethodDelete, "/v1/volumes/"+theVolume+"/servers"+end, "")
		w.requireHeld(t, w.guard(HarmDetaches, named), req)
		w.requireLetOut(t, w.guard(HarmDangerous, named), req)
		g := w.guard(HarmDangerous, named)
		g.endpoint, req.URL.Scheme, req.URL.Host, req.Host = live, "https", "virtualserver.example", ""
		w.requireHeld(t, g, req)
	}
}

// TestGuardCuts puts everything at which a careless server may cut or split a path between any two characters of
// the detach of the fixture, of a few paths around it, and of what comes behind them. Whatever is let out is that
// detach, or nothing, in every reading.
func TestGuardCuts(t *testing.T) {
	w := newWire(t)
	g := w.guard(HarmDangerous, named)
	g.endpoint = live
	detach := regexp.MustCompile(`(?i)volumes?/[^/]+/servers?/[^/]+(?:/|/x(?:=1)?)?$`)
	deletion := regexp.MustCompile(`(?i)(?:^|/)(?:volumes?|servers?)(?:/[^/]*)?/?$`)
	signs := []string{
		";", "%3B", "%23", "%3F", "%00", "%0A", "%0D%0A", "%2F", "%5C", "/", "//", "/./", "/../", "/..", "%2e%2e", "%2F..%2F", "..;/",
		"%252F", "%2500", "%2523", "%253F", "%09", "%20", ",", "&", "=", "x",
	}
	letOut, held := 0, 0
	try := func(raw string) {
		u, err := url.Parse("https://virtualserver.example" + raw)
		require.NoError(t, err)
		if g.objection(&http.Request{Method: http.MethodDelete, URL: u}) != "" {
			held++
			return
		}
		letOut++
		for _, reading := range cuts(raw) {
			if !detach.MatchString(reading) && (deletion.MatchString(reading) || strings.Contains(reading, realVolume)) {
				t.Fatalf("%s was let out; it may be %s, which is no detach", raw, reading)
			}
		}
	}
	for _, base := range []string{
		ownDetachPath, "/volumes/" + theVolume + "/servers/" + theServer, "/api" + ownDetachPath, "/v1/volume/" + theVolume + "/server/" + theServer,
		"/v1%2Fvolumes/" + theVolume + "/servers/" + theServer, "/v1/volumes/" + theVolume, "/v1/volumes/" + theVolume + "/servers",
	} {
		for i := 1; i <= len(base); i++ {
			if strings.Contains(base[max(0, i-2):i], "%") {
				continue // an encoded character stays whole
			}
			for _, sign := range signs {
				try(base[:i] + sign + base[i:])
				if i < len(base) && base[i] != '%' {
					try(base[:i] + sign + base[i+1:]) // in place of a character
				}
				if i == len(base) {
					try(base + sign + "x")
					try(base + sign + realVolume)
				}
			}
		}
	}
	assert.Greater(t, letOut, 50)
	assert.Greater(t, held, 10*letOut)
}

// cuts are the readings of a path, each cut at every sign that ends a path or a segment somewhere, with
// backslashes for slashes.
func cuts(raw string) []string {
	list := readings(raw)
	for _, reading := range slices.Clone(list) {
		for _, sign := range []string{";", "#", "?", "\x00", "\n", "\r"} {
			start, rest, found := strings.Cut(reading, sign)
			if !found {
				continue
			}
			list = append(list, start)
			if _, behind, found := strings.Cut(rest, "/"); found { // cut out of its segment
				list = append(list, start+"/"+behind)
			}
		}
		slashes := strings.ReplaceAll(reading, `\`, "/")
		list = append(list, slashes, path.Clean(slashes))
	}
	return list
}
