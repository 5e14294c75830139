package mock

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/signing"
)

// skippedDefects check no signature of some requests, or refuse some that are correctly signed.
var skippedDefects = []Defect{
	openFor("local-open", "trusts who says to come from this machine", func(r *http.Request) bool {
		return r.Header.Get("X-Forwarded-For") == "127.0.0.1"
	}),
	openFor("bearer-open", "takes any Authorization for authentication", func(r *http.Request) bool { return r.Header.Get("Authorization") != "" }),
	openFor("cookie-open", "takes any cookie for a session", func(r *http.Request) bool { return r.Header.Get("Cookie") != "" }),
	openFor("anonymous-open", "accepts who does not try to authenticate", func(r *http.Request) bool {
		return r.Header.Get(signing.HeaderAccessKey) == "" && r.Header.Get(signing.HeaderSignature) == "" && r.Header.Get(signing.HeaderTimestamp) == ""
	}),
	openFor("korean-open", "checks no signature of a request in Korean", func(r *http.Request) bool {
		return strings.HasPrefix(r.Header.Get(signing.HeaderLanguage), "ko")
	}),
	openFor("unversioned-reads-open", "checks no signature of a GET without a version", func(r *http.Request) bool {
		return r.Method == http.MethodGet && r.Header.Get(signing.HeaderAPIVersion) == ""
	}),
	letsIn("shared-open", "checks no signature for a volume at several servers", func(c *call) bool {
		v := c.pathVolume()
		return v != nil && len(v.attachments) > 1
	}),
	letsIn("available-open", "checks no signature for a volume that is attached to nothing", func(c *call) bool {
		v := c.pathVolume()
		return v != nil && len(v.attachments) == 0
	}),
	letsIn("os-reads-open", "checks no signature of showing an OS volume", func(c *call) bool {
		v := c.pathVolume()
		return v != nil && v.Bootable && c.method == http.MethodGet
	}),
	readAs("slash-open", "takes a path with a slash at its end for the one without, and checks no signature of it", func(c *call) bool {
		return c.path != "/" && strings.HasSuffix(c.path, "/")
	}, func(c *call) { c.path = strings.TrimSuffix(c.path, "/") }),
	readAs("upper-open", "takes a path in upper case for the one in lower case, and checks no signature of it", func(c *call) bool {
		return strings.HasPrefix(c.path, "/V1/")
	}, func(c *call) { c.path = strings.ToLower(c.path) }),
	readAs("head-open", "takes HEAD for DELETE, and checks no signature of it", func(c *call) bool { return c.method == http.MethodHead },
		func(c *call) { c.method = http.MethodDelete }),
	readAs("options-open", "takes OPTIONS for DELETE, and checks no signature of it", func(c *call) bool { return c.method == http.MethodOptions },
		func(c *call) { c.method = http.MethodDelete }),

	keepsOut("query-sorted", "checks the signature of a URL with its query sorted", func(c *call) bool {
		u := c.request.URL
		return u.RawQuery != "" && u.RawQuery != u.Query().Encode()
	}),
	keepsOut("query-spaces-rewritten", "writes spaces of a query as + before it checks what was signed", func(c *call) bool {
		return strings.Contains(c.request.URL.RawQuery, "%20")
	}),
	keepsOut("query-empty-dropped", "leaves an empty query out of what was signed", func(c *call) bool {
		return strings.HasSuffix(c.request.RequestURI, "?")
	}),
	letsIn("static-open", "checks no signature of a path that ends like a file", func(c *call) bool {
		return strings.HasSuffix(c.path, ".json") || strings.HasSuffix(c.path, ".ico")
	}),
	openFor("broken-attach-open", "reads the body of an attach before it checks the signature", func(r *http.Request) bool {
		return r.Method == http.MethodPost && r.ContentLength >= 0 && r.ContentLength < int64(len(`{"server_id":""}`))
	}),
	keepsOut("account-last", "expects an account ID at the end of what was signed", func(c *call) bool {
		return c.request.Header.Get(signing.HeaderAccountID) != ""
	}),
	keepsOut("parameters-rewritten", "leaves empty parameters of a query out of what was signed", func(c *call) bool {
		query := "&" + c.request.URL.RawQuery + "&"
		return query != "&&" && strings.Contains(query, "&&")
	}),
	{Name: "after-conflict-open", Summary: "checks no signature of the request that follows a 409", hooks: hooks{
		authenticate: func(c *call) {
			if c.server.lastStatus == http.StatusConflict {
				c.refused = nil
			}
		},
		reply: func(c *call) { c.server.lastStatus = c.answer.status },
	}},
	{Name: "often-asked-open", Summary: "checks no signature of what was asked for ten times with the same access key", hooks: hooks{
		authenticate: func(c *call) {
			what := c.request.Header.Get(signing.HeaderAccessKey) + c.method + c.path
			switch {
			case c.server.asked[what] >= 10:
				c.refused = nil
			case c.refused == nil:
				c.server.asked[what]++
			}
		},
	}},
	keepsOut("query-marks-encoded", "writes marks of a query in percent signs before it checks what was signed", func(c *call) bool {
		return strings.ContainsAny(c.request.URL.RawQuery, "~!$'()*,:@/?[]")
	}),
	keepsOut("query-marks-decoded", "writes encoded marks of a query as they are before it checks what was signed", func(c *call) bool {
		return strings.Contains(strings.ToUpper(c.request.URL.RawQuery), "%7E")
	}),
	keepsOut("query-equals-encoded", "encodes the equals sign of a value before it checks what was signed", func(c *call) bool {
		return slices.ContainsFunc(strings.Split(c.request.URL.RawQuery, "&"), func(p string) bool { return strings.Count(p, "=") > 1 })
	}),
	keepsOut("id-rewritten", "writes IDs anew before it checks what was signed", func(c *call) bool {
		plain, err := url.PathUnescape(c.path)
		return err == nil && plain != c.path
	}),
}

// pathVolume returns the volume that the path names, or nil.
func (c *call) pathVolume() *volume {
	_, params := c.server.documents.Newest().Match(c.method, c.path)
	if params == nil {
		_, params = c.server.documents.Volumes.Match(c.method, c.path)
	}
	return c.server.world.volume(params["volume_id"])
}

// readAs is a defect that takes some requests for others, and lets those in.
func readAs(name, summary string, when func(*call) bool, as func(*call)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{
		receive: func(c *call) {
			if when(c) {
				c.skipsAuthentication = true
				as(c)
			}
		},
		authenticate: func(c *call) {
			if c.skipsAuthentication {
				c.refused = nil
			}
		},
	}}
}
