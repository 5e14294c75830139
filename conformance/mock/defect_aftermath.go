package mock

import "slices"

// aftermathDefects detach the volume, and do something to it at once or a while later.
var aftermathDefects = []Defect{
	slow(detached("stuck", "leaves the volume detaching forever", func(c *call, v *volume) {
		if at := v.at(c.ids.server); at != nil && at.state == StateDetaching {
			at.settles = never
		}
	})),
	detached("error-state", "leaves the volume in an error state", func(_ *call, v *volume) { v.broken = true }),
	slow(detached("error-later", "puts the volume into an error state a while after the detach", func(c *call, v *volume) {
		c.later(func(*world) { v.broken = true })
	})),
	detached("comes-back", "attaches the volume again a while after the detach", func(c *call, v *volume) {
		server := c.ids.server
		c.later(func(*world) {
			if v.at(server) == nil {
				c.server.attach(v, server)
			}
		})
	}),
	slow(detached("comes-back-elsewhere", "attaches the volume to another server a while after the detach", func(c *call, v *volume) {
		i := slices.IndexFunc(c.server.world.servers, func(id string) bool { return v.at(id) == nil })
		if i < 0 {
			return
		}
		server := c.server.world.servers[i]
		c.later(func(*world) {
			if v.at(server) == nil {
				c.server.attach(v, server)
			}
		})
	})),
	detached("vanishes", "deletes the volume a while after the detach", func(c *call, v *volume) {
		c.later(func(w *world) { w.remove(v) })
	}),
	detached("vanishes-from-one-version", "deletes the volume a while after a detach in the oldest version", func(c *call, v *volume) {
		if c.doc == c.server.documents.Versions[0] {
			c.later(func(w *world) { w.remove(v) })
		}
	}),
	detached("renames", "renames the volume", func(_ *call, v *volume) { v.Name += " (detached)" }),
	detached("renames-later", "renames the volume a while after the detach", func(c *call, v *volume) {
		c.later(func(*world) { v.Name += " (detached)" })
	}),
	detached("resizes", "shrinks the volume", func(_ *call, v *volume) { v.Size = 1 }),
	detached("decrypts", "changes whether the volume is encrypted", func(_ *call, v *volume) { v.Encrypted = !v.Encrypted }),
	detached("retypes", "changes the volume's type", func(_ *call, v *volume) { v.Type = "HDD" }),
	detached("becomes-bootable", "marks the volume bootable a while after the detach", func(c *call, v *volume) {
		c.later(func(*world) { v.Bootable = true })
	}),
	detached("unshares", "makes a shared volume a single-attach one", func(_ *call, v *volume) { v.MultiAttach = false }),
	detached("second-server-follows", "detaches a shared volume from its second server, too, a while later", func(c *call, v *volume) {
		if len(v.attachments) < 2 {
			return
		}
		c.later(func(*world) { v.attachments = nil })
	}),
}
