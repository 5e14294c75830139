package mock

import (
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// acrossDefects keep versions apart that should act on the same volumes, or answer a request without a version
// as another version than the newest.
var acrossDefects = []Defect{
	slow(staleAfter("across-stale-newest", "shows in the newest version what was attached before an older one detached it", func(c *call, v *volume) bool {
		return c.doc == c.server.documents.Newest() && v.last.detachedIn != c.doc.Version.ID
	})),
	slow(staleAfter("across-stale-older", "shows in older versions what was attached before the newest detached it", func(c *call, v *volume) bool {
		return c.doc != c.server.documents.Newest() && v.last.detachedIn == c.server.documents.Newest().Version.ID
	})),
	slow(staleAfter("across-stale-default", "shows without a version what was attached before it was detached", func(c *call, _ *volume) bool {
		return unversioned(c)
	})),
	{Name: "across-refused", Summary: "refuses to detach in another version than the one that attached", hooks: hooks{
		operate: whenAsked(openapi.DetachOperation, func(c *call) {
			if v, _ := c.detachable(); v != nil && v.last.attachedIn != (lifecycle.ID{}) && v.last.attachedIn != c.doc.Version.ID {
				c.answer = busy(v)
			}
		}),
		reply: remembersMoves,
	}},
	{Name: "default-oldest", Summary: "answers a request without Scp-Api-Version as the oldest version", hooks: hooks{receive: func(c *call) {
		if len(c.version) == 0 {
			c.version = []string{pinned(c.server.documents.Versions[0].Version.ID)}
		}
	}}},
	detaching("default-refuses-detach", "refuses to detach an attached volume without Scp-Api-Version", func(c *call) {
		if v, _ := c.detachable(); v != nil && unversioned(c) {
			c.answer = refuse(http.StatusBadRequest, "ValidationError", "The version is missing.")
		}
	}),
	replying("default-status", "refuses a request without Scp-Api-Version with another status", func(c *call) {
		if c.answer.status == http.StatusBadRequest && unversioned(c) {
			c.answer = refuse(http.StatusConflict, "ValidationError", "The version is missing.")
		}
	}),
}

func unversioned(c *call) bool { return len(c.request.Header.Values(signing.HeaderAPIVersion)) == 0 }

// moved says where a volume was attached and detached last.
type moved struct {
	attachedIn, detachedIn lifecycle.ID
	left                   string // the server it was detached from
}

// remembersMoves is a hook that records in which version a volume is attached and detached.
func remembersMoves(c *call) {
	v := c.volume()
	switch {
	case v == nil || c.answer.status != http.StatusAccepted:
	case c.asks(openapi.DetachOperation):
		v.last.detachedIn, v.last.left = c.doc.Version.ID, c.ids.server
	case c.asks(openapi.AttachOperation):
		v.last = moved{attachedIn: c.doc.Version.ID}
	}
}

// staleAfter is a defect that shows a volume as it was before it was detached, when tells where.
func staleAfter(name, summary string, when func(*call, *volume) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{reply: func(c *call) {
		remembersMoves(c)
		v := c.volume()
		if v == nil || v.last.left == "" || !c.asks(openapi.ShowOperation) || c.answer.status != http.StatusOK || !when(c, v) {
			return
		}
		kept := v.attachments
		v.attachments = append(slices.Clone(kept), &attachment{server: v.last.left, state: StateInUse, settles: never})
		c.answer = c.show(v)
		v.attachments = kept
	}}}
}
