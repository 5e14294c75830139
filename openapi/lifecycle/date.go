package lifecycle

import (
	"fmt"
	"time"
)

// seoul is where the day of a date begins: at 00:00 in Korea, UTC+9, without
// daylight saving.
//
// Assumed: the documents give dates without a time zone, and the service is
// Korean. A fixed zone needs no time zone data on the machine.
var seoul = time.FixedZone("KST", 9*60*60)

// Years outside of these come from typing errors or wrong clocks.
const firstYear, lastYear = 1970, 9999

// Date is a calendar day in the API's time zone. The zero Date is no day, called
// none. Dates cannot be compared, on purpose: [Table.At] does that.
type Date struct {
	_   [0]func() // forbids ==, which would be a comparison of dates
	day int       // 1 is 0001-01-01; 0 is none
}

// Day returns the date of a year, month and day, brought into range as [time.Date]
// does. It is none outside the years 1970 to 9999.
func Day(year int, month time.Month, day int) Date {
	midnight := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if y := midnight.Year(); y < firstYear || y > lastYear {
		return Date{}
	}
	const perDay = 24 * 60 * 60
	return Date{day: 1 + int((midnight.Unix()-time.Time{}.Unix())/perDay)}
}

// On returns the day in Korea at time t, whatever the location of t. It is none for
// the zero time, and outside the years 1970 to 9999.
func On(t time.Time) Date { return Day(t.In(seoul).Date()) }

// ParseDate reads a date as the documents write it, "20260831", or as discovery
// does, "2026-08-31"; "" and "-" are none. The error names anything else, such as
// "20260231", which is not in the calendar.
func ParseDate(s string) (Date, error) {
	if s == "" || s == "-" {
		return Date{}, nil
	}
	for _, layout := range []string{time.DateOnly, "20060102"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		if date := Day(t.Date()); !date.IsZero() {
			return date, nil
		}
	}
	return Date{}, fmt.Errorf("date %.40q is not a date such as 2026-08-31", s)
}

// IsZero reports whether the date is none.
func (d Date) IsZero() bool { return d.day == 0 }

// String returns the date as 2026-08-31, or "-" for none, as the documents have it.
func (d Date) String() string {
	if d.IsZero() {
		return "-"
	}
	return time.Time{}.AddDate(0, 0, d.day-1).Format(time.DateOnly)
}

// MarshalText writes the date as 2026-08-31, and nothing for none.
func (d Date) MarshalText() ([]byte, error) {
	if d.IsZero() {
		return nil, nil
	}
	return []byte(d.String()), nil
}

// UnmarshalText reads what [ParseDate] does.
func (d *Date) UnmarshalText(text []byte) error {
	parsed, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Plus returns the date that is days later, or earlier if days is negative. For none
// it returns none.
func (d Date) Plus(days int) Date {
	if d.IsZero() {
		return d
	}
	return Date{day: d.day + days}
}

// before reports whether d is the earlier of two days; none is neither earlier
// nor later than any.
func (d Date) before(other Date) bool {
	return !d.IsZero() && !other.IsZero() && d.day < other.day
}

// to counts the days from one date to another, unknown if either is none.
func (d Date) to(other Date) Days {
	if d.IsZero() || other.IsZero() {
		return Days{}
	}
	return Days{n: other.day - d.day, known: true}
}
