package mock

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
)

// attachDefects attach what they should not, refuse what they should attach, or do something else than they say.
var attachDefects = slices.Concat([]Defect{
	attaching("attach-needs-flag", "refuses an attach without delete_on_termination", func(c *call) {
		if !strings.Contains(string(c.body), "delete_on_termination") {
			c.answer = refuse(http.StatusBadRequest, "ValidationError", "delete_on_termination is required.")
		}
	}),
	attaching("attach-null-refused", "refuses an attach with a delete_on_termination of null", func(c *call) {
		if strings.Contains(string(c.body), `"delete_on_termination":null`) {
			c.answer = refuse(http.StatusBadRequest, "ValidationError", "null is no value for delete_on_termination.")
		}
	}),
	attaching("attach-charset-refused", "refuses an attach whose content type names a charset", func(c *call) {
		if c.request.Header.Get("Content-Type") != "application/json" {
			c.answer = refuse(http.StatusBadRequest, "ValidationError", "The content type is unknown.")
		}
	}),
	attaching("attach-once", "refuses to attach a volume that was detached before", func(c *call) {
		if v := c.volume(); v != nil && v.last.left != "" && len(v.attachments) == 0 {
			c.answer = busy(v)
		}
	}, remembersMoves),
	accepting("attach-in-use", "attaches a volume that is in use to one more server", func(v *volume, server string) bool {
		return !v.Bootable && !v.MultiAttach && len(v.attachments) > 0 && v.at(server) == nil
	}),
	accepting("attach-os-volume", "attaches the OS's default volume to another server", func(v *volume, server string) bool {
		return v.Bootable && v.at(server) == nil
	}),
	attaching("attach-again", "answers 202 for a volume that the server has", func(c *call) {
		v := c.volume()
		body, err := attachRequest(c.body)
		if err != nil || v == nil || v.Bootable {
			return
		}
		if at := v.at(body.ServerID); at != nil && at.state == StateInUse {
			c.answer = c.attachment(v, at)
		}
	}),
	attaching("attach-unknown-server", "attaches a volume to a server that is unknown", func(c *call) {
		body, err := attachRequest(c.body)
		if v := c.volume(); err == nil && v != nil && body.ServerID != "" && !c.server.world.hasServer(body.ServerID) && len(v.attachments) == 0 {
			c.answer = c.attachment(v, c.server.attach(v, body.ServerID))
		}
	}),
	readingBody("attach-first-server", "attaches a volume to its first server where the body names none", func(c *call) string {
		var fields map[string]json.RawMessage
		if json.Unmarshal(c.body, &fields) != nil || fields["server_id"] != nil {
			return ""
		}
		return c.server.world.servers[0]
	}),
	readingBody("attach-any-case", "reads Server_ID as server_id", func(c *call) string {
		var body volumes.AttachRequest
		_ = json.Unmarshal(c.body, &body)
		return body.ServerID
	}),
	readingBody("attach-list", "reads the first of a list of servers", func(c *call) string {
		var body struct {
			Servers []string `json:"server_id"`
		}
		if json.Unmarshal(c.body, &body) != nil || len(body.Servers) == 0 {
			return ""
		}
		return body.Servers[0]
	}),
	readingBody("attach-flag-as-text", "reads a delete_on_termination that is a text", func(c *call) string {
		var body struct {
			Server string `json:"server_id"`
			Flag   string `json:"delete_on_termination"`
		}
		if json.Unmarshal(c.body, &body) != nil {
			return ""
		}
		return body.Server
	}),
	attaching("attach-bad-body-500", "fails where the body is no JSON", func(c *call) {
		if !json.Valid(c.body) {
			c.answer = refuse(http.StatusInternalServerError, "ContactAdminForAssistance", "Unexpected end of JSON input.")
		}
	}),
	attachAnswers("attach-other-device", "says that a volume has another device than is shown", func(a *volumes.Attachment) {
		a.Device = new("/dev/vdq")
	}),
	attachAnswers("attach-never-terminates", "says that a volume outlives its server, whatever was asked for", func(a *volumes.Attachment) {
		a.DeleteOnTermination = new(false)
	}),
	attachAnswers("attach-terminates", "says that a volume is deleted with its server, unless that was asked for", func(a *volumes.Attachment) {
		a.DeleteOnTermination = new(!*a.DeleteOnTermination)
	}),
	attachAnswers("attach-upper-case", "spells the server of an attachment in upper case", func(a *volumes.Attachment) {
		a.ServerID = strings.ToUpper(a.ServerID)
	}),
	attachedThen("attach-since-1970", "says that an attachment is as old as Unix", func(_ *call, _ *volume, at *attachment) {
		at.since = time.Unix(0, 0)
	}),
	attachedThen("attach-same-device", "gives a volume the device of the OS volume", func(c *call, _ *volume, at *attachment) {
		at.device = osDevice
		c.answer = c.attachment(c.volume(), at)
	}),
	slow(attachedThen("attach-without-effect", "answers 202 to an attach and does nothing", func(_ *call, v *volume, at *attachment) {
		v.attachments = slices.DeleteFunc(v.attachments, func(a *attachment) bool { return a == at && !v.MultiAttach })
	})),
	attachedThen("attach-takes-shared", "takes a shared volume off another server with an attach", func(c *call, v *volume, _ *attachment) {
		for _, other := range c.server.world.volumes {
			if other != v && other.MultiAttach && len(other.attachments) > 1 {
				other.attachments = other.attachments[:1]
			}
		}
	}),
	attachedThen("attach-resizes", "grows a volume with each attach", func(_ *call, v *volume, _ *attachment) { v.Size++ }),
},
	refusedAttach("attach-refused-moves", "refuses to attach a volume that is in use, and moves it", func(_ *call, v *volume, server string) {
		if len(v.attachments) == 1 && v.at(server) == nil && !v.Bootable && !v.MultiAttach {
			v.attachments[0].server = server
		}
	}),
	refusedAttach("attach-refused-adds", "refuses to attach a volume that is in use, and attaches it a while later", func(c *call, v *volume, server string) {
		if len(v.attachments) == 1 && v.at(server) == nil && !v.Bootable && !v.MultiAttach {
			c.later(func(*world) { c.server.attach(v, server) })
		}
	}),
	refusedAttach("attach-refused-doubles", "refuses to attach a volume again, and lists its server twice", func(_ *call, v *volume, server string) {
		if at := v.at(server); at != nil && !v.MultiAttach {
			v.attachments = append(v.attachments, at)
		}
	}),
	refusedAttach("attach-refused-os", "refuses to attach the OS's default volume, and does", func(c *call, v *volume, server string) {
		if v.Bootable && v.at(server) == nil {
			c.server.attach(v, server)
		}
	}),
	refusedAttach("attach-refused-grows", "refuses to attach a volume that is in use, and grows it", func(_ *call, v *volume, _ string) { v.Size++ }),
	refusedAttach("attach-refused-touches", "refuses to attach a volume, and sets modified_at", func(_ *call, v *volume, _ string) {
		v.modified = v.modified.Add(time.Minute)
	}),
	[]Defect{
		replying("attach-bad-body-reserves", "leaves a volume on its way after a body that is none", func(c *call) {
			body, err := attachRequest(c.body)
			if v := c.volume(); c.asks(openapi.AttachOperation) && c.answer.status == http.StatusBadRequest && v != nil && (err != nil || body.ServerID == "") && len(v.attachments) == 0 {
				v.broken = true
			}
		}),
		{Name: "attach-refused-queued", Summary: "attaches a volume once it is detached, as was refused before", hooks: hooks{reply: queuesAttaches}},
		attachDone("attach-unauthorized-done", "refuses an attach with a bad signature, and does it", func(c *call) bool { return c.refused != nil }),
		attachDone("attach-version-done", "refuses an attach in an unknown version, and does it", func(c *call) bool {
			return c.refused == nil && c.doc == nil
		}),
	},
)

