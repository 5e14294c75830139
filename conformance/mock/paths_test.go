package mock_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// TestRawPaths sends paths that other servers clean, decode or redirect. Cleaning would turn some of the
// detaches into the deletion of a volume or a server.
func TestRawPaths(t *testing.T) {
	const volume, server = mock.VolumeID, mock.ServerID
	s := serve(t)
	before := s.world()
	for name, path := range map[string]string{
		"server ..":                 "/v1/volumes/" + volume + "/servers/..",
		"server .":                  "/v1/volumes/" + volume + "/servers/.",
		"server empty":              "/v1/volumes/" + volume + "/servers/",
		"server three dots":         "/v1/volumes/" + volume + "/servers/...",
		"volume ..":                 "/v1/volumes/../servers/" + server,
		"volume .":                  "/v1/volumes/./servers/" + server,
		"volume empty":              "/v1/volumes//servers/" + server,
		"both ..":                   "/v1/volumes/../servers/..",
		"both empty":                "/v1/volumes//servers/",
		"encoded ..":                "/v1/volumes/" + volume + "/servers/%2e%2e",
		"encoded .. in capitals":    "/v1/volumes/%2E%2E/servers/" + server,
		"half encoded ..":           "/v1/volumes/" + volume + "/servers/.%2e",
		"twice encoded ..":          "/v1/volumes/" + volume + "/servers/%252e%252e",
		"trailing slash":            detachPath + "/",
		"trailing ..":               detachPath + "/..",
		"trailing ../..":            detachPath + "/../..",
		"there and back":            "/v1/volumes/" + volume + "/servers/../servers/" + server,
		"through the root":          "/v1/../v1/volumes/" + volume + "/servers/" + server,
		"double slash in front":     "/" + detachPath,
		"double slash within":       "/v1//volumes/" + volume + "/servers/" + server,
		"encoded slash in volume":   "/v1/volumes/" + volume + "%2Fx/servers/" + server,
		"encoded slash in server":   "/v1/volumes/" + volume + "/servers/" + server + "%2f..",
		"encoded slash to a volume": "/v1/volumes/x%2f..%2f" + volume + "/servers/" + server,
		"encoded separator":         "/v1/volumes/" + volume + "%2Fservers%2F" + server,
		"backslash":                 "/v1/volumes/" + volume + "/servers/..%5C" + server,
		"NUL":                       "/v1/volumes/" + volume + "/servers/" + server + "%00",
		"newline":                   "/v1/volumes/" + volume + "/servers/" + server + "%0A",
		"semicolon":                 "/v1/volumes/" + volume + ";x=y/servers/" + server,
		"very long":                 "/v1/volumes/" + strings.Repeat("a", 5000) + "/servers/" + server,
	} {
		for _, method := range []string{http.MethodDelete, http.MethodPost, http.MethodGet} {
			t.Run(name+"/"+method, func(t *testing.T) {
				got := s.ask(method, path)
				assert.True(t, got.status >= 400 && got.status < 500, "answered %d: %s", got.status, got.body)
				assert.Empty(t, got.header.Get("Location"))
				assert.Equal(t, before, s.world())
			})
		}
	}
}

// TestMalformedIDs tells malformed IDs from unknown ones.
func TestMalformedIDs(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct{ id, want string }{
		"unknown":       {unusedID, "There is no server"},
		"a word":        {"null", "There is no server"},
		"empty":         {"", "malformed"},
		"dot":           {".", "malformed"},
		"two dots":      {"..", "malformed"},
		"three dots":    {"...", "malformed"},
		"encoded dots":  {"%2e%2e", "malformed"},
		"encoded slash": {"a%2fb", "malformed"},
		"backslash":     {"a%5cb", "malformed"},
		"NUL":           {"a%00b", "malformed"},
		"long":          {strings.Repeat("a", 256), "malformed"},
		"just fits":     {strings.Repeat("a", 255), "There is no server"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.ask(http.MethodDelete, "/v1/volumes/"+mock.VolumeID+"/servers/"+c.id)
			require.Equal(t, http.StatusBadRequest, got.status)
			requireError(t, got, "ValidationError")
			assert.Contains(t, string(got.body), c.want)
		})
	}
}

// TestEncodedID percent-encodes a character that needs no encoding: the ID is the same.
func TestEncodedID(t *testing.T) {
	s := serve(t)
	encoded := strings.Replace(detachPath, "-", "%2D", 1)
	require.Equal(t, http.StatusAccepted, s.ask(http.MethodDelete, encoded).status)
	s.requireVolume(mock.VolumeID, mock.StateAvailable)
}
