package cases

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// What a detach does, and when it is refused.
var (
	detachEffect = conformance.Clause{ID: "DETACH-EFFECT", Source: conformance.Document, Text: "Detach the Volume from a server."}
	detachMethod = conformance.Clause{
		ID: "DETACH-METHOD", Source: conformance.Document,
		Text: "Detaching is DELETE /v1/volumes/{volume_id}/servers/{server_id}: no other method of that path does it.",
	}
	detachState = conformance.Clause{
		ID: "DETACH-STATE", Source: conformance.Assumed,
		Text: "Detaching a volume that is not attached, is attached to another server, or is being attached or detached is refused with 400 or 409.",
	}
	detachOSVolume = conformance.Clause{
		ID: "DETACH-OS-VOLUME", Source: conformance.Document,
		Text: "For the OS’s default volume, you cannot modify the attached server.",
	}
	show200 = conformance.Clause{
		ID: "SHOW-200", Operation: opShow, Status: http.StatusOK, Source: conformance.SDK,
		Text: "Showing a volume answers 200 with its state and its servers.",
	}
	attach202 = conformance.Clause{
		ID: "ATTACH-202", Operation: opAttach, Status: http.StatusAccepted, Source: conformance.SDK,
		Text: "Attaching a volume answers 202 with the attachment.",
	}
)

func detachCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "detach-accepted", Family: familyDetach,
			Summary: "detaching an attached volume is answered 202",
			Clauses: []conformance.Clause{detach202, versionPinned, versionNotBefore},
			Harm:    conformance.HarmDetaches,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				seen, err := detachOnce(ctx, t)
				if err != nil {
					return err
				}
				return accepted(t, seen.answer)
			},
		},
		{
			ID: "detach-takes-effect", Family: familyDetach,
			Summary: "after an accepted detach, the volume is no longer at the server, and is available",
			Clauses: []conformance.Clause{detachEffect},
			Harm:    conformance.HarmDetaches,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				seen, err := detachOnce(ctx, t)
				if err != nil {
					return err
				}
				return seen.effect(t)
			},
		},
		{
			ID: "detach-beside", Family: familyDetach,
			Summary: "an accepted detach changes nothing else: neither the properties of the volume nor other volumes",
			Clauses: []conformance.Clause{detachOnly},
			Harm:    conformance.HarmDetaches,
			Rotates: true,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				seen, err := detachOnce(ctx, t)
				if err != nil {
					return err
				}
				if seen.after != nil && !seen.away {
					return conformance.NotApplicable("the detach was accepted, and the volume is still attached, which detach-takes-effect judges")
				}
				return judge(t, seen.besides, detachOnly, seen.answer, "volume %s was detached from server %s", seen.pair.Volume, seen.pair.Server)
			},
		},
		detachNothingElse(),
		{
			ID: "detach-not-attached", Family: familyDetach,
			Summary: "detaching an unattached volume is refused with 400 or 409",
			Clauses: []conformance.Clause{detachState, detach409},
			Harm:    conformance.HarmDetaches,
			Ask:     notAttached,
		},
		{
			ID: "detach-repeated", Family: familyDetach,
			Summary: "of several detaches of the same volume, one is accepted and the others are refused with 400 or 409",
			Clauses: []conformance.Clause{detachState, detach409},
			Harm:    conformance.HarmDetaches,
			Rotates: true,
			Variants: []conformance.Variant{
				{Name: "while-detaching", Ask: whileDetaching},
				{Name: "at-once", Ask: severalAtOnce},
			},
		},
		{
			ID: "detach-while-attaching", Family: familyDetach,
			Summary: "detaching a volume that is being attached is refused with 400 or 409",
			Clauses: []conformance.Clause{detachState, detach409},
			Harm:    conformance.HarmDetaches,
			Rotates: true,
			Ask:     whileAttaching,
		},
		{
			ID: "detach-other-methods", Family: familyDetach,
			Summary: "only DELETE detaches on the path of a detach",
			Clauses: []conformance.Clause{detachMethod},
			Harm:    conformance.HarmDangerous,
			Rotates: true, SideBySide: true,
			Variants: otherMethods(),
		},
		{
			ID: "detach-shared", Family: familyDetach,
			Summary: "a volume that is attached to two servers and detached from one stays at the other",
			Clauses: []conformance.Clause{detachOnly, detachEffect, detach202, detachRefused, attach202},
			Harm:    conformance.HarmDetaches,
			Rotates: true,
			Ask:     detachShared,
		},
		{
			ID: "detach-os-volume", Family: familyDetach,
			Summary: "detaching the OS's default volume is refused with 400 or 409, and it stays where it is",
			Clauses: []conformance.Clause{detachOSVolume, detach409},
			Harm:    conformance.HarmDangerous,
			Rotates: true,
			Ask:     refusesOSVolume,
		},
		detachTerminating(),
		detachWays(),
		detachLasts(),
	}
}

