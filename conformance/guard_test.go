package conformance

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// addedQuery is a query that names nothing.
const addedQuery = "force=true"

// The guard's tests know of these alone. Everything else is somebody's.
const (
	theVolume   = "aaaaaaaa-0000-4000-8000-000000000001"
	theServer   = "aaaaaaaa-0000-4000-8000-000000000002"
	theOSVolume = "aaaaaaaa-0000-4000-8000-000000000003"
	theShared   = "aaaaaaaa-0000-4000-8000-000000000004"
	otherServer = "aaaaaaaa-0000-4000-8000-000000000005"
	realVolume  = "bbbbbbbb-0000-4000-8000-000000000001" // in the account, and not named
	realServer  = "bbbbbbbb-0000-4000-8000-000000000002"

	toTheServer = `{"server_id":"` + theServer + `"}`
)

var named = Fixture{
	Volume: theVolume, Server: theServer, OSVolume: theOSVolume, SharedVolume: theShared, OtherServer: otherServer,
}

// wire is a server that counts the connections it gets, and a guard in front of it.
type wire struct {
	*httptest.Server
	connections atomic.Int32
	base        *http.Transport
	unused      *unusedIDs
}

func newWire(t *testing.T) *wire {
	t.Helper()
	w := &wire{base: &http.Transport{DisableKeepAlives: true}}
	var next atomic.Uint64
	w.unused = newUnusedIDs(func() uint64 { return next.Add(0x0123456789abcdef) })
	w.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	w.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			w.connections.Add(1)
		}
	}
	w.Start()
	t.Cleanup(w.Close)
	return w
}

func (w *wire) endpoint() signing.Endpoint {
	endpoint, _ := signing.ParseEndpoint(w.URL)
	return endpoint
}

func (w *wire) guard(harm Harm, fixture Fixture) *guard {
	return &guard{base: w.base, harm: harm, endpoint: w.endpoint(), fixture: fixture, unused: w.unused}
}

// trackedBody is a request's body that knows whether it was closed.
type trackedBody struct {
	io.Reader
	closed atomic.Bool
}

func (b *trackedBody) Close() error {
	b.closed.Store(true)
	return nil
}

// request is a request to the wire; {phantom} in it is an ID that exists nowhere.
func (w *wire) request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	for strings.Contains(target, "{phantom}") {
		target = strings.Replace(target, "{phantom}", w.unused.id(), 1)
	}
	req, err := http.NewRequestWithContext(t.Context(), method, w.URL+target, nil)
	require.NoError(t, err)
	for strings.Contains(body, "{phantom}") {
		body = strings.Replace(body, "{phantom}", w.unused.id(), 1)
	}
	if body != "" {
		req.Body = &trackedBody{Reader: strings.NewReader(body)}
		req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(body)), nil }
		req.ContentLength = int64(len(body))
	}
	return req
}

// requireHeld sends a request that must not go out: no connection is made, the error has its type, and
// the body is closed.
func (w *wire) requireHeld(t *testing.T, g *guard, req *http.Request) {
	t.Helper()
	before := w.connections.Load()
	resp, err := g.RoundTrip(req)
	if resp != nil {
		resp.Body.Close()
	}
	var held *GuardError
	require.ErrorAs(t, err, &held, "%s %s was let out", req.Method, req.URL)
	assert.Equal(t, req.Method, held.Method)
	assert.Equal(t, req.URL.Redacted(), held.URL)
	assert.Equal(t, g.harm, held.Harm)
	assert.NotEmpty(t, held.Why)
	assert.Equal(t, before, w.connections.Load(), "a connection was made")
	if body, ok := req.Body.(*trackedBody); ok {
		assert.True(t, body.closed.Load(), "the body was left open")
	}
}

