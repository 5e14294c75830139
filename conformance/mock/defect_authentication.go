package mock

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// authenticationDefects accept who should be refused, or refuse who should be accepted.
var authenticationDefects = []Defect{
	letsIn("no-authentication", "accepts everybody", func(*call) bool { return true }),
	letsIn("reads-open", "checks no signature of a GET", func(c *call) bool { return c.request.Method == http.MethodGet }),
	letsIn("attach-open", "checks no signature of an attach", func(c *call) bool { return c.request.Method == http.MethodPost }),
	letsIn("os-volume-open", "checks no signature of a detach of an OS volume", func(c *call) bool {
		_, params := c.server.documents.Newest().Match(c.method, c.path)
		v := c.server.world.volume(params["volume_id"])
		return v != nil && v.Bootable
	}),
	letsIn("one-version-open", "checks no signature in the oldest version", func(c *call) bool {
		return strings.Join(c.version, "") == openapi.Service+" "+c.server.documents.Versions[0].Version.ID.String()
	}),
	letsIn("unversioned-open", "checks no signature of a request without a version", func(c *call) bool { return len(c.version) == 0 }),
	letsIn("odd-path-open", "checks no signature of a path with a percent sign", func(c *call) bool { return strings.Contains(c.path, "%") }),
	letsIn("query-open", "checks no signature of a URL with a query", func(c *call) bool { return strings.Contains(c.request.RequestURI, "?") }),
	letsIn("english-open", "checks no signature of a request in English", func(c *call) bool {
		return strings.HasPrefix(c.request.Header.Get(signing.HeaderLanguage), "en")
	}),
	letsIn("detaching-open", "checks no signature for a volume that is attaching or detaching", func(c *call) bool {
		_, params := c.server.documents.Newest().Match(c.method, c.path)
		v := c.server.world.volume(params["volume_id"])
		return v != nil && (v.state() == StateDetaching || v.state() == StateAttaching)
	}),
	letsIn("now-and-then-open", "checks no signature of every seventh request", func(c *call) bool { return c.number%7 == 0 }),
	ignores("signature-unchecked", "checks that there is a signature, and not which", signing.ReasonBadSignature),
	ignores("access-key-unchecked", "accepts unknown access keys", signing.ReasonUnknownKey),
	ignores("client-type-unchecked", "accepts any client type", signing.ReasonWrongClientType),
	ignores("timestamp-unchecked", "accepts timestamps of any age", signing.ReasonStaleTimestamp),
	ignores("future-unchecked", "accepts timestamps that are any time ahead", signing.ReasonFutureTimestamp),
	ignores("missing-unchecked", "accepts requests that lack a header", signing.ReasonMissingHeader),
	ignores("malformed-unchecked", "accepts requests with malformed headers", signing.ReasonMalformed),
	withoutChecking("access-key-missing", "accepts requests without an access key", signing.HeaderAccessKey),
	withoutChecking("signature-missing", "accepts requests without a signature", signing.HeaderSignature),
	withoutChecking("timestamp-missing", "accepts requests without a timestamp", signing.HeaderTimestamp),
	withoutChecking("client-type-missing", "accepts requests without a client type", signing.HeaderClientType),
	letsIn("last-header", "takes the last value of a repeated header", func(c *call) bool {
		last := c.request.Clone(c.request.Context())
		for name, values := range last.Header {
			last.Header[name] = values[len(values)-1:]
		}
		return c.server.verifier.Verify(last) == nil
	}),
	letsIn("window-wide", "accepts timestamps up to half an hour old", func(c *call) bool {
		return c.server.verifiesWithin(c.request, 6*signing.AssumedMaxSkew)
	}),
	letsIn("seconds", "accepts timestamps in seconds, too", func(c *call) bool {
		const digits = 10 // of Unix time in seconds
		return len(c.request.Header.Get(signing.HeaderTimestamp)) == digits && c.signedWith(nil)
	}),
	alsoSigned("scheme-unsigned", "signs the URL without its scheme", func(p *forge.Parts) {
		p.URL = "https" + strings.TrimPrefix(p.URL, "http")
	}),
	alsoSigned("method-unsigned", "does not sign the method", func(p *forge.Parts) { p.Method = http.MethodGet }),
	alsoSigned("host-unsigned", "signs the path without scheme and host", func(p *forge.Parts) {
		_, rest, _ := strings.Cut(p.URL, "://")
		_, path, _ := strings.Cut(rest, "/")
		p.URL = "/" + path
	}),
	alsoSigned("query-unsigned", "signs the URL without its query", func(p *forge.Parts) { p.URL, _, _ = strings.Cut(p.URL, "?") }),
	alsoSigned("account-unsigned", "does not sign the account ID", func(p *forge.Parts) { p.AccountID = "" }),
	alsoSigned("client-type-unsigned", "does not sign the client type", func(p *forge.Parts) { p.ClientType = "Console" }),
	alsoSigned("secret-empty", "has an empty secret key for every access key", func(p *forge.Parts) { p.Secret = "" }),
	alsoWritten("signature-hex", "accepts signatures in hexadecimal",
		func(sum []byte, got string) bool { return hex.EncodeToString(sum) == got }),
	alsoWritten("signature-url-safe", "accepts signatures in the URL-safe alphabet",
		func(sum []byte, got string) bool { return base64.URLEncoding.EncodeToString(sum) == got }),
	alsoWritten("signature-prefix", "compares as much of a signature as the request has",
		func(sum []byte, got string) bool {
			return strings.HasPrefix(base64.StdEncoding.EncodeToString(sum), got)
		}),
	alsoWritten("signature-any-case", "compares signatures case-insensitively",
		func(sum []byte, got string) bool {
			return strings.EqualFold(base64.StdEncoding.EncodeToString(sum), got)
		}),
	letsIn("access-key-any-case", "looks up access keys case-insensitively", func(c *call) bool {
		for _, known := range c.server.credentials {
			p := forge.Received(c.request, known.SecretKey.Reveal())
			if strings.EqualFold(known.AccessKey, p.AccessKey) && p.Signature() == c.request.Header.Get(signing.HeaderSignature) {
				return true
			}
		}
		return false
	}),
	alsoWritten("signature-unpadded", "accepts signatures without their padding",
		func(sum []byte, got string) bool { return base64.RawStdEncoding.EncodeToString(sum) == got }),
	alsoWritten("signature-start", "accepts anything after a right signature",
		func(sum []byte, got string) bool {
			return strings.HasPrefix(got, base64.StdEncoding.EncodeToString(sum))
		}),
	keepsOut("account-empty-signed", "takes an empty account ID for one", func(c *call) bool {
		return c.request.Header.Values(signing.HeaderAccountID) != nil && c.request.Header.Get(signing.HeaderAccountID) == ""
	}),
	keepsOut("url-decoded", "decodes the URL before it checks what was signed", func(c *call) bool {
		decoded, err := url.PathUnescape(c.path)
		return err == nil && decoded != c.path
	}),
	keepsOut("url-rewritten", "writes percent-encoding in upper case before it checks what was signed", func(c *call) bool {
		return percentEncoded.ReplaceAllStringFunc(c.path, strings.ToUpper) != c.path
	}),
	keepsOut("query-never-signed", "checks the signature of the URL without its query", func(c *call) bool {
		_, query, _ := strings.Cut(c.request.RequestURI, "?")
		return query != ""
	}),
	keepsOut("window-narrow", "refuses timestamps that are more than half a minute old, or ahead", func(c *call) bool {
		return !c.server.verifiesWithin(c.request, 30*time.Second)
	}),
	keepsOut("future-never", "refuses timestamps that are ahead of its clock", func(c *call) bool {
		ahead := c.server.now().Add(time.Second).UnixMilli()
		millis, err := strconv.ParseInt(c.request.Header.Get(signing.HeaderTimestamp), 10, 64)
		return err == nil && millis > ahead
	}),
	letsIn("authenticates-last", "looks for the volume before it authenticates the caller", func(c *call) bool {
		op, params := c.server.documents.Newest().Match(c.method, c.path)
		return op != nil && c.server.world.volume(params["volume_id"]) == nil
	}),
}

