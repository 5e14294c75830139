package conformance

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// otherMethods are all but the one that a detach is asked for with.
var otherMethods = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodPatch}

// refusals are the documented ones of a detach that cannot be. Which of them belongs to which cause is
// said nowhere, so either will do (assumed).
var refusals = []int{http.StatusBadRequest, http.StatusConflict}

// detachCases are about what a detach does, and what it refuses to do.
var detachCases = []Case{
	{
		ID:      "detach-accepted",
		Summary: "detaching an attached volume is answered 202",
		Clauses: []string{"DETACH-202", "VERSION-PINNED", "VERSION-NOT-BEFORE"},
		Harm:    HarmDetaches,
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
		Harm:    HarmDetaches,
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
		Harm:    HarmDetaches,
		ask:     detachNothingElse,
	},
	{
		ID:      "detach-not-attached",
		Summary: "detaching a volume that is attached to nothing is refused with 400 or 409",
		Clauses: []string{"DETACH-STATE", "DETACH-409"},
		Harm:    HarmDetaches,
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
		Harm:    HarmDetaches,
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
		Harm:    HarmDetaches,
		ask:     detachWhileAttaching,
	},
	{
		ID:      "detach-concurrent",
		Summary: "of several detaches of a volume at once, one is accepted, and the others are refused with 400 or 409",
		Clauses: []string{"DETACH-STATE", "DETACH-202", "DETACH-409"},
		Harm:    HarmDetaches,
		ask:     detachConcurrent,
	},
	{
		ID:      "detach-other-methods",
		Summary: "no other method of the path of a detach is one",
		Clauses: []string{"DETACH-METHOD"},
		Harm:    HarmDangerous,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			p := t.fixturePair()
			for _, method := range otherMethods {
				exchange, err := t.send(ctx, method, "/v1/volumes/"+p.volume+"/servers/"+p.server)
				if err != nil {
					return err
				}
				t.wire.outside()
				if exchange.Status == http.StatusAccepted {
					return failf("%s was answered %s, as a detach is", exchange, describe(exchange.Status))
				}
				if err := t.stillAttached(ctx, p); err != nil {
					return err
				}
			}
			return nil
		},
	},
	{
		ID:      "detach-other-server",
		Summary: "detaching a volume from a server it is not at is refused with 400 or 409, and detaches nothing",
		Clauses: []string{"DETACH-STATE", "DETACH-ONLY", "DETACH-SERVER-ID"},
		Harm:    HarmDetaches,
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
		Harm:    HarmDetaches, // the server exists
		ask: func(ctx context.Context, t *trial) error {
			return t.refusedAndStill(ctx, detach{volume: t.unused.id(), server: t.config.Fixture.Server})
		},
	},
	{
		ID:      "detach-unknown-server",
		Summary: "detaching a volume from a server that there is not is refused with 400 or 409, and detaches nothing",
		Clauses: []string{"DETACH-SERVER-ID", "DETACH-400"},
		Harm:    HarmDetaches,
		ask: func(ctx context.Context, t *trial) error {
			return t.refusedAndStill(ctx, detach{volume: t.config.Fixture.Volume, server: t.unused.id()})
		},
	},
	{
		ID:      "detach-unknown-both",
		Summary: "detaching a volume that there is not from a server that there is not is refused with 400 or 409",
		Clauses: []string{"DETACH-VOLUME-ID", "DETACH-SERVER-ID", "DETACH-400"},
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			exchange, err := t.control(ctx, detach{volume: t.unused.id(), server: t.unused.id()})
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	},
	{
		ID:      "detach-swapped",
		Summary: "the IDs of volume and server the wrong way round are refused with 400 or 409, and nothing is detached",
		Clauses: []string{"DETACH-VOLUME-ID", "DETACH-SERVER-ID", "DETACH-400"},
		Harm:    HarmDetaches,
		ask: func(ctx context.Context, t *trial) error {
			return t.refusedAndStill(ctx, detach{volume: t.config.Fixture.Server, server: t.config.Fixture.Volume})
		},
	},
	{
		ID:      "detach-shared",
		Summary: "a volume that is attached to two servers, detached from one, stays at the other",
		Clauses: []string{"DETACH-ONLY", "DETACH-EFFECT"},
		Harm:    HarmDetaches,
		ask:     detachShared,
	},
	{
		ID:      "detach-lasts",
		Summary: "a while later what was detached is still away, and what was not is still there (asked of the newest version)",
		Clauses: []string{"DETACH-EFFECT", "DETACH-ONLY"},
		Harm:    HarmDangerous,
		ask:     detachLasts,
	},
	{
		ID:      "detach-os-volume",
		Summary: "detaching the OS's default volume is refused with 400 or 409, and it stays where it is",
		Clauses: []string{"DETACH-OS-VOLUME", "DETACH-409"},
		Harm:    HarmDangerous,
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
	switch {
	case err != nil:
		return err
	case !gone:
		return failf("the detach was accepted, but %s later volume %s is %s, and not away from server %s",
			t.config.Settle, volume.ID, volume.State, p.server)
	case volume.Failed(), len(volume.Servers) == 0 && !volume.Available():
		return failf("volume %s was detached, and is %s: it should be Available", volume.ID, volume.State)
	}
	return nil
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
	was, err := t.show(ctx, t.config.Fixture.Volume)
	if err != nil {
		return err
	}
	if err := t.detachAndSee(ctx, t.fixturePair()); err != nil {
		return err
	}
	is, err := t.show(ctx, t.config.Fixture.Volume)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(unchanging(was), unchanging(is)) {
		return failf("volume %s was to be detached, and was changed: see the answers", was.ID)
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

// unchanging is what makes a volume the one it is, wherever it is attached.
func unchanging(v *volumes.Volume) volumes.Volume {
	return volumes.Volume{
		ID: v.ID, Name: v.Name, Size: v.Size, Bootable: v.Bootable, Encrypted: v.Encrypted,
		Multiattach: v.Multiattach, VolumeType: v.VolumeType, VolumeTypeID: v.VolumeTypeID,
	}
}

// detachConcurrent asks for the same detach several times at once.
func detachConcurrent(ctx context.Context, t *trial) error {
	if err := t.attached(ctx); err != nil {
		return err
	}
	const times = 4
	answers := make([]Exchange, times)
	errs := make([]error, times)
	var wg sync.WaitGroup
	for i := range times {
		own := *t
		own.wire = &recorder{base: t.wire.base}
		wg.Go(func() { answers[i], errs[i] = own.detach(ctx, own.ofFixture()) })
	}
	wg.Wait()
	t.wire.add(answers...)
	if err := errors.Join(errs...); err != nil {
		return err
	}
	accepted := 0
	for _, exchange := range answers {
		if exchange.Status == http.StatusAccepted {
			accepted++
		} else if err := exchange.expect(refusals...); err != nil {
			return err
		}
	}
	if accepted != 1 {
		return failf("of %d detaches of one volume at once, %d were accepted", times, accepted)
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
	if err := t.stillAttached(ctx, one); err != nil {
		return err
	}
	// The other way round, and then the last one.
	if err := t.attachedPair(ctx, other); err != nil {
		return err
	}
	if err := t.detachAndSee(ctx, one); err != nil {
		return err
	}
	if err := t.stillAttached(ctx, other); err != nil {
		return err
	}
	return t.detachAndSee(ctx, other)
}

// detachLasts looks again after a while: a queue or a proxy may do late what was refused, do again what
// was done, or take back what was accepted.
func detachLasts(ctx context.Context, t *trial) error {
	const while = 100 * time.Millisecond
	if newest, err := t.newest(); err != nil || newest.ID != t.client.ID {
		return skipf("it is asked of the newest version only")
	}
	f, p := t.config.Fixture, t.fixturePair()
	if err := t.attached(ctx); err != nil {
		return err
	}
	if err := t.detachAndSee(ctx, p); err != nil {
		return err
	}
	if err := t.attachedPair(ctx, p); err != nil {
		return err
	}
	forged := t.ofFixture()
	forged.alter = func(req *http.Request) { t.resign(req, func(s *signed) { s.secret += "x" }) }
	refused := []detach{forged}
	if f.OtherServer != "" {
		refused = append(refused, detach{volume: f.Volume, server: f.OtherServer})
	}
	still := []pair{p}
	if f.OSVolume != "" {
		refused, still = append(refused, detach{volume: f.OSVolume, server: f.Server}), append(still, pair{f.OSVolume, f.Server})
	}
	for _, d := range refused {
		exchange, err := t.detach(ctx, d)
		if err != nil {
			return err
		}
		if err := exchange.expect(append(refusals, http.StatusUnauthorized)...); err != nil {
			return err
		}
	}
	if err := sleep(ctx, while); err != nil {
		return err
	}
	for _, p := range still {
		if err := t.stillAttached(ctx, p); err != nil {
			return err
		}
	}
	if err := t.detachAndSee(ctx, p); err != nil {
		return err
	}
	if err := sleep(ctx, while); err != nil {
		return err
	}
	shown, gone, err := t.gone(ctx, p)
	if err == nil && !gone {
		err = failf("volume %s was detached from server %s, and is back there: it is %s", p.volume, p.server, shown.State)
	}
	return err
}
