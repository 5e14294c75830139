package forge_test

import (
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// The vectors are openssl's. What is not signed comes first: a name.
func TestVectors(t *testing.T) {
	data, err := os.ReadFile("../testdata/vectors.tsv")
	require.NoError(t, err)
	checked := 0
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, f, 9, "columns of %q", line)
		parts := forge.Parts{
			AccessKey: f[1], Secret: f[2], AccountID: f[3], ClientType: f[4], Method: f[5], URL: f[6], Timestamp: f[7],
		}
		require.Equal(t, f[8], parts.Signature(), f[0])
		require.Equal(t, f[8], base64.StdEncoding.EncodeToString(parts.Sum()), f[0])
		require.Equal(t, f[5]+f[6]+f[7]+f[1]+f[3]+f[4], parts.Message(), f[0])
		checked++
	}
	require.GreaterOrEqual(t, checked, 12)
}

var (
	signedAt    = time.UnixMilli(1_767_225_600_123)
	credentials = signing.Credentials{AccessKey: "access", SecretKey: signing.Secret("secret"), AccountID: "account"}
)

// signed is a request as package signing signs it.
func signed(t *testing.T, url string) *http.Request {
	t.Helper()
	signer, err := signing.New(credentials, signing.WithClock(func() time.Time { return signedAt }))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, url, nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(req))
	return req
}

// The parts that are read off a request are those that package signing signed.
func TestOf(t *testing.T) {
	for _, url := range []string{
		"https://h.example", "http://h.example:8080/v1/a%2Fb?q=%25", "https://H.example:443/?", "http://[fe80::1%25eth0]:8080/v1",
	} {
		t.Run(url, func(t *testing.T) {
			req := signed(t, url)
			parts := forge.Of(req, "secret")
			require.Equal(t, req.Header.Get(signing.HeaderSignature), parts.Signature())
			require.Equal(t, strconv.FormatInt(signedAt.UnixMilli(), 10), parts.Timestamp)
		})
	}
	req := signed(t, "https://h.example/v1")
	req.Host = "other.example"
	require.Equal(t, "https://other.example/v1", forge.Of(req, "").URL, "as it goes on the wire")
	require.Empty(t, forge.Of(&http.Request{}, "").Message())
}

func TestReceived(t *testing.T) {
	for name, start := range map[string]func(http.Handler) *httptest.Server{"http": httptest.NewServer, "https": httptest.NewTLSServer} {
		t.Run(name, func(t *testing.T) {
			got := make(chan forge.Parts, 1)
			server := start(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- forge.Received(r, "secret") }))
			defer server.Close()
			req := signed(t, server.URL+"/v1/a%2Fb?q=%25")
			resp, err := server.Client().Do(req)
			require.NoError(t, err)
			require.NoError(t, resp.Body.Close())
			require.Equal(t, forge.Of(req, "secret"), <-got)
		})
	}
}

// Every part counts, and only what is changed is wrong.
func TestWrongParts(t *testing.T) {
	right := forge.Of(signed(t, "https://h.example/v1"), "secret")
	seen := map[string]string{right.Signature(): "nothing changed"}
	for name, change := range map[string]func(*forge.Parts){
		"secret":      func(p *forge.Parts) { p.Secret += "x" },
		"method":      func(p *forge.Parts) { p.Method = "GET" },
		"URL":         func(p *forge.Parts) { p.URL += "?" },
		"timestamp":   func(p *forge.Parts) { p.Timestamp += "0" },
		"access key":  func(p *forge.Parts) { p.AccessKey = "other" },
		"account id":  func(p *forge.Parts) { p.AccountID = "" },
		"client type": func(p *forge.Parts) { p.ClientType = "Console" },
	} {
		wrong := right
		change(&wrong)
		require.NotContains(t, seen, wrong.Signature(), name)
		seen[wrong.Signature()] = name
	}
}

func TestSign(t *testing.T) {
	parts := forge.Parts{Secret: "secret"}
	req := &http.Request{URL: &url.URL{}}
	parts.Sign(req)
	require.Equal(t, http.Header{signing.HeaderSignature: {parts.Signature()}}, req.Header)
	req.Header = http.Header{signing.HeaderSignature: {"a", "b"}, "Kept": {"c"}}
	parts.Sign(req)
	require.Equal(t, http.Header{signing.HeaderSignature: {parts.Signature()}, "Kept": {"c"}}, req.Header)
}
