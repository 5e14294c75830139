package mock_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestNewRefuses(t *testing.T) {
	for _, tt := range []struct {
		name        string
		credentials []signing.Credentials
		opts        []mock.Option
		want        string
	}{
		{"no credentials", nil, nil, "no credentials"},
		{"no access key", []signing.Credentials{{SecretKey: credentials.SecretKey}}, nil, "need an access key"},
		{"no secret key", []signing.Credentials{{AccessKey: "ak"}}, nil, "and a secret key"},
		{"a nil option", []signing.Credentials{credentials}, []mock.Option{nil}, "option 0 is nil"},
		{"a nil clock", []signing.Credentials{credentials}, []mock.Option{mock.WithClock(nil)}, "the clock is nil"},
		{"no documents", []signing.Credentials{credentials}, []mock.Option{mock.WithDocuments(nil)}, "the set is nil"},
		{"a negative delay", []signing.Credentials{credentials}, []mock.Option{mock.WithDelay(-1)}, "negative"},
		{"a rate above 1", []signing.Credentials{credentials}, []mock.Option{mock.WithGatewayErrors(2, 1)}, "rate 2 is not between"},
		{"a rate that is no number", []signing.Credentials{credentials}, []mock.Option{mock.WithGatewayErrors(math.NaN(), 1)}, "rate NaN"},
		{"busy for a negative time", []signing.Credentials{credentials}, []mock.Option{mock.Live(), mock.WithBusy(-time.Second)}, "-1s is negative"},
		{"a volume twice", []signing.Credentials{credentials}, []mock.Option{mock.WithWorld(mock.World{
			Volumes: []mock.Volume{{ID: "a"}, {ID: "a"}},
		})}, "volume a is listed twice"},
		{"a volume at an unlisted server", []signing.Credentials{credentials}, []mock.Option{mock.WithWorld(mock.World{
			Volumes: []mock.Volume{{ID: "a", Servers: []string{"b"}}},
		})}, "server b, which is not listed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server, err := mock.New(tt.credentials, tt.opts...)
			require.ErrorContains(t, err, tt.want)
			require.Nil(t, server)
		})
	}
}

// TestNewRefusesAnOperationWithoutHandler: whoever adds an operation to the documents learns at start, and
// not by the first request, that the mock needs a handler for it.
func TestNewRefusesAnOperationWithoutHandler(t *testing.T) {
	const show = "  /v1/servers/{server_id}:\n    get:\n      operationId: showServer\n      responses: {\"200\": {description: OK}}\n" +
		"      parameters: [{name: server_id, in: path, required: true, schema: {type: string}}]\n"
	fsys := fstest.MapFS{}
	files, err := filepath.Glob("../../openapi/*.yaml")
	require.NoError(t, err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		if filepath.Base(file) == "volumes.yaml" {
			data = []byte(strings.Replace(string(data), "\npaths:\n", "\npaths:\n"+show, 1))
		}
		fsys[filepath.Base(file)] = &fstest.MapFile{Data: data}
	}
	set, err := openapi.Read(fsys)
	require.NoError(t, err)
	_, err = mock.New([]signing.Credentials{credentials}, mock.WithDocuments(set))
	for _, part := range []string{"volumes.yaml", "showServer", "GET /v1/servers/{server_id}", "add a handler"} {
		require.ErrorContains(t, err, part)
	}
}

