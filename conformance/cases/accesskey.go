package cases

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// accessKeyNegatives are access keys that are not the one of the secret key. Careless code that takes one for
// the right one checks a signature of the key that was sent, or of the one that it found: each is signed in
// both ways. Code that has an empty secret key for an unknown access key is asked with the words.
func accessKeyNegatives() family {
	var list []negative
	add := func(name, about string, malformed bool, write func(right string) string) {
		list = append(list, negative{name: name, about: about, clause: authAccessKey, malformed: malformed, ways: []alteration{
			withAccessKey(write, func(*forge.Parts, string) {}),
			withAccessKey(write, func(p *forge.Parts, right string) { p.AccessKey = right }),
		}})
	}
	near := func(name, about string, write func(right string) string) { add(name, about, false, write) }
	odd := func(name, about string, write func(right string) string) { add(name, about, true, write) }

	unknown := func(string) string { return strings.Repeat("0123456789abcdef", 2) }
	list = append(list, negative{name: "unknown", about: "an unknown access key", clause: authAccessKey, ways: []alteration{
		withAccessKey(unknown, func(*forge.Parts, string) {}),
		withAccessKey(unknown, func(p *forge.Parts, _ string) { p.Secret = "" }),
		withAccessKey(unknown, func(p *forge.Parts, _ string) { p.Secret = p.AccessKey }),
	}})
	near("lower", "an access key in lower case", strings.ToLower)
	near("upper", "an access key in upper case", strings.ToUpper)
	near("swapped-case", "an access key in other letter case", swapCase)
	near("first-missing", "an access key without its first character", func(s string) string { return s[1:] })
	near("last-missing", "an access key without its last character", func(s string) string { return s[:len(s)-1] })
	near("first-half", "the first half of an access key", func(s string) string { return s[:len(s)/2] })
	near("first-one", "the first character of an access key", func(s string) string { return s[:1] })
	near("middle", "the middle of an access key", func(s string) string { return s[len(s)/4 : len(s)*3/4] })
	near("longer", "an access key with a character behind it", func(s string) string { return s + "x" })
	near("longer-in-front", "an access key with a character in front of it", func(s string) string { return "x" + s })
	near("twice", "an access key twice in one value", func(s string) string { return s + s })
	near("last-other", "an access key with another last character", func(s string) string { return s[:len(s)-1] + otherLetter(s[len(s)-1]) })
	near("first-other", "an access key with another first character", func(s string) string { return otherLetter(s[0]) + s[1:] })
	near("reversed", "an access key backwards", reversed)
	near("letters-alone", "the letters and digits of an access key", func(s string) string {
		return strings.NewReplacer("-", "", "_", "", ".", "").Replace(s)
	})
	near("base64", "an access key in base64", func(s string) string { return standard([]byte(s)) })
	near("zeros-in-front", "an access key with zeros in front of it", func(s string) string { return "00" + s })
	for _, word := range []string{"null", "undefined", "None", "0", "true", "admin", "root", "guest", "anonymous", "test", "Openapi"} {
		list = append(list, negative{name: "word-" + slug(word), about: "the access key " + word, clause: authAccessKey, ways: []alteration{
			withAccessKey(func(string) string { return word }, func(*forge.Parts, string) {}),
			withAccessKey(func(string) string { return word }, func(p *forge.Parts, _ string) { p.Secret = "" }),
		}})
	}

	odd("any-percent", "the access key %", func(string) string { return "%" })
	odd("any-asterisk", "the access key *", func(string) string { return "*" })
	odd("any-pattern", "the access key .*", func(string) string { return ".*" })
	odd("start-percent", "the start of an access key and %", func(s string) string { return s[:len(s)/2] + "%" })
	odd("start-asterisk", "the start of an access key and *", func(s string) string { return s[:len(s)/2] + "*" })
	odd("start-pattern", "the start of an access key and .*", func(s string) string { return s[:len(s)/2] + ".*" })
	odd("end-percent", "% and the end of an access key", func(s string) string { return "%" + s[len(s)/2:] })
	odd("underscore", "an access key with _ for its last character", func(s string) string { return s[:len(s)-1] + "_" })
	odd("question-mark", "an access key with ? for its last character", func(s string) string { return s[:len(s)-1] + "?" })
	odd("dot", "an access key with . for its last character", func(s string) string { return s[:len(s)-1] + "." })
	odd("list-first", "a list, first the right access key and then another", func(s string) string { return s + ",x" })
	odd("list-last", "a list, first another access key and then the right one", func(s string) string { return "x," + s })
	odd("list-blank", "another access key, a blank and the right one", func(s string) string { return "x " + s })
	odd("words", "an access key, a blank and another word", func(s string) string { return s + " x" })
	odd("semicolon", "an access key and a semicolon", func(s string) string { return s + ";x" })
	odd("slash", "an access key and a path", func(s string) string { return s + "/x" })
	odd("credential", "an access key as a credential of another service", func(s string) string { return "Credential=" + s })
	odd("colon", "an access key, a colon and something", func(s string) string { return s + ":x" })
	odd("quoted", "an access key in quotation marks", func(s string) string { return `"` + s + `"` })
	odd("single-quoted", "an access key in single quotation marks", func(s string) string { return "'" + s + "'" })
	odd("array", "an access key in a JSON array", func(s string) string { return `["` + s + `"]` })
	odd("blank-inside", "an access key with a blank in it", func(s string) string { return s[:1] + " " + s[1:] })
	odd("comment", "an access key and the start of a comment in SQL", func(s string) string { return s + "' --" })
	odd("injection", "an access key that is always true in SQL", func(s string) string { return s + "' OR '1'='1" })
	odd("injection-any", "an access key of SQL alone", func(string) string { return "' OR '1'='1" })
	odd("injection-double", "an access key that is always true in SQL, in double quotes", func(string) string { return `" OR ""="` })
	odd("ldap", "an access key that matches all in LDAP", func(string) string { return "*)(uid=*" })
	odd("operator", "an access key that is an operator of a query", func(string) string { return `{"$ne":null}` })
	odd("percent-encoded", "an access key with percent signs", func(s string) string { return fmt.Sprintf("%%%02X", s[0]) + s[1:] })
	odd("query-encoded", "an access key encoded for a query, with a blank behind it", func(s string) string { return url.QueryEscape(s) + "%20" })
	odd("nul", "an access key and an encoded zero byte", func(s string) string { return s + "%00" })
	odd("korean", "an access key with a Korean letter behind it", func(s string) string { return s + "키" })
	odd("backslash", "an access key and a backslash", func(s string) string { return s + `\` })
	list = append(list, accessKeysElsewhere()...)
	return family{
		name: "access-key", what: "an access key that does not belong to the secret key", negatives: list,
		attached: []string{"unknown", "upper", "last-missing", "longer", "first-half", "word-null", "word-admin"},
	}
}

// withAccessKey writes an access key in another way than the right one, and signs the request with a change to
// what is signed, which gets the right one.
func withAccessKey(write func(right string) string, change func(p *forge.Parts, right string)) alteration {
	return func(t *conformance.Trial, req *http.Request) {
		right := t.Credentials().AccessKey
		req.Header.Set(signing.HeaderAccessKey, write(right))
		t.Resign(req, func(p *forge.Parts) { change(p, right) })
	}
}

// accessKeysElsewhere are right access keys in a header of another name, correctly signed.
func accessKeysElsewhere() []negative {
	var list []negative
	for _, h := range []struct{ name, header string }{
		{"scp-access-key", "Scp-Access-Key"},
		{"x-access-key", "X-Access-Key"},
		{"x-scp-access-key", "X-Scp-Accesskey"},
		{"account-id", signing.HeaderAccountID},
	} {
		in := func(account bool) alteration {
			return func(t *conformance.Trial, req *http.Request) {
				right := t.Credentials().AccessKey
				delete(req.Header, signing.HeaderAccessKey)
				req.Header.Set(h.header, right)
				t.Resign(req, func(p *forge.Parts) {
					p.AccessKey = right
					if !account {
						p.AccountID = ""
					}
				})
			}
		}
		n := negative{
			name: "in-" + h.name, about: "the access key in " + h.header + ", and no Scp-Accesskey", clause: authAccessKey,
			ways: []alteration{in(true)},
		}
		if h.header == signing.HeaderAccountID { // which is then signed twice, or taken for the key alone
			n.ways = append(n.ways, in(false))
		}
		list = append(list, n)
	}
	return list
}

// otherLetter is a letter that is not this one.
func otherLetter(c byte) string {
	if c == 'x' {
		return "y"
	}
	return "x"
}
