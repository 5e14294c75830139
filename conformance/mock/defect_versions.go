package mock

import (
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// versionedDefects are faults of one version, or of some, while the others are right.
var versionedDefects = []Defect{
	showing("oldest-hides-name", "shows volumes without their name in the oldest version", func(c *call, v *volumes.Volume) {
		if c.oldest() {
			v.Name = nil
			c.answer.body = *v
		}
	}),
	showing("older-hide-change", "shows null for modified_at in older versions than the newest", func(c *call, v *volumes.Volume) {
		if !c.newest() {
			v.ModifiedAt = nil
			c.answer.body = *v
		}
	}),
	showing("older-hide-speed", "shows null for the speed of a volume in older versions that show it", func(c *call, v *volumes.Volume) {
		if !c.newest() {
			v.MaxIOPS, v.MaxThroughput = nil, nil
			c.answer.body = *v
		}
	}),
	showing("unversioned-hides-name", "shows volumes without their name to a request without a version", func(c *call, v *volumes.Volume) {
		if unversioned(c) {
			v.Name = nil
			c.answer.body = *v
		}
	}),
	showing("older-forget-detached", "shows a volume of no server without its name in older versions", func(c *call, v *volumes.Volume) {
		if !c.newest() && len(v.Servers) == 0 {
			v.Name = nil
			c.answer.body = *v
		}
	}),
	showing("oldest-resizes-leaving", "shows a volume that is being detached as empty in the oldest version", func(c *call, v *volumes.Volume) {
		if c.oldest() && v.State == StateDetaching {
			v.Size = 0
			c.answer.body = *v
		}
	}),
	detached("comes-back-from-oldest", "attaches the volume again a while after a detach in the oldest version", func(c *call, v *volume) {
		if server := c.ids.server; c.oldest() {
			c.later(func(*world) {
				if v.at(server) == nil {
					c.server.attach(v, server)
				}
			})
		}
	}),
	detached("comes-back-plain-from-oldest", "attaches a volume that stays when its server is deleted again long after a detach in the oldest version", func(c *call, v *volume) {
		if at := v.at(c.ids.server); at != nil && !at.terminates && c.oldest() {
			c.muchLater(func(*world) {
				if len(v.attachments) == 0 {
					c.server.attach(v, at.server)
				}
			})
		}
	}),
	detached("error-after-oldest", "puts the volume into an error state long after a detach in the oldest version", func(c *call, v *volume) {
		if c.oldest() {
			c.muchLater(func(*world) { v.broken = true })
		}
	}),
	detached("vanishes-after-oldest", "deletes a volume of no server long after a detach in the oldest version", func(c *call, v *volume) {
		if c.oldest() {
			c.muchLater(func(w *world) {
				if len(v.attachments) == 0 {
					w.remove(v)
				}
			})
		}
	}),
}

func (c *call) oldest() bool { return c.doc == c.server.documents.Versions[0] }

func (c *call) newest() bool { return c.doc == c.server.documents.Newest() }

// muchLater makes something happen to the world long after what the request began is done.
func (c *call) muchLater(do func(*world)) {
	at := c.server.now().Add(c.server.delay + 4*aWhile)
	c.server.world.events = append(c.server.world.events, event{at, do})
}
