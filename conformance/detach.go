package conformance

import (
	"context"
	"net/http"
	"reflect"
)

// refusals are the documented ones of a detach that cannot be. Which of them belongs to which cause is
// said nowhere, so either will do (assumed).
var refusals = []int{http.StatusBadRequest, http.StatusConflict}

// detachCases are about what a detach does, and what it refuses to do.
var detachCases = []Case{
	{
		ID:      "detach-accepted",
		Summary: "detaching an attached volume is answered 202",
		Clauses: []string{"DETACH-202", "VERSION-PINNED", "VERSION-NOT-BEFORE"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, t.ofFixture())
			if err != nil {
				return err
			}
			return exchange.expect(http.StatusAccepted)
		},
	},
	{
		ID:      "detach-takes-effect",
		Summary: "a volume whose detach was accepted is no longer at the server",
		Clauses: []string{"DETACH-EFFECT", "DETACH-202", "SHOW-200", "ATTACH-202"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			return t.detachAndSee(ctx, t.fixturePair())
		},
	},
	{
		ID:      "detach-nothing-else",
		Summary: "detaching a volume leaves the other volumes of the server where they are",
		Clauses: []string{"DETACH-ONLY"},
		Harm:    Detaches,
		ask:     detachNothingElse,
	},
	{
		ID:      "detach-not-attached",
		Summary: "detaching a volume that is attached to nothing is refused with 400 or 409",
		Clauses: []string{"DETACH-STATE", "DETACH-409"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.unattached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, t.ofFixture())
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	},
	{
		ID:      "detach-while-detaching",
		Summary: "detaching a volume right after its detach was accepted is refused with 400 or 409",
		Clauses: []string{"DETACH-STATE", "DETACH-409"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			if err := t.accepted(ctx, t.ofFixture()); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, t.ofFixture())
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	},
	{
		ID:      "detach-while-attaching",
		Summary: "detaching a volume that is being attached is refused with 400 or 409",
		Clauses: []string{"DETACH-STATE", "DETACH-409"},
		Harm:    Detaches,
		ask:     detachWhileAttaching,
	},
	{
		ID:      "detach-other-server",
		Summary: "detaching a volume from a server it is not at is refused with 400 or 409, and detaches nothing",
		Clauses: []string{"DETACH-STATE", "DETACH-ONLY", "DETACH-SERVER-ID"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.needs("other server", t.config.Fixture.OtherServer); err != nil {
				return err
			}
			return t.refusedAndStill(ctx, detach{volume: t.config.Fixture.Volume, server: t.config.Fixture.OtherServer})
		},
	},
	{
		ID:      "detach-unknown-volume",
		Summary: "detaching a volume that there is not is refused with 400 or 409, and detaches nothing",
		Clauses: []string{"DETACH-VOLUME-ID", "DETACH-400"},
		Harm:    Detaches, // the server exists
		ask: func(ctx context.Context, t *trial) error {
			return t.refusedAndStill(ctx, detach{volume: t.nowhere.id(), server: t.config.Fixture.Server})
		},
	},
	{
		ID:      "detach-unknown-server",
		Summary: "detaching a volume from a server that there is not is refused with 400 or 409, and detaches nothing",
		Clauses: []string{"DETACH-SERVER-ID", "DETACH-400"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			return t.refusedAndStill(ctx, detach{volume: t.config.Fixture.Volume, server: t.nowhere.id()})
		},
	},
	{
		ID:      "detach-unknown-both",
		Summary: "detaching a volume that there is not from a server that there is not is refused with 400 or 409",
		Clauses: []string{"DETACH-VOLUME-ID", "DETACH-SERVER-ID", "DETACH-400"},
		Harm:    Refused,
		ask: func(ctx context.Context, t *trial) error {
			exchange, err := t.detach(ctx, detach{volume: t.nowhere.id(), server: t.nowhere.id()})
			if err != nil {
				return err
			}
			// Nothing has to be set up for this one, so nothing has shown that the endpoint is up.
			if err := exchange.unavailable(); err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	},
	{
		ID:      "detach-swapped",
		Summary: "the IDs of volume and server the wrong way round are refused with 400 or 409, and nothing is detached",
		Clauses: []string{"DETACH-VOLUME-ID", "DETACH-SERVER-ID", "DETACH-400"},
		Harm:    Detaches,
		ask: func(ctx context.Context, t *trial) error {
			return t.refusedAndStill(ctx, detach{volume: t.config.Fixture.Server, server: t.config.Fixture.Volume})
		},
	},
	{
		ID:      "detach-shared",
		Summary: "a volume that is attached to two servers, detached from one, stays at the other",
		Clauses: []string{"DETACH-ONLY", "DETACH-EFFECT"},
		Harm:    Detaches,
		ask:     detachShared,
	},
	{
		ID:      "detach-os-volume",
		Summary: "detaching the OS's default volume is refused with 400 or 409, and it stays where it is",
		Clauses: []string{"DETACH-OS-VOLUME", "DETACH-409"},
		Harm:    Dangerous,
		ask: func(ctx context.Context, t *trial) error {
			os := pair{t.config.Fixture.OSVolume, t.config.Fixture.Server}
			if err := t.needs("OS volume and server", os.volume, os.server); err != nil {
				return err
			}
			shown, err := t.show(ctx, os.volume)
			if err != nil {
				return err
			}
			if !shown.AttachedTo(os.server) {
				return inconclusivef("set-up: the OS volume %s is not at server %s", os.volume, os.server)
			}
			exchange, err := t.detach(ctx, detach{volume: os.volume, server: os.server})
			if err != nil {
				return err
			}
			if err := exchange.expect(refusals...); err != nil {
				return err
			}
			return t.stillAttached(ctx, os)
		},
	},
}

