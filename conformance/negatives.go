package conformance

import (
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// negatives are all the ways to get authentication wrong that are asked.
var negatives = append(headerNegatives(), []negative{
	{
		name: "unsigned", summary: "a request without any of the authentication headers", real: true,
		clauses: []string{"AUTH-ACCESS-KEY", "AUTH-SIGNATURE", "AUTH-TIMESTAMP"},
		alter: func(_ *trial, req *http.Request) {
			for _, header := range authenticationHeaders {
				req.Header.Del(header.name)
			}
			req.Header.Del(signing.HeaderClientType)
		},
	},
	{
		name: "client-type-missing", summary: "a request without Scp-ClientType", malformed: true,
		clauses: []string{"AUTH-CLIENT-TYPE"},
		alter:   func(_ *trial, req *http.Request) { req.Header.Del(signing.HeaderClientType) },
	},
	{
		name: "client-type-other", summary: "a request with another Scp-ClientType, rightly signed", malformed: true,
		clauses: []string{"AUTH-CLIENT-TYPE"},
		alter: func(t *trial, req *http.Request) {
			req.Header.Set(signing.HeaderClientType, "Console")
			t.resign(req, nil)
		},
	},

	// Who signs.
	{
		name: "secret-other", summary: "a signature made with another secret key", real: true,
		clauses: []string{"AUTH-SIGNATURE-SECRET"},
		alter:   forged(func(s *signed) { s.secret += "x" }),
	},
	{
		name: "secret-empty", summary: "a signature made with an empty secret key",
		clauses: []string{"AUTH-SIGNATURE-SECRET"},
		alter:   forged(func(s *signed) { s.secret = "" }),
	},
	{
		name: "access-key-unknown", summary: "an access key that there is not", real: true,
		clauses: []string{"AUTH-ACCESS-KEY"},
		alter: func(t *trial, req *http.Request) {
			req.Header.Set(signing.HeaderAccessKey, strings.ReplaceAll(t.unused.id(), "-", ""))
			t.resign(req, nil)
		},
	},
	{
		name: "access-key-case", summary: "an access key in other letter case",
		clauses: []string{"AUTH-ACCESS-KEY"},
		alter: func(t *trial, req *http.Request) {
			other := swapCase(t.config.Credentials.AccessKey)
			if other == t.config.Credentials.AccessKey { // it has no letters
				other += "a"
			}
			req.Header.Set(signing.HeaderAccessKey, other)
			t.resign(req, nil)
		},
	},

	// What is signed: the request is as it should be, its signature is that of another.
	{
		name: "signed-method", summary: "a signature made for another method",
		clauses: []string{"AUTH-SIGNATURE-METHOD"},
		alter:   forged(func(s *signed) { s.method = http.MethodGet }),
	},
	{
		name: "signed-scheme", summary: "a signature made for another scheme",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: forged(func(s *signed) {
			scheme, rest, _ := strings.Cut(s.url, "://")
			s.url = map[string]string{"http": "https", "https": "http"}[scheme] + "://" + rest
		}),
	},
	{
		name: "signed-host", summary: "a signature made for another host",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: forged(func(s *signed) {
			scheme, rest, _ := strings.Cut(s.url, "://")
			_, path, _ := strings.Cut(rest, "/")
			s.url = scheme + "://elsewhere.invalid/" + path
		}),
	},
	{
		name: "signed-path", summary: "a signature made for another volume, replayed", real: true,
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: func(t *trial, req *http.Request) {
			t.resign(req, func(s *signed) {
				stem, server, _ := strings.Cut(s.url, "/servers/")
				s.url = stem[:strings.LastIndex(stem, "/")+1] + t.unused.id() + "/servers/" + server
			})
		},
	},
	{
		name: "signed-server", summary: "a signature made for another server, replayed",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: func(t *trial, req *http.Request) {
			t.resign(req, func(s *signed) { s.url = s.url[:strings.LastIndex(s.url, "/")+1] + t.unused.id() })
		},
	},
	{
		name: "query-added", summary: "a query that was not signed",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter:   func(_ *trial, req *http.Request) { req.URL.RawQuery = addedQuery },
	},
	{
		name: "query-signed", summary: "a signature made with a query that is not sent",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter:   forged(func(s *signed) { s.url += "?" + addedQuery }),
	},
	{
		name: "path-only-signed", summary: "a signature made for the path without scheme and host",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: forged(func(s *signed) {
			_, rest, _ := strings.Cut(s.url, "://")
			_, path, _ := strings.Cut(rest, "/")
			s.url = "/" + path
		}),
	},
	{
		name: "signed-timestamp", summary: "a signature made for a timestamp one millisecond earlier", real: true,
		clauses: []string{"AUTH-SIGNATURE-TIMESTAMP"},
		alter: func(t *trial, req *http.Request) {
			t.resign(req, func(s *signed) {
				millis, _ := strconv.ParseInt(s.timestamp, 10, 64)
				s.timestamp = strconv.FormatInt(millis-1, 10)
			})
		},
	},
	{
		name: "signed-access-key", summary: "a signature made for another access key",
		clauses: []string{"AUTH-SIGNATURE-ACCESS-KEY"},
		alter:   forged(func(s *signed) { s.accessKey += "x" }),
	},
	{
		name: "signed-account", summary: "a signature made with an account ID that is not sent",
		clauses: []string{"AUTH-SIGNATURE-ACCOUNT"},
		alter:   forged(func(s *signed) { s.account += "project-x" }),
	},
	{
		name: "account-added", summary: "an account ID that was not signed",
		clauses: []string{"AUTH-SIGNATURE-ACCOUNT"},
		alter:   func(_ *trial, req *http.Request) { req.Header.Set(signing.HeaderAccountID, "project-x") },
	},
	{
		name: "signed-client-type", summary: "a signature made for another client type",
		clauses: []string{"AUTH-SIGNATURE-CLIENT-TYPE"},
		alter:   forged(func(s *signed) { s.clientType = "Console" }),
	},

	// When.
	{
		name: "timestamp-stale", summary: "a timestamp of an hour ago, rightly signed", real: true,
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(-time.Hour)) },
	},
	{
		name: "timestamp-past-window", summary: "a timestamp of six minutes ago, rightly signed",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(-6*time.Minute)) },
	},
	{
		name: "timestamp-future", summary: "a timestamp of in an hour, rightly signed",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(time.Hour)) },
	},
	{
		name: "timestamp-zero", summary: "the timestamp 0, rightly signed",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, "0") },
	},
	{
		name: "timestamp-negative", summary: "a negative timestamp, rightly signed", malformed: true,
		clauses: []string{"AUTH-TIMESTAMP"},
		alter:   func(t *trial, req *http.Request) { t.at(req, "-"+t.millis(0)) },
	},
	{
		name: "timestamp-seconds", summary: "a timestamp in seconds, rightly signed",
		clauses: []string{"AUTH-TIMESTAMP"},
		alter: func(t *trial, req *http.Request) {
			t.at(req, strconv.FormatInt(t.config.Clock().Unix(), 10))
		},
	},
	{
		name: "timestamp-words", summary: "a timestamp that is no number, rightly signed", malformed: true,
		clauses: []string{"AUTH-TIMESTAMP"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.config.Clock().UTC().Format(time.RFC3339)) },
	},

	// How the signature is written.
	{
		name: "signature-hex", summary: "a right signature in hexadecimal",
		clauses: []string{"AUTH-SIGNATURE-ENCODING"},
		alter: func(t *trial, req *http.Request) {
			req.Header.Set(signing.HeaderSignature, hex.EncodeToString(t.signedParts(req).sum()))
		},
	},
	{
		name: "signature-url-safe", summary: "a right signature in the URL-safe alphabet of base64",
		clauses: []string{"AUTH-SIGNATURE-ENCODING"},
		alter: func(t *trial, req *http.Request) {
			// The alphabets differ in two characters of 64: go back in time until there is one.
			for back := time.Duration(0); !strings.ContainsAny(req.Header.Get(signing.HeaderSignature), "+/"); back += time.Millisecond {
				t.at(req, t.millis(-back))
			}
			req.Header.Set(signing.HeaderSignature, base64.URLEncoding.EncodeToString(t.signedParts(req).sum()))
		},
	},
	{
		name: "signature-truncated", summary: "the first half of a right signature",
		clauses: []string{"AUTH-SIGNATURE"},
		alter: func(_ *trial, req *http.Request) {
			right := req.Header.Get(signing.HeaderSignature)
			req.Header.Set(signing.HeaderSignature, right[:len(right)/2])
		},
	},
	{
		name: "signature-case", summary: "a right signature in other letter case",
		clauses: []string{"AUTH-SIGNATURE-ENCODING"},
		alter: func(_ *trial, req *http.Request) {
			req.Header.Set(signing.HeaderSignature, swapCase(req.Header.Get(signing.HeaderSignature)))
		},
	},
	{
		name: "signature-unpadded", summary: "a right signature without its padding",
		clauses: []string{"AUTH-SIGNATURE-ENCODING"},
		alter: func(_ *trial, req *http.Request) {
			req.Header.Set(signing.HeaderSignature, strings.TrimRight(req.Header.Get(signing.HeaderSignature), "="))
		},
	},
	{
		name: "signature-longer", summary: "a right signature with something behind it",
		clauses: []string{"AUTH-SIGNATURE"},
		alter: func(_ *trial, req *http.Request) {
			req.Header.Set(signing.HeaderSignature, req.Header.Get(signing.HeaderSignature)+"AAAA")
		},
	},
	{
		name: "signature-garbage", summary: "a signature that is no base64 at all",
		clauses: []string{"AUTH-SIGNATURE"},
		alter:   func(_ *trial, req *http.Request) { req.Header.Set(signing.HeaderSignature, "!") },
	},

	// Written in another way, and rightly signed as it is written.
	forgedURL("signed-port", "a signature made for another port", func(u *url.URL) { u.Host = u.Hostname() + ":1" }),
	forgedURL("signed-no-port", "a signature made for the host without its port", func(u *url.URL) { u.Host = u.Hostname() }),
	forgedURL("signed-path-case", "a signature made for the path in upper case", func(u *url.URL) { u.Path = strings.ToUpper(u.Path) }),
	forgedURL("signed-path-slash", "a signature made for the path with a slash at its end", func(u *url.URL) { u.Path += "/" }),
	forgedURL("signed-origin", "a signature made for scheme and host alone", func(u *url.URL) { u.Path = "" }),
	retimed("timestamp-sign", "a timestamp with a plus sign", func(ms string) string { return "+" + ms }),
	retimed("timestamp-zeros", "a timestamp with leading zeros", func(ms string) string { return "00" + ms }),
	retimed("timestamp-decimal", "a timestamp with a decimal point", func(ms string) string { return ms + ".0" }),
	retimed("timestamp-junk", "a timestamp with a letter behind it", func(ms string) string { return ms + "x" }),
	retimed("timestamp-micros", "a timestamp in microseconds", func(ms string) string { return ms + "000" }),
	retimed("timestamp-long", "a timestamp that no 64 bits hold", func(ms string) string { return ms + "0000000000" }),
	{
		name: "timestamp-future-window", summary: "a timestamp of in six minutes, rightly signed", clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter: func(t *trial, req *http.Request) { t.at(req, t.millis(6*time.Minute)) },
	},
	{
		name: "signature-second", summary: "Scp-Signature twice, first right and then wrong", clauses: []string{"AUTH-SIGNATURE"}, malformed: true,
		alter: func(_ *trial, req *http.Request) {
			right := req.Header.Get(signing.HeaderSignature)
			req.Header[signing.HeaderSignature] = []string{right, swapCase(right) + "0"}
		},
	},
	{
		name: "signature-long", summary: "a signature of 8 kB", clauses: []string{"AUTH-SIGNATURE"}, malformed: true,
		alter: func(_ *trial, req *http.Request) { req.Header.Set(signing.HeaderSignature, strings.Repeat("A", 8<<10)) },
	},
	{
		name: "access-key-quoted", summary: "an access key with a quotation mark and a wildcard", clauses: []string{"AUTH-ACCESS-KEY"}, malformed: true,
		alter: func(t *trial, req *http.Request) {
			req.Header.Set(signing.HeaderAccessKey, "%' OR '1'='1")
			t.resign(req, nil)
		},
	},
	beside("forwarded", "headers of a proxy and Authorization", func(h http.Header) {
		h.Set("X-Forwarded-For", "127.0.0.1")
		h.Set("X-Real-Ip", "127.0.0.1")
		h.Set("Authorization", "Bearer x")
	}),
	beside("no-version", "no Scp-Api-Version", func(h http.Header) { h.Del(signing.HeaderAPIVersion) }),
	beside("english", "Accept-Language en-US", func(h http.Header) { h.Set(signing.HeaderLanguage, "en-US") }),
	beside("no-language", "no Accept-Language", func(h http.Header) { h.Del(signing.HeaderLanguage) }),
}...)

