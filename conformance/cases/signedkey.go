package cases

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // a wrong digest
	"crypto/sha1" //nolint:gosec // a wrong digest
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"hash/crc32"
	"net/http"
	"net/url"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// What the message is signed with.
var authSecret = conformance.Clause{
	ID: "AUTH-SIGNATURE-SECRET", Source: conformance.SDK, Text: "The signature is an HMAC-SHA256, keyed with the secret key that belongs to the access key.",
}

// digestNegatives are signatures of the right message, made with another function than HMAC-SHA256.
func digestNegatives() family {
	var list []negative
	add := func(name, about string, digest func(message, secret string) []byte) {
		list = append(list, negative{name: name, about: "a signature made with " + about, clause: authSecret, ways: []alteration{
			func(t *conformance.Trial, req *http.Request) {
				parts := forge.Of(req, t.Credentials().SecretKey.Reveal())
				req.Header.Set(signing.HeaderSignature, standard(digest(parts.Message(), parts.Secret)))
			},
		}})
	}
	for _, d := range []struct {
		name, about string
		digest      func() hash.Hash
	}{
		{"md5", "MD5", md5.New},
		{"sha1", "SHA-1", sha1.New},
		{"sha224", "SHA-224", sha256.New224},
		{"sha384", "SHA-384", sha512.New384},
		{"sha512", "SHA-512", sha512.New},
		{"sha512-256", "SHA-512/256", sha512.New512_256},
	} {
		add("hmac-"+d.name, "HMAC of "+d.about, func(message, secret string) []byte { return keyed(d.digest, secret, message) })
	}
	add("sha256", "SHA-256 of the message alone", func(message, _ string) []byte { return hashed(message) })
	add("secret-first", "SHA-256 of the secret key and the message", func(message, secret string) []byte { return hashed(secret + message) })
	add("secret-last", "SHA-256 of the message and the secret key", func(message, secret string) []byte { return hashed(message + secret) })
	add("secret-around", "SHA-256 of the message between two secret keys", func(message, secret string) []byte {
		return hashed(secret + message + secret)
	})
	add("sha1-secret-first", "SHA-1 of the secret key and the message", func(message, secret string) []byte {
		sum := sha1.Sum([]byte(secret + message)) //nolint:gosec // a wrong digest
		return sum[:]
	})
	add("md5-secret-last", "MD5 of the message and the secret key", func(message, secret string) []byte {
		sum := md5.Sum([]byte(message + secret)) //nolint:gosec // a wrong digest
		return sum[:]
	})
	add("crc32", "CRC-32 of the message", func(message, _ string) []byte {
		return binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE([]byte(message)))
	})
	add("plain", "the message itself", func(message, _ string) []byte { return []byte(message) })
	add("swapped", "the message for a key", func(message, secret string) []byte { return keyed(sha256.New, message, secret) })
	add("of-hash", "HMAC-SHA256 of the hash of the message", func(message, secret string) []byte {
		return keyed(sha256.New, secret, string(hashed(message)))
	})
	add("hashed", "the hash of HMAC-SHA256", func(message, secret string) []byte {
		return hashed(string(keyed(sha256.New, secret, message)))
	})
	add("cut", "the first 16 bytes of HMAC-SHA256", func(message, secret string) []byte { return keyed(sha256.New, secret, message)[:16] })
	return family{
		name: "signature-digest", what: "a signature made with a function other than HMAC-SHA256", negatives: list,
		attached: []string{"hmac-sha1", "sha256", "secret-last"},
	}
}