// TestHandmadeRequests calls the handler as no server does: with what net/http would have filled in left
// out. It is answered with an error, whatever the defect, and does not panic.
func TestHandmadeRequests(t *testing.T) {
	attachPath := "/v1/volumes/" + mock.SpareID + "/servers"
	requests := map[string]*http.Request{
		"nothing":              {},
		"no header":            {Method: http.MethodDelete, RequestURI: detachPath},
		"no URL":               {Method: http.MethodDelete, RequestURI: detachPath, Header: http.Header{}},
		"no request URI":       {Method: http.MethodDelete, URL: &url.URL{Path: detachPath}, Header: http.Header{}},
		"a POST with nil body": {Method: http.MethodPost, RequestURI: attachPath, Header: http.Header{}},
		"an opaque URL":        {Method: http.MethodDelete, URL: &url.URL{Opaque: "x"}, Header: http.Header{}},
		"an asterisk":          {Method: http.MethodOptions, RequestURI: "*", Header: http.Header{}},
		"an absolute URL":      {Method: http.MethodDelete, RequestURI: "http://x?y", Header: http.Header{}},
	}
	mocks := map[string]mock.Option{"sound": mock.WithDelay(0), "live": mock.Live()}
	for _, d := range mock.Defects() {
		switch d.Name {
		case "slow", "detach-slow", "body-endless", "accepted-endless", "connection-cut", "body-cut":
			continue // they end with the connection, and there is none
		}
		mocks[d.Name] = mock.WithDefect(d)
	}
	for kind, opt := range mocks {
		handler, err := mock.New([]signing.Credentials{credentials}, opt)
		require.NoError(t, err)
		for name, r := range requests {
			t.Run(kind+"/"+name, func(t *testing.T) {
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, r.Clone(t.Context()))
				if kind == "sound" || kind == "live" {
					assert.GreaterOrEqual(t, w.Code, 400)
				}
			})
		}
	}
}

// TestSignedPostWithoutBody: a nil body is an empty one.
func TestSignedPostWithoutBody(t *testing.T) {
	handler, err := mock.New([]signing.Credentials{credentials})
	require.NoError(t, err)
	signer, err := signing.New(credentials)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://mock/v1/volumes/"+mock.SpareID+"/servers", nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(req))
	require.Nil(t, req.Body)
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	assert.Equal(t, http.StatusBadRequest, w.Code)
	assert.Contains(t, w.Body.String(), "server_id")
}

