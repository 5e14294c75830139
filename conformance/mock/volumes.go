package mock

import (
	"fmt"
	"slices"
	"time"
)

// The states of a volume, in the order it goes through them. Only a defect has one in Error.
const (
	StateAvailable = "Available"
	StateAttaching = "Attaching"
	StateInUse     = "In-use"
	StateDetaching = "Detaching"
	StateError     = "Error"
)

// maxDataVolumes is how many volumes besides the OS's a server takes. Source: the vendor's SDK.
const maxDataVolumes = 26

// World is what a mock starts with.
type World struct {
	// Servers are the IDs of the servers there are.
	Servers []string
	Volumes []Volume
}

// Volume is a volume a mock starts with.
type Volume struct {
	ID   string
	Name string
	// Bootable marks the volume that an OS starts from: it cannot be detached.
	Bootable bool
	// MultiAttach lets it be attached to several servers at once.
	MultiAttach bool
	// Servers are the IDs of those it is attached to.
	Servers []string
}

// The IDs of DefaultWorld. The volume and the server are the examples of the documents; nobody's
// account has them.
const (
	ServerID      = "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"
	OtherServerID = "7c1f0a52-90d4-4b6f-8a3e-d1c5b2f4e806"
	VolumeID      = "3f500f00-ed80-4566-a057-e31760226f9a"
	SpareID       = "b8e0c7d1-2f34-4a95-9d60-53a7e1f8c2b4"
	SharedID      = "e94d2b16-7a08-4c53-b1f7-0c86d5a3f92e"
	OSVolumeID    = "05d3a8f7-c16b-4e29-8f42-9ab07e64d1c3"
)

// DefaultWorld is two servers and four volumes: one attached to the first server, one attached to none,
// one that may be attached to several and is to both, and the OS's default volume of the first server.
func DefaultWorld() World {
	return World{
		Servers: []string{ServerID, OtherServerID},
		Volumes: []Volume{
			{ID: VolumeID, Name: "data", Servers: []string{ServerID}},
			{ID: SpareID, Name: "spare"},
			{ID: SharedID, Name: "shared", MultiAttach: true, Servers: []string{ServerID, OtherServerID}},
			{ID: OSVolumeID, Name: "os", Bootable: true, Servers: []string{ServerID}},
		},
	}
}

// world is what the mock holds. Its methods are called under the lock of the Server.
type world struct {
	servers map[string]bool
	volumes map[string]*volume
}

type volume struct {
	Volume
	attachments []*attachment
	broken      bool // by a defect
}

// attachment is a volume at a server. One that is on its way there or away has a time it arrives at.
type attachment struct {
	server  string
	state   string // StateAttaching, StateInUse, StateDetaching
	device  string
	since   time.Time
	settles time.Time
}

func newWorld(w World) (*world, error) {
	built := &world{servers: map[string]bool{}, volumes: map[string]*volume{}}
	for _, id := range w.Servers {
		built.servers[id] = true
	}
	for _, v := range w.Volumes {
		if built.volumes[v.ID] != nil {
			return nil, fmt.Errorf("volume %s is there twice", v.ID)
		}
		added := &volume{Volume: v}
		for _, server := range v.Servers {
			if !built.servers[server] {
				return nil, fmt.Errorf("volume %s is attached to server %s, which is not there", v.ID, server)
			}
			device := built.freeDevice(server)
			if v.Bootable {
				device = "/dev/vda"
			}
			added.attachments = append(added.attachments, &attachment{server: server, state: StateInUse, device: device})
		}
		built.volumes[v.ID] = added
	}
	return built, nil
}

// settle lets everything arrive that is due by now.
func (w *world) settle(now time.Time) {
	for _, v := range w.volumes {
		v.attachments = slices.DeleteFunc(v.attachments, func(a *attachment) bool {
			due := !now.Before(a.settles)
			if a.state == StateAttaching && due {
				a.state = StateInUse
			}
			return a.state == StateDetaching && due
		})
	}
}

// state is that of the volume: what moves comes before what rests.
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

func (v *volume) at(server string) *attachment {
	i := slices.IndexFunc(v.attachments, func(a *attachment) bool { return a.server == server })
	if i < 0 {
		return nil
	}
	return v.attachments[i]
}

// freeDevice is the first device of a server that no data volume has, named as Linux does: vdb to vdz,
// then vdaa. The OS has vda.
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

// dataVolumes counts the volumes at a server besides the OS's.
func (w *world) dataVolumes(server string) int {
	n := 0
	for _, v := range w.volumes {
		if !v.Bootable && v.at(server) != nil {
			n++
		}
	}
	return n
}
