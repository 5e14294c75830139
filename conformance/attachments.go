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
	servers := a.servers[p.Volume]
	switch {
	case servers == nil:
	case attach:
		servers[strings.ToLower(p.Server)] = true
	default:
		delete(servers, strings.ToLower(p.Server))
	}
}

// Learn records where a volume is, where nothing is known of it yet.
func (t *Trial) Learn(v *volumes.Volume) { t.run.attachments.learn(v) }

// Relearn records where a volume is, whatever was known of it.
func (t *Trial) Relearn(v *volumes.Volume) {
	t.run.attachments.mu.Lock()
	delete(t.run.attachments.servers, v.ID)
	t.run.attachments.mu.Unlock()
	t.Learn(v)
}

// ShouldBeAt are the servers that a volume has to be attached to, in lower case and in order: by the first
// look at it, and by what was accepted since. It is false for a volume that nobody looked at.
func (t *Trial) ShouldBeAt(volume string) ([]string, bool) {
	t.run.attachments.mu.Lock()
	defer t.run.attachments.mu.Unlock()
	servers, known := t.run.attachments.servers[volume]
	return slices.Sorted(maps.Keys(servers)), known
}

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
