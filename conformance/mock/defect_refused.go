package mock

import (
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/openapi"
)

// refusedDefects refuse a detach as they should, and carry it out all the same.
var refusedDefects = slices.Concat(
	refusedButDone("os-volume-goes-silently", "the OS's default volume", func(c *call) bool {
		v, at := c.pair()
		return c.asks(openapi.DetachOperation) && at != nil && v.Bootable
	}),
	refusedButDone("refused-but-done", "a volume from a server that does not have it, from the one that has", func(c *call) bool {
		v, at := c.pair()
		return c.asks(openapi.DetachOperation) && v != nil && at == nil && c.server.world.hasServer(c.ids.server) && !v.Bootable && v.state() == StateInUse
	}),
	allSlow(refusedButDone("refused-done-unauthorized", "a volume for a request with a bad signature", func(c *call) bool {
		return c.refused != nil && c.unjudged()
	})),
	allSlow(refusedButDone("refused-done-version", "a volume for a request of an unknown version", func(c *call) bool {
		return c.refused == nil && c.doc == nil && c.unjudged()
	})),
	refusedButDone("refused-done-server", "a volume from an unknown server, from its own", func(c *call) bool {
		v := c.volume()
		return c.asks(openapi.DetachOperation) && v != nil && !v.Bootable && !c.server.world.hasServer(c.ids.server)
	}),
	refusedButDone("refused-done-malformed", "a volume from a malformed server ID, from its own", func(c *call) bool {
		v := c.volume()
		return c.asks(openapi.DetachOperation) && c.malformed != nil && v != nil && !v.Bootable
	}),
	refusedButDone("refused-done-os-volume", "the OS's default volume from another server, from its own", func(c *call) bool {
		v, at := c.pair()
		return c.asks(openapi.DetachOperation) && v != nil && v.Bootable && at == nil
	}),
)

// refusedButDone are two defects: one that detaches a volume at once although it refuses the request, and
// one that does so a while later. when tells for which requests.
func refusedButDone(name, what string, when func(*call) bool) []Defect {
	var done []Defect
	for _, delayed := range []bool{false, true} {
		d := Defect{Name: name, Summary: "refuses to detach " + what + ", and does it"}
		if delayed {
			d.Name, d.Summary = name+"-later", d.Summary+" a while later"
		}
		d.hooks.reply = func(c *call) {
			if c.answer.status < http.StatusBadRequest || !when(c) {
				return
			}
			v := c.volume()
			if delayed {
				c.later(func(*world) { v.attachments = nil })
			} else {
				v.attachments = nil
			}
		}
		done = append(done, d)
	}
	return done
}

// allSlow marks defects as Slow.
func allSlow(defects []Defect) []Defect {
	for i := range defects {
		defects[i].Slow = true
	}
	return defects
}

// unjudged reads the IDs of a detach that was refused before anybody looked at them, and reports whether
// it would have been accepted.
func (c *call) unjudged() bool {
	op, params := c.server.documents.Newest().Match(c.method, c.path)
	if op == nil {
		return false
	}
	c.ids, _ = decode(params)
	v, _ := c.detachable()
	return v != nil
}