// forgedURL has a signature that was made for another URL.
func forgedURL(name, summary string, change func(*url.URL)) negative {
	return negative{name: name, summary: summary, clauses: []string{"AUTH-SIGNATURE-URL"}, alter: forged(func(s *signed) {
		if u, err := url.Parse(s.url); err == nil {
			change(u)
			s.url = u.String()
		}
	})}
}

// retimed has the time of now, written as nobody writes it, and signed so.
func retimed(name, summary string, write func(string) string) negative {
	return negative{
		name: name, summary: summary + ", rightly signed", clauses: []string{"AUTH-TIMESTAMP"}, malformed: true,
		alter: func(t *trial, req *http.Request) { t.at(req, write(t.millis(0))) },
	}
}

// beside is a wrong signature in a request that differs in something else, too.
func beside(name, summary string, change func(http.Header)) negative {
	return negative{
		name: "secret-other-" + name, summary: "a signature made with another secret key, with " + summary,
		clauses: []string{"AUTH-SIGNATURE-SECRET"}, alter: func(t *trial, req *http.Request) {
			change(req.Header)
			t.resign(req, func(s *signed) { s.secret += "x" })
		},
	}
}

// forged makes a request's signature that of another.
func forged(change func(*signed)) func(*trial, *http.Request) {
	return func(t *trial, req *http.Request) { t.resign(req, change) }
}

