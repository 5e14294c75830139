package conformance

import (
	"net/http"
	"testing"
)

// TestGuardKnowsOtherWaysToWriteAnID: a dangerous case may write the fixture's volume in other ways, and
// nothing that could be another volume.
func TestGuardKnowsOtherWaysToWriteAnID(t *testing.T) {
	const (
		volume = "3f500f00-ed80-4566-a057-e31760226f9a"
		server = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"
	)
	w := newWire(t)
	for _, c := range []struct {
		name, segment string
		out           bool
	}{
		{"its first group", "3f500f00", true},
		{"without its first character", volume[1:], true},
		{"in the byte order of Windows", "000f503f-80ed-6645-a057-e31760226f9a", true},
		{"as a number", "84157051792779558547257264117377036186", true},
		{"in base64", "P1APAO2ARWagV-MXYCJvmg", true},

		{"the next number", "84157051792779558547257264117377036187", false},
		{"another in base64", "P1APAO2ARWagV-MXYCJvmh", false},
		{"its second group", "ed80", false},
		{"its last group, which another may have", "e31760226f9a", false},
		{"another with its last group", "11111111-ed80-4566-a057-e31760226f9a", false},
		{"its end, shorter", volume[8:], false},
		{"a wildcard", "*", false},
		{"without its first character, and a path", "..%2f" + volume[1:], false},
		{"without its first character, as a query", "%3f" + volume[1:], false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := "/v1/volumes/" + c.segment + "/servers/" + server
			fixture := Fixture{Volume: volume, Server: server}
			w.requireHeld(t, w.guard(HarmDetaches, fixture), w.request(t, http.MethodDelete, path, ""))
			if c.out {
				w.requireLetOut(t, w.guard(HarmDangerous, fixture), w.request(t, http.MethodDelete, path, ""))
			} else {
				w.requireHeld(t, w.guard(HarmDangerous, fixture), w.request(t, http.MethodDelete, path, ""))
			}
		})
	}
}

// TestGuardKnowsLongerPaths: a dangerous case may write the path of the fixture's detach with something
// behind it, and nothing that a server could read as the deletion of a volume or a server.
func TestGuardKnowsLongerPaths(t *testing.T) {
	const detach = "volumes/" + theVolume + "/servers/" + theServer
	w := newWire(t)
	for _, c := range []struct {
		name, path string
		out        bool
	}{
		{"another version", "/v2/" + detach, true},
		{"an unused ID at its end", "/v1/" + detach + "/{phantom}", true},

		{"a slash before it", "//v1/" + detach, false},
		{"a slash within it", "/v1//" + detach, false},
		{"a dot at its end", "/v1/" + detach + "/.", false},
		{"two dots at its end", "/v1/" + detach + "/..", false},
		{"two dots within it", "/v1/../" + detach, false},
		{"a slash after the volume", "/v1/volumes/" + theVolume + "//servers/" + theServer, false},
		{"a dot after the volume", "/v1/volumes/" + theVolume + "/./servers/" + theServer, false},
		{"a slash before the volume", "/v1/volumes//" + theVolume + "/servers/" + theServer, false},
		{"a server at its end", "/v1/" + detach + "/" + realServer, false},
		{"a word at its end", "/v1/" + detach + "/volumes", false},
		{"no version", "/" + detach, true},
		{"another server", "//v1/volumes/" + theVolume + "/servers/" + realServer, false},
		{"another volume", "//v1/volumes/" + realVolume + "/servers/" + theServer, false},
		{"the volume alone", "//v1/volumes/" + theVolume, false},
		{"the server alone", "//v1/servers/" + theServer, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := w.unused.add("/v1/volumes/servers/./"); err != nil { // no word becomes an ID by that
				t.Fatal(err)
			}
			w.requireHeld(t, w.guard(HarmDetaches, named), w.request(t, http.MethodDelete, c.path, ""))
			if c.out {
				w.requireLetOut(t, w.guard(HarmDangerous, named), w.request(t, http.MethodDelete, c.path, ""))
			} else {
				w.requireHeld(t, w.guard(HarmDangerous, named), w.request(t, http.MethodDelete, c.path, ""))
			}
		})
	}
}

// TestGuardKnowsControlsBehindAServer: cut at a control character behind the server, the path of a detach is
// that of the detach; cut at one behind the volume, it is that of the volume alone.
func TestGuardKnowsControlsBehindAServer(t *testing.T) {
	w := newWire(t)
	for _, c := range []struct {
		name, volume, server string
		out                  bool
	}{
		{"null behind the server", theVolume, theServer + "%00", true},
		{"null and more behind the server", theVolume, theServer + "%00x", true},
		{"a line behind the server", theVolume, theServer + "%0D%0A", true},
		{"null behind the volume", theVolume + "%00", theServer, false},
		{"a line behind the volume", theVolume + "%0A", theServer, false},
		{"null before the server", theVolume, "%00" + theServer, false},
		{"null within the server", theVolume, theServer[:20] + "%00" + theServer[20:], false},
		{"null for the server", theVolume, "%00", false},
		{"null behind another server", theVolume, realServer + "%00", false},
		{"null and a path behind the server", theVolume, theServer + "%00%2f..", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := "/v1/volumes/" + c.volume + "/servers/" + c.server
			w.requireHeld(t, w.guard(HarmDetaches, named), w.request(t, http.MethodDelete, path, ""))
			if c.out {
				w.requireLetOut(t, w.guard(HarmDangerous, named), w.request(t, http.MethodDelete, path, ""))
			} else {
				w.requireHeld(t, w.guard(HarmDangerous, named), w.request(t, http.MethodDelete, path, ""))
			}
		})
	}
}
