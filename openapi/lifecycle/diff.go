package lifecycle

import (
	"fmt"
	"slices"
)

// Diff finds where an endpoint's table departs from the documents on a day, and
// what is wrong with it in itself ([Table.Check]) on that day and on the day it
// was read. The endpoint is compared with what [Table.At] says of the documents,
// not with their labels, which age.
//
// Only a broken promise is a failure. Versions get a later date when their support
// is extended, a date and another label when they are superseded, and new ones
// appear: that is the ordinary course of things, and noted.
func Diff(documents, endpoint Table, day Date) []Finding {
	var findings []Finding
	documented, listed := documents.At(day), endpoint.At(day)
	for _, d := range documented {
		if l, ok := listed.Of(d.ID); ok {
			findings = append(findings, d.dateFindings(l.Version)...)
			findings = append(findings, d.labelFindings(l, day)...)
		} else {
			findings = append(findings, d.notListed())
		}
	}
	for _, l := range listed {
		if _, ok := documented.Of(l.ID); !ok {
			findings = append(findings, l.found(VersionNew,
				"%s, which the endpoint lists as %s with %s, is unknown to the documents", l.ID, l.Label, l.date()))
		}
	}
	return append(findings, endpoint.checkAsRead(documents, day)...)
}

// checkAsRead returns what is wrong with the endpoint's table in itself, without
// what is not its fault: a label or date that was right on the day it was read, and
// an order of dates that the documents have too.
func (t Table) checkAsRead(documents Table, day Date) []Finding {
	asRead, documented := t.Check(day), documents.Check(day)
	if !t.Read.IsZero() {
		asRead = t.Check(On(t.Read))
	}
	return slices.DeleteFunc(t.Check(day), func(f Finding) bool {
		same := func(other Finding) bool { return other.Kind == f.Kind && other.ID == f.ID }
		switch f.Kind {
		case LabelContradictsDate:
			return !slices.ContainsFunc(asRead, same)
		case DatesOutOfOrder:
			return !slices.ContainsFunc(asRead, same) || slices.ContainsFunc(documented, same)
		}
		return false
	})
}

// date returns the date in words.
func (v Version) date() string {
	if v.NotBefore.IsZero() {
		return "no date"
	}
	return "date " + v.NotBefore.String()
}

// notListed returns the finding for a documented version that the endpoint does
// not list.
func (s Standing) notListed() Finding {
	kind, why := VersionGone, "though it has not ended"
	if s.State == Ended {
		kind, why = VersionEnded, "as it need not after its end"
	}
	return Finding{
		Kind: kind, Failure: kind.failure(), ID: s.ID, Documented: s,
		Text: fmt.Sprintf("the endpoint does not list %s, %s: by the documents %s", s.ID, why, s),
	}
}

// dateFindings compares the dates.
func (s Standing) dateFindings(listed Version) []Finding {
	moved := s.NotBefore.to(listed.NotBefore)
	switch {
	case s.NotBefore.IsZero() && listed.NotBefore.IsZero(), moved.known && moved.n == 0:
		return nil
	case s.NotBefore.IsZero():
		return s.differs(listed, DateSet, "%s has the date %s now; the documents give none", s.ID, listed.NotBefore)
	case listed.NotBefore.IsZero():
		// An absent date reads as "no end known", which is not what was promised.
		return s.differs(listed, DateWithdrawn, "the endpoint gives no date for %s; the documents give %s", s.ID, s.NotBefore)
	case moved.n < 0:
		return s.differs(listed, DateEarlier, "the endpoint ends %s on %s, %s earlier than the documents promise, %s",
			s.ID, listed.NotBefore, Days{-moved.n, true}, s.NotBefore)
	}
	return s.differs(listed, DateLater, "the endpoint keeps %s until %s, %s longer than the documents promise, %s",
		s.ID, listed.NotBefore, moved, s.NotBefore)
}

// labelFindings compares the labels. A label that its own date contradicts, or
// that follows from a different date, is left to the finding about that.
func (s Standing) labelFindings(listed Standing, day Date) []Finding {
	holds := s.State.Label()
	redated := Version{ID: s.ID, Label: s.Label, NotBefore: listed.NotBefore}.at(day, listed.Lapsed).State.Label()
	switch {
	case listed.Label == holds && s.Label == holds:
		return nil
	case listed.Label == holds:
		return s.differs(listed.Version, LabelStale, "the endpoint labels %s as %s, which is right on %s; the documents' %s is out of date",
			s.ID, listed.Label, day, s.Label)
	case !listed.Lapsed && !listed.agreed().Contains(day), listed.Label == redated:
		return nil
	case slices.Index(labels, listed.Label) > slices.Index(labels, holds):
		return s.differs(listed.Version, LabelStale, "the endpoint labels %s as %s; it was %s by the documents, and has moved on since",
			s.ID, listed.Label, holds)
	}
	return s.differs(listed.Version, LabelDiffers, "the endpoint labels %s as %s; by the documents it is %s on %s",
		s.ID, listed.Label, s.State, day)
}

// differs returns a finding about a version that both tables have.
func (s Standing) differs(listed Version, kind Kind, format string, args ...any) []Finding {
	f := listed.found(kind, format, args...)
	f.Documented = s
	return []Finding{f}
}
