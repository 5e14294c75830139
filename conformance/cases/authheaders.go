package cases

import (
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// headerNegatives are each header of authentication missing, empty and doubled.
func headerNegatives() family {
	list := []negative{{name: "unsigned", about: "a request without any header of authentication", clause: authSignature, ways: []alteration{unsigned}}}
	for _, h := range []struct {
		name, short, written string
		clause               conformance.Clause
		malformed            bool
	}{
		{signing.HeaderAccessKey, "access-key", "Scp-Accesskey", authAccessKey, false},
		{signing.HeaderSignature, "signature", "Scp-Signature", authSignature, false},
		{signing.HeaderTimestamp, "timestamp", "Scp-Timestamp", authTimestamp, false},
		{signing.HeaderClientType, "client-type", "Scp-ClientType", authClientType, true},
	} {
		doubled := func(name, about string, values func(right string) []string) negative {
			return negative{
				name: h.short + name, about: h.written + " twice, " + about, clause: authHeaderOnce, malformed: true,
				ways: []alteration{func(_ *conformance.Trial, req *http.Request) { req.Header[h.name] = values(req.Header.Get(h.name)) }},
			}
		}
		list = append(
			list,
			negative{
				name: h.short + "-missing", about: "a request without " + h.written, clause: h.clause, malformed: h.malformed,
				// What is not sent may be left out of what is signed, too.
				ways: []alteration{header(h.name), withoutHeader(h.name)},
			},
			negative{
				name: h.short + "-empty", about: "an empty " + h.written, clause: h.clause, malformed: h.malformed,
				ways: []alteration{header(h.name, "")},
			},
			doubled("-wrong-and-right", "first wrong and then right", func(right string) []string { return []string{swapCase(right) + "0", right} }),
			doubled("-right-and-wrong", "first right and then wrong", func(right string) []string { return []string{right, swapCase(right) + "0"} }),
			doubled("-empty-and-right", "first empty and then right", func(right string) []string { return []string{"", right} }),
		)
	}
	for _, c := range []struct{ name, value string }{
		{"other", "Console"}, {"shortened", "Open"}, {"longer", "Openapi2"}, {"listed", "Openapi,Console"}, {"any", "*"},
	} {
		list = append(list, negative{
			name: "client-type-" + c.name, about: "Scp-ClientType = " + c.value + ", correctly signed", clause: authClientType, malformed: true,
			ways: []alteration{func(t *conformance.Trial, req *http.Request) {
				req.Header.Set(signing.HeaderClientType, c.value)
				t.Resign(req, nil)
			}},
		})
	}
	return family{name: "headers", what: "a request with an authentication header missing or doubled", negatives: list}
}

// unsigned takes off all that says who asks.
func unsigned(_ *conformance.Trial, req *http.Request) {
	for _, name := range authenticationHeaders {
		delete(req.Header, name)
	}
	delete(req.Header, signing.HeaderClientType)
}

// withoutHeader takes a header off, and signs what is left.
func withoutHeader(name string) alteration {
	return func(t *conformance.Trial, req *http.Request) {
		delete(req.Header, name)
		if name != signing.HeaderSignature {
			t.Resign(req, nil)
		}
	}
}

// besideNegatives have a signature made with another secret key, in a request that differs in something that
// careless code takes for proof of who asks, or for a reason not to ask.
func besideNegatives() family {
	var list []negative
	add := func(name, about string, change func(*conformance.Trial, *http.Request)) {
		list = append(list, negative{
			name: name, about: "a signature made with another secret key, with " + about, clause: authSecret,
			ways: []alteration{func(t *conformance.Trial, req *http.Request) {
				change(t, req)
				t.WrongSecret(req)
			}},
		})
	}
	sends := func(name, header, value string) {
		add(name, header+": "+value, func(_ *conformance.Trial, req *http.Request) { req.Header.Set(header, value) })
	}
	sends("forwarded-for", "X-Forwarded-For", "127.0.0.1")
	sends("forwarded-for-inside", "X-Forwarded-For", "10.0.0.1, 127.0.0.1")
	sends("real-ip", "X-Real-Ip", "127.0.0.1")
	sends("forwarded-host", "X-Forwarded-Host", "localhost")
	sends("forwarded-https", "X-Forwarded-Proto", "https")
	sends("bearer", "Authorization", "Bearer x")
	sends("basic", "Authorization", "Basic YWRtaW46YWRtaW4=")
	sends("token", "X-Auth-Token", "x")
	sends("cookie", "Cookie", "session=x; JSESSIONID=x")
	sends("user-agent-none", "User-Agent", "")
	sends("user-agent-health", "User-Agent", "kube-probe/1.31")
	sends("html", "Accept", "text/html")
	sends("english", signing.HeaderLanguage, "en-US")
	sends("korean", signing.HeaderLanguage, "ko-KR")
	sends("any-language", signing.HeaderLanguage, "*")
	sends("account", signing.HeaderAccountID, "project-x")
	add("no-language", "no Accept-Language", func(_ *conformance.Trial, req *http.Request) { delete(req.Header, signing.HeaderLanguage) })
	list[len(list)-1].malformed = true // a header is missing that the document has: that may be looked at first
	add("no-version", "no Scp-Api-Version", func(_ *conformance.Trial, req *http.Request) { delete(req.Header, signing.HeaderAPIVersion) })
	for _, client := range gen.Clients() {
		pinned := conformance.PinnedTo(client.ID)
		add("version-"+client.ID.String(), "Scp-Api-Version: "+pinned, func(t *conformance.Trial, req *http.Request) {
			// A version that is not answered may be refused before anybody asks who wants it.
			if standing, known := t.Standings().Of(client.ID); known && standing.State != lifecycle.Ended && standing.State != lifecycle.Planned {
				req.Header.Set(signing.HeaderAPIVersion, pinned)
			}
		})
	}
	list = append(list, negative{
		name: "lower-case-names", about: "a signature made with another secret key, with the names of headers in lower case", clause: authSecret,
		ways: []alteration{func(t *conformance.Trial, req *http.Request) {
			t.WrongSecret(req)
			lowerCaseNames(req.Header)
		}},
	})
	// The right value in a header of another name proves nothing.
	for _, h := range []string{"X-Signature", "X-Scp-Signature", "Authorization"} {
		slug := strings.ToLower(h)
		right := func(t *conformance.Trial, req *http.Request) {
			req.Header.Set(h, forge.Of(req, t.Credentials().SecretKey.Reveal()).Signature())
		}
		list = append(list, negative{
			name: "signature-in-" + slug, about: "the right signature in " + h, clause: authSignature,
			ways: []alteration{
				func(t *conformance.Trial, req *http.Request) { right(t, req); t.WrongSecret(req) },
				func(t *conformance.Trial, req *http.Request) {
					right(t, req)
					delete(req.Header, signing.HeaderSignature)
				},
			},
		})
	}
	return family{name: "other-headers", what: "a wrong signature, whatever other headers the request has,", negatives: list}
}

// lowerCaseNames writes the names of the service's headers in lower case.
func lowerCaseNames(h http.Header) {
	for name := range h {
		if strings.HasPrefix(name, "Scp-") {
			rename(h, name, strings.ToLower(name))
		}
	}
}

// rename writes the name of a header as it says, and not in net/http's way.
func rename(h http.Header, name, spelling string) {
	values := h[name]
	delete(h, name)
	h[spelling] = values
}

// swapCase writes lower case in upper case, and upper case in lower case.
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
