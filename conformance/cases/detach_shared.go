package cases

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/scp-openapi/virtualserver/conformance"
)

// detachShared detaches a volume from one of two servers, and then from the other.
func detachShared(ctx context.Context, t *conformance.Trial) error {
	f := t.Fixture()
	one, other := conformance.Pair{Volume: f.SharedVolume, Server: f.Server}, conformance.Pair{Volume: f.SharedVolume, Server: f.OtherServer}
	if err := t.Needs("volume for several servers, with two of them", one.Volume, one.Server, other.Server); err != nil {
		return err
	}
	if err := detachOneOfTwo(ctx, t, one, other, one); err != nil {
		return err
	}
	if err := detachAndSee(ctx, t, other); err != nil { // the last one
		return err
	}
	// The volume is left at one server: whether it stays there shows in what is looked at between families.
	return detachOneOfTwo(ctx, t, one, other, other)
}

// detachOneOfTwo detaches a volume that is attached to two servers, first to one and then to the other, from one
// of them.
func detachOneOfTwo(ctx context.Context, t *conformance.Trial, first, second, leaves conformance.Pair) error {
	stays := first
	if leaves == first {
		stays = second
	}
	for _, p := range []conformance.Pair{first, second} {
		if err := attachedShared(ctx, t, p); err != nil {
			return err
		}
	}
	before, err := takePicture(ctx, t, leaves.Volume)
	if err != nil {
		return err
	}
	e, err := detach(ctx, t, leaves)
	if err == nil {
		err = accepted(t, e)
	}
	if err != nil || e.Status != http.StatusAccepted {
		return err
	}
	if err := detachedFromOne(ctx, t, leaves, stays, e); err != nil {
		return err
	}
	found, err := before.deviations(ctx, t, leaves)
	if err == nil {
		err = judge(t, found, detachOnly, e, "volume %s was detached from server %s, and is attached to server %s still", leaves.Volume, leaves.Server, stays.Server)
	}
	if err != nil {
		return err
	}
	return repeatedForOne(ctx, t, leaves, stays)
}

// detachedFromOne judges whether a volume went from one of two servers, and is in use at the other.
func detachedFromOne(ctx context.Context, t *conformance.Trial, leaves, stays conformance.Pair, e conformance.Exchange) error {
	seen := detached{pair: leaves, answer: e}
	var err error
	if seen.after, seen.away, err = t.AwaitDetached(ctx, leaves); err != nil {
		return err
	}
	if err := seen.effect(t); err != nil {
		return err
	}
	shown, still, err := t.StillAttached(ctx, stays)
	switch {
	case err != nil:
		return err
	case !still:
		return conformance.Broken(detachOnly, conformance.CodeChanged,
			"volume %s was detached from server %s, and is no longer in use at server %s: it is %s",
			leaves.Volume, leaves.Server, stays.Server, shown.State)
	case conformance.Available(shown):
		return conformance.ShownBy(e, conformance.Broken(detachEffect, conformance.CodeState,
			"volume %s was detached from server %s, and is %s, though server %s has it: it should be in-use",
			leaves.Volume, leaves.Server, shown.State, stays.Server))
	}
	return nil
}

// repeatedForOne asks again for a volume to be detached from a server that no longer has it. Right after the
// detach, that may be taken for the same one.
func repeatedForOne(ctx context.Context, t *conformance.Trial, left, stays conformance.Pair) error {
	e, err := t.Send(ctx, conformance.Request{Pair: left, About: "a volume that is attached to another server alone"})
	if err != nil {
		return err
	}
	t.Note("a repeated detach of a volume for several servers was answered %s", conformance.StatusText(e.Status))
	return stillAttached(ctx, t, stays, e, detachRefused)
}

// detachTwo detaches two volumes of a server at once.
func detachTwo(ctx context.Context, t *conformance.Trial) error {
	f := t.Fixture()
	shared := conformance.Pair{Volume: f.SharedVolume, Server: f.Server}
	if err := t.Needs("volume for several servers", shared.Volume, shared.Server); err != nil {
		return err
	}
	one, err := t.Attached(ctx)
	if err == nil {
		err = t.AttachedPair(ctx, shared)
	}
	if err != nil {
		return err
	}
	if err := detachAtOnce(ctx, t, one, shared); err != nil {
		return err
	}
	return t.AttachedPair(ctx, shared) // where it was
}

// detachAtOnce detaches volumes that are attached, and looks at all of them.
func detachAtOnce(ctx context.Context, t *conformance.Trial, pairs ...conformance.Pair) error {
	var ids []string
	for _, p := range pairs {
		ids = append(ids, p.Volume)
	}
	before, err := takePicture(ctx, t, ids...)
	if err != nil {
		return err
	}
	answers, errs := make([]conformance.Exchange, len(pairs)), make([]error, len(pairs))
	var asking sync.WaitGroup
	for i, p := range pairs {
		asking.Go(func() { answers[i], errs[i] = detach(ctx, t, p) })
	}
	asking.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	var done []conformance.Pair
	for i, p := range pairs {
		seen := detached{pair: p, answer: answers[i]}
		if seen.answer.Status == http.StatusAccepted {
			if seen.after, seen.away, err = t.AwaitDetached(ctx, p); err != nil {
				return err
			}
			done = append(done, p)
		}
		if err := seen.effect(t); err != nil {
			return err
		}
	}
	found, err := before.deviations(ctx, t, done...)
	if err != nil {
		return err
	}
	return judge(t, found, detachOnly, answers[0], "%d volumes were detached at once", len(done))
}
