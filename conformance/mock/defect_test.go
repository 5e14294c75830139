package mock_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// broken serves a mock with a defect.
func broken(t *testing.T, name string, opts ...mock.Option) *served {
	t.Helper()
	d, err := mock.DefectByName(name)
	require.NoError(t, err)
	return serve(t, append(opts, mock.WithDefect(d))...)
}

func TestDefects(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range mock.Defects() {
		t.Run(d.Name, func(t *testing.T) {
			assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, d.Name)
			assert.False(t, seen[d.Name], "the name is taken")
			assert.NotEmpty(t, d.Summary)
			assert.False(t, strings.HasSuffix(d.Summary, "."), "a summary is no sentence")
			got, err := mock.DefectByName(d.Name)
			require.NoError(t, err)
			assert.Equal(t, d.Summary, got.Summary)
		})
		seen[d.Name] = true
	}
	_, err := mock.DefectByName("no-such-thing")
	assert.ErrorContains(t, err, `"no-such-thing"`)
	assert.ErrorContains(t, err, "--list-defects")
}

// TestLenientIDs writes the ID of a volume and of its server in ways that a strict server refuses, and a
// lenient one accepts.
func TestLenientIDs(t *testing.T) {
	escape := url.PathEscape
	written := map[string]func(id string) string{
		"any-case":        strings.ToUpper,
		"trimmed":         func(id string) string { return escape(" " + id + "\t") },
		"decoded-twice":   func(id string) string { return strings.ReplaceAll(id, "-", "%252D") },
		"cut":             func(id string) string { return id + ";x=y" },
		"longer":          func(id string) string { return id + "0" },
		"within":          func(id string) string { return "x" + id + "x" },
		"shorter":         func(id string) string { return id[:13] },
		"wildcard":        func(id string) string { return id[:8] + escape("*") },
		"sql-wildcard":    func(id string) string { return escape(id[:8] + "%") },
		"list":            func(id string) string { return unusedID + "," + id },
		"without-hyphens": func(id string) string { return strings.ReplaceAll(id, "-", "") },
		"in-braces":       func(id string) string { return escape("{" + id + "}") },
		"urn":             func(id string) string { return escape("urn:uuid:" + id) },
		"quoted":          func(id string) string { return escape(`"` + id + `"`) },
		"extension":       func(id string) string { return id + ".json" },
		"matrix":          func(id string) string { return escape(id + ";v=1") },
		"semicolon-list":  func(id string) string { return escape(unusedID + ";" + id) },
		"action":          func(id string) string { return id + ":detach" },
		"first-group":     func(id string) string { return id[:8] },
		"all-but-last":    func(id string) string { return id[:len(id)-1] + "Z" },
		"cleaned":         func(id string) string { return escape("<" + id + ">") },
		"zero-width":      func(id string) string { return escape("\u200b" + id) },
		"full-width":      func(id string) string { return escape(string(rune(id[0])+'！'-'!') + id[1:]) },
		"hyphens-ignored": func(id string) string { return id[:4] + "-" + strings.ReplaceAll(id[4:], "-", "") },
		"underscores":     func(id string) string { return strings.ReplaceAll(id, "-", "_") },
		"number":          func(id string) string { return new(big.Int).SetBytes(uuid(id)).String() },
		"base64":          func(id string) string { return base64.RawURLEncoding.EncodeToString(uuid(id)) },
		"guid-bytes": func(id string) string {
			b := uuid(id)
			return fmt.Sprintf("%02x%02x%02x%02x-%02x%02x-%02x%02x-%x-%x", b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8:10], b[10:])
		},
		"hexadecimal":  func(id string) string { return "0x" + strings.ReplaceAll(id, "-", "") },
		"json-list":    func(id string) string { return escape(`["` + id + `"]`) },
		"regexp":       func(id string) string { return escape(id[:8] + ".+") },
		"named":        func(id string) string { return escape("id=" + id) },
		"after-prefix": func(id string) string { return "vol-" + id },
		"kind":         func(id string) string { return "volume:" + id },
		"fragment":     func(id string) string { return id + "%23x" },
		"query":        func(id string) string { return id + "%3Fx=1" },
		"segment":      func(id string) string { return id + "%2Fx" },
		"backslash":    func(id string) string { return id + "%5C" },
		"null":         func(id string) string { return id + "%00" },
		"line":         func(id string) string { return id + "%0A" },
		"unslashed":    func(id string) string { return "%5C" + id },
	}
	families := 0
	for _, d := range mock.Defects() {
		if strings.HasPrefix(d.Name, "server-id-") && !slices.Contains([]string{"server-id-any-word", "server-id-of-volume", "server-id-device"}, d.Name) {
			families++
		}
	}
	require.Len(t, written, families, "every way has an example")
	for name, write := range written {
		for what, path := range map[string]string{
			"volume": "/v1/volumes/" + write(mock.VolumeID) + "/servers/" + mock.ServerID,
			"server": "/v1/volumes/" + mock.VolumeID + "/servers/" + write(mock.ServerID),
		} {
			if _, err := mock.DefectByName(what + "-id-" + name); err != nil {
				continue // of the server's ID only
			}
			t.Run(what+"-id-"+name, func(t *testing.T) {
				strict := serve(t)
				assert.Equal(t, http.StatusBadRequest, strict.ask(http.MethodDelete, path).status)
				strict.requireVolume(mock.VolumeID, mock.StateInUse, mock.ServerID)

				lenient := broken(t, what+"-id-"+name)
				require.Equal(t, http.StatusAccepted, lenient.ask(http.MethodDelete, path).status)
				lenient.requireVolume(mock.VolumeID, mock.StateAvailable)
			})
		}
	}
}

