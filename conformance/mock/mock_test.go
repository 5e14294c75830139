package mock_test

import (
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
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

// TestRawPaths sends paths that other servers clean, decode or redirect. Cleaning would turn some of the
// detaches into the deletion of a volume or a server.
func TestRawPaths(t *testing.T) {
	const volume, server = mock.VolumeID, mock.ServerID
	s := serve(t)
	before := s.world()
	for name, path := range map[string]string{
		"server ..":                 "/v1/volumes/" + volume + "/servers/..",
		"server .":                  "/v1/volumes/" + volume + "/servers/.",
		"server empty":              "/v1/volumes/" + volume + "/servers/",
		"server three dots":         "/v1/volumes/" + volume + "/servers/...",
		"volume ..":                 "/v1/volumes/../servers/" + server,
		"volume .":                  "/v1/volumes/./servers/" + server,
		"volume empty":              "/v1/volumes//servers/" + server,
		"both ..":                   "/v1/volumes/../servers/..",
		"both empty":                "/v1/volumes//servers/",
		"encoded ..":                "/v1/volumes/" + volume + "/servers/%2e%2e",
		"encoded .. in capitals":    "/v1/volumes/%2E%2E/servers/" + server,
		"half encoded ..":           "/v1/volumes/" + volume + "/servers/.%2e",
		"twice encoded ..":          "/v1/volumes/" + volume + "/servers/%252e%252e",
		"trailing slash":            detachPath + "/",
		"trailing ..":               detachPath + "/..",
		"trailing ../..":            detachPath + "/../..",
		"there and back":            "/v1/volumes/" + volume + "/servers/../servers/" + server,
		"through the root":          "/v1/../v1/volumes/" + volume + "/servers/" + server,
		"double slash in front":     "/" + detachPath,
		"double slash within":       "/v1//volumes/" + volume + "/servers/" + server,
		"encoded slash in volume":   "/v1/volumes/" + volume + "%2Fx/servers/" + server,
		"encoded slash in server":   "/v1/volumes/" + volume + "/servers/" + server + "%2f..",
		"encoded slash to a volume": "/v1/volumes/x%2f..%2f" + volume + "/servers/" + server,
		"encoded separator":         "/v1/volumes/" + volume + "%2Fservers%2F" + server,
		"backslash":                 "/v1/volumes/" + volume + "/servers/..%5C" + server,
		"NUL":                       "/v1/volumes/" + volume + "/servers/" + server + "%00",
		"newline":                   "/v1/volumes/" + volume + "/servers/" + server + "%0A",
		"semicolon":                 "/v1/volumes/" + volume + ";x=y/servers/" + server,
		"very long":                 "/v1/volumes/" + strings.Repeat("a", 5000) + "/servers/" + server,
	} {
		for _, method := range []string{http.MethodDelete, http.MethodPost, http.MethodGet} {
			t.Run(name+"/"+method, func(t *testing.T) {
				got := s.ask(method, path)
				assert.True(t, got.status >= 400 && got.status < 500, "answered %d: %s", got.status, got.body)
				assert.Empty(t, got.header.Get("Location"))
				assert.Equal(t, before, s.world())
			})
		}
	}
}

// TestMalformedIDs tells malformed IDs from unknown ones.
func TestMalformedIDs(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct{ id, want string }{
		"unknown":       {unusedID, "There is no server"},
		"a word":        {"null", "There is no server"},
		"empty":         {"", "malformed"},
		"dot":           {".", "malformed"},
		"two dots":      {"..", "malformed"},
		"three dots":    {"...", "malformed"},
		"encoded dots":  {"%2e%2e", "malformed"},
		"encoded slash": {"a%2fb", "malformed"},
		"backslash":     {"a%5cb", "malformed"},
		"NUL":           {"a%00b", "malformed"},
		"long":          {strings.Repeat("a", 256), "malformed"},
		"just fits":     {strings.Repeat("a", 255), "There is no server"},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.ask(http.MethodDelete, "/v1/volumes/"+mock.VolumeID+"/servers/"+c.id)
			require.Equal(t, http.StatusBadRequest, got.status)
			requireError(t, got, "ValidationError")
			assert.Contains(t, string(got.body), c.want)
		})
	}
}

