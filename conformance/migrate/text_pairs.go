package migrate

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// pairWindow is how far from a service its version may stand, in bytes.
const pairWindow = 200

var (
	// pair is a service and its version as neighbouring strings: ("virtualserver", "1.2").
	pair = regexp.MustCompile(`^\\?["'\x60]\s*,\s*(?:\w*(?:ver|Ver|VER)\w*\\?["']?\s*[:=]\s*)?[fbru@]?\\?["'\x60](` + number + `)\\?["'\x60]`)
	// reversed is a version and the service that it is of.
	reversed = regexp.MustCompile(`[(\[{,]\s*\\?["'\x60](` + number + `)\\?["'\x60]\s*,\s*\\?["'\x60]$`)
	keyed    = regexp.MustCompile(`^\\?["'\x60]\s*[:=]`)
	// image is the name and the tag of an image.
	image = regexp.MustCompile(`^:\d`)
	// library is the beginning of a table of libraries.
	library = regexp.MustCompile(`(?i)(?:dependencies|devdependencies|requires?|packages)["']?\s*[:=]?\s*\{[^{}]*$`)
	// valued is the value of the version header, and its service no half of a pair.
	valued = regexp.MustCompile(`^[ \t]+` + number)
	// entry is an entry of a table of versions: "virtualserver": "1.2".
	entry = regexp.MustCompile(`^(\\?["'\x60]?)\]?\s*(?::|=>|->|=|\bto\b)\s*(?:\{\s*\\?["']?\w*(?:version|Version|VERSION)\w*\\?["']?\s*[:=]\s*)?(\\?["'\x60]?)(` +
		number + `)\b`)
	// serviceKey and versionKey are keys whose values are a service and a version.
	serviceKey = regexp.MustCompile(`(?i)\\?["']?([\w-]*(?:service|api_?name|product|svc|api)[\w-]*)\\?["']?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?(?::=|=>|[:=]|[ \t])[ \t]*[fbru@]?\\?["'\x60]?$`)
	plainKey   = regexp.MustCompile(`(?i)\\?["']?\b(name|id)\\?["']?[ \t]*[:=][ \t]*\\?["'\x60]?$`)
	versionKey = regexp.MustCompile(`(?i)\\?["']?(\$?[\w-]*version|\bver)\\?["']?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?(?::=|=>|[:=]|[ \t])[ \t]*[fbru@]?\\?["'\x60]?(` + number + `)\b`)

	versionWord = regexp.MustCompile(`(?i)version|product`)
)

// pairs notes services and versions that stand side by side.
func (t *text) pairs() {
	for at := 0; ; {
		i := bytes.Index(t.data[at:], []byte(service))
		if i < 0 {
			return
		}
		s := span{at + i, at + i + len(service)}
		at = s.end
		if t.taken[s.start] || !t.alone(s) {
			continue
		}
		if !t.step(s.start) {
			return
		}
		if !t.fenced(s.start) || t.silent(s.start) {
			continue
		}
		if v, ok := t.partner(s); ok {
			t.taken[s.start] = true
			t.derive(s, v)
		}
	}
}

// alone reports whether a name is no part of a longer one.
func (t *text) alone(s span) bool {
	const joins = "-./_"
	if s.start > 0 && (wordByte(t.data[s.start-1]) || strings.IndexByte(joins, t.data[s.start-1]) >= 0) {
		return false
	}
	return s.end == len(t.data) || !wordByte(t.data[s.end]) && strings.IndexByte(joins, t.data[s.end]) < 0
}

// signs are what texts about Samsung Cloud Platform have in them, in any case.
var signs = []string{"scp", "samsung", "/v1/volumes", "/v1/servers", "kr-west", "kr-east", "kr-south", "api_name"}

// ours reports whether a text is about Samsung Cloud Platform.
func ours(text []byte) bool {
	lower := lowered(text)
	return slices.ContainsFunc(signs, func(sign string) bool {
		for at := 0; ; {
			i := bytes.Index(lower[at:], []byte(sign))
			if i < 0 {
				return false
			}
			if at += i; at == 0 || !wordByte(lower[at-1]) || lower[at-1] == '_' || sign == "samsung" {
				return true
			}
			at += len(sign)
		}
	})
}

// lowered returns a text with its ASCII letters in lower case, and each byte where it was.
func lowered(text []byte) []byte {
	lower := make([]byte, len(text))
	for i, c := range text {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	return lower
}

// partner returns the version that belongs to a service.
func (t *text) partner(s span) (span, bool) {
	after := t.data[s.end:min(len(t.data), s.end+pairWindow)]
	low := max(0, s.start-pairWindow)
	before := t.data[low:s.start]
	if s.start > 0 && strings.IndexByte("\"'`", t.data[s.start-1]) >= 0 {
		if m := pair.FindSubmatchIndex(after); m != nil {
			return span{s.end + m[2], s.end + m[3]}, true
		}
		if m := reversed.FindSubmatchIndex(tail(before, 40)); m != nil && !keyed.Match(after) {
			low := max(low, s.start-40)
			return span{low + m[2], low + m[3]}, true
		}
	}
	if valued.Match(after) || image.Match(after) || library.Match(before) {
		return span{}, false
	}
	if m := entry.FindSubmatchIndex(after); m != nil && whole(after, m[7]) {
		quotedKey, quotedValue, table := m[2] != m[3], m[4] != m[5], t.amongVersions(s.start)
		if (table || quotedKey) && t.ours() || table && quotedKey && quotedValue {
			return span{s.end + m[6], s.end + m[7]}, true
		}
	}
	if near := tail(before, 60); !serviceKey.Match(near) && (!plainKey.Match(near) || !t.ours()) {
		return span{}, false
	}
	if m := versionKey.FindSubmatchIndex(after); m != nil && whole(after, m[5]) && near(after[:m[0]]) {
		return span{s.end + m[4], s.end + m[5]}, true
	}
	if all := versionKey.FindAllSubmatchIndex(before, -1); len(all) > 0 {
		m := all[len(all)-1]
		return span{low + m[4], low + m[5]}, whole(before, m[5]) && near(before[m[5]:])
	}
	return span{}, false
}

// whole reports whether a version ends where it seems to, and is not the beginning of 1.2.3.
func whole(d []byte, end int) bool {
	if end < len(d) && d[end] == '.' {
		end++
	}
	return end == len(d) || !wordByte(d[end])
}

// near reports whether what stands between two keys lets them belong to one object: at most three lines, or
// two statements one after the other.
func near(between []byte) bool {
	lines := bytes.Count(between, []byte("\n"))
	if bytes.ContainsAny(between, "{}") || bytes.Contains(between, []byte("\n- ")) {
		return false
	}
	if bytes.ContainsAny(between, ";") {
		return lines == 1
	}
	return lines <= 3 && !bytes.ContainsAny(between, "()")
}

// amongVersions reports whether what stands before a byte, or the name of the file, speaks of versions.
func (t *text) amongVersions(at int) bool {
	return versionWord.Match(t.data[max(0, at-400):at]) || versionWord.MatchString(t.name)
}
