package codegen_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/gen/fixture"
	v1_3 "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

const (
	volume = "3f500f00-ed80-4566-a057-e31760226f9a"
	server = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"

	// patience is a timeout that no test waits for.
	patience = time.Minute
)

var (
	credentials = signing.Credentials{AccessKey: "test-access", SecretKey: "test-secret", AccountID: "test-account"}
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

// noSegments are IDs that would make a detach a request for something else, by themselves or once
// somebody on the way has decoded or cleaned the path.
var noSegments = []struct{ name, id string }{
	{"two dots", ".."},
	{"a dot", "."},
	{"three dots", "..."},
	{"empty", ""},
	{"newline", "\n"},
	{"newline at the end", volume + "\n"},
	{"NUL", "\x00"},
	{"tab", "a\tb"},
	{"DEL", "a\x7f"},
	{"C1 control", "a\u0085"},
	{"slash", "/"},
	{"slash inside", "a/../b"},
	{"slash at the end", volume + "/"},
	{"backslash", `\`},
	{"backslash and dots", `..\..`},
	{"encoded dots", "%2e%2e"},
	{"encoded slash", "a%2Fb"},
	{"dots twice encoded", "%252e%252e"},
	{"dots with a path parameter", "..;"},
	{"path parameter", volume + ";a=b"},
	{"query", volume + "?force=true"},
	{"fragment", volume + "#"},
	{"invalid UTF-8", "a\xff"},
	{"overlong dots", "\xc0\xae\xc0\xae"},
	{"replacement character", "a\uFFFD"},
}

func TestNoRequestLeavesForWhatIsNoID(t *testing.T) {
	to := gen.Connection{Endpoint: "https://127.0.0.1:1", Signer: newSigner(t), Timeout: patience}
	for _, call := range calls() {
		t.Run(call.name, func(t *testing.T) {
			for _, tt := range noSegments {
				t.Run(tt.name, func(t *testing.T) {
					to := to
					to.Transport = sealed(t)
					status, err := call.detach(t.Context(), to, tt.id, server)
					require.Error(t, err)
					assert.Zero(t, status)
					assert.ErrorContains(t, err, fmt.Sprintf("volume_id %q", tt.id))

					status, err = call.detach(t.Context(), to, volume, tt.id)
					require.Error(t, err)
					assert.Zero(t, status)
					assert.ErrorContains(t, err, fmt.Sprintf("server_id %q", tt.id))
				})
			}
		})
	}
}

// The operations around a detach have the same trap: the DELETE of one path is the detach of another.
func TestNoRequestLeavesTheFixtureForWhatIsNoID(t *testing.T) {
	for _, tt := range noSegments {
		t.Run(tt.name, func(t *testing.T) {
			client, err := fixture.New("https://127.0.0.1:1", newSigner(t), "1.3", fixture.WithTransport(sealed(t)))
			require.NoError(t, err)
			want := fmt.Sprintf("volume_id %q", tt.id)
			_, err = client.ShowVolumeWithResponse(t.Context(), fixture.VolumeID(tt.id))
			assert.ErrorContains(t, err, want)
			_, err = client.AttachVolumeToVirtualServerWithResponse(t.Context(), fixture.VolumeID(tt.id),
				fixture.AttachVolumeToVirtualServerJSONRequestBody{ServerID: server})
			assert.ErrorContains(t, err, want)
		})
	}
}

// What is an ID arrives as one segment, escaped once, and signed as it arrives.
func TestAnIDArrivesAsOneSegment(t *testing.T) {
	verifier := newVerifier()
	var got atomic.Value
	srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
		got.Store(r.Method + " " + r.RequestURI)
		if verifier.Verify(r) != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	})
	for _, call := range calls() {
		t.Run(call.name, func(t *testing.T) {
			for _, tt := range []struct{ name, id, escaped string }{
				{"UUID", volume, volume},
				{"Korean", "볼륨", "%EB%B3%BC%EB%A5%A8"},
				{"spaces", " a b ", "%20a%20b%20"},
				{"beyond the basic plane", "🖴", "%F0%9F%96%B4"},
				{"dots with something", "..a", "..a"},
				{"dots inside", "a..b", "a..b"},
				{"colon", "a:b", "a:b"},
				{"plus, ampersand, equals", "a+b&c=d", "a+b&c=d"},
				{"quotes, commas and stars", `'"a",*!()`, "%27%22a%22%2C%2A%21%28%29"},
				{"unreserved", "a-_~", "a-_~"},
				{"angle brackets", "<a>|^`{}[]", "%3Ca%3E%7C%5E%60%7B%7D%5B%5D"},
			} {
				t.Run(tt.name, func(t *testing.T) {
					back, err := url.PathUnescape(tt.escaped)
					require.NoError(t, err)
					require.Equal(t, tt.id, back, "the table is right")

					_, err = call.detach(t.Context(), connect(t, srv), tt.id, server)
					require.NoError(t, err)
					assert.Equal(t, "DELETE /v1/volumes/"+tt.escaped+"/servers/"+server, got.Load())
					_, err = call.detach(t.Context(), connect(t, srv), volume, tt.id)
					require.NoError(t, err)
					assert.Equal(t, "DELETE /v1/volumes/"+volume+"/servers/"+tt.escaped, got.Load())
				})
			}
		})
	}
}

