package mock

import (
	"net/http"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
)

// showDefects show volumes wrongly, or do not say what was attached.
var showDefects = []Defect{
	slow(showing("shows-nothing", "shows volumes without their servers", func(c *call, v *volumes.Volume) {
		c.answer = ok(http.StatusOK, map[string]string{"id": v.ID, "state": StateInUse})
	})),
	showing("shows-another", "shows another volume than the request names", func(c *call, _ *volumes.Volume) {
		for _, other := range c.server.world.volumes {
			if other.ID != c.ids.volume {
				c.answer = c.show(other)
				return
			}
		}
	}),
	showing("shows-new-fields", "shows fields of 1.2 in older versions", func(c *call, _ *volumes.Volume) { c.answer.omit = nil }),
	showing("shows-old-fields", "leaves out the fields of 1.2 in newer versions", func(c *call, _ *volumes.Volume) {
		c.answer.omit = c.operation.LaterFields(c.server.documents.Versions[0].Version.ID)
	}),
	showing("shows-no-type", "shows volumes without their type", func(c *call, _ *volumes.Volume) {
		c.answer.omit = append(c.answer.omit, "volume_type")
	}),
	showing("shows-no-bootable", "does not show whether an OS starts from a volume", func(c *call, _ *volumes.Volume) {
		c.answer.omit = append(c.answer.omit, "bootable")
	}),
	showing("shows-one-server", "shows one server of a shared volume", func(c *call, v *volumes.Volume) {
		v.Servers = v.Servers[:min(1, len(v.Servers))]
		c.answer.body = *v
	}),
	showing("shows-unversioned-empty", "shows no servers to a request without a version", func(c *call, v *volumes.Volume) {
		if len(c.version) == 0 {
			v.Servers = []volumes.AttachedServer{}
			c.answer.body = *v
		}
	}),
	replying("attach-no-answer", "accepts an attach without saying what it attached", func(c *call) {
		if c.asks(openapi.AttachOperation) && c.answer.status == http.StatusAccepted {
			c.answer.body = map[string]string{}
		}
	}),
}

// showing is a defect of how a volume is shown. Its hook may change the volume that it gets, or the answer.
func showing(name, summary string, do func(*call, *volumes.Volume)) Defect {
	return replying(name, summary, func(c *call) {
		if shown, isVolume := c.answer.body.(volumes.Volume); isVolume {
			do(c, &shown)
		}
	})
}
