package cases

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"strings"
)

// idSpelling is a way to write something that is not an ID, and that a lenient server takes for it.
type idSpelling struct {
	name string
	// write returns a path segment, percent-encoded. It gets the ID and an unused one.
	write func(id, unused string) string
	// sameUUID is set where the segment stands for the same UUID.
	sameUUID bool
}

// Percent-encoding a letter, a digit or a hyphen is not among them: by RFC 3986, 6.2.2.2, that is the same
// path.
var idSpellings = slices.Concat(
	[]idSpelling{
		{"upper-case", func(id, _ string) string { return strings.ToUpper(id) }, true},
		{"one-capital", oneCapital, true},
		{"no-hyphens", func(id, _ string) string { return strings.ReplaceAll(id, "-", "") }, true},
		{"hyphens-elsewhere", hyphensElsewhere, true},
		{"underscores", func(id, _ string) string { return strings.ReplaceAll(id, "-", "_") }, true},
		{"dots", func(id, _ string) string { return strings.ReplaceAll(id, "-", ".") }, true},
		{"unicode-hyphens", func(id, _ string) string { return strings.ReplaceAll(id, "-", "%E2%80%90") }, true},
		{"blanks-for-hyphens", func(id, _ string) string { return strings.ReplaceAll(id, "-", "%20") }, true},
		{"urn", func(id, _ string) string { return "urn:uuid:" + id }, true},
		{"uuid-prefix", func(id, _ string) string { return "uuid:" + id }, true},
		{"hexadecimal", func(id, _ string) string { return "0x" + strings.ReplaceAll(id, "-", "") }, true},
		{"decimal", func(id, _ string) string {
			return ofUUID(id, func(b []byte) string { return new(big.Int).SetBytes(b).String() })
		}, true},
		{"base64", func(id, _ string) string { return ofUUID(id, base64.RawURLEncoding.EncodeToString) }, true},
		{"guid-bytes", func(id, _ string) string { return ofUUID(id, guid) }, true},
	},
	around("braces", "%7B", "%7D", true),
	around("parentheses", "(", ")", true),
	around("quotes", "%22", "%22", false),
	around("single-quotes", "'", "'", false),
	around("brackets", "%5B", "%5D", false),
	around("angles", "%3C", "%3E", false),
	around("anchors", "%5E", "$", false),
	around("wildcards", "*", "*", false),
	around("percents", "%25", "%25", false),
	around("json-list", "%5B%22", "%22%5D", false),

	after("blank-after", "%20"), before("blank-before", "%20"), around("blanks", "%20", "%20", false),
	after("no-break-space", "%C2%A0"), after("zero-width-space", "%E2%80%8B"), before("byte-order-mark", "%EF%BB%BF"),
	after("plus", "+"), before("plus-before", "+"),

	after("comma", ",x"), after("dot", "."), after("extension", ".json"),
	after("colon", ":x"), after("action", ":detach"), after("ampersand", "&x=1"), after("bar", "%7Cx"), after("at", "@x"),
	after("equals", "=x"), after("tilde", "~x"), after("exclamation", "!"), after("dollar", "$x"), after("caret", "%5Ex"),
	after("quote", "%22x"), after("single-quote", "'%20OR%20'1'='1"), after("sql-comment", "'--"), after("backquote", "%60x"),
	after("percent", "%25"), after("asterisk", "*"),

	after("letter", "x"), after("digit", "0"), after("group", "-0000"), after("underscore", "_copy"),
	before("zero-before", "0"), before("letter-before", "x"), before("hyphen-before", "-"), before("word-before", "volume-"),
	before("name-before", "id="),
	[]idSpelling{
		{"twice", func(id, _ string) string { return id + id }, false},
		{"letter-encoded-twice", func(id, _ string) string { return encodedTwice(id[:1]) + id[1:] }, false},
		{"hyphens-encoded-twice", func(id, _ string) string { return strings.ReplaceAll(id, "-", "%252D") }, false},
		{"encoded-twice", func(id, _ string) string { return encodedTwice(id) }, false},
		{"full-width", func(id, _ string) string { return id[:len(id)-1] + fullWidth(id[len(id)-1]) }, false},
		{"overlong", func(id, _ string) string { return id[:len(id)-1] + overlong(id[len(id)-1]) }, false},

		{"without-last", func(id, _ string) string { return id[:len(id)-1] }, false},
		{"without-last-group", func(id, _ string) string { return id[:max(8, strings.LastIndexByte(id, '-'))] }, false},
		{"without-first", func(id, _ string) string { return id[1:] }, false},
		{"first-eight", func(id, _ string) string { return id[:min(8, len(id))] }, false},
		{"first-twelve", func(id, _ string) string { return id[:min(12, len(id))] }, false},
		{"another-last", func(id, _ string) string { return id[:len(id)-1] + anotherDigit(id[len(id)-1]) }, false},
		{"another-in-the-middle", func(id, _ string) string {
			i := len(id) / 2
			for id[i] == '-' {
				i++
			}
			return id[:i] + anotherDigit(id[i]) + id[i+1:]
		}, false},

		{"starts-with-asterisk", func(id, _ string) string { return id[:min(8, len(id))] + "*" }, false},
		{"starts-with-percent", func(id, _ string) string { return id[:min(8, len(id))] + "%25" }, false},
		{"one-underscore", func(id, _ string) string { return id[:len(id)-1] + "_" }, false},
		{"one-asterisk", func(id, _ string) string { return id[:len(id)-1] + "*" }, false},
		{"regexp-any", func(id, _ string) string { return id[:min(8, len(id))] + ".*" }, false},
		{"regexp-dot", func(id, _ string) string { return id[:len(id)-1] + "." }, false},
		{"regexp-set", func(id, _ string) string { return id[:len(id)-1] + "%5B" + id[len(id)-1:] + "%5D" }, false},
		{"regexp-or", func(id, unused string) string { return id + "%7C" + unused }, false},

		{"list", func(id, unused string) string { return id + "," + unused }, false},
		{"list-behind", func(id, unused string) string { return unused + "," + id }, false},
		{"list-of-one", func(id, _ string) string { return id + "," }, false},
		{"blank-list", func(id, unused string) string { return id + "%20" + unused }, false},
		{"json-list-of-two", func(id, unused string) string { return "%5B%22" + id + "%22,%22" + unused + "%22%5D" }, false},
	},
)

