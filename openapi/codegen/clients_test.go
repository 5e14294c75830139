package codegen_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	v1_3 "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/client"
	"github.com/scp-openapi/virtualserver/signing"
)

const (
	volume = "3f500f00-ed80-4566-a057-e31760226f9a"
	server = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"

	// patience is a timeout that no test waits for.
	patience = time.Minute
)

var (
	credentials = signing.Credentials{AccessKey: "test-access", SecretKey: signing.Secret("test-secret"), AccountID: "test-account"}
	signedAt    = time.UnixMilli(1_767_225_600_123)
)

func clock() time.Time { return signedAt }

func newSigner(t testing.TB) *signing.Signer {
	t.Helper()
	signer, err := signing.New(credentials, signing.WithClock(clock))
	require.NoError(t, err)
	return signer
}

func newVerifier() *signing.Verifier {
	return signing.NewVerifier(func(accessKey string) (signing.Credentials, bool) {
		return credentials, accessKey == credentials.AccessKey
	}, signing.WithVerifierClock(clock))
}

// roundTripper is a transport that is a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// sealed is a transport for calls that must not get as far as one.
func sealed(t testing.TB) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		t.Errorf("a request left the client: %s %s", req.Method, req.URL)
		return nil, errors.New("sealed")
	})
}

// listen serves on loopback until the test ends.
func listen(t testing.TB, handler http.HandlerFunc) *httptest.Server {
	t.Helper()
	srv := httptest.NewServer(handler)
	t.Cleanup(srv.Close)
	return srv
}

func connect(t testing.TB, srv *httptest.Server) gen.Connection {
	t.Helper()
	return gen.Connection{Endpoint: srv.URL, Signer: newSigner(t), Transport: srv.Client().Transport, Timeout: patience}
}

func newClient(t testing.TB, endpoint string, opts ...v1_3.Option) *v1_3.ClientWithResponses {
	t.Helper()
	client, err := v1_3.New(endpoint, newSigner(t), opts...)
	require.NoError(t, err)
	return client
}

// impatient is a context for calls that have to end by themselves: it is cancelled long after they
// should have, so that a test which waits for nothing fails instead of hanging.
func impatient(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	late := time.AfterFunc(patience/4, cancel)
	t.Cleanup(func() { late.Stop(); cancel() })
	return ctx
}

// call is one detach through a client.
type call struct {
	name   string
	detach func(ctx context.Context, to gen.Connection, volumeID, serverID string) (int, error)
}

// calls is the detach of every version, and every other way to make one with a client of its own.
func calls() []call {
	var list []call
	for _, client := range gen.Clients() {
		list = append(list, call{client.ID.String(), client.Detach})
	}
	direct := func(ask func(context.Context, *v1_3.ClientWithResponses, v1_3.VolumeID, v1_3.ServerID) error) func(context.Context, gen.Connection, string, string) (int, error) {
		return func(ctx context.Context, to gen.Connection, volumeID, serverID string) (int, error) {
			client, err := v1_3.New(to.Endpoint, to.Signer, v1_3.WithTransport(to.Transport), v1_3.WithTimeout(to.Timeout))
			if err != nil {
				return 0, err
			}
			err = ask(ctx, client, v1_3.VolumeID(volumeID), v1_3.ServerID(serverID))
			var answer *v1_3.Error
			switch {
			case err == nil:
				return http.StatusAccepted, nil
			case errors.As(err, &answer):
				return answer.StatusCode, err
			}
			return 0, err
		}
	}
	return append(list,
		call{"with response", direct(func(ctx context.Context, c *v1_3.ClientWithResponses, v v1_3.VolumeID, s v1_3.ServerID) error {
			resp, err := c.DetachVolumeFromVirtualServerWithResponse(ctx, v, s)
			if err != nil {
				return err
			}
			return resp.Err()
		})},
		call{"raw", direct(func(ctx context.Context, c *v1_3.ClientWithResponses, v v1_3.VolumeID, s v1_3.ServerID) error {
			resp, err := c.DetachVolumeFromVirtualServer(ctx, v, s)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusAccepted {
				return &v1_3.Error{StatusCode: resp.StatusCode}
			}
			return nil
		})},
	)
}