// TestLenientlyShown shows a volume by what a strict server knows no volume by.
func TestLenientlyShown(t *testing.T) {
	const id = mock.VolumeID
	for name, path := range map[string]string{
		"any-case": strings.ToUpper(id), "trimmed": id + "%20", "longer": id + "0", "shorter": id[:13], "wildcard": id[:8] + "*",
		"kind": "vol-" + id, "name": "data", "matrix": id + ";v=1", "semicolon-list": id + ";" + unusedID, "fragment": id + "%23x",
		"query": id + "%3F", "segment": id + "%2Fx", "backslash": id + "%5Cx", "null": id + "%00", "line": id + "%0A", "unslashed": id[:4] + "%5C" + id[4:],
	} {
		t.Run(name, func(t *testing.T) {
			assert.GreaterOrEqual(t, serve(t).ask(http.MethodGet, "/v1/volumes/"+path).status, 400)
			lenient := broken(t, "shown-id-"+name).ask(http.MethodGet, "/v1/volumes/"+path)
			require.Equal(t, http.StatusOK, lenient.status)
			assert.Equal(t, id, fields(t, lenient.body)["id"])
		})
	}
}

// TestLenientlyAttached attaches to a server whose ID is written in another way.
func TestLenientlyAttached(t *testing.T) {
	for name, server := range map[string]string{
		"any-case": strings.ToUpper(mock.ServerID), "trimmed": " " + mock.ServerID, "cut": mock.ServerID + "x",
	} {
		t.Run(name, func(t *testing.T) {
			ask := func(s *served) int {
				return s.send(s.sign(s.request(http.MethodPost, "/v1/volumes/"+mock.SpareID+"/servers", `{"server_id":"`+server+`"}`), credentials)).status
			}
			assert.Equal(t, http.StatusBadRequest, ask(serve(t)))
			lenient := broken(t, "attach-id-"+name)
			require.Equal(t, http.StatusAccepted, ask(lenient))
			lenient.requireVolume(mock.SpareID, mock.StateInUse, mock.ServerID)
		})
	}
}

