package conformance

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// attachments are where the volumes of the fixture have to be: what the first look showed, and what was
// accepted since.
type attachments struct {
	mu      sync.Mutex
	servers map[string]map[string]bool // by volume
	changes map[string]int             // accepted so far, by volume
	strays  []Stray
	strayed []string // the volumes of all strays so far
}

// Stray is a volume that a case found where it should not have been, before it set it up as it needs it.
type Stray struct {
	// Case is the case that found it.
	Case string
	// Want are the servers that the volume should have been attached to.
	Want  []string
	Shown *volumes.Volume
}

func (a *attachments) learn(v *volumes.Volume) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.servers[v.ID] != nil {
		return
	}
	a.servers[v.ID] = map[string]bool{}
	for _, s := range v.Servers {
		a.servers[v.ID][strings.ToLower(s.ID)] = true
	}
}

func (a *attachments) accepted(p Pair, attach bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changes[p.Volume]++
	servers := a.servers[p.Volume]
	switch {
	case servers == nil:
	case attach:
		servers[strings.ToLower(p.Server)] = true
	default:
		delete(servers, strings.ToLower(p.Server))
	}
}

// unsure forgets where a volume has to be: a gateway answered in place of the service, which may have attached or
// detached it.
func (a *attachments) unsure(p Pair) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changes[p.Volume]++
	delete(a.servers, p.Volume)
}

// Learn records where a volume is, where nothing is known of it yet.
func (t *Trial) Learn(v *volumes.Volume) { t.fixture.attachments.learn(v) }

// Relearn records where a volume is, whatever was known of it.
func (t *Trial) Relearn(v *volumes.Volume) {
	t.fixture.attachments.mu.Lock()
	delete(t.fixture.attachments.servers, v.ID)
	t.fixture.attachments.mu.Unlock()
	t.Learn(v)
}

// Moved records where a volume is after something moved it that was not accepted. What was accepted before is not
// waited for any longer.
func (t *Trial) Moved(v *volumes.Volume) {
	t.run.pending.drop(v.ID)
	t.Relearn(v)
}

// ShouldBeAt are the servers that a volume has to be attached to, in lower case and in order: by the first
// look at it, and by what was accepted since. It is false for a volume that nobody looked at.
func (t *Trial) ShouldBeAt(volume string) ([]string, bool) {
	t.fixture.attachments.mu.Lock()
	defer t.fixture.attachments.mu.Unlock()
	servers, known := t.fixture.attachments.servers[volume]
	return slices.Sorted(maps.Keys(servers)), known
}

// strayed records a volume that is not at a server as it should be: something moved it that was not
// accepted. It reports whether that was only a look that lagged behind.
func (t *Trial) strayed(ctx context.Context, p Pair, attached bool) (lagged bool, err error) {
	want, known := t.ShouldBeAt(p.Volume)
	if !known || slices.Contains(want, strings.ToLower(p.Server)) != attached {
		return false, nil
	}
	asItShouldBe := func(v *volumes.Volume) bool { return settled(v) && AttachedTo(v, p.Server) == attached }
	shown, lagged, err := t.poll(ctx, p.Volume, t.MayLag(), asItShouldBe)
	if err != nil || lagged {
		return lagged, err
	}
	t.fixture.attachments.mu.Lock()
	t.fixture.attachments.strays = append(t.fixture.attachments.strays, Stray{t.asked.ID, want, shown})
	t.fixture.attachments.strayed = appendNew(t.fixture.attachments.strayed, p.Volume)
	t.fixture.attachments.mu.Unlock()
	t.Relearn(shown)
	return false, nil
}

// Strays returns the volumes that were found where they should not have been since it was called last.
func (t *Trial) Strays() []Stray {
	t.fixture.attachments.mu.Lock()
	defer t.fixture.attachments.mu.Unlock()
	found := t.fixture.attachments.strays
	t.fixture.attachments.strays = nil
	return found
}

// Changes is how many attaches and detaches of a volume were accepted so far.
func (t *Trial) Changes(volume string) int {
	t.fixture.attachments.mu.Lock()
	defer t.fixture.attachments.mu.Unlock()
	return t.fixture.attachments.changes[volume]
}

// ConfirmFor is for how long a look that shows something else than it should is to be confirmed by others: it may
// lag behind what was done.
func (t *Trial) ConfirmFor() time.Duration {
	return t.run.waits.confirm(lossOf{t.client.ID, t.asked.ID}, t.MayLag())
}

// MayLag is by how much a look may lag behind what was done.
func (t *Trial) MayLag() time.Duration { return min(confirm, t.run.Settle) }

// Confirmed records that others confirmed what a look showed, which is a finding of the case: its next ones are believed
// sooner.
func (t *Trial) Confirmed() { t.run.waits.confirmed(lossOf{t.client.ID, t.asked.ID}) }

// Await shows a volume until it is as it should be, for a time at most, and reports whether it is.
func (t *Trial) Await(ctx context.Context, volume string, limit time.Duration, done func(*volumes.Volume) bool) (shown *volumes.Volume, ok bool, err error) {
	return t.poll(ctx, volume, limit, done)
}

// AwaitAccepted waits for all that was accepted for a volume and may not be shown yet.
func (t *Trial) AwaitAccepted(ctx context.Context, volume string) error {
	for _, p := range t.run.pending.of(volume) {
		if _, err := t.settle(ctx, p); err != nil {
			return err
		}
	}
	return nil
}
