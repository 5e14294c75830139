package lifecycle

import (
	"fmt"
	"slices"
)

// notice is how many days before its date a version stops being SUPPORTED: with 90
// left it is SUPPORTED, with 89 it is DEPRECATED [common].
const notice = 90

// Standing is the state of a version on the day judged, and what follows from it.
type Standing struct {
	Version       // as it was read
	State   State `json:"state"`

	// Left counts the days from the day judged to the date: 0 on the date,
	// negative after it. It is unknown without a date.
	Left Days `json:"days_left"`

	// Safe reports whether the version may be called on the day judged. A PLANNED
	// or ENDED version is not safe, nor is a DEPRECATED one without a date, which
	// may end any day.
	Safe bool `json:"safe"`

	// Lapsed reports whether the version is CURRENT although its date has come: it
	// may be called, but how much longer is not guaranteed.
	Lapsed bool `json:"lapsed,omitzero"`

	// UnsafeFrom is the first day on which the version is no longer safe. It is
	// none if no such day is known, or if the version is not safe and no date says
	// since when.
	UnsafeFrom Date `json:"unsafe_from,omitzero"`
}

// Standings are the versions of a table on the day judged, the oldest first.
type Standings []Standing

// At judges each version on a day, which may lie before or after the day on which
// the table was read; the rules are in the package comment. For the zero Date each
// version keeps its label, and none is safe.
func (t Table) At(day Date) Standings {
	today := day.to(On(t.Read)) == Days{n: 0, known: true}
	standings := make(Standings, 0, len(t.Versions))
	for _, v := range t.Versions {
		standings = append(standings, v.at(day, today))
	}
	slices.SortStableFunc(standings, func(a, b Standing) int { return a.ID.Compare(b.ID) })
	return standings
}

// Of returns the standing of one version, and whether the table has the version.
// If not, the Standing is zero, which is not safe.
func (s Standings) Of(id ID) (Standing, bool) {
	for _, standing := range s {
		if standing.ID == id {
			return standing, true
		}
	}
	return Standing{}, false
}

// Recommended returns the version to call on the day judged: the CURRENT one, the
// newer if there are two, or else the newest SUPPORTED one. It reports false if
// there is neither: nobody should move to a DEPRECATED version, and a PLANNED one
// cannot be called.
func (s Standings) Recommended() (Standing, bool) {
	return s.newest(Current, Supported)
}

// RecommendedAmong returns the version to call on the day judged for a program
// that speaks only these: the one that Recommended would return if the table had
// no others, or else the newest DEPRECATED one that is still safe.
func (s Standings) RecommendedAmong(ids ...ID) (Standing, bool) {
	spoken := slices.DeleteFunc(slices.Clone(s), func(standing Standing) bool {
		return !slices.Contains(ids, standing.ID)
	})
	return spoken.newest(Current, Supported, Deprecated)
}

// newest returns the newest safe version in the first of the states that has one.
func (s Standings) newest(states ...State) (Standing, bool) {
	for _, state := range states {
		for _, standing := range slices.Backward(s) {
			if standing.State == state && standing.Safe {
				return standing, true
			}
		}
	}
	return Standing{}, false
}

// at judges one version on a day; today tells whether it was read on that day.
func (v Version) at(day Date, today bool) Standing {
	s := Standing{Version: v, Left: day.to(v.NotBefore)}
	s.State = v.state(s.Left, today)
	s.Lapsed = s.State == Current && s.Left.Within(0)
	switch s.State {
	case Current, Supported:
		s.Safe = !day.IsZero()
	case Deprecated:
		s.Safe = s.Left.known
	}
	// The date of a PLANNED version is not its first unsafe day: it was never safe,
	// and no document says what the date means. That of a lapsed one has passed.
	if s.State != Planned && !s.Lapsed {
		s.UnsafeFrom = v.NotBefore
	}
	return s
}

// state returns the state of a version with so many days left.
func (v Version) state(left Days, today bool) State {
	switch {
	case !left.known:
		// There is no date to come, so the label stands. In particular, a
		// DEPRECATED version does not become SUPPORTED for want of a date.
		return v.Label
	case v.Label != Current && v.Label != Supported && v.Label != Deprecated:
		// PLANNED, which has not begun and so cannot end, or no label at all.
		return v.Label
	case v.Label == Current && (today || left.n > 0):
		// A CURRENT version may have a date [common]. The 90 days do not apply to
		// it, since only the vendor can name its successor. And the vendor itself
		// publishes CURRENT beside a date that has passed [common, sdk]: what an
		// endpoint says today about today is the authority.
		return Current
	case left.n <= 0:
		return Ended
	case left.n < notice:
		return Deprecated
	}
	// Also a version that was DEPRECATED when it was read, judged on an earlier
	// day: the date was not near then.
	return Supported
}

// String returns the standing as a sentence without its full stop.
func (s Standing) String() string {
	said := fmt.Sprintf("%s is %s", s.ID, s.State)
	n, known := s.Left.Count()
	switch {
	case s.State == Planned:
		return said + " and cannot be called"
	case !known && s.NotBefore.IsZero():
		return said + " with no end known"
	case !known:
		return said + " until " + s.NotBefore.String()
	case n > 0:
		return said + " until " + s.NotBefore.String() + ", " + s.Left.String() + " left"
	case s.Lapsed:
		said += ", but its guarantee lapsed on " + s.NotBefore.String()
	default:
		said = fmt.Sprintf("%s has ENDED, on %s", s.ID, s.NotBefore)
	}
	if n == 0 {
		return said + ", the day judged"
	}
	return said + ", " + Days{-n, true}.String() + " before the day judged"
}
