package mock_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// controlled is a mock whose test sets its state while it serves.
func controlled(t *testing.T, opts ...mock.Option) (*served, *mock.Server) {
	t.Helper()
	s := serve(t, opts...)
	return s, s.server.Config.Handler.(*mock.Server)
}

// TestWorldOfStates loads a volume in each state, and sees the same there, in an answer, and a while later.
func TestWorldOfStates(t *testing.T) {
	for _, tt := range []struct {
		state   string
		servers []string
		detach  int
	}{
		{mock.StateAvailable, nil, http.StatusConflict},
		{mock.StateInUse, []string{"s"}, http.StatusAccepted},
		{mock.StateAttaching, []string{"s"}, http.StatusConflict},
		{mock.StateDetaching, []string{"s"}, http.StatusConflict},
		{mock.StateError, nil, http.StatusConflict},
	} {
		t.Run(tt.state, func(t *testing.T) {
			s, m := controlled(t)
			w := mock.World{Servers: []string{"s"}, Volumes: []mock.Volume{{
				ID: "v", Name: "data", State: tt.state, Size: 20, Type: "SSD", Encrypted: true, Servers: tt.servers,
			}}}
			require.NoError(t, m.Load(w))
			assert.Equal(t, w, m.World())
			s.clock.advance(24 * time.Hour)
			s.requireVolume("v", tt.state, tt.servers...)
			assert.Equal(t, tt.detach, s.detach("v", "s"))
			w.Volumes[0].State = ""
			require.NoError(t, m.Load(w), "the state follows from the servers")
		})
	}
}