// An endpoint may have a path of its own, behind a gateway say, with or without a slash after it.
func TestTheEndpointKeepsItsPath(t *testing.T) {
	var got atomic.Value
	srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
		got.Store(r.RequestURI)
		w.WriteHeader(http.StatusAccepted)
	})
	for _, tt := range []struct{ name, path, want string }{
		{"none", "", "/v1/volumes/v/servers/s"},
		{"a slash", "/", "/v1/volumes/v/servers/s"},
		{"a path", "/virtual", "/virtual/v1/volumes/v/servers/s"},
		{"a path and a slash", "/virtual/", "/virtual/v1/volumes/v/servers/s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client := newClient(t, srv.URL+tt.path, v1_3.WithTransport(srv.Client().Transport))
			require.NoError(t, client.Detach(t.Context(), "v", "s"))
			assert.Equal(t, tt.want, got.Load())
		})
	}
}

// A 307 on a path with dots has been seen to make a detach the deletion of a volume, and net/http
// would take the Scp headers along to another host.
func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := listen(t, func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("a redirect was followed: %s %s", r.Method, r.RequestURI)
	})
	locations := []struct{ name, location string }{
		{"same host", "/v1/volumes/" + volume},
		{"same path", "/v1/volumes/" + volume + "/servers/" + server},
		{"other host", elsewhere.URL + "/v1/volumes/" + volume},
		{"broken", "http://[::1"},
		{"broken escape", "/%zz"},
		{"not a line of text", "/\u2028\u202e\u0085"},
		{"missing", ""},
	}
	for _, call := range calls() {
		t.Run(call.name, func(t *testing.T) {
			for _, status := range []int{
				http.StatusMultipleChoices, http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusNotModified,
				http.StatusUseProxy, http.StatusTemporaryRedirect, http.StatusPermanentRedirect,
			} {
				for _, tt := range locations {
					t.Run(strconv.Itoa(status)+" "+tt.name, func(t *testing.T) {
						var requests atomic.Int32
						srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
							requests.Add(1)
							if tt.location != "" {
								w.Header().Set("Location", tt.location)
							}
							w.WriteHeader(status)
						})
						got, err := call.detach(t.Context(), connect(t, srv), volume, server)
						require.Error(t, err)
						assert.Equal(t, status, got)
						assert.EqualValues(t, 1, requests.Load(), "requests")
						assertOneLine(t, err)
					})
				}
			}
		})
	}
}

// assertOneLine: an error ends up in a log, and nobody who answers may write lines of their own there.
func assertOneLine(t testing.TB, err error) {
	t.Helper()
	assert.Equal(t, -1, strings.IndexFunc(err.Error(), func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r == '\u202e'
	}), "%q is one line", err.Error())
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

