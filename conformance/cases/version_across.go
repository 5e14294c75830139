package cases

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

var versionSeen = conformance.Clause{
	ID: "VERSION-SEEN", Source: conformance.Assumed,
	Text: "A change that one version shows is shown by every other version within a second.",
}

// side is a version to act or look in.
type side struct {
	name   string
	by     lifecycle.ID
	change func(*http.Request)
}

func inVersion(id lifecycle.ID) side { return side{name: "in version " + id.String(), by: id} }

// header is the version header that a side sends, empty where it sends none.
func (s side) header() string {
	if s.change != nil {
		return ""
	}
	return conformance.PinnedTo(s.by)
}

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
	shown, ok, err := s.await(ctx, t, p.Volume, t.Settle(), done)
	if err == nil && !ok {
		err = conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeUnsettled,
			"%s was accepted %s, and there volume %s is %s still", e, s.name, p.Volume, shown.State))
	}
	return err
}

// sees judges whether what was done elsewhere shows here, and soon.
func (s side) sees(ctx context.Context, t *conformance.Trial, p conformance.Pair, done func(*volumes.Volume) bool,
	clause conformance.Clause, e conformance.Exchange, what string,
) error {
	soon := min(time.Second, t.Settle())
	shown, ok, err := s.await(ctx, t, p.Volume, soon, done)
	inTime := ok
	if err == nil && !ok {
		shown, ok, err = s.await(ctx, t, p.Volume, t.Settle()-soon, done)
	}
	switch {
	case err != nil:
		return err
	case !ok:
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeVersionsDiffer,
			"volume %s was %s, and %s it is %s at %s", p.Volume, what, s.name, shown.State, list(serversOf(shown))))
	case !inTime:
		return conformance.ShownBy(e, conformance.Broken(versionSeen, conformance.CodeVersionsDiffer,
			"volume %s was %s, and %s it was shown as before for more than %s", p.Volume, what, s.name, soon))
	}
	return nil
}

// await shows a volume in a version until it is as it should be, for a time at most.
func (s side) await(
	ctx context.Context, t *conformance.Trial, volume string, limit time.Duration, done func(*volumes.Volume) bool,
) (*volumes.Volume, bool, error) {
	const longestPause = time.Second
	firstPause := time.Millisecond
	if t.Live() {
		firstPause = 200 * time.Millisecond
	}
	deadline := time.Now().Add(limit)
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
	appearancesOf(t).see(e)
	var shown volumes.Volume
	if e.Status != http.StatusOK || json.Unmarshal(e.Body, &shown) != nil || !strings.EqualFold(shown.ID, volume) {
		return nil, conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup,
			"showing volume %s %s was answered %s, without that volume in a form that can be read", volume, s.name, conformance.StatusText(e.Status)))
	}
	return &shown, nil
}

// versionAbsentSteady shows a volume in this version, and then without one.
func versionAbsentSteady(ctx context.Context, t *conformance.Trial) error {
	newest, err := t.Newest()
	if err != nil {
		return err
	}
	if newest == t.Version() || drifted(ctx, t, newest) {
		return conformance.NotApplicable("what the newest version shows without Scp-Api-Version is for version-absent-shows")
	}
	in, err := shownFields(ctx, t, newest, nil)
	if err != nil {
		return err
	}
	here, err := shownFields(ctx, t, t.Version(), nil)
	if err != nil {
		return err
	}
	without, err := shownFields(ctx, t, newest, pinnedTo())
	switch {
	case err != nil:
		return err
	case in.answer.Status != http.StatusOK || here.answer.Status != http.StatusOK || without.answer.Status != http.StatusOK:
		return conformance.NotApplicable("the volume is not shown in each way")
	case slices.Equal(here.names, in.names):
		return conformance.NotApplicable("both versions show a volume with the same fields")
	case slices.Equal(without.names, in.names):
		return nil
	}
	return conformance.ShownBy(without.answer, conformance.Broken(versionDefault, conformance.CodeVersionsDiffer,
		"after a request in version %s, a volume is shown without Scp-Api-Version with the fields %s, in version %s with %s",
		t.Version(), strings.Join(without.names, ", "), newest, strings.Join(in.names, ", ")))
}
