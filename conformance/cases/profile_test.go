//go:build live

package cases_test

import (
	"fmt"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestLiveProfile runs the whole catalogue twenty times against the mock as the live service was seen, stray answers and
// a second of 409 after each operation included. Whatever those hit, the findings are the same each time: one
// for each deviation at most. It takes about ten minutes, most of which it waits: make live.
func TestLiveProfile(t *testing.T) {
	const runs = 20
	var all [runs][]string
	t.Run("runs", func(t *testing.T) {
		for i := range runs {
			t.Run(fmt.Sprint(i+1), func(t *testing.T) {
				t.Parallel()
				report := judgeLive(t, uint64(i+1))
				for _, r := range report.Results {
					assert.NotContains(t, []conformance.Verdict{conformance.Inconclusive, conformance.Error}, r.Verdict, "%s: %s", where(r), r.Reason())
					for _, f := range r.Findings {
						if r.Verdict != conformance.Skip {
							all[i] = append(all[i], fmt.Sprintf("%s %s: %s %s", where(r), f.Verdict, f.Clause, f.Code))
						}
					}
				}
				t.Logf("%s, %d requests: %s", report.Duration, report.Counts.Requests, report.Headline)
			})
		}
	})
	for i := range all {
		assert.Equal(t, all[0], all[i], "run %d", i+1)
	}
	for _, finding := range all[0] {
		t.Log(finding)
	}
	assert.Len(t, slices.Compact(slices.Clone(all[0])), len(all[0]), "several findings of one kind")
}

// judgeLive asks everything of the mock as the live service was seen. Other requests get a stray answer with
// each seed.
func judgeLive(t *testing.T, seed uint64) *conformance.Report {
	t.Helper()
	service, err := mock.New([]signing.Credentials{mockKeys}, mock.Live(), mock.WithGatewayErrors(mock.LiveErrorRate, seed), mock.WithDay(dayOf(freeDay)))
	require.NoError(t, err)
	server := httptest.NewServer(service)
	t.Cleanup(server.Close)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: server.URL, Credentials: mockKeys, Cases: cases.All(), Clauses: cases.Clauses(), Fixture: mockFixture,
		Harm: conformance.HarmDangerous, Day: dayOf(freeDay), Seed: 1, All: true,
	})
	require.NoError(t, err)
	return report
}
