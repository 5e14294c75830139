package mock

import (
	"slices"
)

// effectDefects do something else than a detach is for.
var effectDefects = []Defect{
	{
		Name: "no-effect", Summary: "answers 202, and nothing happens",
		Slow:     true,
		CaughtBy: []string{"detach-takes-effect"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			_, at := w.pair(id)
			return nil, at != nil && at.state == StateInUse && !w.volumes[id.volume].Bootable
		}},
	},
	{
		Name: "os-volume-goes", Summary: "lets the OS's default volume go",
		CaughtBy: []string{"detach-os-volume"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			return []*attachment{at}, at != nil && v.Bootable
		}},
	},
	{
		Name: "os-volume-goes-silently", Summary: "refuses to detach the OS's default volume, and does it",
		CaughtBy: []string{"detach-os-volume"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			if v, at := w.pair(id); at != nil && v.Bootable {
				v.attachments = nil
			}
			return nil, false
		}},
	},
	{
		Name: "server-ignored", Summary: "detaches the volume from wherever it is, whichever server is named",
		Slow:     true,
		CaughtBy: []string{"detach-other-server", "detach-unknown-server"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v := w.volumes[id.volume]
			if v == nil || v.Bootable || len(v.attachments) == 0 || v.state() != StateInUse {
				return nil, false
			}
			return v.attachments[:1], true
		}},
	},
	{
		Name: "volume-ignored", Summary: "detaches the first data volume of the server, whichever volume is named",
		Slow:     true,
		CaughtBy: []string{"detach-unknown-volume", "detach-not-attached"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			if v, at := w.pair(id); at != nil && (at.state == StateInUse || v.Bootable) {
				return nil, false
			}
			for _, name := range []string{SharedID, VolumeID, SpareID} {
				if v := w.volumes[name]; v != nil && v.at(id.server) != nil {
					return []*attachment{v.at(id.server)}, true
				}
			}
			return nil, false
		}},
	},
	{
		Name: "wrong-server", Summary: "detaches a volume of several servers from another one than is named",
		Slow:     true,
		CaughtBy: []string{"detach-shared"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			if at == nil || len(v.attachments) < 2 {
				return nil, false
			}
			i := slices.IndexFunc(v.attachments, func(a *attachment) bool { return a != at })
			return v.attachments[i : i+1], true
		}},
	},
	{
		Name: "all-servers", Summary: "detaches a volume of several servers from all of them",
		CaughtBy: []string{"detach-shared"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			if at == nil || len(v.attachments) < 2 {
				return nil, false
			}
			return v.attachments, true
		}},
	},
	{
		Name: "takes-others-along", Summary: "detaches the other data volumes of the server as well",
		Slow:     true,
		CaughtBy: []string{"detach-nothing-else"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			if at == nil || v.Bootable || at.state != StateInUse {
				return nil, false
			}
			var leaving []*attachment
			for _, v := range w.volumes {
				if a := v.at(id.server); a != nil && !v.Bootable {
					leaving = append(leaving, a)
				}
			}
			return leaving, true
		}},
	},
	{
		Name: "deletes", Summary: "deletes the volume instead of detaching it",
		CaughtBy: []string{"detach-takes-effect", "detach-not-attached"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			if at == nil || v.Bootable || at.state != StateInUse {
				return nil, false
			}
			delete(w.volumes, id.volume)
			return nil, true
		}},
	},
	{
		Name: "refused-but-done", Summary: "refuses to detach from a server the volume is not at, and detaches it from its own",
		CaughtBy: []string{"detach-other-server"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			if v := w.volumes[id.volume]; v != nil && w.servers[id.server] && v.at(id.server) == nil && v.state() == StateInUse {
				v.attachments = nil
			}
			return nil, false
		}},
	},
	{
		Name: "swapped", Summary: "takes the two IDs in either order",
		CaughtBy: []string{"detach-swapped"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			_, at := w.pair(ids{volume: id.server, server: id.volume})
			return []*attachment{at}, at != nil
		}},
	},
	{
		Name: "twice", Summary: "accepts a detach of a volume that is being detached",
		CaughtBy: []string{"detach-while-detaching"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			_, at := w.pair(id)
			return nil, at != nil && at.state == StateDetaching
		}},
	},
	{
		Name: "while-attaching", Summary: "accepts a detach of a volume that is being attached",
		CaughtBy: []string{"detach-while-attaching"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			_, at := w.pair(id)
			return []*attachment{at}, at != nil && at.state == StateAttaching
		}},
	},
	{
		Name: "stuck", Summary: "a volume stays Detaching for ever",
		Slow:     true,
		CaughtBy: []string{"detach-takes-effect"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			if at == nil || v.Bootable || at.state != StateInUse {
				return nil, false
			}
			at.state, at.settles = StateDetaching, never
			return nil, true
		}},
	},
	{
		Name: "error-state", Summary: "detaches the volume and leaves it in an error state",
		CaughtBy: []string{"detach-takes-effect"},
		fault:    fault{left: func(v *volume) { v.broken = true }},
	},
	{
		Name: "renames", Summary: "gives the volume another name as it detaches it",
		CaughtBy: []string{"detach-nothing-else"},
		fault:    fault{left: func(v *volume) { v.Name += " (detached)" }},
	},
	{
		Name: "all-at-once", Summary: "accepts every detach of a volume that comes before the first is done",
		CaughtBy: []string{"detach-concurrent", "detach-while-detaching"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v, at := w.pair(id)
			return nil, at != nil && !v.Bootable && at.state == StateDetaching
		}},
	},
	{
		Name: "idempotent", Summary: "answers 202 for a volume that is attached to nothing",
		CaughtBy: []string{"detach-not-attached"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			v := w.volumes[id.volume]
			return nil, v != nil && len(v.attachments) == 0
		}},
	},
	{
		Name: "unknown-volume-accepted", Summary: "answers 202 for a volume that there is not",
		CaughtBy: []string{"detach-unknown-volume", "detach-unknown-both"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			return nil, w.volumes[id.volume] == nil
		}},
	},
	{
		Name: "unknown-server-accepted", Summary: "answers 202 for a server that there is not, and detaches nothing",
		CaughtBy: []string{"detach-unknown-server", "detach-unknown-both"},
		fault: fault{detach: func(w *world, id ids) ([]*attachment, bool) {
			return nil, !w.servers[id.server]
		}},
	},
}

// pair is the volume of a request, and where it is at the server.
func (w *world) pair(id ids) (*volume, *attachment) {
	v := w.volumes[id.volume]
	if v == nil {
		return nil, nil
	}
	return v, v.at(id.server)
}
