package conformance

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// negative is a request that is wrong in its authentication, and in nothing else.
type negative struct {
	name, summary string
	clauses       []string
	// alter makes the request wrong, after it was signed rightly.
	alter func(*trial, *http.Request)
	// malformed is set where 400 is as good an answer as 401: the request is broken, not just unsigned.
	malformed bool
	// real is set where the same is asked of an attachment that exists, too.
	real bool
}

// authenticationCases send each negative for IDs that exist nowhere, beside a control that is right in
// the one thing; and some of them for an attachment that exists, which has to be there still.
var authenticationCases = func() []Case {
	var cases []Case
	for _, n := range negatives {
		cases = append(cases, n.nowhere())
	}
	for _, n := range negatives {
		if n.real || n.malformed {
			cases = append(cases, n.attached())
		}
	}
	for _, p := range positives {
		cases = append(cases, p.nowhere())
	}
	return cases
}()

// positive is a request that is written in another way than usual, and rightly signed.
type positive struct {
	name, summary string
	clauses       []string
	// path is that of the request, if it is another than that of a detach of IDs that exist nowhere.
	path  func(t *trial) string
	alter func(*trial, *http.Request)
}

// nowhere expects to be let in: what is refused then are the IDs.
func (p positive) nowhere() Case {
	return Case{
		ID:      "auth-" + p.name,
		Summary: p.summary + " is let in",
		Clauses: p.clauses,
		Harm:    Refused,
		ask: func(ctx context.Context, t *trial) error {
			ids := detach{volume: t.nowhere.id(), server: t.nowhere.id()}
			if _, err := t.control(ctx, ids); err != nil {
				return err
			}
			ids.alter = func(req *http.Request) { p.alter(t, req) }
			send := func() (Exchange, error) { return t.detach(ctx, ids) }
			if p.path != nil {
				send = func() (Exchange, error) { return t.raw(ctx, p.path(t)) }
			}
			exchange, err := send()
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	}
}

var positives = []positive{
	{
		name: "header-case", summary: "a request whose header names are in lower case",
		clauses: []string{"AUTH-HEADER-CASE"},
		alter: func(_ *trial, req *http.Request) {
			for _, name := range []string{
				signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp, signing.HeaderClientType, signing.HeaderAPIVersion,
			} {
				rename(req.Header, name, strings.ToLower(name))
			}
		},
	},
	{
		name: "vendor-spelling", summary: "a request as the vendor's SDK spells it, with an empty account ID",
		clauses: []string{"AUTH-HEADER-CASE", "AUTH-SIGNATURE-ACCOUNT"},
		alter: func(_ *trial, req *http.Request) {
			rename(req.Header, signing.HeaderAccessKey, "Scp-AccessKey")
			rename(req.Header, signing.HeaderAPIVersion, "Scp-API-Version")
			req.Header["Scp-AccountId"] = []string{""}
		},
	},
	{
		name: "url-encoded", summary: "an ID with percent signs in it, signed as it is on the wire",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		path: func(t *trial) string {
			path := "/v1/volumes/" + url.PathEscape("볼륨 ") + t.nowhere.id() + "/servers/%eb%b3%bc" + t.nowhere.id()
			t.nowhere.add(path)
			return path
		},
	},
	{
		name: "query-right", summary: "a request with a query, signed with it",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: func(t *trial, req *http.Request) {
			req.URL.RawQuery = addedQuery
			t.resign(req, nil)
		},
	},
	{
		name: "timestamp-four-minutes-old", summary: "a timestamp of four minutes ago",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(-4*time.Minute)) },
	},
	{
		name: "timestamp-four-minutes-ahead", summary: "a timestamp of in four minutes",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(4*time.Minute)) },
	},
}

// rename writes the name of a header as it says, and not in net/http's way.
func rename(h http.Header, name, spelling string) {
	values := h[name]
	delete(h, name)
	h[spelling] = values
}

func (n negative) nowhere() Case {
	return Case{
		ID:      "auth-" + n.name,
		Summary: n.summary + " is answered " + describe(n.statuses()...),
		Clauses: append([]string{"DETACH-401"}, n.clauses...),
		Harm:    Refused,
		ask: func(ctx context.Context, t *trial) error {
			ids := detach{volume: t.nowhere.id(), server: t.nowhere.id()}
			control, err := t.control(ctx, ids)
			if err != nil {
				return err
			}
			ids.alter = func(req *http.Request) { n.alter(t, req) }
			exchange, err := t.detach(ctx, ids)
			if err != nil {
				return err
			}
			if err := exchange.expect(n.statuses()...); err != nil {
				return err
			}
			// Where 400 will do, it has to be for this, and not for what the control was refused for. A server
			// may have the same words for both; for a volume that is attached it cannot: see attached.
			if exchange.Status == control.Status && errorText(exchange.Body) == errorText(control.Body) {
				return inconclusivef("%s was answered %s, word for word as when it is rightly signed: it may have been let in",
					exchange, describe(exchange.Status))
			}
			return nil
		},
	}
}

func (n negative) attached() Case {
	return Case{
		ID:      "auth-attached-" + n.name,
		Summary: n.summary + " is answered " + describe(n.statuses()...) + " for a volume that is attached, and detaches nothing",
		Clauses: append([]string{"DETACH-401", "DETACH-EFFECT"}, n.clauses...),
		Harm:    Dangerous,
		ask:     n.detachesNothing,
	}
}

// detachesNothing asks for a volume that is attached, which has to be there still.
func (n negative) detachesNothing(ctx context.Context, t *trial) error {
	if err := t.attached(ctx); err != nil {
		return err
	}
	wrong := t.ofFixture()
	wrong.alter = func(req *http.Request) { n.alter(t, req) }
	exchange, err := t.detach(ctx, wrong)
	if err != nil {
		return err
	}
	if err := exchange.expect(n.statuses()...); err != nil {
		return err
	}
	return t.stillAttached(ctx, t.fixturePair())
}

func (n negative) statuses() []int {
	if n.malformed {
		return []int{http.StatusUnauthorized, http.StatusBadRequest}
	}
	return []int{http.StatusUnauthorized}
}

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
			req.Header.Set(signing.HeaderAccessKey, strings.ReplaceAll(t.nowhere.id(), "-", ""))
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
				s.url = stem[:strings.LastIndex(stem, "/")+1] + t.nowhere.id() + "/servers/" + server
			})
		},
	},
	{
		name: "signed-server", summary: "a signature made for another server, replayed",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: func(t *trial, req *http.Request) {
			t.resign(req, func(s *signed) { s.url = s.url[:strings.LastIndex(s.url, "/")+1] + t.nowhere.id() })
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
