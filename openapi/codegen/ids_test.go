package codegen_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	v1_3 "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// noSegments are IDs that would make a detach a request for something else, by themselves or once
// somebody on the way has decoded or cleaned the path.
var noSegments = []struct{ name, id string }{
	{"full-width dots", "．．"},
	{"one dot leaders", "․․"},
	{"a two dot leader", "‥"},
	{"small dots", "﹒﹒"},
	{"ideographic dots", "。。"},
	{"a full-width slash", "a／b"},
	{"a division slash", "a∕b"},
	{"a full-width backslash", "a＼b"},
	{"a full-width percent sign", "％2e"},
	{"dots and nothing", "..\u200b"},
	{"nothing and dots", "\ufeff.."},
	{"dots and a soft hyphen", "..\u00ad"},
	{"dots and a blank", ".. "},
	{"a blank and dots", " .."},
	{"a blank", " "},
	{"a blank that does not break", "\u00a0"},
	{"a line separator", "a\u2028b"},
	{"the other direction", "\u202e.."},
	{"too long", strings.Repeat("a", 256)},
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
			client, err := volumes.New("https://127.0.0.1:1", newSigner(t), v1_3.Version, volumes.WithTransport(sealed(t)))
			require.NoError(t, err)
			want := fmt.Sprintf("volume_id %q", tt.id)
			_, err = client.ShowVolumeWithResponse(t.Context(), volumes.VolumeID(tt.id))
			assert.ErrorContains(t, err, want)
			_, err = client.AttachVolumeToVirtualServerWithResponse(t.Context(), volumes.VolumeID(tt.id),
				volumes.AttachVolumeToVirtualServerJSONRequestBody{ServerID: server})
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