// attaching is a defect that decides an attach before the rules do. Its hook sets an answer, or leaves the decision
// to the rules.
func attaching(name, summary string, do func(*call), reply ...func(*call)) Defect {
	d := Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.AttachOperation, do)}}
	for _, hook := range reply {
		d.hooks.reply = hook
	}
	return d
}

// accepting is a defect that attaches a volume which the rules refuse to attach to a server.
func accepting(name, summary string, when func(v *volume, server string) bool) Defect {
	return attaching(name, summary, func(c *call) {
		body, err := attachRequest(c.body)
		if v := c.volume(); err == nil && v != nil && c.server.world.hasServer(body.ServerID) && when(v, body.ServerID) {
			c.answer = c.attachment(v, c.server.attach(v, body.ServerID))
		}
	})
}

// readingBody is a defect that finds a server in a body which names none.
func readingBody(name, summary string, server func(*call) string) Defect {
	return attaching(name, summary, func(c *call) {
		if body, err := attachRequest(c.body); err == nil && body.ServerID != "" {
			return
		}
		if id := server(c); id != "" {
			c.body, _ = json.Marshal(volumes.AttachRequest{ServerID: id}) // which cannot fail
		}
	})
}

// attachedThen is a defect of what follows an accepted attach.
func attachedThen(name, summary string, do func(*call, *volume, *attachment)) Defect {
	return replying(name, summary, func(c *call) {
		if v, at := c.pair(); at != nil && c.asks(openapi.AttachOperation) && c.answer.status == http.StatusAccepted {
			do(c, v, at)
		}
	})
}

