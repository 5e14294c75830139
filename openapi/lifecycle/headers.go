package lifecycle

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Announcement is what the headers of a response say about the life of the
// version that answered. The API documents no such headers; if an endpoint sends
// them, they are read as the RFCs define them. Days are those in Korea.
type Announcement struct {
	// Deprecated reports whether there was a Deprecation header, even if it
	// names a future day.
	Deprecated bool `json:"deprecated"`

	// DeprecatedOn is the day from which the version is deprecated, or none if
	// the header does not say.
	DeprecatedOn Date `json:"deprecated_on,omitzero"`

	// Sunset is the day on which the version is expected to stop answering, or
	// none without such a header.
	Sunset Date `json:"sunset,omitzero"`
}

// ParseHeaders reads Deprecation, as RFC 9745 has it ("@1688169599") or its
// drafts had it ("true", or an HTTP date), and Sunset (RFC 8594, an HTTP date).
// Without them the Announcement is zero. The error names each header and value
// that is invalid; the valid ones are returned beside it.
func ParseHeaders(h http.Header) (Announcement, error) {
	var a Announcement
	var errDeprecation, errSunset error
	a.Deprecated, a.DeprecatedOn, errDeprecation = parseHeader(h, "Deprecation", parseDeprecation)
	_, a.Sunset, errSunset = parseHeader(h, "Sunset", parseHTTPDate)
	return a, errors.Join(errDeprecation, errSunset)
}

// parseHeader reads a header, which may be absent but not sent twice.
func parseHeader(h http.Header, name string, parse func(string) (Date, error)) (sent bool, date Date, err error) {
	values := h.Values(name)
	switch len(values) {
	case 0:
		return false, Date{}, nil
	case 1:
		date, err = parse(strings.TrimSpace(values[0]))
		if err != nil {
			err = fmt.Errorf("header %s: %.60q %w", name, values[0], err)
		}
		return true, date, err
	}
	return true, Date{}, fmt.Errorf("header %s: %.60q was sent as %d values", name, strings.Join(values, ", "), len(values))
}

func parseDeprecation(value string) (Date, error) {
	if strings.EqualFold(value, "true") {
		return Date{}, nil
	}
	seconds, ok := strings.CutPrefix(value, "@")
	if !ok {
		date, err := parseHTTPDate(value)
		if err != nil {
			err = fmt.Errorf("is neither @ and seconds nor true, and %w", err)
		}
		return date, err
	}
	// A structured field may carry parameters. None is defined for this one.
	seconds, _, _ = strings.Cut(seconds, ";")
	// A structured field has at most fifteen digits. Dates before 1970 have a
	// sign, and do not occur in this API.
	unix, err := strconv.ParseUint(strings.TrimRight(seconds, " "), 10, 50)
	if err != nil {
		return Date{}, errors.New("is not @ and seconds since 1970")
	}
	return onOrError(time.Unix(int64(unix), 0))
}

func parseHTTPDate(value string) (Date, error) {
	t, err := http.ParseTime(value)
	if err != nil {
		return Date{}, errors.New("is not an HTTP date")
	}
	return onOrError(t)
}

// onOrError returns the day of an instant that a header names.
func onOrError(t time.Time) (Date, error) {
	day := On(t)
	if day.IsZero() {
		return Date{}, fmt.Errorf("is not between the years %d and %d", firstYear, lastYear)
	}
	return day, nil
}
