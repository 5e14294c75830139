package lifecycle

import "strconv"

// Days is a number of calendar days, or unknown, which is the zero value: the
// days left of a version without a date, the age of a table nobody dated.
type Days struct {
	n     int
	known bool
}

// Count is the number of days, and whether it is known.
func (d Days) Count() (n int, known bool) { return d.n, d.known }

// Within reports whether the days are known and at most n. Of a version's days
// left it says that the end is near, or past: a negative number is within all.
func (d Days) Within(n int) bool { return d.known && d.n <= n }

// String is "90 days", "1 day", "-3 days" or "unknown".
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
