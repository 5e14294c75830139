package mock

import (
	"net/http"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

// aroundDefects detach wrongly in one of the ways to ask for it, or change what only a close look shows.
var aroundDefects = []Defect{
	slow(detaching("no-effect-query", "answers 202 to a detach with a query and does nothing", func(c *call) {
		if v, _ := c.detachable(); v != nil && c.request.URL.RawQuery != "" {
			c.answer = c.detach()
		}
	})),
	slow(detaching("no-effect-account", "answers 202 to a detach with an empty account ID and does nothing", func(c *call) {
		if v, _ := c.detachable(); v != nil && len(c.request.Header.Values(signing.HeaderAccountID)) > 0 {
			c.answer = c.detach()
		}
	})),
	slow(detaching("no-effect-terminating", "answers 202 for a volume that is deleted with its server and does nothing", func(c *call) {
		if v, at := c.detachable(); v != nil && at.terminates {
			c.answer = c.detach()
		}
	})),
	detached("deletes-terminating", "deletes a volume that is deleted with its server when it is detached", func(c *call, v *volume) {
		if at := v.at(c.ids.server); at != nil && at.terminates {
			c.soon(func(w *world) { w.remove(v) })
		}
	}),
	detached("comes-back-unversioned", "attaches the volume again a while after a detach without a version", func(c *call, v *volume) {
		if server := c.ids.server; unversioned(c) {
			c.soon(func(*world) {
				if len(v.attachments) == 0 {
					c.server.attach(v, server)
				}
			})
		}
	}),
	detaching("os-volume-goes-unversioned", "detaches the OS's default volume without a version", func(c *call) {
		if v, at := c.pair(); at != nil && v.Bootable && unversioned(c) {
			c.answer = c.detach(at)
		}
	}),
	detaching("shared-kept", "refuses to detach a volume that two servers have", func(c *call) {
		if v, _ := c.detachable(); v != nil && len(v.attachments) > 1 {
			c.answer = busy(v)
		}
	}),
	detaching("shared-second-kept", "refuses to detach a shared volume from the second of its servers", func(c *call) {
		if v, at := c.detachable(); v != nil && v.attachments[0] != at {
			c.answer = busy(v)
		}
	}),
	showing("shared-available", "shows a shared volume that one server has as available", func(c *call, v *volumes.Volume) {
		if *v.Multiattach && len(v.Servers) == 1 && v.State == StateInUse {
			v.State = StateAvailable
			c.answer.body = *v
		}
	}),
	refusedThen("shared-repeated-takes-other", "refuses a repeated detach of a shared volume, and takes it off the other server", func(c *call) {
		if v, at := c.pair(); v != nil && v.MultiAttach && at == nil && len(v.attachments) == 1 {
			v.attachments = nil
		}
	})[0],
	detached("remaining-device", "gives the other attachment of a shared volume another device", func(c *call, v *volume) {
		for _, at := range v.attachments {
			if at.server != c.ids.server {
				at.device = "/dev/vdz"
			}
		}
	}),
	detached("remaining-since", "sets the time of the other attachment of a shared volume", func(c *call, v *volume) {
		for _, at := range v.attachments {
			if at.server != c.ids.server {
				at.since = at.since.Add(time.Hour)
			}
		}
	}),
	detached("loses-iops", "resets the speed of the volume", func(_ *call, v *volume) { v.iops, v.throughput = 500, 60 }),
	neighbour("neighbour-since", "sets the time of another attachment of the server", false, func(c *call, v *volume) {
		if at := v.at(c.ids.server); at != nil {
			at.since = at.since.Add(time.Hour)
		}
	}),
	detached("os-volume-slower", "slows the OS volume of the server down", func(c *call, _ *volume) {
		for _, v := range c.server.world.volumes {
			if v.Bootable && v.at(c.ids.server) != nil {
				v.iops--
			}
		}
	}),
	detached("two-at-once-mix", "gives a volume that is detached while another is the size of that", func(c *call, v *volume) {
		for _, other := range c.neighbours() {
			if other.state() == StateDetaching {
				v.Size = other.Size + 1
			}
		}
	}),
	refusedThen("refused-touches", "refuses a detach, and sets the modified_at of the volume", func(c *call) {
		if v := c.volume(); v != nil && c.answer.status == http.StatusConflict {
			v.modified = v.modified.Add(time.Minute)
		}
	})[0],
	replying("shown-touches-os", "sets the modified_at of an OS volume when it is shown", func(c *call) {
		if v := c.volume(); v != nil && v.Bootable && c.asks(openapi.ShowOperation) {
			v.modified = v.modified.Add(time.Minute)
		}
	}),
	showing("shows-shared-as-single", "shows a shared volume as one for a single server", func(c *call, v *volumes.Volume) {
		v.Multiattach = new(false)
		c.answer.body = *v
	}),
	{Name: "shows-any-version", Summary: "shows volumes in any version", hooks: hooks{receive: func(c *call) {
		if c.method == http.MethodGet && c.path != "/" {
			if _, err := c.server.document(c.version); err != nil {
				c.version = nil
			}
		}
	}}},
	showing("shows-available-in-oldest", "shows a data volume that is in use as available, in the oldest version", func(c *call, v *volumes.Volume) {
		if c.doc == c.server.documents.Versions[0] && !*v.Bootable && v.State == StateInUse {
			v.State = StateAvailable
			c.answer.body = *v
		}
	}),
	showing("default-after-oldest", "shows volumes without a version as in the one asked for before, if it was the oldest", func(c *call, v *volumes.Volume) {
		held := c.server.world.volume(v.ID)
		if !unversioned(c) {
			held.oldestLast = c.doc == c.server.documents.Versions[0]
		} else if held.oldestLast {
			c.answer.omit = c.operation.LaterFields(c.server.documents.Versions[0].Version.ID)
		}
	}),
	{Name: "across-lags", Summary: "shows in older versions for a second and a half what was attached before the newest detached it", hooks: hooks{reply: func(c *call) {
		remembersMoves(c)
		v := c.volume()
		if v == nil {
			return
		}
		newest := c.server.documents.Newest()
		switch {
		case c.accepted() && c.doc == newest:
			v.lagsUntil = time.Now().Add(1500 * time.Millisecond) // the clock of a mock may stand still
		case c.asks(openapi.AttachOperation):
			v.lagsUntil = time.Time{}
		case c.asks(openapi.ShowOperation) && c.answer.status == http.StatusOK && c.doc != newest && time.Now().Before(v.lagsUntil) && len(v.attachments) == 0:
			kept := v.attachments
			v.attachments = append(slices.Clone(kept), &attachment{server: v.last.left, state: StateInUse, settles: never})
			c.answer = c.show(v)
			v.attachments = kept
		}
	}}},
}

// soon makes something happen to the world right after what the request began is done.
func (c *call) soon(do func(*world)) {
	at := c.server.now().Add(c.server.delay + time.Millisecond)
	c.server.world.events = append(c.server.world.events, event{at, do})
}