func (w *wire) requireLetOut(t *testing.T, g *guard, req *http.Request) {
	t.Helper()
	before := w.connections.Load()
	resp, err := g.RoundTrip(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	assert.Equal(t, before+1, w.connections.Load())
}

var classes = []Harm{HarmReads, HarmRefused, HarmDetaches, HarmDangerous}

// never is beyond every class.
const never = HarmDangerous + 1

// TestGuard holds the least class that a request is let out for, with all named. No class before that
// lets it out, and every one from there on does.
func TestGuard(t *testing.T) {
	const nobody = ""
	w := newWire(t)
	for _, c := range []struct {
		name         string
		method, path string
		body         string
		from         Harm
	}{
		{"list versions", http.MethodGet, "/", nobody, HarmReads},
		{"look at the list of versions", http.MethodHead, "/", nobody, HarmRefused},
		{"post to the list of versions", http.MethodPost, "/", nobody, HarmRefused},
		{"post something to the list of versions", http.MethodPost, "/", toTheServer, never},
		{"put the list of versions", http.MethodPut, "/", nobody, HarmRefused},
		{"put something beside the list of versions", http.MethodPut, "//", nobody, never},
		{"show a volume", http.MethodGet, "/v1/volumes/" + theVolume, nobody, HarmReads},
		{"show another volume", http.MethodGet, "/v1/volumes/" + realVolume, nobody, HarmReads},

		{"detach what exists nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}", nobody, HarmRefused},
		{"detach nowhere from ..", http.MethodDelete, "/v1/volumes/{phantom}/servers/..", nobody, HarmRefused},
		{"detach nowhere from .", http.MethodDelete, "/v1/volumes/{phantom}/servers/.", nobody, HarmRefused},
		{"detach nowhere from empty", http.MethodDelete, "/v1/volumes/{phantom}/servers/", nobody, HarmRefused},
		{"detach .. from nowhere", http.MethodDelete, "/v1/volumes/../servers/{phantom}", nobody, HarmRefused},
		{"detach . from nowhere", http.MethodDelete, "/v1/volumes/./servers/{phantom}", nobody, HarmRefused},
		{"detach empty from nowhere", http.MethodDelete, "/v1/volumes//servers/{phantom}", nobody, HarmRefused},
		{"delete a volume that is nowhere", http.MethodDelete, "/v1/volumes/{phantom}", nobody, HarmRefused},

		{"detach the volume", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer, nobody, HarmDetaches},
		{"detach nowhere from the server", http.MethodDelete, "/v1/volumes/{phantom}/servers/" + theServer, nobody, HarmDetaches},
		{"detach the volume from nowhere", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/{phantom}", nobody, HarmDetaches},
		{"detach the volume from where it is not", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + otherServer, nobody, HarmDetaches},
		{"detach the two the wrong way round", http.MethodDelete, "/v1/volumes/" + theServer + "/servers/" + theVolume, nobody, HarmDetaches},
		{"detach the shared volume", http.MethodDelete, "/v1/volumes/" + theShared + "/servers/" + theServer, nobody, HarmDetaches},
		{"detach the shared volume from the other", http.MethodDelete, "/v1/volumes/" + theShared + "/servers/" + otherServer, nobody, HarmDetaches},
		{"attach the shared volume to the other", http.MethodPost, "/v1/volumes/" + theShared + "/servers", `{"server_id":"` + otherServer + `"}`, HarmDetaches},
		{"attach the volume", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", toTheServer, HarmDetaches},

		{"detach the OS volume", http.MethodDelete, "/v1/volumes/" + theOSVolume + "/servers/" + theServer, nobody, HarmDangerous},

		// What deletes.
		{"delete a volume", http.MethodDelete, "/v1/volumes/" + realVolume, nobody, never},
		{"delete the named volume", http.MethodDelete, "/v1/volumes/" + theVolume, nobody, never},
		{"delete the named OS volume", http.MethodDelete, "/v1/volumes/" + theOSVolume, nobody, never},
		{"delete a server", http.MethodDelete, "/v1/servers/" + realServer, nobody, never},
		{"delete the named server", http.MethodDelete, "/v1/servers/" + theServer, nobody, never},
		{"delete all volumes", http.MethodDelete, "/v1/volumes", nobody, never},
		{"delete all volumes, slash", http.MethodDelete, "/v1/volumes/", nobody, never},
		{"delete all servers", http.MethodDelete, "/v1/servers", nobody, never},
		{"delete everything", http.MethodDelete, "/", nobody, never},
		{"delete all servers by way of empty", http.MethodDelete, "/v1/volumes//servers/", nobody, never},
		{"delete all servers by way of ..", http.MethodDelete, "/v1/volumes/../servers/", nobody, never},
		{"delete all volumes by way of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/..", nobody, never},
		{"delete all volumes by way of nowhere, twice", http.MethodDelete, "/v1/volumes/{phantom}/servers/../..", nobody, never},
		{"delete another resource", http.MethodDelete, "/v1/images/{phantom}", nobody, never},

		// What turns into that when it is cleaned or decoded.
		{"detach a volume from ..", http.MethodDelete, "/v1/volumes/" + realVolume + "/servers/..", nobody, never},
		{"detach the volume from ..", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/..", nobody, never},
		{"detach the volume from .", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/.", nobody, never},
		{"detach the volume from empty, on this machine", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/", nobody, HarmDangerous},
		{"detach the volume from nothing, on this machine", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers", nobody, HarmDangerous},
		{"detach .. from the server", http.MethodDelete, "/v1/volumes/../servers/" + theServer, nobody, never},
		{"detach . from the server", http.MethodDelete, "/v1/volumes/./servers/" + theServer, nobody, never},
		{"detach empty from the server", http.MethodDelete, "/v1/volumes//servers/" + theServer, nobody, never},
		{"encoded ..", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/%2e%2e", nobody, never},
		{"half encoded ..", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/%2e.", nobody, never},
		{"twice encoded ..", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/%252e%252e", nobody, never},
		{"encoded .. for a volume", http.MethodDelete, "/v1/volumes/%2E%2E/servers/" + theServer, nobody, never},
		{"the detach and ..", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "/..", nobody, never},
		{"the detach and ../..", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "/../..", nobody, never},
		{"the detach and a slash", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "/", nobody, HarmDangerous},
		{"the detach after two slashes", http.MethodDelete, "//v1/volumes/" + theVolume + "/servers/" + theServer, nobody, never},
		{"the detach with two slashes", http.MethodDelete, "/v1//volumes/" + theVolume + "/servers/" + theServer, nobody, never},
		{"the detach in another case", http.MethodDelete, "/V1/volumes/" + theVolume + "/servers/" + theServer, nobody, HarmDangerous},
		{"the detach with a letter encoded", http.MethodDelete, "/v1/volumes/%61" + theVolume[1:] + "/servers/" + theServer, nobody, HarmDangerous},
		{"nowhere, then a volume", http.MethodDelete, "/v1/volumes/{phantom}/../" + realVolume, nobody, never},
		{"a volume behind encoded slashes", http.MethodDelete, "/v1/volumes/{phantom}%2f..%2f" + realVolume, nobody, never},
		{"a volume behind twice encoded slashes", http.MethodDelete, "/v1/volumes/{phantom}%252f..%252f" + realVolume, nobody, never},
		{"a volume behind backslashes", http.MethodDelete, `/v1/volumes/{phantom}%5c..%5c` + realVolume, nobody, never},
		{"a volume and a parameter", http.MethodDelete, "/v1/volumes/" + theVolume + ";x=/servers/" + theServer, nobody, never},
		{"a volume and NUL", http.MethodDelete, "/v1/volumes/" + theVolume + "%00/servers/" + theServer, nobody, never},
		{"nowhere and NUL", http.MethodDelete, "/v1/volumes/{phantom}%00/servers/{phantom}", nobody, never},
		{"a volume as a word", http.MethodDelete, "/v1/" + realVolume + "/{phantom}/servers/{phantom}", nobody, never},

		// What a lenient server takes for a detach of the volume: a dangerous case may ask for it.
		{"a prefix of the volume", http.MethodDelete, "/v1/volumes/" + theVolume[:13] + "/servers/" + theServer, nobody, HarmDangerous},
		{"the volume in upper case", http.MethodDelete, "/v1/volumes/" + strings.ToUpper(theVolume) + "/servers/" + theServer, nobody, HarmDangerous},
		{"the volume without hyphens", http.MethodDelete, "/v1/volumes/" + strings.ReplaceAll(theVolume, "-", "") + "/servers/" + theServer, nobody, HarmDangerous},
		{"the volume in braces", http.MethodDelete, "/v1/volumes/%7B" + theVolume + "%7D/servers/" + theServer, nobody, HarmDangerous},
		{"the volume from any server", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/*", nobody, HarmDangerous},
		{"the volume from a prefix of the server", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer[:13], nobody, HarmDangerous},
		{"any volume", http.MethodDelete, "/v1/volumes/*/servers/" + theServer, nobody, never},
		{"too short a prefix of the volume", http.MethodDelete, "/v1/volumes/" + theVolume[:7] + "/servers/" + theServer, nobody, never},
		{"two prefixes", http.MethodDelete, "/v1/volumes/" + theVolume[:13] + "/servers/" + theServer[:13], nobody, never},
		{"the OS volume in upper case", http.MethodDelete, "/v1/volumes/" + strings.ToUpper(theOSVolume[:8]) + "x/servers/" + realServer, nobody, never},
		{"the volume cut at a semicolon", http.MethodDelete, "/v1/volumes/" + theVolume + ";/servers/" + theServer, nobody, never},
		{"the server cut at a semicolon", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + ";x", nobody, HarmDangerous},
		{"the detach and a segment", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "/x", nobody, never},

		// Methods that no operation has.
		{"HEAD of what is unused", http.MethodHead, "/v1/volumes/{phantom}/servers/{phantom}", nobody, HarmRefused},
		{"HEAD of the detach", http.MethodHead, "/v1/volumes/" + theVolume + "/servers/" + theServer, nobody, HarmDangerous},
		{"GET of the detach", http.MethodGet, "/v1/volumes/" + theVolume + "/servers/" + theServer, nobody, HarmDangerous},
		{"POST of the detach", http.MethodPost, "/v1/volumes/" + theVolume + "/servers/" + theServer, nobody, HarmDangerous},
		{"attach what is unused", http.MethodPost, "/v1/volumes/{phantom}/servers", `{"server_id":"{phantom}"}`, HarmRefused},
		{"attach what is unused to the server", http.MethodPost, "/v1/volumes/{phantom}/servers", toTheServer, never},

		// What is somebody else's.
		{"detach another volume", http.MethodDelete, "/v1/volumes/" + realVolume + "/servers/" + theServer, nobody, never},
		{"detach the volume from another server", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + realServer, nobody, never},
		{"detach another volume from nowhere", http.MethodDelete, "/v1/volumes/" + realVolume + "/servers/{phantom}", nobody, never},
		{"detach nowhere from another server", http.MethodDelete, "/v1/volumes/{phantom}/servers/" + realServer, nobody, never},
		{"detach the OS volume from another server", http.MethodDelete, "/v1/volumes/" + theOSVolume + "/servers/" + realServer, nobody, never},
		{"detach the OS volume from the other server", http.MethodDelete, "/v1/volumes/" + theOSVolume + "/servers/" + otherServer, nobody, HarmDangerous},
		{"detach the OS volume from nowhere", http.MethodDelete, "/v1/volumes/" + theOSVolume + "/servers/{phantom}", nobody, never},
		{"attach the volume to the other server", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"server_id":"` + otherServer + `"}`, HarmDangerous},
		{"attach the volume to nowhere", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"server_id":"{phantom}"}`, HarmDangerous},
		{"attach the volume with a flag of null", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"delete_on_termination":null,"server_id":"` + theServer + `"}`, HarmDetaches},
		{"attach the volume for as long as the server lives", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"delete_on_termination":true,"server_id":"` + theServer + `"}`, never},
		{"attach the volume under another key", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"Server_ID":"` + theServer + `"}`, HarmDangerous},
		{"attach the volume in a list", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"server_id":["` + theServer + `"]}`, HarmDangerous},
		{"attach the volume to another server in a list", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"server_id":["` + realServer + `"]}`, never},
		{"attach the volume to the other server in a list", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"server_id":["` + otherServer + `"]}`, never},
		{"attach the volume, with a flag that is a text", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"delete_on_termination":"true","server_id":"` + theServer + `"}`, never},
		{"attach another volume to nothing", http.MethodPost, "/v1/volumes/" + realVolume + "/servers", `{}`, never},
		{"attach the OS volume to nothing", http.MethodPost, "/v1/volumes/" + theOSVolume + "/servers", `{}`, never},
		{"attach the OS volume to another server", http.MethodPost, "/v1/volumes/" + theOSVolume + "/servers", `{"server_id":"` + realServer + `"}`, never},
		{"attach another volume", http.MethodPost, "/v1/volumes/" + realVolume + "/servers", toTheServer, never},
		{"attach the OS volume", http.MethodPost, "/v1/volumes/" + theOSVolume + "/servers", toTheServer, HarmDangerous},
		{"attach to another server", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{"server_id":"` + realServer + `"}`, never},
		{"attach to no server", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `{}`, HarmDangerous},
		{"attach with no JSON", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", `server`, HarmDangerous},
		{"attach without a body", http.MethodPost, "/v1/volumes/" + theVolume + "/servers", nobody, never},
		{"create a volume", http.MethodPost, "/v1/volumes", toTheServer, never},
		{"create a server", http.MethodPost, "/v1/servers", toTheServer, never},
		{"stop the server", http.MethodPost, "/v1/servers/" + theServer + "/stop", toTheServer, never},
		{"attach by way of ..", http.MethodPost, "/v1/volumes/" + theVolume + "/servers/../servers", toTheServer, never},
		{"attach with a letter encoded", http.MethodPost, "/v1/volumes/%61" + theVolume[1:] + "/servers", toTheServer, never},

		// What says more than method and path.
		{"the query of the suite, of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}?" + addedQuery, nobody, HarmRefused},
		{"the query of the suite on a detach", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "?" + addedQuery, nobody, never},
		{"the query of the suite and more", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}?" + addedQuery + "&id=" + realVolume, nobody, never},
		{"an encoded query of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}?id=%61" + theVolume[1:], nobody, never},
		{"a query on a detach", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "?volume_id=" + realVolume, nobody, never},
		{"a query on a detach of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}?id=" + realVolume, nobody, never},
		{"a query without a meaning on a detach", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "?a=1", nobody, HarmDetaches},
		{"a query without a meaning on a deletion", http.MethodDelete, "/v1/volumes/" + theVolume + "?a=1", nobody, never},
		{"an empty query on a detach", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer + "?", nobody, never},
		{"a long query of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}?a=" + strings.Repeat("z", 998), nobody, HarmRefused},
		{"too long a query of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}?a=" + strings.Repeat("z", 999), nobody, never},
		{"a query on the list of versions", http.MethodGet, "/?x=y", nobody, HarmReads},
		{"an empty query on the list of versions", http.MethodGet, "/?", nobody, HarmReads},
		{"an ID on the list of versions", http.MethodGet, "/?id=" + realVolume, nobody, never},
		{"a query on a read", http.MethodGet, "/v1/volumes/" + theVolume + "?x=y", nobody, never},
		{"attach what is unused with no JSON", http.MethodPost, "/v1/volumes/{phantom}/servers", `{`, HarmRefused},
		{"attach what is unused to no server", http.MethodPost, "/v1/volumes/{phantom}/servers", `{}`, HarmRefused},
		{"attach what is unused with more than nothing", http.MethodPost, "/v1/volumes/{phantom}/servers", `{"a":`, never},
		{"a query on an attach", http.MethodPost, "/v1/volumes/" + theVolume + "/servers?_method=DELETE", toTheServer, never},
		{"a body on a detach", http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer, `{"ids":["` + realVolume + `"]}`, never},
		{"a body on a detach of nowhere", http.MethodDelete, "/v1/volumes/{phantom}/servers/{phantom}", toTheServer, never},
		{"a body on a read", http.MethodGet, "/v1/volumes/" + theVolume, toTheServer, never},

		{"PUT", http.MethodPut, "/v1/volumes/{phantom}", toTheServer, never},
		{"PATCH", http.MethodPatch, "/v1/volumes/" + theVolume, toTheServer, never},
		{"OPTIONS", http.MethodOptions, "/", nobody, never},
		{"CONNECT", http.MethodConnect, "/", nobody, never},
		{"delete in small letters", "delete", "/v1/volumes/{phantom}/servers/{phantom}", nobody, never},
		{"PURGE", "PURGE", "/v1/volumes/{phantom}", nobody, never},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, harm := range classes {
				g, req := w.guard(harm, named), w.request(t, c.method, c.path, c.body)
				if harm < c.from {
					w.requireHeld(t, g, req)
				} else {
					w.requireLetOut(t, g, req)
				}
			}
		})
	}
}

// TestGuardAltered changes requests, as cases do after they were signed, in ways that the path does not
// show. Without the change each of them would go out.
func TestGuardAltered(t *testing.T) {
	w := newWire(t)
	other := newWire(t)
	const phantoms = "/v1/volumes/{phantom}/servers/{phantom}"
	for _, c := range []struct {
		name         string
		method, path string
		alter        func(*http.Request)
	}{
		{"nothing", http.MethodDelete, phantoms, nil},
		{"opaque path", http.MethodDelete, phantoms, func(r *http.Request) { r.URL.Opaque = "/v1/volumes/" + realVolume }},
		{"opaque URL", http.MethodDelete, phantoms, func(r *http.Request) { r.URL.Opaque = "//" + r.URL.Host + "/v1/volumes/" + realVolume }},
		{"opaque read", http.MethodGet, "/", func(r *http.Request) { r.URL.Opaque = "//" + other.Listener.Addr().String() + "/" }},
		{"raw path", http.MethodDelete, phantoms, func(r *http.Request) { r.URL.RawPath = r.URL.Path + "%2f..%2f.."; r.URL.Path += "/../.." }},
		{"another host", http.MethodDelete, phantoms, func(r *http.Request) { r.URL.Host = other.Listener.Addr().String() }},
		{"another host to read", http.MethodGet, "/", func(r *http.Request) { r.URL.Host = other.Listener.Addr().String() }},
		{"another Host header", http.MethodDelete, phantoms, func(r *http.Request) { r.Host = "volumes.example" }},
		{"another scheme", http.MethodDelete, phantoms, func(r *http.Request) { r.URL.Scheme = "https" }},
		{"method override", http.MethodGet, "/v1/volumes/" + realVolume, func(r *http.Request) { r.Header.Set("X-HTTP-Method-Override", "DELETE") }},
		{"method override, Microsoft's", http.MethodGet, "/v1/volumes/" + realVolume, func(r *http.Request) { r.Header.Set("X-HTTP-Method", "DELETE") }},
		{"method override, IBM's", http.MethodGet, "/v1/volumes/" + realVolume, func(r *http.Request) { r.Header.Set("X-Method-Override", "DELETE") }},
		{"method override by hand", http.MethodGet, "/v1/volumes/" + realVolume, func(r *http.Request) {
			r.Header["x-http-method-override"] = []string{"DELETE"}
		}},
		{"another method", http.MethodGet, "/v1/volumes/" + realVolume, func(r *http.Request) { r.Method = http.MethodDelete }},
	} {
		t.Run(c.name, func(t *testing.T) {
			g, req := w.guard(HarmRefused, named), w.request(t, c.method, c.path, "")
			if c.alter == nil {
				w.requireLetOut(t, g, req)
				return
			}
			c.alter(req)
			w.requireHeld(t, g, req)
			assert.Zero(t, other.connections.Load())
		})
	}
}

// TestGuardUnnamed has a fixture of which something, or all, was not named, or was named as what is no
// ID. It opens nothing.
func TestGuardUnnamed(t *testing.T) {
	w := newWire(t)
	for _, fixture := range []Fixture{
		{},
		{Server: theServer},
		{Volume: theVolume},
		{Volume: "*", Server: "*", OSVolume: "*"},
		{Volume: ".", Server: ".", OSVolume: "."},
		{Volume: "..", Server: "..", OSVolume: ".."},
		{Volume: "x/..", Server: "x/..", OSVolume: "x/.."},
		{SharedVolume: theShared},
		{OtherServer: otherServer},
	} {
		bodies := map[string][]string{
			http.MethodDelete: {""},
			http.MethodPost:   {`{}`, `{"server_id":""}`, `{"server_id":"` + fixture.Server + `"}`, `{"server_id":"` + realServer + `"}`, toTheServer},
		}
		for _, c := range []struct{ method, path string }{
			{http.MethodDelete, "/v1/volumes//servers/"},
			{http.MethodDelete, "/v1/volumes/" + realVolume + "/servers/" + realServer},
			{http.MethodDelete, "/v1/volumes/" + realVolume + "/servers/" + theServer},
			{http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + realServer},
			{http.MethodDelete, "/v1/volumes/" + theVolume + "/servers/" + theServer},
			{http.MethodDelete, "/v1/volumes/*/servers/*"},
			{http.MethodDelete, "/v1/volumes/" + realVolume + "/servers/" + fixture.Server},
			{http.MethodDelete, "/v1/volumes/" + fixture.Volume + "/servers/" + realServer},
			{http.MethodPost, "/v1/volumes//servers"},
			{http.MethodPost, "/v1/volumes/servers"},
			{http.MethodPost, "/v1/volumes/../servers"},
			{http.MethodPost, "/v1/volumes/" + realVolume + "/servers"},
			{http.MethodPost, "/v1/volumes/" + theVolume + "/servers"},
			{http.MethodPost, "/v1/volumes/" + theShared + "/servers"},
			{http.MethodPost, "/v1/servers"},
		} {
			t.Run(fmt.Sprintf("%+v/%s %s", fixture, c.method, c.path), func(t *testing.T) {
				for _, body := range bodies[c.method] {
					for _, harm := range classes {
						w.requireHeld(t, w.guard(harm, fixture), w.request(t, c.method, c.path, body))
					}
				}
			})
		}
	}
}

// TestGuardAttack makes up paths from what could be in one, and from the ways to hide it. Whatever is let
// out at most deletes nothing but what exists nowhere, however a server reads it.
func TestGuardAttack(t *testing.T) {
	w := newWire(t)
	phantom := w.unused.id()
	pieces := []string{
		"", ".", "..", "v1", "volumes", "servers", phantom, realVolume, realServer, theVolume, theServer, theShared,
		"%2e%2e", "%2F", phantom + "%2f" + realVolume, "..%2f" + realVolume, "*",
	}
	detachOfNamed := "/v1/volumes/" + theVolume + "/servers/" + theServer
	var letOut, held int
	harm := HarmDetaches
	try := func(segments ...string) {
		raw := "/" + strings.Join(segments, "/")
		u, err := url.Parse(w.URL + raw)
		require.NoError(t, err)
		g := w.guard(harm, named)
		g.endpoint, u.Scheme, u.Host = live, "https", "virtualserver.example"
		if g.objection(&http.Request{Method: http.MethodDelete, URL: u}) != "" {
			held++
			return
		}
		letOut++
		for _, reading := range readings(raw) {
			parts := strings.Split(reading, "/")
			touchesReal := slices.ContainsFunc(parts, func(s string) bool {
				return strings.Contains(s, realVolume) || strings.Contains(s, realServer)
			})
			touchesNamed := slices.ContainsFunc(parts, func(s string) bool {
				return strings.Contains(s, theVolume) || strings.Contains(s, theServer) || strings.Contains(s, theShared)
			})
			isDetach := regexp.MustCompile(`^/v1/volumes/[^/]+/servers/[^/]+(/|/` + phantom + `)?$`).MatchString(reading)
			switch {
			case touchesReal:
				t.Errorf("%s was let out; it may be %s, which is somebody else's", raw, reading)
			case touchesNamed && !isDetach:
				t.Errorf("%s was let out; it may be %s, which is no detach", raw, reading)
			case !touchesNamed && !slices.Contains(parts, phantom):
				t.Errorf("%s was let out; it may be %s, which is everything", raw, reading)
			}
		}
	}
	for _, harm = range []Harm{HarmDetaches, HarmDangerous} {
		for _, a := range pieces {
			for _, b := range pieces {
				for _, head := range []string{"volumes", "servers"} {
					try("v1", head, a)
					try("v1", head, a, b)
					for _, c := range pieces {
						try("v1", head, a, b, c)
						try("v1", head, a, "servers", b, c)
					}
				}
			}
		}
		try(strings.Split(detachOfNamed, "/")[1:]...)
	}
	assert.Positive(t, letOut)
	assert.Greater(t, held, letOut)
}

// readings are the ways in which servers and proxies may read a raw path: decoded once or twice, and
// cleaned before, between or after.
func readings(raw string) []string {
	list := []string{raw, path.Clean(raw)}
	for range 2 {
		for _, reading := range slices.Clone(list) {
			if decoded, err := url.PathUnescape(reading); err == nil {
				list = append(list, decoded, path.Clean(decoded))
			}
		}
	}
	return list
}

// TestUnusedIDs makes IDs in the form of those that exist, the same from the same numbers, each once.
func TestUnusedIDs(t *testing.T) {
	ids := func(seed uint64) []string {
		n := newUnusedIDs(func() uint64 { seed = seed*6364136223846793005 + 1442695040888963407; return seed })
		var list []string
		for range 100 {
			id := n.id()
			assert.True(t, n.has(id))
			list = append(list, id)
		}
		assert.False(t, n.has(realVolume))
		assert.False(t, n.has(""))
		return list
	}
	first := ids(7)
	assert.Equal(t, first, ids(7))
	assert.NotEqual(t, first, ids(8))
	slices.Sort(first)
	assert.Len(t, slices.Compact(first), 100)
	for _, id := range first {
		assert.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, id)
	}
}

func TestGuardErrorSaysWhat(t *testing.T) {
	w := newWire(t)
	_, err := w.guard(HarmRefused, named).RoundTrip(w.request(t, http.MethodDelete, "/v1/volumes/"+realVolume, ""))
	require.Error(t, err)
	var held *GuardError
	require.True(t, errors.As(err, &held))
	assert.Contains(t, err.Error(), "DELETE")
	assert.Contains(t, err.Error(), realVolume)
	assert.Contains(t, err.Error(), `"refused"`)
	assert.Contains(t, err.Error(), held.Why)
}