// cutSpellings are those of the server, and of a volume that is shown. Cut there behind the volume, the path of a
// detach would be that of the volume, which DELETE deletes.
var cutSpellings = slices.Concat(
	after("tab", "%09"), after("line-feed", "%0A"), after("carriage-return", "%0D%0A"),
	after("null", "%00"), after("null-and-more", "%00x"),
	after("semicolon", ";x=1"), after("only-semicolon", ";"), after("encoded-semicolon", "%3Bx"),
	[]idSpelling{{"semicolon-list", func(id, unused string) string { return id + ";" + unused }, false}},
	after("number-sign", "%23"), after("fragment", "%23x"), after("question-mark", "%3F"), after("query", "%3Fx=1"),
	after("encoded-slash", "%2F"), after("encoded-segment", "%2Fx"), after("backslash", "%5C"), after("backslash-segment", "%5Cx"),
)

// shownSpellings are those of a volume that is shown alone: read as separators, the signs in them would lead
// elsewhere.
var shownSpellings = slices.Concat(
	before("backslash-before", "%5C"), before("slash-before", "%2F"), before("path-before", "volumes%2F"), before("null-before", "%00"),
	before("line-before", "%0A"),
	[]idSpelling{
		{"backslash-within", func(id, _ string) string { return id[:len(id)/2] + "%5C" + id[len(id)/2:] }, false},
		{"null-within", func(id, _ string) string { return id[:len(id)/2] + "%00" + id[len(id)/2:] }, false},
		{"backslashes-for-hyphens", func(id, _ string) string { return strings.ReplaceAll(id, "-", "%5C-") }, false},
		{"fragment-of-another", func(id, unused string) string { return unused + "%23" + id }, false},
		{"segment-of-another", func(id, unused string) string { return unused + "%2F" + id }, false},
		{"dots-of-another", func(id, unused string) string { return unused + "%2F..%2F" + id }, false},
		{"semicolon-list-behind", func(id, unused string) string { return unused + ";" + id }, false},
	},
)