// refusedAttach is a defect of what follows an attach that was refused though its body names a server.
func refusedAttach(name, summary string, do func(c *call, v *volume, server string)) []Defect {
	return []Defect{replying(name, summary, func(c *call) {
		body, err := attachRequest(c.body)
		if v := c.volume(); c.asks(openapi.AttachOperation) && c.answer.status >= http.StatusBadRequest && v != nil && err == nil && c.server.world.hasServer(body.ServerID) {
			do(c, v, body.ServerID)
		}
	})}
}

// attachDone is a defect that does what it refused before anybody read the body.
func attachDone(name, summary string, when func(*call) bool) Defect {
	return replying(name, summary, func(c *call) {
		if c.answer.status < http.StatusBadRequest || !when(c) || c.method != http.MethodPost {
			return
		}
		op, params := c.server.documents.Volumes.Match(c.method, c.path)
		if op == nil {
			return
		}
		ids, _ := decode(params)
		body, err := attachRequest(c.body)
		v := c.server.world.volume(ids.volume)
		if err == nil && v != nil && len(v.attachments) == 0 && c.server.world.hasServer(body.ServerID) {
			c.server.attach(v, body.ServerID)
		}
	})
}

// queuesAttaches keeps an attach that was refused as the volume is in use, until that is detached.
func queuesAttaches(c *call) {
	v := c.volume()
	if v == nil {
		return
	}
	body, err := attachRequest(c.body)
	switch {
	case c.asks(openapi.AttachOperation) && c.answer.status == http.StatusConflict && err == nil && !v.Bootable && !v.MultiAttach:
		v.last.left = body.ServerID
	case c.accepted() && v.last.left != "":
		server := v.last.left
		v.last.left = ""
		c.soon(func(*world) {
			if len(v.attachments) == 0 {
				c.server.attach(v, server)
			}
		})
	}
}

// attachment is the answer to an attach that is accepted.
func (c *call) attachment(v *volume, at *attachment) answer {
	c.ids.server = at.server
	return ok(http.StatusAccepted, volumes.Attachment{
		ServerID: at.server, VolumeID: v.ID, Device: new(at.device), DeleteOnTermination: new(at.terminates),
	})
}
