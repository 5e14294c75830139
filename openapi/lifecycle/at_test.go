package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// The seed's versions on the days around its dates, worked out with a calendar.
func TestSeed(t *testing.T) {
	type days struct {
		state lifecycle.State
		left  int
	}
	const (
		supported  = lifecycle.Supported
		deprecated = lifecycle.Deprecated
		ended      = lifecycle.Ended
	)
	for _, c := range []struct {
		day           string
		v10, v11, v12 days
	}{
		{"2025-12-30", days{deprecated, 1}, days{supported, 152}, days{supported, 244}},
		{"2025-12-31", days{ended, 0}, days{supported, 151}, days{supported, 243}},
		{"2026-01-01", days{ended, -1}, days{supported, 150}, days{supported, 242}},
		{"2026-03-02", days{ended, -61}, days{supported, 90}, days{supported, 182}},
		{"2026-03-03", days{ended, -62}, days{deprecated, 89}, days{supported, 181}},
		{"2026-05-30", days{ended, -150}, days{deprecated, 1}, days{supported, 93}},
		{"2026-05-31", days{ended, -151}, days{ended, 0}, days{supported, 92}},
		{"2026-06-01", days{ended, -152}, days{ended, -1}, days{supported, 91}},
		{"2026-06-02", days{ended, -153}, days{ended, -2}, days{supported, 90}},
		{"2026-06-03", days{ended, -154}, days{ended, -3}, days{deprecated, 89}},
		{"2026-08-30", days{ended, -242}, days{ended, -91}, days{deprecated, 1}},
		{"2026-08-31", days{ended, -243}, days{ended, -92}, days{ended, 0}},
		{"2026-09-01", days{ended, -244}, days{ended, -93}, days{ended, -1}},
		{"2026-11-23", days{ended, -327}, days{ended, -176}, days{ended, -84}},
		// The days above do not cover the start of 1.0's last 90 days.
		{"2025-10-02", days{supported, 90}, days{supported, 241}, days{supported, 333}},
		{"2025-10-03", days{deprecated, 89}, days{supported, 240}, days{supported, 332}},
	} {
		t.Run(c.day, func(t *testing.T) {
			standings := seed.At(day(t, c.day))
			require.Len(t, standings, 4)
			for i, want := range []days{c.v10, c.v11, c.v12} {
				s := standings[i]
				assert.Equal(t, lifecycle.V(1, i), s.ID, "the oldest first")
				assert.Equal(t, want.state, s.State, s.ID)
				n, known := s.Left.Count()
				assert.True(t, known, s.ID)
				assert.Equal(t, want.left, n, s.ID)
				assert.Equal(t, want.state != ended, s.Safe, s.ID)
				assert.Equal(t, s.NotBefore, s.UnsafeFrom, s.ID)
			}
			newest := standings[3]
			assert.Equal(t, lifecycle.V(1, 3), newest.ID)
			assert.Equal(t, lifecycle.Current, newest.State)
			assert.True(t, newest.Safe)
			assert.True(t, newest.UnsafeFrom.IsZero())
			_, known := newest.Left.Count()
			assert.False(t, known)

			recommended, ok := standings.Recommended()
			assert.True(t, ok)
			assert.Equal(t, newest, recommended)
		})
	}
}

