package mock

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
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
	refusedButDone("refused-done-unsigned", "a volume for a request without a signature", func(c *call) bool {
		return c.request.Header.Get(signing.HeaderSignature) == "" && c.unjudged()
	}),
	refusedButDone("refused-done-access-key", "a volume for a request with an unknown access key", func(c *call) bool {
		_, known := c.server.credentialsOf(c.request.Header.Get(signing.HeaderAccessKey))
		return !known && c.unjudged()
	}),
	refusedButDone("refused-done-stale", "a volume for a request that is too old", func(c *call) bool {
		millis, err := strconv.ParseInt(c.request.Header.Get(signing.HeaderTimestamp), 10, 64)
		return c.refused != nil && err == nil && c.server.now().Sub(time.UnixMilli(millis)) > time.Minute && c.unjudged()
	}),
	refusedButDone("refused-done-slash", "a volume whose path has a slash at its end", func(c *call) bool {
		trimmed, found := strings.CutSuffix(c.path, "/")
		c.path = trimmed
		return found && c.unjudged()
	}),
	refusedButDone("refused-done-case", "a volume whose path has other letters", func(c *call) bool {
		lower := strings.ToLower(c.path)
		other := lower != c.path
		c.path = lower
		return other && c.unjudged()
	}),
	refusedThen("refused-detaches-neighbour", "refuses an unknown volume of a server, and detaches the server's others", func(c *call) {
		if c.volume() == nil && !c.accepted() {
			for _, v := range c.server.world.dataVolumes(c.ids.server) {
				v.attachments = nil
			}
		}
	}),
	refusedThen("refused-deletes", "refuses to detach a volume from another server, and deletes it", func(c *call) {
		if v, at := c.pair(); v != nil && at == nil && !v.Bootable && len(v.attachments) > 0 {
			c.server.world.remove(v)
		}
	}),
	refusedThen("refused-renames", "refuses to detach a volume from another server, and renames it", func(c *call) {
		if v, at := c.pair(); v != nil && at == nil && !v.Bootable {
			v.Name += " (detach failed)"
		}
	}),
	refusedThen("refused-sticks", "refuses to detach a volume from another server, and leaves it detaching", func(c *call) {
		if v, at := c.pair(); v != nil && at == nil && len(v.attachments) > 0 {
			v.attachments[0].state, v.attachments[0].settles = StateDetaching, never
		}
	}),
	refusedThen("refused-moves", "refuses to detach a volume from another server, and moves it there", func(c *call) {
		if v, at := c.pair(); v != nil && at == nil && len(v.attachments) == 1 && c.server.world.hasServer(c.ids.server) {
			v.attachments[0].server = c.ids.server
		}
	}),
	refusedThen("refused-shared-follows", "refuses to detach a volume from another server, and detaches the shared one from it", func(c *call) {
		if v, at := c.pair(); v != nil && at == nil {
			for _, other := range c.server.world.volumes {
				other.attachments = slices.DeleteFunc(other.attachments, func(a *attachment) bool {
					return other.MultiAttach && a.server == c.ids.server
				})
			}
		}
	}),
	refusedThen("refused-os-renamed", "refuses to detach the OS's default volume, and renames it", func(c *call) {
		if v, at := c.pair(); at != nil && v.Bootable {
			v.Name += " (detach failed)"
		}
	}),
	refusedThen("refused-os-detaching", "refuses to detach the OS's default volume, and shows it as detaching", func(c *call) {
		if v, at := c.pair(); at != nil && v.Bootable {
			at.state, at.settles = StateDetaching, never
		}
	}),
)

// refusedThen is a defect of what follows a detach that was refused.
func refusedThen(name, summary string, do func(*call)) []Defect {
	return []Defect{replying(name, summary, func(c *call) {
		if c.asks(openapi.DetachOperation) && c.answer.status >= http.StatusBadRequest {
			do(c)
		}
	})}
}

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