var sixHeaders = []string{
	"Scp-Accesskey", "Scp-Signature", "Scp-Timestamp", "Scp-Clienttype", "Accept-Language", "Scp-Api-Version",
}

// assertSixHeaders: each is there, once, with its value.
func assertSixHeaders(t testing.TB, header http.Header, version string) {
	t.Helper()
	for _, name := range sixHeaders {
		assert.Len(t, header[name], 1, name)
	}
	assert.Equal(t, credentials.AccessKey, header.Get("Scp-Accesskey"))
	assert.Equal(t, "1767225600123", header.Get("Scp-Timestamp"), "milliseconds")
	assert.Equal(t, "Openapi", header.Get("Scp-ClientType"))
	assert.Equal(t, "ko-KR", header.Get("Accept-Language"))
	assert.Equal(t, "virtualserver "+version, header.Get("Scp-Api-Version"))
	assert.Equal(t, []string{credentials.AccountID}, header["Scp-Accountid"])
}

func TestEveryVersionSendsTheSixHeaders(t *testing.T) {
	for _, secure := range []bool{false, true} {
		for _, client := range gen.Clients() {
			t.Run(fmt.Sprintf("%s TLS %t", client.ID, secure), func(t *testing.T) {
				var header http.Header
				var refused error
				verifier := newVerifier()
				srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					header, refused = r.Header.Clone(), verifier.Verify(r)
					w.WriteHeader(http.StatusAccepted)
				}))
				if secure {
					srv.EnableHTTP2 = true
					srv.StartTLS()
				} else {
					srv.Start()
				}
				defer srv.Close()
				status, err := client.Detach(t.Context(), connect(t, srv), volume, server)
				require.NoError(t, err)
				assert.Equal(t, http.StatusAccepted, status)
				assert.NoError(t, refused, "the signature is good")
				assertSixHeaders(t, header, client.ID.String())
			})
		}
	}
}

// An editor is the caller's last word on a request, but signing comes after it: no editor makes a
// client speak another version, send a header twice, or break the signature.
func TestAnEditorCannotBreakARequest(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*http.Request)
	}{
		{"another version", func(r *http.Request) { r.Header.Set("Scp-Api-Version", "virtualserver 1.0") }},
		{"a second version", func(r *http.Request) { r.Header.Add("Scp-Api-Version", "virtualserver 1.0") }},
		{"another version in the SDK's spelling", func(r *http.Request) { r.Header["Scp-API-Version"] = []string{"virtualserver 1.0"} }},
		{"another version in small letters", func(r *http.Request) { r.Header["scp-api-version"] = []string{"virtualserver 1.0"} }},
		{"another signature", func(r *http.Request) { r.Header.Set("Scp-Signature", "c3R1ZmY=") }},
		{"a second signature", func(r *http.Request) { r.Header["scp-signature"] = []string{"c3R1ZmY="} }},
		{"another access key", func(r *http.Request) { r.Header["Scp-AccessKey"] = []string{"mallory"} }},
		{"another account", func(r *http.Request) { r.Header["Scp-AccountId"] = []string{""} }},
		{"another time", func(r *http.Request) { r.Header.Set("Scp-Timestamp", "0") }},
		{"another client type", func(r *http.Request) { r.Header["Scp-ClientType"] = []string{"Console"} }},
		{"another language", func(r *http.Request) { r.Header.Set("Accept-Language", "en-US") }},
		{"no header at all", func(r *http.Request) { r.Header = nil }},
		{"a query", func(r *http.Request) { r.URL.RawQuery = "dry_run=%20true" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var header http.Header
			var refused error
			verifier := newVerifier()
			srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
				header, refused = r.Header.Clone(), verifier.Verify(r)
				w.WriteHeader(http.StatusAccepted)
			})
			client := newClient(t, srv.URL, v1_3.WithTransport(srv.Client().Transport))
			resp, err := client.DetachVolumeFromVirtualServerWithResponse(t.Context(), volume, server,
				func(_ context.Context, r *http.Request) error { tt.edit(r); return nil })
			require.NoError(t, err)
			require.NoError(t, resp.Err())
			assert.NoError(t, refused, "the signature is good")
			assertSixHeaders(t, header, v1_3.APIVersion)
		})
	}
}

