package mock

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"
)

// The states of a volume, in the spelling of the vendor's Go SDK and Terraform provider, which compares
// exactly.
const (
	StateAvailable = "available"
	StateAttaching = "attaching"
	StateInUse     = "in-use"
	StateDetaching = "detaching"
	StateError     = "error"
)

// maxDataVolumes is how many volumes besides its OS volume a server can have. Source: the vendor's SDK.
const maxDataVolumes = 26

// World is the servers and volumes of a mock.
type World struct {
	Servers []string `json:"servers"` // IDs
	Volumes []Volume `json:"volumes"`
}

// Volume is a volume of a World.
type Volume struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	// State is one of the states of a volume. The default is in-use if Servers has any, and otherwise available.
	// A volume that starts attaching or detaching stays so, as a stuck one does: for one that arrives, attach
	// or detach it, and see WithDelay. A volume in the state error has no servers.
	State string `json:"state,omitempty"`
	// Size is in GiB. The default is 10.
	Size int `json:"size,omitempty"`
	// Type is the volume type. The default is SSD, or SSD_MultiAttach if MultiAttach is set.
	Type      string `json:"type,omitempty"`
	Encrypted bool   `json:"encrypted,omitempty"`
	// Bootable marks the volume that an OS starts from. It cannot be detached.
	Bootable bool `json:"bootable,omitempty"`
	// MultiAttach lets several servers have the volume at once.
	MultiAttach bool `json:"multi_attach,omitempty"`
	// Servers are the IDs of the servers that have the volume.
	Servers []string `json:"servers,omitempty"`
}

// The IDs of DefaultWorld. VolumeID and ServerID are the examples of the documents.
const (
	ServerID      = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"
	OtherServerID = "7c1f0a52-90d4-4b6f-8a3e-d1c5b2f4e806"
	VolumeID      = "3f500f00-ed80-4566-a057-e31760226f9a"
	SpareID       = "b8e0c7d1-2f34-4a95-9d60-53a7e1f8c2b4"
	SharedID      = "e94d2b16-7a08-4c53-b1f7-0c86d5a3f92e"
	OSVolumeID    = "05d3a8f7-c16b-4e29-8f42-9ab07e64d1c3"
)

// DefaultWorld is two servers and four volumes: one attached to the first server, one attached to none, a
// multi-attach volume that both servers have, and the OS's default volume of the first server.
func DefaultWorld() World {
	return World{
		Servers: []string{ServerID, OtherServerID},
		Volumes: []Volume{
			{ID: VolumeID, Name: "data", Servers: []string{ServerID}},
			{ID: SpareID, Name: "spare"},
			{ID: SharedID, Name: "shared", MultiAttach: true, Servers: []string{ServerID, OtherServerID}},
			{ID: OSVolumeID, Name: "os", Size: 100, Bootable: true, Servers: []string{ServerID}},
		},
	}
}

// world is what the mock holds. Its methods are called under the lock of the Server.
type world struct {
	servers []string
	volumes []*volume
	events  []event
}

type volume struct {
	Volume
	attachments       []*attachment
	created, modified time.Time
	iops, throughput  int
	broken            bool      // it is in StateError once it is attached to nothing
	busyUntil         time.Time // see WithBusy
	last              moved     // see acrossDefects
	oldestLast        bool      // see default-after-oldest
	lagsUntil         time.Time // see across-lags
}

// attachment is a volume at a server. One that is coming or leaving arrives when it settles.
type attachment struct {
	server  string
	state   string // StateAttaching, StateInUse, StateDetaching
	device  string
	since   time.Time
	settles time.Time
	// terminates is set where the volume is to be deleted together with the server.
	terminates bool
}

// event is something that happens by itself, at a time.
type event struct {
	at time.Time
	do func(*world)
}

