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
