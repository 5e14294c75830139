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
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestObserved: the example accounts for whatever the mock does as the live service was seen to, and for nothing
// that it does not do.
func TestObserved(t *testing.T) {
	t.Parallel()
	day := lifecycle.Day(2026, time.November, 25)
	file, err := os.Open("testdata/observed.yaml")
	require.NoError(t, err)
	defer file.Close()
	baseline, err := conformance.LoadBaseline(file, "observed.yaml", cases.All(), day)
	require.NoError(t, err)

	for name, c := range map[string]struct {
		options     []mock.Option
		all         bool
		exit, known int
		problems    []conformance.BaselineKind
	}{
		"a night of the live service": {options: []mock.Option{mock.Live(), mock.WithBusy(10 * time.Millisecond)}, exit: 0, known: 1},
		"all of the live service":     {options: []mock.Option{mock.Live(), mock.WithBusy(10 * time.Millisecond)}, all: true, exit: 0, known: 8},
		"a service as documented":     {all: true, exit: 1, problems: []conformance.BaselineKind{conformance.BaselineStale}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			keys := signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("a-secret-of-mine")}
			handler, err := mock.New([]signing.Credentials{keys}, append(c.options, mock.WithDelay(2*time.Millisecond), mock.WithDay(day))...)
			require.NoError(t, err)
			endpoint := httptest.NewServer(handler)
			t.Cleanup(endpoint.Close)
			report, err := conformance.Run(t.Context(), conformance.Config{
				Endpoint: endpoint.URL, Credentials: keys, Cases: cases.All(), Day: day, All: c.all, Seed: 1, Parallel: 4,
				Harm: conformance.HarmDangerous, Linger: 20 * time.Millisecond, Baseline: baseline,
				Fixture: conformance.Fixture{
					Volume: mock.VolumeID, Server: mock.ServerID, SpareVolume: mock.SpareID, OtherServer: mock.OtherServerID,
					SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID,
				},
			})
			require.NoError(t, err)
			assert.Equal(t, c.exit, report.ExitCode, "%s\n%+v", report.Headline, report.Baseline)
			assert.GreaterOrEqual(t, report.Baseline.Known, c.known)
			var kinds []conformance.BaselineKind
			for _, problem := range report.Baseline.Problems {
				kinds = append(kinds, problem.Kind)
			}
			assert.Subset(t, kinds, c.problems)
			assert.Equal(t, len(c.problems) > 0, len(kinds) > 0, "%+v", report.Baseline.Problems)
		})
	}
}
