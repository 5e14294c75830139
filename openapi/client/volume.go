package client

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// A State is the state of a volume. The service spells it in several ways (In-use, IN-USE, in_use), so
// the methods compare without case, hyphen and underscore alike [field].
type State string

func (s State) is(names ...string) bool {
	return slices.Contains(names, strings.ToLower(strings.ReplaceAll(string(s), "_", "-")))
}

// Moving reports whether the state passes by itself.
func (s State) Moving() bool { return s.is("creating", "reserved", "attaching", "detaching") }

// Failed reports whether it is one of the error states.
func (s State) Failed() bool { return strings.HasPrefix(strings.ToLower(string(s)), "error") }

// Available reports whether the volume is attached to no server, and can be attached.
func (s State) Available() bool { return s.is("available") }

// InUse reports whether the volume is attached.
func (s State) InUse() bool { return s.is("in-use") }

// volume is what a detach has to know of a shown volume. It is read here and not by the generated type,
// in which a missing "bootable" could not be told from false.
type volume struct {
	ID       string
	State    State
	Bootable *bool
	Servers  []struct{ ID, Device string }
}

// device returns where the volume is attached to a server, and whether it is.
func (v *volume) device(serverID string) (device string, attached bool) {
	for _, s := range v.Servers {
		if strings.EqualFold(s.ID, serverID) {
			return s.Device, true
		}
	}
	return "", false
}

// provesAway reports whether this look shows the volume at rest and not at a server. A state that is
// not known proves nothing, nor does In-use without the servers that use it.
func (v *volume) provesAway(serverID string) bool {
	_, attached := v.device(serverID)
	return !attached && (v.State.Available() || v.State.InUse() && len(v.Servers) > 0)
}

// readVolume reads the answer of a show. One that does not show the volume asked for is an *Error.
func readVolume(id string, resp *http.Response) (*volume, error) {
	if resp == nil {
		return nil, &Error{Want: http.StatusOK}
	}
	if resp.Body == nil {
		resp.Body = http.NoBody
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil, newError(resp, body, http.StatusOK, err)
	}
	var v volume
	if err := errors.Join(json.Unmarshal(body, &v), uniqueKeys(body)); err != nil {
		return nil, &Error{StatusCode: resp.StatusCode, Detail: "the answer is not a volume: " + err.Error(), Body: body}
	}
	if !strings.EqualFold(v.ID, id) {
		return nil, &Error{StatusCode: resp.StatusCode, Detail: "the answer shows another volume: " + v.ID, Body: body}
	}
	return &v, nil
}
