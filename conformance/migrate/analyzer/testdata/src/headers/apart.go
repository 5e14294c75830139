package headers

import (
	"fmt"
	"io"
	"net/http"
)

type api struct {
	name, version string
}

var apis = []api{
	{name: "vpc", version: "1.0"},
	{name: "virtualserver", version: "1.1"}, // want `version 1.1`
	{"virtualserver", "1.2"},                // want `version 1.2`
	{name: "loadbalancer"},
}

func all(h http.Header) {
	for _, a := range apis {
		h.Set("Scp-Api-Version", fmt.Sprintf("%s %s", a.name, a.version))
	}
}

var versions = map[string]string{
	"virtualserver": "1.1", // want `version 1.1`
	"vpc":           "1.2",
}

func fromTable(h http.Header, service string) {
	h.Set("Scp-Api-Version", service+" "+versions[service])
}

type option func(*settings)

type settings struct{ apiVersion string }

func withVersion(v string) option { return func(s *settings) { s.apiVersion = v } }

func (s *settings) set(h http.Header) {
	if s.apiVersion == "" {
		s.apiVersion = "1.2" // want `version 1.2`
	}
	h.Set("Scp-Api-Version", "virtualserver "+s.apiVersion)
}

var _ = withVersion("1.0") // want `version 1.0`

func wire(w io.Writer, h http.Header, p *params) {
	fmt.Fprintf(w, "GET / HTTP/1.1\r\nScp-Api-Version: %s\r\n", "virtualserver 1.1") // want `version 1.1`
	p.Version = "virtualserver 1.1"                                                  // want `version 1.1`
	_ = "GET / HTTP/1.1\r\nScp-Api-Version: virtualserver 1.1\r\n"                   // want `version 1.1`
	set := func(v string) { h.Set("Scp-Api-Version", v) }
	set("virtualserver 1.1") // want `version 1.1`
	set("vpc 1.1")
}

func endless(s string, n int) string {
	if n == 0 {
		return s
	}
	return endless(s+s, n-1) + endless(s, n-1) + endless(endless(s, n), n)
}

func seen(h http.Header) {
	h.Set("Scp-Api-Version", endless("virtualserver 1.1", 3)) // want `cannot be judged` `version 1.1`
	names := map[string]bool{"Scp-Api-Version": true, "Scp-Signature": true}
	names[h.Get("Scp-Api-Version")] = true
	_ = names
}

func written(w io.Writer, major, minor int, id string) {
	fmt.Fprintf(w, "Scp-Api-Version: virtualserver %d.%d\r\n", major, minor) // want `cannot be judged`
	fmt.Fprintf(w, "Scp-Api-Version: virtualserver %s\r\n", id)              // want `cannot be judged`
	fmt.Fprintf(w, "Scp-Api-Version: vpc %s\r\n", id)
	fmt.Fprintf(w, "Scp-Api-Version-Hint: virtualserver %s\r\n", id)
}

// For any service, callers in other packages say which.
func forAny(h http.Header, value string) { h.Set("Scp-Api-Version", value) }
