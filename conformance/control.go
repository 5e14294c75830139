package conformance

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Control is a pair of requests that differ in one thing: Right is signed correctly, and Wrong with another
// secret key. Both ask for a detach of unused IDs. Only where their answers differ does the answer to a
// third request say anything about its signature.
type Control struct{ Right, Wrong Exchange }

// Distinguishes reports whether the endpoint answers the two differently.
func (c Control) Distinguishes() bool { return !Same(c.Right, c.Wrong) }

// Same reports whether two answers say the same: the status and, where there is one, the error.
func Same(a, b Exchange) bool {
	return a.Status == b.Status && errorText(a.Body) == errorText(b.Body)
}

// controlFor is how long a control speaks for the requests of a version that follow it.
const controlFor = 2 * time.Second

// Control sends a control, or returns the one of the version that was sent a moment ago. Where the keys of
// the run are refused, or the endpoint does not answer, the case cannot be judged.
func (t *Trial) Control(ctx context.Context) (Control, error) {
	return Shared(t, "control", controlFor, func() (Control, error) {
		var c Control
		var err error
		c.Right, err = t.Send(ctx, Request{Pair: t.Unused(), Expect: ExpectRefused, About: "an unknown volume and server"})
		if err != nil {
			return c, err
		}
		t.run.keys.see(c.Right.Status)
		switch {
		case c.Right.Status == http.StatusUnauthorized, c.Right.Status == http.StatusForbidden:
			return c, ShownBy(c.Right, CannotJudge(CodeKeys, "a correctly signed request is answered %s: the keys seem to be refused", StatusText(c.Right.Status)))
		case c.Right.Overloaded():
			return c, ShownBy(c.Right, CannotJudge(CodeUnavailable, "a correctly signed request is answered %s each time", StatusText(c.Right.Status)))
		}
		c.Wrong, err = t.Send(ctx, Request{
			Pair: t.Unused(), Change: t.WrongSecret, Expect: ExpectUnauthorized, About: "a signature made with another secret key",
		})
		return c, err
	})
}

// keysSeen is whether an endpoint was seen to take the keys of the run, or to refuse them.
type keysSeen struct{ taken, refused atomic.Bool }

// see looks at the answer to a request that was correctly signed.
func (k *keysSeen) see(status int) {
	switch status {
	case 0:
	case http.StatusUnauthorized:
		k.refused.Store(true)
	default:
		k.taken.Store(true)
	}
}

// shared are observations that several cases of a version are judged by.
type shared struct {
	mu   sync.Mutex
	made map[string]*observation
}

type observation struct {
	mu    sync.Mutex
	at    time.Time
	value any
	// evidence are the exchanges that made it.
	evidence []Exchange
}

// Shared returns what make observed for an earlier case of the same version, if that is no longer ago than
// keep, and else what it observes now. An error is returned, and not kept. The exchanges that made the
// observation are evidence of each case that uses it.
func Shared[T any](t *Trial, name string, keep time.Duration, observe func() (T, error)) (T, error) {
	o := t.run.observation(t.client.ID.String() + " " + name)
	o.mu.Lock()
	defer o.mu.Unlock()
	if value, ok := o.value.(T); ok && time.Since(o.at) <= keep {
		t.reuse(o)
		return value, nil
	}
	before := len(t.taken())
	value, err := observe()
	if err != nil {
		return value, err
	}
	o.value, o.at, o.evidence = value, time.Now(), t.taken()[before:]
	return value, nil
}

// reuse adds the exchanges of an observation that were sent for another case, once.
func (t *Trial) reuse(o *observation) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.reused[o].Equal(o.at) {
		return
	}
	if t.reused == nil {
		t.reused = map[*observation]time.Time{}
	}
	t.reused[o] = o.at
	for _, e := range o.evidence {
		if e.Case != t.asked.ID {
			t.exchanges = append(t.exchanges, e)
		}
	}
}

func (r *runner) observation(key string) *observation {
	r.shared.mu.Lock()
	defer r.shared.mu.Unlock()
	o := r.shared.made[key]
	if o == nil {
		o = new(observation)
		r.shared.made[key] = o
	}
	return o
}

// OfFixture returns what a run keeps under a name for the versions that share a fixture.
func OfFixture[T any](t *Trial, name string, create func() T) T {
	return OfRun(t, name+" of "+t.fixture.Volume, create)
}

// OfRun returns what a run keeps under a name, for all of its versions; made by create where there is
// nothing yet. Cases that remember something between their calls keep it there.
func OfRun[T any](t *Trial, name string, create func() T) T {
	o := t.run.observation("run " + name)
	o.mu.Lock()
	defer o.mu.Unlock()
	value, ok := o.value.(T)
	if !ok {
		value = create()
		o.value = value
	}
	return value
}