// TestRouted sends what a strict server refuses, and what a server that reads path, method or parameters leniently
// takes for a detach.
func TestRouted(t *testing.T) {
	const own, servers = "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.ServerID, "/v1/volumes/" + mock.VolumeID + "/servers"
	header := func(name string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, http.MethodDelete) }
	}
	for _, tt := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
	}{
		{name: "path-no-version", method: "DELETE", path: strings.TrimPrefix(own, "/v1")},
		{name: "path-any-version", method: "DELETE", path: "/v1.3" + strings.TrimPrefix(own, "/v1")},
		{name: "path-any-prefix", method: "DELETE", path: "/api" + own},
		{name: "path-singular", method: "DELETE", path: strings.NewReplacer("volumes", "volume", "servers", "server").Replace(own)},
		{name: "path-slash-encoded", method: "DELETE", path: "/v1%2Fvolumes" + strings.TrimPrefix(own, "/v1/volumes")},
		{name: "path-slash-encoded-last", method: "DELETE", path: servers + "%2F" + mock.ServerID},
		{name: "path-backslash", method: "DELETE", path: servers + "%5C" + mock.ServerID},
		{name: "path-all-servers", method: "DELETE", path: servers},
		{name: "method-any-case", method: "delete", path: own},
		{name: "method-begins", method: "DELETES", path: own},
		{name: "method-unknown", method: "FOO", path: own},
		{name: "method-remove", method: "REMOVE", path: own},
		{name: "method-in-header", method: "POST", path: own, change: header("X-HTTP-Method-Override")},
		{name: "method-in-header-of-get", method: "GET", path: own, change: header("X-HTTP-Method")},
		{name: "method-in-query", method: "POST", path: own + "?_method=DELETE"},
		{name: "method-in-form", method: "POST", path: own, body: "_method=DELETE"},
		{name: "server-in-query", method: "DELETE", path: servers + "/" + unusedID + "?server_id=" + mock.ServerID},
		{name: "server-in-query-camel", method: "DELETE", path: servers + "/" + unusedID + "?serverId=" + mock.ServerID},
		{name: "volume-in-query", method: "DELETE", path: strings.Replace(own, mock.VolumeID, unusedID, 1) + "?id=" + mock.VolumeID},
		{name: "server-in-body", method: "DELETE", path: servers + "/" + unusedID, body: `{"server_id":"` + mock.ServerID + `"}`},
		{name: "volume-in-body", method: "DELETE", path: strings.Replace(own, mock.VolumeID, unusedID, 1), body: `{"volume_id":"` + mock.VolumeID + `"}`},
		{name: "server-id-of-volume", method: "DELETE", path: servers + "/" + mock.VolumeID},
		{name: "server-id-device", method: "DELETE", path: servers + "/vdb"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ask := func(s *served) int {
				req := s.sign(s.request(tt.method, tt.path, tt.body), credentials)
				if tt.change != nil {
					tt.change(req)
				}
				return s.send(req).status
			}
			strict, lenient := serve(t), broken(t, tt.name)
			assert.GreaterOrEqual(t, ask(strict), 400)
			strict.requireVolume(mock.VolumeID, mock.StateInUse, mock.ServerID)
			require.Equal(t, http.StatusAccepted, ask(lenient))
			lenient.requireVolume(mock.VolumeID, mock.StateAvailable)
		})
	}
}

// uuid is the bytes that a UUID stands for.
func uuid(id string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil {
		panic(err)
	}
	return b
}

// shared is a detach of the shared volume, whose neighbour on the server is VolumeID.
const shared = "/v1/volumes/" + mock.SharedID + "/servers/" + mock.ServerID

// TestAftermath detaches the shared volume, and looks at the world at once and a while later.
func TestAftermath(t *testing.T) {
	type look func(*served) string
	volumeOf := func(id string) look {
		return func(s *served) string {
			got := s.ask(http.MethodGet, "/v1/volumes/"+id)
			if got.status != http.StatusOK {
				return fmt.Sprint(got.status)
			}
			v := s.show(id)
			var servers []string
			for _, at := range v.Servers {
				servers = append(servers, at.ID+*at.Device)
			}
			return fmt.Sprint(v.State, *v.Name, v.Size, v.VolumeType, *v.Encrypted, *v.Bootable, *v.Multiattach, servers)
		}
	}
	own, neighbour, os := volumeOf(mock.SharedID), volumeOf(mock.VolumeID), volumeOf(mock.OSVolumeID)
	for _, tt := range []struct {
		name  string
		look  look
		later bool
	}{
		{"stuck", own, false},
		{"renames", own, false},
		{"renames-later", own, true},
		{"resizes", own, false},
		{"decrypts", own, false},
		{"retypes", own, false},
		{"becomes-bootable", own, true},
		{"unshares", own, false},
		{"comes-back", own, true},
		{"vanishes", own, true},
		{"second-server-follows", own, true},
		{"takes-others-along", neighbour, false},
		{"neighbour-detached-later", neighbour, true},
		{"neighbour-renamed", neighbour, false},
		{"neighbour-renamed-later", neighbour, true},
		{"neighbour-resized", neighbour, false},
		{"neighbour-deleted", neighbour, true},
		{"neighbour-broken", neighbour, false},
		{"neighbour-moves-device", neighbour, false},
		{"os-volume-renamed", os, false},
		{"os-volume-leaves-later", os, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sound, faulty := serve(t, mock.WithDelay(delay)), broken(t, tt.name, mock.WithDelay(delay))
			for _, s := range []*served{sound, faulty} {
				require.Equal(t, http.StatusAccepted, s.ask(http.MethodDelete, shared).status)
				s.clock.advance(delay)
			}
			if tt.later {
				assert.Equal(t, tt.look(sound), tt.look(faulty), "nothing yet")
				faulty.clock.advance(time.Second)
			}
			assert.NotEqual(t, tt.look(sound), tt.look(faulty))
		})
	}
}