// errorForms is what a service, a gateway and whatever is between may answer.
var errorForms = []struct {
	name   string
	status int
	body   string
	// What is read of it.
	code, detail, requestID string
	is                      error
}{
	{
		"the service's form, one detail", http.StatusConflict,
		`{"errors":[{"code":"VirtualServer.Conflict","detail":"The volume is not attached.","title":"Conflict","status":409,"request_id":"req-1","global_request_id":"req-2","links":[],"related_resources":[],"response":null}]}`,
		"VirtualServer.Conflict", "The volume is not attached.", "req-1", v1_3.ErrConflict,
	},
	{
		"the service's form, several details", http.StatusBadRequest,
		`{"errors":[{"code":"ValidationError","detail":["Not a UUID.","Too short."],"title":"ValidationError","status":400,"request_id":"req-1"}]}`,
		"ValidationError", "Not a UUID.; Too short.", "req-1", v1_3.ErrBadRequest,
	},
	{
		"the service's form, a title and no code", http.StatusUnauthorized,
		`{"errors":[{"title":"HmacValidFail","detail":[],"request_id":"req-1"}]}`,
		"HmacValidFail", "", "req-1", v1_3.ErrUnauthorized,
	},
	{
		"the service's form, no detail", http.StatusInternalServerError,
		`{"errors":[{"code":"ContactAdminForAssistance","detail":null,"request_id":"req-1"}]}`,
		"ContactAdminForAssistance", "", "req-1", nil,
	},
	{
		"the gateway's form", http.StatusNotFound,
		`{"timestamp":"2026-07-01T00:00:00Z","path":"/v1/volumes","status":404,"error":"Not Found","requestId":"gw-1"}`,
		"", "Not Found", "gw-1", nil,
	},
	{"empty", http.StatusConflict, "", "", "", "", v1_3.ErrConflict},
	{"HTML", http.StatusBadGateway, "<html><body>Bad Gateway</body></html>", "", "", "", nil},
	{"broken JSON", http.StatusConflict, `{"errors":[{"code":"Conf`, "", "", "", v1_3.ErrConflict},
	{"a JSON array", http.StatusBadRequest, `[{"code":"ValidationError"}]`, "", "", "", v1_3.ErrBadRequest},
	{"JSON null", http.StatusConflict, `null`, "", "", "", v1_3.ErrConflict},
	{"a JSON string", http.StatusUnauthorized, `"no"`, "", "", "", v1_3.ErrUnauthorized},
	{"no errors in the list", http.StatusConflict, `{"errors":[]}`, "", "", "", v1_3.ErrConflict},
	{"errors that are no list", http.StatusConflict, `{"errors":"none","requestId":"gw-1"}`, "", "", "gw-1", v1_3.ErrConflict},
	{
		"lines and control characters", http.StatusConflict,
		`{"errors":[{"code":"A\nB","detail":["one\r\nlevel=error msg=forged","\u001b[31mred\u0007","\u2028\u202e"],"request_id":"req\n1"}]}`,
		"A\nB", "one\r\nlevel=error msg=forged; \x1b[31mred\a; \u2028\u202e", "req\n1", v1_3.ErrConflict,
	},
	{"bytes that are no text", http.StatusBadRequest, "\xff\xfe\x00\n\x1b[2J", "", "", "", v1_3.ErrBadRequest},
	{"a status without a name", 499, `{}`, "", "", "", nil},
	{"a success that is not the documented one", http.StatusOK, `{}`, "", "", "", nil},
	{"no content", http.StatusNoContent, "", "", "", "", nil},
}

