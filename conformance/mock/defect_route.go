package mock

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
)

// routeDefects take another path or another method for that of an operation, or what a request says elsewhere.
var routeDefects = slices.Concat(pathDefects, methodDefects, elsewhereDefects)

var (
	versionInPath = regexp.MustCompile(`^/v\d(\.\d)?/`)
	allServers    = regexp.MustCompile(`^(/v1/volumes/([^/]+)/servers)/?$`)
)

var pathDefects = []Defect{
	received("path-no-version", "takes a path without /v1 for the one with it", func(c *call) {
		if strings.HasPrefix(c.path, "/volumes/") {
			c.path = "/v1" + c.path
		}
	}),
	received("path-any-version", "takes any version in a path for v1", func(c *call) {
		c.path = versionInPath.ReplaceAllString(c.path, "/v1/")
	}),
	received("path-any-prefix", "drops what comes before /v1 in a path", func(c *call) {
		if i := strings.Index(c.path, "/v1/"); i > 0 && c.method == http.MethodDelete {
			c.path = c.path[i:]
		}
	}),
	received("path-any-prefix-shown", "drops what comes before /v1 in a path when it shows a volume", func(c *call) {
		if i := strings.Index(c.path, "/v1/"); i > 0 && c.method == http.MethodGet {
			c.path = c.path[i:]
		}
	}),
	received("path-singular", "takes volume and server for volumes and servers", func(c *call) {
		if c.method == http.MethodDelete {
			c.path = strings.NewReplacer("/volume/", "/volumes/", "/server/", "/servers/").Replace(c.path)
		}
	}),
	received("path-singular-shown", "takes volume for volumes when it shows one", func(c *call) {
		if c.method == http.MethodGet {
			c.path = strings.Replace(c.path, "/volume/", "/volumes/", 1)
		}
	}),
	received("path-slash-encoded", "takes an encoded slash for a slash", func(c *call) {
		c.path = strings.NewReplacer("%2F", "/", "%2f", "/").Replace(c.path)
	}),
	received("path-slash-encoded-last", "takes an encoded slash before the server for a slash", func(c *call) {
		c.path = strings.Replace(c.path, "/servers%2F", "/servers/", 1)
	}),
	received("path-backslash", "takes a backslash for a slash", func(c *call) {
		c.path = strings.NewReplacer("%5C", "/", "%5c", "/").Replace(c.path)
	}),
	received("path-all-servers", "detaches a volume from its server if a path names none", func(c *call) {
		if found := allServers.FindStringSubmatch(c.path); found != nil && c.method == http.MethodDelete && !strings.HasSuffix(c.path, "/") {
			if v := c.server.world.volume(found[2]); v != nil && len(v.attachments) > 0 {
				c.path = found[1] + "/" + v.attachments[0].server
			}
		}
	}),
	received("path-no-server-deletes", "deletes a volume if the server is empty in a path", func(c *call) {
		found := allServers.FindStringSubmatch(c.path)
		if found == nil || c.method != http.MethodDelete || !strings.HasSuffix(c.path, "/") {
			return
		}
		if v := c.server.world.volume(found[2]); v != nil {
			c.server.world.remove(v)
			c.answer = answer{status: http.StatusAccepted}
		}
	}),
	received("path-longer-shown", "shows a volume whatever follows it in a path", func(c *call) {
		const show = 4 // segments
		if segments := strings.Split(c.path, "/"); c.method == http.MethodGet && len(segments) > show {
			c.path = strings.Join(segments[:show], "/")
		}
	}),
	replying("path-page", "answers a path that it does not know with a page", func(c *call) {
		if c.request.Method == http.MethodGet && c.operation == nil && c.doc != nil {
			c.answer = answer{status: http.StatusOK, body: raw("<!doctype html><div id=app></div>"), header: map[string]string{"Content-Type": "text/html"}}
		}
	}),
}

// documented are the methods that the API, or HTTP, has a meaning for.
var documented = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodTrace,
}

var methodDefects = []Defect{
	received("method-any-case", "reads a method in any letter case", func(c *call) { c.method = strings.ToUpper(c.method) }),
	received("method-begins", "takes what begins with DELETE for it", func(c *call) {
		if strings.HasPrefix(c.method, http.MethodDelete) {
			c.method = http.MethodDelete
		}
	}),
	received("method-unknown", "takes a method that it does not know for DELETE", func(c *call) {
		if !slices.Contains(documented, strings.ToUpper(c.method)) {
			c.method = http.MethodDelete
		}
	}),
	received("method-remove", "takes REMOVE for DELETE", func(c *call) {
		if c.method == "REMOVE" {
			c.method = http.MethodDelete
		}
	}),
	overriding("method-in-header", "reads the method of a POST in X-HTTP-Method-Override", http.MethodPost, func(c *call) string {
		return c.request.Header.Get("X-HTTP-Method-Override")
	}),
	overriding("method-in-header-of-get", "reads the method of a GET in X-HTTP-Method", http.MethodGet, func(c *call) string {
		return c.request.Header.Get("X-HTTP-Method")
	}),
	overriding("method-in-query", "reads the method of a POST in its query", http.MethodPost, func(c *call) string {
		return c.query("_method")
	}),
	overriding("method-in-form", "reads the method of a POST in its form", http.MethodPost, func(c *call) string {
		form, _ := url.ParseQuery(string(c.body)) // nil for what is no form
		return form.Get("_method")
	}),
}

var elsewhereDefects = []Defect{
	namedElsewhere("server-in-query", "reads the server in the query rather than the path", func(c *call) (volume, server string) {
		return "", c.query("server_id")
	}),
	namedElsewhere("server-in-query-camel", "reads the server in serverId of the query rather than the path", func(c *call) (volume, server string) {
		return "", c.query("serverId")
	}),
	namedElsewhere("volume-in-query", "reads the volume in the query rather than the path", func(c *call) (volume, server string) {
		return c.query("id"), ""
	}),
	namedElsewhere("server-in-body", "reads the server in a body rather than the path", func(c *call) (volume, server string) {
		return "", c.bodyFields()["server_id"]
	}),
	namedElsewhere("volume-in-body", "reads the volume in a body rather than the path", func(c *call) (volume, server string) {
		return c.bodyFields()["volume_id"], ""
	}),
	received("version-in-query", "reads the version in the query rather than the header", func(c *call) {
		if version := c.query("api-version"); version != "" {
			c.version = []string{openapi.Service + " " + version}
		}
	}),
}

// received is a defect that takes a request for another one.
func received(name, summary string, do func(*call)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{receive: do}}
}

// overriding is a defect that reads the method of a request somewhere else.
func overriding(name, summary, method string, read func(*call) string) Defect {
	return received(name, summary, func(c *call) {
		if c.method != method {
			return
		}
		if other := read(c); other != "" {
			c.method = other
		}
	})
}

// namedElsewhere is a defect that reads an ID of a detach somewhere else, where it is not in the path alone.
func namedElsewhere(name, summary string, read func(*call) (volume, server string)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.DetachOperation, func(c *call) {
		volume, server := read(c)
		if volume != "" {
			c.ids.volume = volume
		}
		if server != "" {
			c.ids.server = server
		}
	})}}
}

// bodyFields are the texts in a body that is an object.
func (c *call) bodyFields() map[string]string {
	var fields map[string]string
	_ = json.Unmarshal(c.body, &fields) // nil for what is no object of texts
	return fields
}

// query is the first value of a parameter of the query. A request that was made by hand may have no URL.
func (c *call) query(name string) string {
	if c.request.URL == nil {
		return ""
	}
	return c.request.URL.Query().Get(name)
}