func TestAtOneVersion(t *testing.T) {
	const date = "2028-05-29" // 90 days after the leap day
	for name, c := range map[string]struct {
		label, date, on string
		want            lifecycle.State
		safe            bool
		unsafeFrom      string
		said            string
	}{
		"current without a date":        {"CURRENT", "", "2026-11-23", lifecycle.Current, true, "-", "1.5 is CURRENT with no end known"},
		"current far from its date":     {"CURRENT", date, "2026-11-23", lifecycle.Current, true, date, "1.5 is CURRENT until 2028-05-29, 553 days left"},
		"current near its date":         {"CURRENT", date, "2028-05-28", lifecycle.Current, true, date, "1.5 is CURRENT until 2028-05-29, 1 day left"},
		"current on its date":           {"CURRENT", date, "2028-05-29", lifecycle.Ended, false, date, "1.5 has ENDED, on 2028-05-29, the day judged"},
		"current after its date":        {"CURRENT", date, "2028-05-30", lifecycle.Ended, false, date, "1.5 has ENDED, on 2028-05-29, 1 day before the day judged"},
		"supported without a date":      {"SUPPORTED", "", "2026-11-23", lifecycle.Supported, true, "-", "1.5 is SUPPORTED with no end known"},
		"supported on the 90th day":     {"SUPPORTED", date, "2028-02-29", lifecycle.Supported, true, date, "1.5 is SUPPORTED until 2028-05-29, 90 days left"},
		"supported on the 89th day":     {"SUPPORTED", date, "2028-03-01", lifecycle.Deprecated, true, date, "1.5 is DEPRECATED until 2028-05-29, 89 days left"},
		"deprecated without a date":     {"DEPRECATED", "", "2026-11-23", lifecycle.Deprecated, false, "-", "1.5 is DEPRECATED with no end known"},
		"deprecated, on an earlier day": {"DEPRECATED", date, "2028-02-29", lifecycle.Supported, true, date, "1.5 is SUPPORTED until 2028-05-29, 90 days left"},
		"deprecated on the day before":  {"DEPRECATED", date, "2028-05-28", lifecycle.Deprecated, true, date, "1.5 is DEPRECATED until 2028-05-29, 1 day left"},
		"deprecated on its date":        {"DEPRECATED", date, "2028-05-29", lifecycle.Ended, false, date, "1.5 has ENDED, on 2028-05-29, the day judged"},
		"planned":                       {"PLANNED", "", "2026-11-23", lifecycle.Planned, false, "-", "1.5 is PLANNED and cannot be called"},
		"planned before its date":       {"PLANNED", date, "2026-11-23", lifecycle.Planned, false, "-", "1.5 is PLANNED and cannot be called"},
		"planned after its date":        {"PLANNED", date, "2029-01-01", lifecycle.Planned, false, "-", "1.5 is PLANNED and cannot be called"},
		"ended, which is no label":      {"ENDED", date, "2026-11-23", lifecycle.Ended, false, date, ""},
		"no label at all":               {"", date, "2026-11-23", "", false, date, ""},
		"on no day":                     {"SUPPORTED", date, "", lifecycle.Supported, false, date, "1.5 is SUPPORTED until 2028-05-29"},
		"on no day, without a date":     {"CURRENT", "", "", lifecycle.Current, false, "-", "1.5 is CURRENT with no end known"},
	} {
		t.Run(name, func(t *testing.T) {
			s := table(t, [3]string{"1.5", c.label, c.date}).At(day(t, c.on))[0]
			assert.Equal(t, c.want, s.State)
			assert.Equal(t, c.safe, s.Safe)
			assert.Equal(t, c.unsafeFrom, s.UnsafeFrom.String())
			assert.Equal(t, lifecycle.State(c.label), s.Label, "as it was read")
			if c.said != "" {
				assert.Equal(t, c.said, s.String())
			}
		})
	}
}

func TestRecommended(t *testing.T) {
	const past, future = "2026-08-31", "2027-08-31"
	for name, c := range map[string]struct {
		rows [][3]string
		want string
	}{
		"the current one":                  {[][3]string{{"1.4", "CURRENT", ""}, {"1.3", "SUPPORTED", future}}, "1.4"},
		"by number, not by spelling":       {[][3]string{{"1.10", "CURRENT", ""}, {"1.9", "CURRENT", ""}}, "1.10"},
		"the newer of two, either order":   {[][3]string{{"1.9", "CURRENT", ""}, {"1.10", "CURRENT", ""}}, "1.10"},
		"current, with a date":             {[][3]string{{"1.4", "CURRENT", future}, {"1.3", "SUPPORTED", ""}}, "1.4"},
		"current, though older":            {[][3]string{{"1.4", "SUPPORTED", ""}, {"1.3", "CURRENT", ""}}, "1.3"},
		"a newer one only planned":         {[][3]string{{"1.5", "PLANNED", ""}, {"1.4", "CURRENT", ""}}, "1.4"},
		"current has expired":              {[][3]string{{"1.4", "CURRENT", past}, {"1.3", "SUPPORTED", future}}, "1.3"},
		"the newer of two expired":         {[][3]string{{"1.5", "CURRENT", past}, {"1.4", "CURRENT", ""}}, "1.4"},
		"none current":                     {[][3]string{{"1.3", "SUPPORTED", ""}, {"1.10", "SUPPORTED", future}, {"1.4", "DEPRECATED", ""}}, "1.10"},
		"none current, and one deprecated": {[][3]string{{"1.4", "DEPRECATED", "2026-12-31"}, {"1.3", "SUPPORTED", ""}}, "1.3"},
		"only deprecated ones":             {[][3]string{{"1.4", "DEPRECATED", "2026-12-31"}, {"1.3", "DEPRECATED", ""}}, ""},
		"only ended and planned ones":      {[][3]string{{"1.4", "PLANNED", ""}, {"1.3", "SUPPORTED", past}}, ""},
		"an empty table":                   {nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, ok := table(t, c.rows...).At(day(t, "2026-11-23")).Recommended()
			assert.Equal(t, c.want != "", ok)
			if ok {
				assert.Equal(t, c.want, s.ID.String())
				assert.True(t, s.Safe)
			} else {
				assert.Zero(t, s)
			}
		})
	}
	t.Run("on no day", func(t *testing.T) {
		_, ok := seed.At(lifecycle.Date{}).Recommended()
		assert.False(t, ok)
	})
}

