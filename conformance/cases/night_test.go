package cases_test

import (
	"net/http/httptest"
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

// TestNight: a night that asks a sample sends fewer than 250 requests a version, and leaves no clause
// unjudged.
func TestNight(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) { // each version has a turn
		service, err := mock.New([]signing.Credentials{mockKeys}, mock.WithDelay(2*time.Millisecond), mock.WithDay(dayOf(freeDay)))
		require.NoError(t, err)
		server := httptest.NewServer(service)
		t.Cleanup(server.Close)
		report, err := conformance.Run(t.Context(), conformance.Config{
			Endpoint: server.URL, Credentials: mockKeys, Cases: cases.All(), Clauses: cases.Clauses(), Fixture: mockFixture,
			Harm: conformance.HarmDangerous, Day: dayOf(freeDay), Seed: seed, Linger: 50 * time.Millisecond,
		})
		require.NoError(t, err)
		assert.Equal(t, conformance.ExitOK, report.ExitCode, "%s", report.Headline)
		assert.Empty(t, report.Unjudged, "seed %d", seed)
		assert.Less(t, report.Counts.Requests, 250*len(gen.Clients()), "seed %d", seed)
	}
}