// kinds are IDs with their kind before them: vol-<id>, volume:<id>.
func kinds(words ...string) []idSpelling {
	var all []idSpelling
	for _, word := range words {
		all = append(all, slices.Concat(before(word+"-and-hyphen", word+"-"), before(word+"-and-colon", word+":"), before(word+"-and-underscore", word+"_"))...)
	}
	return all
}

// serverWords could stand for any server.
var serverWords = slices.Concat(
	words("all", "any", "null", "none", "nil", "undefined", "true", "self", "default"),
	[]idSpelling{
		word("asterisk", "*"), word("hyphen", "-"), word("zero", "0"), word("underscore", "_"), word("percent", "%25"), word("regexp", ".*"),
	},
)

// around writes something before the ID and after it.
func around(name, open, shut string, sameUUID bool) []idSpelling {
	return []idSpelling{{name, func(id, _ string) string { return open + id + shut }, sameUUID}}
}

func after(name, what string) []idSpelling  { return around(name, "", what, false) }
func before(name, what string) []idSpelling { return around(name, what, "", false) }

// word stands for any server.
func word(name, text string) idSpelling {
	return idSpelling{"word-" + name, func(_, _ string) string { return text }, false}
}

func words(list ...string) []idSpelling {
	var all []idSpelling
	for _, text := range list {
		all = append(all, word(text, text))
	}
	return all
}

func oneCapital(id, _ string) string {
	i := strings.IndexAny(id, "abcdef")
	if i < 0 {
		return id
	}
	return id[:i] + strings.ToUpper(id[i:i+1]) + id[i+1:]
}

// hyphensElsewhere puts a hyphen after every four digits.
func hyphensElsewhere(id, _ string) string {
	var groups []string
	for group := range slices.Chunk([]byte(strings.ReplaceAll(id, "-", "")), 4) {
		groups = append(groups, string(group))
	}
	return strings.Join(groups, "-")
}

// ofUUID writes the number that an ID is; the ID itself where it is no UUID.
func ofUUID(id string, write func([]byte) string) string {
	b, err := hex.DecodeString(strings.ReplaceAll(id, "-", ""))
	if err != nil || len(b) != 16 {
		return id
	}
	return write(b)
}

// guid is a UUID in the byte order of Windows.
func guid(b []byte) string {
	slices.Reverse(b[0:4])
	slices.Reverse(b[4:6])
	slices.Reverse(b[6:8])
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// encodedTwice percent-encodes every character, and the percent signs of that.
func encodedTwice(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&b, "%%25%02X", c)
	}
	return b.String()
}

// fullWidth is a character as it is written among Chinese ones: U+FF11 for 1.
func fullWidth(c byte) string {
	var b strings.Builder
	for _, unit := range []byte(string(rune(c) - '!' + '！')) {
		fmt.Fprintf(&b, "%%%02X", unit)
	}
	return b.String()
}

// overlong is a character in two bytes of UTF-8, which is not UTF-8.
func overlong(c byte) string { return fmt.Sprintf("%%%02X%%%02X", 0xC0|c>>6, 0x80|c&0x3F) }

// anotherDigit is another hexadecimal digit.
func anotherDigit(c byte) string {
	if c == '7' {
		return "8"
	}
	return "7"
}
