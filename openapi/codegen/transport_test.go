package codegen_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
)

// TestOddTransports: what a caller's transport gives back may be anything.
func TestOddTransports(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		answer *http.Response
		says   string
	}{
		{"nothing at all", nil, "neither an answer nor an error"},
		{"accepted without a body", &http.Response{StatusCode: http.StatusAccepted}, ""},
		{"refused without a body", &http.Response{StatusCode: http.StatusConflict}, "409 Conflict"},
		{"redirected without a body", &http.Response{StatusCode: http.StatusTemporaryRedirect}, "redirects are not followed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			//nolint:nilnil // that is the point
			base := roundTripper(func(*http.Request) (*http.Response, error) { return tt.answer, nil })
			client := newClient(t, "https://h.example", virtualserver.WithTransport(base))
			err := client.Detach(context.Background(), "v", "s")
			if tt.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.says)
			}
		})
	}
}

// TestATransportThatFollowsRedirects is the caller's own fault; that it was no detach is said all the same.
func TestATransportThatFollowsRedirects(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }))
	defer elsewhere.Close()
	endpoint := httptest.NewServer(http.RedirectHandler(elsewhere.URL+"/v1/volumes/v", http.StatusTemporaryRedirect))
	defer endpoint.Close()
	following := roundTripper(func(req *http.Request) (*http.Response, error) {
		own := req.Clone(req.Context())
		own.RequestURI = ""
		return http.DefaultClient.Do(own)
	})
	client := newClient(t, endpoint.URL, virtualserver.WithTransport(following))
	require.ErrorContains(t, client.Detach(context.Background(), "v", "s"), "must not")
}

// TestDiscoveryRefusesWhatIsNoEndpoint: nothing is signed there, so nothing else looks at the URL.
func TestDiscoveryRefusesWhatIsNoEndpoint(t *testing.T) {
	t.Parallel()
	for _, endpoint := range []string{"", "h", "//h", "ftp://h", "https://", "https://u:hunter2@h", "https://h?x=1", "https://h/?", "https://h#f"} {
		_, err := discovery.New(endpoint)
		require.Error(t, err, endpoint)
		assert.NotContains(t, err.Error(), "hunter2")
	}
}
