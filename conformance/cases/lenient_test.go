package cases_test

import (
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// lenient is a server that reads whatever it is sent in every way that a lenient server might, and records what it
// would have done to something that exists. It answers as the mock does.
type lenient struct {
	mock http.Handler

	mu       sync.Mutex
	requests int
	harm     []string
}

func newLenient(t *testing.T) (*lenient, string) {
	t.Helper()
	m, err := mock.New([]signing.Credentials{mockKeys}, mock.WithDelay(time.Millisecond))
	require.NoError(t, err)
	l := &lenient{mock: m}
	server := httptest.NewServer(l)
	t.Cleanup(server.Close)
	return l, server.URL
}

// existing are the IDs of all that exists.
var existing = []string{mock.VolumeID, mock.SpareID, mock.SharedID, mock.OSVolumeID, mock.ServerID, mock.OtherServerID}

// ServeHTTP implements http.Handler.
func (l *lenient) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	done := l.would(r, string(body))
	l.mu.Lock()
	l.requests++
	if done != "" {
		l.harm = append(l.harm, fmt.Sprintf("%s %s (%s): %s", r.Method, r.RequestURI, body, done))
	}
	l.mu.Unlock()
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	l.mock.ServeHTTP(w, r)
}

// shown is the path of showing a volume, which changes nothing in any reading.
var shown = regexp.MustCompile(`^/v1/volumes/[0-9a-f-]{36}/?(\?.*)?$`)

// would is what the server would have done.
func (l *lenient) would(r *http.Request, body string) string {
	changes := r.Method != http.MethodGet && r.Method != http.MethodHead && r.Method != http.MethodOptions
	// What overrides a method or a path makes any request one that changes.
	for name := range r.Header {
		if strings.Contains(strings.ToLower(name), "method") || strings.Contains(strings.ToLower(name), "-url") {
			changes = true
		}
	}
	if strings.Contains(r.URL.RawQuery, "method") {
		changes = true
	}
	if r.Method == http.MethodDelete {
		raw, _, _ := strings.Cut(r.RequestURI, "?")
		decoded, _ := url.PathUnescape(raw)
		for _, reading := range []string{raw, decoded, path.Clean(raw), path.Clean(decoded)} {
			if names(reading) == 0 {
				return "read as " + reading + ", it deletes them all"
			}
		}
	}
	for _, reading := range everyReading(r.RequestURI) {
		id := mentioned(reading)
		switch {
		case id != "" && changes:
			return "read as " + reading + ", it names " + id
		case id != "" && strings.Contains(reading, "servers") && !shown.MatchString(r.RequestURI):
			return "read as " + reading + ", it is a detach by another method"
		}
	}
	if !changes {
		return ""
	}
	for _, reading := range everyReading(body) {
		if id := mentioned(reading); id != "" {
			return "its body names " + id
		}
	}
	for name, values := range r.Header {
		if id := mentioned(strings.Join(values, " ")); id != "" {
			return "its header " + name + " names " + id
		}
	}
	return ""
}

