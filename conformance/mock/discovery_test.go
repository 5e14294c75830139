package mock_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestDiscovery compares GET / with what package lifecycle says of each day.
func TestDiscovery(t *testing.T) {
	for _, day := range days() {
		for name, refuseEnded := range map[string]bool{"keeps ended": false, "refuses ended": true} {
			t.Run(day.String()+"/"+name, func(t *testing.T) {
				opts := []mock.Option{mock.WithDay(day)}
				if refuseEnded {
					opts = append(opts, mock.RefuseEnded())
				}
				s := serve(t, opts...)
				want := lifecycle.Table{}
				for _, standing := range gen.Table().At(day) {
					ended := standing.State == lifecycle.Ended
					if !ended || !refuseEnded {
						want.Versions = append(want.Versions, lifecycle.Version{
							ID: standing.ID, Label: standing.State.Label(), NotBefore: standing.NotBefore,
						})
					}

					status := http.StatusOK
					if ended && refuseEnded || standing.State == lifecycle.Planned {
						status = http.StatusBadRequest
					}
					req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
					req.Header.Set(signing.HeaderAPIVersion, speaks(standing.ID.String()))
					assert.Equal(t, status, s.send(req).status, "%s", standing)
				}

				got := s.send(s.request(http.MethodGet, "/", "")) // not signed
				require.Equal(t, http.StatusOK, got.status)
				assert.Equal(t, "application/json", got.header.Get("Content-Type"))
				assert.Contains(t, string(got.body), `"href":"`+s.server.URL+`/v1"`)
				if len(want.Versions) == 0 {
					assert.JSONEq(t, `{"versions":[]}`, string(got.body))
					return
				}
				table, err := lifecycle.ParseDiscovery(strings.NewReader(string(got.body)), "the mock", started)
				require.NoError(t, err)
				assert.Equal(t, want.Versions, table.Versions)
			})
		}
	}
}

// TestDiscoveryFollowsTheClock sets no day: the labels are those of the clock's day in Korea.
func TestDiscoveryFollowsTheClock(t *testing.T) {
	table := lifecycle.Table{Versions: []lifecycle.Version{
		{ID: lifecycle.V(1, 9), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.July, 1)},
		{ID: lifecycle.V(1, 10), Label: lifecycle.Current},
	}}
	s := serve(t, mock.WithTable(table))
	label := func() string {
		listed, err := lifecycle.ParseDiscovery(strings.NewReader(string(s.send(s.request(http.MethodGet, "/", "")).body)), "the mock", started)
		require.NoError(t, err)
		require.Len(t, listed.Versions, 2)
		return string(listed.Versions[0].Label)
	}
	// 90 days before the date is 2 April, which ends in Korea at 15:00 UTC.
	s.clock.advance(time.Date(2026, time.April, 2, 14, 59, 59, 0, time.UTC).Sub(started))
	assert.Equal(t, "SUPPORTED", label())
	s.clock.advance(time.Second)
	assert.Equal(t, "DEPRECATED", label())
}

// TestDiscoveryForms sends requests that are, and that are not, for the list of versions.
func TestDiscoveryForms(t *testing.T) {
	s := serveBy(t, (*httptest.Server).StartTLS)
	for name, c := range map[string]struct {
		method, path string
		status       int
	}{
		"no path":      {http.MethodGet, "", 200},
		"slash":        {http.MethodGet, "/", 200},
		"with a query": {http.MethodGet, "/?x=y", 200},
		"two slashes":  {http.MethodGet, "//", 401},
		"dot":          {http.MethodGet, "/.", 401},
		"another path": {http.MethodGet, "/v1", 401},
		"POST":         {http.MethodPost, "/", 401},
		"OPTIONS":      {http.MethodOptions, "/", 401},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.send(s.request(c.method, c.path, ""))
			assert.Equal(t, c.status, got.status)
			if c.status == http.StatusOK {
				assert.Contains(t, string(got.body), `"href":"https://`)
			}
		})
	}
}
