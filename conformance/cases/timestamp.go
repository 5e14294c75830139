package cases

import (
	"context"
	"fmt"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
)

// When a request was signed.
var (
	authTimestamp = conformance.Clause{
		ID: "AUTH-TIMESTAMP", Source: conformance.Document, Text: "The request header has Scp-Timestamp, in milliseconds.",
	}
	authTimestampDigits = conformance.Clause{
		ID: "AUTH-TIMESTAMP-DIGITS", Source: conformance.Assumed,
		Text: "A timestamp consists of decimal digits, without leading zeros.",
	}
	authTimestampWindow = conformance.Clause{
		ID: "AUTH-TIMESTAMP-WINDOW", Source: conformance.Assumed,
		Text: "A timestamp may be a few minutes off: 45 seconds either way are accepted, 20 minutes are not.",
	}
)

// timestampNegatives are correctly signed, with a timestamp that is not now or is not in milliseconds, and with
// now as a lenient parser reads it.
func timestampNegatives() family {
	var list []negative
	shifted := func(name, about string, by time.Duration) {
		list = append(list, negative{
			name: name, about: "a timestamp of " + about + ", correctly signed", clause: authTimestampWindow,
			ways: []alteration{func(t *conformance.Trial, req *http.Request) { at(t, req, t.Now().Add(by).UnixMilli()) }},
		})
	}
	shifted("twenty-minutes-old", "twenty minutes ago", -20*time.Minute)
	shifted("twenty-minutes-ahead", "in twenty minutes", 20*time.Minute)
	shifted("hour-old", "an hour ago", -time.Hour)
	shifted("hour-ahead", "in an hour", time.Hour)
	shifted("day-old", "a day ago", -24*time.Hour)
	shifted("day-ahead", "in a day", 24*time.Hour)
	shifted("nine-hours-old", "nine hours ago, as a clock in Seoul is ahead of UTC", -9*time.Hour)
	shifted("nine-hours-ahead", "in nine hours, as a clock in Seoul is ahead of UTC", 9*time.Hour)
	shifted("year-old", "a year ago", -365*24*time.Hour)
	shifted("year-ahead", "in a year", 365*24*time.Hour)

	writes := func(name, about string, n negative, write func(now time.Time) string) {
		n.name, n.about, n.malformed = name, "a timestamp "+about+", correctly signed", true
		n.ways = []alteration{func(t *conformance.Trial, req *http.Request) {
			req.Header.Set(signing.HeaderTimestamp, write(t.Now()))
			t.Resign(req, nil)
		}}
		list = append(list, n)
	}
	// Where any number is let in, it is not the unit that is not looked at.
	unit := func(name, about string, write func(now time.Time) string) {
		writes(name, about, negative{clause: authTimestamp, blame: unitOrWindow}, write)
	}
	unit("zero", "of 0", func(time.Time) string { return "0" })
	unit("one", "of 1", func(time.Time) string { return "1" })
	unit("seconds", "in seconds", func(now time.Time) string { return strconv.FormatInt(now.Unix(), 10) })
	unit("micros", "in microseconds", func(now time.Time) string { return strconv.FormatInt(now.UnixMicro(), 10) })
	unit("nanos", "in nanoseconds", func(now time.Time) string { return strconv.FormatInt(now.UnixNano(), 10) })
	unit("tenths", "in tenths of a second", func(now time.Time) string { return strconv.FormatInt(now.UnixMilli()/100, 10) })
	unit("minutes", "in minutes", func(now time.Time) string { return strconv.FormatInt(now.Unix()/60, 10) })
	unit("largest", "of the largest 64-bit number", func(time.Time) string { return "9223372036854775807" })
	unit("negative", "with a minus sign", func(now time.Time) string { return "-" + millis(now) })
	unit("minus-one", "of -1", func(time.Time) string { return "-1" })

	date := func(name, layout string) {
		writes(name, "such as "+time.Date(2026, time.August, 31, 9, 30, 0, 0, time.UTC).Format(layout), negative{clause: authTimestamp},
			func(now time.Time) string { return now.UTC().Format(layout) })
	}
	date("rfc3339", time.RFC3339)
	date("rfc3339-millis", "2006-01-02T15:04:05.000Z07:00")
	date("http-date", http.TimeFormat)
	date("sql", "2006-01-02 15:04:05")
	date("compact", "20060102150405")
	date("compact-millis", "20060102150405.000")
	date("compact-zulu", "20060102T150405Z")
	date("year-month-day", "2006-01-02")
	for _, word := range []string{"now", "null", "undefined", "NaN", "Infinity", "true", "x"} {
		writes("word-"+slug(word), "of "+word, negative{clause: authTimestamp}, func(time.Time) string { return word })
	}

	form := func(name, about string, write func(ms string) string) {
		writes(name, about, negative{clause: authTimestampDigits}, func(now time.Time) string { return write(millis(now)) })
	}
	wrap := func(bits uint) func(string) string {
		return func(ms string) string {
			n, _ := new(big.Int).SetString(ms, 10)
			return n.Add(n, new(big.Int).Lsh(big.NewInt(1), bits)).String()
		}
	}
	form("plus", "with a plus sign", func(ms string) string { return "+" + ms })
	form("zeros", "with zeros in front", func(ms string) string { return "00" + ms })
	form("many-zeros", "with forty zeros in front", func(ms string) string { return strings.Repeat("0", 40) + ms })
	form("decimal", "with a decimal point", func(ms string) string { return ms + ".0" })
	form("decimal-bare", "with a decimal point and nothing behind it", func(ms string) string { return ms + "." })
	form("decimal-seconds", "in seconds with decimals", func(ms string) string { return ms[:len(ms)-3] + "." + ms[len(ms)-3:] })
	form("comma", "with a decimal comma", func(ms string) string { return ms + ",0" })
	form("exponent", "with an exponent", func(ms string) string { return ms + "e0" })
	form("scientific", "in scientific notation", func(ms string) string { return ms[:1] + "." + ms[1:] + "E12" })
	form("hex", "in hexadecimal", func(ms string) string { return "0x" + based(ms, 16) })
	form("hex-bare", "in hexadecimal, without 0x", func(ms string) string { return based(ms, 16) })
	form("octal", "in octal", func(ms string) string { return "0" + based(ms, 8) })
	form("octal-prefixed", "in octal, with 0o", func(ms string) string { return "0o" + based(ms, 8) })
	form("binary", "in binary, with 0b", func(ms string) string { return "0b" + based(ms, 2) })
	form("wraps-64", "that is now in its lowest 64 bits", wrap(64))
	form("wraps-63", "that is now in its lowest 63 bits", wrap(63))
	form("unit", "with its unit", func(ms string) string { return ms + "ms" })
	form("unit-long", "with L behind it", func(ms string) string { return ms + "L" })
	form("letter", "with a letter behind it", func(ms string) string { return ms + "x" })
	form("words", "with a word behind it", func(ms string) string { return ms + " x" })
	form("list", "with another behind a comma", func(ms string) string { return ms + ", 0" })
	form("list-last", "with another before a comma", func(ms string) string { return "0, " + ms })
	form("quoted", "in quotation marks", func(ms string) string { return `"` + ms + `"` })
	form("thousands-comma", "with commas for thousands", func(ms string) string { return grouped(ms, ",") })
	form("thousands-underscore", "with underscores for thousands", func(ms string) string { return grouped(ms, "_") })
	form("full-width", "in full-width digits", func(ms string) string { return digitsFrom('０', ms) })
	form("arabic", "in Arabic digits", func(ms string) string { return digitsFrom('٠', ms) })
	form("thousands-blank", "with blanks for thousands", func(ms string) string { return grouped(ms, " ") })
	form("blank-behind-sign", "with a plus sign and a blank", func(ms string) string { return "+ " + ms })
	form("double-minus", "with two minus signs", func(ms string) string { return "--" + ms })
	form("percent-encoded", "with its first digit encoded", func(ms string) string { return fmt.Sprintf("%%%02X", ms[0]) + ms[1:] })
	return family{name: "timestamp", what: "a timestamp that is stale, in the future, or not in decimal milliseconds", negatives: list}
}

