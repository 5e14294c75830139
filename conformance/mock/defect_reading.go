package mock

import (
	"fmt"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// readingDefects read Scp-Api-Version as a lenient parser does: they take for a known version what is none.
var readingDefects = []Defect{
	readsNumber("version-float", "reads the number as a floating-point number", func(got string, known lifecycle.ID) bool {
		a, err := strconv.ParseFloat(got, 64)
		b, _ := strconv.ParseFloat(known.String(), 64)
		return err == nil && a == b
	}),
	readsNumber("version-scanned", "scans two numbers and ignores what follows", func(got string, known lifecycle.ID) bool {
		var major, minor int
		_, err := fmt.Sscanf(got, "%d.%d", &major, &minor)
		return err == nil && lifecycle.V(major, minor) == known
	}),
	readsParts("version-padded", "reads signs and leading zeros", func(part string) (int, bool) {
		n, err := strconv.Atoi(part)
		return n, err == nil
	}),
	readsParts("version-any-base", "reads numbers in any base", func(part string) (int, bool) {
		n, err := strconv.ParseInt(part, 0, 64)
		return int(n), err == nil
	}),
	readsParts("version-byte", "keeps eight bits of each number", func(part string) (int, bool) {
		n, err := strconv.ParseUint(part, 10, 64)
		return int(uint8(n)), err == nil //nolint:gosec // the overflow is the defect
	}),
	readsParts("version-short", "keeps sixteen bits of each number", func(part string) (int, bool) {
		n, err := strconv.ParseUint(part, 10, 64)
		return int(uint16(n)), err == nil //nolint:gosec // the overflow is the defect
	}),
	readsParts("version-word", "keeps 32 bits of each number", func(part string) (int, bool) {
		n, err := strconv.ParseUint(part, 10, 64)
		return int(uint32(n)), err == nil //nolint:gosec // the overflow is the defect
	}),
	readsParts("version-absolute", "reads a negative number as a positive one", func(part string) (int, bool) {
		n, err := strconv.Atoi(strings.TrimPrefix(part, "-"))
		return n, err == nil && !strings.HasPrefix(part, "+")
	}),
	readsValue("version-begins", "answers whatever begins with a known version", strings.HasPrefix),
	readsNumber("version-ends", "answers a number that ends with a known version", func(got string, known lifecycle.ID) bool {
		return strings.HasSuffix(got, known.String())
	}),
	readsValue("version-within", "answers whatever has a known version in it", strings.Contains),
	readsValue("version-unescaped", "matches a known version as a regular expression", func(got, known string) bool {
		return regexp.MustCompile("^" + known + "$").MatchString(got)
	}),
	readsNumber("version-glob", "takes the number for a pattern", func(got string, known lifecycle.ID) bool {
		matches, err := path.Match(got, known.String())
		return err == nil && matches
	}),
	readsNumber("version-semver", "reads a caret or a tilde before the number", func(got string, known lifecycle.ID) bool {
		return strings.TrimLeft(got, "^~") == known.String()
	}),
	readsNumber("version-compared", "reads a comparison before the number", func(got string, known lifecycle.ID) bool {
		return strings.TrimLeft(got, "<>=") == known.String()
	}),
	readsNumber("version-comma", "reads a comma as the decimal point", func(got string, known lifecycle.ID) bool {
		return strings.Replace(got, ",", ".", 1) == known.String()
	}),
	readsNumber("version-dotted", "ignores a point behind the number", func(got string, known lifecycle.ID) bool {
		return strings.TrimSuffix(got, ".") == known.String()
	}),
	readsNumber("version-digits", "looks at the digits of the number alone", func(got string, known lifecycle.ID) bool {
		digits := func(s string) string {
			return strings.Map(func(r rune) rune {
				if unicode.IsDigit(r) {
					return r
				}
				return -1
			}, s)
		}
		return digits(got) == digits(known.String())
	}),
	readsNumber("version-build", "ignores a build behind a plus sign", func(got string, known lifecycle.ID) bool {
		number, _, _ := strings.Cut(got, "+")
		return number == known.String()
	}),
	readsValue("version-first-of-list", "takes the first of a list", func(got, known string) bool {
		first, _, _ := strings.Cut(got, ",")
		return first == known
	}),
	readsValue("version-last-of-list", "takes the last of a list", func(got, known string) bool {
		return strings.TrimSpace(got[strings.LastIndex(got, ",")+1:]) == known
	}),
	readsValue("version-parameters", "ignores parameters", func(got, known string) bool {
		value, _, _ := strings.Cut(got, ";")
		return value == known
	}),
	readsValue("version-unquoted", "takes quotation marks away", func(got, known string) bool {
		return strings.Trim(got, `"'`) == known
	}),
	readsValue("version-decoded", "decodes the header as it decodes a query", func(got, known string) bool {
		value, err := url.QueryUnescape(got)
		return err == nil && value == known
	}),
	readsNumber("version-any-digits", "reads the digits of any script", func(got string, known lifecycle.ID) bool {
		return inLatinDigits(got) == known.String()
	}),
	readsValue("version-any-space", "reads tabs and several spaces as one space", func(got, known string) bool {
		return strings.Join(strings.Fields(got), " ") == known
	}),
	readsValue("version-any-separator", "reads any sign between service and number", func(got, known string) bool {
		i := strings.IndexFunc(got, func(r rune) bool { return !unicode.IsLetter(r) })
		return i > 0 && !unicode.IsDigit(rune(got[i])) && got[:i]+" "+got[i+1:] == known
	}),
	readsValue("version-joined", "needs no space between service and number", func(got, known string) bool {
		return got == strings.Replace(known, " ", "", 1)
	}),
	readsValue("version-service-begins", "answers any service whose name begins the same", func(got, known string) bool {
		service, number, found := strings.Cut(got, " ")
		return found && strings.HasPrefix(service, "virtual") && openapi.Service+" "+number == known
	}),
	readsValue("version-service-hyphen", "ignores hyphens in the name of the service", func(got, known string) bool {
		return strings.ReplaceAll(got, "-", "") == known
	}),
	readsValue("version-reversed", "reads the number before the service", func(got, known string) bool {
		number, service, _ := strings.Cut(got, " ")
		return service+" "+number == known
	}),
	readsVersion("version-first", "takes the first of two versions", func(c *call) []string {
		return c.version[:min(len(c.version), 1)]
	}),
	readsVersion("version-joined-lines", "joins two headers with a space", func(c *call) []string {
		if len(c.version) < 2 {
			return c.version
		}
		return []string{strings.Join(c.version, " ")}
	}),
	readsOneVersion("version-words", "reads words such as default and null as the newest version", func(v, newest string) string {
		if word, _ := strings.CutPrefix(v, openapi.Service+" "); slices.Contains([]string{"default", "current", "null", "any"}, word) {
			return newest
		}
		return v
	}),
	readsOneVersion("version-nameless", "reads the service without a number as the newest version", func(v, newest string) string {
		if v == openapi.Service {
			return newest
		}
		return v
	}),
	readsVersion("version-negotiated", "answers an unknown minor number as the newest before it", func(c *call) []string {
		if len(c.version) != 1 {
			return c.version
		}
		id, err := lifecycle.ParseID(strings.TrimPrefix(c.version[0], openapi.Service+" "))
		for _, doc := range slices.Backward(c.server.documents.Versions) {
			if err == nil && doc.Version.ID.Compare(id) < 0 && id.Compare(lifecycle.V(2, 0)) < 0 {
				return []string{pinned(doc.Version.ID)}
			}
			if doc.Version.ID == id {
				break
			}
		}
		return c.version
	}),
	readsVersion("version-next", "answers the next minor number as the newest version", func(c *call) []string {
		all := c.server.documents.Versions
		newest := all[len(all)-1].Version.ID
		major, minor, _ := strings.Cut(newest.String(), ".")
		next, err := strconv.Atoi(minor)
		if err == nil && slices.Equal(c.version, []string{fmt.Sprintf("%s %s.%d", openapi.Service, major, next+1)}) {
			return []string{pinned(newest)}
		}
		return c.version
	}),
}

// inLatinDigits writes the digits of other scripts as 0 to 9.
func inLatinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsDigit(r) {
			return r
		}
		zero := r
		for unicode.IsDigit(zero-1) && r-zero < 9 {
			zero--
		}
		return '0' + r - zero
	}, s)
}