func TestWorldsThatCannotBe(t *testing.T) {
	for _, tt := range []struct {
		name  string
		world mock.World
		says  string
	}{
		{"two volumes of one ID", mock.World{Volumes: []mock.Volume{{ID: "v"}, {ID: "v"}}}, "volume v is listed twice"},
		{"a volume without an ID", mock.World{Volumes: []mock.Volume{{}}}, "a volume has no ID"},
		{"an unknown server", mock.World{Volumes: []mock.Volume{{ID: "v", Servers: []string{"s"}}}}, "server s, which is not listed"},
		{"in use by nobody", mock.World{Volumes: []mock.Volume{{ID: "v", State: mock.StateInUse}}}, "volume v is attached to no server, and so cannot be in-use"},
		{"attached and available", mock.World{Servers: []string{"s"}, Volumes: []mock.Volume{{ID: "v", State: mock.StateAvailable, Servers: []string{"s"}}}}, "cannot be available"},
		{"an unknown state", mock.World{Volumes: []mock.Volume{{ID: "v", State: "lost"}}}, `the state "lost"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, m := controlled(t)
			before := s.world()
			require.ErrorContains(t, m.Load(tt.world), tt.says)
			assert.Equal(t, before, s.world(), "they are as they were")
			_, err := mock.New([]signing.Credentials{credentials}, mock.WithWorld(tt.world))
			require.ErrorContains(t, err, tt.says)
		})
	}
}

// TestWorldIsACopy: what a test does to its values does nothing to the mock.
func TestWorldIsACopy(t *testing.T) {
	mine := mock.DefaultWorld()
	s, m := controlled(t, mock.WithWorld(mine))
	mine.Servers[0], mine.Volumes[0].Servers[0] = "x", "y"
	m.Reset()
	s.requireVolume(mock.VolumeID, mock.StateInUse, mock.ServerID)
	shown := m.World()
	shown.Servers[0], shown.Volumes[0].Servers[0] = "x", "y"
	assert.Equal(t, mock.DefaultWorld().Servers, m.World().Servers)
	loaded := mock.DefaultWorld()
	require.NoError(t, m.Load(loaded))
	loaded.Servers[0], loaded.Volumes[0].Servers[0] = "x", "y"
	s.requireVolume(mock.VolumeID, mock.StateInUse, mock.ServerID)
}

// TestReset: a mock that was changed in every way is what it was.
func TestReset(t *testing.T) {
	broken, err := mock.DefectByName("accepted-200")
	require.NoError(t, err)
	day := lifecycle.Day(2026, time.April, 1)
	s, m := controlled(t, mock.WithDay(day), mock.WithDelay(time.Minute), mock.WithDefect(broken), mock.WithUnknownNotFound())
	before := m.World()

	other, err := mock.DefectByName("accepted-204")
	require.NoError(t, err)
	m.SetDefects(other)
	m.SetDay(lifecycle.Day(2030, time.April, 1))
	m.SetDelay(-time.Hour)
	assert.Equal(t, []string{"accepted-204"}, m.Defects())
	assert.Equal(t, time.Duration(0), m.Delay())
	assert.Equal(t, http.StatusNoContent, s.detach(mock.VolumeID, mock.ServerID))
	s.requireVolume(mock.VolumeID, mock.StateAvailable)
	m.SetDefects()
	assert.Equal(t, http.StatusNotFound, s.detach(unusedID, mock.ServerID), "switches stay")
	require.NoError(t, m.Load(mock.World{}))

	m.Reset()
	assert.Empty(t, m.Requests())
	assert.Equal(t, before, m.World())
	assert.Equal(t, []string{broken.Name}, m.Defects())
	assert.Equal(t, day.String(), m.Day().String())
	assert.Equal(t, time.Minute, m.Delay())
	assert.Equal(t, http.StatusOK, s.detach(mock.VolumeID, mock.ServerID))
	assert.EqualValues(t, 1, m.Requests()[0].Number)

	m.SetDay(lifecycle.Date{})
	assert.Equal(t, lifecycle.On(started).String(), m.Day().String(), "that of the clock")
}

// TestSeen: what a mock remembers of each kind of request.
func TestSeen(t *testing.T) {
	show := "/v1/volumes/" + mock.VolumeID
	for _, tt := range []struct {
		name         string
		method, path string
		change       func(*http.Request) // after it was signed
		want         mock.Request
	}{
		{"a detach", http.MethodDelete, detachPath, nil, mock.Request{
			Path: detachPath, APIVersion: speaks("1.0"), Operation: openapi.DetachOperation, VolumeID: mock.VolumeID, ServerID: mock.ServerID,
			SignatureValid: true, Status: http.StatusAccepted,
		}},
		{"a query", http.MethodGet, show + "?a=1&a=2", nil, mock.Request{
			Path: show, Query: url.Values{"a": {"1", "2"}}, APIVersion: speaks("1.0"), Operation: openapi.ShowOperation, VolumeID: mock.VolumeID,
			SignatureValid: true, Status: http.StatusOK,
		}},
		{"no version", http.MethodGet, show, func(r *http.Request) { r.Header.Del(signing.HeaderAPIVersion) }, mock.Request{
			Path: show, Operation: openapi.ShowOperation, VolumeID: mock.VolumeID, SignatureValid: true, Status: http.StatusOK,
		}},
		{"a wrong signature", http.MethodDelete, detachPath, func(r *http.Request) { r.Header.Set(signing.HeaderSignature, "d3Jvbmc=") }, mock.Request{
			Path: detachPath, APIVersion: speaks("1.0"), SignatureError: "signing: bad signature (Scp-Signature)",
			Status: http.StatusUnauthorized, Reason: "signing: bad signature (Scp-Signature)",
		}},
		{"an encoded path", http.MethodDelete, "/v1/volumes/%2e%2e/servers/x", nil, mock.Request{
			Path: "/v1/volumes/%2e%2e/servers/x", APIVersion: speaks("1.0"), Operation: openapi.DetachOperation, VolumeID: "..", ServerID: "x",
			SignatureValid: true, Status: http.StatusBadRequest, Reason: `volume_id "%2e%2e" is malformed`,
		}},
		{"a long path", http.MethodGet, "/" + strings.Repeat("x", 5000), nil, mock.Request{
			Path: "/" + strings.Repeat("x", 1023), APIVersion: speaks("1.0"), SignatureValid: true, Status: http.StatusNotFound,
			Reason: "There is nothing at this path.",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s, m := controlled(t)
			req := s.request(tt.method, tt.path, "")
			req.Header.Set(signing.HeaderAPIVersion, speaks("1.0"))
			s.sign(req, credentials)
			if tt.change != nil {
				tt.change(req)
			}
			s.send(req)
			tt.want.Number, tt.want.Received, tt.want.Method = 1, started, tt.method
			assert.Equal(t, []mock.Request{tt.want}, m.Requests())
		})
	}
}

// TestUnsignedDiscovery: version discovery is answered without a signature, and the list says that there was none.
func TestUnsignedDiscovery(t *testing.T) {
	s, m := controlled(t)
	s.send(s.request(http.MethodGet, "/", ""))
	require.Len(t, m.Requests(), 1)
	seen := m.Requests()[0]
	assert.Equal(t, openapi.VersionsOperation, seen.Operation)
	assert.Equal(t, http.StatusOK, seen.Status)
	assert.False(t, seen.SignatureValid)
	assert.Contains(t, seen.SignatureError, "missing header")
	assert.Empty(t, seen.Reason)
}

// TestSignatureUnchecked: a defect that accepts any signature does not make it a right one.
func TestSignatureUnchecked(t *testing.T) {
	unchecked, err := mock.DefectByName("signature-unchecked")
	require.NoError(t, err)
	s, m := controlled(t, mock.WithDefect(unchecked))
	req := s.sign(s.request(http.MethodDelete, detachPath, ""), credentials)
	req.Header.Set(signing.HeaderSignature, "d3Jvbmc=")
	require.Equal(t, http.StatusAccepted, s.send(req).status)
	assert.False(t, m.Requests()[0].SignatureValid)
}

// TestSeenIsBounded: a mock that serves for long keeps the newest.
func TestSeenIsBounded(t *testing.T) {
	m, err := mock.New([]signing.Credentials{credentials})
	require.NoError(t, err)
	const most, sent = 10_000, 20_500
	for range sent {
		m.ServeHTTP(nowhere{}, &http.Request{Method: http.MethodGet, URL: &url.URL{Path: "/"}})
	}
	seen := m.Requests()
	require.Len(t, seen, most)
	assert.EqualValues(t, sent-most+1, seen[0].Number)
	assert.EqualValues(t, sent, seen[most-1].Number)
	m.Forget()
	assert.Empty(t, m.Requests())
}

// nowhere is a http.ResponseWriter that drops what is written.
type nowhere struct{}

func (nowhere) Header() http.Header         { return http.Header{} }
func (nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (nowhere) WriteHeader(int)             {}

// TestControlWhileServing changes everything while requests come: the race detector looks on.
func TestControlWhileServing(t *testing.T) {
	s, m := controlled(t)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for i := range 50 {
			m.SetDefects(mock.Defects()[i])
			m.SetDay(lifecycle.Day(2026, time.April, 1+i))
			m.SetDelay(time.Duration(i))
			assert.NoError(t, m.Load(mock.DefaultWorld()))
			m.World()
			m.Requests()
			m.Reset()
		}
	}()
	for i := 0; ; i++ {
		select {
		case <-done:
			return
		default:
			req := s.sign(s.request(http.MethodDelete, fmt.Sprintf("%s?%d", detachPath, i), ""), credentials)
			if resp, err := s.client.Do(req); err == nil { // a defect may hang up
				resp.Body.Close()
			}
		}
	}
}
