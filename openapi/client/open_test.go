package client

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

const (
	volumeID = "3f500f00-ed80-4566-a057-e31760226f9a"
	serverID = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"

	remote = "https://virtualserver.kr-west1.e.samsungsdscloud.com"
)

var (
	signedAt    = time.Date(2026, time.March, 3, 3, 0, 0, 0, time.UTC)
	testVersion = MustVersion("virtualserver", "1.3")
	detachOnly  = []Operation{{http.MethodDelete, "/v1/volumes/{volume_id}/servers/{server_id}"}}
)

func newSigner(t testing.TB) *signing.Signer {
	t.Helper()
	signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")},
		signing.WithClock(func() time.Time { return signedAt }))
	require.NoError(t, err)
	return signer
}

// roundTripper is a transport that is a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// sealed is a transport for requests that must not get as far as one.
func sealed(t testing.TB) Option {
	return WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request left the client: %s %s", req.Method, req.URL)
		return nil, errors.New("sealed")
	}))
}

// listen serves on loopback until the test ends.
func listen(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv
}

// detachAt detaches as a generated client does.
func detachAt(ctx context.Context, t testing.TB, endpoint string, opts ...Option) error {
	t.Helper()
	server, doer, err := Open(endpoint, newSigner(t), testVersion, detachOnly, opts...)
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, server+"v1/volumes/"+volumeID+"/servers/"+serverID, nil)
	require.NoError(t, err)
	resp, err := doer.Do(req)
	return DetachResult(volumeID, serverID, resp, err)
}

// doerFunc is a client that is a function.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(req *http.Request) (*http.Response, error) { return f(req) }

func TestOpenRefuses(t *testing.T) {
	signer := newSigner(t)
	for _, tt := range []struct {
		name     string
		endpoint string
		signer   *signing.Signer
		version  Version
		opts     []Option
		is       error  // or
		says     string // this
	}{
		{name: "plain HTTP to another machine", endpoint: "http" + strings.TrimPrefix(remote, "https"), signer: signer, version: testVersion, is: signing.ErrPlainHTTP},
		{name: "no signer", endpoint: remote, version: testVersion, says: "signer"},
		{name: "no version", endpoint: remote, signer: signer, says: "zero Version"},
		{name: "no endpoint", signer: signer, version: testVersion, says: "endpoint"},
		{name: "no scheme", endpoint: "127.0.0.1:1", signer: signer, version: testVersion, says: "endpoint"},
		{name: "another scheme", endpoint: "ftp://127.0.0.1:1", signer: signer, version: testVersion, says: "endpoint"},
		{name: "no host", endpoint: "https:///", signer: signer, version: testVersion, says: "endpoint"},
		{name: "a path", endpoint: remote + "/v1", signer: signer, version: testVersion, says: "path"},
		{name: "a query", endpoint: remote + "?a=b", signer: signer, version: testVersion, says: "endpoint"},
		{name: "no timeout", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithTimeout(0)}, says: "0s"},
		{name: "a negative timeout", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithTimeout(-time.Second)}, says: "-1s"},
		{name: "a nil option", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithTimeout(1), nil}, says: "option 3 is nil"},
		{name: "a nil *http.Transport", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithTransport((*http.Transport)(nil))}, says: "*http.Transport"},
		{name: "a nil function", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithClient(nil)}, says: "WithClient"},
		{name: "no client made", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithClient(func(*http.Client) Doer { return nil })}, says: "WithClient"},
		{name: "a nil *http.Client made", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithClient(func(*http.Client) Doer { return (*http.Client)(nil) })}, says: "WithClient"},
		{name: "a nil function made", endpoint: remote, signer: signer, version: testVersion, opts: []Option{WithClient(func(*http.Client) Doer { return doerFunc(nil) })}, says: "WithClient"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, doer, err := Open(tt.endpoint, tt.signer, tt.version, detachOnly, append([]Option{sealed(t)}, tt.opts...)...)
			require.Error(t, err)
			assert.Nil(t, doer)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			assert.ErrorContains(t, err, tt.says)
		})
	}
}

