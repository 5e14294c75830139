package mock

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// authenticationDefects let in who should be kept out. All of them go on letting in who is right.
var authenticationDefects = []Defect{
	{
		Name: "no-authentication", Summary: "lets everybody in",
		CaughtBy: []string{
			"auth-unsigned", "auth-secret-other", "auth-access-key-unknown", "auth-signature-missing",
			"auth-signature-garbage", "auth-timestamp-stale", "auth-attached-secret-other", "form-show-unauthorized",
		},
		fault: fault{letsIn: func(*Server, *http.Request, error) bool { return true }},
	},
	{
		Name: "reads-open", Summary: "checks signatures of what changes something, and of nothing else",
		CaughtBy: []string{"form-show-unauthorized"},
		fault:    fault{letsIn: func(_ *Server, r *http.Request, _ error) bool { return r.Method == http.MethodGet }},
	},
	{
		Name: "attach-open", Summary: "lets everybody attach",
		CaughtBy: []string{"auth-attach-unauthorized"},
		fault:    fault{letsIn: func(_ *Server, r *http.Request, _ error) bool { return r.Method == http.MethodPost }},
	},
	letsIn("signature-unchecked", "checks that there is a signature, and not which", signing.ReasonBadSignature,
		"auth-secret-other", "auth-signature-garbage", "auth-signed-path", "auth-signed-method", "auth-query-added",
		"auth-signed-timestamp", "auth-signed-access-key", "auth-signed-host", "auth-attached-signed-timestamp",
		"auth-signature-case", "auth-attached-signed-path"),
	letsIn("access-key-unchecked", "lets in access keys that it does not know", signing.ReasonUnknownKey,
		"auth-access-key-unknown", "auth-access-key-case", "auth-attached-access-key-unknown"),
	letsIn("client-type-unchecked", "takes any client type", signing.ReasonWrongClientType,
		"auth-client-type-other"),
	letsIn("timestamp-unchecked", "takes timestamps however old", signing.ReasonStaleTimestamp,
		"auth-timestamp-stale", "auth-timestamp-past-window", "auth-timestamp-zero", "auth-attached-timestamp-stale"),
	letsIn("future-unchecked", "takes timestamps however far ahead", signing.ReasonFutureTimestamp,
		"auth-timestamp-future"),
	letsIn("missing-unchecked", "lets in requests that lack a header", signing.ReasonMissingHeader,
		"auth-access-key-missing", "auth-signature-missing", "auth-timestamp-missing", "auth-unsigned", "auth-client-type-missing"),
	letsIn("malformed-unchecked", "lets in requests whose headers are malformed", signing.ReasonMalformed,
		"auth-timestamp-words", "auth-timestamp-negative", "auth-signature-doubled"),
	withoutChecking("access-key-missing", "lets in requests without an access key", signing.HeaderAccessKey, "auth-access-key-missing"),
	withoutChecking("signature-missing", "lets in requests without a signature", signing.HeaderSignature,
		"auth-signature-missing", "auth-attached-signature-missing"),
	withoutChecking("timestamp-missing", "lets in requests without a timestamp", signing.HeaderTimestamp, "auth-timestamp-missing"),
	withoutChecking("client-type-missing", "lets in requests without a client type", signing.HeaderClientType, "auth-client-type-missing"),
	{
		Name: "last-header", Summary: "of a header that comes twice takes the last",
		CaughtBy: []string{"auth-access-key-doubled", "auth-signature-doubled", "auth-timestamp-doubled"},
		fault: fault{letsIn: func(s *Server, r *http.Request, _ error) bool {
			last := r.Clone(r.Context())
			for name, values := range last.Header {
				last.Header[name] = values[len(values)-1:]
			}
			return s.verifier.Verify(last) == nil
		}},
	},
	{
		Name: "window-wide", Summary: "takes timestamps up to half an hour old",
		CaughtBy: []string{"auth-timestamp-past-window"},
		fault: fault{letsIn: func(s *Server, r *http.Request, _ error) bool {
			const halfHour = 6 * signing.AssumedMaxSkew
			return signing.NewVerifier(s.credentialsOf, signing.WithVerifierClock(s.now), signing.WithMaxSkew(halfHour)).Verify(r) == nil
		}},
	},
	{
		Name: "seconds", Summary: "takes timestamps in seconds, too",
		CaughtBy: []string{"auth-timestamp-seconds"},
		fault: fault{letsIn: func(s *Server, r *http.Request, _ error) bool {
			const digits = 10 // of Unix time in seconds
			return len(r.Header.Get(signing.HeaderTimestamp)) == digits && s.signs(r, nil)
		}},
	},
	alsoSigned("scheme-unsigned", "signs the URL without its scheme", "auth-signed-scheme", func(p *parts) {
		p.url = "https" + strings.TrimPrefix(p.url, "http")
	}),
	alsoSigned("method-unsigned", "does not sign the method", "auth-signed-method", func(p *parts) { p.method = http.MethodGet }),
	alsoSigned("host-unsigned", "signs the path without scheme and host", "auth-path-only-signed", func(p *parts) {
		_, rest, _ := strings.Cut(p.url, "://")
		_, path, _ := strings.Cut(rest, "/")
		p.url = "/" + path
	}),
	alsoSigned("query-unsigned", "signs the URL without its query", "auth-query-added", func(p *parts) {
		p.url, _, _ = strings.Cut(p.url, "?")
	}),
	alsoSigned("account-unsigned", "does not sign the account ID", "auth-account-added", func(p *parts) { p.account = "" }),
	alsoSigned("client-type-unsigned", "does not sign the client type", "auth-signed-client-type", func(p *parts) { p.clientType = "Console" }),
	alsoSigned("secret-empty", "has an empty secret for every key", "auth-secret-empty", func(p *parts) { p.secret = "" }),
	alsoWritten("signature-hex", "takes signatures in hexadecimal", "auth-signature-hex",
		func(sum []byte, got string) bool { return hex.EncodeToString(sum) == got }),
	alsoWritten("signature-url-safe", "takes signatures in the URL-safe alphabet", "auth-signature-url-safe",
		func(sum []byte, got string) bool { return base64.URLEncoding.EncodeToString(sum) == got }),
	alsoWritten("signature-prefix", "compares as much of a signature as there is", "auth-signature-truncated",
		func(sum []byte, got string) bool {
			return strings.HasPrefix(base64.StdEncoding.EncodeToString(sum), got)
		}),
	alsoWritten("signature-any-case", "compares signatures without regard to letter case", "auth-signature-case",
		func(sum []byte, got string) bool {
			return strings.EqualFold(base64.StdEncoding.EncodeToString(sum), got)
		}),
	{
		Name: "access-key-any-case", Summary: "looks access keys up without regard to letter case",
		CaughtBy: []string{"auth-access-key-case"},
		fault: fault{letsIn: func(s *Server, r *http.Request, _ error) bool {
			return slices.ContainsFunc(s.credentials, func(c signing.Credentials) bool {
				return strings.EqualFold(c.AccessKey, r.Header.Get(signing.HeaderAccessKey)) && s.signsAs(c, r, nil, nil)
			})
		}},
	},
	alsoWritten("signature-unpadded", "takes signatures without their padding", "auth-signature-unpadded",
		func(sum []byte, got string) bool { return base64.RawStdEncoding.EncodeToString(sum) == got }),
	alsoWritten("signature-start", "compares as much of a signature as it expects, whatever stands behind", "auth-signature-longer",
		func(sum []byte, got string) bool {
			return strings.HasPrefix(got, base64.StdEncoding.EncodeToString(sum))
		}),
	keepsOut("account-empty-signed", "takes an empty account ID for one", "auth-vendor-spelling", func(_ *Server, r *http.Request) bool {
		return r.Header.Values(signing.HeaderAccountID) != nil && r.Header.Get(signing.HeaderAccountID) == ""
	}),
	keepsOut("url-decoded", "decodes the URL before it checks what was signed", "auth-url-encoded", func(_ *Server, r *http.Request) bool {
		decoded, err := url.PathUnescape(rawPath(r))
		return err == nil && decoded != rawPath(r)
	}),
	keepsOut("url-rewritten", "writes the percent signs of a URL in upper case before it checks what was signed", "auth-url-encoded", func(_ *Server, r *http.Request) bool {
		return strings.ContainsAny(rawPath(r), "%") && percentSigns.ReplaceAllStringFunc(rawPath(r), strings.ToUpper) != rawPath(r)
	}),
	keepsOut("query-never-signed", "checks the signature of a URL without its query", "auth-query-right", func(_ *Server, r *http.Request) bool {
		return r.URL.RawQuery != ""
	}),
	keepsOut("window-narrow", "takes timestamps of one minute", "auth-timestamp-four-minutes-old", func(s *Server, r *http.Request) bool {
		return signing.NewVerifier(s.credentialsOf, signing.WithVerifierClock(s.now), signing.WithMaxSkew(time.Minute)).Verify(r) != nil
	}),
	keepsOut("future-never", "takes no timestamp that is ahead of its clock", "auth-timestamp-four-minutes-ahead", func(s *Server, r *http.Request) bool {
		ahead := s.now().Add(time.Second).UnixMilli()
		millis, err := strconv.ParseInt(r.Header.Get(signing.HeaderTimestamp), 10, 64)
		return err == nil && millis > ahead
	}),
	{
		Name: "authenticates-last", Summary: "looks for the volume before it asks who wants to know",
		CaughtBy: []string{"auth-signature-missing", "auth-secret-other"},
		fault: fault{letsIn: func(s *Server, r *http.Request, _ error) bool {
			op, segments := find(s.documents.Newest(), r.Method, rawPath(r))
			s.mu.Lock()
			defer s.mu.Unlock()
			return op != nil && s.world.volumes[segments["volume_id"]] == nil
		}},
	},
}

