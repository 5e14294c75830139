package conformance

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// atOnce is how many variants of a case are asked side by side, at most.
	atOnce = 8
	// slowly is how long an answer of an endpoint takes, on average, whose variants are asked side by side. A
	// quick one is asked one after the other: what it does to requests at the same time is for one case to find.
	slowly = 25 * time.Millisecond
)

// pace is how long answers take. slow is set once enough of them took long.
type pace struct {
	answers, nanoseconds atomic.Int64
	slow                 atomic.Bool
}

func (p *pace) see(took time.Duration) {
	const enough = 30
	p.nanoseconds.Add(int64(took))
	if p.answers.Add(1) >= enough && p.mean() >= slowly {
		p.slow.Store(true)
	}
}

func (p *pace) mean() time.Duration {
	return time.Duration(p.nanoseconds.Load() / max(1, p.answers.Load()))
}

// whole reports whether the run asks everything, and not a sample.
func (r *runner) whole() bool { return r.All && (!r.SampleIfSlow || !r.pace.slow.Load()) }

// width is how many variants of a case to ask side by side. A live endpoint is asked one thing after the other, and
// so is any endpoint where a case touches what exists.
func (v *versionRun) width(c Case) int {
	if c.Harm > HarmRefused || v.Live || v.pace.mean() < slowly {
		return 1
	}
	return atOnce
}

// askAll asks variants side by side, and returns how they ended. What they sent and noted is kept in their order,
// whichever was answered first.
func (v *versionRun) askAll(ctx context.Context, t *Trial, variants []Variant) []error {
	if len(variants) == 1 {
		return []error{t.question(ctx, variants[0].Ask)}
	}
	ends, trials := make([]error, len(variants)), make([]*Trial, len(variants))
	var asking sync.WaitGroup
	for i, variant := range variants {
		trials[i] = v.trial(t.asked)
		asking.Go(func() { ends[i] = trials[i].question(ctx, variant.Ask) })
	}
	asking.Wait()
	for _, own := range trials {
		t.join(own)
	}
	return ends
}

// join adds what another trial of the same case kept. Both may have used the same observation: its exchanges are
// added once.
func (t *Trial) join(other *Trial) {
	known := map[time.Time]bool{}
	for _, e := range t.exchanges {
		known[e.Started] = e.Case != t.asked.ID
	}
	for _, e := range other.exchanges {
		if e.Case == t.asked.ID || !known[e.Started] {
			t.exchanges = append(t.exchanges, e)
		}
	}
	t.notes = appendNew(t.notes, other.notes...)
	t.left = append(t.left, other.left...)
}