// refusedAndStill expects a detach to be refused while the fixture's volume is attached, and the volume
// to be where it was afterwards.
func (t *trial) refusedAndStill(ctx context.Context, wrong detach) error {
	if err := t.attached(ctx); err != nil {
		return err
	}
	exchange, err := t.detach(ctx, wrong)
	if err != nil {
		return err
	}
	if err := exchange.expect(refusals...); err != nil {
		return err
	}
	return t.stillAttached(ctx, t.fixturePair())
}

// detachAndSee expects an attached volume to be away from the server once its detach was accepted.
func (t *trial) detachAndSee(ctx context.Context, p pair) error {
	if err := t.accepted(ctx, detach{volume: p.volume, server: p.server}); err != nil {
		return err
	}
	volume, gone, err := t.gone(ctx, p)
	if err == nil && !gone {
		err = failf("the detach was accepted, but %s later volume %s is %s, and not away from server %s",
			t.config.Settle, volume.ID, volume.State, p.server)
	}
	return err
}

// accepted makes a detach that other things hang on, and that another case judges.
func (t *trial) accepted(ctx context.Context, d detach) error {
	exchange, err := t.detach(ctx, d)
	if err == nil && exchange.Status != http.StatusAccepted {
		err = inconclusivef("no detach was accepted: it was answered %s", describe(exchange.Status))
	}
	return err
}

// detachNothingElse detaches a volume and looks at the others of the fixture.
func detachNothingElse(ctx context.Context, t *trial) error {
	var others []string
	for _, id := range []string{t.config.Fixture.OSVolume, t.config.Fixture.SharedVolume} {
		if id != "" {
			others = append(others, id)
		}
	}
	if len(others) == 0 {
		return skipf("no other volume was named to look at")
	}
	if err := t.attached(ctx); err != nil {
		return err
	}
	if shared := (pair{t.config.Fixture.SharedVolume, t.config.Fixture.Server}); !shared.incomplete() {
		if err := t.attachedPair(ctx, shared); err != nil { // so that there is something to lose
			return err
		}
	}
	at := func() (map[string][]string, error) {
		servers := map[string][]string{}
		for _, id := range others {
			shown, err := t.await(ctx, id, settled)
			if err != nil {
				return nil, err
			}
			for _, server := range shown.Servers {
				servers[id] = append(servers[id], server.ID)
			}
		}
		return servers, nil
	}
	before, err := at()
	if err != nil {
		return err
	}
	if err := t.detachAndSee(ctx, t.fixturePair()); err != nil {
		return err
	}
	after, err := at()
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(before, after) {
		return failf("volume %s was to be detached, but others changed: they were at %v and are at %v", t.config.Fixture.Volume, before, after)
	}
	return nil
}

// detachWhileAttaching asks for a detach as soon as an attach was accepted.
func detachWhileAttaching(ctx context.Context, t *trial) error {
	if err := t.unattached(ctx); err != nil {
		return err
	}
	if err := t.attach(ctx, t.fixturePair()); err != nil {
		return err
	}
	shown, err := t.show(ctx, t.config.Fixture.Volume)
	if err != nil {
		return err
	}
	if !shown.Moving() {
		return skipf("attaching was over before a detach could be asked for")
	}
	exchange, err := t.detach(ctx, t.ofFixture())
	if err != nil {
		return err
	}
	if exchange.Status == http.StatusAccepted {
		return inconclusivef("the detach was accepted: either attaching was over just then, or it did not matter")
	}
	return exchange.expect(refusals...)
}

// detachShared detaches a volume from one of two servers.
func detachShared(ctx context.Context, t *trial) error {
	one := pair{t.config.Fixture.SharedVolume, t.config.Fixture.Server}
	other := pair{t.config.Fixture.SharedVolume, t.config.Fixture.OtherServer}
	if err := t.needs("volume for several servers, with two of them,", one.volume, one.server, other.server); err != nil {
		return err
	}
	for _, p := range []pair{one, other} {
		if err := t.attachedPair(ctx, p); err != nil {
			return err
		}
	}
	if err := t.detachAndSee(ctx, other); err != nil {
		return err
	}
	return t.stillAttached(ctx, one)
}
