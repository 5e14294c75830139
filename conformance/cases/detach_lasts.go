package cases

import (
	"context"
	"net/http"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// detachLasts looks at the spare volume, which a version detached and left alone, until the end of the version: a
// queue or a proxy may do again what was done, or take back what was accepted. The newest version detaches it at its
// start, the others in detach-ways.
func detachLasts() conformance.Case {
	return conformance.Case{
		ID: "detach-lasts", Family: familyDetach,
		Summary: "a detached volume stays detached and available until the end of the run of a version",
		Clauses: []conformance.Clause{detachEffect},
		Harm:    conformance.HarmDetaches,
		// Other cases leave to it what they find attached again.
		Collects: true,
		Between: func(ctx context.Context, t *conformance.Trial) error {
			newest, err := t.Newest()
			if err != nil {
				return err
			}
			if t.Fixture().SpareVolume == "" {
				return nil // Ask says so
			}
			left := lastingOf(t)
			if newest == t.Version() {
				if err := left.begin(ctx, t); err != nil {
					return err
				}
			} else if left.by != t.Version() {
				return nil
			}
			return left.stays(ctx, t)
		},
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			newest, err := t.Newest()
			if err != nil {
				return err
			}
			if err := t.Needs("spare volume and server", t.Fixture().SpareVolume, t.Fixture().Server); err != nil {
				return err
			}
			left := lastingOf(t)
			if newest == t.Version() {
				if err := left.begin(ctx, t); err != nil {
					return err
				}
			} else if left.by != t.Version() {
				return conformance.NotApplicable("the spare volume was not detached in this version, or was in another since")
			}
			if err := t.Pause(ctx, max(0, t.Linger()-time.Since(left.since))); err != nil {
				return err
			}
			return left.stays(ctx, t)
		},
	}
}

// lasting is the latest detach of the spare volume, which is then left alone.
type lasting struct {
	begun  bool // the newest version detached it
	pair   conformance.Pair
	by     lifecycle.ID // the version that detached it; zero where none did
	since  time.Time
	answer conformance.Exchange
	// changes is how many changes of the volume had been accepted by then.
	changes int
}

// lastingOf is what the versions that share a fixture share. Who uses it holds the fixture.
func lastingOf(t *conformance.Trial) *lasting {
	return conformance.OfFixture(t, "lasting", func() *lasting { return new(lasting) })
}

// begin detaches the spare volume in the newest version, once in a run.
func (l *lasting) begin(ctx context.Context, t *conformance.Trial) error {
	if l.begun {
		return nil
	}
	// Once it was detached, it is a volume that something was done with lately.
	if _, err := detachNotAttached(ctx, t); err != nil {
		return err
	}
	err := l.leaveAlone(ctx, t)
	l.begun = err == nil
	return err
}

// leaveAlone attaches the spare volume, and detaches it.
func (l *lasting) leaveAlone(ctx context.Context, t *conformance.Trial) error {
	p := conformance.Pair{Volume: t.Fixture().SpareVolume, Server: t.Fixture().Server}
	halfway := spareHalfway(t)
	halfway.Store(true)
	if err := t.AttachedPair(ctx, p); err != nil {
		return err
	}
	answer, err := detach(ctx, t, p)
	if err != nil {
		return err
	}
	if answer.Status != http.StatusAccepted {
		return conformance.ShownBy(answer, conformance.CannotJudge(conformance.CodeSetup,
			"set-up: detaching the spare volume was answered %s", conformance.StatusText(answer.Status)))
	}
	shown, away, err := t.AwaitDetached(ctx, p)
	if err != nil {
		return err
	}
	if !away {
		return conformance.CannotJudge(conformance.CodeUnsettled, "the detach of the spare volume was accepted, and it is %s still", shown.State)
	}
	halfway.Store(false)
	l.left(t, p, answer)
	return nil
}

// left records that a version detached the spare volume.
func (l *lasting) left(t *conformance.Trial, p conformance.Pair, answer conformance.Exchange) {
	l.pair, l.by, l.since, l.answer, l.changes = p, t.Version(), time.Now(), answer, t.Changes(p.Volume)
}

// stays judges whether the spare volume is as it was left.
func (l *lasting) stays(ctx context.Context, t *conformance.Trial) error {
	if halfway := spareHalfway(t); halfway.Load() {
		if err := t.UnattachedPair(ctx, l.pair); err != nil {
			return err
		}
		halfway.Store(false)
	}
	rests := func(v *volumes.Volume) bool { return len(v.Servers) == 0 && conformance.Available(v) }
	shown, still, err := t.Await(ctx, l.pair.Volume, t.MayLag(), rests)
	switch {
	case err != nil && seemsDeleted(err):
		return t.LeaveTo(deletedSince(l.pair.Volume, err))
	case err != nil || still:
		return err
	case conformance.Failed(shown):
		return t.LeaveTo(failedSince(shown))
	case l.attachedAgain(t):
		return conformance.CannotJudge(conformance.CodeSetup, "the spare volume %s was attached again in this run, in place of the data volume, say", l.pair.Volume)
	}
	return conformance.ShownBy(l.answer, conformance.Broken(detachEffect, conformance.CodeUndone,
		"volume %s was detached and available, and %s later it is %s at %s", l.pair.Volume,
		time.Since(l.since).Round(time.Millisecond), shown.State, list(serversOf(shown))))
}

// attachedAgain reports whether the run itself attached the volume again, for all that is known.
func (l *lasting) attachedAgain(t *conformance.Trial) bool {
	servers, known := t.ShouldBeAt(l.pair.Volume)
	return t.Changes(l.pair.Volume) != l.changes && (!known || len(servers) > 0)
}
