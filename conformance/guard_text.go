package conformance

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// resembles reports whether a segment is another way to write an ID: it begins like it, or lacks no more
// than its first few characters, or is the number that a UUID is, in another notation. It is one segment
// however often it is decoded.
func resembles(segment, id string) bool {
	const begins, few = 8, 4
	own, asked := letters(id), letters(segment)
	switch {
	case len(own) < begins || !oneSegment(segment):
		return false
	case strings.Contains(asked, own[:begins]), len(own) > 2*begins && len(asked) >= len(own)-few && strings.HasSuffix(own, asked):
		return true
	}
	return slices.Contains(notations(id), segment)
}

// rewrites reports whether a segment resembles an ID, and is not as long as one: then another may have it.
func rewrites(segment, id string) bool {
	own, asked := letters(id), letters(segment)
	return resembles(segment, id) && (asked == own || len(asked) != len(own))
}

// notations are the ways to write the number that a UUID is without its first group: decimal, in base64,
// and in the byte order of Windows.
func notations(id string) []string {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return nil
	}
	list := []string{new(big.Int).SetBytes(b).String(), base64.RawURLEncoding.EncodeToString(b)}
	slices.Reverse(b[0:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	return append(list, fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:]))
}

// letters are the letters and digits of a text that may be percent-encoded, in lower case.
func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(decoded(text)))
}

// decoded is a text after all its percent-encoding is undone, however deep.
func decoded(text string) string {
	for range 3 {
		plain, err := url.PathUnescape(text)
		if err != nil || plain == text {
			break
		}
		text = plain
	}
	return text
}

// decodedLoosely is a text after all its percent-encoding is undone, whatever is malformed around it: a server may
// go on behind that.
func decodedLoosely(text string) string {
	for range 3 {
		text = encodedByte.ReplaceAllStringFunc(text, func(encoded string) string {
			value, _ := strconv.ParseUint(encoded[1:], 16, 8)
			return string([]byte{byte(value)})
		})
	}
	return text
}

var encodedByte = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// oneSegment reports whether a segment stays one, and stays a name, however often it is decoded.
func oneSegment(segment string) bool {
	for _, reading := range []string{segment, decoded(segment)} {
		if strings.ContainsAny(reading, `/\?#`) || strings.Trim(reading, ". ") == "" || strings.ContainsFunc(reading, unicode.IsControl) {
			return false
		}
	}
	return true
}