// pinned is how a version is asked for.
func pinned(id lifecycle.ID) string { return openapi.Service + " " + id.String() }

// readsValue is a defect that takes one value for the newest version that it matches.
func readsValue(name, summary string, matches func(got, known string) bool) Defect {
	return readsVersion(name, summary, func(c *call) []string {
		if len(c.version) != 1 {
			return c.version
		}
		for _, doc := range slices.Backward(c.server.documents.Versions) {
			if known := pinned(doc.Version.ID); matches(c.version[0], known) {
				return []string{known}
			}
		}
		return c.version
	})
}

// readsNumber is a defect that takes what follows the service for the newest version that it matches.
func readsNumber(name, summary string, matches func(got string, known lifecycle.ID) bool) Defect {
	return readsVersion(name, summary, func(c *call) []string {
		if len(c.version) != 1 {
			return c.version
		}
		got, found := strings.CutPrefix(c.version[0], openapi.Service+" ")
		for _, doc := range slices.Backward(c.server.documents.Versions) {
			if found && matches(got, doc.Version.ID) {
				return []string{pinned(doc.Version.ID)}
			}
		}
		return c.version
	})
}

// readsParts is a defect that reads each of the two numbers in its own way.
func readsParts(name, summary string, read func(part string) (int, bool)) Defect {
	return readsNumber(name, summary, func(got string, known lifecycle.ID) bool {
		major, minor, found := strings.Cut(got, ".")
		a, okA := read(major)
		b, okB := read(minor)
		return found && okA && okB && lifecycle.V(a, b) == known
	})
}
