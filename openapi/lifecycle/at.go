package lifecycle

import (
	"fmt"
	"slices"
)

// notice is how many days before its date a SUPPORTED version turns DEPRECATED:
// with 90 left it is the one, with 89 the other.
const notice = 90

// Standing is what holds for one version on the day judged.
type Standing struct {
	Version       // as it was read
	State   State `json:"state"`

	// Left counts from the day judged to the date: 0 on the date, and minus the
	// days since then afterwards. It is unknown without a date.
	Left Days `json:"days_left"`

	// Safe reports whether the version may be called on the day judged with a
	// promise that it works: not when it is PLANNED or ENDED, nor when it is
	// DEPRECATED without a date, for then it may end any day.
	Safe bool `json:"safe"`

	// UnsafeFrom is the first day on which the version is no longer safe. It is
	// none if no such day is known, or if the version is not safe at all and no
	// date says since when.
	UnsafeFrom Date `json:"unsafe_from,omitzero"`
}

// Standings are the versions of a table on the day judged, the oldest first.
type Standings []Standing

// At tells what holds on a day, which may lie before or after the reading; the
// rules are in the package comment. A day that is none judges nothing: each
// version keeps its label, and none is safe.
func (t Table) At(day Date) Standings {
	standings := make(Standings, 0, len(t.Versions))
	for _, v := range t.Versions {
		standings = append(standings, v.at(day))
	}
	slices.SortStableFunc(standings, func(a, b Standing) int { return a.ID.Compare(b.ID) })
	return standings
}

// Of is the standing of one version, and whether the table knows it. Of an
// unknown one it is the zero Standing, which is not safe.
func (s Standings) Of(id ID) (Standing, bool) {
	for _, standing := range s {
		if standing.ID == id {
			return standing, true
		}
	}
	return Standing{}, false
}

// Recommended is the version to call on the day judged: the CURRENT one or, of
// two that claim to be, the newer. If none is, or its date has come, it is the
// newest SUPPORTED one. There is no other choice, and then it reports false: a
// DEPRECATED version is nothing to move to, a PLANNED one cannot be called.
func (s Standings) Recommended() (Standing, bool) {
	for _, state := range []State{Current, Supported} {
		for _, standing := range slices.Backward(s) {
			if standing.State == state && standing.Safe {
				return standing, true
			}
		}
	}
	return Standing{}, false
}

// at judges one version.
func (v Version) at(day Date) Standing {
	s := Standing{Version: v, Left: day.to(v.NotBefore)}
	s.State = v.state(s.Left)
	switch s.State {
	case Current, Supported:
		s.Safe = !day.IsZero()
	case Deprecated:
		s.Safe = s.Left.known
	}
	// What the date of a PLANNED version means is said nowhere. It is no first
	// unsafe day: the version was never safe.
	if s.State != Planned {
		s.UnsafeFrom = v.NotBefore
	}
	return s
}

// state is the state of a version with so many days left.
func (v Version) state(left Days) State {
	switch {
	case !left.known:
		// Nothing passes, so the label holds. A DEPRECATED version without a date
		// in particular does not become SUPPORTED for want of one.
		return v.Label
	case v.Label != Current && v.Label != Supported && v.Label != Deprecated:
		// PLANNED, whose date cannot end what has not begun, or no label at all.
		return v.Label
	case left.n <= 0:
		return Ended
	case v.Label == Current:
		// The public discovery example shows a date beside CURRENT: it is then
		// the recommended version and has an end all the same. The 90 days are
		// not counted, since only the vendor can name its successor.
		return Current
	case left.n < notice:
		return Deprecated
	}
	// Also a version that was DEPRECATED when it was read, judged on an earlier
	// day: the date was not near then.
	return Supported
}

// String is the standing in a sentence without its full stop.
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
	case n == 0:
		return fmt.Sprintf("%s has ENDED, on %s, the day judged", s.ID, s.NotBefore)
	case n < 0:
		return fmt.Sprintf("%s has ENDED, on %s, %s before the day judged", s.ID, s.NotBefore, Days{-n, true})
	}
	return said + " until " + s.NotBefore.String() + ", " + s.Left.String() + " left"
}
