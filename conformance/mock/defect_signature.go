package mock

import (
	"crypto/hmac"
	"crypto/md5"  //nolint:gosec // a careless server's choice
	"crypto/sha1" //nolint:gosec // a careless server's choice
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// signatureDefects accept signatures of another message, with another key or digest, or in another form.
// All of them accept right signatures as well.
var signatureDefects = []Defect{
	alsoSigned("timestamp-unsigned", "does not sign the timestamp", func(p *forge.Parts) { p.Timestamp = "" }),
	alsoSigned("timestamp-seconds-signed", "signs the timestamp cut to seconds", func(p *forge.Parts) {
		p.Timestamp = p.Timestamp[:min(10, len(p.Timestamp))]
	}),
	alsoSigned("access-key-unsigned", "does not sign the access key", func(p *forge.Parts) { p.AccessKey = "" }),
	alsoSigned("client-type-lower-signed", "signs the client type in lower case", func(p *forge.Parts) {
		p.ClientType = strings.ToLower(p.ClientType)
	}),
	alsoSigned("method-lower-signed", "signs the method in lower case", func(p *forge.Parts) { p.Method = strings.ToLower(p.Method) }),
	alsoSigned("port-unsigned", "signs the host without its port", func(p *forge.Parts) {
		changeURL(p, func(u *url.URL) { u.Host = u.Hostname() })
	}),
	alsoSigned("slash-appended", "signs the path with a slash at its end", func(p *forge.Parts) { p.URL += "/" }),
	alsoSigned("server-unsigned", "signs the path up to the volume", func(p *forge.Parts) {
		p.URL, _, _ = strings.Cut(p.URL, "/servers/")
	}),
	alsoSigned("url-decoded-signed", "signs the decoded URL", func(p *forge.Parts) {
		if decoded, err := url.PathUnescape(p.URL); err == nil {
			p.URL = decoded
		}
	}),
	alsoSigned("url-encoded-twice", "signs the URL encoded once more", func(p *forge.Parts) {
		p.URL = strings.ReplaceAll(p.URL, "%", "%25")
	}),
	alsoSigned("newline-joined", "signs the parts on a line each", func(p *forge.Parts) {
		for _, part := range []*string{&p.Method, &p.URL, &p.Timestamp, &p.AccessKey} {
			*part += "\n"
		}
	}),
	alsoSigned("url-first", "signs the URL before the method", func(p *forge.Parts) { p.Method, p.URL = p.URL, p.Method }),
	alsoSigned("timestamp-before-url", "signs the timestamp before the URL", func(p *forge.Parts) { p.URL, p.Timestamp = p.Timestamp, p.URL }),
	alsoSigned("account-behind", "signs the account ID at the end", func(p *forge.Parts) { p.AccountID, p.ClientType = p.ClientType, p.AccountID }),
	alsoSigned("secret-cut", "cuts the secret key after 20 characters", func(p *forge.Parts) { p.Secret = p.Secret[:min(20, len(p.Secret))] }),
	alsoSigned("query-names-signed", "signs the names of a query alone", func(p *forge.Parts) {
		path, query, _ := strings.Cut(p.URL, "?")
		var names []string
		for parameter := range strings.SplitSeq(query, "&") {
			name, _, _ := strings.Cut(parameter, "=")
			names = append(names, name)
		}
		p.URL = path + "?" + strings.Join(names, "&")
	}),
	alsoSigned("secret-access-key", "takes the access key for the secret key", func(p *forge.Parts) { p.Secret = p.AccessKey }),
	alsoSigned("secret-upper", "takes the secret key in upper case", func(p *forge.Parts) { p.Secret = strings.ToUpper(p.Secret) }),
	alsoSigned("secret-half", "takes the first half of the secret key", func(p *forge.Parts) { p.Secret = p.Secret[:len(p.Secret)/2] }),
	alsoSigned("secret-encoded", "takes the secret key in base64", func(p *forge.Parts) {
		p.Secret = base64.StdEncoding.EncodeToString([]byte(p.Secret))
	}),
	signedElsewhere("forwarded-host-signed", "X-Forwarded-Host", "signs the host of X-Forwarded-Host", func(p *forge.Parts, value string) {
		changeURL(p, func(u *url.URL) { u.Host = value })
	}),
	signedElsewhere("forwarded-proto-signed", "X-Forwarded-Proto", "signs the scheme of X-Forwarded-Proto", func(p *forge.Parts, value string) {
		changeURL(p, func(u *url.URL) { u.Scheme = value })
	}),
	signedElsewhere("date-signed", "X-Date", "signs X-Date for the timestamp", func(p *forge.Parts, value string) { p.Timestamp = value }),
	letsIn("signature-elsewhere", "reads the signature of X-Signature, if there is one", func(c *call) bool {
		p, known := c.parts()
		return known && p.Signature() == c.request.Header.Get("X-Signature")
	}),

	digested("digest-sha1", "accepts HMAC-SHA1", keyed(sha1.New)),
	digested("digest-sha512", "accepts HMAC-SHA512", keyed(sha512.New)),
	digested("digest-md5", "accepts HMAC-MD5", keyed(md5.New)),
	digested("digest-unkeyed", "accepts the SHA-256 of the message", func(p forge.Parts) []byte {
		sum := sha256.Sum256([]byte(p.Message()))
		return sum[:]
	}),
	digested("digest-appended", "accepts the SHA-256 of the message and the secret key", func(p forge.Parts) []byte {
		sum := sha256.Sum256([]byte(p.Message() + p.Secret))
		return sum[:]
	}),

	alsoWritten("signature-start-compared", "compares the first eight characters of a signature", func(sum []byte, got string) bool {
		const compared = 8
		return len(got) >= compared && strings.HasPrefix(base64.StdEncoding.EncodeToString(sum), got[:compared])
	}),
	alsoWritten("signature-end-ignored", "compares all but the last four characters of a signature", func(sum []byte, got string) bool {
		want := base64.StdEncoding.EncodeToString(sum)
		return len(got) == len(want) && got[:len(got)-4] == want[:len(want)-4]
	}),
	alsoWritten("signature-middle-ignored", "leaves one character in the middle of a signature out", func(sum []byte, got string) bool {
		const i = 21
		want := base64.StdEncoding.EncodeToString(sum)
		return len(got) == len(want) && got[:i] == want[:i] && got[i+1:] == want[i+1:]
	}),
	alsoWritten("signature-spare-bits", "decodes a signature whatever its spare bits", func(sum []byte, got string) bool {
		decoded, err := base64.StdEncoding.DecodeString(got)
		return err == nil && hmac.Equal(decoded, sum)
	}),
	alsoWritten("signature-part", "accepts any part of a signature", func(sum []byte, got string) bool {
		return strings.Contains(base64.StdEncoding.EncodeToString(sum), got)
	}),
	alsoWritten("signature-any-of", "accepts a list with the right signature in it", func(sum []byte, got string) bool {
		return slices.Contains(strings.Split(strings.ReplaceAll(got, " ", ""), ","), base64.StdEncoding.EncodeToString(sum))
	}),
	alsoWritten("signature-quoted", "takes quotation marks off a signature", func(sum []byte, got string) bool {
		return strings.Trim(got, `"`) == base64.StdEncoding.EncodeToString(sum)
	}),
	alsoWritten("signature-last-word", "takes the last word of a signature", func(sum []byte, got string) bool {
		return got[strings.LastIndexByte(got, ' ')+1:] == base64.StdEncoding.EncodeToString(sum)
	}),
	alsoWritten("signature-encoded", "accepts a signature with percent signs", func(sum []byte, got string) bool {
		decoded, err := url.PathUnescape(got)
		return err == nil && decoded == base64.StdEncoding.EncodeToString(sum)
	}),
	alsoWritten("signature-hex-encoded", "accepts the base64 of the hexadecimal signature", func(sum []byte, got string) bool {
		return got == base64.StdEncoding.EncodeToString([]byte(hex.EncodeToString(sum)))
	}),
	alsoWritten("signature-null", "takes null for no need of a signature", func(_ []byte, got string) bool { return got == "null" }),
	alsoWritten("signature-zeros", "accepts 32 bytes of zeros", func(_ []byte, got string) bool {
		return got == base64.StdEncoding.EncodeToString(make([]byte, sha256.Size))
	}),
}

// changeURL changes the URL that is signed.
func changeURL(p *forge.Parts, change func(*url.URL)) {
	if u, err := url.Parse(p.URL); err == nil {
		change(u)
		p.URL = u.String()
	}
}

// signedElsewhere is a defect that signs what a header says, if the request has it.
func signedElsewhere(name, header, summary string, change func(p *forge.Parts, value string)) Defect {
	return letsIn(name, summary, func(c *call) bool {
		value := c.request.Header.Get(header)
		return value != "" && badSignature(c.refused) && c.signedWith(func(p *forge.Parts) { change(p, value) })
	})
}

// digested is a defect that accepts another digest, too.
func digested(name, summary string, sum func(forge.Parts) []byte) Defect {
	return letsIn(name, summary, func(c *call) bool {
		p, known := c.parts()
		return known && c.request.Header.Get(signing.HeaderSignature) == base64.StdEncoding.EncodeToString(sum(p))
	})
}

// keyed is an HMAC.
func keyed(digest func() hash.Hash) func(forge.Parts) []byte {
	return func(p forge.Parts) []byte {
		mac := hmac.New(digest, []byte(p.Secret))
		mac.Write([]byte(p.Message()))
		return mac.Sum(nil)
	}
}

// openFor is a defect that checks no signature of some requests.
func openFor(name, summary string, when func(*http.Request) bool) Defect {
	return letsIn(name, summary, func(c *call) bool { return when(c.request) })
}
