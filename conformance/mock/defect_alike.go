package mock

import (
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
)

// alikeDefects refuse an attach for how it is sent.
var alikeDefects = []Defect{
	refusesSent("attach-chunked", "answers 411 to an attach with a chunked body", http.StatusLengthRequired, func(r *http.Request) bool {
		return slices.Contains(r.TransferEncoding, "chunked")
	}),
	refusesSent("attach-media-type", "compares the media type of an attach letter by letter", http.StatusUnsupportedMediaType, func(r *http.Request) bool {
		return !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json")
	}),
	refusesSent("attach-accept", "reads no weights in the Accept of an attach", http.StatusNotAcceptable, func(r *http.Request) bool {
		return strings.Contains(r.Header.Get("Accept"), ";")
	}),
}

// refusesSent is a defect that refuses some attaches.
func refusesSent(name, summary string, status int, when func(*http.Request) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.AttachOperation, func(c *call) {
		if when(c.request) {
			c.answer = refuse(status, "ValidationError", "The request cannot be read.")
		}
	})}}
}
