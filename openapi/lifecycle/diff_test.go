package lifecycle_test

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// An endpoint whose labels are right by the documents' dates differs from them in
// labels at most, which is a note.
func TestDiffWithWhatHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		on := anyDay.Draw(t, "day")
		for _, finding := range lifecycle.Diff(seed, truthful(seed, on), on) {
			assert.Equal(t, lifecycle.LabelStale, finding.Kind, finding.Text)
			assert.False(t, finding.Failure)
		}
	})
	assert.Empty(t, lifecycle.Diff(seed, truthful(seed, day(t, "2026-04-01")), day(t, "2026-04-01")))
}

// truthful returns the table of an endpoint that keeps its labels up to date.
func truthful(documents lifecycle.Table, on lifecycle.Date) (said lifecycle.Table) {
	for _, s := range documents.At(on) {
		said.Versions = append(said.Versions, lifecycle.Version{ID: s.ID, Label: s.State.Label(), NotBefore: s.NotBefore})
	}
	return said
}

// Each case changes one version in the table of a truthful endpoint.
func TestDiffOfOneVersion(t *testing.T) {
	type finding struct {
		kind    lifecycle.Kind
		failure bool
		text    string
	}
	for name, c := range map[string]struct {
		on         string
		id         lifecycle.ID
		label      lifecycle.State // "" takes the version off the list
		date       string
		want       []finding
		documented lifecycle.State
	}{
		"gone, the day before its end": {"2026-08-30", lifecycle.V(1, 2), "", "", []finding{
			{lifecycle.VersionGone, true, "the endpoint does not list 1.2, though it has not ended: by the documents 1.2 is DEPRECATED until 2026-08-31, 1 day left"},
		}, lifecycle.Deprecated},
		"gone, on its end": {"2026-08-31", lifecycle.V(1, 2), "", "", []finding{
			{lifecycle.VersionEnded, false, "the endpoint does not list 1.2, as it need not after its end: by the documents 1.2 has ENDED, on 2026-08-31, the day judged"},
		}, lifecycle.Ended},
		"label read, now out of date": {"2026-07-15", lifecycle.V(1, 2), lifecycle.Deprecated, "2026-08-31", []finding{
			{lifecycle.LabelStale, false, "the endpoint labels 1.2 as DEPRECATED, which is right on 2026-07-15; the documents' SUPPORTED is out of date"},
		}, lifecycle.Deprecated},
		"label never brought up to date": {"2026-07-15", lifecycle.V(1, 2), lifecycle.Supported, "2026-08-31", []finding{
			{lifecycle.LabelContradictsDate, true, "1.2 is labelled SUPPORTED, but with date 2026-08-31 and 47 days left on 2026-07-15 it is DEPRECATED"},
		}, lifecycle.Deprecated},
		"deprecated too soon": {"2026-04-01", lifecycle.V(1, 2), lifecycle.Deprecated, "2026-08-31", []finding{
			{lifecycle.LabelContradictsDate, true, "1.2 is labelled DEPRECATED, but with date 2026-08-31 and 152 days left on 2026-04-01 it is SUPPORTED"},
		}, lifecycle.Supported},
		"superseded": {"2026-04-01", lifecycle.V(1, 3), lifecycle.Supported, "", []finding{
			{lifecycle.LabelStale, false, "the endpoint labels 1.3 as SUPPORTED; it was CURRENT by the documents, and has moved on since"},
			{lifecycle.NoneCurrent, true, "no version is labelled CURRENT; one should be"},
		}, lifecycle.Current},
		"superseded, with a date": {"2026-04-01", lifecycle.V(1, 3), lifecycle.Supported, "2026-12-31", []finding{
			{lifecycle.DateSet, false, "1.3 has the date 2026-12-31 now; the documents give none"},
			{lifecycle.LabelStale, false, "the endpoint labels 1.3 as SUPPORTED; it was CURRENT by the documents, and has moved on since"},
			{lifecycle.NoneCurrent, true, "no version is labelled CURRENT; one should be"},
		}, lifecycle.Current},
		"current, with a date": {"2026-04-01", lifecycle.V(1, 3), lifecycle.Current, "2026-12-31", []finding{
			{lifecycle.DateSet, false, "1.3 has the date 2026-12-31 now; the documents give none"},
		}, lifecycle.Current},
		"no longer callable": {"2026-04-01", lifecycle.V(1, 3), lifecycle.Planned, "", []finding{
			{lifecycle.LabelDiffers, true, "the endpoint labels 1.3 as PLANNED; by the documents it is CURRENT on 2026-04-01"},
			{lifecycle.NoneCurrent, true, "no version is labelled CURRENT; one should be"},
		}, lifecycle.Current},
		"current again": {"2026-04-01", lifecycle.V(1, 2), lifecycle.Current, "2026-08-31", []finding{
			{lifecycle.LabelDiffers, true, "the endpoint labels 1.2 as CURRENT; by the documents it is SUPPORTED on 2026-04-01"},
			{lifecycle.SeveralCurrent, true, "1.2 and 1.3 are labelled CURRENT; only one should be"},
		}, lifecycle.Supported},
		"risen from the dead": {"2026-04-01", lifecycle.V(1, 0), lifecycle.Current, "", []finding{
			{lifecycle.DateWithdrawn, true, "the endpoint gives no date for 1.0; the documents give 2025-12-31"},
			{lifecycle.LabelDiffers, true, "the endpoint labels 1.0 as CURRENT; by the documents it is ENDED on 2026-04-01"},
			{lifecycle.SeveralCurrent, true, "1.0 and 1.3 are labelled CURRENT; only one should be"},
		}, lifecycle.Ended},
		"a date a day earlier": {"2026-04-01", lifecycle.V(1, 2), lifecycle.Supported, "2026-08-30", []finding{
			{lifecycle.DateEarlier, true, "the endpoint ends 1.2 on 2026-08-30, 1 day earlier than the documents promise, 2026-08-31"},
		}, lifecycle.Supported},
		"a date so early that the label follows": {"2026-04-01", lifecycle.V(1, 2), lifecycle.Deprecated, "2026-06-01", []finding{
			{lifecycle.DateEarlier, true, "the endpoint ends 1.2 on 2026-06-01, 91 days earlier than the documents promise, 2026-08-31"},
		}, lifecycle.Supported},
		"a date a day later": {"2026-04-01", lifecycle.V(1, 2), lifecycle.Supported, "2026-09-01", []finding{
			{lifecycle.DateLater, false, "the endpoint keeps 1.2 until 2026-09-01, 1 day longer than the documents promise, 2026-08-31"},
		}, lifecycle.Supported},
		"a date so late that the label follows": {"2026-07-15", lifecycle.V(1, 2), lifecycle.Supported, "2026-12-31", []finding{
			{lifecycle.DateLater, false, "the endpoint keeps 1.2 until 2026-12-31, 122 days longer than the documents promise, 2026-08-31"},
		}, lifecycle.Deprecated},
		"a date withdrawn": {"2026-04-01", lifecycle.V(1, 2), lifecycle.Supported, "", []finding{
			{lifecycle.DateWithdrawn, true, "the endpoint gives no date for 1.2; the documents give 2026-08-31"},
		}, lifecycle.Supported},
		"a date withdrawn, the label as it was read": {"2026-07-15", lifecycle.V(1, 2), lifecycle.Supported, "", []finding{
			{lifecycle.DateWithdrawn, true, "the endpoint gives no date for 1.2; the documents give 2026-08-31"},
		}, lifecycle.Deprecated},
	} {
		t.Run(name, func(t *testing.T) {
			on := day(t, c.on)
			var endpoint lifecycle.Table
			for _, v := range truthful(seed, on).Versions {
				if v.ID != c.id {
					endpoint.Versions = append(endpoint.Versions, v)
				} else if c.label != "" {
					endpoint.Versions = append(endpoint.Versions, lifecycle.Version{ID: c.id, Label: c.label, NotBefore: day(t, c.date)})
				}
			}
			var got []finding
			for _, f := range lifecycle.Diff(seed, endpoint, on) {
				if f.Kind == lifecycle.LabelStale && f.ID != c.id {
					continue // another version, whose documents have aged
				}
				got = append(got, finding{f.Kind, f.Failure, f.Text})
				if f.ID == c.id && f.Kind != lifecycle.LabelContradictsDate {
					assert.Equal(t, c.documented, f.Documented.State)
					assert.Equal(t, c.label, f.Listed.Label)
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

// The vendor's page of 2026-09-18 had 1.5 CURRENT and 1.3 SUPPORTED; what it
// had for the rest is made up here.
func TestDiffWithNewerVersions(t *testing.T) {
	endpoint := table(t, [3]string{"1.5", "CURRENT", ""}, [3]string{"1.4", "SUPPORTED", "2027-09-18"}, [3]string{"1.3", "SUPPORTED", ""})
	var got []string
	for _, f := range lifecycle.Diff(seed, endpoint, day(t, "2026-09-18")) {
		assert.False(t, f.Failure, f.Text)
		got = append(got, f.Text)
	}
	assert.Equal(t, []string{
		"the endpoint does not list 1.0, as it need not after its end: by the documents 1.0 has ENDED, on 2025-12-31, 261 days before the day judged",
		"the endpoint does not list 1.1, as it need not after its end: by the documents 1.1 has ENDED, on 2026-05-31, 110 days before the day judged",
		"the endpoint does not list 1.2, as it need not after its end: by the documents 1.2 has ENDED, on 2026-08-31, 18 days before the day judged",
		"the endpoint labels 1.3 as SUPPORTED; it was CURRENT by the documents, and has moved on since",
		"1.4, which the endpoint lists as SUPPORTED with date 2027-09-18, is unknown to the documents",
		"1.5, which the endpoint lists as CURRENT with no date, is unknown to the documents",
	}, got)
}

// An endpoint may call a version CURRENT today although its date has come, unless
// the documents do not call it CURRENT.
func TestDiffOfALapsedGuarantee(t *testing.T) {
	const lapsed = "1.3 is CURRENT, but its guarantee lapsed on 2026-08-31, 86 days before the day judged"
	row := func(label, date string) lifecycle.Table { return table(t, [3]string{"1.3", label, date}) }
	for name, c := range map[string]struct {
		documents lifecycle.Table
		on        string
		want      map[lifecycle.Kind]string // failures have a "!" in front
	}{
		"the documents know of no date": {row("CURRENT", ""), "2026-11-25", map[lifecycle.Kind]string{
			lifecycle.DateSet: "1.3 has the date 2026-08-31 now; the documents give none", lifecycle.GuaranteeLapsed: lapsed,
		}},
		"the documents have the same": {row("CURRENT", "2026-08-31"), "2026-11-25", map[lifecycle.Kind]string{
			lifecycle.GuaranteeLapsed: lapsed,
		}},
		"the documents say it has ended": {row("DEPRECATED", "2026-08-31"), "2026-11-25", map[lifecycle.Kind]string{
			lifecycle.LabelDiffers: "!the endpoint labels 1.3 as CURRENT; by the documents it is ENDED on 2026-11-25", lifecycle.GuaranteeLapsed: lapsed,
		}},
		"judged on another day, beside an older one that ends later": {
			table(t, [3]string{"1.3", "CURRENT", "2026-08-31"}, [3]string{"1.2", "SUPPORTED", "2026-08-31"}),
			"2026-11-26",
			map[lifecycle.Kind]string{
				lifecycle.DateLater: "the endpoint keeps 1.2 until 2027-08-31, 365 days longer than the documents promise, 2026-08-31",
			},
		},
		"judged on another day": {row("CURRENT", "2026-08-31"), "2026-11-26", map[lifecycle.Kind]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			endpoint := row("CURRENT", "2026-08-31")
			if len(c.documents.Versions) > 1 {
				endpoint.Versions = append(endpoint.Versions, version(t, "1.2", "SUPPORTED", "2027-08-31"))
			}
			endpoint.Read = time.Date(2026, time.November, 25, 3, 0, 0, 0, time.UTC)
			got := map[lifecycle.Kind]string{}
			for _, f := range lifecycle.Diff(c.documents, endpoint, day(t, c.on)) {
				got[f.Kind] = f.Text
				if f.Failure {
					got[f.Kind] = "!" + f.Text
				}
			}
			assert.Equal(t, c.want, got)
		})
	}
}

func TestDiffOfNothing(t *testing.T) {
	on := day(t, "2026-04-01")
	found := lifecycle.Diff(seed, lifecycle.Table{}, on)
	require.Len(t, found, 5)
	assert.Equal(t, lifecycle.VersionEnded, found[0].Kind)
	assert.Equal(t, lifecycle.NoneCurrent, found[4].Kind)
	for _, f := range found[1:] {
		assert.True(t, f.Failure, f.Text)
	}
}

func TestDiffProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := lifecycle.Table{Versions: anyVersions.Draw(t, "a")}, lifecycle.Table{Versions: anyVersions.Draw(t, "b")}
		on := anyDay.Draw(t, "day")
		said := map[lifecycle.Kind]map[lifecycle.ID]int{}
		for _, f := range lifecycle.Diff(a, b, on) {
			assert.NotEmpty(t, f.Text)
			if said[f.Kind] == nil {
				said[f.Kind] = map[lifecycle.ID]int{}
			}
			said[f.Kind][f.ID]++
			assert.Equal(t, 1, said[f.Kind][f.ID], "told once: %s", f.Text)
		}
	})
}

func TestFindingAsJSON(t *testing.T) {
	endpoint := table(t, [3]string{"1.2", "SUPPORTED", "2026-08-30"})
	documents := lifecycle.Table{Versions: []lifecycle.Version{{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.August, 31)}}}
	written, err := json.Marshal(lifecycle.Diff(documents, endpoint, day(t, "2026-04-01")))
	require.NoError(t, err)
	assert.JSONEq(t, `[{
		"kind": "date-earlier", "failure": true, "version": "1.2",
		"text": "the endpoint ends 1.2 on 2026-08-30, 1 day earlier than the documents promise, 2026-08-31",
		"documented": {"id":"1.2","label":"SUPPORTED","not_before":"2026-08-31","state":"SUPPORTED","days_left":152,"safe":true,"unsafe_from":"2026-08-31"},
		"listed": {"id":"1.2","label":"SUPPORTED","not_before":"2026-08-30"}
	}, {
		"kind": "none-current", "failure": true, "text": "no version is labelled CURRENT; one should be"
	}]`, string(written))
}

// A label that was right when it was read is not a failure, nor is an order of
// dates that the documents have too.
func TestDiffExcuses(t *testing.T) {
	read := time.Date(2026, time.June, 1, 3, 0, 0, 0, time.UTC)
	versions := []lifecycle.Version{
		{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, 8, 31)},
		{ID: lifecycle.V(1, 3), Label: lifecycle.Current},
	}
	has := func(findings []lifecycle.Finding, kind lifecycle.Kind) bool {
		return slices.ContainsFunc(findings, func(f lifecycle.Finding) bool { return f.Kind == kind })
	}
	documents := lifecycle.Table{Source: "documents", Versions: versions}
	endpoint := lifecycle.Table{Source: "h", Read: read, Versions: versions}
	later := lifecycle.Day(2026, 8, 1)
	assert.False(t, has(lifecycle.Diff(documents, endpoint, later), lifecycle.LabelContradictsDate), "it was right when it was read")
	endpoint.Read = read.AddDate(0, 2, 0)
	assert.True(t, has(lifecycle.Diff(documents, endpoint, later), lifecycle.LabelContradictsDate), "it was wrong then")

	disorder := slices.Clone(versions)
	disorder[1] = lifecycle.Version{ID: lifecycle.V(1, 3), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, 7, 31)}
	endpoint.Versions = disorder
	assert.True(t, has(lifecycle.Diff(documents, endpoint, later), lifecycle.DatesOutOfOrder))
	documents.Versions = disorder
	assert.False(t, has(lifecycle.Diff(documents, endpoint, later), lifecycle.DatesOutOfOrder), "the documents say the same")
}
