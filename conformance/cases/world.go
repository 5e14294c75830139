package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// What a detach leaves alone.
var detachOnly = conformance.Clause{
	ID: "DETACH-ONLY", Source: conformance.Document,
	Text: "Detach the Volume from a server: the named volume from the named server, and nothing else.",
}

// repeatedFor is how long after a detach a second one may still be taken for the first.
const repeatedFor = 1100 * time.Millisecond

// detachNothingElse looks at all the volumes of the fixture before the first case and after each family.
func detachNothingElse() conformance.Case {
	return conformance.Case{
		ID: "detach-nothing-else", Family: familyDetach,
		Summary: "a volume of the fixture changes only by a detach or an attach that was accepted for it",
		Clauses: []conformance.Clause{detachOnly},
		Harm:    conformance.HarmDetaches,
		// Other cases leave to it what else an operation did that they asked for.
		Between: lookAround, Collects: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := detachOnce(ctx, t) // or there was nothing to see
			return err
		},
	}
}

// world is every volume of the fixture as it was when it was first looked at, for all versions of a run that share it.
type world struct {
	mu    sync.Mutex
	first map[string]volumes.Volume
	last  map[string]look // at each volume
	// versions are those that were begun. What the one before left behind shows at the end of its last family, and
	// what its last cases did after the first family of the next.
	versions map[string]bool
}

func worldOf(t *conformance.Trial) *world {
	return conformance.OfFixture(t, "world", func() *world {
		return &world{first: map[string]volumes.Volume{}, last: map[string]look{}, versions: map[string]bool{}}
	})
}

// begins reports whether a version begins, and another did before it.
func (w *world) begins(version string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	begins := !w.versions[version] && len(w.versions) > 0
	w.versions[version] = true
	return begins
}

// recently is the picture of the last look, without what was attached or detached since, apart from one volume.
func (w *world) recently(t *conformance.Trial, but string) picture {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := picture{}
	for id, l := range w.last {
		if (l.changes == t.Changes(id) || id == but) && !conformance.Moving(&l.volume) {
			all[id] = l.volume
		}
	}
	return all
}

// look is one look at a volume, and how many changes of it had been accepted by then.
type look struct {
	volume  volumes.Volume
	changes int
}

// lookAround holds every volume of the fixture to how it was, and to where it should be.
func lookAround(ctx context.Context, t *conformance.Trial) error {
	seen := worldOf(t)
	if seen.begins(t.Version().String()) {
		return nil
	}
	excused := wronglyDone(t).Swap(false)
	if strays := t.Strays(); len(strays) > 0 {
		s := strays[0]
		if err := misplaced(t, s.Shown, s.Want, excused, fmt.Sprintf("when %s was asked, volume %s should have been attached to %s, and was %s at %s",
			s.Case, s.Shown.ID, list(s.Want), s.Shown.State, list(serversOf(s.Shown)))); err != nil {
			return err
		}
	}
	all := fixtureVolumes(t)
	if len(all) == 0 {
		return conformance.Skipped("the fixture names no volume to look at")
	}
	for _, id := range all {
		if err := seen.look(ctx, t, id, excused); err != nil {
			return err
		}
	}
	return nil
}

// wronglyDone is set once a request was carried out that the documents say is refused, which is the finding of the
// case that sent it: what that moved is no other one.
func wronglyDone(t *conformance.Trial) *atomic.Bool {
	return conformance.OfFixture(t, "wrongly done", func() *atomic.Bool { return new(atomic.Bool) })
}

// carriedOut passes on a finding that a request was carried out that had to be refused.
func carriedOut(t *conformance.Trial, err error) error {
	if conformance.VerdictOf(err) == conformance.Fail {
		wronglyDone(t).Store(true)
	}
	return err
}

// misplaced judges a volume that is not where it should be. One that is back where it was detached is for
// detach-lasts to judge.
func misplaced(t *conformance.Trial, shown *volumes.Volume, want []string, excused bool, text string) error {
	if excused {
		t.Note("%s, after a request was carried out that should have been refused", text)
		return nil
	}
	left := func(server string) bool { return !slices.Contains(serversOf(shown), server) }
	if t.Changes(shown.ID) > 0 && len(shown.Servers) > len(want) && !slices.ContainsFunc(want, left) {
		back := conformance.Broken(detachEffect, conformance.CodeUndone, "%s", text)
		if t.LeaveTo(back) == nil {
			return nil
		}
	}
	return conformance.Broken(detachOnly, conformance.CodeChanged, "%s", text)
}

// look judges one volume. A look may lag behind what was done: one that shows something else is confirmed.
func (w *world) look(ctx context.Context, t *conformance.Trial, id string, excused bool) error {
	if err := t.AwaitAccepted(ctx, id); err != nil {
		return w.lost(id, err)
	}
	asItShouldBe := func(v *volumes.Volume) bool {
		want, known := t.ShouldBeAt(id)
		return !conformance.Moving(v) && (!known || slices.Equal(serversOf(v), want))
	}
	shown, ok, err := lookFor(ctx, t, id, asItShouldBe)
	if err != nil {
		return w.lost(id, err)
	}
	want, _ := t.ShouldBeAt(id)
	w.mu.Lock()
	defer w.mu.Unlock()
	first, known := w.first[id]
	before := w.last[id]
	w.last[id] = look{*shown, t.Changes(id)}
	if !known {
		w.first[id] = *shown
		t.Learn(shown)
		return nil
	}
	defer t.Relearn(shown)
	switch {
	case !ok:
		t.Confirmed()
		return misplaced(t, shown, want, excused, fmt.Sprintf("volume %s should be attached to %s, and is %s at %s",
			id, list(want), shown.State, list(serversOf(shown))))
	case conformance.Failed(shown) && !conformance.Failed(&first):
		return failedSince(shown)
	}
	if name := changedProperty(first, *shown); name != "" {
		w.first[id] = *shown
		return conformance.Distinct(conformance.Broken(detachOnly, conformance.CodeChanged, "volume %s has another %s than before", id, name), "property")
	}
	if before.changes != t.Changes(id) {
		return nil
	}
	if d := changed(before.volume, *shown, nil); d.kind == "device" || d.kind == "since" {
		return conformance.Distinct(conformance.Broken(detachOnly, conformance.CodeChanged,
			"volume %s is not as before, and was not attached anew: %s", id, d.text), d.kind)
	}
	return nil
}

// lost judges a volume that is no longer shown.
func (w *world) lost(id string, err error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, known := w.first[id]; !known || !seemsDeleted(err) {
		return err
	}
	return deletedSince(id, err)
}

// deletedSince is the finding that a volume is no longer shown, by why it is not.
func deletedSince(id string, err error) error {
	e, _ := conformance.ExchangeOf(err)
	return conformance.ShownBy(e, conformance.Broken(detachOnly, conformance.CodeChanged,
		"volume %s was there, and showing it is answered %s now: it seems to be deleted", id, conformance.StatusText(e.Status)))
}

// failedSince is the finding that a volume is in an error state, and was not.
func failedSince(v *volumes.Volume) error {
	return conformance.Distinct(conformance.Broken(detachOnly, conformance.CodeState, "volume %s is in state %s by now", v.ID, v.State), "state")
}

func serversOf(v *volumes.Volume) []string {
	servers := []string{}
	for _, s := range v.Servers {
		servers = append(servers, strings.ToLower(s.ID))
	}
	slices.Sort(servers)
	return servers
}

func list(servers []string) string {
	if len(servers) == 0 {
		return "no server"
	}
	return strings.Join(servers, " and ")
}
