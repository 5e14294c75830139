package cases

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// How a signature is written.
var authEncoding = conformance.Clause{
	ID: "AUTH-SIGNATURE-ENCODING", Source: conformance.SDK, Text: "The signature is padded base64 in the standard alphabet.",
}

// characterNegatives are right signatures but for a few characters: each one counts.
func characterNegatives() family {
	var list []negative
	add := func(name, about string, write func(string) string) {
		list = append(list, negative{name: name, about: about, clause: authSignature, ways: []alteration{rewritten(write)}})
	}
	for i := range base64.StdEncoding.EncodedLen(sha256.Size) {
		add(fmt.Sprintf("character-%02d", i+1), fmt.Sprintf("a signature with another character %d", i+1), func(right string) string {
			return right[:i] + string(otherCharacter(right[i])) + right[i+1:]
		})
	}
	add("spare-bits", "a signature whose last character has other spare bits", spareBits)
	add("first-missing", "a signature without its first character", func(s string) string { return s[1:] })
	add("last-missing", "a signature without its last characters", func(s string) string { return strings.TrimRight(s, "=")[:len(s)-2] })
	add("first-half", "the first half of a signature", func(s string) string { return s[:len(s)/2] })
	add("second-half", "the second half of a signature", func(s string) string { return s[len(s)/2:] })
	add("first-four", "the first four characters of a signature", func(s string) string { return s[:4] })
	add("first-one", "the first character of a signature", func(s string) string { return s[:1] })
	add("middle", "the middle of a signature", func(s string) string { return s[len(s)/4 : len(s)*3/4] })
	add("first-eight-right", "a signature of which the first eight characters are right", func(s string) string {
		return s[:8] + wrongSignature[8:]
	})
	add("last-eight-right", "a signature of which the last eight characters are right", func(s string) string {
		return wrongSignature[:len(s)-8] + s[len(s)-8:]
	})
	add("longer", "a signature with something behind it", func(s string) string { return s + "AAAA" })
	add("longer-by-one", "a signature with a character behind it", func(s string) string { return s + "A" })
	add("longer-in-front", "a signature with something in front of it", func(s string) string { return "AAAA" + s })
	add("twice", "a signature twice in one value", func(s string) string { return s + s })
	add("reversed", "a signature backwards", reversed)
	add("rotated", "a signature with its first character at the end", func(s string) string { return s[1:] + s[:1] })
	return family{
		name: "signature-characters", what: "a signature with any wrong character", negatives: list,
		attached: []string{"character-01", "character-22", "character-43", "spare-bits", "first-half", "longer"},
	}
}

// wrongSignature is one that no request has.
var wrongSignature = base64.StdEncoding.EncodeToString([]byte("this signature is of no request."))

// base64Alphabet is the standard one.
const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// otherCharacter is one that differs in the highest bit of the six: a comparison of bytes sees it, too.
func otherCharacter(c byte) byte {
	i := strings.IndexByte(base64Alphabet, c)
	if i < 0 { // the padding
		return 'A'
	}
	return base64Alphabet[i^32]
}