// percentSigns are the characters of a URL that are written with percent signs.
var percentSigns = regexp.MustCompile(`%[0-9A-Fa-f]{2}`)

// keepsOut is a defect that refuses who is right.
func keepsOut(name, summary, turns string, when func(*Server, *http.Request) bool) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: []string{turns}, fault: fault{keepsOut: when}}
}

// letsIn is a defect that lets in what is refused for a reason.
func letsIn(name, summary string, reason signing.Reason, turns ...string) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: turns, fault: fault{
		letsIn: func(_ *Server, _ *http.Request, refused error) bool { return errors.Is(refused, reason) },
	}}
}

// withoutChecking is a defect that lets in what lacks a header.
func withoutChecking(name, summary, header string, turns ...string) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: turns, fault: fault{
		letsIn: func(_ *Server, r *http.Request, _ error) bool { return len(r.Header.Values(header)) == 0 },
	}}
}

// alsoSigned is a defect that takes a signature of something else, too.
func alsoSigned(name, summary, turns string, change func(*parts)) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: []string{turns}, fault: fault{
		letsIn: func(s *Server, r *http.Request, refused error) bool {
			return badSignature(refused) && s.signs(r, change)
		},
	}}
}

// alsoWritten is a defect that takes a signature written in another way, too.
func alsoWritten(name, summary, turns string, equal func(sum []byte, got string) bool) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: []string{turns}, fault: fault{
		letsIn: func(s *Server, r *http.Request, refused error) bool {
			got := r.Header.Get(signing.HeaderSignature)
			c, known := s.credentialsOf(r.Header.Get(signing.HeaderAccessKey))
			one := len(r.Header.Values(signing.HeaderSignature)) == 1
			return one && badSignature(refused) && known && got != "" && s.signsAs(c, r, nil, equal)
		},
	}}
}

