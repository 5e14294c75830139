package cases_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// service is a second implementation of the API, written from the document alone. It conforms, and uses the
// freedoms that the document leaves as its switches say: what the suite says about it is a false alarm.
type service struct {
	on       map[string]bool
	verify   func(*http.Request) error
	day      string
	mu       sync.Mutex
	verified map[string]bool // the signatures of requests that were let in
	random   *rand.Rand
	volumes  map[string]*disk
}

// The IDs of the service.
const (
	diskID   = "11111111-aaaa-4bbb-8ccc-000000000001"
	spareID  = "22222222-aaaa-4bbb-8ccc-000000000002"
	sharedID = "33333333-aaaa-4bbb-8ccc-000000000003"
	bootID   = "44444444-aaaa-4bbb-8ccc-000000000004"
	hostID   = "55555555-aaaa-4bbb-8ccc-000000000005"
	otherID  = "66666666-aaaa-4bbb-8ccc-000000000006"
)

func newService(keys signing.Credentials, day string, freedoms ...string) *service {
	s := &service{on: map[string]bool{}, verified: map[string]bool{}, day: day, random: rand.New(rand.NewPCG(1, 2))}
	for _, name := range freedoms {
		s.on[name] = true
	}
	window := 5 * time.Minute
	if s.on["window-1m"] {
		window = time.Minute
	}
	if s.on["window-15m"] {
		window = 15 * time.Minute
	}
	lookup := func(id string) (signing.Credentials, bool) { return keys, id == keys.AccessKey }
	s.verify = signing.NewVerifier(lookup, signing.WithMaxSkew(window)).Verify
	if s.on["client-type-any"] { // it is signed, and that is all
		s.verify = func(r *http.Request) error {
			kind := r.Header.Get(signing.HeaderClientType)
			return signing.NewVerifier(lookup, signing.WithMaxSkew(window), signing.WithVerifierClientType(kind)).Verify(r)
		}
	}
	long := time.Now().Add(-time.Hour)
	s.volumes = map[string]*disk{
		diskID:   {id: diskID, name: "data", at: map[string]time.Time{hostID: long}},
		spareID:  {id: spareID, name: "spare", at: map[string]time.Time{}},
		sharedID: {id: sharedID, name: "shared", shared: true, at: map[string]time.Time{hostID: long, otherID: long}},
		bootID:   {id: bootID, name: "os", boot: true, at: map[string]time.Time{hostID: long}},
	}
	for _, d := range s.volumes {
		d.lastLeft = map[string]time.Time{}
	}
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if s.on["answers-slow"] {
		time.Sleep(rand.N(120 * time.Millisecond)) //nolint:gosec // that answers take their time is the subject
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.headers(w, r)
	path, _, _ := strings.Cut(r.RequestURI, "?")
	if s.on["stray-502"] && s.random.IntN(50) == 0 {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway + s.random.IntN(2))
		_, _ = w.Write([]byte("<html><h1>Bad Gateway</h1></html>"))
		return
	}
	if len(r.RequestURI) > 3<<10 && s.on["gateway-414"] {
		http.Error(w, "<html>URI too long</html>", http.StatusRequestURITooLong)
		return
	}
	for _, values := range r.Header {
		if len(values) > 0 && len(values[0]) > 3<<10 && (s.on["gateway-431"] || s.on["gateway-400"]) {
			http.Error(w, "<html>header too long</html>", s.pick("gateway-400", http.StatusBadRequest, http.StatusRequestHeaderFieldsTooLarge))
			return
		}
	}
	if path == "/" && r.Method == http.MethodGet {
		s.discovery(w, r)
		return
	}
	if s.on["language-required"] && r.Header.Get(signing.HeaderLanguage) == "" {
		s.refuse(w, http.StatusBadRequest, "ValidationError", "Accept-Language is required.")
		return
	}
	err := s.verify(r)
	if signature := r.Header.Get(signing.HeaderSignature); err == nil && s.on["replay-guard"] {
		if s.verified[signature] {
			err = errors.New("a replay")
		}
		s.verified[signature] = true
	}
	if err != nil {
		text := "The signature does not fit."
		if s.on["key-in-401"] {
			text = "The signature of access key " + r.Header.Get(signing.HeaderAccessKey) + " does not fit."
		}
		w.Header().Set("WWW-Authenticate", "SCP")
		s.refuse(w, http.StatusUnauthorized, "HmacValidFail", text)
		return
	}
	if !s.version(r.Header.Values(signing.HeaderAPIVersion)) {
		status := s.pick("version-409", 409, 400)
		if r.Method == http.MethodGet {
			status = http.StatusBadRequest // 409 is documented for no show
		}
		s.refuse(w, status, "ValidationError", "Unknown version.")
		return
	}
	segments := strings.Split(path, "/")
	is := func(words ...string) bool {
		if len(segments) != len(words)+1 || segments[0] != "" {
			return false
		}
		for i, word := range words {
			if word != "" && segments[i+1] != word {
				return false
			}
		}
		return true
	}
	switch {
	case is("v1", "volumes", "") && r.Method == http.MethodGet:
		s.show(w, r, s.id(segments[3]))
	case is("v1", "volumes", "", "servers") && r.Method == http.MethodPost:
		s.attach(w, r, s.id(segments[3]))
	case is("v1", "volumes", "", "servers", "") && r.Method == http.MethodDelete:
		s.detach(w, s.id(segments[3]), s.id(segments[5]))
	case s.on["other-methods-405"]:
		s.refuse(w, http.StatusMethodNotAllowed, "MethodNotAllowed", "No.")
	case s.on["other-methods-501"] && r.Method == http.MethodPatch:
		w.WriteHeader(http.StatusNotImplemented)
	default:
		s.refuse(w, http.StatusNotFound, "NotFound", "Nothing is here.")
	}
}

