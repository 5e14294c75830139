package codegen_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestRetries puts a client that retries around one that signs. The endpoint fails twice, and takes no
// timestamp that it has seen.
func TestRetries(t *testing.T) {
	t.Parallel()
	keys := signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}
	now := time.Date(2026, time.March, 3, 3, 0, 0, 0, time.UTC)
	clock := func() time.Time { now = now.Add(time.Second); return now }
	verifier := signing.NewVerifier(func(string) (signing.Credentials, bool) { return keys, true },
		signing.WithVerifierClock(func() time.Time { return now }))
	seen := map[string]bool{}
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		timestamp := r.Header.Get(signing.HeaderTimestamp)
		switch {
		case verifier.Verify(r) != nil, seen[timestamp]:
			w.WriteHeader(http.StatusUnauthorized)
		case len(seen) < 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			w.WriteHeader(http.StatusAccepted)
		}
		seen[timestamp] = true
	}))
	defer endpoint.Close()

	retrying := func(client *http.Client) virtualserver.HttpRequestDoer {
		r := retryablehttp.NewClient()
		r.HTTPClient, r.Logger, r.RetryWaitMin, r.RetryWaitMax = client, nil, time.Millisecond, time.Millisecond
		return r.StandardClient()
	}
	signer, err := signing.New(keys, signing.WithClock(clock))
	require.NoError(t, err)
	client, err := virtualserver.New(endpoint.URL, signer, virtualserver.WithClient(retrying))
	require.NoError(t, err)
	require.NoError(t, client.Detach(context.Background(), "v", "s"))
	assert.Len(t, seen, 3)
}
