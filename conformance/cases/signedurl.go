package cases

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// encodedNegatives are requests whose URL can be written in several ways, with a signature of another than the
// one on the wire. They are asked for unused IDs alone: those of the fixture are sent as they are.
func encodedNegatives() family {
	var list []negative
	add := func(name, about string, sent, signedAs func(*url.URL)) {
		list = append(list, negative{name: name, about: about, clause: authURL, ways: []alteration{
			func(t *conformance.Trial, req *http.Request) {
				sent(req.URL)
				t.Resign(req, func(p *forge.Parts) {
					other := *req.URL
					signedAs(&other)
					p.URL = other.Scheme + "://" + other.Host + other.EscapedPath()
					if other.RawQuery != "" {
						p.URL += "?" + other.RawQuery
					}
				})
				declareUnused(t, req)
			},
		}})
	}
	path := func(name, about, sent, signedAs string) {
		add("path-"+name, about, serverWritten(sent), func(u *url.URL) {
			stem, _ := splitServer(u.EscapedPath())
			_, server := splitServer(u.Path)
			u.RawPath = stem + fmt.Sprintf(signedAs, server[1:])
			// What is signed need not be a valid path.
			u.Path = u.RawPath
			if plain, err := url.PathUnescape(u.RawPath); err == nil {
				u.Path = plain
			}
		})
	}
	path("decoded", "an ID with percent signs, signed decoded", "%%61%s", "a%s")
	path("encoded", "an ID without percent signs, signed encoded", "a%s", "%%61%s")
	path("encoded-twice", "an ID with percent signs, signed encoded twice", "%%61%s", "%%2561%s")
	path("hex-upper", "an ID with percent signs in lower case, signed in upper case", "%%6a%s", "%%6A%s")
	path("hex-lower", "an ID with percent signs in upper case, signed in lower case", "%%6A%s", "%%6a%s")
	path("blank-as-plus", "an ID with an encoded blank, signed with a plus sign", "%%20%s", "+%s")
	query := func(name, about, sent, signedAs string) {
		add("query-"+name, "the query "+sent+", signed "+about,
			func(u *url.URL) { u.RawQuery = sent }, func(u *url.URL) { u.RawQuery = signedAs })
	}
	query("missing", "without it", "a=1", "")
	query("other-value", "with another value", "a=1", "a=2")
	query("other-name", "with another name", "a=1", "b=1")
	query("values-missing", "with its names alone", "a=1&b=2", "a&b")
	query("values-empty", "without its values", "a=1&b=2", "a=&b=")
	query("other-order", "in another order", "b=2&a=1", "a=1&b=2")
	query("cut", "up to the first &", "a=1&b=2", "a=1")
	query("longer", "with one more", "a=1", "a=1&b=2")
	query("decoded", "decoded", "a=%41", "a=A")
	query("encoded-twice", "encoded twice", "a=%41", "a=%2541")
	query("hex-lower", "in lower case", "a=%C3%A9", "a=%c3%a9")
	query("plus-rewritten", "with %20", "a=b+c", "a=b%20c")
	query("blank-rewritten", "with a plus sign", "a=b%20c", "a=b+c")
	query("empty-value", "with an equals sign", "a", "a=")
	query("double", "with one of two equal names", "a=1&a=2", "a=2")
	query("case", "in lower case", "A=B", "a=b")
	return family{name: "signature-url", what: "a signature of another spelling of the URL", negatives: list}
}

// splitServer cuts the server off a path.
func splitServer(path string) (stem, server string) {
	i := strings.LastIndexByte(path, '/') + 1
	return path[:i], path[i:]
}

// serverWritten writes something in front of the server of a path, as it goes on the wire.
func serverWritten(format string) func(*url.URL) {
	return func(u *url.URL) {
		stem, server := splitServer(u.EscapedPath())
		u.RawPath = stem + fmt.Sprintf(format, server)
		u.Path, _ = url.PathUnescape(u.RawPath)
	}
}

// declareUnused lets the guard know that a path with an unused ID in it names nothing. Where it has none, the
// guard blocks the request, and says so.
func declareUnused(t *conformance.Trial, req *http.Request) {
	_ = t.UnusedPath(req.URL.EscapedPath())
}
