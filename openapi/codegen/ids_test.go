package codegen_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
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

// noSegments are IDs that would make a detach a request for something else, one of each kind that package
// client refuses.
var noSegments = []struct{ name, id string }{
	{"two dots", ".."},
	{"a dot", "."},
	{"empty", ""},
	{"a blank", " "},
	{"slash inside", "a/../b"},
	{"backslash and dots", `..\..`},
	{"encoded dots", "%2e%2e"},
	{"path parameter", volume + ";a=b"},
	{"query", volume + "?force=true"},
	{"fragment", volume + "#"},
	{"newline at the end", volume + "\n"},
	{"NUL", "\x00"},
	{"Korean", "볼륨"},
	{"a vertical two dot leader", "\ufe30"},
	{"dots and an invisible character", "..\u200b"},
	{"overlong dots", "\xc0\xae\xc0\xae"},
	{"too long", strings.Repeat("a", 256)},
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
func TestNoRequestForAVolumeLeavesForWhatIsNoID(t *testing.T) {
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
				{"UUID", "8d9c7b1e-5f0a-4c3d-9e2b-7a6f1c0d4e5b", "8d9c7b1e-5f0a-4c3d-9e2b-7a6f1c0d4e5b"},
				{"spaces", " a b ", "%20a%20b%20"},
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

// A volume is not its own server, whichever way a detach is requested.
func TestNoRequestLeavesForEqualIDs(t *testing.T) {
	for _, call := range calls() {
		to := gen.Connection{Endpoint: "https://127.0.0.1:1", Signer: newSigner(t), Timeout: patience, Transport: sealed(t)}
		_, err := call.detach(t.Context(), to, volume, volume)
		require.ErrorContains(t, err, "is also the volume_id", call.name)
	}
}

// The check is the call's alone: an ID is encoded and logged whatever it is.
func TestAnIDIsEncodedWhateverItIs(t *testing.T) {
	for _, tt := range noSegments {
		job := struct {
			Volume v1_3.VolumeID `json:"volume"`
			Server v1_3.ServerID `json:"server"`
		}{v1_3.VolumeID(tt.id), server}
		data, err := json.Marshal(job)
		require.NoError(t, err, tt.name)
		assert.Contains(t, string(data), server)
		var logged strings.Builder
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("detach", "job", job, "volume", job.Volume)
		assert.NotContains(t, logged.String(), "!ERROR", tt.name)
		assert.Contains(t, fmt.Sprintf("%+v", job), tt.id, tt.name)
	}
}