func TestTheStatusStandsWhateverTheBodyIs(t *testing.T) {
	for _, tt := range errorForms {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			for _, client := range gen.Clients() {
				status, err := client.Detach(t.Context(), connect(t, srv), volume, server)
				require.Error(t, err, client.ID)
				assert.Equal(t, tt.status, status, client.ID)
				assertOneLine(t, err)
				assert.ErrorContains(t, err, volume)
				assert.ErrorContains(t, err, server)
				assert.ErrorContains(t, err, strconv.Itoa(tt.status))
			}

			client := newClient(t, srv.URL, v1_3.WithTransport(srv.Client().Transport))
			resp, err := client.DetachVolumeFromVirtualServerWithResponse(t.Context(), volume, server)
			require.NoError(t, err)
			for name, err := range map[string]error{
				"Detach": client.Detach(t.Context(), volume, server),
				"Err":    resp.Err(),
			} {
				var got *v1_3.Error
				require.ErrorAs(t, err, &got, name)
				assert.Equal(t, tt.status, got.StatusCode, name)
				assert.Equal(t, tt.code, got.Code, name)
				assert.Equal(t, tt.detail, got.Detail, name)
				assert.Equal(t, tt.requestID, got.RequestID, name)
				assert.Equal(t, tt.body, string(got.Body), "%s: the body as it came", name)
				assertOneLine(t, err)
				for _, refusal := range []error{v1_3.ErrBadRequest, v1_3.ErrUnauthorized, v1_3.ErrConflict} {
					assert.Equal(t, errors.Is(tt.is, refusal), errors.Is(err, refusal), "%s is %v", name, refusal)
				}
			}
		})
	}
}

// A message of a megabyte is for the Body, not for a line of a log.
func TestAnErrorIsShortHoweverLongTheMessage(t *testing.T) {
	long := strings.Repeat("길", 100_000)
	srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprintf(w, `{"errors":[{"code":%q,"detail":%q,"request_id":%q}]}`, long, long, long)
	})
	err := newClient(t, srv.URL, v1_3.WithTransport(srv.Client().Transport)).Detach(t.Context(), volume, server)
	var got *v1_3.Error
	require.ErrorAs(t, err, &got)
	assert.Equal(t, long, got.Detail)
	assert.Less(t, len(err.Error()), 5000)
}

// cut answers with a status line, headers and the start of a body, and is gone.
func cut(answer string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		conn, out, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		_, _ = out.WriteString(answer)
		_ = out.Flush()
	}
}

// until is a handler that starts an answer and then keeps silent until the client is gone.
func until(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}
}

// plenty is so much more than a client may read that it might as well be without end.
const plenty = 64 * v1_3.MaxBody

// endless writes a body until nobody reads on.
func endless(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		chunk := bytes.Repeat([]byte(" "), 1<<16)
		for range plenty / len(chunk) {
			if _, err := w.Write(chunk); err != nil {
				return
			}
		}
	}
}

// The status came before the body broke: it is what happened.
func TestTheStatusStandsWhenTheBodyBreaks(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		detail  string
	}{
		{"cut short of its length", cut("HTTP/1.1 409 Conflict\r\nContent-Length: 100\r\n\r\n{\"err"), "broke off"},
		{"cut in a chunk", cut("HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\n20\r\n{\"err"), "broke off"},
		{"chunks that are none", cut("HTTP/1.1 409 Conflict\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), "broke off"},
		{"no gzip, though it says so", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, "plain")
		}, "broke off"},
		{"never ends", endless(http.StatusConflict), "longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, tt.handler)
			for _, client := range gen.Clients() {
				status, err := client.Detach(t.Context(), connect(t, srv), volume, server)
				require.Error(t, err, client.ID)
				assert.Equal(t, http.StatusConflict, status, client.ID)
				assertOneLine(t, err)
			}
			client := newClient(t, srv.URL, v1_3.WithTransport(srv.Client().Transport))
			err := client.Detach(t.Context(), volume, server)
			var got *v1_3.Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, http.StatusConflict, got.StatusCode)
			assert.Contains(t, got.Detail, tt.detail)
			assert.ErrorIs(t, err, v1_3.ErrConflict)
			assert.LessOrEqual(t, len(got.Body), v1_3.MaxBody)
		})
	}
}