// TestEncodedID percent-encodes a character that needs no encoding: the ID is the same.
func TestEncodedID(t *testing.T) {
	s := serve(t)
	encoded := strings.Replace(detachPath, "-", "%2D", 1)
	require.Equal(t, http.StatusAccepted, s.ask(http.MethodDelete, encoded).status)
	s.requireVolume(mock.VolumeID, mock.StateAvailable)
}

func TestVersionHeader(t *testing.T) {
	type ask struct {
		header []string
		status int
	}
	newest := gen.Clients()[len(gen.Clients())-1].ID.String()
	cases := map[string]ask{
		"absent":          {nil, 200},
		"unknown":         {[]string{speaks("9.99")}, 400},
		"unknown, major":  {[]string{speaks("0.1")}, 400},
		"empty":           {[]string{""}, 400},
		"no service":      {[]string{newest}, 400},
		"no version":      {[]string{"virtualserver"}, 400},
		"other service":   {[]string{"vpc " + newest}, 400},
		"service in caps": {[]string{"VirtualServer " + newest}, 400},
		"two spaces":      {[]string{"virtualserver  " + newest}, 400},
		"a tab":           {[]string{"virtualserver\t" + newest}, 400},
		"leading v":       {[]string{speaks("v" + newest)}, 400},
		"leading zero":    {[]string{speaks("0" + newest)}, 400},
		"trailing part":   {[]string{speaks(newest + ".0")}, 400},
		"range":           {[]string{speaks(newest + "-9.99")}, 400},
		"latest":          {[]string{speaks("latest")}, 400},
		"doubled":         {[]string{speaks(newest), speaks(newest)}, 400},
	}
	for _, client := range gen.Clients() {
		id := client.ID.String()
		cases["known "+id] = ask{[]string{speaks(id)}, 200}
	}
	s := serve(t)
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
			req.Header[signing.HeaderAPIVersion] = c.header
			got := s.send(req)
			require.Equal(t, c.status, got.status, "%s", got.body)
			if c.status != http.StatusOK {
				requireError(t, got, "ValidationError")
			}
		})
	}
}

// TestPlannedNeverAnswers: a PLANNED version is refused if a request names it, and passed over if a request
// names none.
func TestPlannedNeverAnswers(t *testing.T) {
	clients := gen.Clients()
	newest, before := clients[len(clients)-1].ID, clients[len(clients)-2].ID
	for _, tt := range []struct {
		name    string
		planned []lifecycle.ID
		header  []string
		status  int
	}{
		{"pinned", []lifecycle.ID{newest}, []string{speaks(newest.String())}, 400},
		{"the version before it", []lifecycle.ID{newest}, []string{speaks(before.String())}, 200},
		{"no version named", []lifecycle.ID{newest}, nil, 200},
		{"no version named, all planned", ids(clients), nil, 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			table := lifecycle.Table{}
			for _, c := range clients {
				label := lifecycle.Current
				if slices.Contains(tt.planned, c.ID) {
					label = lifecycle.Planned
				}
				table.Versions = append(table.Versions, lifecycle.Version{ID: c.ID, Label: label})
			}
			s := serve(t, mock.WithTable(table))
			req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
			req.Header[signing.HeaderAPIVersion] = tt.header
			assert.Equal(t, tt.status, s.send(req).status)
		})
	}
}

// TestUnversionedSkipsEnded: with RefuseEnded, a request that names no version is for the newest that has
// not ended.
func TestUnversionedSkipsEnded(t *testing.T) {
	clients := gen.Clients()
	ended := lifecycle.On(started)
	table := lifecycle.Table{}
	for _, c := range clients {
		table.Versions = append(table.Versions, lifecycle.Version{ID: c.ID, Label: lifecycle.Deprecated, NotBefore: ended})
	}
	s := serve(t, mock.WithTable(table), mock.RefuseEnded())
	assert.Equal(t, http.StatusBadRequest, s.ask(http.MethodGet, "/v1/volumes/"+mock.VolumeID).status)
	table.Versions[0].NotBefore = lifecycle.Date{}
	s = serve(t, mock.WithTable(table), mock.RefuseEnded())
	got := s.ask(http.MethodGet, "/v1/volumes/"+mock.VolumeID)
	assert.Equal(t, http.StatusOK, got.status)
	assert.NotContains(t, string(got.body), "max_iops", "the oldest version answered")
}

func ids(clients []gen.Client) []lifecycle.ID {
	var all []lifecycle.ID
	for _, c := range clients {
		all = append(all, c.ID)
	}
	return all
}