// An endpoint that calls a version CURRENT is believed on the day on which it says
// so, even if the date beside it has come. On every other day the date decides.
func TestCurrentBesideADateThatHasCome(t *testing.T) {
	const date = "2026-08-31"
	at := func(year int, month time.Month, day, hour int) time.Time {
		return time.Date(year, month, day, hour, 0, 0, 0, time.UTC) // nine hours behind Korea
	}
	for name, c := range map[string]struct {
		label  string
		read   time.Time
		on     string
		state  lifecycle.State
		safe   bool
		lapsed bool
		from   string
		said   string
	}{
		"read and judged on the day before": {
			"CURRENT", at(2026, 8, 30, 3), "2026-08-30", lifecycle.Current, true, false, date,
			"1.5 is CURRENT until 2026-08-31, 1 day left",
		},
		"read and judged on the date": {
			"CURRENT", at(2026, 8, 31, 3), "2026-08-31", lifecycle.Current, true, true, "-",
			"1.5 is CURRENT, but its guarantee lapsed on 2026-08-31, the day judged",
		},
		"read and judged on the day after": {
			"CURRENT", at(2026, 9, 1, 3), "2026-09-01", lifecycle.Current, true, true, "-",
			"1.5 is CURRENT, but its guarantee lapsed on 2026-08-31, 1 day before the day judged",
		},
		"read and judged months after": {
			"CURRENT", at(2026, 11, 25, 3), "2026-11-25", lifecycle.Current, true, true, "-",
			"1.5 is CURRENT, but its guarantee lapsed on 2026-08-31, 86 days before the day judged",
		},
		"first hour of the day in Korea": {
			"CURRENT", at(2026, 11, 24, 15), "2026-11-25", lifecycle.Current, true, true, "-",
			"1.5 is CURRENT, but its guarantee lapsed on 2026-08-31, 86 days before the day judged",
		},
		"last hour of the day before in Korea": {
			"CURRENT", at(2026, 11, 24, 14), "2026-11-25", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 86 days before the day judged",
		},
		"read the day before": {
			"CURRENT", at(2026, 11, 24, 3), "2026-11-25", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 86 days before the day judged",
		},
		"read before the date, judged after it": {
			"CURRENT", at(2026, 8, 1, 3), "2026-09-01", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 1 day before the day judged",
		},
		// A reading after the day judged says nothing about that day.
		"read later, judged between date and reading": {
			"CURRENT", at(2026, 11, 25, 3), "2026-11-24", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 85 days before the day judged",
		},
		"read later, judged on the date": {
			"CURRENT", at(2026, 11, 25, 3), "2026-08-31", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, the day judged",
		},
		"read later, judged before the date": {
			"CURRENT", at(2026, 11, 25, 3), "2026-08-30", lifecycle.Current, true, false, date,
			"1.5 is CURRENT until 2026-08-31, 1 day left",
		},
		"read at an unknown time": {
			"CURRENT",
			time.Time{},
			"2026-11-25", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 86 days before the day judged",
		},
		"judged on no day": {
			"CURRENT", at(2026, 11, 25, 3), "", lifecycle.Current, false, false, date,
			"1.5 is CURRENT until 2026-08-31",
		},
		"supported, read today": {
			"SUPPORTED", at(2026, 11, 25, 3), "2026-11-25", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 86 days before the day judged",
		},
		"deprecated, read today": {
			"DEPRECATED", at(2026, 11, 25, 3), "2026-11-25", lifecycle.Ended, false, false, date,
			"1.5 has ENDED, on 2026-08-31, 86 days before the day judged",
		},
		"planned, read today": {
			"PLANNED", at(2026, 11, 25, 3), "2026-11-25", lifecycle.Planned, false, false, "-",
			"1.5 is PLANNED and cannot be called",
		},
	} {
		t.Run(name, func(t *testing.T) {
			read := table(t, [3]string{"1.5", c.label, date})
			read.Read = c.read
			standings := read.At(day(t, c.on))
			s := standings[0]
			assert.Equal(t, c.state, s.State)
			assert.Equal(t, c.safe, s.Safe)
			assert.Equal(t, c.lapsed, s.Lapsed)
			assert.Equal(t, c.from, s.UnsafeFrom.String())
			assert.Equal(t, c.said, s.String())
			_, ok := standings.Recommended()
			assert.Equal(t, c.safe, ok)
		})
	}
	t.Run("as JSON", func(t *testing.T) {
		read := table(t, [3]string{"1.5", "CURRENT", date})
		read.Read = at(2026, 11, 25, 3)
		written, err := json.Marshal(read.At(day(t, "2026-11-25")))
		require.NoError(t, err)
		assert.JSONEq(t, `[{"id":"1.5","label":"CURRENT","not_before":"2026-08-31","state":"CURRENT","days_left":-86,"safe":true,"lapsed":true}]`, string(written))
	})
}

