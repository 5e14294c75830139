package lifecycle

import "strconv"

// Days is a number of calendar days, or unknown, which is the zero value: such as
// the days left of a version without a date.
type Days struct {
	n     int
	known bool
}

// Count returns the number of days, and whether it is known.
func (d Days) Count() (n int, known bool) { return d.n, d.known }

// Within reports whether the number of days is known and at most n. A version whose
// days left are within n ends in n days at the latest, or has ended.
func (d Days) Within(n int) bool { return d.known && d.n <= n }

// String returns "90 days", "1 day", "-3 days" or "unknown".
func (d Days) String() string {
	switch {
	case !d.known:
		return "unknown"
	case d.n == 1 || d.n == -1:
		return strconv.Itoa(d.n) + " day"
	}
	return strconv.Itoa(d.n) + " days"
}

// MarshalJSON writes a number, or null for unknown.
func (d Days) MarshalJSON() ([]byte, error) {
	if !d.known {
		return []byte("null"), nil
	}
	return []byte(strconv.Itoa(d.n)), nil
}
