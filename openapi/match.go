package openapi

import (
	"net/http"
	"slices"
	"strings"
)

// The IDs of the operations that the generator, the mock and the conformance suite know. They are those of
// the vendor's public Go SDK, except for VersionsOperation, for which it has none.
const (
	DetachOperation   = "detachVolumeFromVirtualServer"
	AttachOperation   = "attachVolumeToVirtualServer"
	ShowOperation     = "showVolume"
	VersionsOperation = "listVersions"
)

// DetachMethod and DetachPath are the method and the path of a detach in every version. Source: the vendor's
// API document.
const (
	DetachMethod = http.MethodDelete
	DetachPath   = "/v1/volumes/{volume_id}/servers/{server_id}"
)

// Operation returns the operation with an ID, or nil if the document has none.
func (d *Document) Operation(id string) *Operation {
	i := slices.IndexFunc(d.operations, func(o Operation) bool { return o.OperationID == id })
	if i < 0 {
		return nil
	}
	return &d.operations[i]
}

// Match returns the operation that a request is for, and the values of its path parameters by name, or
// nil if the document has none. rawPath is the path as it goes on the wire, without the query. Match
// neither decodes nor cleans it: a path with ".." in it matches as it stands, values stay
// percent-encoded, and an empty segment is an empty value.
func (d *Document) Match(method, rawPath string) (*Operation, map[string]string) {
	path := strings.Split(rawPath, "/")
	for i, op := range d.operations {
		if op.Method != method {
			continue
		}
		if params, ok := matchPath(strings.Split(op.Path, "/"), path); ok {
			return &d.operations[i], params
		}
	}
	return nil, nil
}

func matchPath(template, path []string) (map[string]string, bool) {
	if len(template) != len(path) {
		return nil, false
	}
	params := map[string]string{}
	for i, want := range template {
		if name, isParam := strings.CutPrefix(want, "{"); isParam {
			params[strings.TrimSuffix(name, "}")] = path[i]
		} else if want != path[i] {
			return nil, false
		}
	}
	return params, true
}
