package mock

import "slices"

// neighbourDefects detach the volume, and do something to other volumes of the server.
var neighbourDefects = []Defect{
	slow(detaching("takes-others-along", "detaches the other data volumes of the server as well", func(c *call) {
		if v, at := c.detachable(); v != nil {
			leaving := []*attachment{at}
			for _, neighbour := range c.neighbours() {
				leaving = append(leaving, neighbour.at(c.ids.server))
			}
			c.answer = c.detach(leaving...)
		}
	})),
	slow(detaching("neighbour-instead", "detaches another data volume of the server in place of the one that is named", func(c *call) {
		if v, _ := c.detachable(); v != nil && len(c.neighbours()) > 0 {
			c.answer = c.detach(c.neighbours()[0].at(c.ids.server))
		}
	})),
	slow(neighbour("neighbour-detached-later", "detaches another data volume of the server a while later", true, func(c *call, v *volume) {
		v.attachments = slices.DeleteFunc(v.attachments, func(a *attachment) bool { return a.server == c.ids.server })
	})),
	neighbour("neighbour-renamed", "renames another data volume of the server", false, func(_ *call, v *volume) { v.Name = "" }),
	neighbour("neighbour-renamed-later", "renames another data volume of the server a while later", true, func(_ *call, v *volume) { v.Name = "" }),
	neighbour("neighbour-resized", "resizes another data volume of the server", false, func(_ *call, v *volume) { v.Size++ }),
	neighbour("neighbour-deleted", "deletes another data volume of the server a while later", true, func(c *call, v *volume) {
		c.server.world.remove(v)
	}),
	slow(neighbour("neighbour-broken", "leaves another data volume of the server detaching", false, func(c *call, v *volume) {
		if at := v.at(c.ids.server); at != nil {
			at.state, at.settles = StateDetaching, never
		}
	})),
	neighbour("neighbour-moves-device", "changes the device of another data volume of the server", false, func(c *call, v *volume) {
		if at := v.at(c.ids.server); at != nil {
			at.device = "/dev/vdz"
		}
	}),
	detached("os-volume-renamed", "renames the OS volume of the server", func(c *call, _ *volume) {
		for _, v := range c.server.world.volumes {
			if v.Bootable && v.at(c.ids.server) != nil {
				v.Name += " (changed)"
			}
		}
	}),
	detached("os-volume-leaves-later", "detaches the OS volume of the server a while later", func(c *call, _ *volume) {
		server := c.ids.server
		c.later(func(w *world) {
			for _, v := range w.volumes {
				if v.Bootable && v.at(server) != nil {
					v.attachments = nil
				}
			}
		})
	}),
}

// neighbour is a defect of what happens to the first other data volume of the server.
func neighbour(name, summary string, delayed bool, do func(*call, *volume)) Defect {
	return detached(name, summary, func(c *call, _ *volume) {
		others := c.neighbours()
		switch {
		case len(others) == 0:
		case delayed:
			c.later(func(*world) { do(c, others[0]) })
		default:
			do(c, others[0])
		}
	})
}