// stalled is a body that never comes, and ends with the request's context.
type stalled struct{ context.Context }

func (s stalled) Read([]byte) (int, error) {
	<-s.Done()
	return 0, s.Err()
}

func (stalled) Close() error { return nil }

// The timeout bounds the reading of the body too. What came before it, the status, stands.
func TestTheStatusStandsWhenTheTimeoutStrikesInTheBody(t *testing.T) {
	// The answer is made here: over a network it might come after so short a timeout.
	to := gen.Connection{Endpoint: "https://127.0.0.1:1", Signer: newSigner(t), Timeout: 20 * time.Millisecond}
	to.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusConflict, Body: stalled{req.Context()}, Header: http.Header{}, Request: req}, nil
	})
	for _, client := range gen.Clients() {
		ctx := impatient(t)
		status, err := client.Detach(ctx, to, volume, server)
		require.Error(t, err, client.ID)
		require.NoError(t, ctx.Err(), "the timeout was it")
		assert.Equal(t, http.StatusConflict, status, client.ID)
		assert.ErrorContains(t, err, "broke off")
	}
}

// 202 is the whole of the answer: the detach goes on, whatever becomes of a body that nobody asked for.
func TestAcceptedIsAcceptedWhateverTheBodyIs(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
	}{
		{"empty", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }},
		{"cut", cut("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\n{")},
		{"chunks that are none", cut("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")},
		{"an error's body", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusAccepted)
			_, _ = io.WriteString(w, `{"errors":[{"code":"Conflict"}]}`)
		}},
		{"never ends", endless(http.StatusAccepted)},
		{"stops", until(http.StatusAccepted, "{")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, tt.handler)
			for _, client := range gen.Clients() {
				status, err := client.Detach(t.Context(), connect(t, srv), volume, server)
				require.NoError(t, err, client.ID)
				assert.Equal(t, http.StatusAccepted, status, client.ID)
			}
		})
	}
}

// zeros is a body without end that counts what is read of it.
type zeros struct{ read int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.read > plenty {
		return 0, io.EOF
	}
	z.read += int64(len(p))
	return len(p), nil
}

func (*zeros) Close() error { return nil }

func TestABodyIsBounded(t *testing.T) {
	for _, call := range calls() {
		if call.name == "raw" {
			continue // its caller does the reading
		}
		t.Run(call.name, func(t *testing.T) {
			body := new(zeros)
			to := gen.Connection{Endpoint: "https://127.0.0.1:1", Signer: newSigner(t), Timeout: patience}
			to.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
				return &http.Response{StatusCode: http.StatusConflict, Body: body, Header: http.Header{}, Request: req, ProtoMajor: 1, ProtoMinor: 1}, nil
			})
			status, err := call.detach(t.Context(), to, volume, server)
			require.Error(t, err)
			assert.Equal(t, http.StatusConflict, status)
			// One more tells a body that just fits from one that does not.
			assert.LessOrEqual(t, body.read, int64(v1_3.MaxBody+1))
		})
	}
}

// The bound is no trap for what just fits.
func TestABodyOfTheGreatestLengthIsRead(t *testing.T) {
	const answer = `{"errors":[{"code":"Conflict"}]}`
	for _, tt := range []struct {
		name   string
		length int
		code   string
		detail string
	}{
		{"fits", v1_3.MaxBody, "Conflict", ""},
		{"one more", v1_3.MaxBody + 1, "", "the body of the answer is longer than 1048576 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusConflict)
				_, _ = io.WriteString(w, answer+strings.Repeat(" ", tt.length-len(answer)))
			})
			err := newClient(t, srv.URL, v1_3.WithTransport(srv.Client().Transport)).Detach(t.Context(), volume, server)
			var got *v1_3.Error
			require.ErrorAs(t, err, &got)
			assert.Equal(t, tt.code, got.Code)
			assert.Equal(t, tt.detail, got.Detail)
			assert.Len(t, got.Body, v1_3.MaxBody)
		})
	}
}

