package mock

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// maxRequest is how many bytes of a request's body are read.
const maxRequest = 64 << 10

// detachVolume takes a volume from a server. The volume goes through Detaching to Available.
func (s *Server) detachVolume(_ *http.Request, id ids) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	v, at, refusal := s.lookup(id)
	if s.fault.detach != nil {
		if moved, done := s.fault.detach(s.world, id); done {
			return s.accept(moved...)
		}
	}
	switch {
	case refusal != nil:
		return *refusal
	case v.Bootable:
		return refuse(assumedOSVolume, "VirtualServer.OsVolumeNotDetachable",
			fmt.Sprintf("Volume %s is the OS's default volume: its attached server cannot be modified.", id.volume))
	case at == nil:
		return refuse(assumedNotAttached, "VirtualServer.VolumeNotAttached",
			fmt.Sprintf("Volume %s is not attached to server %s.", id.volume, id.server))
	case at.state != StateInUse:
		return busy(v)
	}
	if s.fault.left != nil {
		s.fault.left(v)
	}
	return s.accept(at)
}

// accept sets attachments on their way off, and says so.
func (s *Server) accept(leaving ...*attachment) answer {
	for _, at := range leaving {
		at.state, at.settles = StateDetaching, s.now().Add(s.delay)
	}
	return answer{status: http.StatusAccepted}
}

// attachVolume puts a volume to a server. The volume goes through Attaching to In-use.
func (s *Server) attachVolume(r *http.Request, id ids) answer {
	var body volumes.AttachRequest
	content, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxRequest))
	if err != nil || json.Unmarshal(content, &body) != nil || body.ServerID == "" {
		return refuse(http.StatusBadRequest, "ValidationError", "The body has to be JSON with a server_id.")
	}
	id.server = body.ServerID

	s.mu.Lock()
	defer s.mu.Unlock()
	v, at, refusal := s.lookup(id)
	switch {
	case refusal != nil:
		return *refusal
	case v.Bootable:
		return refuse(assumedOSVolume, "VirtualServer.OsVolumeNotAttachable",
			fmt.Sprintf("Volume %s is the OS's default volume: its attached server cannot be modified.", id.volume))
	case at != nil, len(v.attachments) > 0 && !v.MultiAttach:
		return busy(v)
	case s.world.dataVolumes(id.server) >= maxDataVolumes:
		return refuse(http.StatusConflict, "VirtualServer.TooManyVolumes",
			fmt.Sprintf("Server %s has %d volumes, which is the most it takes.", id.server, maxDataVolumes))
	}
	now := s.now()
	device := s.world.freeDevice(id.server)
	v.attachments = append(v.attachments, &attachment{
		server: id.server, state: StateAttaching, device: device, since: now, settles: now.Add(s.delay),
	})
	return ok(http.StatusAccepted, volumes.Attachment{
		ServerID: id.server, VolumeID: id.volume, Device: &device, DeleteOnTermination: body.DeleteOnTermination,
	})
}

// showVolume shows a volume and where it is attached.
func (s *Server) showVolume(_ *http.Request, id ids) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.settle(s.now())
	v := s.world.volumes[id.volume]
	if v == nil {
		return unknown("volume", id.volume)
	}
	shown := volumes.Volume{
		ID: v.ID, Name: &v.Name, State: v.state(), Bootable: &v.Bootable, Multiattach: &v.MultiAttach,
		Servers: []volumes.AttachedServer{},
	}
	for _, a := range v.attachments {
		attached := volumes.AttachedServer{ID: a.server, Device: &a.device}
		if !a.since.IsZero() {
			since := a.since.UTC().Format(time.RFC3339)
			attached.AttachedAt = &since
		}
		shown.Servers = append(shown.Servers, attached)
	}
	return ok(http.StatusOK, shown)
}

// lookup finds a volume and where it is attached to a server, or says which of the two is unknown.
func (s *Server) lookup(id ids) (*volume, *attachment, *answer) {
	s.world.settle(s.now())
	v := s.world.volumes[id.volume]
	if v == nil {
		refusal := unknown("volume", id.volume)
		return nil, nil, &refusal
	}
	if !s.world.servers[id.server] {
		refusal := unknown("server", id.server)
		return nil, nil, &refusal
	}
	return v, v.at(id.server), nil
}

func unknown(what, id string) answer {
	return refuse(assumedUnknownID, "ValidationError", fmt.Sprintf("There is no %s %q.", what, id))
}

func busy(v *volume) answer {
	return refuse(assumedBusy, "VirtualServer.VolumeBusy", fmt.Sprintf("Volume %s is %s.", v.ID, v.state()))
}

// listVersions lists the versions that are answered, with the labels of the day.
func (s *Server) listVersions(r *http.Request) answer {
	href := origin(r) + "/v1"
	list := discovery.Versions{Versions: []discovery.Version{}}
	for _, standing := range s.table.At(s.day()) {
		if s.refuseEnded && standing.State == lifecycle.Ended {
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
	if s.fault.list != nil {
		list.Versions = s.fault.list(list.Versions)
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

// callable reports whether a version is answered on the mock's day.
func (s *Server) callable(id lifecycle.ID) bool {
	standing, _ := s.table.At(s.day()).Of(id)
	return standing.State != lifecycle.Planned && (!s.refuseEnded || standing.State != lifecycle.Ended)
}
