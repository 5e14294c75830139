package conformance

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSkew(t *testing.T) {
	date := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	at := date.Add
	for _, c := range []struct {
		name           string
		sent, received time.Time
		want           time.Duration
	}{
		{"the same second", at(100 * time.Millisecond), at(200 * time.Millisecond), 0},
		{"the fraction that a Date leaves out", at(900 * time.Millisecond), at(999 * time.Millisecond), 0},
		{"an answer that took long", at(-time.Minute), at(time.Minute), 0},
		{"behind", at(-41 * time.Second), at(-40 * time.Second), 40 * time.Second},
		{"ahead", at(41 * time.Second), at(42 * time.Second), -40 * time.Second},
	} {
		assert.Equal(t, c.want, skew(date, c.sent, c.received), c.name)
	}
}

// TestClockWarning: a report warns of clocks that differ by more than 30 seconds, as the first answer shows.
func TestClockWarning(t *testing.T) {
	now := time.Date(2026, 4, 1, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		ahead time.Duration // the endpoint's clock
		date  string        // instead
		want  string
	}{
		{"not at all", 0, "", ""},
		{"30 seconds", 30 * time.Second, "", ""},
		{"31 seconds", 31 * time.Second, "", "this machine's clock is 31s behind the endpoint's"},
		{"7 minutes back", -7 * time.Minute, "", "this machine's clock is 6m59s ahead of the endpoint's"}, // at least
		{"no date", 0, "yesterday", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			first := true
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				date := now.Add(c.ahead)
				if !first {
					date = now.Add(-time.Hour) // only the first answer counts
				}
				first = first && c.date != ""
				w.Header().Set("Date", date.Format(http.TimeFormat))
				if c.date != "" {
					w.Header().Set("Date", c.date)
				}
			})), ask("one", HarmReads, listVersions))
			config.Clock = func() time.Time { return now }
			report := run(t, config)
			assert.Equal(t, c.want, report.ClockWarning())
			if c.want == "" {
				assert.NotContains(t, report.Headline, "clock")
				return
			}
			require.NotZero(t, report.ClockSkew)
			assert.Contains(t, report.Headline, "; "+c.want)
		})
	}
}
