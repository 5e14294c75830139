package cases

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// side is a version to act or look in.
type side struct {
	name   string
	by     lifecycle.ID
	change func(*http.Request)
}

func inVersion(id lifecycle.ID) side { return side{name: "in version " + id.String(), by: id} }

// sides are the version of the trial, the newest, and none, unless no document says which version that is.
func sides(ctx context.Context, t *conformance.Trial) (here, newest side, unversioned []side, err error) {
	id, err := t.Newest()
	if err != nil {
		return here, newest, nil, err
	}
	if id == t.Version() {
		return here, newest, nil, conformance.NotApplicable("it is the newest version, with which the others are compared")
	}
	if !drifted(ctx, t, id) {
		unversioned = []side{{name: "without Scp-Api-Version", by: id, change: pinnedTo()}}
	}
	return inVersion(t.Version()), inVersion(id), unversioned, nil
}

// detachedHere attaches in the newest version and detaches in this one.
func detachedHere(ctx context.Context, t *conformance.Trial) error {
	here, newest, unversioned, err := sides(ctx, t)
	if err != nil {
		return err
	}
	return across(ctx, t, newest, here, append(unversioned, newest)...)
}

// detachedInNewest attaches in this version and detaches in the newest.
func detachedInNewest(ctx context.Context, t *conformance.Trial) error {
	here, newest, unversioned, err := sides(ctx, t)
	if err != nil {
		return err
	}
	return across(ctx, t, here, newest, append(unversioned, here)...)
}

// across attaches the data volume in one version and detaches it in another. What was done has to be seen in
// the version that did it, or the case is not about versions, and then in all the others.
func across(ctx context.Context, t *conformance.Trial, attaches, detaches side, looks ...side) error {
	p, err := t.Unattached(ctx)
	if err != nil {
		return err
	}
	attached := func(v *volumes.Volume) bool {
		return conformance.AttachedTo(v, p.Server) && conformance.InUse(v) && !conformance.Moving(v)
	}
	away := func(v *volumes.Volume) bool { return !conformance.AttachedTo(v, p.Server) && !conformance.Moving(v) }

	e, err := attaches.act(ctx, t, conformance.Attach, p)
	if err != nil {
		return err
	}
	if err := seenBySelf(ctx, t, attaches, p, attached, e); err != nil {
		return err
	}
	for _, look := range append([]side{detaches}, looks...) {
		if err := look.sees(ctx, t, p, attached, versionSame, e, "attached "+attaches.name); err != nil {
			return err
		}
	}
	if e, err = detaches.act(ctx, t, conformance.Detach, p); err != nil {
		return err
	}
	if e.Refused() {
		return conformance.ShownBy(e, conformance.Broken(versionSame, conformance.CodeNotAccepted,
			"the detach %s of a volume that was attached %s is answered %s", detaches.name, attaches.name, conformance.StatusText(e.Status)))
	}
	if err := seenBySelf(ctx, t, detaches, p, away, e); err != nil {
		return err
	}
	for _, look := range looks {
		if err := look.sees(ctx, t, p, away, detachEffect, e, "detached "+detaches.name); err != nil {
			return err
		}
	}
	return nil
}

// act attaches or detaches. Only a detach may be refused.
func (s side) act(ctx context.Context, t *conformance.Trial, operation conformance.Operation, p conformance.Pair) (conformance.Exchange, error) {
	e, err := t.SendBusy(ctx, conformance.Request{
		Operation: operation, Pair: p, By: s.by, Change: s.change, Expect: conformance.ExpectAccepted, About: "a volume, " + s.name,
	})
	if err != nil || e.Status == http.StatusAccepted || operation == conformance.Detach && e.Refused() && e.Status != http.StatusUnauthorized {
		return e, err
	}
	return e, conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup, "%s %s was answered %s", e, s.name, conformance.StatusText(e.Status)))
}

// seenBySelf waits for what was accepted in a version to be done there.
func seenBySelf(ctx context.Context, t *conformance.Trial, s side, p conformance.Pair, done func(*volumes.Volume) bool, e conformance.Exchange) error {
	shown, ok, err := s.await(ctx, t, p.Volume, done)
	if err == nil && !ok {
		err = conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeUnsettled,
			"%s was accepted %s, and there volume %s is %s still", e, s.name, p.Volume, shown.State))
	}
	return err
}

// sees judges whether what was done elsewhere shows here.
func (s side) sees(ctx context.Context, t *conformance.Trial, p conformance.Pair, done func(*volumes.Volume) bool,
	clause conformance.Clause, e conformance.Exchange, what string,
) error {
	shown, ok, err := s.await(ctx, t, p.Volume, done)
	if err == nil && !ok {
		err = conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeVersionsDiffer,
			"volume %s was %s, and %s it is %s at %s", p.Volume, what, s.name, shown.State, list(serversOf(shown))))
	}
	return err
}

// await shows a volume in a version until it is as it should be.
func (s side) await(ctx context.Context, t *conformance.Trial, volume string, done func(*volumes.Volume) bool) (*volumes.Volume, bool, error) {
	const firstPause, longestPause = time.Millisecond, time.Second
	deadline := time.Now().Add(t.Settle())
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		shown, err := s.show(ctx, t, volume)
		if err != nil || done(shown) {
			return shown, err == nil, err
		}
		left := time.Until(deadline)
		if left <= 0 {
			return shown, false, nil
		}
		if err := t.Pause(ctx, min(pause, left)); err != nil {
			return shown, false, err
		}
	}
}

func (s side) show(ctx context.Context, t *conformance.Trial, volume string) (*volumes.Volume, error) {
	e, err := t.Send(ctx, conformance.Request{
		Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, By: s.by, Change: s.change,
		Expect: conformance.ExpectShown, About: "a volume of the fixture, " + s.name,
	})
	if err != nil {
		return nil, err
	}
	var shown volumes.Volume
	if e.Status != http.StatusOK || json.Unmarshal(e.Body, &shown) != nil {
		return nil, conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup,
			"showing volume %s %s was answered %s, without a volume that can be read", volume, s.name, conformance.StatusText(e.Status)))
	}
	return &shown, nil
}
