package cases

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// What volume_id and server_id are.
var (
	detachVolumeID = conformance.Clause{
		ID: "DETACH-VOLUME-ID", Source: conformance.Document,
		Text: "volume_id is required, and is the ID of a volume.",
	}
	detachServerID = conformance.Clause{
		ID: "DETACH-SERVER-ID", Source: conformance.Document,
		Text: "server_id is required, and is the ID of a server.",
	}
	detachIDText = conformance.Clause{
		ID: "DETACH-ID-TEXT", Source: conformance.Assumed,
		Text: "IDs are compared as text: a UUID written in capitals, without hyphens or in braces is a different ID.",
	}
)

func idCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "detach-other-server", Family: familyIDs,
			Summary: "detaching a volume from a server it is not attached to is refused with 400 or 409, and detaches nothing",
			Clauses: []conformance.Clause{detachServerID, detachState, detachOnly, detachRefused},
			Harm:    conformance.HarmDetaches,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				if err := t.Needs("other server", t.Fixture().OtherServer); err != nil {
					return err
				}
				return refusedAndStays(ctx, t, "a volume that is attached to another server", detachServerID, func(p conformance.Pair) conformance.Pair {
					return conformance.Pair{Volume: p.Volume, Server: t.Fixture().OtherServer}
				})
			},
		},
		{
			ID: "detach-unknown-volume", Family: familyIDs,
			Summary: "detaching an unknown volume is refused with 400 or 409, and detaches nothing",
			Clauses: []conformance.Clause{detachVolumeID, detach400},
			Harm:    conformance.HarmDetaches, // the server exists
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				return refusedAndStill(ctx, t, "an unknown volume", detachVolumeID, func(p conformance.Pair) conformance.Pair {
					return conformance.Pair{Volume: t.UnusedID(), Server: p.Server}
				})
			},
		},
		{
			ID: "detach-unknown-server", Family: familyIDs,
			Summary: "detaching a volume from an unknown server is refused with 400 or 409, and detaches nothing",
			Clauses: []conformance.Clause{detachServerID, detach400},
			Harm:    conformance.HarmDetaches,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				return refusedAndStill(ctx, t, "an unknown server", detachServerID, func(p conformance.Pair) conformance.Pair {
					return conformance.Pair{Volume: p.Volume, Server: t.UnusedID()}
				})
			},
		},
		{
			ID: "detach-unknown-both", Family: familyIDs,
			Summary: "detaching an unknown volume from an unknown server is refused with 400 or 409",
			Clauses: []conformance.Clause{detachVolumeID, detachServerID, detach400},
			Harm:    conformance.HarmRefused,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				control, err := t.Control(ctx)
				if err != nil {
					return err
				}
				if err := refused(t, control.Right, detachVolumeID); err != nil {
					return err
				}
				_, err = distinguishing(ctx, t)
				return err
			},
		},
		{
			ID: "detach-swapped", Family: familyIDs,
			Summary: "the IDs of volume and server in each other's place are refused with 400 or 409, and nothing is detached",
			Clauses: []conformance.Clause{detachVolumeID, detachServerID, detach400},
			Harm:    conformance.HarmDetaches,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				return refusedAndStill(ctx, t, "the IDs of volume and server in each other's place", detachVolumeID, func(p conformance.Pair) conformance.Pair {
					return conformance.Pair{Volume: p.Server, Server: p.Volume}
				})
			},
		},
		lenientVolume(),
		lenientServer(),
		lenientShown(),
		lenientAttached(),
		namedElsewhere(),
		malformedIDs(),
		otherPaths(),
		otherPathsAttached(),
		otherPathsShown(),
		showEncoded(),
		detachEncoded(),
		refusedLate(),
	}
}

// refusedAndStill asks for a wrong pair while the data volume is attached.
func refusedAndStill(ctx context.Context, t *conformance.Trial, about string, clause conformance.Clause, wrong func(conformance.Pair) conformance.Pair) error {
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{Pair: wrong(p), Expect: conformance.ExpectRefused, About: about})
	if err != nil {
		return err
	}
	return refusedAndKept(ctx, t, p, e, clause)
}

// refusedAndStays also looks a while later: what is done late is not to be blamed on what is asked next.
func refusedAndStays(ctx context.Context, t *conformance.Trial, about string, clause conformance.Clause, wrong func(conformance.Pair) conformance.Pair) error {
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{Pair: wrong(p), Expect: conformance.ExpectRefused, About: about})
	if err != nil {
		return err
	}
	if err := refusedAndKept(ctx, t, p, e, clause); err != nil {
		return err
	}
	if err := t.Pause(ctx, min(t.Linger(), aWhile)); err != nil {
		return err
	}
	return keptAttached(ctx, t, p, e, stillAttached(ctx, t, p, e, detachRefused))
}

// refusedAndKept judges the answer to a request for something else than an attached volume, and what it left
// behind. Where the volume went, it is attached again for who comes next.
func refusedAndKept(ctx context.Context, t *conformance.Trial, p conformance.Pair, e conformance.Exchange, clause conformance.Clause) error {
	found := refused(t, e, clause)
	if found == nil {
		found = stillAttached(ctx, t, p, e, clause)
	}
	return keptAttached(ctx, t, p, e, found)
}

// keptAttached attaches a volume again that a wrong request may have detached, by what was found.
func keptAttached(ctx context.Context, t *conformance.Trial, p conformance.Pair, e conformance.Exchange, found error) error {
	if found != nil && conformance.VerdictOf(found) != conformance.Inconclusive {
		if err := attachAgain(ctx, t, p); err != nil {
			t.Note("after %s: %v", e.About, err)
		}
	}
	return found
}

// idle counts the wrong requests of a run that were accepted, and had no effect.
type idle struct{ times atomic.Int32 }

// attachAgain waits a while for a detach that a wrong request may have begun, and takes it back.
func attachAgain(ctx context.Context, t *conformance.Trial, p conformance.Pair) error {
	const while, patience = 100 * time.Millisecond, 2
	without := conformance.OfRun(t, "accepted without effect", func() *idle { return new(idle) })
	limit := time.Duration(0)
	if without.times.Load() < patience {
		limit = min(while, t.Settle())
	}
	shown, away, err := t.Await(ctx, p.Volume, limit, func(v *volumes.Volume) bool {
		return !conformance.Moving(v) && !conformance.AttachedTo(v, p.Server)
	})
	if err != nil {
		return err
	}
	if !away {
		without.times.Add(1)
		return nil
	}
	t.Moved(shown)
	return t.AttachedPair(ctx, p)
}

// attachedAlready returns the data volume, attached; requests that follow each other, and look at it
// themselves, share one set-up.
func attachedAlready(ctx context.Context, t *conformance.Trial) (conformance.Pair, error) {
	const keep = 2 * time.Second
	type set struct {
		pair    conformance.Pair
		changes int
	}
	up, err := conformance.Shared(t, "attached for wrong IDs", keep, func() (set, error) {
		p, err := t.Attached(ctx)
		return set{p, t.Changes(p.Volume)}, err
	})
	if err == nil && t.Changes(up.pair.Volume) != up.changes { // by another case, or in another version
		return t.Attached(ctx)
	}
	return up.pair, err
}