var percentEncoded = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// verifiesWithin verifies a request with another limit for the age of timestamps.
func (s *Server) verifiesWithin(r *http.Request, skew time.Duration) bool {
	return signing.NewVerifier(s.credentialsOf, signing.WithVerifierClock(s.now), signing.WithMaxSkew(skew)).Verify(r) == nil
}

// letsIn is a defect that accepts refused requests, when tells which.
func letsIn(name, summary string, when func(*call) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{authenticate: func(c *call) {
		if c.refused != nil && when(c) {
			c.refused = nil
		}
	}}}
}

// keepsOut is a defect that refuses correctly signed requests, when tells which.
func keepsOut(name, summary string, when func(*call) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{authenticate: func(c *call) {
		if c.refused == nil && when(c) {
			c.refused = signing.ReasonBadSignature
		}
	}}}
}

// ignores is a defect that does not refuse for one reason.
func ignores(name, summary string, reason signing.Reason) Defect {
	return letsIn(name, summary, func(c *call) bool { return errors.Is(c.refused, reason) })
}

// withoutChecking is a defect that accepts requests that lack a header.
func withoutChecking(name, summary, header string) Defect {
	return letsIn(name, summary, func(c *call) bool { return len(c.request.Header.Values(header)) == 0 })
}

// alsoSigned is a defect that accepts a signature of changed parts, too.
func alsoSigned(name, summary string, change func(*forge.Parts)) Defect {
	return letsIn(name, summary, func(c *call) bool { return badSignature(c.refused) && c.signedWith(change) })
}

// alsoWritten is a defect that accepts a signature in another form, too.
func alsoWritten(name, summary string, equal func(sum []byte, got string) bool) Defect {
	return letsIn(name, summary, func(c *call) bool {
		got := c.request.Header.Values(signing.HeaderSignature)
		p, known := c.parts()
		return badSignature(c.refused) && known && len(got) == 1 && got[0] != "" && equal(p.Sum(), got[0])
	})
}

// badSignature reports whether a request was refused for its signature alone.
func badSignature(refused error) bool {
	var reason *signing.VerifyError
	return errors.As(refused, &reason) && (reason.Reason == signing.ReasonBadSignature || reason.Header == signing.HeaderSignature)
}

// parts are the parts of the request that are signed, with the secret key of its access key, if it is known.
func (c *call) parts() (forge.Parts, bool) {
	known, found := c.server.credentialsOf(c.request.Header.Get(signing.HeaderAccessKey))
	return forge.Received(c.request, known.SecretKey.Reveal()), found
}

// signedWith reports whether the signature of the request is right for its parts after a change.
func (c *call) signedWith(change func(*forge.Parts)) bool {
	p, known := c.parts()
	if change != nil {
		change(&p)
	}
	return known && p.Signature() == c.request.Header.Get(signing.HeaderSignature)
}
