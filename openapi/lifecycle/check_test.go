package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestCheck(t *testing.T) {
	current := [3]string{"1.3", "CURRENT", ""}
	for name, c := range map[string]struct {
		rows [][3]string
		on   string
		want map[lifecycle.Kind]string // sentence by kind
	}{
		"all well": {[][3]string{current, {"1.2", "SUPPORTED", "2026-08-31"}}, "2026-06-02", nil},
		"supported, and 89 days left": {[][3]string{current, {"1.2", "SUPPORTED", "2026-08-31"}}, "2026-06-03", map[lifecycle.Kind]string{
			lifecycle.LabelContradictsDate: "1.2 is labelled SUPPORTED, but with date 2026-08-31 and 89 days left on 2026-06-03 it is DEPRECATED",
		}},
		"deprecated, and 89 days left": {[][3]string{current, {"1.2", "DEPRECATED", "2026-08-31"}}, "2026-06-03", nil},
		"deprecated, and 90 days left": {[][3]string{current, {"1.2", "DEPRECATED", "2026-08-31"}}, "2026-06-02", map[lifecycle.Kind]string{
			lifecycle.LabelContradictsDate: "1.2 is labelled DEPRECATED, but with date 2026-08-31 and 90 days left on 2026-06-02 it is SUPPORTED",
		}},
		"deprecated, and ended": {[][3]string{current, {"1.2", "DEPRECATED", "2026-08-31"}}, "2027-01-01", nil},
		"supported, and ended": {[][3]string{current, {"1.2", "SUPPORTED", "2026-08-31"}}, "2026-08-31", map[lifecycle.Kind]string{
			lifecycle.LabelContradictsDate: "1.2 is labelled SUPPORTED, but with date 2026-08-31 and 0 days left on 2026-08-31 it is ENDED",
		}},
		"current, the day before": {[][3]string{{"1.3", "CURRENT", "2026-08-31"}}, "2026-08-30", nil},
		"current, and ended": {[][3]string{{"1.3", "CURRENT", "2026-08-31"}}, "2026-08-31", map[lifecycle.Kind]string{
			lifecycle.LabelContradictsDate: "1.3 is labelled CURRENT, but with date 2026-08-31 and 0 days left on 2026-08-31 it is ENDED",
		}},
		"none current": {[][3]string{{"1.4", "PLANNED", ""}, {"1.3", "SUPPORTED", ""}}, "2026-06-02", map[lifecycle.Kind]string{
			lifecycle.NoneCurrent: "no version is labelled CURRENT; one should be",
		}},
		"two current": {[][3]string{{"1.10", "CURRENT", ""}, {"1.9", "CURRENT", ""}}, "2026-06-02", map[lifecycle.Kind]string{
			lifecycle.SeveralCurrent: "1.9 and 1.10 are labelled CURRENT; only one should be",
		}},
		"a newer one ends first": {[][3]string{current, {"1.10", "DEPRECATED", "2026-06-30"}, {"1.9", "DEPRECATED", "2026-07-01"}}, "2026-06-02", map[lifecycle.Kind]string{
			lifecycle.DatesOutOfOrder: "1.10 ends on 2026-06-30, before the older 1.9, which ends on 2026-07-01",
		}},
		"out of order, two apart": {[][3]string{{"1.3", "CURRENT", "2026-06-30"}, {"1.2", "DEPRECATED", ""}, {"1.1", "DEPRECATED", "2026-07-01"}}, "2026-06-02", map[lifecycle.Kind]string{
			lifecycle.DatesOutOfOrder: "1.3 ends on 2026-06-30, before the older 1.1, which ends on 2026-07-01",
		}},
		"two end together":              {[][3]string{current, {"1.2", "DEPRECATED", "2026-06-30"}, {"1.1", "DEPRECATED", "2026-06-30"}}, "2026-06-02", nil},
		"an older one is open":          {[][3]string{{"1.3", "CURRENT", "2026-08-31"}, {"1.2", "SUPPORTED", ""}}, "2026-06-02", nil},
		"a planned date is in no order": {[][3]string{{"1.4", "PLANNED", "2026-01-01"}, {"1.3", "CURRENT", "2026-08-31"}}, "2026-06-02", nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[lifecycle.Kind]string{}
			for _, finding := range table(t, c.rows...).Check(day(t, c.on)) {
				assert.True(t, finding.Failure)
				assert.Zero(t, finding.Documented)
				assert.Equal(t, finding.ID, finding.Listed.ID)
				got[finding.Kind] = finding.Text
			}
			if c.want == nil {
				c.want = map[lifecycle.Kind]string{}
			}
			assert.Equal(t, c.want, got)
		})
	}
	t.Run("each that is out of order is told once", func(t *testing.T) {
		found := table(t, current, [3]string{"1.0", "DEPRECATED", "2026-08-30"}, [3]string{"1.1", "DEPRECATED", "2026-08-28"},
			[3]string{"1.2", "DEPRECATED", "2026-08-29"}).Check(day(t, "2026-08-01"))
		require.Len(t, found, 2)
		assert.Equal(t, lifecycle.V(1, 1), found[0].ID)
		assert.Equal(t, lifecycle.V(1, 2), found[1].ID)
	})
	t.Run("a lapsed guarantee is a note, on the day of the reading alone", func(t *testing.T) {
		read := table(t, [3]string{"1.3", "CURRENT", "2026-08-31"}, [3]string{"1.2", "SUPPORTED", "2027-08-31"})
		read.Read = time.Date(2026, time.November, 25, 3, 0, 0, 0, time.UTC)
		found := read.Check(day(t, "2026-11-25"))
		require.Len(t, found, 1, "nor are the dates out of order")
		assert.Equal(t, lifecycle.GuaranteeLapsed, found[0].Kind)
		assert.False(t, found[0].Failure)
		assert.Equal(t, "1.3 is CURRENT, but its guarantee lapsed on 2026-08-31, 86 days before the day judged", found[0].Text)
		for _, other := range []string{"2026-11-24", "2026-11-26"} {
			found = read.Check(day(t, other))
			require.Len(t, found, 2, other)
			assert.Equal(t, lifecycle.LabelContradictsDate, found[0].Kind)
			assert.Equal(t, lifecycle.DatesOutOfOrder, found[1].Kind)
		}
	})
	t.Run("on no day nothing passes", func(t *testing.T) {
		found := seed.Check(lifecycle.Date{})
		require.Len(t, found, len(seed.Versions))
	})
}
