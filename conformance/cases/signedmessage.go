package cases

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// What is signed.
var (
	authMethod = conformance.Clause{ID: "AUTH-SIGNATURE-METHOD", Source: conformance.SDK, Text: "The method is signed."}
	authURL    = conformance.Clause{
		ID: "AUTH-SIGNATURE-URL", Source: conformance.SDK,
		Text: "The whole URL is signed: scheme, host, path and query, exactly as sent.",
	}
	authSignedTimestamp  = conformance.Clause{ID: "AUTH-SIGNATURE-TIMESTAMP", Source: conformance.SDK, Text: "The timestamp is signed."}
	authSignedAccessKey  = conformance.Clause{ID: "AUTH-SIGNATURE-ACCESS-KEY", Source: conformance.SDK, Text: "The access key is signed."}
	authSignedAccount    = conformance.Clause{ID: "AUTH-SIGNATURE-ACCOUNT", Source: conformance.SDK, Text: "The account ID is signed if there is one."}
	authSignedClientType = conformance.Clause{ID: "AUTH-SIGNATURE-CLIENT-TYPE", Source: conformance.SDK, Text: "The client type is signed."}
	authMessage          = conformance.Clause{
		ID: "AUTH-SIGNATURE-MESSAGE", Source: conformance.SDK,
		Text: "Method, URL, timestamp, access key, account ID and client type are signed in this order, with nothing between them.",
	}
)

// messageNegatives are requests as they should be, with the signature of another message.
func messageNegatives() family {
	var list []negative
	for _, part := range [][]negative{signedMethods(), signedURLs(), signedFields(), signedTogether(), signedInOrder(), signedElsewhere(), signedBefore()} {
		list = append(list, part...)
	}
	return family{
		name: "signature-message", what: "a signature of a message other than the request", negatives: list,
		attached: []string{
			"method-get", "method-missing", "url-missing", "url-scheme-other", "url-host-other",
			"url-path-alone", "url-port-missing", "url-volume-other", "url-server-other", "timestamp-earlier",
			"timestamp-missing", "access-key-missing", "account-sent", "client-type-missing", "joined-by-line-ends",
			"message-nothing", "taken-from-forwarded-host", "taken-from-x-date",
		},
	}
}

// signed is a negative whose signature is that of other parts.
func signed(name, about string, clause conformance.Clause, change func(*forge.Parts)) negative {
	return negative{name: name, about: "a signature made " + about, clause: clause, ways: []alteration{forged(change)}}
}

func signedMethods() []negative {
	var list []negative
	for _, m := range []struct{ name, about, method string }{
		{"get", "for GET", http.MethodGet},
		{"post", "for POST", http.MethodPost},
		{"put", "for PUT", http.MethodPut},
		{"lower", "for the method in lower case", "delete"},
		{"capitalized", "for the method with a capital letter", "Delete"},
		{"missing", "without the method", ""},
		{"first-letter", "for the first letter of the method", "D"},
	} {
		list = append(list, signed("method-"+m.name, m.about, authMethod, func(p *forge.Parts) { p.Method = m.method }))
	}
	return list
}