func newWorld(w World, now time.Time) (*world, error) {
	built := &world{servers: slices.Clone(w.Servers)}
	for _, v := range w.Volumes {
		switch {
		case v.ID == "":
			return nil, errors.New("world: a volume has no ID")
		case built.volume(v.ID) != nil:
			return nil, fmt.Errorf("world: volume %s is listed twice", v.ID)
		}
		added := &volume{Volume: v, created: now, modified: now, iops: shownMaxIOPS, throughput: shownThroughput}
		added.Size = cmp.Or(v.Size, 10)
		if added.Type == "" {
			added.Type = "SSD"
			if v.MultiAttach {
				added.Type = "SSD_MultiAttach"
			}
		}
		for _, server := range v.Servers {
			if !built.hasServer(server) {
				return nil, fmt.Errorf("world: volume %s is attached to server %s, which is not listed", v.ID, server)
			}
			at := &attachment{server: server, state: StateInUse, device: built.freeDevice(server), since: now}
			if v.Bootable {
				at.device = osDevice
			}
			added.attachments = append(added.attachments, at)
		}
		if err := added.begin(v.State); err != nil {
			return nil, fmt.Errorf("world: volume %s %w", v.ID, err)
		}
		built.volumes = append(built.volumes, added)
	}
	return built, nil
}

// begin puts a volume into the state that it starts in.
func (v *volume) begin(state string) error {
	attached := len(v.attachments) > 0
	switch state {
	case "":
	case StateAvailable, StateError:
		if attached {
			return fmt.Errorf("is attached to servers, and so cannot be %s", state)
		}
		v.broken = state == StateError
	case StateInUse, StateAttaching, StateDetaching:
		if !attached {
			return fmt.Errorf("is attached to no server, and so cannot be %s", state)
		}
		for _, at := range v.attachments {
			at.state, at.settles = state, never
		}
	default:
		return fmt.Errorf("has the state %q, which is none of a volume", state)
	}
	return nil
}

func (w *world) hasServer(id string) bool { return slices.Contains(w.servers, id) }

// volume returns the volume with an ID, or nil.
func (w *world) volume(id string) *volume {
	i := slices.IndexFunc(w.volumes, func(v *volume) bool { return v.ID == id })
	if i < 0 {
		return nil
	}
	return w.volumes[i]
}

// remove deletes a volume.
func (w *world) remove(gone *volume) {
	w.volumes = slices.DeleteFunc(w.volumes, func(v *volume) bool { return v == gone })
}

// settle makes everything happen that is due.
func (w *world) settle(now time.Time) {
	for _, v := range w.volumes {
		v.settle(now)
	}
	due := w.events
	w.events = nil
	for _, e := range due {
		if now.Before(e.at) {
			w.events = append(w.events, e)
		} else {
			e.do(w)
		}
	}
}

func (v *volume) settle(now time.Time) {
	v.attachments = slices.DeleteFunc(v.attachments, func(a *attachment) bool {
		if a.state == StateInUse || now.Before(a.settles) {
			return false
		}
		v.modified = a.settles
		if a.state == StateAttaching {
			a.state = StateInUse
			return false
		}
		return true
	})
}

// state is the state of the volume: that of an attachment that is coming or leaving, if there is one.
func (v *volume) state() string {
	state := StateAvailable
	if v.broken && len(v.attachments) == 0 {
		state = StateError
	}
	for _, a := range v.attachments {
		if a.state != StateInUse {
			return a.state
		}
		state = StateInUse
	}
	return state
}

// at returns the volume's attachment to a server, or nil.
func (v *volume) at(server string) *attachment {
	i := slices.IndexFunc(v.attachments, func(a *attachment) bool { return a.server == server })
	if i < 0 {
		return nil
	}
	return v.attachments[i]
}

// osDevice is the device of a server's OS volume.
const osDevice = "/dev/vda"

// freeDevice is the first device of a server that no data volume has, in Linux's order: vdb to vdz, then
// vdaa.
func (w *world) freeDevice(server string) string {
	taken := map[string]bool{}
	for _, v := range w.volumes {
		if a := v.at(server); a != nil {
			taken[a.device] = true
		}
	}
	for letter := 'b'; letter <= 'z'; letter++ {
		if device := "/dev/vd" + string(letter); !taken[device] {
			return device
		}
	}
	return "/dev/vdaa"
}

// dataVolumes are the volumes of a server besides its OS volume, those that are coming or leaving included.
func (w *world) dataVolumes(server string) []*volume {
	return slices.DeleteFunc(slices.Clone(w.volumes), func(v *volume) bool { return v.Bootable || v.at(server) == nil })
}
