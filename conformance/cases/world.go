package cases

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// What a detach leaves alone.
var detachOnly = conformance.Clause{
	ID: "DETACH-ONLY", Source: conformance.Document,
	Text: "Detach the Volume from a server: the volume that is named, from the server that is named, and nothing else.",
}

// repeatedFor is how long after a detach a second one may still be taken for the first.
const repeatedFor = 1100 * time.Millisecond

// detachNothingElse looks at all the volumes of the fixture before the first case and after each family.
func detachNothingElse() conformance.Case {
	return conformance.Case{
		ID: "detach-nothing-else", Family: familyDetach,
		Summary: "no volume of the fixture changes but by a detach or an attach that was accepted for it",
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
	if strays := t.Strays(); len(strays) > 0 {
		s := strays[0]
		return conformance.Broken(detachOnly, conformance.CodeChanged, "when %s was asked, volume %s should have been attached to %s, and was %s at %s",
			s.Case, s.Shown.ID, list(s.Want), s.Shown.State, list(serversOf(s.Shown)))
	}
	all := fixtureVolumes(t)
	if len(all) == 0 {
		return conformance.Skipped("the fixture names no volume to look at")
	}
	for _, id := range all {
		if err := seen.look(ctx, t, id); err != nil {
			return err
		}
	}
	return nil
}

// look judges one volume. A look may lag behind what was done: one that shows something else is confirmed.
func (w *world) look(ctx context.Context, t *conformance.Trial, id string) error {
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
		return conformance.Broken(detachOnly, conformance.CodeChanged,
			"volume %s should be attached to %s, and is %s at %s", id, list(want), shown.State, list(serversOf(shown)))
	case conformance.Failed(shown) && !conformance.Failed(&first):
		return conformance.Distinct(conformance.Broken(detachOnly, conformance.CodeState, "volume %s is in state %s by now", id, shown.State), "state")
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
	e, _ := conformance.ExchangeOf(err)
	return conformance.ShownBy(e, conformance.Broken(detachOnly, conformance.CodeChanged,
		"volume %s was there, and showing it is answered %s now: it seems to be deleted", id, conformance.StatusText(e.Status)))
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

// lasting is the detach of the spare volume, which is then left alone.
type lasting struct {
	mu     sync.Mutex
	pair   conformance.Pair
	since  time.Time
	answer conformance.Exchange
	// changes is how many changes of the volume had been accepted by then.
	changes int
}

// detachLasts detaches the spare volume at the start of the newest version, and looks at it until the end:
// a queue or a proxy may do again what was done, or take back what was accepted.
func detachLasts() conformance.Case {
	return conformance.Case{
		ID: "detach-lasts", Family: familyDetach,
		Summary: "what was detached stays away, and stays available, until the end of the run (asked of the newest version)",
		Clauses: []conformance.Clause{detachEffect},
		Harm:    conformance.HarmDetaches,
		Between: func(ctx context.Context, t *conformance.Trial) error {
			newest, err := t.Newest()
			if err != nil {
				return err
			}
			if newest != t.Version() || t.Fixture().SpareVolume == "" {
				return nil // Ask says so
			}
			left, err := leaveSpare(ctx, t)
			if err != nil {
				return err
			}
			return left.stays(ctx, t)
		},
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			newest, err := t.Newest()
			if err != nil {
				return err
			}
			if newest != t.Version() {
				return conformance.NotApplicable("it is asked of the newest version, %s", newest)
			}
			if err := t.Needs("spare volume and server", t.Fixture().SpareVolume, t.Fixture().Server); err != nil {
				return err
			}
			left, err := leaveSpare(ctx, t)
			if err != nil {
				return err
			}
			if err := t.Pause(ctx, max(0, t.Linger()-time.Since(left.since))); err != nil {
				return err
			}
			return left.stays(ctx, t)
		},
	}
}

// leaveSpare attaches and detaches the spare volume, once in a run.
func leaveSpare(ctx context.Context, t *conformance.Trial) (*lasting, error) {
	left := conformance.OfRun(t, "lasting", func() *lasting { return new(lasting) })
	left.mu.Lock()
	defer left.mu.Unlock()
	if !left.since.IsZero() {
		return left, nil
	}
	// Once it was detached, it is a volume that something was done with lately.
	if _, err := detachNotAttached(ctx, t); err != nil {
		return left, err
	}
	p := conformance.Pair{Volume: t.Fixture().SpareVolume, Server: t.Fixture().Server}
	if err := t.AttachedPair(ctx, p); err != nil {
		return left, err
	}
	var err error
	if left.answer, err = detach(ctx, t, p); err != nil {
		return left, err
	}
	if left.answer.Status != http.StatusAccepted {
		return left, conformance.ShownBy(left.answer, conformance.CannotJudge(conformance.CodeSetup,
			"set-up: detaching the spare volume was answered %s", conformance.StatusText(left.answer.Status)))
	}
	shown, away, err := t.AwaitDetached(ctx, p)
	if err != nil {
		return left, err
	}
	if !away {
		return left, conformance.CannotJudge(conformance.CodeUnsettled, "the detach of the spare volume was accepted, and it is %s still", shown.State)
	}
	left.pair, left.since, left.changes = p, time.Now(), t.Changes(p.Volume)
	return left, nil
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
	if err != nil || still {
		return err
	}
	if l.attachedAgain(t) {
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
