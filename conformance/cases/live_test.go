package cases_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestLiveNight: a night of a live endpoint, whatever it allows, raises no alarm, sends as many requests as it says,
// and leaves nothing behind.
func TestLiveNight(t *testing.T) {
	t.Parallel()
	pair := conformance.Fixture{Volume: mock.VolumeID, Server: mock.ServerID}
	for _, tt := range []struct {
		name    string
		harm    conformance.Harm
		fixture conformance.Fixture
	}{
		{"nothing named", conformance.HarmRefused, conformance.Fixture{}},
		{"refused", conformance.HarmRefused, pair},
		{"detaches", conformance.HarmDetaches, pair},
		{"detaches all", conformance.HarmDetaches, mockFixture},
		{"dangerous", conformance.HarmDangerous, mockFixture},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m, err := mock.New([]signing.Credentials{mockKeys}, mock.WithDelay(5*time.Millisecond), mock.WithDay(dayOf(freeDay)))
			require.NoError(t, err)
			var requests atomic.Int64
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests.Add(1)
				m.ServeHTTP(w, r)
			}))
			defer server.Close()
			stateDir := t.TempDir()
			report, err := conformance.Run(t.Context(), conformance.Config{
				Endpoint: server.URL, Credentials: mockKeys, Cases: cases.All(), Clauses: cases.Clauses(), Live: true, Rate: 100_000,
				Harm: tt.harm, Fixture: tt.fixture, SacrificeServer: tt.fixture.Server, Parallel: len(gen.Clients()), Seed: 1,
				Day: dayOf(freeDay), Linger: 50 * time.Millisecond, Settle: 10 * time.Second, StateDir: stateDir,
			})
			require.NoError(t, err)
			assert.Equal(t, conformance.ExitOK, report.ExitCode, report.Headline)
			for id, findings := range notPassed(report) {
				t.Errorf("%s: %v", id, findings[0].Text)
			}
			assert.EqualValues(t, requests.Load(), report.Counts.Requests)
			left, err := os.ReadDir(stateDir)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}
