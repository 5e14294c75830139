package cases

import (
	"context"
	"net/http"
	"sync/atomic"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// detachTerminating detaches a volume that is to be deleted together with its server: only that deletes it.
func detachTerminating() conformance.Case {
	return conformance.Case{
		ID: "detach-terminating", Family: familyDetach,
		Summary: "a volume that was attached with delete_on_termination is detached like any other, and is not deleted (not asked of the newest version)",
		Clauses: []conformance.Clause{attachOptional, detach202, detachEffect},
		Harm:    conformance.HarmDangerous, Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			p := conformance.Pair{Volume: t.Fixture().SpareVolume, Server: t.Fixture().Server}
			if err := t.Needs("spare volume and server", p.Volume, p.Server); err != nil {
				return err
			}
			if newest, err := t.Newest(); err != nil || newest == t.Version() {
				return conformance.NotApplicable("the spare volume is left alone in the newest version, by detach-lasts")
			}
			halfway := spareHalfway(t)
			if halfway.Load() {
				if err := t.UnattachedPair(ctx, p); err != nil {
					return err
				}
			}
			if shown, err := t.Show(ctx, p.Volume); err != nil || !conformance.Available(shown) {
				return conformance.CannotJudge(conformance.CodeSetup, "set-up: the spare volume %s is not available", p.Volume)
			}
			halfway.Store(true)
			e, err := attach(ctx, t, p, "an available volume, with delete_on_termination: true", terminating("true")(p.Server))
			if err != nil {
				return err
			}
			if err := acceptedAttach(t, e, attachOptional); err != nil || e.Status != http.StatusAccepted {
				return err
			}
			if err := t.AttachedPair(ctx, p); err != nil {
				return err
			}
			seen, err := leaves(ctx, t, p, "a volume that is attached with delete_on_termination", nil)
			halfway.Store(conformance.VerdictOf(err) == conformance.Inconclusive)
			if err == nil && seen.away {
				lastingOf(t).left(t, p, seen.answer)
			}
			return err
		},
	}
}

// spareHalfway is whether an attempt at detach-terminating ended before it detached the spare volume: an answer was
// lost, say.
func spareHalfway(t *conformance.Trial) *atomic.Bool {
	return conformance.OfFixture(t, "spare volume halfway", func() *atomic.Bool { return new(atomic.Bool) })
}

// leaves detaches a volume, which has to go, and to stay: not to come back, and not to be deleted.
func leaves(ctx context.Context, t *conformance.Trial, p conformance.Pair, about string, change func(*http.Request)) (detached, error) {
	seen := detached{pair: p}
	var err error
	seen.answer, err = t.SendBusy(ctx, conformance.Request{Pair: p, Change: change, Expect: conformance.ExpectAccepted, About: about})
	if err != nil {
		return seen, err
	}
	if err := accepted(t, seen.answer); err != nil || seen.answer.Status != http.StatusAccepted {
		return seen, err
	}
	if seen.after, seen.away, err = t.AwaitDetached(ctx, p); err == nil {
		if err := seen.effect(t); err != nil {
			return seen, err
		}
		err = t.Pause(ctx, min(t.Linger(), aWhile))
	}
	if err == nil {
		return seen, staysAway(ctx, t, seen)
	}
	return seen, goneFor(seen, err)
}

// staysAway judges whether what was detached is detached still.
func staysAway(ctx context.Context, t *conformance.Trial, d detached) error {
	shown, still, err := t.Await(ctx, d.pair.Volume, t.ConfirmFor(), func(v *volumes.Volume) bool {
		return !conformance.AttachedTo(v, d.pair.Server) && conformance.Available(v)
	})
	if err != nil || still {
		return goneFor(d, err)
	}
	t.Relearn(shown)
	return conformance.ShownBy(d.answer, conformance.Broken(detachEffect, conformance.CodeUndone,
		"volume %s (%s) was detached and available, and a while later it is %s at %s", d.pair.Volume, d.answer.About, shown.State, list(serversOf(shown))))
}

// goneFor judges why a volume that was detached is not shown.
func goneFor(d detached, err error) error {
	if err == nil || !seemsDeleted(err) {
		return err
	}
	e, _ := conformance.ExchangeOf(err)
	return conformance.ShownBy(e, conformance.Broken(detachEffect, conformance.CodeChanged,
		"volume %s (%s) was detached, and showing it is answered %s now: it seems to be deleted", d.pair.Volume, d.answer.About, conformance.StatusText(e.Status)))
}

// detachWays detaches in each way that is right.
func detachWays() conformance.Case {
	c := conformance.Case{
		ID: "detach-ways", Family: familyDetach,
		Summary: "an accepted detach takes effect however it is written, and beside another one",
		Clauses: []conformance.Clause{detachEffect, detachOnly, detach202},
		Harm:    conformance.HarmDetaches, Rotates: true,
	}
	for _, w := range []struct {
		name, about string
		change      func(t *conformance.Trial, req *http.Request)
	}{
		{"query", "with a query that means nothing", func(t *conformance.Trial, req *http.Request) {
			req.URL.RawQuery = "a=1"
			t.Resign(req, nil)
		}},
		{"empty-account", "with an empty account ID", func(_ *conformance.Trial, req *http.Request) {
			req.Header[signing.HeaderAccountID] = []string{""}
		}},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: w.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := t.Attached(ctx)
			if err != nil {
				return err
			}
			seen := detached{pair: p}
			seen.answer, err = t.SendBusy(ctx, conformance.Request{
				Pair: p, Expect: conformance.ExpectOutside, About: "an attached volume, " + w.about,
				Change: func(req *http.Request) { w.change(t, req) },
			})
			if err != nil {
				return err
			}
			if seen.answer.Status != http.StatusAccepted {
				return conformance.NotApplicable("it was answered %s, which auth-right and form-language judge", conformance.StatusText(seen.answer.Status))
			}
			if seen.after, seen.away, err = t.AwaitDetached(ctx, p); err != nil {
				return goneFor(seen, err)
			}
			return seen.effect(t)
		}})
	}
	c.Variants = append(c.Variants, conformance.Variant{Name: "two-at-once", Ask: detachTwo}, conformance.Variant{Name: "unversioned-lasts", Ask: func(ctx context.Context, t *conformance.Trial) error {
		if err := t.AskedOnce(); err != nil {
			return err
		}
		seen, err := detachUnversioned(ctx, t)
		if err != nil || seen.answer.Status != http.StatusAccepted {
			return err // for version-absent-detaches
		}
		p, err := t.Attached(ctx)
		if err != nil {
			return err
		}
		_, err = leaves(ctx, t, p, "an attached volume, without Scp-Api-Version", pinnedTo())
		return err
	}}, conformance.Variant{Name: "left-alone", Ask: leftAlone})
	return c
}

// leftAlone detaches the spare volume, and leaves it alone: how it is later is for detach-lasts to judge.
func leftAlone(ctx context.Context, t *conformance.Trial) error {
	if newest, err := t.Newest(); err != nil || newest == t.Version() {
		return conformance.NotApplicable("the newest version detaches the spare volume for detach-lasts")
	}
	if err := t.Needs("spare volume and server", t.Fixture().SpareVolume, t.Fixture().Server); err != nil {
		return err
	}
	return lastingOf(t).leaveAlone(ctx, t)
}