func signedURLs() []negative {
	var list []negative
	text := func(name, about string, change func(url string) string) {
		list = append(list, signed("url-"+name, about, authURL, func(p *forge.Parts) { p.URL = change(p.URL) }))
	}
	parsed := func(name, about string, change func(*url.URL)) {
		text(name, about, func(raw string) string {
			u, err := url.Parse(raw)
			if err != nil {
				return raw
			}
			change(u)
			return u.String()
		})
	}
	segment := func(name, about string, change func(segments []string) []string) {
		text(name, about, func(raw string) string {
			u, err := url.Parse(raw)
			if err != nil {
				return raw
			}
			origin := u.Scheme + "://" + u.Host
			return origin + strings.Join(change(strings.Split(strings.TrimPrefix(raw, origin), "/")), "/")
		})
	}
	const volume, server = 3, 5 // of the segments of a path
	text("missing", "without the URL", func(string) string { return "" })
	parsed("scheme-other", "for another scheme", func(u *url.URL) { u.Scheme = map[string]string{"http": "https", "https": "http"}[u.Scheme] })
	text("scheme-upper", "for the scheme in upper case", func(s string) string {
		scheme, rest, _ := strings.Cut(s, "://")
		return strings.ToUpper(scheme) + "://" + rest
	})
	parsed("scheme-missing", "for the URL without its scheme", func(u *url.URL) { u.Scheme = "" })
	text("host-and-path", "for host and path alone", func(s string) string { return s[strings.Index(s, "://")+len("://"):] })
	parsed("path-alone", "for the path without scheme and host", func(u *url.URL) { u.Scheme, u.Host = "", "" })
	parsed("path-relative", "for the path without the slash it begins with", func(u *url.URL) {
		u.Scheme, u.Host, u.Path = "", "", strings.TrimPrefix(u.Path, "/")
	})
	parsed("origin-alone", "for scheme and host alone", func(u *url.URL) { u.Path = "" })
	parsed("origin-slash", "for scheme and host and a slash", func(u *url.URL) { u.Path = "/" })
	parsed("host-alone", "for the host alone", func(u *url.URL) { *u = url.URL{Path: u.Host} })
	parsed("host-other", "for another host", func(u *url.URL) { u.Host = "elsewhere.invalid" })
	parsed("host-localhost", "for localhost", func(u *url.URL) { u.Host = strings.Replace(u.Host, u.Hostname(), "localhost", 1) })
	parsed("host-longer", "for a host that ends like the right one", func(u *url.URL) { u.Host = "x." + u.Host })
	parsed("host-upper", "for the host in upper case", func(u *url.URL) { u.Host = strings.ToUpper(u.Host) })
	parsed("host-dot", "for the host with a dot at its end", func(u *url.URL) { u.Host = strings.Replace(u.Host, u.Hostname(), u.Hostname()+".", 1) })
	parsed("port-other", "for another port", func(u *url.URL) { u.Host = u.Hostname() + ":1" })
	parsed("port-missing", "for the host without its port", func(u *url.URL) { u.Host = u.Hostname() })
	parsed("port-default", "for the default port of the scheme", func(u *url.URL) {
		u.Host = u.Hostname() + map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	})
	parsed("port-of-service", "for the port of a service behind a proxy", func(u *url.URL) { u.Host = u.Hostname() + ":8080" })
	parsed("user", "for the URL with a user in it", func(u *url.URL) { u.User = url.User("x") })
	parsed("path-upper", "for the path in upper case", func(u *url.URL) { u.Path = strings.ToUpper(u.Path) })
	parsed("path-slash", "for the path with a slash at its end", func(u *url.URL) { u.Path += "/" })
	parsed("path-slashes", "for the path with two slashes in front", func(u *url.URL) { u.Path = "/" + u.Path })
	parsed("path-prefixed", "for the path behind another", func(u *url.URL) { u.Path = "/api" + u.Path })
	text("path-dots", "for the path with a segment of dots", func(s string) string { return strings.Replace(s, "/v1/", "/v1/./", 1) })
	segment("path-without-v1", "for the path without /v1", func(s []string) []string { return append([]string{""}, s[2:]...) })
	segment("volume-alone", "for the path of the volume alone", func(s []string) []string { return s[:volume+1] })
	segment("volumes-alone", "for the path of all volumes", func(s []string) []string { return s[:volume] })
	segment("server-missing", "for the path without the server", func(s []string) []string { return s[:server] })
	segment("swapped", "for the path with volume and server swapped", func(s []string) []string {
		s[volume], s[server] = s[server], s[volume]
		return s
	})
	segment("template", "for the path with the names of its parameters", func(s []string) []string {
		s[volume], s[server] = "{volume_id}", "{server_id}"
		return s
	})
	for _, id := range []struct {
		name string
		at   int
	}{{"volume", volume}, {"server", server}} {
		change := func(name, about string, change func(string) string) {
			segment(id.name+"-"+name, fmt.Sprintf(about, id.name), func(s []string) []string {
				s[id.at] = change(s[id.at])
				return s
			})
		}
		change("other", "for another %s", func(string) string { return "0b0b0b0b-0000-4000-8000-000000000000" })
		change("last-other", "for a %s with another last character", func(s string) string { return s[:len(s)-1] + otherLetter(s[len(s)-1]) })
		change("first-other", "for a %s with another first character", func(s string) string { return otherLetter(s[0]) + s[1:] })
		change("upper", "for the %s in upper case", strings.ToUpper)
		change("empty", "for an empty %s", func(string) string { return "" })
	}
	text("query-added", "with a query that is not sent", func(s string) string { return s + "?a=1" })
	text("query-empty", "with an empty query that is not sent", func(s string) string { return s + "?" })
	text("fragment", "with a fragment", func(s string) string { return s + "#" })
	text("cut", "for the URL without its last character", func(s string) string { return s[:len(s)-1] })
	text("cut-64", "for the first 64 characters of the URL", func(s string) string { return s[:min(64, len(s)-1)] })
	text("cut-half", "for the first half of the URL", func(s string) string { return s[:len(s)/2] })
	text("longer", "for the URL with a character behind it", func(s string) string { return s + "x" })
	text("encoded", "for the URL, encoded as a whole", url.QueryEscape)
	text("encoded-path", "for the URL with its hyphens encoded", func(s string) string { return strings.ReplaceAll(s, "-", "%2D") })
	text("twice", "for the URL twice", func(s string) string { return s + s })
	return list
}

