package lifecycle

import (
	"fmt"
	"slices"
)

// Diff finds where an endpoint's table departs from the documents on a day, and
// what is wrong with it in itself ([Table.Check]) on that day and on the one it
// was read. The endpoint is held against
// what [Table.At] gives for the documents, not against their labels, which age.
//
// Only what breaks a promise is a failure. A version whose support was extended
// has a later date, one that was superseded gets a date and another label, and
// new ones appear: that is the ordinary course of things, and noted.
func Diff(documents, endpoint Table, day Date) []Finding {
	var findings []Finding
	documented, listed := documents.At(day), endpoint.At(day)
	for _, d := range documented {
		if l, ok := listed.Of(d.ID); ok {
			findings = append(findings, d.dateFindings(l.Version)...)
			findings = append(findings, d.labelFindings(l.Version, day)...)
		} else {
			findings = append(findings, d.gone())
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

// checkAsRead is what is wrong with the endpoint's table in itself, less what is not its fault: a label
// that only the day judged contradicts, as it was read on another one, and an order of dates that the
// documents have as well.
func (t Table) checkAsRead(documents Table, day Date) []Finding {
	excused := func(kind Kind, id ID, by []Finding) bool {
		return slices.ContainsFunc(by, func(f Finding) bool { return f.Kind == kind && f.ID == id })
	}
	then, documented := t.Check(day), documents.Check(day)
	if !t.Read.IsZero() {
		then = t.Check(On(t.Read))
	}
	return slices.DeleteFunc(t.Check(day), func(f Finding) bool {
		return f.Kind == LabelContradictsDate && !excused(f.Kind, f.ID, then) ||
			f.Kind == DatesOutOfOrder && excused(f.Kind, f.ID, documented)
	})
}

// date is the date in words.
func (v Version) date() string {
	if v.NotBefore.IsZero() {
		return "no date"
	}
	return "date " + v.NotBefore.String()
}

// gone is the finding for a documented version that the endpoint does not list.
func (s Standing) gone() Finding {
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
		return s.differs(listed, DateSet, "%s has the date %s now; the documents know of none", s.ID, listed.NotBefore)
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

// labelFindings compares the labels. A label that its own date refutes, or that
// follows from a date which differs, is left to the finding about that.
func (s Standing) labelFindings(listed Version, day Date) []Finding {
	holds := s.State.Label()
	redated := Version{ID: s.ID, Label: s.Label, NotBefore: listed.NotBefore}.at(day).State.Label()
	switch {
	case listed.Label == holds && s.Label == holds:
		return nil
	case listed.Label == holds:
		return s.differs(listed, LabelStale, "the endpoint labels %s as %s, which holds on %s; the documents' %s is out of date",
			s.ID, listed.Label, day, s.Label)
	case !listed.agreed().contains(day), listed.Label == redated:
		return nil
	case slices.Index(labels, listed.Label) > slices.Index(labels, holds):
		return s.differs(listed, LabelStale, "the endpoint labels %s as %s; it was %s by the documents, and has moved on since",
			s.ID, listed.Label, holds)
	}
	return s.differs(listed, LabelDiffers, "the endpoint labels %s as %s; by the documents it is %s on %s",
		s.ID, listed.Label, s.State, day)
}

// differs is a finding about a version that both tables have.
func (s Standing) differs(listed Version, kind Kind, format string, args ...any) []Finding {
	f := listed.found(kind, format, args...)
	f.Documented = s
	return []Finding{f}
}
