package conformance

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// account is a small service that remembers how its volumes were, for looks that lag behind. It asks for no
// signature.
type account struct {
	// lag is how old what the nth look shows is; nil for none.
	lag func(n int) time.Duration
	// answer, unless it is nil, is the status of a detach or an attach, 202 does it; done says whether it
	// is done all the same, whatever the status.
	answer func(method, volume string, n int) (status int, done bool)

	mu       sync.Mutex
	history  map[string][]moments
	requests map[string]int // by method
	changes  map[string]int // by method and volume
}

// moments are a volume from a time on.
type moments struct {
	since  time.Time
	state  string
	server string // none where it is empty
}

func newAccount() *account {
	a := &account{history: map[string][]moments{}, requests: map[string]int{}, changes: map[string]int{}}
	a.put(mockFixture.Volume, "in-use", mockFixture.Server)
	a.put(mockFixture.SpareVolume, "available", "")
	return a
}

// put has a volume be so from now on.
func (a *account) put(volume, state, server string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.history[volume] = append(a.history[volume], moments{time.Now(), state, server})
}

// is how a volume was a while ago.
func (a *account) is(volume string, ago time.Duration) (at moments, known bool) {
	history := a.history[volume]
	for _, m := range history {
		if m.since.After(time.Now().Add(-ago)) {
			break
		}
		at = m
	}
	if len(history) > 0 && at.since.IsZero() {
		at = history[0]
	}
	return at, len(history) > 0
}

func (a *account) attachedNow(volume string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	at, _ := a.is(volume, 0)
	return at.server != ""
}

func (a *account) count(method string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.requests[method]
}

func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.requests[r.Method]++
	n := a.requests[r.Method]
	segments := strings.Split(r.URL.Path, "/") // "", v1, volumes, volume, servers, server
	volume := ""
	if len(segments) > 3 {
		volume = segments[3]
	}
	now, known := a.is(volume, 0)
	shown := now
	if a.lag != nil {
		shown, _ = a.is(volume, a.lag(n))
	}
	a.changes[r.Method+volume]++
	n = a.changes[r.Method+volume]
	a.mu.Unlock()
	switch {
	case volume == "":
		_, _ = w.Write([]byte(`{"versions":[]}`))
	case !known:
		w.WriteHeader(http.StatusBadRequest)
	case r.Method == http.MethodGet:
		writeVolume(w, volume, shown)
	default:
		attach := r.Method == http.MethodPost
		status, done := http.StatusAccepted, true
		if attach == (now.server != "") || !attach && now.state != "in-use" || attach && now.state != "available" {
			status, done = http.StatusConflict, false
		}
		if a.answer != nil {
			if says, does := a.answer(r.Method, volume, n); says != 0 {
				status, done = says, does
			}
		}
		switch {
		case done && attach:
			a.put(volume, "in-use", mockFixture.Server)
		case done:
			a.put(volume, "available", "")
		}
		w.WriteHeader(status)
	}
}

func writeVolume(w http.ResponseWriter, id string, at moments) {
	servers := []map[string]any{}
	if at.server != "" {
		servers = append(servers, map[string]any{"id": at.server, "device": "/dev/vdb", "attached_at": "2026-01-15T09:30:00Z"})
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{ // a client that went away needs no answer
		"id": id, "state": at.state, "servers": servers, "bootable": false, "multiattach": false, "encrypted": false, "name": "data",
		"size": 10, "user_id": "u", "volume_type": "SSD", "volume_type_id": "t", "created_at": "2026-01-15T09:30:00Z",
		"modified_at": "2026-01-15T09:30:00Z",
	})
}

// serve starts an account, and returns a config for cases that use it.
func (a *account) serve(t *testing.T, cases ...Case) Config {
	t.Helper()
	config := configFor(t, startServer(t, a), cases...)
	config.Attempts = 1
	return config
}