var authenticationHeaders = []struct{ name, written, short, clause string }{
	{signing.HeaderAccessKey, "Scp-Accesskey", "access-key", "AUTH-ACCESS-KEY"},
	{signing.HeaderSignature, "Scp-Signature", "signature", "AUTH-SIGNATURE"},
	{signing.HeaderTimestamp, "Scp-Timestamp", "timestamp", "AUTH-TIMESTAMP"},
}

// headerNegatives are each authentication header missing, empty and doubled.
func headerNegatives() []negative {
	var list []negative
	for _, h := range authenticationHeaders {
		list = append(list,
			negative{
				name: h.short + "-missing", summary: "a request without " + h.written, clauses: []string{h.clause},
				alter: func(_ *trial, req *http.Request) { req.Header.Del(h.name) },
				real:  h.name == signing.HeaderSignature,
			},
			negative{
				name: h.short + "-empty", summary: "a request with an empty " + h.written, clauses: []string{h.clause},
				alter: func(_ *trial, req *http.Request) { req.Header[h.name] = []string{""} },
			},
			negative{
				name: h.short + "-doubled", summary: "a request with " + h.written + " twice, first wrong and then right", clauses: []string{h.clause},
				alter: func(_ *trial, req *http.Request) {
					right := req.Header.Get(h.name)
					req.Header[h.name] = []string{swapCase(right) + "0", right}
				},
				malformed: true,
			},
		)
	}
	return list
}

func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 'a' <= r && r <= 'z':
			return r - 'a' + 'A'
		case 'A' <= r && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}, s)
}
