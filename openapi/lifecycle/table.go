package lifecycle

import (
	"fmt"
	"time"
)

// Version is what was read about one version.
type Version struct {
	ID        ID    `json:"id"`
	Label     State `json:"label"`               // PLANNED, CURRENT, SUPPORTED or DEPRECATED
	NotBefore Date  `json:"not_before,omitzero"` // end of the guaranteed support, or none
}

// Table is what was read about the versions of a service: a snapshot, which
// ages. The zero Table has no versions and recommends none.
type Table struct {
	Source   string    // where it was read: the host of an endpoint, or the name of the documents
	Read     time.Time // when; zero if unknown, as for the documents
	Versions []Version // in any order, each once
}

// staleAfter is the age in days beyond which a table deserves a warning: by then
// a version that was SUPPORTED when it was read may have ended.
const staleAfter = notice

// Reading returns the days on one of which the table was read: the day of
// [Table.Read] or, without it, the days on which all labels and dates agree. If
// there are none, the table as a whole cannot be right, and the error names two
// versions that agree on no day.
func (t Table) Reading() (Window, error) {
	if !t.Read.IsZero() {
		day := On(t.Read)
		return Window{First: day, Last: day}, nil
	}
	var reading Window
	var first, last Version // whose label sets that end
	for _, v := range t.Versions {
		agreed := v.agreed()
		if reading.First.IsZero() || reading.First.before(agreed.First) {
			reading.First, first = agreed.First, v
		}
		if reading.Last.IsZero() || agreed.Last.before(reading.Last) {
			reading.Last, last = agreed.Last, v
		}
	}
	if reading.Last.before(reading.First) {
		return Window{}, fmt.Errorf("the labels of %s agree on no day: %s is %s with date %s, which is right from %s on, and %s is %s with date %s, which is right until %s",
			t.Source, first.ID, first.Label, first.NotBefore, reading.First, last.ID, last.Label, last.NotBefore, reading.Last)
	}
	return reading, nil
}

// Age returns how many days before a day the table was read. It counts from the
// latest day that [Table.Reading] allows, so the true age may be greater; before
// that day it is 0. It is unknown if the reading is.
func (t Table) Age(day Date) Days {
	reading, err := t.Reading()
	if err != nil {
		return Days{}
	}
	age := reading.Last.to(day)
	age.n = max(age.n, 0)
	return age
}

// Stale reports whether the table is too old to be relied on for a day without
// a warning: older than 90 days, or of unknown age.
func (t Table) Stale(day Date) bool { return !t.Age(day).Within(staleAfter) }

// Describe returns a phrase that says which table this is, when it was read and
// how old it is on a day, for reports that show what they rely on.
func (t Table) Describe(day Date) string {
	reading, err := t.Reading()
	if err != nil {
		return fmt.Sprintf("snapshot of %s, read on an unknown day: %v", t.Source, err)
	}
	said, bound := fmt.Sprintf("snapshot of %s, read %s", t.Source, reading), ""
	if t.Read.IsZero() {
		bound = "at least " // the labels only tell between which days it was read
	}
	if age := t.Age(day); age.n > 0 {
		said += fmt.Sprintf(", %s%s before %s", bound, age, day)
	}
	return said
}