func TestASilentServerIsNotWaitedFor(t *testing.T) {
	srv := listen(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	to := connect(t, srv)
	to.Timeout = 50 * time.Millisecond
	for _, call := range calls() {
		t.Run(call.name, func(t *testing.T) {
			status, err := call.detach(impatient(t), to, volume, server)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.Zero(t, status, "nobody answered")
		})
	}
}

func TestACancelledCallReturns(t *testing.T) {
	for _, call := range calls() {
		t.Run(call.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			var requests atomic.Int32
			srv := listen(t, func(_ http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				cancel() // mid-call: the request is here, and no answer comes
				<-r.Context().Done()
			})
			status, err := call.detach(ctx, connect(t, srv), volume, server)
			require.ErrorIs(t, err, context.Canceled, "and not the timeout")
			assert.Zero(t, status)

			_, err = call.detach(ctx, connect(t, srv), volume, server)
			require.ErrorIs(t, err, context.Canceled)
			assert.EqualValues(t, 1, requests.Load(), "none for a call that is cancelled before it begins")
		})
	}
}

func TestNewRefuses(t *testing.T) {
	const endpoint = "https://127.0.0.1:1"
	signer := newSigner(t)
	for _, tt := range []struct {
		name     string
		endpoint string
		signer   *signing.Signer
		opts     []v1_3.Option
		is       error  // or
		says     string // this
	}{
		{name: "plain HTTP to another machine", endpoint: "http://virtualserver.kr-west1.e.samsungsdscloud.com", signer: signer, is: signing.ErrPlainHTTP},
		{name: "no signer", endpoint: endpoint, says: "signer"},
		{name: "no endpoint", signer: signer, says: "scheme"},
		{name: "no scheme", endpoint: "127.0.0.1:1", signer: signer, says: "endpoint"},
		{name: "another scheme", endpoint: "ftp://127.0.0.1:1", signer: signer, says: `"ftp"`},
		{name: "no host", endpoint: "https:///v1", signer: signer, says: "host"},
		{name: "a query", endpoint: endpoint + "?a=b", signer: signer, says: "path"},
		{name: "no timeout", endpoint: endpoint, signer: signer, opts: []v1_3.Option{v1_3.WithTimeout(0)}, says: "0s"},
		{name: "a timeout in the past", endpoint: endpoint, signer: signer, opts: []v1_3.Option{v1_3.WithTimeout(-time.Second)}, says: "-1s"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			client, err := v1_3.New(tt.endpoint, tt.signer, append(tt.opts, v1_3.WithTransport(sealed(t)))...)
			require.Error(t, err)
			assert.Nil(t, client)
			if tt.is != nil {
				require.ErrorIs(t, err, tt.is)
			}
			assert.ErrorContains(t, err, tt.says)
		})
	}
}

// The same through the registry, which hands on what it is given.
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

func TestPlainHTTPWhereItIsAllowed(t *testing.T) {
	var sent string
	client := newClient(t, "http://virtualserver.kr-west1.e.samsungsdscloud.com", v1_3.AllowPlainHTTP(),
		v1_3.WithTransport(roundTripper(func(req *http.Request) (*http.Response, error) {
			sent = req.URL.String()
			return &http.Response{StatusCode: http.StatusAccepted, Body: http.NoBody, Request: req}, nil
		})))
	require.NoError(t, client.Detach(t.Context(), volume, server))
	assert.Equal(t, "http://virtualserver.kr-west1.e.samsungsdscloud.com/v1/volumes/"+volume+"/servers/"+server, sent)
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

func TestAClientHasATimeoutFromTheStart(t *testing.T) {
	client := newClient(t, "https://127.0.0.1:1")
	inner, ok := client.ClientInterface.(*v1_3.Client)
	require.True(t, ok)
	doer, ok := inner.Client.(*http.Client)
	require.True(t, ok)
	assert.Equal(t, v1_3.DefaultTimeout, doer.Timeout)
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