// An unsigned client reads its endpoint and options in the same way. No error repeats what did not parse.
func TestOpenUnsignedRefuses(t *testing.T) {
	for _, endpoint := range []string{
		"", "h", "//h", "ftp://h", "https://", "https://u:hunter2@h", "https://h?x=1", "https://h/?", "https://h#f",
		"https://h/v1", "https://u:hun/ter2@h", "https://h:s3cr",
	} {
		_, _, err := OpenUnsigned(endpoint, detachOnly)
		require.Error(t, err, endpoint)
		assert.NotContains(t, err.Error(), "hun")
		assert.NotContains(t, err.Error(), "s3cr")
	}
	_, _, err := OpenUnsigned(remote, detachOnly, WithTimeout(0))
	require.ErrorContains(t, err, "0s")
	_, _, err = OpenUnsigned(remote, detachOnly, nil)
	require.ErrorContains(t, err, "option 1 is nil")
}

func TestOpenReturnsTheBaseURL(t *testing.T) {
	for _, tt := range []struct{ endpoint, want string }{
		{remote, remote + "/"},
		{remote + "/", remote + "/"},
		{remote + ":443", remote + "/"},
		{"http://localhost:80", "http://localhost/"},
		{"HTTPS://" + strings.ToUpper(strings.TrimPrefix(remote, "https://")), remote + "/"},
	} {
		server, _, err := Open(tt.endpoint, newSigner(t), testVersion, detachOnly)
		require.NoError(t, err, tt.endpoint)
		assert.Equal(t, tt.want, server)
	}
}

// A client that returns nothing is an error of that client.
func TestAClientWithoutAnAnswer(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer *http.Response
		says   string
	}{
		{"nothing at all", nil, "neither an answer nor an error"},
		{"no body", &http.Response{StatusCode: http.StatusConflict}, "409 Conflict"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := detachAt(t.Context(), t, remote, sealed(t), WithClient(func(*http.Client) Doer {
				//nolint:nilnil // that is the point
				return doerFunc(func(*http.Request) (*http.Response, error) { return tt.answer, nil })
			}))
			require.ErrorContains(t, err, tt.says)
		})
	}
}

func TestBoundsByDefault(t *testing.T) {
	assert.Equal(t, 30*time.Second, DefaultTimeout)
	assert.Equal(t, 10*time.Minute, MaxWait)
	assert.Equal(t, 1<<20, MaxBody)
	_, doer, err := Open(remote, newSigner(t), testVersion, detachOnly)
	require.NoError(t, err)
	sends, ok := doer.(*http.Client)
	require.True(t, ok)
	assert.Equal(t, DefaultTimeout, sends.Timeout)
}

func TestPlainHTTPWhereItIsAllowed(t *testing.T) {
	var sent string
	err := detachAt(t.Context(), t, "http"+strings.TrimPrefix(remote, "https"), AllowPlainHTTP(),
		WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = req.URL.String()
			return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: req}, nil
		})))
	require.NoError(t, err)
	assert.Equal(t, "http"+strings.TrimPrefix(remote, "https")+"/v1/volumes/"+volumeID+"/servers/"+serverID, sent)
}

func TestMustVersion(t *testing.T) {
	assert.Equal(t, "1.10", MustVersion("virtualserver", "1.10").String())
	assert.NotEqual(t, MustVersion("virtualserver", "1.1"), MustVersion("virtualserver", "1.10"))
	for _, number := range []string{"", "1", "v1.3", "1.3 ", "01.3", "1.03", "1.3.1", "1.x", "99999.1", "1.3\n"} {
		assert.Panics(t, func() { MustVersion("virtualserver", number) }, "%q", number)
	}
	assert.Panics(t, func() { MustVersion("", "1.3") })
}

func TestEndpoint(t *testing.T) {
	locations := []Location{{"kr-west1", "e", "https://west"}, {"kr-south1", "g", "https://south"}}
	url, err := Endpoint(locations, "kr-south1", "g")
	require.NoError(t, err)
	assert.Equal(t, "https://south", url)
	for _, pair := range [][2]string{{"kr-west1", "g"}, {"kr-south1", "e"}, {"", ""}, {"KR-WEST1", "e"}} {
		_, err := Endpoint(locations, pair[0], pair[1])
		assert.ErrorContains(t, err, "kr-west1 in e, kr-south1 in g")
	}
}