func TestRequests(t *testing.T) {
	const (
		none      = "" // an answer without a body
		validate  = "ValidationError"
		hmac      = "HmacValidFail"
		elsewhere = "NotFound"
		otherKey  = "someone-else"
	)
	showPath := "/v1/volumes/" + mock.VolumeID
	cases := []struct {
		name   string
		method string
		path   string
		spoil  func(*http.Request) // after it was signed
		as     signing.Credentials
		status int
		code   string
	}{
		{name: "detach", method: http.MethodDelete, path: detachPath, status: 202, code: none},
		{name: "detach with a query", method: http.MethodDelete, path: detachPath + "?x=%2f..", status: 202, code: none},
		{name: "detach from a server without it", method: http.MethodDelete, path: "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.OtherServerID, status: 409, code: "VirtualServer.VolumeNotAttached"},
		{name: "detach the OS volume", method: http.MethodDelete, path: "/v1/volumes/" + mock.OSVolumeID + "/servers/" + mock.ServerID, status: 409, code: "VirtualServer.OsVolumeNotDetachable"},
		{name: "detach the OS volume from another server", method: http.MethodDelete, path: "/v1/volumes/" + mock.OSVolumeID + "/servers/" + mock.OtherServerID, status: 409, code: "VirtualServer.OsVolumeNotDetachable"},
		{name: "detach an unknown volume", method: http.MethodDelete, path: "/v1/volumes/" + unusedID + "/servers/" + mock.ServerID, status: 400, code: validate},
		{name: "detach from an unknown server", method: http.MethodDelete, path: "/v1/volumes/" + mock.VolumeID + "/servers/" + unusedID, status: 400, code: validate},
		{name: "show an unknown volume", method: http.MethodGet, path: "/v1/volumes/" + unusedID, status: 400, code: validate},

		{name: "delete a volume", method: http.MethodDelete, path: showPath, status: 404, code: elsewhere},
		{name: "delete a server", method: http.MethodDelete, path: "/v1/servers/" + mock.ServerID, status: 404, code: elsewhere},
		{name: "another method", method: http.MethodPut, path: detachPath, status: 404, code: elsewhere},
		{name: "another path", method: http.MethodGet, path: "/v2/volumes", status: 404, code: elsewhere},
		{name: "another case of letters", method: http.MethodGet, path: "/V1/volumes/" + mock.VolumeID, status: 404, code: elsewhere},

		{name: "no access key", method: http.MethodDelete, path: detachPath, spoil: without(signing.HeaderAccessKey), status: 401, code: hmac},
		{name: "no signature", method: http.MethodDelete, path: detachPath, spoil: without(signing.HeaderSignature), status: 401, code: hmac},
		{name: "no timestamp", method: http.MethodDelete, path: detachPath, spoil: without(signing.HeaderTimestamp), status: 401, code: hmac},
		{name: "no client type", method: http.MethodDelete, path: detachPath, spoil: without(signing.HeaderClientType), status: 401, code: hmac},
		{name: "another's key", method: http.MethodDelete, path: detachPath, as: signing.Credentials{AccessKey: otherKey, SecretKey: credentials.SecretKey}, status: 401, code: hmac},
		{name: "another secret key", method: http.MethodDelete, path: detachPath, as: signing.Credentials{AccessKey: credentials.AccessKey, SecretKey: signing.Secret(otherKey)}, status: 401, code: hmac},
		{name: "a signature for another path", method: http.MethodDelete, path: detachPath, spoil: func(r *http.Request) { r.URL.Path = showPath }, status: 401, code: hmac},
		{name: "a signature for another method", method: http.MethodGet, path: showPath, spoil: func(r *http.Request) { r.Method = http.MethodDelete }, status: 401, code: hmac},

		// The caller is authenticated before anything else is judged.
		{name: "wrong signature, unknown path", method: http.MethodDelete, path: "/nothing/here", spoil: without(signing.HeaderSignature), status: 401, code: hmac},
		{name: "wrong signature, unknown version", method: http.MethodDelete, path: detachPath, spoil: func(r *http.Request) {
			r.Header.Set(signing.HeaderAPIVersion, speaks("9.99"))
			r.Header.Del(signing.HeaderSignature)
		}, status: 401, code: hmac},
		{name: "wrong signature, malformed ID", method: http.MethodDelete, path: "/v1/volumes/../servers/" + mock.ServerID, spoil: without(signing.HeaderSignature), status: 401, code: hmac},
		{name: "wrong signature, POST /", method: http.MethodPost, path: "/", spoil: without(signing.HeaderSignature), status: 401, code: hmac},
	}
	for transport, start := range map[string]func(*httptest.Server){
		"http": (*httptest.Server).Start, "https": (*httptest.Server).StartTLS,
	} {
		for _, c := range cases {
			t.Run(transport+"/"+c.name, func(t *testing.T) {
				s := serveBy(t, start)
				before := s.world()
				if c.as == (signing.Credentials{}) {
					c.as = credentials
				}
				req := s.sign(s.request(c.method, c.path, ""), c.as)
				if c.spoil != nil {
					c.spoil(req)
				}
				got := s.send(req)
				require.Equal(t, c.status, got.status, "%s", got.body)
				if c.code == none {
					assert.Empty(t, got.body)
					return
				}
				requireError(t, got, c.code)
				assert.Equal(t, before, s.world(), "a refusal changes nothing")
			})
		}
	}
}

func without(header string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Del(header) }
}

// TestTimestamps tries both ends of the window in which a timestamp is accepted.
func TestTimestamps(t *testing.T) {
	for name, c := range map[string]struct {
		off    time.Duration // how far the server's clock is ahead of the client's
		status int
	}{
		"now":             {0, 200},
		"oldest accepted": {signing.AssumedMaxSkew, 200},
		"too old":         {signing.AssumedMaxSkew + time.Millisecond, 401},
		"furthest ahead":  {-signing.AssumedMaxSkew, 200},
		"too far ahead":   {-signing.AssumedMaxSkew - time.Millisecond, 401},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
			s.clock.advance(c.off)
			assert.Equal(t, c.status, s.send(req).status)
		})
	}
}
