package cases_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
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

var mockKeys = signing.Credentials{AccessKey: "alice-access", SecretKey: signing.Secret("alice-secret-0123456789")}

var mockFixture = conformance.Fixture{
	Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID,
	SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID, SpareVolume: mock.SpareID,
}

// newMock is a mock with options, behind middleware where there is any.
func newMock(t *testing.T, around func(http.Handler) http.Handler, opts ...mock.Option) *httptest.Server {
	t.Helper()
	var handler http.Handler
	handler, err := mock.New([]signing.Credentials{mockKeys}, opts...)
	require.NoError(t, err)
	if around != nil {
		handler = around(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server
}

// judgeCases asks the cases of some names of a server.
func judgeCases(t *testing.T, server *httptest.Server, change func(*conformance.Config), names ...string) *conformance.Report {
	t.Helper()
	chosen, err := cases.Select(names...)
	require.NoError(t, err)
	config := conformance.Config{
		Endpoint: server.URL, Credentials: mockKeys, Cases: chosen, Fixture: mockFixture,
		Harm: conformance.HarmDangerous, All: true, Seed: 1, Settle: 300 * time.Millisecond, Linger: 10 * time.Millisecond,
	}
	if change != nil {
		change(&config)
	}
	report, err := conformance.Run(t.Context(), config)
	require.NoError(t, err)
	return report
}

// caught are the cases with a finding against the endpoint, each once.
func caught(report *conformance.Report) []string {
	var ids []string
	for _, r := range report.Results {
		if proved := r.Verdict == conformance.Fail || r.Verdict == conformance.Differs; proved && !slices.Contains(ids, r.Case.ID) {
			ids = append(ids, r.Case.ID)
		}
	}
	return ids
}

// judged is how a case ended, its worst verdict first.
func judged(report *conformance.Report, id string) []conformance.Verdict {
	var verdicts []conformance.Verdict
	for _, r := range report.Results {
		if r.Case.ID == id {
			verdicts = append(verdicts, r.Verdict)
		}
	}
	return verdicts
}

func requireNothingFound(t *testing.T, report *conformance.Report) {
	t.Helper()
	for _, r := range report.Results {
		assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
	}
}

func TestVersionAndDiscovery(t *testing.T) {
	report := judgeCases(t, newMock(t, nil), nil, "version-*", "discovery-*")
	requireNothingFound(t, report)
	for _, r := range report.Results {
		assert.False(t, r.Verdict == conformance.Skip && r.Findings[0].Code == conformance.CodeNotAsked, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
	}
}

// A version that is PLANNED, and is not answered, is as documented; so are the versions of a day on which all
// labels and dates agree.
func TestVersionPlanned(t *testing.T) {
	clock := func() time.Time { return time.Date(2026, time.April, 1, 3, 0, 0, 0, time.UTC) }
	table := gen.Table()
	table.Versions = append(table.Versions, lifecycle.Version{ID: lifecycle.V(1, 7), Label: lifecycle.Planned})
	report := judgeCases(t, newMock(t, nil, mock.WithClock(clock), mock.WithTable(table)), func(c *conformance.Config) {
		c.Day, c.Clock, c.Table = dayOf("2026-04-01"), clock, table
	}, "version-*", "discovery-*")
	requireNothingFound(t, report)
	assert.Contains(t, judged(report, "version-planned"), conformance.Pass)
}
