package mock

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
)

// attachDefects refuse attaching in another way than is documented, or what should be attached.
var attachDefects = []Defect{
	refusesAttach("attach-busy-412", "answers 412 to attaching a volume that is not available", http.StatusPreconditionFailed, func(c *call) bool {
		v := c.volume()
		return v != nil && len(v.attachments) > 0 && !v.MultiAttach
	}),
	refusesAttach("attach-busy-423", "answers 423 to attaching a volume to the server that has it", http.StatusLocked, func(c *call) bool {
		v := c.volume()
		return v != nil && v.at(c.attachedServer()) != nil
	}),
	refusesAttach("attach-again-401", "answers 401 to attaching a volume to the server that has it", http.StatusUnauthorized, func(c *call) bool {
		v := c.volume()
		return v != nil && v.at(c.attachedServer()) != nil
	}),
	refusesAttach("attach-body-422", "answers 422 to attaching with a body that is no JSON", http.StatusUnprocessableEntity, func(c *call) bool {
		return !json.Valid(c.body)
	}),
	refusesAttach("attach-field-422", "answers 422 to attaching without a server", http.StatusUnprocessableEntity, func(c *call) bool {
		return json.Valid(c.body) && c.attachedServer() == ""
	}),
	refusesAttach("attach-empty-411", "answers 411 to attaching without a body", http.StatusLengthRequired, func(c *call) bool {
		return len(c.body) == 0
	}),
	refusesAttach("attach-chunked", "answers 411 to attaching with a body in chunks", http.StatusLengthRequired, func(c *call) bool {
		return slices.Contains(c.request.TransferEncoding, "chunked")
	}),
	refusesAttach("attach-charset", "answers 415 to attaching with a body whose character set is named", http.StatusUnsupportedMediaType, func(c *call) bool {
		return strings.Contains(c.request.Header.Get("Content-Type"), "charset")
	}),
	replying("attach-any-body", "accepts attaching with any body", func(c *call) {
		if c.asks(openapi.AttachOperation) && c.refused == nil && c.attachedServer() == "" {
			c.answer = answer{status: http.StatusAccepted}
		}
	}),
}

// refusesAttach is a defect that answers some attaches with a status of its own.
func refusesAttach(name, summary string, status int, when func(*call) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.AttachOperation, func(c *call) {
		if when(c) {
			c.answer = refuse(status, "VirtualServer.NotAttached", "This is attached to nothing.")
		}
	})}}
}

// attachedServer is the server that the body of an attach names, or nothing.
func (c *call) attachedServer() string {
	var body volumes.AttachRequest
	if json.Unmarshal(c.body, &body) != nil {
		return ""
	}
	return body.ServerID
}