// TestRefusedButDone: the answer is that of a sound server, and the volume is detached all the same.
func TestRefusedButDone(t *testing.T) {
	const own = "/v1/volumes/" + mock.VolumeID + "/servers/"
	for _, tt := range []struct {
		name, path string
		spoil      func(*http.Request)
		volume     string
	}{
		{"os-volume-goes-silently", "/v1/volumes/" + mock.OSVolumeID + "/servers/" + mock.ServerID, nil, mock.OSVolumeID},
		{"refused-but-done", own + mock.OtherServerID, nil, mock.VolumeID},
		{"refused-done-unauthorized", own + mock.ServerID, func(r *http.Request) { r.Header.Set("Scp-Signature", "x") }, mock.VolumeID},
		{"refused-done-version", own + mock.ServerID, func(r *http.Request) { r.Header.Set("Scp-Api-Version", speaks("9.99")) }, mock.VolumeID},
		{"refused-done-server", own + unusedID, nil, mock.VolumeID},
		{"refused-done-malformed", own + "..", nil, mock.VolumeID},
		{"refused-done-os-volume", "/v1/volumes/" + mock.OSVolumeID + "/servers/" + mock.OtherServerID, nil, mock.OSVolumeID},
	} {
		ask := func(s *served) int {
			req := s.sign(s.request(http.MethodDelete, tt.path, ""), credentials)
			if tt.spoil != nil {
				tt.spoil(req)
			}
			return s.send(req).status
		}
		t.Run(tt.name, func(t *testing.T) {
			sound, faulty, later := serve(t), broken(t, tt.name), broken(t, tt.name+"-later")
			want := ask(sound)
			require.GreaterOrEqual(t, want, 400)
			sound.requireVolume(tt.volume, mock.StateInUse, mock.ServerID)

			assert.Equal(t, want, ask(faulty))
			faulty.requireVolume(tt.volume, mock.StateAvailable)

			assert.Equal(t, want, ask(later))
			later.requireVolume(tt.volume, mock.StateInUse, mock.ServerID)
			later.clock.advance(time.Second)
			later.requireVolume(tt.volume, mock.StateAvailable)
		})
	}
}

// TestDefectsKnowNoDefaultIDs: defects find volumes by what they are, in any world.
func TestDefectsKnowNoDefaultIDs(t *testing.T) {
	world := mock.World{Servers: []string{"s1", "s2"}, Volumes: []mock.Volume{
		{ID: "a", Servers: []string{"s1"}}, {ID: "b", Servers: []string{"s1"}}, {ID: "c"},
	}}
	s := broken(t, "volume-ignored", mock.WithWorld(world))
	require.Equal(t, http.StatusAccepted, s.detach("c", "s1"))
	s.requireVolume("a", mock.StateAvailable)

	s = broken(t, "shows-another", mock.WithWorld(world))
	assert.Equal(t, "b", fields(t, s.ask(http.MethodGet, "/v1/volumes/a").body)["id"])
}

// TestNoDetachOfWhatMayBeAnOSVolume: a careful detach does not take an absent bootable for false.
func TestNoDetachOfWhatMayBeAnOSVolume(t *testing.T) {
	d, err := mock.DefectByName("shows-no-bootable")
	require.NoError(t, err)
	service, err := mock.New([]signing.Credentials{credentials}, mock.WithDefect(d))
	require.NoError(t, err)
	server := httptest.NewServer(service)
	defer server.Close()
	err = detachAndWait(t.Context(), server.URL, credentials.AccessKey, credentials.SecretKey.Reveal(), mock.OSVolumeID, mock.ServerID)
	require.ErrorContains(t, err, "does not say whether an OS starts from it")
}