// badSignature reports whether it is for its signature alone that a request was refused.
func badSignature(refused error) bool {
	var reason *signing.VerifyError
	return errors.As(refused, &reason) && (reason.Reason == signing.ReasonBadSignature || reason.Header == signing.HeaderSignature)
}

// parts are what a signature is made of.
type parts struct{ secret, method, url, timestamp, accessKey, account, clientType string }

// signs reports whether the signature of a request is right for its parts, with a change made to them.
func (s *Server) signs(r *http.Request, change func(*parts)) bool {
	c, known := s.credentialsOf(r.Header.Get(signing.HeaderAccessKey))
	return known && s.signsAs(c, r, change, nil)
}

func (s *Server) signsAs(c signing.Credentials, r *http.Request, change func(*parts), equal func([]byte, string) bool) bool {
	p := parts{
		secret: c.SecretKey.Reveal(), method: r.Method, url: origin(r) + r.RequestURI,
		timestamp: r.Header.Get(signing.HeaderTimestamp), accessKey: r.Header.Get(signing.HeaderAccessKey),
		account: r.Header.Get(signing.HeaderAccountID), clientType: r.Header.Get(signing.HeaderClientType),
	}
	if change != nil {
		change(&p)
	}
	mac := hmac.New(sha256.New, []byte(p.secret))
	mac.Write([]byte(p.method + p.url + p.timestamp + p.accessKey + p.account + p.clientType))
	if equal == nil {
		equal = func(sum []byte, got string) bool { return base64.StdEncoding.EncodeToString(sum) == got }
	}
	return equal(mac.Sum(nil), r.Header.Get(signing.HeaderSignature))
}