// detached is one detach of the data volume, with what was before and after it. Several cases judge it.
type detached struct {
	pair    conformance.Pair
	after   *volumes.Volume // nil where the detach was not accepted
	answer  conformance.Exchange
	away    bool
	besides []deviation // what else changed, where that is looked at
}

// forever is how long an observation counts that is made once in a version.
const forever = 1 << 62

// detachOnce detaches the data volume, once for all the cases of a version.
func detachOnce(ctx context.Context, t *conformance.Trial) (detached, error) {
	return conformance.Shared(t, "one detach", forever, func() (detached, error) {
		var seen detached
		var err error
		if seen.pair, err = t.Attached(ctx); err != nil {
			return seen, err
		}
		before := worldOf(t).recently(t, seen.pair.Volume)
		if t.Turn() && len(before) < len(fixtureVolumes(t)) {
			if before, err = takePicture(ctx, t); err != nil {
				return seen, err
			}
		}
		if seen.answer, err = detach(ctx, t, seen.pair); err != nil || seen.answer.Status != http.StatusAccepted {
			return seen, err
		}
		if seen.after, seen.away, err = t.AwaitDetached(ctx, seen.pair); err == nil && t.Turn() {
			seen.besides, err = before.deviations(ctx, t, seen.pair)
		}
		return seen, err
	})
}

// detach asks for an attached volume to be detached, and asks again while the volume is busy.
func detach(ctx context.Context, t *conformance.Trial, p conformance.Pair) (conformance.Exchange, error) {
	return t.SendBusy(ctx, conformance.Request{Pair: p, Expect: conformance.ExpectAccepted, About: "an attached volume"})
}

// effect judges whether an accepted detach was done.
func (d detached) effect(t *conformance.Trial) error {
	switch {
	case d.after == nil:
		return conformance.ShownBy(d.answer, conformance.CannotJudge(conformance.CodeSetup,
			"the detach was answered %s, so there is no effect to look for", conformance.StatusText(d.answer.Status)))
	case !d.away:
		return conformance.ShownBy(d.answer, conformance.Broken(detachEffect, conformance.CodeNotDetached,
			"the detach was accepted, and %s later volume %s is %s, and still at server %s%s",
			t.Settle(), d.pair.Volume, d.after.State, d.pair.Server, d.instead()))
	case conformance.Failed(d.after), len(d.after.Servers) == 0 && !conformance.Available(d.after):
		return conformance.ShownBy(d.answer, conformance.Broken(detachEffect, conformance.CodeState,
			"volume %s was detached, and is %s: it should be available", d.pair.Volume, d.after.State))
	}
	return nil
}

// instead says what changed in place of what was asked for.
func (d detached) instead() string {
	text := ""
	for _, other := range d.besides {
		text += "; instead, volume " + other.volume + " is not as before: " + other.text
	}
	return text
}

// detachAndSee detaches a volume and judges whether that was done.
func detachAndSee(ctx context.Context, t *conformance.Trial, p conformance.Pair) error {
	seen := detached{pair: p}
	var err error
	if seen.answer, err = detach(ctx, t, p); err != nil {
		return err
	}
	if seen.answer.Status == http.StatusAccepted {
		if seen.after, seen.away, err = t.AwaitDetached(ctx, p); err != nil {
			return err
		}
	}
	return seen.effect(t)
}