// A program that has clients of some versions only is told the best of those.
func TestRecommendedAmong(t *testing.T) {
	clients := []lifecycle.ID{lifecycle.V(1, 0), lifecycle.V(1, 1), lifecycle.V(1, 2), lifecycle.V(1, 3)}
	const past, near, far = "2026-08-31", "2026-12-31", "2027-08-31"
	for name, c := range map[string]struct {
		rows [][3]string
		ids  []lifecycle.ID
		want string
	}{
		"an endpoint on 1.5":              {[][3]string{{"1.5", "CURRENT", ""}, {"1.4", "SUPPORTED", ""}, {"1.3", "SUPPORTED", ""}, {"1.2", "DEPRECATED", near}}, clients, "1.3"},
		"the newest ends soon":            {[][3]string{{"1.5", "CURRENT", ""}, {"1.3", "DEPRECATED", near}, {"1.2", "DEPRECATED", near}}, clients, "1.3"},
		"the newest ends soon, by days":   {[][3]string{{"1.5", "CURRENT", ""}, {"1.3", "SUPPORTED", near}}, clients, "1.3"},
		"an older one does not end soon":  {[][3]string{{"1.5", "CURRENT", ""}, {"1.3", "DEPRECATED", near}, {"1.2", "SUPPORTED", far}}, clients, "1.2"},
		"the newest has ended":            {[][3]string{{"1.5", "CURRENT", ""}, {"1.3", "SUPPORTED", past}, {"1.2", "DEPRECATED", near}}, clients, "1.2"},
		"the newest may end any day":      {[][3]string{{"1.5", "CURRENT", ""}, {"1.3", "DEPRECATED", ""}}, clients, ""},
		"all have ended":                  {[][3]string{{"1.5", "CURRENT", ""}, {"1.3", "DEPRECATED", past}}, clients, ""},
		"the newest is planned":           {[][3]string{{"1.3", "PLANNED", ""}, {"1.2", "CURRENT", ""}}, clients, "1.2"},
		"as Recommended, if all are told": {[][3]string{{"1.3", "SUPPORTED", ""}, {"1.2", "CURRENT", ""}}, clients, "1.2"},
		"none is listed":                  {[][3]string{{"1.5", "CURRENT", ""}}, clients, ""},
		"none is asked for":               {[][3]string{{"1.5", "CURRENT", ""}}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			standings := table(t, c.rows...).At(day(t, "2026-11-25"))
			s, ok := standings.RecommendedAmong(c.ids...)
			assert.Equal(t, c.want != "", ok)
			if ok {
				assert.Equal(t, c.want, s.ID.String())
				assert.True(t, s.Safe)
			} else {
				assert.Zero(t, s)
			}
			assert.Len(t, standings, len(c.rows), "left alone")
			assert.NotZero(t, standings[0])
		})
	}
}

