package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

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
	showing("shows-unknown-state", "shows volumes in a state that nobody documents", func(c *call, v *volumes.Volume) {
		v.State = "ready"
		c.answer.body = *v
	}),
	showing("shows-no-state", "shows volumes in no state", func(c *call, v *volumes.Volume) {
		v.State = ""
		c.answer.body = *v
	}),
	showing("shows-null-servers", "shows null for the servers of a volume", func(c *call, v *volumes.Volume) {
		v.Servers = nil
		c.answer.body = *v
	}),
	showing("shows-size-as-text", "shows the size of a volume as text", func(c *call, v *volumes.Volume) {
		c.answer.body = changed(*v, "size", strconv.Itoa(v.Size))
	}),
	showing("shows-bootable-as-text", "shows whether an OS starts from a volume as text", func(c *call, v *volumes.Volume) {
		c.answer.body = changed(*v, "bootable", fmt.Sprint(*v.Bootable))
	}),
	showing("shows-servers-as-text", "shows the servers of a volume as IDs alone", func(c *call, v *volumes.Volume) {
		list := []string{}
		for _, s := range v.Servers {
			list = append(list, s.ID)
		}
		c.answer.body = changed(*v, "servers", list)
	}),
	showing("shows-wrapped", "shows a volume within a field", func(c *call, v *volumes.Volume) {
		c.answer.body = map[string]any{"volume": *v}
	}),
	showing("shows-in-array", "shows a volume as a list of one", func(c *call, v *volumes.Volume) { c.answer.body = []any{*v} }),
	showing("shows-unlabelled", "shows volumes as plain text", func(c *call, _ *volumes.Volume) {
		c.answer.header = map[string]string{"Content-Type": "text/plain"}
	}),
	showing("shows-another-now-and-then", "shows another volume once in fifteen requests", func(c *call, _ *volumes.Volume) {
		if c.number%15 == 0 {
			for _, other := range c.server.world.volumes {
				if other.ID != c.ids.volume {
					c.answer = c.show(other)
					return
				}
			}
		}
	}),
	attachAnswers("attach-names-another-server", "says that it attached a volume to another server", func(a *volumes.Attachment) {
		a.ServerID = OtherServerID[:1] + a.ServerID[1:]
	}),
	attachAnswers("attach-names-another-volume", "says that it attached another volume", func(a *volumes.Attachment) {
		a.ServerID, a.VolumeID = a.VolumeID, a.ServerID
	}),
	replying("attach-200", "answers 200 to an accepted attach", func(c *call) {
		if c.asks(openapi.AttachOperation) && c.answer.status == http.StatusAccepted {
			c.answer.status = http.StatusOK
		}
	}),
	replying("attach-no-answer", "accepts an attach without saying what it attached", func(c *call) {
		if c.asks(openapi.AttachOperation) && c.answer.status == http.StatusAccepted {
			c.answer.body = map[string]string{}
		}
	}),
}

// changed is a volume with another value of one field.
func changed(v volumes.Volume, field string, value any) map[string]any {
	encoded, _ := json.Marshal(v) // a volume always can be
	var fields map[string]any
	_ = json.Unmarshal(encoded, &fields)
	fields[field] = value
	return fields
}

// attachAnswers is a defect of what an accepted attach says.
func attachAnswers(name, summary string, change func(*volumes.Attachment)) Defect {
	return replying(name, summary, func(c *call) {
		if attachment, ok := c.answer.body.(volumes.Attachment); ok {
			change(&attachment)
			c.answer.body = attachment
		}
	})
}

// showing is a defect of how a volume is shown. Its hook may change the volume that it gets, or the answer.
func showing(name, summary string, do func(*call, *volumes.Volume)) Defect {
	return replying(name, summary, func(c *call) {
		if shown, isVolume := c.answer.body.(volumes.Volume); isVolume {
			do(c, &shown)
		}
	})
}