// notAttached judges the detach of a volume that is attached to nothing.
func notAttached(ctx context.Context, t *conformance.Trial) error {
	e, err := detachNotAttached(ctx, t)
	if err != nil {
		return err
	}
	return refused(t, e, detachState)
}

// detachNotAttached asks for the spare volume, which nothing was done with lately: right after a detach, a
// second one may still be taken for the first.
func detachNotAttached(ctx context.Context, t *conformance.Trial) (conformance.Exchange, error) {
	return conformance.Shared(t, "not attached", forever, func() (conformance.Exchange, error) {
		p, err := unattachedLongSince(ctx, t)
		if err != nil {
			return conformance.Exchange{}, err
		}
		r := conformance.Request{Pair: p, Expect: conformance.ExpectRefused, About: "a volume that is attached to nothing"}
		e, err := t.Send(ctx, r)
		lately := repeatedFor - time.Since(lastingOf(t).since)
		if err != nil || e.Status != http.StatusAccepted || lately <= 0 {
			return e, err
		}
		if err := t.Pause(ctx, min(t.Linger(), lately)); err != nil {
			return e, err
		}
		return t.Send(ctx, r)
	})
}

// unattachedLongSince is the spare volume, or the data volume where there is none. What this run left attached, as a
// version did not detach it, is detached.
func unattachedLongSince(ctx context.Context, t *conformance.Trial) (conformance.Pair, error) {
	p := conformance.Pair{Volume: t.Fixture().SpareVolume, Server: t.Fixture().Server}
	if p.Volume == "" {
		var err error
		if p, err = t.DataPair(); err != nil {
			return p, err
		}
	} else if shown, err := t.Show(ctx, p.Volume); err != nil || !conformance.AttachedTo(shown, p.Server) {
		return p, err
	} else if t.Changes(p.Volume) == 0 {
		return p, conformance.CannotJudge(conformance.CodeSetup, "set-up: the spare volume %s is attached to server %s", p.Volume, p.Server)
	}
	if err := t.UnattachedPair(ctx, p); err != nil {
		return p, err
	}
	return p, t.Pause(ctx, min(t.Linger(), repeatedFor))
}

// whileDetaching asks for a second detach as soon as the first was accepted.
func whileDetaching(ctx context.Context, t *conformance.Trial) error {
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	first, err := detach(ctx, t, p)
	if err != nil {
		return err
	}
	if first.Status != http.StatusAccepted {
		return conformance.ShownBy(first, conformance.CannotJudge(conformance.CodeSetup,
			"set-up: the first detach was answered %s", conformance.StatusText(first.Status)))
	}
	second, err := t.Send(ctx, conformance.Request{Pair: p, Expect: conformance.ExpectRefused, About: "a volume that is being detached"})
	if err != nil {
		return err
	}
	return refused(t, second, detachState)
}

// severalAtOnce asks for the same detach several times at once. Right after the attach all of them may be
// refused: it asks again then.
func severalAtOnce(ctx context.Context, t *conformance.Trial) error {
	const times, tries = 4, 8
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	for try := range tries {
		answers := make([]conformance.Exchange, times)
		errs := make([]error, times)
		var asking sync.WaitGroup
		for i := range times {
			asking.Go(func() {
				answers[i], errs[i] = t.Send(ctx, conformance.Request{Pair: p, About: "an attached volume, several times at once"})
			})
		}
		asking.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		if taken, err := oneAccepted(t, answers); taken || err != nil {
			return err
		}
		if err := t.Pause(ctx, min(10*time.Millisecond<<try, t.Settle()/tries)); err != nil {
			return err
		}
	}
	return conformance.CannotJudge(conformance.CodeSetup, "of %d detaches of one volume at once, none was accepted", times)
}

