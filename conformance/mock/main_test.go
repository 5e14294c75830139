package mock_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	credentials = signing.Credentials{AccessKey: "alice-access", SecretKey: signing.Secret("alice-secret-0123456789")}
	started     = time.Date(2026, time.April, 1, 9, 0, 0, 0, time.UTC)
)

const (
	unusedID   = "11111111-2222-4333-8444-555555555555"
	detachPath = "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.ServerID
)

// clock is a clock that tests advance.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// served is a mock behind a real listener, and a client that signs with the same clock.
type served struct {
	t      *testing.T
	server *httptest.Server
	client *http.Client
	clock  *clock
}

// serve starts a mock over plain HTTP.
func serve(t *testing.T, opts ...mock.Option) *served {
	t.Helper()
	return serveBy(t, (*httptest.Server).Start, opts...)
}

func serveBy(t *testing.T, start func(*httptest.Server), opts ...mock.Option) *served {
	t.Helper()
	s := &served{t: t, clock: &clock{now: started}}
	handler, err := mock.New([]signing.Credentials{credentials}, append([]mock.Option{mock.WithClock(s.clock.Now)}, opts...)...)
	require.NoError(t, err)
	s.server = httptest.NewUnstartedServer(handler)
	start(s.server)
	t.Cleanup(s.server.Close)
	s.client = s.server.Client()
	// A redirect is looked at, not followed.
	s.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return s
}

// reply is an answer with its body read.
type reply struct {
	status int
	header http.Header
	body   []byte
}

// request makes an unsigned request.
func (s *served) request(method, path, body string) *http.Request {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.server.URL+path, bytes.NewBufferString(body))
	require.NoError(s.t, err)
	return req
}

func (s *served) sign(req *http.Request, as signing.Credentials) *http.Request {
	s.t.Helper()
	signer, err := signing.New(as, signing.WithClock(s.clock.Now))
	require.NoError(s.t, err)
	require.NoError(s.t, signer.Sign(req))
	return req
}

func (s *served) send(req *http.Request) reply {
	s.t.Helper()
	resp, err := s.client.Do(req)
	require.NoError(s.t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	require.NoError(s.t, err)
	return reply{resp.StatusCode, resp.Header, body}
}

// ask sends a signed request that names no version.
func (s *served) ask(method, path string) reply {
	s.t.Helper()
	return s.send(s.sign(s.request(method, path, ""), credentials))
}

func (s *served) detach(volume, server string) int {
	s.t.Helper()
	return s.ask(http.MethodDelete, "/v1/volumes/"+volume+"/servers/"+server).status
}

func (s *served) attach(volume, server string) reply {
	s.t.Helper()
	body, err := json.Marshal(volumes.AttachRequest{ServerID: server})
	require.NoError(s.t, err)
	return s.send(s.sign(s.request(http.MethodPost, "/v1/volumes/"+volume+"/servers", string(body)), credentials))
}

func (s *served) show(volume string) volumes.Volume {
	s.t.Helper()
	shown := s.ask(http.MethodGet, "/v1/volumes/"+volume)
	require.Equal(s.t, http.StatusOK, shown.status, "%s", shown.body)
	var v volumes.Volume
	require.NoError(s.t, json.Unmarshal(shown.body, &v))
	return v
}

// requireVolume checks the state of a volume and the servers that have it.
func (s *served) requireVolume(volume, state string, servers ...string) {
	s.t.Helper()
	v := s.show(volume)
	at := []string{}
	for _, attached := range v.Servers {
		at = append(at, attached.ID)
	}
	require.Equal(s.t, state, v.State, "state of %s", volume)
	require.ElementsMatch(s.t, servers, at, "servers of %s", volume)
}

// world shows every volume of DefaultWorld, to compare it with an earlier time.
func (s *served) world() []volumes.Volume {
	s.t.Helper()
	var shown []volumes.Volume
	for _, v := range mock.DefaultWorld().Volumes {
		shown = append(shown, s.show(v.ID))
	}
	return shown
}

// requireError checks that an answer has the form of the service's errors.
func requireError(t *testing.T, r reply, code string) {
	t.Helper()
	assert.Equal(t, "application/json", r.header.Get("Content-Type"))
	assert.Empty(t, r.header.Get("Location"))
	var body struct {
		Errors []map[string]any `json:"errors"`
	}
	require.NoError(t, json.Unmarshal(r.body, &body), "%s", r.body)
	require.Len(t, body.Errors, 1)
	entry := body.Errors[0]
	assert.Equal(t, code, entry["code"])
	assert.Equal(t, code, entry["title"])
	assert.EqualValues(t, r.status, entry["status"])
	assert.Regexp(t, `^req-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, entry["request_id"])
	assert.Equal(t, entry["request_id"], entry["global_request_id"])
	assert.Equal(t, []any{}, entry["links"])
	assert.Equal(t, []any{}, entry["related_resources"])
	assert.Contains(t, entry, "response")
	assert.Nil(t, entry["response"])
	detail, ok := entry["detail"].([]any)
	require.True(t, ok && len(detail) == 1, "detail is %v", entry["detail"])
	assert.NotEmpty(t, detail[0])
	assert.NotContains(t, string(r.body), credentials.SecretKey.Reveal())
}

// speaks is the value of Scp-Api-Version for a version.
func speaks(version string) string { return openapi.Service + " " + version }