// What a program asked for by a method's name is what goes out: an editor changes neither method nor path.
func TestAnEditorCannotChangeTheOperation(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*http.Request)
	}{
		{"the deletion of the volume", func(r *http.Request) { r.URL.Path = "/v1/volumes/" + volume }},
		{"the deletion of the volume, opaque", func(r *http.Request) { r.URL.Opaque = "//127.0.0.1:1/v1/volumes/" + volume }},
		{"another volume", func(r *http.Request) { r.URL.Path = "/v1/volumes/other/servers/" + server }},
		{"another method", func(r *http.Request) { r.Method = http.MethodPost }},
		{"no URL", func(r *http.Request) { r.URL = nil }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := newClient(t, "https://127.0.0.1:1", v1_3.WithTransport(sealed(t)))
			_, err := c.DetachVolumeFromVirtualServerWithResponse(t.Context(), volume, server,
				func(_ context.Context, r *http.Request) error { tt.edit(r); return nil })
			require.ErrorContains(t, err, "request editor")
		})
	}
	c := newClient(t, "https://127.0.0.1:1", v1_3.WithTransport(sealed(t)))
	_, err := c.DetachVolumeFromVirtualServerWithResponse(t.Context(), volume, server, nil)
	require.ErrorContains(t, err, "editor 1 is nil")
}

// The keys are for one endpoint: what an editor sends elsewhere does not go out at all.
func TestAnEditorCannotSendTheKeysElsewhere(t *testing.T) {
	for _, tt := range []struct {
		name string
		edit func(*http.Request)
	}{
		{"another host in the URL", func(r *http.Request) { r.URL.Host = "127.0.0.1:2" }},
		{"another Host header", func(r *http.Request) { r.Host = "elsewhere.example" }},
		{"without TLS", func(r *http.Request) { r.URL.Scheme = "http" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := newClient(t, "https://127.0.0.1:1", v1_3.WithTransport(sealed(t)))
			resp, err := client.DetachVolumeFromVirtualServer(t.Context(), volume, server,
				func(_ context.Context, r *http.Request) error { tt.edit(r); return nil })
			if resp != nil {
				resp.Body.Close()
			}
			var elsewhere *signing.HostError
			require.ErrorAs(t, err, &elsewhere)
		})
	}
}

// The registry hands on what it is given.
func TestTheRegistryRefuses(t *testing.T) {
	sound := gen.Connection{Endpoint: "https://127.0.0.1:1", Signer: newSigner(t), Transport: sealed(t), Timeout: patience}
	for _, tt := range []struct {
		name  string
		spoil func(*gen.Connection)
	}{
		{"plain HTTP to another machine", func(c *gen.Connection) { c.Endpoint = "http://virtualserver.kr-west1.e.samsungsdscloud.com" }},
		{"no signer", func(c *gen.Connection) { c.Signer = nil }},
		{"no timeout", func(c *gen.Connection) { c.Timeout = 0 }},
	} {
		for _, client := range gen.Clients() {
			t.Run(client.ID.String()+" "+tt.name, func(t *testing.T) {
				to := sound
				tt.spoil(&to)
				status, err := client.Detach(t.Context(), to, volume, server)
				require.Error(t, err)
				assert.Zero(t, status)
			})
		}
	}
}

// A caller's transport, for a proxy or tracing, gets what goes on the wire.
func TestTheCallersTransportGetsSignedRequests(t *testing.T) {
	verifier := newVerifier()
	failure := errors.New("the proxy is down")
	for _, client := range gen.Clients() {
		t.Run(client.ID.String(), func(t *testing.T) {
			requests := 0
			to := gen.Connection{Endpoint: "https://127.0.0.1:1", Signer: newSigner(t), Timeout: patience}
			to.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
				requests++
				assert.NoError(t, verifier.Verify(req), "the signature is good")
				assertSixHeaders(t, req.Header, client.ID.String())
				return nil, failure
			})
			status, err := client.Detach(t.Context(), to, volume, server)
			require.ErrorIs(t, err, failure, "what it fails with comes through")
			assert.Zero(t, status)
			assert.Equal(t, 1, requests)
		})
	}
}

