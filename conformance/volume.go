package conformance

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// Fixture is what of an account the suite may touch. A case that needs what is not named is skipped.
type Fixture struct {
	// Volume is a data volume that is attached to Server and detached from it, over and over.
	Volume, Server string
	// OtherServer is one that Volume is never attached to.
	OtherServer string
	// SharedVolume may be attached to several servers, and is to both of these.
	SharedVolume string
	// OSVolume is the OS's default volume of Server. It is never detached, unless by an endpoint that
	// lets it go.
	OSVolume string
}

// check refuses what could be read as something else than an ID in a path.
func (f Fixture) check() error {
	for _, id := range f.ids() {
		if id != "" && !plainID.MatchString(id) {
			return fmt.Errorf("the ID %q is made of something else than letters, digits, hyphens and underscores", id)
		}
	}
	return nil
}

func (f Fixture) ids() []string {
	return []string{f.Volume, f.Server, f.OtherServer, f.SharedVolume, f.OSVolume}
}

var plainID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// pair is a volume and a server it is, or is to be, attached to.
type pair struct{ volume, server string }

func (t *trial) fixturePair() pair {
	return pair{t.config.Fixture.Volume, t.config.Fixture.Server}
}

// ofFixture is the detach of the volume and the server that were named.
func (t *trial) ofFixture() detach {
	return detach{volume: t.config.Fixture.Volume, server: t.config.Fixture.Server}
}

// needs skips a case whose fixture was not named.
func (t *trial) needs(what string, ids ...string) error {
	if slices.Contains(ids, "") {
		return skipf("no %s was named to try it on", what)
	}
	return nil
}

// attached sees to it that the fixture's volume is attached to its server and in use.
func (t *trial) attached(ctx context.Context) error {
	p := t.fixturePair()
	if err := t.needs("volume and server", p.volume, p.server); err != nil {
		return err
	}
	return t.attachedPair(ctx, p)
}

func (t *trial) attachedPair(ctx context.Context, p pair) error {
	volume, err := t.dataVolume(ctx, p)
	if err != nil || volume.AttachedTo(p.server) {
		return err
	}
	if err := t.attach(ctx, p); err != nil {
		return err
	}
	_, err = t.await(ctx, p.volume, func(v *volumes.Volume) bool { return settled(v) && v.AttachedTo(p.server) })
	return err
}

// dataVolume shows a volume with which nothing is under way, and ends the case if an OS starts from it:
// to refuse its detach is no fault of an endpoint.
func (t *trial) dataVolume(ctx context.Context, p pair) (*volumes.Volume, error) {
	if err := t.settle(ctx, p); err != nil {
		return nil, err
	}
	volume, err := t.await(ctx, p.volume, settled)
	switch {
	case err != nil:
		return nil, err
	case volume.Bootable != nil && *volume.Bootable:
		return nil, inconclusivef("set-up: volume %s is one that an OS starts from; name a data volume instead", p.volume)
	case volume.AttachedTo(p.server) && !inUse(volume):
		return nil, failf("volume %s is at server %s, and its state is %q: it should be In-use", p.volume, p.server, volume.State)
	}
	return volume, nil
}

// unattached sees to it that the fixture's volume is attached to nothing.
func (t *trial) unattached(ctx context.Context) error {
	p := t.fixturePair()
	if err := t.needs("volume and server", p.volume, p.server); err != nil {
		return err
	}
	volume, err := t.dataVolume(ctx, p)
	if err != nil || !volume.AttachedTo(p.server) {
		return err
	}
	if err := t.accepted(ctx, t.ofFixture()); err != nil {
		return err
	}
	volume, gone, err := t.gone(ctx, p)
	if err == nil && !gone {
		err = inconclusivef("set-up: volume %s was detached, but is %s, and at server %s still", volume.ID, volume.State, p.server)
	}
	return err
}

// stillAttached ends a case whose detach was refused, but took effect.
func (t *trial) stillAttached(ctx context.Context, p pair) error {
	shown, err := t.show(ctx, p.volume)
	if err != nil {
		return err
	}
	if !shown.AttachedTo(p.server) || shown.Moving() {
		return failf("volume %s was to stay at server %s, but is %s, and no longer in use there", p.volume, p.server, shown.State)
	}
	return nil
}