func signedFields() []negative {
	var list []negative
	field := func(name, about string, clause conformance.Clause, of func(*forge.Parts) *string, change func(string) string) {
		list = append(list, signed(name, about, clause, func(p *forge.Parts) { *of(p) = change(*of(p)) }))
	}
	timestamp := func(name, about string, change func(string) string) {
		field("timestamp-"+name, about, authSignedTimestamp, func(p *forge.Parts) *string { return &p.Timestamp }, change)
	}
	moved := func(by int64) func(string) string {
		return func(s string) string {
			millis, _ := strconv.ParseInt(s, 10, 64)
			return strconv.FormatInt(millis+by, 10)
		}
	}
	timestamp("missing", "without the timestamp", func(string) string { return "" })
	timestamp("earlier", "for a timestamp one millisecond earlier", moved(-1))
	timestamp("later", "for a timestamp one millisecond later", moved(1))
	timestamp("minute-earlier", "for a timestamp one minute earlier", moved(-60_000))
	timestamp("day-earlier", "for a timestamp one day earlier", moved(-86_400_000))
	timestamp("cut-to-seconds", "for the timestamp in seconds", func(s string) string { return s[:len(s)-3] })
	timestamp("whole-seconds", "for the timestamp without its milliseconds", func(s string) string { return s[:len(s)-3] + "000" })
	timestamp("zero", "for the timestamp 0", func(string) string { return "0" })
	timestamp("padded", "for the timestamp with blanks around it", func(s string) string { return " " + s + " " })

	accessKey := func(name, about string, change func(string) string) {
		field("access-key-"+name, about, authSignedAccessKey, func(p *forge.Parts) *string { return &p.AccessKey }, change)
	}
	accessKey("missing", "without the access key", func(string) string { return "" })
	accessKey("other", "for another access key", func(s string) string { return s + "x" })
	accessKey("cut", "for the access key without its last character", func(s string) string { return s[:len(s)-1] })
	accessKey("lower", "for the access key in lower case", strings.ToLower)
	accessKey("upper", "for the access key in upper case", strings.ToUpper)

	clientType := func(name, about string, change func(string) string) {
		field("client-type-"+name, about, authSignedClientType, func(p *forge.Parts) *string { return &p.ClientType }, change)
	}
	clientType("missing", "without the client type", func(string) string { return "" })
	clientType("other", "for another client type", func(string) string { return "Console" })
	clientType("lower", "for the client type in lower case", strings.ToLower)
	clientType("upper", "for the client type in upper case", strings.ToUpper)
	clientType("cut", "for the client type without its last letter", func(s string) string { return s[:len(s)-1] })

	list = append(list,
		signed("account-added", "with an account ID that is not sent", authSignedAccount, func(p *forge.Parts) { p.AccountID += "project-x" }),
		negative{
			name: "account-sent", about: "an account ID that was not signed", clause: authSignedAccount,
			ways: []alteration{header(signing.HeaderAccountID, "project-x")},
		},
		negative{
			name: "account-other", about: "a signature made for another account ID than the one that is sent", clause: authSignedAccount,
			ways: []alteration{func(t *conformance.Trial, req *http.Request) {
				req.Header.Set(signing.HeaderAccountID, "project-x")
				t.Resign(req, func(p *forge.Parts) { p.AccountID = "project-y" })
			}},
		})
	return list
}

