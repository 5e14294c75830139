package mock

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
)

// rawPath is the path of a request as it came over the wire, neither decoded nor cleaned: a path with
// ".." in it is a request for just that.
func rawPath(r *http.Request) string {
	target := r.RequestURI
	if target == "" { // a request that was made by hand
		return r.URL.EscapedPath()
	}
	if _, rest, absolute := strings.Cut(target, "://"); absolute && !strings.HasPrefix(target, "/") {
		target = rest[strings.IndexAny(rest+"/", "/?"):]
	}
	path, _, _ := strings.Cut(target, "?")
	return cmp.Or(path, "/")
}

// find returns the operation of a document that a raw path belongs to, and the path's segments by the
// name of their parameter, still encoded. An empty segment is a parameter too: an empty one.
func find(doc *openapi.Document, method, path string) (*openapi.Operation, map[string]string) {
	got := strings.Split(path, "/")
	for _, op := range doc.Operations() {
		if op.Method != method {
			continue
		}
		if segments, ok := match(strings.Split(op.Path, "/"), got); ok {
			return &op, segments
		}
	}
	return nil, nil
}

func match(template, path []string) (map[string]string, bool) {
	if len(template) != len(path) {
		return nil, false
	}
	segments := map[string]string{}
	for i, want := range template {
		if name, isParam := strings.CutPrefix(want, "{"); isParam {
			segments[strings.TrimSuffix(name, "}")] = path[i]
		} else if want != path[i] {
			return nil, false
		}
	}
	return segments, true
}

// ids are the path parameters of a request.
type ids struct{ volume, server string }

// decode decodes the parameters, and refuses what can be the ID of nothing.
func decode(segments map[string]string) (ids, error) {
	decoded := map[string]string{}
	for name, raw := range segments {
		value, err := url.PathUnescape(raw)
		if err != nil || value == "" || len(value) > maxID || strings.ContainsAny(value, "/\\\x00") || strings.Trim(value, ".") == "" {
			return ids{}, fmt.Errorf("%s %.80q is malformed", name, raw)
		}
		decoded[name] = value
	}
	return ids{volume: decoded["volume_id"], server: decoded["server_id"]}, nil
}

// maxID is the longest ID that the mock takes for one.
const maxID = 255