func (s *service) pick(freedom string, with, without int) int {
	if s.on[freedom] {
		return with
	}
	return without
}

// id decodes a path segment, once.
func (s *service) id(segment string) string {
	id, err := url.PathUnescape(segment)
	if err != nil {
		return ""
	}
	return id
}

func (s *service) headers(w http.ResponseWriter, _ *http.Request) {
	if s.on["extra-headers"] {
		w.Header().Set("Server", "gateway/1.2")
		w.Header().Set("X-Request-Id", "req-0b0b0b0b")
		w.Header().Set("Set-Cookie", "route=a1; Path=/")
		w.Header().Set("X-RateLimit-Remaining", "998")
		w.Header().Set("Strict-Transport-Security", "max-age=1")
	}
	if s.on["announcements"] {
		w.Header().Set("Deprecation", "@1767225600")
		w.Header().Set("Sunset", "Thu, 31 Dec 2026 15:00:00 GMT")
	}
	if s.on["connection-close"] {
		w.Header().Set("Connection", "close")
	}
}

// version reports whether Scp-Api-Version asks for one that is answered.
func (s *service) version(values []string) bool {
	if len(values) == 0 {
		return true
	}
	for _, client := range gen.Clients() {
		if len(values) == 1 && values[0] == "virtualserver "+client.ID.String() {
			ended := !client.NotBefore.IsZero() && client.NotBefore.String() <= s.day
			return !ended || !s.on["ended-refused"]
		}
	}
	return false
}

// refuse answers an error in the form that the switches choose.
func (s *service) refuse(w http.ResponseWriter, status int, code, text string) {
	kind := "application/json"
	entry := map[string]any{"code": code, "title": code, "detail": []string{text}, "status": status, "request_id": "req-1", "links": []any{}}
	var body any = map[string]any{"errors": []any{entry}}
	switch {
	case s.on["detail-missing"]:
		delete(entry, "detail")
	case s.on["detail-null"]:
		entry["detail"] = nil
	case s.on["detail-string"]:
		entry["detail"] = text
	}
	if s.on["status-string"] {
		entry["status"] = fmt.Sprint(status)
	}
	if s.on["code-missing"] {
		delete(entry, "code")
	}
	if s.on["errors-two"] {
		body = map[string]any{"errors": []any{entry, map[string]any{"code": "Second", "detail": "x", "status": status}}}
	}
	if s.on["error-extra"] {
		entry["help"], entry["docs"] = "https://docs.invalid/", map[string]any{"a": 1}
	}
	switch {
	case s.on["charset-upper"]:
		kind = "application/json; charset=UTF-8"
	case s.on["charset-quoted"]:
		kind = `application/json;charset="utf-8"`
	}
	switch {
	case s.on["refusal-empty"]:
		w.WriteHeader(status)
		return
	case s.on["refusal-text"]:
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprintln(w, text)
		return
	case s.on["refusal-problem"]:
		kind, body = "application/problem+json", map[string]any{"type": "about:blank", "title": code, "status": status, "detail": text}
	}
	w.Header().Set("Content-Type", kind)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func (s *service) discovery(w http.ResponseWriter, r *http.Request) {
	var list []map[string]any
	for _, standing := range gen.Table().At(dayOf(s.day)) {
		if s.on["ended-unlisted"] && string(standing.State) == "ENDED" {
			continue
		}
		v := map[string]any{"id": "v" + standing.ID.String(), "status": string(standing.State.Label())}
		v["links"] = []map[string]string{{"href": "http://" + r.Host + "/v1", "rel": "self"}}
		switch {
		case s.on["links-absent"]:
			delete(v, "links")
		case s.on["links-null"]:
			v["links"] = nil
		}
		if s.on["status-lower"] {
			v["status"] = strings.ToLower(v["status"].(string))
		}
		switch {
		case !standing.NotBefore.IsZero() && s.on["date-compact"]:
			v["not_before"] = strings.ReplaceAll(standing.NotBefore.String(), "-", "")
		case !standing.NotBefore.IsZero():
			v["not_before"] = standing.NotBefore.String()
		case s.on["date-null"]:
			v["not_before"] = nil
		case s.on["date-empty"]:
			v["not_before"] = ""
		}
		if s.on["discovery-extra"] {
			v["min_version"], v["updated"] = "1.0", "2026-01-01T00:00:00Z"
		}
		list = append(list, v)
	}
	if s.on["discovery-reversed"] {
		slices.Reverse(list)
	}
	if s.on["planned-listed"] {
		list = append(list, map[string]any{"id": "v9.0", "status": "PLANNED", "not_before": nil, "links": []any{}})
	}
	if s.on["newer-current"] {
		for _, v := range list {
			if v["status"] == "CURRENT" || v["status"] == "current" {
				v["status"] = strings.Replace(strings.Replace(v["status"].(string), "CURRENT", "SUPPORTED", 1), "current", "supported", 1)
			}
		}
		list = append(list, map[string]any{"id": "v9.1", "status": "CURRENT", "not_before": nil, "links": nil})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"versions": list})
}