// signedElsewhere are signatures of what another header of the request says, and not of what it means.
func signedElsewhere() []negative {
	var list []negative
	add := func(name, header, value, about string, clause conformance.Clause, change func(*forge.Parts)) {
		list = append(list, negative{
			name: "taken-from-" + name, about: "a signature made for " + about + " of " + header, clause: clause,
			ways: []alteration{func(t *conformance.Trial, req *http.Request) {
				req.Header.Set(header, value)
				t.Resign(req, change)
			}},
		})
	}
	host := func(value string) func(*forge.Parts) {
		return func(p *forge.Parts) {
			if u, err := url.Parse(p.URL); err == nil {
				u.Host = value
				p.URL = u.String()
			}
		}
	}
	const elsewhere = "elsewhere.invalid"
	add("forwarded-host", "X-Forwarded-Host", elsewhere, "the host", authURL, host(elsewhere))
	add("forwarded-proto", "X-Forwarded-Proto", "ftp", "the scheme", authURL, func(p *forge.Parts) {
		_, rest, _ := strings.Cut(p.URL, "://")
		p.URL = "ftp://" + rest
	})
	for _, h := range []struct{ name, header string }{{"x-access-key", "X-Access-Key"}, {"x-scp-access-key", "X-Scp-Accesskey"}} {
		add(h.name, h.header, "another-access-key", "the access key", authSignedAccessKey, func(p *forge.Parts) { p.AccessKey = "another-access-key" })
	}
	return append(list, datedElsewhere()...)
}

// datedElsewhere say when they were signed in another header than Scp-Timestamp. The time is a right one, a
// moment ago: careless code that reads it there finds nothing wrong.
func datedElsewhere() []negative {
	const before = 3 * time.Second
	inWords := func(now time.Time) string { return now.UTC().Format(http.TimeFormat) }
	var list []negative
	for _, h := range []struct {
		name, header string
		write        func(time.Time) string
	}{
		{"x-timestamp", "X-Timestamp", millis},
		{"x-scp-timestamp", "X-Scp-Timestamp", millis},
		{"x-date", "X-Date", millis},
		{"date", "Date", millis},
		{"date-in-words", "Date", inWords},
	} {
		dated := func(t *conformance.Trial, req *http.Request) {
			value := h.write(t.Now().Add(-before))
			req.Header.Set(h.header, value)
			t.Resign(req, func(p *forge.Parts) { p.Timestamp = value })
		}
		list = append(list, negative{
			name: "taken-from-" + h.name, about: "a signature made for the timestamp of " + h.header, clause: authSignedTimestamp,
			ways: []alteration{dated, func(t *conformance.Trial, req *http.Request) {
				delete(req.Header, signing.HeaderTimestamp)
				dated(t, req)
			}},
		})
	}
	return list
}

// signedBefore are signatures that were right: the same version had a request with them let in a moment ago.
func signedBefore() []negative {
	again := func(names ...string) alteration {
		return func(t *conformance.Trial, req *http.Request) {
			control, err := t.Control(req.Context())
			if err != nil {
				return // then it is the same as a right one, and sent with a wrong signature
			}
			for _, name := range names {
				req.Header.Set(name, control.Right.RequestHeader.Get(name))
			}
		}
	}
	return []negative{{
		name: "of-another-request", about: "the signature of another request, which was let in before", clause: authURL,
		ways: []alteration{again(signing.HeaderSignature), again(signing.HeaderSignature, signing.HeaderTimestamp)},
	}}
}
