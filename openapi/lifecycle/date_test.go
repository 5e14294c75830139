package lifecycle_test

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestParseDate(t *testing.T) {
	for written, want := range map[string]string{
		"20260831":   "2026-08-31",
		"2026-08-31": "2026-08-31",
		"20280229":   "2028-02-29",
		"2028-02-29": "2028-02-29",
		"19700101":   "1970-01-01",
		"99991231":   "9999-12-31",
		"":           "-",
		"-":          "-",
	} {
		t.Run(written, func(t *testing.T) {
			got, err := lifecycle.ParseDate(written)
			assert.NoError(t, err)
			assert.Equal(t, want, got.String())
			assert.Equal(t, want == "-", got.IsZero())
		})
	}
	for _, nonsense := range []string{
		"20260231", "2026-02-31", "20270229", "2026-8-1", "202681", "2026-0831", "202608-31", "2026/08/31",
		"31-08-2026", "20261301", "20260800", "00000000", "00010101", "19691231", "99999999", "100000101",
		" ", " 20260831", "2026-08-31 ", "2026-08-31T00:00:00Z", "+0260831", "２０２６0831", "--", "null", "none", "soon",
		"1788102000",
	} {
		t.Run("not "+nonsense, func(t *testing.T) {
			got, err := lifecycle.ParseDate(nonsense)
			assert.ErrorContains(t, err, `"`+nonsense+`"`)
			assert.True(t, got.IsZero())
		})
	}
	t.Run("long nonsense is cut", func(t *testing.T) {
		_, err := lifecycle.ParseDate(strings.Repeat("9", 1<<20))
		require.Error(t, err)
		assert.Less(t, len(err.Error()), 200)
	})
}

func TestDay(t *testing.T) {
	for name, c := range map[string]struct {
		date lifecycle.Date
		want string
	}{
		"a day":              {lifecycle.Day(2026, time.August, 31), "2026-08-31"},
		"a leap day":         {lifecycle.Day(2028, time.February, 29), "2028-02-29"},
		"brought into range": {lifecycle.Day(2026, time.February, 29), "2026-03-01"},
		"the first":          {lifecycle.Day(1970, time.January, 1), "1970-01-01"},
		"the last":           {lifecycle.Day(9999, time.December, 31), "9999-12-31"},
		"before the first":   {lifecycle.Day(1969, time.December, 31), "-"},
		"after the last":     {lifecycle.Day(10000, time.January, 1), "-"},
		"nothing":            {lifecycle.Day(0, 0, 0), "-"},
		"out of this world":  {lifecycle.Day(math.MaxInt32, math.MaxInt32, math.MaxInt32), "-"},
		"the zero value":     {lifecycle.Date{}, "-"},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, c.date.String()) })
	}
}

// The day turns at 00:00 in Korea, which is 15:00 UTC and 05:00 in Honolulu on
// the day before, whichever of the three wrote the instant down.
func TestOn(t *testing.T) {
	zones := map[string]*time.Location{
		"Seoul":    time.FixedZone("Seoul", 9*60*60),
		"UTC":      time.UTC,
		"Honolulu": time.FixedZone("Honolulu", -10*60*60),
	}
	for instant, want := range map[string]string{
		"2026-08-30T14:59:59.999999999Z": "2026-08-30",
		"2026-08-30T15:00:00Z":           "2026-08-31",
		"2026-08-31T14:59:59Z":           "2026-08-31",
		"2026-08-31T15:00:00Z":           "2026-09-01",
		"2025-12-31T15:00:00Z":           "2026-01-01",
		"2028-02-28T15:00:00Z":           "2028-02-29",
		"2028-02-29T15:00:00Z":           "2028-03-01",
	} {
		at, err := time.Parse(time.RFC3339Nano, instant)
		require.NoError(t, err)
		for name, zone := range zones {
			t.Run(instant+" in "+name, func(t *testing.T) {
				assert.Equal(t, want, lifecycle.On(at.In(zone)).String())
			})
		}
	}
	assert.True(t, lifecycle.On(time.Time{}).IsZero(), "no instant, no day")
	assert.True(t, lifecycle.On(time.Unix(1<<60, 0)).IsZero())
	assert.True(t, lifecycle.On(time.Unix(-1<<60, 0)).IsZero())
}

// The machine's own time zone must not matter.
func TestMachineZoneDoesNotMatter(t *testing.T) {
	local := time.Local
	t.Cleanup(func() { time.Local = local })
	at := time.Date(2026, time.August, 30, 15, 0, 0, 0, time.UTC)
	for _, hours := range []int{-12, 0, 9, 14} {
		time.Local = time.FixedZone("here", hours*60*60)
		assert.Equal(t, "2026-08-31", lifecycle.On(at.Local()).String())
		assert.Equal(t, "2026-08-31", lifecycle.Day(2026, time.August, 31).String())
		assert.Equal(t, "2026-08-31", day(t, "20260831").String())
	}
}

func TestDateCannotBeCompared(t *testing.T) {
	date := reflect.TypeFor[lifecycle.Date]()
	assert.False(t, date.Comparable(), "== must not compile")
	for i := range date.NumField() {
		assert.False(t, date.Field(i).IsExported(), date.Field(i).Name)
	}
	var methods []string
	for method := range reflect.TypeFor[*lifecycle.Date]().Methods() {
		methods = append(methods, method.Name)
	}
	assert.ElementsMatch(t, []string{"IsZero", "Plus", "String", "MarshalText", "UnmarshalText"}, methods)
}

func TestDateProperties(t *testing.T) {
	start := time.Date(1970, time.January, 1, 0, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		at := start.AddDate(0, 0, rapid.IntRange(0, 2_932_896).Draw(t, "days")) // to 9999-12-31
		dashed := at.Format(time.DateOnly)
		for _, written := range []string{dashed, strings.ReplaceAll(dashed, "-", "")} {
			date, err := lifecycle.ParseDate(written)
			assert.NoError(t, err)
			assert.Equal(t, dashed, date.String())
			assert.Equal(t, lifecycle.Day(at.Date()), date)
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		written := rapid.StringMatching(`[0-9]{4}-?[0-9]{2}-?[0-9]{2}|[-0-9 ]{0,10}`).Draw(t, "written")
		date, err := lifecycle.ParseDate(written)
		if err == nil && !date.IsZero() {
			assert.Contains(t, []string{date.String(), strings.ReplaceAll(date.String(), "-", "")}, written, "read as what is written")
		}
	})
}

func TestDateAsText(t *testing.T) {
	type dates struct {
		Set   lifecycle.Date `json:"set"`
		None  lifecycle.Date `json:"none"`
		Apart lifecycle.Date `json:"apart,omitzero"`
	}
	written, err := json.Marshal(dates{Set: lifecycle.Day(2026, time.August, 31)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"set":"2026-08-31","none":""}`, string(written))

	var back dates
	require.NoError(t, json.Unmarshal([]byte(`{"set":"20260831","none":"","apart":null}`), &back))
	assert.Equal(t, dates{Set: lifecycle.Day(2026, time.August, 31)}, back)
	assert.ErrorContains(t, json.Unmarshal([]byte(`{"set":"20260231"}`), &back), "20260231")
	assert.Equal(t, "2026-08-31", back.Set.String(), "left alone by an error")
}