// unitOrWindow tells a server that takes a number in another unit from one that takes any number: the second
// lets in a timestamp of a day ago, or of in a day, too.
func unitOrWindow(ctx context.Context, t *conformance.Trial, control conformance.Control) (conformance.Clause, error) {
	for _, by := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		e, err := sendWrong(ctx, t, conformance.Request{
			Pair: t.Unused(), Expect: conformance.ExpectUnauthorized, About: "a timestamp of another day, correctly signed",
			Change: func(req *http.Request) { at(t, req, t.Now().Add(by).UnixMilli()) },
		})
		if err != nil {
			return authTimestamp, err
		}
		if proved(unauthorized(t, e, control, authTimestampWindow)) {
			return authTimestampWindow, nil
		}
	}
	return authTimestamp, nil
}

// at dates a request, and signs it rightly.
func at(t *conformance.Trial, req *http.Request, millis int64) {
	req.Header.Set(signing.HeaderTimestamp, strconv.FormatInt(millis, 10))
	t.Resign(req, nil)
}

func millis(now time.Time) string { return strconv.FormatInt(now.UnixMilli(), 10) }

// based is a decimal number in another base.
func based(decimal string, base int) string {
	n, _ := strconv.ParseInt(decimal, 10, 64)
	return strconv.FormatInt(n, base)
}

// grouped separates the thousands of a number.
func grouped(digits, separator string) string {
	var groups []string
	for ; len(digits) > 3; digits = digits[:len(digits)-3] {
		groups = append([]string{digits[len(digits)-3:]}, groups...)
	}
	return strings.Join(append([]string{digits}, groups...), separator)
}

// digitsFrom writes a decimal number in the digits of another script, of which zero is the first.
func digitsFrom(zero rune, decimal string) string {
	return strings.Map(func(r rune) rune { return r - '0' + zero }, decimal)
}