func keyed(digest func() hash.Hash, key, message string) []byte {
	mac := hmac.New(digest, []byte(key))
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

// secretNegatives are signatures made with what is not the secret key, but that careless code takes for it or
// makes of it.
func secretNegatives() family {
	var list []negative
	add := func(name, about string, key func(secret, accessKey string) string) {
		list = append(list, negative{name: name, about: "a signature made with " + about, clause: authSecret, ways: []alteration{
			forged(func(p *forge.Parts) { p.Secret = key(p.Secret, p.AccessKey) }),
		}})
	}
	derive := func(name, about string, key func(secret string) string) {
		add(name, about, func(secret, _ string) string { return key(secret) })
	}
	derive("other", "another secret key", func(s string) string { return s + "x" })
	derive("other-length-kept", "a secret key with another last character", func(s string) string { return s[:len(s)-1] + otherLetter(s[len(s)-1]) })
	derive("other-start", "a secret key with another first character", func(s string) string { return otherLetter(s[0]) + s[1:] })
	derive("empty", "an empty secret key", func(string) string { return "" })
	derive("first-missing", "a secret key without its first character", func(s string) string { return s[1:] })
	derive("last-missing", "a secret key without its last character", func(s string) string { return s[:len(s)-1] })
	derive("first-half", "the first half of the secret key", func(s string) string { return s[:len(s)/2] })
	derive("second-half", "the second half of the secret key", func(s string) string { return s[len(s)/2:] })
	for _, n := range []int{16, 20, 32} {
		derive(fmt.Sprintf("first-%d", n), fmt.Sprintf("the first %d characters of the secret key", n), func(s string) string { return s[:min(n, len(s))] })
	}
	for _, c := range []struct{ name, at string }{{"slash", "/"}, {"plus", "+"}, {"equals", "="}, {"dot", "."}} {
		derive("cut-at-"+c.name, "the secret key up to its first "+c.at, func(s string) string {
			start, _, _ := strings.Cut(s, c.at)
			return start
		})
	}
	derive("twice", "the secret key twice", func(s string) string { return s + s })
	derive("lower", "the secret key in lower case", strings.ToLower)
	derive("upper", "the secret key in upper case", strings.ToUpper)
	derive("swapped-case", "the secret key in other letter case", swapCase)
	derive("reversed", "the secret key backwards", reversed)
	derive("letters-alone", "the letters and digits of the secret key", func(s string) string {
		return strings.Map(func(r rune) rune {
			if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
				return r
			}
			return -1
		}, s)
	})
	derive("base64", "the secret key in base64", func(s string) string { return standard([]byte(s)) })
	derive("base64-decoded", "the secret key, decoded from base64", func(s string) string {
		decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(s, "="))
		if err != nil {
			return s
		}
		return string(decoded)
	})
	derive("hex", "the secret key in hexadecimal", func(s string) string { return hex.EncodeToString([]byte(s)) })
	derive("hex-decoded", "the secret key, decoded from hexadecimal", func(s string) string {
		decoded, err := hex.DecodeString(s)
		if err != nil {
			return s
		}
		return string(decoded)
	})
	derive("percent-encoded", "the secret key with percent signs", url.QueryEscape)
	derive("percent-decoded", "the secret key without percent signs", func(s string) string { return decodedBy(url.PathUnescape, s) })
	derive("query-decoded", "the secret key, decoded as in a query, with a blank for +", func(s string) string {
		return decodedBy(url.QueryUnescape, s)
	})
	derive("hashed", "the hash of the secret key", func(s string) string { return string(hashed(s)) })
	derive("hashed-hex", "the hash of the secret key in hexadecimal", func(s string) string { return hex.EncodeToString(hashed(s)) })
	derive("newline", "the secret key and a line end", func(s string) string { return s + "\n" })
	derive("blank", "the secret key and a blank", func(s string) string { return s + " " })
	derive("quoted", "the secret key in quotation marks", func(s string) string { return `"` + s + `"` })
	derive("aws", "AWS4 and the secret key", func(s string) string { return "AWS4" + s })
	add("access-key", "the access key for a secret key", func(_, accessKey string) string { return accessKey })
	add("access-key-behind", "the secret key and the access key", func(s, accessKey string) string { return s + accessKey })
	add("access-key-in-front", "the access key and the secret key", func(s, accessKey string) string { return accessKey + s })
	add("access-key-colon", "the access key, a colon and the secret key", func(s, accessKey string) string { return accessKey + ":" + s })
	for _, word := range []string{"null", "undefined", "None", "nil", "0", "secret", "password", "changeme", "test", "Openapi"} {
		derive("word-"+slug(word), "the secret key "+word, func(string) string { return word })
	}
	return family{
		name: "signature-key", what: "a signature made with a key other than the secret key", negatives: list,
		attached: []string{"other", "empty", "access-key", "first-half", "lower", "word-null"},
	}
}

// decodedBy is a text as a decoder reads it. One that it does not read has blanks for its plus signs at most.
func decodedBy(decode func(string) (string, error), s string) string {
	if plain, err := decode(s); err == nil {
		return plain
	}
	return strings.ReplaceAll(s, "+", " ")
}
