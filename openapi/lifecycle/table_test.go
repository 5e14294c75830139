package lifecycle_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestReading(t *testing.T) {
	for name, c := range map[string]struct {
		read lifecycle.Table
		want string
	}{
		"the seed":                 {seed, "between 2026-03-03 and 2026-06-02"},
		"supported":                {table(t, [3]string{"1.2", "SUPPORTED", "20260831"}), "on or before 2026-06-02"},
		"deprecated":               {table(t, [3]string{"1.1", "DEPRECATED", "20260531"}), "on or after 2026-03-03"},
		"current with a date":      {table(t, [3]string{"1.3", "CURRENT", "20260831"}), "on or before 2026-08-30"},
		"the latest of two firsts": {table(t, [3]string{"1.0", "DEPRECATED", "20260531"}, [3]string{"1.1", "DEPRECATED", "20260601"}), "on or after 2026-03-04"},
		"the earliest of two ends": {table(t, [3]string{"1.0", "SUPPORTED", "20260901"}, [3]string{"1.1", "SUPPORTED", "20260831"}), "on or before 2026-06-02"},
		"one day only":             {table(t, [3]string{"1.0", "DEPRECATED", "20260830"}, [3]string{"1.1", "SUPPORTED", "20260831"}), "on 2026-06-02"},
		"no dates":                 {table(t, [3]string{"1.3", "CURRENT", ""}, [3]string{"1.2", "DEPRECATED", ""}), "on an unknown day"},
		"a planned date":           {table(t, [3]string{"1.4", "PLANNED", "20260831"}), "on an unknown day"},
		"nothing":                  {lifecycle.Table{}, "on an unknown day"},
		"a known instant": {
			lifecycle.Table{Versions: seed.Versions, Read: time.Date(2026, time.September, 17, 15, 0, 0, 0, time.UTC)},
			"on 2026-09-18",
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.read.Reading()
			assert.NoError(t, err)
			assert.Equal(t, c.want, got.String())
		})
	}
	t.Run("no day at all", func(t *testing.T) {
		broken := table(t, [3]string{"1.1", "DEPRECATED", "20260831"}, [3]string{"1.2", "SUPPORTED", "20260831"}, [3]string{"1.3", "CURRENT", ""})
		got, err := broken.Reading()
		assert.EqualError(t, err, "the labels of an endpoint agree on no day: "+
			"1.1 is DEPRECATED with date 2026-08-31, which is right from 2026-06-03 on, and 1.2 is SUPPORTED with date 2026-08-31, which is right until 2026-06-02")
		assert.Zero(t, got)
	})
}

// The labels of the seed are right on the days on which it can have been read, and
// on no others.
func TestReadingIsWhereLabelsHold(t *testing.T) {
	for on, want := range map[string]bool{
		"2026-03-02": false, "2026-03-03": true, "2026-06-02": true, "2026-06-03": false,
	} {
		agree := true
		for _, s := range seed.At(day(t, on)) {
			agree = agree && s.State.Label() == s.Label
		}
		assert.Equal(t, want, agree, on)
	}
	rapid.Check(t, func(t *rapid.T) {
		read := lifecycle.Table{Versions: []lifecycle.Version{anyVersion.Draw(t, "version")}}
		on := anyDay.Draw(t, "day")
		s := read.At(on)[0]
		contradicts := false
		for _, finding := range read.Check(on) {
			contradicts = contradicts || finding.Kind == lifecycle.LabelContradictsDate
		}
		assert.Equal(t, s.State.Label() != s.Label, contradicts, "%s on %s", s, on)
	})
}

func TestAge(t *testing.T) {
	asked := lifecycle.Table{Source: "an endpoint", Versions: seed.Versions, Read: time.Date(2026, time.September, 18, 3, 0, 0, 0, time.UTC)}
	broken := table(t, [3]string{"1.1", "DEPRECATED", "20270831"}, [3]string{"1.2", "SUPPORTED", "20260831"})
	for name, c := range map[string]struct {
		read  lifecycle.Table
		on    string
		age   string
		stale bool
		said  string
	}{
		"the seed, before it was read":    {seed, "2026-01-01", "0 days", false, "snapshot of the documents, read between 2026-03-03 and 2026-06-02"},
		"the seed, when it was read":      {seed, "2026-06-02", "0 days", false, "snapshot of the documents, read between 2026-03-03 and 2026-06-02"},
		"the seed, 90 days later":         {seed, "2026-08-31", "90 days", false, "snapshot of the documents, read between 2026-03-03 and 2026-06-02, at least 90 days before 2026-08-31"},
		"the seed, 91 days later":         {seed, "2026-09-01", "91 days", true, "snapshot of the documents, read between 2026-03-03 and 2026-06-02, at least 91 days before 2026-09-01"},
		"the seed, half a year later":     {seed, "2026-11-23", "174 days", true, "snapshot of the documents, read between 2026-03-03 and 2026-06-02, at least 174 days before 2026-11-23"},
		"an endpoint, on the day":         {asked, "2026-09-18", "0 days", false, "snapshot of an endpoint, read on 2026-09-18"},
		"an endpoint, the day after":      {asked, "2026-09-19", "1 day", false, "snapshot of an endpoint, read on 2026-09-18, 1 day before 2026-09-19"},
		"no dates":                        {table(t, [3]string{"1.3", "CURRENT", ""}), "2026-09-19", "unknown", true, "snapshot of an endpoint, read on an unknown day"},
		"labels that agree on no day":     {broken, "2026-09-19", "unknown", true, "snapshot of an endpoint, read on an unknown day: the labels of an endpoint agree on no day"},
		"an endpoint, judged on no day":   {asked, "", "unknown", true, "snapshot of an endpoint, read on 2026-09-18"},
		"an endpoint, before it was read": {asked, "2026-01-01", "0 days", false, "snapshot of an endpoint, read on 2026-09-18"},
	} {
		t.Run(name, func(t *testing.T) {
			on := day(t, c.on)
			assert.Equal(t, c.age, c.read.Age(on).String())
			assert.Equal(t, c.stale, c.read.Stale(on))
			said := c.read.Describe(on)
			require.GreaterOrEqual(t, len(said), len(c.said))
			assert.Equal(t, c.said, said[:len(c.said)])
		})
	}
}
