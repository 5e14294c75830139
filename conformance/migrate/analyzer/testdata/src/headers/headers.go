package headers

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
)

const (
	versionHeader = "Scp-Api-Version"
	full          = "virtualserver 1.1"
	service       = "virtualserver"
)

type params struct {
	ScpApiVersion *string
	Version       string `header:"Scp-Api-Version"`
	Other         string
}

type pair struct{ Name, Value string }

func ptr[T any](v T) *T { return &v }

func direct(req *http.Request) {
	req.Header.Set("Scp-Api-Version", "virtualserver 1.1")                          // want `speaks version 1.1: move to 1.3`
	req.Header.Add("scp-api-version", "virtualserver 1.2")                          // want `version 1.2`
	req.Header.Set(versionHeader, full)                                             // want `version 1.1`
	req.Header.Set("SCP-API-VERSION", service+" 1.1")                               // want `version 1.1`
	req.Header.Set("Scp-Api-Version", fmt.Sprintf("%s %s", service, "1.0"))         // want `version 1.0`
	req.Header.Set("Scp-Api-Version", fmt.Sprintf("virtualserver %d.%d", 1, 1))     // want `version 1.1`
	req.Header.Set("Scp-Api-Version", fmt.Sprintf("virtualserver %.1f", 1.2))       // want `version 1.2`
	req.Header.Set("Scp-Api-Version", strings.Join([]string{service, "1.1"}, " "))  // want `version 1.1`
	req.Header["Scp-Api-Version"] = []string{"virtualserver 1.1"}                   // want `version 1.1`
	req.Header.Set(http.CanonicalHeaderKey("scp-api-version"), `virtualserver 1.1`) // want `version 1.1`
	req.Header.Set("Scp-Api-Version", "virtualserver 1.3")
	req.Header.Set("Scp-Api-Version", "virtualserver 9.1") // want `version 9.1, which is newer than the newest known`
	req.Header.Set("Scp-Api-Version", "vpc 1.1")
	req.Header.Set("X-SCP-API-Version", "virtualserver 1.1")
	req.Header.Set("OpenStack-API-Version", "compute 2.79")
	req.Header.Set("Scp-Api-Version", "virtualserver latest") // want `"virtualserver latest" names no version of the service`
}

func literals() {
	_ = http.Header{"Scp-Api-Version": {"virtualserver 1.1"}}                          // want `version 1.1`
	_ = map[string]string{"scp-api-version": "virtualserver 1.1"}                      // want `version 1.1`
	_ = params{ScpApiVersion: ptr("virtualserver 1.1"), Other: "a 1.1"}                // want `version 1.1`
	_ = &params{Version: "virtualserver 1.1"}                                          // want `version 1.1`
	_ = []pair{{"Scp-Api-Version", "virtualserver 1.1"}}                               // want `version 1.1`
	_ = []pair{{Name: "Scp-Api-Version", Value: "virtualserver 1.1"}}                  // want `version 1.1`
	_ = []string{"curl", "-H", "Scp-Api-Version: virtualserver 1.1"}                   // want `version 1.1`
	_ = `X-Scp-Api-Version: virtualserver 1.0, "Scp-Api-Version": "virtualserver 1.1"` // want `version 1.1`
	_ = fmt.Sprintf("Scp-Api-Version: %s 1.1\r\n", service)                            // want `version 1.1`
	_ = pair{Name: "virtualserver 1.1"}
	_ = fmt.Errorf("header %s: %q", "Scp-Api-Version", "vm")
	_ = bytes.Contains(nil, []byte("Scp-Api-Version"))
}

func unknown(req *http.Request, services map[string]string) {
	req.Header.Set("Scp-Api-Version", os.Getenv("VERSION"))                  // want `cannot be judged: the version is only known when the program runs`
	req.Header.Set("Scp-Api-Version", "virtualserver "+os.Getenv("VERSION")) // want `cannot be judged`
	req.Header.Set("Scp-Api-Version", "vpc "+os.Getenv("VERSION"))
	req.Header.Set("Scp-Api-Version", cmp.Or(os.Getenv("VERSION"), "virtualserver 1.1")) // want `cannot be judged` `version 1.1`
	req.Header.Set("Scp-Api-Version", services[service])                                 // want `cannot be judged`
}

func helper(req *http.Request, service, version string) {
	req.Header.Set("Scp-Api-Version", service+" "+version)
}

func helped(req *http.Request) {
	helper(req, "virtualserver", "1.1") // want `version 1.1`
	helper(req, "virtualserver", "1.3")
	set(req, "Scp-Api-Version", "virtualserver 1.2") // want `version 1.2`
}

func set(req *http.Request, name, value string) { req.Header.Set(name, value) }

type client struct{ version string }

func newClient() *client { return &client{version: "virtualserver 1.1"} } // want `version 1.1`

func (c *client) do(req *http.Request) { req.Header.Set("Scp-Api-Version", c.version) }

func variable(req *http.Request) {
	version := "virtualserver 1.1" // want `version 1.1`
	req.Header.Set("Scp-Api-Version", version)
	for _, v := range []string{
		"1.0", // want `version 1.0`
		"1.3",
	} {
		req.Header.Set("Scp-Api-Version", "virtualserver "+v)
	}
}

func apiVersion() string { return "virtualserver 1.1" }

func result(req *http.Request) {
	req.Header.Set("Scp-Api-Version", apiVersion()) // want `version 1.1`
}

func compared(t *testing.T, r *http.Request) {
	if r.Header.Get("Scp-Api-Version") != "virtualserver 1.1" { // want `version 1.1`
		t.Fatal("virtualserver 1.1")
	}
	if got := r.Header.Get(versionHeader); got == full { // want `version 1.1`
		t.Log(got)
	}
	equal(t, "virtualserver 1.1", r.Header.Get("Scp-Api-Version")) // want `version 1.1`
	switch r.Header.Get("Scp-Api-Version") {
	case "virtualserver 1.0": // want `version 1.0`
	case "vpc 1.0":
	}
}

func equal(t *testing.T, want, got string) {}