// days are days on which the versions have different states: around each of their dates, and far from all.
func days() []lifecycle.Date {
	list := []lifecycle.Date{lifecycle.Day(2024, time.January, 1), lifecycle.On(started), lifecycle.Day(2040, time.January, 1)}
	for _, v := range gen.Table().Versions {
		if !v.NotBefore.IsZero() {
			list = append(list, v.NotBefore.Plus(-90), v.NotBefore.Plus(-89), v.NotBefore.Plus(-1), v.NotBefore)
		}
	}
	return list
}

// TestDiscovery compares GET / with what package lifecycle says of each day.
func TestDiscovery(t *testing.T) {
	for _, day := range days() {
		for name, refuseEnded := range map[string]bool{"keeps ended": false, "refuses ended": true} {
			t.Run(day.String()+"/"+name, func(t *testing.T) {
				opts := []mock.Option{mock.WithDay(day)}
				if refuseEnded {
					opts = append(opts, mock.RefuseEnded())
				}
				s := serve(t, opts...)
				want := lifecycle.Table{}
				for _, standing := range gen.Table().At(day) {
					ended := standing.State == lifecycle.Ended
					if !ended || !refuseEnded {
						want.Versions = append(want.Versions, lifecycle.Version{
							ID: standing.ID, Label: standing.State.Label(), NotBefore: standing.NotBefore,
						})
					}

					status := http.StatusOK
					if ended && refuseEnded || standing.State == lifecycle.Planned {
						status = http.StatusBadRequest
					}
					req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
					req.Header.Set(signing.HeaderAPIVersion, speaks(standing.ID.String()))
					assert.Equal(t, status, s.send(req).status, "%s", standing)
				}

				got := s.send(s.request(http.MethodGet, "/", "")) // not signed
				require.Equal(t, http.StatusOK, got.status)
				assert.Equal(t, "application/json", got.header.Get("Content-Type"))
				assert.Contains(t, string(got.body), `"href":"`+s.server.URL+`/v1"`)
				if len(want.Versions) == 0 {
					assert.JSONEq(t, `{"versions":[]}`, string(got.body))
					return
				}
				table, err := lifecycle.ParseDiscovery(strings.NewReader(string(got.body)), "the mock", started)
				require.NoError(t, err)
				assert.Equal(t, want.Versions, table.Versions)
			})
		}
	}
}

// TestDiscoveryFollowsTheClock sets no day: the labels are those of the clock's day in Korea.
func TestDiscoveryFollowsTheClock(t *testing.T) {
	table := lifecycle.Table{Versions: []lifecycle.Version{
		{ID: lifecycle.V(1, 9), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.July, 1)},
		{ID: lifecycle.V(1, 10), Label: lifecycle.Current},
	}}
	s := serve(t, mock.WithTable(table))
	label := func() string {
		listed, err := lifecycle.ParseDiscovery(strings.NewReader(string(s.send(s.request(http.MethodGet, "/", "")).body)), "the mock", started)
		require.NoError(t, err)
		require.Len(t, listed.Versions, 2)
		return string(listed.Versions[0].Label)
	}
	// 90 days before the date is 2 April, which ends in Korea at 15:00 UTC.
	s.clock.advance(time.Date(2026, time.April, 2, 14, 59, 59, 0, time.UTC).Sub(started))
	assert.Equal(t, "SUPPORTED", label())
	s.clock.advance(time.Second)
	assert.Equal(t, "DEPRECATED", label())
}

// TestDiscoveryForms sends requests that are, and that are not, for the list of versions.
func TestDiscoveryForms(t *testing.T) {
	s := serveBy(t, (*httptest.Server).StartTLS)
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"no path":      {http.MethodGet, "", 200},
		"slash":        {http.MethodGet, "/", 200},
		"with a query": {http.MethodGet, "/?x=y", 200},
		"two slashes":  {http.MethodGet, "//", 401},
		"dot":          {http.MethodGet, "/.", 401},
		"another path": {http.MethodGet, "/v1", 401},
		"POST":         {http.MethodPost, "/", 401},
		"OPTIONS":      {http.MethodOptions, "/", 401},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(s.request(c.method, c.path, ""))
			assert.Equal(t, c.status, got.status)
			if c.status == http.StatusOK {
				assert.Contains(t, string(got.body), `"href":"https://`)
			}
		})
	}
}
