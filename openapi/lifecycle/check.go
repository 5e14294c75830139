package lifecycle

import (
	"fmt"
	"strings"
)

// Kind is what a [Finding] is about. Each kind is either a failure or a note.
type Kind string

// What [Table.Check] finds in one table.
const (
	LabelContradictsDate Kind = "label-contradicts-date" // failure: on the day judged, by the table's own date
	DatesOutOfOrder      Kind = "dates-out-of-order"     // failure: a newer version ends before an older one
	NoneCurrent          Kind = "none-current"           // failure
	SeveralCurrent       Kind = "several-current"        // failure
	GuaranteeLapsed      Kind = "guarantee-lapsed"       // note: CURRENT today, though its date has come
)

// What [Diff] finds as well, between the documents and an endpoint.
const (
	VersionGone   Kind = "version-gone"   // failure: documented, not ended, not listed
	VersionEnded  Kind = "version-ended"  // note: not listed, as it may be after its end
	VersionNew    Kind = "version-new"    // note: listed, unknown to the documents
	LabelStale    Kind = "label-stale"    // note: the documents' label, and time explains it
	LabelDiffers  Kind = "label-differs"  // failure: and nothing explains it
	DateEarlier   Kind = "date-earlier"   // failure, the worst: less time than was promised
	DateWithdrawn Kind = "date-withdrawn" // failure: documented, and the endpoint has none
	DateLater     Kind = "date-later"     // note: the documents promise a minimum
	DateSet       Kind = "date-set"       // note: the documents give no date
)

// failure reports whether a finding of this kind is one.
func (k Kind) failure() bool {
	switch k {
	case GuaranteeLapsed, VersionEnded, VersionNew, LabelStale, DateLater, DateSet:
		return false
	}
	return true
}

// Finding is one thing about a table that a reader should know.
type Finding struct {
	Kind    Kind   `json:"kind"`
	Failure bool   `json:"failure"` // else a note
	Text    string `json:"text"`    // a sentence without its full stop

	// ID is the version in question, or zero if it is the list as a whole.
	ID ID `json:"version,omitzero"`

	// Documented is the standing of the version by the documents on the day judged,
	// and Listed the entry of the table that is checked. Either is zero if the
	// documents or the table do not have the version.
	Documented Standing `json:"documented,omitzero"`
	Listed     Version  `json:"listed,omitzero"`
}

// Check finds what is wrong with the table in itself on a day: a label that
// contradicts its own date, dates that are out of order, more or fewer than one
// CURRENT version. A guarantee that has lapsed ([Standing.Lapsed]) is a note.
//
// Versions without a date are left out of the order, as their end is not known,
// which is not the same as late. So are PLANNED versions, since no document says
// what their date means, and lapsed ones, whose date did not end them.
func (t Table) Check(day Date) []Finding {
	var findings []Finding
	var current []string
	var latest Version // of the dated versions so far, the one that ends last
	for _, s := range t.At(day) {
		v := s.Version
		if v.Label == Current {
			current = append(current, v.ID.String())
		}
		switch {
		case s.Lapsed:
			findings = append(findings, v.found(GuaranteeLapsed, "%s", s))
		case !v.agreed().Contains(day):
			findings = append(findings, v.found(LabelContradictsDate,
				"%s is labelled %s, but with date %s and %s left on %s it is %s", v.ID, v.Label, v.NotBefore, s.Left, day, s.State))
		}
		if v.Label == Planned || v.NotBefore.IsZero() || s.Lapsed {
			continue
		}
		if v.NotBefore.before(latest.NotBefore) {
			findings = append(findings, v.found(DatesOutOfOrder,
				"%s ends on %s, before the older %s, which ends on %s", v.ID, v.NotBefore, latest.ID, latest.NotBefore))
			continue
		}
		latest = v
	}
	switch {
	case len(current) == 0:
		findings = append(findings, Version{}.found(NoneCurrent, "no version is labelled CURRENT; one should be"))
	case len(current) > 1:
		findings = append(findings, Version{}.found(SeveralCurrent, "%s are labelled CURRENT; only one should be", strings.Join(current, " and ")))
	}
	return findings
}

// found returns a finding about a version that a table lists.
func (v Version) found(kind Kind, format string, args ...any) Finding {
	return Finding{Kind: kind, Failure: kind.failure(), ID: v.ID, Listed: v, Text: fmt.Sprintf(format, args...)}
}
