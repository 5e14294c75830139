package mock

import (
	"errors"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// timestampDefects read timestamps in a way of their own.
var timestampDefects = []Defect{
	dated("timestamp-lenient", "accepts signs and leading zeros in a timestamp", func(text string) (time.Time, bool) {
		millis, err := strconv.ParseInt(text, 10, 64)
		return time.UnixMilli(millis), err == nil
	}),
	dated("timestamp-float", "reads a timestamp as a floating-point number", func(text string) (time.Time, bool) {
		millis, err := strconv.ParseFloat(text, 64)
		return time.UnixMilli(int64(millis)), err == nil
	}),
	dated("timestamp-any-base", "reads a timestamp in any base", func(text string) (time.Time, bool) {
		millis, err := strconv.ParseInt(text, 0, 64)
		return time.UnixMilli(millis), err == nil
	}),
	dated("timestamp-wraps", "reads 64 bits of a timestamp", func(text string) (time.Time, bool) {
		n, ok := new(big.Int).SetString(text, 10)
		if !ok {
			return time.Time{}, false
		}
		low := new(big.Int).And(n, new(big.Int).SetUint64(1<<64-1)).Uint64()
		return time.UnixMilli(int64(low)), true //nolint:gosec // the defect
	}),
	dated("timestamp-rfc3339", "accepts a timestamp in RFC 3339", func(text string) (time.Time, bool) {
		at, err := time.Parse(time.RFC3339, text)
		return at, err == nil
	}),
	dated("timestamp-digits", "reads the digits that a timestamp begins with", func(text string) (time.Time, bool) {
		end := strings.IndexFunc(text+"x", func(r rune) bool { return r < '0' || r > '9' })
		millis, err := strconv.ParseInt(text[:end], 10, 64)
		return time.UnixMilli(millis), err == nil
	}),
	dated("timestamp-micros", "accepts a timestamp in microseconds", func(text string) (time.Time, bool) {
		const digits = 16 // of Unix time in microseconds
		micros, err := strconv.ParseInt(text, 10, 64)
		return time.UnixMicro(micros), err == nil && len(text) == digits
	}),
	letsIn("window-day", "accepts timestamps up to a day old", func(c *call) bool {
		return c.server.verifiesWithin(c.request, 25*time.Hour)
	}),
	letsIn("window-time-of-day", "looks at the time of day of a timestamp, and not at the day", func(c *call) bool {
		millis, err := strconv.ParseInt(c.request.Header.Get(signing.HeaderTimestamp), 10, 64)
		age := c.server.now().Sub(time.UnixMilli(millis)) % (24 * time.Hour)
		return errors.Is(c.refused, signing.ReasonStaleTimestamp) && err == nil && age.Abs() <= signing.AssumedMaxSkew && c.signedWith(nil)
	}),
}

// dated is a defect that reads timestamps as it likes, and accepts those in the window.
func dated(name, summary string, read func(string) (time.Time, bool)) Defect {
	return letsIn(name, summary, func(c *call) bool {
		var refused *signing.VerifyError
		if !errors.As(c.refused, &refused) || refused.Header != signing.HeaderTimestamp || len(c.request.Header.Values(signing.HeaderTimestamp)) != 1 {
			return false
		}
		at, ok := read(c.request.Header.Get(signing.HeaderTimestamp))
		return ok && c.server.now().Sub(at).Abs() <= signing.AssumedMaxSkew && c.signedWith(nil)
	})
}
