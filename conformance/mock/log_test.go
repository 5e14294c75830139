package mock_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

func TestLog(t *testing.T) {
	for _, tt := range []struct {
		name   string
		method string
		path   string
		spoil  func(*http.Request)
		says   []string
	}{
		{"accepted", http.MethodDelete, detachPath + "?secret=query", nil, []string{"method=DELETE", "path=" + detachPath + " ", `version="virtualserver 1.0"`, "status=202"}},
		{"discovery", http.MethodGet, "/", nil, []string{"method=GET", "path=/ ", "status=200"}},
		{"bad signature", http.MethodDelete, detachPath, func(r *http.Request) { r.Header.Set(signing.HeaderSignature, "wrong") }, []string{"status=401", `refused="signing: bad signature`}},
		{"unknown version", http.MethodDelete, detachPath, func(r *http.Request) { r.Header.Set(signing.HeaderAPIVersion, speaks("9.99")) }, []string{"status=400", "version 9.99"}},
		{"unknown volume", http.MethodGet, "/v1/volumes/" + unusedID, nil, []string{"status=400", "There is no volume"}},
		{"no operation", http.MethodGet, "/v9", nil, []string{"status=404", "nothing at this path"}},
		{"a long path", http.MethodGet, "/" + strings.Repeat("x", 5000), nil, []string{"status=404"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			s := serve(t, mock.WithLog(slog.New(slog.NewTextHandler(&out, nil))))
			req := s.sign(s.request(tt.method, tt.path, ""), credentials)
			req.Header.Set(signing.HeaderAPIVersion, speaks("1.0"))
			signature := req.Header.Get(signing.HeaderSignature)
			if tt.spoil != nil {
				tt.spoil(req)
			}
			s.send(req)
			s.server.Close() // waits for the handler
			line := out.String()
			require.Equal(t, 1, strings.Count(line, "\n"), line)
			for _, part := range tt.says {
				assert.Contains(t, line, part)
			}
			assert.Less(t, len(line), 1000)
			for _, secret := range []string{signature, credentials.SecretKey.Reveal(), credentials.AccessKey, "secret=query", "wrong"} {
				assert.NotContains(t, line, secret)
			}
		})
	}
}

// TestLogIsSilentAboutLeaks: what a defect puts into an answer does not get into the log.
func TestLogIsSilentAboutLeaks(t *testing.T) {
	for _, name := range []string{"leaks-secret", "echo-signature", "echo-header", "echo"} {
		t.Run(name, func(t *testing.T) {
			d, err := mock.DefectByName(name)
			require.NoError(t, err)
			var out bytes.Buffer
			s := serve(t, mock.WithDefect(d), mock.WithLog(slog.New(slog.NewTextHandler(&out, nil))))
			req := s.sign(s.request(http.MethodDelete, detachPath, ""), signing.Credentials{AccessKey: credentials.AccessKey, SecretKey: signing.Secret("other")})
			s.send(req)
			s.server.Close()
			assert.Contains(t, out.String(), "method=DELETE")
			for _, secret := range []string{req.Header.Get(signing.HeaderSignature), credentials.SecretKey.Reveal(), credentials.AccessKey} {
				assert.NotContains(t, out.String(), secret)
			}
		})
	}
}