func TestOf(t *testing.T) {
	standings := seed.At(day(t, "2026-04-01"))
	s, ok := standings.Of(lifecycle.V(1, 2))
	assert.True(t, ok)
	assert.Equal(t, lifecycle.V(1, 2), s.ID)

	s, ok = standings.Of(lifecycle.V(1, 4))
	assert.False(t, ok)
	assert.False(t, s.Safe, "an unknown version is not safe")
}

func TestAtLeavesTheTableAlone(t *testing.T) {
	seed.At(day(t, "2026-04-01"))
	assert.Equal(t, lifecycle.V(1, 3), seed.Versions[0].ID)
}

func TestStandingAsJSON(t *testing.T) {
	written, err := json.Marshal(seed.At(day(t, "2026-11-23"))[2:])
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"id":"1.2","label":"SUPPORTED","not_before":"2026-08-31","state":"ENDED","days_left":-84,"safe":false,"unsafe_from":"2026-08-31"},
		{"id":"1.3","label":"CURRENT","state":"CURRENT","days_left":null,"safe":true}
	]`, string(written))
}

// anyDay draws a day from 2025 to 2029, anyVersion a version with or without a date
// in these years.
var (
	anyDay = rapid.Custom(func(t *rapid.T) lifecycle.Date {
		return lifecycle.Day(2025, time.January, rapid.IntRange(1, 1500).Draw(t, "day"))
	})
	anyVersion = rapid.Custom(func(t *rapid.T) lifecycle.Version {
		v := lifecycle.Version{
			ID:    lifecycle.V(rapid.IntRange(0, 2).Draw(t, "major"), rapid.IntRange(0, 20).Draw(t, "minor")),
			Label: rapid.SampledFrom([]lifecycle.State{lifecycle.Planned, lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated}).Draw(t, "label"),
		}
		if rapid.Bool().Draw(t, "dated") {
			v.NotBefore = anyDay.Draw(t, "date")
		}
		return v
	})
	anyVersions = rapid.SliceOfNDistinct(anyVersion, 1, 6, func(v lifecycle.Version) lifecycle.ID { return v.ID })
)

func TestNothingGetsBetter(t *testing.T) {
	order := map[lifecycle.State]int{lifecycle.Supported: 1, lifecycle.Deprecated: 2, lifecycle.Ended: 3}
	rapid.Check(t, func(t *rapid.T) {
		read := lifecycle.Table{Versions: []lifecycle.Version{anyVersion.Draw(t, "version")}}
		start := rapid.IntRange(1, 1500).Draw(t, "start")
		before := read.At(lifecycle.Day(2025, time.January, start))[0]
		for i := range 200 {
			on := lifecycle.Day(2025, time.January, start+1+i)
			s := read.At(on)[0]
			if !before.Safe && s.Safe {
				t.Fatalf("safe again on %s: %s", on, s)
			}
			assert.GreaterOrEqual(t, order[s.State], order[before.State], "on %s: %s", on, s)
			m, known := before.Left.Count()
			if n, _ := s.Left.Count(); known {
				assert.Equal(t, m-1, n, "a day passes")
			}
			before = s
		}
	})
}

func TestUnsafeFromIsTheFirstUnsafeDay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		read := lifecycle.Table{Versions: []lifecycle.Version{anyVersion.Draw(t, "version")}}
		from := read.At(anyDay.Draw(t, "day"))[0].UnsafeFrom
		if from.IsZero() {
			return
		}
		first, err := time.Parse(time.DateOnly, fmt.Sprint(from))
		require.NoError(t, err)
		assert.True(t, read.At(lifecycle.Day(first.AddDate(0, 0, -1).Date()))[0].Safe)
		assert.False(t, read.At(from)[0].Safe)
	})
}