// oneAccepted judges the answers to the same detach, and reports whether one of them was accepted.
func oneAccepted(t *conformance.Trial, answers []conformance.Exchange) (taken bool, err error) {
	for _, e := range answers {
		switch {
		case e.Status != http.StatusAccepted:
			if err := refused(t, e, detachState); err != nil {
				return taken, err
			}
		case taken:
			return taken, conformance.ShownBy(e, conformance.Broken(detachState, conformance.CodeAccepted,
				"of %d detaches of one volume at once, more than one was accepted", len(answers)))
		default:
			taken = true
		}
	}
	return taken, nil
}

// whileAttaching asks for a detach as soon as an attach was accepted. A detach that is accepted says something only
// where attaching cannot have been over by then: where the answer came in a fraction of the time that attaching
// takes, time after time.
func whileAttaching(ctx context.Context, t *conformance.Trial) error {
	const times, fraction = 3, 2
	takes, err := attachTime(ctx, t)
	if err != nil {
		return err
	}
	for range times {
		p, err := t.Unattached(ctx)
		if err != nil {
			return err
		}
		if err := t.BeginAttach(ctx, p); err != nil {
			return err
		}
		began := time.Now()
		e, err := t.Send(ctx, conformance.Request{Pair: p, Expect: conformance.ExpectRefused, About: "a volume that is being attached"})
		if err != nil {
			return err
		}
		if e.Status != http.StatusAccepted {
			return refused(t, e, detachState)
		}
		if time.Since(began) > takes/fraction {
			return conformance.NotApplicable("attaching may have been over before a detach could be asked for")
		}
	}
	return conformance.Broken(detachState, conformance.CodeAccepted,
		"%d times in a row a detach was accepted right after an attach, which takes %s at least", times, takes.Round(time.Millisecond))
}

// attachTime is how long attaching the data volume takes at least: until the last look was sent that did not show
// it attached yet, less the time that such a look may lag behind.
func attachTime(ctx context.Context, t *conformance.Trial) (time.Duration, error) {
	p, err := t.Unattached(ctx)
	if err != nil {
		return 0, err
	}
	if err := t.BeginAttach(ctx, p); err != nil {
		return 0, err
	}
	began := time.Now()
	var last, sent time.Duration
	for pause := time.Millisecond; sent < t.Settle(); pause *= 2 {
		sent = time.Since(began)
		shown, err := t.Show(ctx, p.Volume)
		if err != nil || !conformance.Moving(shown) && conformance.AttachedTo(shown, p.Server) {
			return last - t.MayLag(), err
		}
		last = sent
		if err := t.Pause(ctx, pause); err != nil {
			return 0, err
		}
	}
	return last - t.MayLag(), nil
}

// refusesOSVolume asks for the OS's default volume, at its server and at another one.
func refusesOSVolume(ctx context.Context, t *conformance.Trial) error {
	p := conformance.Pair{Volume: t.Fixture().OSVolume, Server: t.Fixture().Server}
	if err := t.Needs("OS volume and server", p.Volume, p.Server); err != nil {
		return err
	}
	shown, err := t.Show(ctx, p.Volume)
	if err != nil {
		return err
	}
	if !conformance.AttachedTo(shown, p.Server) {
		return conformance.CannotJudge(conformance.CodeSetup, "set-up: the OS volume %s is not at server %s", p.Volume, p.Server)
	}
	servers := slices.DeleteFunc([]string{p.Server, t.Fixture().OtherServer}, func(id string) bool { return id == "" })
	for _, server := range servers {
		ways := []conformance.Request{{About: "the OS's default volume"}}
		if t.AskedOnce() == nil {
			ways = append(ways, conformance.Request{About: "the OS's default volume, without Scp-Api-Version", Change: pinnedTo()})
		}
		for _, r := range ways {
			r.Pair, r.Expect = conformance.Pair{Volume: p.Volume, Server: server}, conformance.ExpectRefused
			e, err := t.Send(ctx, r)
			if err != nil {
				return err
			}
			if err := refused(t, e, detachOSVolume); err != nil {
				return err
			}
			if err := stillAttached(ctx, t, p, e, detachOSVolume); err != nil {
				return err
			}
		}
	}
	return nil
}