// attach asks for a volume to be attached. Right after a neighbouring operation 409 and 5xx are common,
// and pass: it asks again for a tenth of Settle.
func (t *trial) attach(ctx context.Context, p pair) error {
	client, err := t.fixture()
	if err != nil {
		return err
	}
	const pause = 20 * time.Millisecond
	for deadline := time.Now().Add(t.config.Settle / 10); ; {
		resp, err := client.AttachVolumeToVirtualServerWithResponse(ctx,
			volumes.VolumeID(p.volume), volumes.AttachRequest{ServerID: p.server})
		if err == nil {
			err = resp.Err()
		}
		if err == nil {
			t.pending.put(p, true)
			return nil
		}
		passes := resp != nil && (resp.StatusCode() == http.StatusConflict || resp.StatusCode() >= http.StatusInternalServerError)
		if !passes || time.Now().After(deadline) {
			return t.unanswered(err, "set-up: attach volume %s: %w", p.volume, root(err))
		}
		if err := sleep(ctx, pause); err != nil {
			return err
		}
	}
}

// sleep ends a case whose run was stopped.
func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return inconclusivef("the run was stopped: %w", context.Cause(ctx))
	}
}

// show shows a volume of the fixture.
func (t *trial) show(ctx context.Context, volume string) (*volumes.Volume, error) {
	client, err := t.fixture()
	if err != nil {
		return nil, err
	}
	resp, err := client.ShowVolumeWithResponse(ctx, volumes.VolumeID(volume))
	if err == nil {
		t.keys.see(resp.StatusCode())
	}
	switch {
	case err != nil:
		return nil, t.unanswered(err, "show volume %s: %w", volume, root(err))
	case resp.StatusCode() != http.StatusOK:
		return nil, inconclusivef("show volume %s was answered %s, so where it is attached is not known", volume, describe(resp.StatusCode()))
	case resp.JSON200 == nil || resp.JSON200.ID != volume:
		return nil, failf("show volume %s was answered 200 with what is not that volume", volume)
	}
	return resp.JSON200, nil
}

// inUse reports whether a volume says so, in whatever spelling.
func inUse(v *volumes.Volume) bool {
	return strings.EqualFold(strings.ReplaceAll(v.State, "_", "-"), "in-use")
}

// settle waits for what was accepted of a pair and may not be shown yet: right after a 202 the volume may
// still be shown as it was, by this case or the one before. What does not come is for the case to judge.
func (t *trial) settle(ctx context.Context, p pair) error {
	attach, under := t.pending.take(p)
	if !under {
		return nil
	}
	_, _, err := t.poll(ctx, p.volume, func(v *volumes.Volume) bool { return settled(v) && v.AttachedTo(p.server) == attach })
	return err
}

// pending are the attaches and detaches that were accepted and have not been waited for.
type pending struct {
	mu    sync.Mutex
	pairs map[pair]bool // true for an attach
}

func (u *pending) put(p pair, attach bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pairs[p] = attach
}

func (u *pending) take(p pair) (attach, found bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	attach, found = u.pairs[p]
	delete(u.pairs, p)
	return attach, found
}

// settled is a volume with which nothing is under way.
func settled(v *volumes.Volume) bool { return !v.Moving() }

// gone shows a volume until it is away from the server, and reports whether it is. Right after a detach
// was accepted it may still be shown as it was.
func (t *trial) gone(ctx context.Context, p pair) (*volumes.Volume, bool, error) {
	shown, ok, err := t.poll(ctx, p.volume, func(v *volumes.Volume) bool { return settled(v) && !v.AttachedTo(p.server) })
	if exchange, _ := t.wire.last(); err != nil && slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusGone}, exchange.Status) {
		err = failf("the detach of volume %s was accepted, and now there is no such volume (%s): it seems to be deleted",
			p.volume, describe(exchange.Status))
	}
	return shown, ok, err
}

// await shows a volume until it is as it should be. It ends the case where that takes longer than Settle.
func (t *trial) await(ctx context.Context, volume string, done func(*volumes.Volume) bool) (*volumes.Volume, error) {
	shown, ok, err := t.poll(ctx, volume, done)
	if err == nil && !ok {
		err = inconclusivef("volume %s is %s after %s still", volume, shown.State, t.config.Settle)
	}
	return shown, err
}

// poll shows a volume until it is as it should be, less and less often, or Settle is over.
func (t *trial) poll(ctx context.Context, volume string, done func(*volumes.Volume) bool) (shown *volumes.Volume, ok bool, err error) {
	const firstPause, longestPause = time.Millisecond, time.Second
	deadline := time.NewTimer(t.config.Settle)
	defer deadline.Stop()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		shown, err = t.show(ctx, volume)
		if err != nil || done(shown) {
			return shown, true, err
		}
		select {
		case <-time.After(pause):
		case <-deadline.C: // and a last look
			shown, err = t.show(ctx, volume)
			return shown, err == nil && done(shown), err
		case <-ctx.Done():
			return shown, false, inconclusivef("waiting for volume %s, which is %s: %w", volume, shown.State, context.Cause(ctx))
		}
	}
}
