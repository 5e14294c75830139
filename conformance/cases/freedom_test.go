package cases_test

import (
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// freedoms are the choices that the document leaves to a server, in groups of which a server makes one.
var freedoms = [][]string{
	{"refusal-empty", "refusal-text", "refusal-problem", "detail-missing", "detail-null", "detail-string", "code-missing"},
	{"status-string"},
	{"charset-upper", "charset-quoted"},
	{"errors-two"},
	{"error-extra"},
	{"accepted-location"},
	{"accepted-typed", "accepted-chunked", "accepted-json", "accepted-text"},
	{"extra-headers"},
	{"announcements"},
	{"connection-close"},
	{"links-absent", "links-null"},
	{"status-lower"},
	{"date-null", "date-empty", "date-compact"},
	{"discovery-extra"},
	{"discovery-reversed"},
	{"planned-listed"},
	{"newer-current"},
	{"ended-unlisted"},
	{"ended-refused"},
	{"key-in-401"},
	{"window-1m", "window-15m"},
	{"client-type-any"},
	{"language-required"},
	{"replay-guard"},
	{"repeat-202"},
	{"state-upper", "state-underscore", "state-title"},
	{"show-extra"},
	{"looks-lag", "looks-jitter"},
	{"detach-2s"},
	{"attach-slow"},
	{"busy-after"},
	{"stray-502"},
	{"gateway-414", "gateway-431", "gateway-400"},
	{"answers-slow"},
	{"other-methods-405", "other-methods-501"},
	{"unknown-409"},
	{"malformed-409"},
	{"version-409"},
	{"state-400"},
	{"os-400"},
}

var freeKeys = signing.Credentials{AccessKey: "free-access-key", SecretKey: signing.Secret("free-secret-0123456789")}

const freeDay = "2026-04-01"

func dayOf(text string) lifecycle.Date {
	day, err := lifecycle.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return day
}

// judgeFree runs the whole catalogue, as people run it, against a service with some freedoms.
func judgeFree(t *testing.T, clients []gen.Client, on ...string) *conformance.Report {
	t.Helper()
	server := httptest.NewServer(newService(freeKeys, freeDay, on...))
	t.Cleanup(server.Close)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: server.URL, Credentials: freeKeys, Cases: cases.All(), Clauses: cases.Clauses(), Clients: clients,
		Fixture: conformance.Fixture{
			Volume: diskID, Server: hostID, OtherServer: otherID, SharedVolume: sharedID, OSVolume: bootID, SpareVolume: spareID,
		},
		Harm: conformance.HarmDangerous, All: askAll && !anySlow(on), Day: dayOf(freeDay), Seed: 1, Linger: 50 * time.Millisecond,
	})
	require.NoError(t, err)
	return report
}

// requireCalm wants no fail, nothing inconclusive, and at most one difference for each freedom.
func requireCalm(t *testing.T, report *conformance.Report, on []string) {
	t.Helper()
	differences := map[lifecycle.ID]int{}
	for _, r := range report.Results {
		if r.Verdict == conformance.Differs {
			differences[r.Version.ID] += len(r.Findings)
		}
		assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip, conformance.Differs}, r.Verdict,
			"with %v: %s in %s: %s", on, r.Case.ID, r.Version.ID, r.Reason())
	}
	for version, n := range differences {
		assert.LessOrEqual(t, n, len(on), "with %v in %s", on, version)
	}
	assert.Equal(t, conformance.ExitOK, report.ExitCode, "with %v: %s %v", on, report.Headline, report.Trouble)
}

func newestClient() []gen.Client { return gen.Clients()[len(gen.Clients())-1:] }

// TestFreedoms asks a service that uses none of the freedoms. `make freedoms` uses each, by itself and together with
// others, and asks everything.
func TestFreedoms(t *testing.T) {
	t.Run("none", func(t *testing.T) { requireCalm(t, judgeFree(t, nil), nil) })
	if !askAll {
		return
	}
	for _, name := range slices.Concat(freedoms...) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			requireCalm(t, judgeFree(t, newestClient(), name), []string{name})
		})
	}
}