// spareBits sets one of the two bits that stand for nothing: a lenient decoder makes the same of it.
func spareBits(right string) string {
	last := len(right) - 2
	return right[:last] + string(base64Alphabet[strings.IndexByte(base64Alphabet, right[last])^1]) + right[last+1:]
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// spellingNegatives are right signatures, written in another way than base64 of the standard alphabet.
func spellingNegatives() family {
	var list []negative
	add := func(name, about string, write func(sum []byte) string) {
		list = append(list, negative{name: name, about: about, clause: authEncoding, ways: []alteration{
			func(t *conformance.Trial, req *http.Request) {
				req.Header.Set(signing.HeaderSignature, write(forge.Of(req, t.Credentials().SecretKey.Reveal()).Sum()))
			},
		}})
	}
	around := func(name, about, before, after string) {
		add(name, about, func(sum []byte) string { return before + standard(sum) + after })
	}
	add("hex", "a signature in hexadecimal", hex.EncodeToString)
	add("hex-upper", "a signature in hexadecimal, in upper case", func(sum []byte) string { return strings.ToUpper(hex.EncodeToString(sum)) })
	add("hex-prefixed", "a signature in hexadecimal, with 0x", func(sum []byte) string { return "0x" + hex.EncodeToString(sum) })
	add("hex-in-base64", "a signature in base64 of hexadecimal", func(sum []byte) string { return standard([]byte(hex.EncodeToString(sum))) })
	add("base64-twice", "a signature in base64 of base64", func(sum []byte) string { return standard([]byte(standard(sum))) })
	add("unpadded", "a signature without its padding", base64.RawStdEncoding.EncodeToString)
	add("padded-more", "a signature with more padding", func(sum []byte) string { return standard(sum) + "=" })
	add("case", "a signature in other letter case", func(sum []byte) string { return swapCase(standard(sum)) })
	add("lower", "a signature in lower case", func(sum []byte) string { return strings.ToLower(standard(sum)) })
	add("upper", "a signature in upper case", func(sum []byte) string { return strings.ToUpper(standard(sum)) })
	add("percent-encoded", "a signature with percent signs", func(sum []byte) string { return url.QueryEscape(standard(sum)) })
	add("bytes-reversed", "a signature of the bytes backwards", func(sum []byte) string { return standard([]byte(reversed(string(sum)))) })
	around("quoted", "a signature in quotation marks", `"`, `"`)
	around("single-quoted", "a signature in single quotation marks", `'`, `'`)
	around("bracketed", "a signature in angle brackets", "<", ">")
	around("in-array", "a signature in a JSON array", `["`, `"]`)
	around("scheme-signature", "Signature and a signature", "Signature ", "")
	around("scheme-hmac", "HMAC and a signature", "HMAC ", "")
	around("scheme-hmac-sha256", "HmacSHA256 and a signature", "HmacSHA256 ", "")
	around("scheme-bearer", "Bearer and a signature", "Bearer ", "")
	around("assigned", "signature= and a signature", "signature=", "")
	around("version-prefix", "v1= and a signature", "v1=", "")
	around("semicolon", "a signature and a semicolon", "", ";")
	around("list-first", "a list, first the right signature and then another", "", ", "+wrongSignature)
	around("list-last", "a list, first another signature and then the right one", wrongSignature+", ", "")
	around("list-tight", "a list without blanks, first another signature and then the right one", wrongSignature+",", "")
	around("list-empty", "a list of the right signature and nothing", "", ",")
	around("words", "another signature, a blank and the right one", wrongSignature+" ", "")
	add("blank-inside", "a signature with a blank in it", func(sum []byte) string { return standard(sum)[:20] + " " + standard(sum)[20:] })
	add("tab-inside", "a signature with a tab in it", func(sum []byte) string { return standard(sum)[:20] + "\t" + standard(sum)[20:] })
	add("hyphen-inside", "a signature with a hyphen in it", func(sum []byte) string { return standard(sum)[:20] + "-" + standard(sum)[20:] })
	list = append(list, negative{
		name: "url-safe", about: "a signature in the URL-safe alphabet", clause: authEncoding,
		ways: []alteration{func(t *conformance.Trial, req *http.Request) {
			sum := withBothAlphabets(t, req).Sum()
			req.Header.Set(signing.HeaderSignature, base64.URLEncoding.EncodeToString(sum))
		}},
	}, negative{
		name: "plus-as-blank", about: "a signature with blanks for its plus signs", clause: authEncoding,
		ways: []alteration{func(t *conformance.Trial, req *http.Request) {
			sum := withBothAlphabets(t, req).Sum()
			req.Header.Set(signing.HeaderSignature, strings.ReplaceAll(standard(sum), "+", " "))
		}},
	})
	return family{
		name: "signature-spelling", what: "a correct signature in any encoding but padded standard base64", negatives: list,
		attached: []string{"hex", "url-safe", "unpadded", "case", "list-last", "scheme-signature"},
	}
}

// withBothAlphabets dates a request back until its signature has a + inside: the two alphabets differ in that
// and one other character of 64.
func withBothAlphabets(t *conformance.Trial, req *http.Request) forge.Parts {
	for back := range 1000 {
		parts := forge.Of(req, t.Credentials().SecretKey.Reveal())
		if strings.Contains(strings.Trim(parts.Signature(), "+"), "+") {
			return parts
		}
		at(t, req, t.Now().UnixMilli()-int64(back))
	}
	return forge.Of(req, t.Credentials().SecretKey.Reveal())
}

func standard(sum []byte) string { return base64.StdEncoding.EncodeToString(sum) }

// nothingNegatives are signatures that careless code takes for none, or for any.
func nothingNegatives() family {
	var list []negative
	add := func(name, value string) {
		about := "the signature " + value
		if len(value) > 50 {
			about = fmt.Sprintf("a signature of %d characters", len(value))
		}
		list = append(list, negative{name: name, about: about, clause: authSignature, ways: []alteration{header(signing.HeaderSignature, value)}})
	}
	for _, word := range []string{"null", "undefined", "nil", "None", "none", "0", "1", "-1", "true", "false", "NaN", "test", "admin", "skip"} {
		add("word-"+slug(word), word)
	}
	add("asterisk", "*")
	add("percent", "%")
	add("question-mark", "?")
	add("pattern", ".*")
	add("padding", "=")
	add("padding-alone", "====")
	add("exclamation", "!")
	add("quotes", `""`)
	add("array", "[]")
	add("object", "{}")
	add("injection", "' OR '1'='1")
	add("zeros", standard(make([]byte, sha256.Size)))
	add("ones", standard([]byte(strings.Repeat("\xff", sha256.Size))))
	add("of-nothing", standard(hashed("")))
	add("other", wrongSignature)
	add("equals", strings.Repeat("=", 44))
	add("long", strings.Repeat("A", 4<<10))
	list = append(list, negative{
		name: "access-key", about: "the access key for a signature", clause: authSignature,
		ways: []alteration{func(t *conformance.Trial, req *http.Request) {
			req.Header.Set(signing.HeaderSignature, t.Credentials().AccessKey)
		}},
	}, negative{
		name: "timestamp", about: "the timestamp for a signature", clause: authSignature,
		ways: []alteration{func(_ *conformance.Trial, req *http.Request) {
			req.Header.Set(signing.HeaderSignature, req.Header.Get(signing.HeaderTimestamp))
		}},
	})
	return family{
		name: "signature-nothing", what: "a placeholder in place of a signature", negatives: list,
		attached: []string{"word-null", "word-0", "asterisk", "exclamation", "zeros", "access-key"},
	}
}

func hashed(message string) []byte {
	sum := sha256.Sum256([]byte(message))
	return sum[:]
}
