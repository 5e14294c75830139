package lifecycle

// Window is a span of days, both ends included. A zero First or Last leaves that
// end open.
type Window struct {
	First Date `json:"first,omitzero"`
	Last  Date `json:"last,omitzero"`
}

// agreed returns the days on which the label of a version agrees with its date.
func (v Version) agreed() Window {
	switch v.Label {
	case Current:
		return Window{Last: v.NotBefore.Plus(-1)}
	case Supported:
		return Window{Last: v.NotBefore.Plus(-notice)}
	case Deprecated: // and no last day, for an ended version keeps this label
		return Window{First: v.NotBefore.Plus(1 - notice)}
	}
	return Window{}
}

// Contains reports whether a day is in the window. The zero Date never is.
func (w Window) Contains(day Date) bool {
	return !day.IsZero() && !day.before(w.First) && !w.Last.before(day)
}

// String returns the window in words: "between 2026-03-03 and 2026-06-02".
func (w Window) String() string {
	switch {
	case w.First.IsZero() && w.Last.IsZero():
		return "on an unknown day"
	case w.First.IsZero():
		return "on or before " + w.Last.String()
	case w.Last.IsZero():
		return "on or after " + w.First.String()
	case w.First.day == w.Last.day:
		return "on " + w.First.String()
	}
	return "between " + w.First.String() + " and " + w.Last.String()
}
