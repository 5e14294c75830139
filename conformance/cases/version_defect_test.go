package cases_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// versionFaults are faults of versions and of discovery, with the case that has to catch each.
var versionFaults = map[string][]string{
	"version-written": {
		"version-ignored", "version-falls-back", "version-any-case", "version-any-service", "version-number-alone", "version-trimmed",
		"version-v", "version-prefix", "version-major", "version-rounded", "version-at-least", "version-suffixed", "version-slash",
		"version-latest", "version-empty", "version-last",
		"version-float", "version-scanned", "version-padded", "version-any-base", "version-byte", "version-short", "version-word",
		"version-absolute", "version-begins", "version-ends", "version-within", "version-unescaped", "version-glob", "version-semver",
		"version-compared", "version-comma", "version-dotted", "version-digits", "version-build", "version-first-of-list",
		"version-last-of-list", "version-parameters", "version-unquoted", "version-decoded", "version-any-space",
		"version-any-separator", "version-joined", "version-service-begins", "version-service-hyphen", "version-reversed",
		"version-first", "version-joined-lines", "version-words", "version-nameless", "version-negotiated", "version-next",
		"version-refused-and-done",
	},
	"version-answered":        {"version-gone-early"},
	"version-planned":         {"planned-answered"},
	"version-same":            {"versions-differ"},
	"version-across":          {"across-stale-newest", "across-stale-older", "across-stale-default", "across-refused"},
	"version-absent":          {"default-differs", "default-status"},
	"version-absent-shows":    {"default-oldest"},
	"version-absent-detaches": {"version-required", "default-refuses-detach"},
	"version-absent-effect":   {"no-effect-unversioned"},
	"discovery-answers": {
		"discovery-signed", "discovery-missing", "id-nonsense", "label-unknown", "date-nonsense", "date-time", "version-twice", "versions-empty",
	},
	"discovery-form": {"id-without-v", "label-active"},
	"discovery-links": {
		"links-relative", "links-elsewhere", "links-other-port", "links-other-scheme", "links-password", "links-without-scheme", "links-look-alike",
	},
	"discovery-stable":  {"discovery-flips", "discovery-now-and-then"},
	"discovery-headers": {"discovery-one-version", "discovery-signed-differs", "discovery-translated", "discovery-checks-signature"},
	"discovery-methods": {"discovery-any-method"},
	"discovery-current": {"two-current", "none-current"},
	"discovery-listed":  {"version-unlisted", "newest-unlisted"},
	"discovery-date":    {"date-earlier", "date-withdrawn"},
	"discovery-state":   {"current-oldest"},
	"discovery-day":     {"label-frozen", "date-later", "label-day-late", "label-day-early", "label-week-late"},
	"discovery-order":   {"dates-out-of-order"},
}

// beforeAllEnds is a day on which every version is answered, and all labels and dates agree.
var beforeAllEnds = dayOf("2026-04-01")

// withPlanned is the table of the documents and a PLANNED version.
func withPlanned(table lifecycle.Table) lifecycle.Table {
	table.Versions = append(append([]lifecycle.Version(nil), table.Versions...), lifecycle.Version{ID: lifecycle.V(1, 7), Label: lifecycle.Planned})
	return table
}

func TestVersionFaults(t *testing.T) {
	for id, names := range versionFaults {
		for _, name := range names {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				report := judgeDefect(t, name)
				assert.Contains(t, caught(report), id)
			})
		}
	}
}

// judgeDefect asks the families of a mock with a defect, on a day on which all that it lists agrees.
func judgeDefect(t *testing.T, name string) *conformance.Report {
	t.Helper()
	defect, err := mock.DefectByName(name)
	require.NoError(t, err)
	clock := func() time.Time { return time.Date(2026, time.April, 1, 3, 0, 0, 0, time.UTC) }
	table := withPlanned(documentTable())
	server := newMock(t, nil, mock.WithDefect(defect), mock.WithClock(clock), mock.WithTable(table))
	return judgeCases(t, server, func(c *conformance.Config) {
		c.Day, c.Clock, c.Table = beforeAllEnds, clock, table
	}, "version-*", "discovery-*")
}

// A mock without a defect is found nothing against on that day either.
func TestNoVersionFault(t *testing.T) {
	clock := func() time.Time { return time.Date(2026, time.April, 1, 3, 0, 0, 0, time.UTC) }
	table := withPlanned(documentTable())
	report := judgeCases(t, newMock(t, nil, mock.WithClock(clock), mock.WithTable(table)), func(c *conformance.Config) {
		c.Day, c.Clock, c.Table = beforeAllEnds, clock, table
	}, "version-*", "discovery-*")
	requireNothingFound(t, report)
	assert.Contains(t, judged(report, "version-planned"), conformance.Pass)
}
