package mock

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// handlers maps the operations of the documents to what answers them.
var handlers = map[string]func(*call) answer{
	openapi.DetachOperation:   (*call).detachVolume,
	openapi.AttachOperation:   (*call).attachVolume,
	openapi.ShowOperation:     (*call).showVolume,
	openapi.VersionsOperation: (*call).listVersions,
}

// detachVolume takes a volume from a server: it is detaching, then available.
func (c *call) detachVolume() answer {
	v, at, refusal := c.lookup()
	switch {
	case refusal != nil:
		return *refusal
	case v.Bootable:
		return refuse(assumedOSVolume, "VirtualServer.OsVolumeNotDetachable",
			fmt.Sprintf("Volume %s is the OS's default volume: it cannot be detached.", v.ID))
	case at == nil:
		return refuse(assumedNotAttached, "VirtualServer.VolumeNotAttached",
			fmt.Sprintf("Volume %s is not attached to server %s.", v.ID, c.ids.server))
	case at.state != StateInUse:
		return busy(v)
	}
	return c.detach(at)
}

// detach makes attachments leave, and returns the answer that says so.
func (c *call) detach(leaving ...*attachment) answer {
	for _, at := range leaving {
		at.state, at.settles = StateDetaching, c.server.now().Add(c.server.delay)
	}
	return answer{status: http.StatusAccepted}
}

// attachVolume gives a volume to a server: it is attaching, then in use.
func (c *call) attachVolume() answer {
	body, err := attachRequest(c.body)
	if c.bodyErr != nil || err != nil || body.ServerID == "" {
		return refuse(http.StatusBadRequest, "ValidationError", "The body must be a JSON object with a server_id.")
	}
	c.ids.server = body.ServerID
	v, at, refusal := c.lookup()
	switch {
	case refusal != nil:
		return *refusal
	case v.Bootable:
		return refuse(assumedOSVolume, "VirtualServer.OsVolumeNotAttachable",
			fmt.Sprintf("Volume %s is the OS's default volume: its server cannot be changed.", v.ID))
	case at != nil, len(v.attachments) > 0 && !v.MultiAttach:
		return busy(v)
	case len(c.server.world.dataVolumes(body.ServerID)) >= maxDataVolumes:
		return refuse(http.StatusConflict, "VirtualServer.TooManyVolumes",
			fmt.Sprintf("Server %s has %d volumes already, which is the maximum.", body.ServerID, maxDataVolumes))
	}
	at = c.server.attach(v, body.ServerID)
	at.terminates = body.DeleteOnTermination != nil && *body.DeleteOnTermination
	return ok(http.StatusAccepted, volumes.Attachment{
		ServerID: at.server, VolumeID: v.ID, Device: new(at.device), DeleteOnTermination: new(at.terminates),
	})
}

// attachRequest reads the body of an attach. Names are as they are written: encoding/json takes Server_ID for
// server_id, too.
func attachRequest(body []byte) (volumes.AttachRequest, error) {
	var request volumes.AttachRequest
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(body, &fields); err != nil {
		return request, err
	}
	for name, to := range map[string]any{"server_id": &request.ServerID, "delete_on_termination": &request.DeleteOnTermination} {
		if value, found := fields[name]; found {
			if err := json.Unmarshal(value, to); err != nil {
				return request, fmt.Errorf("%s: %w", name, err)
			}
		}
	}
	return request, nil
}

// attach starts to give a volume to a server.
func (s *Server) attach(v *volume, server string) *attachment {
	now := s.now()
	at := &attachment{
		server: server, state: StateAttaching, device: s.world.freeDevice(server), since: now, settles: now.Add(s.delay),
	}
	v.attachments = append(v.attachments, at)
	return at
}

// showVolume shows a volume and the servers that have it.
func (c *call) showVolume() answer {
	v := c.server.world.volume(c.ids.volume)
	if v == nil {
		return unknown("volume", c.ids.volume)
	}
	return c.show(v)
}

// What the mock shows of a volume besides its World. No document gives these values.
const (
	shownUserID       = "6f1d2c3b4a5948e7b6c5d4e3f2a1b0c9"
	shownVolumeTypeID = "9c7e5a31-42d8-4f06-b1e9-7d3c5b8a2f40"
	shownMaxIOPS      = 3000
	shownThroughput   = 125 // MiB/s
)

// show shows a volume, with the fields that the version of the request has.
func (c *call) show(v *volume) answer {
	// The answer is written after the lock is released, so it points to copies.
	shown := volumes.Volume{
		ID: v.ID, Name: new(v.Name), State: v.state(), Size: v.Size, VolumeType: v.Type, VolumeTypeID: shownVolumeTypeID,
		Bootable: new(v.Bootable), Encrypted: new(v.Encrypted), Multiattach: new(v.MultiAttach), UserID: shownUserID,
		CreatedAt: rfc3339(v.created), ModifiedAt: new(rfc3339(v.modified)),
		MaxIOPS: new(v.iops), MaxThroughput: new(v.throughput),
		Servers: []volumes.AttachedServer{},
	}
	for _, a := range v.attachments {
		shown.Servers = append(shown.Servers, volumes.AttachedServer{
			ID: a.server, Device: new(a.device), AttachedAt: new(rfc3339(a.since)),
		})
	}
	return answer{status: http.StatusOK, body: shown, omit: c.operation.LaterFields(c.doc.Version.ID)}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// lookup finds the volume of a request and its attachment to the server, or refuses an unknown one.
func (c *call) lookup() (*volume, *attachment, *answer) {
	v := c.server.world.volume(c.ids.volume)
	if v == nil {
		refusal := unknown("volume", c.ids.volume)
		return nil, nil, &refusal
	}
	if !c.server.world.hasServer(c.ids.server) {
		refusal := unknown("server", c.ids.server)
		return nil, nil, &refusal
	}
	return v, v.at(c.ids.server), nil
}

func unknown(what, id string) answer {
	a := refuse(assumedUnknownID, "ValidationError", fmt.Sprintf("There is no %s %q.", what, id))
	a.unknownID = true
	return a
}

func busy(v *volume) answer {
	return refuse(assumedBusy, "VirtualServer.VolumeBusy", fmt.Sprintf("Volume %s is %s.", v.ID, v.state()))
}

// listVersions lists the versions with the labels of the day.
func (c *call) listVersions() answer {
	href := origin(c.request) + "/v1"
	list := discovery.Versions{Versions: []discovery.Version{}}
	for _, standing := range c.server.table.At(c.server.day()) {
		if c.server.refuseEnded && standing.State == lifecycle.Ended {
			continue
		}
		version := discovery.Version{
			ID:     "v" + standing.ID.String(),
			Status: string(standing.State.Label()),
			Links:  &[]discovery.Link{{Href: href, Rel: "self"}},
		}
		if !standing.NotBefore.IsZero() {
			date := standing.NotBefore.String()
			version.NotBefore = &date
		}
		list.Versions = append(list.Versions, version)
	}
	return ok(http.StatusOK, list)
}

// origin is the scheme and host that a request came to.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
