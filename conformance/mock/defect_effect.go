package mock

import (
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

// effectDefects accept a detach and do something else, or accept what they should refuse.
var effectDefects = []Defect{
	slow(detaching("no-effect", "answers 202 and does nothing", func(c *call) {
		if v, _ := c.detachable(); v != nil {
			c.answer = c.detach()
		}
	})),
	slow(detaching("no-effect-one-version", "answers 202 in the newest version and does nothing", func(c *call) {
		if v, _ := c.detachable(); v != nil && c.doc == c.server.documents.Newest() && len(c.version) > 0 {
			c.answer = c.detach()
		}
	})),
	slow(detaching("no-effect-unversioned", "answers 202 to a request without a version and does nothing", func(c *call) {
		if v, _ := c.detachable(); v != nil && len(c.request.Header.Values(signing.HeaderAPIVersion)) == 0 {
			c.answer = c.detach()
		}
	})),
	slow(detaching("no-effect-second-server", "answers 202 for the second server of a shared volume and does nothing", func(c *call) {
		if v, at := c.detachable(); v != nil && v.attachments[0] != at {
			c.answer = c.detach()
		}
	})),
	detaching("os-volume-goes", "detaches the OS's default volume", func(c *call) {
		if v, at := c.pair(); at != nil && v.Bootable {
			c.answer = c.detach(at)
		}
	}),
	slow(detaching("server-ignored", "detaches the volume from wherever it is, whichever server the request names", func(c *call) {
		if v := c.volume(); v != nil && !v.Bootable && len(v.attachments) > 0 && v.state() == StateInUse {
			c.answer = c.detach(v.attachments[0])
		}
	})),
	slow(detaching("volume-ignored", "detaches the first data volume of the server, whichever volume the request names", func(c *call) {
		if v, at := c.pair(); at != nil && (at.state == StateInUse || v.Bootable) {
			return
		}
		if volumes := c.server.world.dataVolumes(c.ids.server); len(volumes) > 0 {
			c.answer = c.detach(volumes[0].at(c.ids.server))
		}
	})),
	slow(detaching("wrong-server", "detaches a shared volume from another server than the request names", func(c *call) {
		v, at := c.pair()
		if at == nil || len(v.attachments) < 2 {
			return
		}
		i := slices.IndexFunc(v.attachments, func(a *attachment) bool { return a != at })
		c.answer = c.detach(v.attachments[i])
	})),
	detaching("all-servers", "detaches a shared volume from all its servers", func(c *call) {
		if v, at := c.pair(); at != nil && len(v.attachments) > 1 {
			c.answer = c.detach(v.attachments...)
		}
	}),
	detaching("deletes", "deletes the volume instead of detaching it", func(c *call) {
		if v, _ := c.detachable(); v != nil {
			c.server.world.remove(v)
			c.answer = c.detach()
		}
	}),
	detaching("swapped", "accepts the two IDs in either order", func(c *call) {
		v := c.server.world.volume(c.ids.server)
		if v == nil {
			return
		}
		if at := v.at(c.ids.volume); at != nil {
			c.answer = c.detach(at)
		}
	}),
	detaching("twice", "accepts a detach of a volume that is detaching", func(c *call) {
		if _, at := c.pair(); at != nil && at.state == StateDetaching {
			c.answer = c.detach()
		}
	}),
	whileAttaching(),
	detaching("all-at-once", "accepts every detach of a volume that comes before the first is done", func(c *call) {
		if v, at := c.pair(); at != nil && !v.Bootable && at.state == StateDetaching {
			c.answer = c.detach()
		}
	}),
	detaching("idempotent", "answers 202 for a volume that is attached to nothing", func(c *call) {
		if v := c.volume(); v != nil && len(v.attachments) == 0 {
			c.answer = c.detach()
		}
	}),
	detaching("unknown-volume-accepted", "answers 202 for an unknown volume", func(c *call) {
		if c.volume() == nil {
			c.answer = c.detach()
		}
	}),
	detaching("unknown-server-accepted", "answers 202 for an unknown server and does nothing", func(c *call) {
		if !c.server.world.hasServer(c.ids.server) {
			c.answer = c.detach()
		}
	}),
}

// whileAttaching is a defect that shows only where attaching takes longer than a look may lag behind.
func whileAttaching() Defect {
	d := detaching("while-attaching", "accepts a detach of a volume that is attaching, which takes three times as long", func(c *call) {
		if _, at := c.pair(); at != nil && at.state == StateAttaching {
			c.answer = c.detach(at)
		}
	})
	d.hooks.reply = func(c *call) {
		if _, at := c.pair(); c.asks(openapi.AttachOperation) && c.answer.status == http.StatusAccepted && at != nil {
			at.settles = at.settles.Add(2 * c.server.delay)
		}
	}
	return d
}