// everyReading reads a path in every way that it it could be read; each is made of the ones before.
func everyReading(raw string) []string {
	all := []string{raw}
	ways := []func(string) string{
		func(s string) string { plain, _ := url.PathUnescape(s); return plain },
		func(s string) string { plain, _ := url.QueryUnescape(s); return plain },
		func(s string) string { return strings.ReplaceAll(s, `\`, "/") },
		func(s string) string { return strings.Map(plainRune, s) },
		func(s string) string { before, _, _ := strings.Cut(s, ";"); return before },
		func(s string) string { return regexp.MustCompile(`;[^/]*`).ReplaceAllString(s, "") },
		func(s string) string { before, _, _ := strings.Cut(s, "\x00"); return before },
		func(s string) string { before, _, _ := strings.Cut(s, "\n"); return before },
		func(s string) string { before, _, _ := strings.Cut(s, "?"); return path.Clean(before) },
		func(s string) string { return strings.TrimRight(s, "./ \t") },
	}
	for round := 0; round < 3; round++ {
		for _, reading := range slices.Clone(all) {
			for _, way := range ways {
				if read := way(reading); read != "" && !slices.Contains(all, read) {
					all = append(all, read)
				}
			}
		}
		const enough = 500
		if len(all) > enough {
			break
		}
	}
	return all
}

// plainRune is the ASCII letter that a lenient server takes a rune for: full width forms and the like.
func plainRune(r rune) rune {
	switch {
	case r >= 0xff01 && r <= 0xff5e: // full width
		return r - 0xfee0
	case r == 0x2044, r == 0x2215: // slashes
		return '/'
	case r == 0x2010, r == 0x2011, r == 0x2012, r == 0x2013, r == 0x2212: // hyphens
		return '-'
	}
	return r
}

// mentioned is an ID of something that exists and that a text names, however it is written: with other letters, without
// hyphens, or cut at either end.
func mentioned(text string) string {
	const cut = 12 // characters of 36 that are enough for a lenient search
	plain := strings.ToLower(strings.ReplaceAll(text, "-", ""))
	for _, id := range existing {
		letters := strings.ReplaceAll(id, "-", "")
		raw, err := hex.DecodeString(letters)
		if err != nil {
			panic(err)
		}
		for _, way := range []string{letters[:cut], letters[len(letters)-cut:], string(raw)} {
			if strings.Contains(plain, way) {
				return id
			}
		}
	}
	return ""
}

// names counts the segments of a path that are no words of the API.
func names(reading string) int {
	n := 0
	for segment := range strings.SplitSeq(reading, "/") {
		if !slices.Contains([]string{"", ".", "..", "v1", "v2", "volumes", "servers"}, strings.ToLower(strings.TrimSpace(segment))) {
			n++
		}
	}
	return n
}

// TestRefusedHarmsNothing: of all the variants of all the cases, whatever of them goes out in a run that may ask for
// what is refused, a server that reads it in the worst way finds nothing to detach or delete.
func TestRefusedHarmsNothing(t *testing.T) {
	t.Parallel()
	server, endpoint := newLenient(t)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: endpoint, Credentials: mockKeys, Cases: cases.All(), Clauses: cases.Clauses(), Live: true, Rate: 100_000,
		Clients: gen.Clients()[len(gen.Clients())-1:], Harm: conformance.HarmRefused, Fixture: mockFixture, All: true, Seed: 1,
		Linger: 10 * time.Millisecond, Settle: time.Second, Timeout: 5 * time.Second, Attempts: 1, StateDir: t.TempDir(),
	})
	require.NoError(t, err)
	assert.Empty(t, server.harm)
	assert.Equal(t, report.Counts.Requests, server.requests, "all that was sent was judged")
	assert.Greater(t, server.requests, 500)
	for _, r := range report.Results {
		if r.Case.Harm > conformance.HarmRefused {
			assert.Equal(t, conformance.Skip, r.Verdict, r.Case.ID)
			assert.Contains(t, r.Reason(), "--allow "+r.Case.Harm.String())
		} else {
			assert.NotEqual(t, conformance.Error, r.Verdict, "%s: %s", r.Case.ID, r.Reason())
		}
	}
}

// tricks are paths, encoded, that a case which says it does no harm could try on a volume {v} and a server {s} that
// exist, and on IDs {n} that do not.
var tricks = []string{
	"/v1/volumes/{v}/servers/{s}", "/v1/volumes/{v}/servers/{n}", "/v1/volumes/{n}/servers/{s}", "/v1/volumes/{s}/servers/{v}",
	"/v1/volumes/{v}", "/v1/volumes/{v}/", "/v1/servers/{s}", "/v1/volumes", "/v1/volumes/", "/v1/servers", "/v1", "/v1/",
	"/v1/volumes/{v}/servers", "/v1/volumes/{v}/servers/", "/v1/volumes/{v}/servers/.", "/v1/volumes/{v}/servers/..", "/v1/volumes/../servers/{s}",
	"/v1/volumes/{n}/servers/../../{v}", "/v1/volumes/{n}/../{v}/servers/{s}", "/v1/volumes/{n}/servers/{n}/../../../{v}",
	"/v1/volumes/{n}/%2e%2e/{v}", "/v1/volumes/{n}/%2E%2E/{v}/servers/{s}", "/v1/volumes/{n}/%252e%252e/{v}", "/v1/volumes/{n}%2f..%2f{v}",
	"/v1/volumes/{n}%2F..%2F..%2Fservers%2F{s}", "/v1/volumes/{n}%5c..%5c{v}", "/v1/volumes/..%2f..%2f..", "/v1/volumes/{n}/servers/%2e%2e",
	"/v1/volumes/{n}/servers/%2e%2e/%2e%2e", "/v1/volumes/{n}/servers/..;/..;/", "/v1/volumes/..;/servers/{s}", "/v1/volumes/{v};x=y/servers/{s}",
	"/v1/volumes/{v}%3bx/servers/{s}", "/v1/volumes/{v}%00/servers/{s}", "/v1/volumes/{v}%00{n}/servers/{s}", "/v1/volumes/{v}%0a/servers/{s}",
	"/v1/volumes/{v}%20/servers/{s}", "/v1/volumes/%20{v}/servers/{s}", "/v1/volumes/{v}./servers/{s}.", "/v1/volumes/{v}?x={n}",
	"//v1/volumes/{v}/servers/{s}", "/v1//volumes/{v}//servers/{s}", "/./v1/volumes/{v}/servers/{s}", "/v1/./volumes/./{v}/servers/{s}",
	"/V1/VOLUMES/{V}/SERVERS/{S}", "/v1/volumes/{V}/servers/{S}", "/v1/volumes/{-v}/servers/{-s}", "/v1/volumes/{%v}/servers/{%s}",
	"/v1/volumes/{%%v}/servers/{%%s}", "/v2/volumes/{v}/servers/{s}", "/volumes/{v}/servers/{s}", "/v1/volumes/{v}/servers/{s}/",
	"/v1/volumes/{v}/servers/{s}/{n}", "/v1/volumes/{n}/servers/{n}/{v}", "/v1/volumes/{v},{n}/servers/{s}", "/v1/volumes/*/servers/*",
	"/v1/volumes/{n}/servers/{n}?volume_id={v}", "/v1/volumes/{n}/servers/{n}?server_id={s}", "/v1/volumes/{n}/servers/{n}?_method=DELETE&id={v}",
	"/v1/volumes/{n}/servers/{n}?{%v}", "/v1/volumes/{n}/servers/{n}?{%%v}", "/v1/volumes/{n}/servers/{n}?a=%zz&id={%v}", "/v1/volumes/%7b{v}%7d/servers/{s}", "/v1/volumes/urn:uuid:{v}/servers/{s}", "/v1/volumes/{n}/servers/{n}#/../../{v}",
	"/v1/volumes/{n}/servers/{n}%23/../../../../volumes/{v}", "/v1/volumes/{n}/servers/{n}%3f/../../../{v}", "/v1/volumes/%ef%bc%8e%ef%bc%8e/servers/{s}",
}

// trick fills a path in.
func trick(template string, t *conformance.Trial) string {
	encoded := func(id string) string {
		var b strings.Builder
		for _, c := range []byte(id) {
			fmt.Fprintf(&b, "%%%02x", c)
		}
		return b.String()
	}
	v, s := mock.VolumeID, mock.ServerID
	return strings.NewReplacer(
		"{v}", v, "{s}", s, "{n}", t.UnusedID(), "{V}", strings.ToUpper(v), "{S}", strings.ToUpper(s),
		"{-v}", strings.ReplaceAll(v, "-", ""), "{-s}", strings.ReplaceAll(s, "-", ""), "{%v}", encoded(v), "{%s}", encoded(s),
		"{%%v}", strings.ReplaceAll(encoded(v), "%", "%25"), "{%%s}", strings.ReplaceAll(encoded(s), "%", "%25"),
	).Replace(template)
}

// TestTricks: whatever a case that says it does no harm tries, by any path and any method, what goes out harms nothing
// that exists. It cannot declare what exists to be unused either.
func TestTricks(t *testing.T) {
	t.Parallel()
	methods := []string{
		http.MethodDelete, http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodHead, http.MethodOptions, "delete", "PURGE",
	}
	server, endpoint := newLenient(t)
	var list []conformance.Case
	for _, harm := range []conformance.Harm{conformance.HarmReads, conformance.HarmRefused} {
		c := conformance.Case{ID: "tricks-" + harm.String(), Family: "tests", Summary: "a case tries its tricks", Harm: harm}
		for i, template := range tricks {
			for _, method := range methods {
				c.Variants = append(c.Variants, conformance.Variant{Name: fmt.Sprint(i, method), Ask: func(ctx context.Context, tr *conformance.Trial) error {
					target := trick(template, tr)
					if strings.Contains(target, mock.VolumeID) || strings.Contains(target, mock.ServerID) {
						assert.Error(t, tr.UnusedPath(target), target)
					} else {
						_ = tr.UnusedPath(target)
					}
					_, _ = tr.Send(ctx, conformance.Request{Method: method, Path: target, Once: true})
					_, _ = tr.Send(ctx, conformance.Request{Method: method, Path: target, Once: true, Change: func(r *http.Request) {
						r.Header.Set("X-HTTP-Method-Override", http.MethodDelete)
						r.Header.Set("X-Original-URL", "/v1/volumes/"+mock.VolumeID)
					}})
					return nil
				}})
			}
		}
		list = append(list, c)
	}
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: endpoint, Credentials: mockKeys, Cases: list, Live: true, Rate: 100_000, Clients: gen.Clients()[:1],
		Harm: conformance.HarmRefused, Fixture: mockFixture, All: true, Attempts: 1, StateDir: t.TempDir(),
	})
	require.NoError(t, err)
	assert.Empty(t, server.harm)
	assert.Equal(t, report.Counts.Requests, server.requests)
	for _, r := range report.Results {
		assert.Equal(t, conformance.Error, r.Verdict, "what the guard blocked is a fault of the case")
		blocked := 0
		for _, f := range r.Findings {
			blocked += f.Requests
		}
		assert.Greater(t, blocked, len(tricks)*len(methods)/2, r.Case.ID)
	}
}

// TestLenient: the server that the guard is held to does record harm, in each of its readings.
func TestLenient(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ method, uri, body string }{
		{http.MethodDelete, "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.ServerID, ""},
		{http.MethodDelete, "/v1/volumes/x/..%2f" + mock.VolumeID, ""},
		{http.MethodDelete, "/v1/volumes/x/servers/%2e%2e/%2e%2e", ""},
		{http.MethodDelete, "/v1/volumes/" + strings.ToUpper(mock.VolumeID), ""},
		{http.MethodDelete, "/v1/volumes/" + strings.ReplaceAll(mock.VolumeID, "-", ""), ""},
		{http.MethodDelete, "/v1/volumes", ""},
		{http.MethodDelete, "/v1/volumes/x/..", ""},
		{http.MethodDelete, "/v1/volumes/x?id=" + mock.VolumeID, ""},
		{http.MethodGet, "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.ServerID, ""},
		{http.MethodGet, "/v1/volumes/" + mock.VolumeID + "?_method=DELETE", ""},
		{http.MethodPost, "/v1/volumes/x/servers", `{"server_id":"` + mock.ServerID + `"}`},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Method, r.RequestURI = tt.method, tt.uri
		_, r.URL.RawQuery, _ = strings.Cut(tt.uri, "?")
		assert.NotEmpty(t, new(lenient).would(r, tt.body), "%s %s", tt.method, tt.uri)
	}
	for _, uri := range []string{"/", "/v1/volumes/" + mock.VolumeID} {
		r := httptest.NewRequest(http.MethodGet, uri, nil)
		assert.Empty(t, new(lenient).would(r, ""), uri)
	}
}