func TestAClientHasATimeoutByDefault(t *testing.T) {
	var timeout time.Duration
	newClient(t, "https://127.0.0.1:1", v1_3.WithClient(func(c *http.Client) v1_3.HttpRequestDoer {
		timeout = c.Timeout
		return c
	}))
	assert.Equal(t, v1_3.DefaultTimeout, timeout)
	assert.Equal(t, 30*time.Second, timeout)
}

// A client that New did not open is an error, and no panic. So is an answer that never came.
func TestAClientThatIsNotOpen(t *testing.T) {
	require.ErrorIs(t, new(v1_3.ClientWithResponses).Detach(t.Context(), volume, server), client.ErrNotOpen)
	require.ErrorIs(t, (*v1_3.ClientWithResponses)(nil).Detach(t.Context(), volume, server), client.ErrNotOpen)
	opened := newClient(t, "https://127.0.0.1:1", v1_3.WithTransport(sealed(t)))
	require.ErrorIs(t, volumes.DetachAndWait(t.Context(), nil, opened.Detach, volume, server), client.ErrNotOpen)
	vols, err := volumes.New("https://127.0.0.1:1", newSigner(t), v1_3.Version, volumes.WithTransport(sealed(t)))
	require.NoError(t, err)
	var never func(context.Context, volumes.VolumeID, string) error
	require.ErrorContains(t, volumes.DetachAndWait(t.Context(), vols, never, volume, server), "is nil")
	//nolint:staticcheck // that is the point
	require.ErrorContains(t, opened.Detach(nil, volume, server), "context is nil")
	require.Error(t, v1_3.DetachVolumeFromVirtualServerResponse{}.Err())
	_, err = v1_3.New("https://127.0.0.1:1", nil)
	require.ErrorContains(t, err, "signer")
}

// Nothing listens: that is no answer, so no status and no *Error.
func TestARefusedConnectionIsNoAnswer(t *testing.T) {
	srv := listen(t, func(http.ResponseWriter, *http.Request) {})
	to := connect(t, srv)
	srv.Close()
	for _, client := range gen.Clients() {
		status, err := client.Detach(t.Context(), to, volume, server)
		require.Error(t, err)
		assert.Zero(t, status, client.ID)
		var sent *url.Error
		assert.ErrorAs(t, err, &sent)
	}
}

// Discovery is not signed, so nothing but its own guards stands between it and a redirect.
func TestDiscoveryIsGuardedToo(t *testing.T) {
	elsewhere := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed: %s %s", r.Method, r.RequestURI)
	})
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		status  int
	}{
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		}, http.StatusFound},
		{"never ends", endless(http.StatusOK), http.StatusOK},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, tt.handler)
			client, err := discovery.New(srv.URL, discovery.WithTransport(srv.Client().Transport))
			require.NoError(t, err)
			_, err = client.ListVersionsWithResponse(t.Context())
			var got *discovery.Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, tt.status, got.StatusCode)
		})
	}
	_, err := discovery.New(elsewhere.URL, discovery.WithTimeout(0))
	assert.Error(t, err)
}

func TestDiscoverySendsNoKeys(t *testing.T) {
	var header http.Header
	srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
		header = r.Header.Clone()
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"versions":[{"id":"v1.3","not_before":null,"status":"CURRENT"}]}`)
	})
	client, err := discovery.New(srv.URL, discovery.WithTransport(srv.Client().Transport))
	require.NoError(t, err)
	resp, err := client.ListVersionsWithResponse(t.Context())
	require.NoError(t, err)
	require.NoError(t, resp.Err())
	require.NotNil(t, resp.JSON200)
	require.Len(t, resp.JSON200.Versions, 1)
	assert.Equal(t, "v1.3", resp.JSON200.Versions[0].ID)
	for name := range header {
		assert.False(t, strings.HasPrefix(name, "Scp-"), name)
	}
}
