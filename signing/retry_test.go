package signing_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// Each attempt of a retrying client is signed afresh: the server fails twice and
// takes no timestamp a second time.
func TestEachAttemptIsSignedAfresh(t *testing.T) {
	var ticks atomic.Int64
	clock := func() time.Time { return signedAt.Add(time.Duration(ticks.Add(1)) * time.Millisecond) }
	verifier := newVerifier([]signing.Credentials{alice})
	timestamps, signatures := map[string]bool{}, map[string]bool{}
	attempts := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		attempts++
		timestamp := r.Header.Get(signing.HeaderTimestamp)
		if err := verifier.Verify(r); err != nil || timestamps[timestamp] {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		timestamps[timestamp], signatures[r.Header.Get(signing.HeaderSignature)] = true, true
		if attempts <= 2 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusAccepted)
	}))
	t.Cleanup(server.Close)

	signer, err := signing.New(alice, signing.WithClock(clock))
	require.NoError(t, err)
	transport, err := signing.NewTransport(signer, server.URL)
	require.NoError(t, err)
	client := retryablehttp.NewClient()
	client.HTTPClient = &http.Client{Transport: transport}
	client.Logger = nil
	client.Backoff = func(time.Duration, time.Duration, int, *http.Response) time.Duration { return 0 }
	t.Cleanup(client.HTTPClient.CloseIdleConnections)

	req, err := retryablehttp.NewRequestWithContext(t.Context(), http.MethodDelete, server.URL+"/v1/volumes/1/servers/2", nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, http.StatusAccepted, resp.StatusCode)
	require.Equal(t, 3, attempts)
	require.Len(t, timestamps, 3)
	require.Len(t, signatures, 3)
}
