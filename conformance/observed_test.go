package conformance_test

import (
	"net/http/httptest"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestObserved: the example accounts for whatever the mock does as the live service was seen to, and for nothing
// that it does not do, in any variant of any case.
func TestObserved(t *testing.T) {
	t.Parallel()
	day := lifecycle.Day(2026, time.November, 25)
	file, err := os.Open("testdata/observed.yaml")
	require.NoError(t, err)
	defer file.Close()
	baseline, err := conformance.LoadBaseline(file, "observed.yaml", cases.All(), day)
	require.NoError(t, err)

	keys := signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("a-secret-of-mine")}
	handler, err := mock.New([]signing.Credentials{keys}, mock.Live(), mock.WithBusy(10*time.Millisecond), mock.WithDelay(2*time.Millisecond), mock.WithDay(day))
	require.NoError(t, err)
	endpoint := httptest.NewServer(handler)
	t.Cleanup(endpoint.Close)
	newest := gen.Clients()[len(gen.Clients())-1:]
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: endpoint.URL, Credentials: keys, Clients: newest, Cases: cases.All(), Day: day, All: true, Seed: 1,
		Harm: conformance.HarmDangerous, Linger: 20 * time.Millisecond, Baseline: baseline,
		Fixture: conformance.Fixture{
			Volume: mock.VolumeID, Server: mock.ServerID, SpareVolume: mock.SpareID, OtherServer: mock.OtherServerID,
			SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID,
		},
	})
	require.NoError(t, err)
	assert.Equal(t, conformance.ExitOK, report.ExitCode, "%s\n%+v", report.Headline, report.Baseline)
	assert.Empty(t, report.Baseline.Problems)
	assert.Equal(t, len(baseline.Entries), report.Baseline.Known)
}
