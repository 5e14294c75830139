package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// maxID is how long an ID may be, in bytes [assumed]. The service's are UUIDs, of 36.
const maxID = 255

// A Param is a path parameter of a call: an ID.
type Param struct{ Name, Value string }

// An IDError is returned for an ID that cannot stand in the path of a request. Nothing was sent.
type IDError struct {
	Param
	Reason string
}

// Error names the parameter, its value and what is wrong with it.
func (e *IDError) Error() string {
	return fmt.Sprintf("%s %q is refused: it %s", e.Name, e.Value, e.Reason)
}

// Before checks the arguments of a call before a request is built. Generated methods begin with it.
//
// Each ID must be one path segment, however a client, a proxy or a server decodes and cleans the path:
// with ".." a detach would be the deletion of a server or a volume. IDs of this API are ASCII, so
// anything else is refused. Two IDs of one call that are equal are refused too: a volume is not its
// own server.
func Before(ctx context.Context, ids ...Param) error {
	if ctx == nil {
		return errors.New("the context is nil")
	}
	for i, id := range ids {
		if reason := invalid(id.Value); reason != "" {
			return &IDError{id, reason}
		}
		for _, other := range ids[:i] {
			if strings.EqualFold(id.Value, other.Value) { // UUIDs have no case
				return &IDError{id, "is also the " + other.Name}
			}
		}
	}
	return nil
}

// invalid says why a value is not one path segment, or "".
func invalid(id string) string {
	switch {
	case id == "":
		return "is empty"
	case len(id) > maxID:
		return fmt.Sprintf("is longer than %d bytes", maxID)
	case strings.Trim(id, ". ") == "":
		return "consists of dots and blanks"
	case strings.ContainsAny(id, `/\%?#;`):
		return `contains one of / \ % ? # ;`
	case strings.ContainsFunc(id, func(r rune) bool { return r > '~' }):
		return "contains a character that is not ASCII"
	case strings.ContainsFunc(id, func(r rune) bool { return r < ' ' }):
		return "contains a control character"
	}
	return ""
}
