package conformance

import (
	"errors"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// waits bounds what is waited for. What an endpoint did not do in time, several times over, is not waited for in
// full again: such a wait is cut short, and where it runs out nothing can be judged by it.
type waits struct {
	mu sync.Mutex
	// ranOut counts the waits that ran out, and slowest is the longest that did not.
	ranOut  map[awaited]int
	slowest map[awaited]time.Duration
	// lost are the cases that found a volume not to be where it should be, and confirmed that in full.
	lost map[lossOf]bool
}

func newWaits() waits {
	return waits{ranOut: map[awaited]int{}, slowest: map[awaited]time.Duration{}, lost: map[lossOf]bool{}}
}

// lossOf is a case of a version.
type lossOf struct {
	version lifecycle.ID
	asked   string
}

// awaited is what is waited for: what was asked with one version says nothing of another.
type awaited struct {
	version lifecycle.ID
	what    string
}

// What is waited for.
const (
	toAttach = "attaches" // to be done that were accepted
	toDetach = "detaches" // the same
	toRest   = "changes"  // of a volume to end, whatever began them
	toAccept = "requests" // to be accepted, for a volume that is busy
)

// toDo is the wait for an attach or a detach to be done that was accepted.
func toDo(attach bool) string {
	if attach {
		return toAttach
	}
	return toDetach
}

const (
	// patience is how many waits of one kind may run out in a version before the others are cut to what the endpoint
	// was seen to take. The first is in full, and the others are usual. Where another version used its patience up,
	// a usual one is enough.
	patience = 2
	// usual is a wait in which an endpoint that is slow, and in order, does what it accepted.
	usual = 15 * time.Second
	// What an endpoint was seen to take is margin times as long as the longest wait of the kind that did not run out,
	// and leastWait at least.
	margin    = 2
	leastWait = 50 * time.Millisecond
)

// errCutShort is why nothing can be judged by a wait that ran out: it was cut short.
var errCutShort = errors.New("a wait that was cut short")

// limit is how long to wait, and whether that is cut short.
func (w *waits) limit(of awaited, full time.Duration) (limit time.Duration, cut bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	limit = max(leastWait, margin*w.slowest[of])
	elsewhere := w.usedUp(of.what)
	switch ranOut := w.ranOut[of]; {
	case ranOut == 0 && !elsewhere:
		return full, false
	case ranOut == 0, ranOut < patience && !elsewhere:
		limit = max(limit, usual)
	}
	if limit >= full {
		return full, false
	}
	return limit, true
}

// usedUp reports whether a version has no patience left for a kind of wait.
func (w *waits) usedUp(what string) bool {
	for of, n := range w.ranOut {
		if of.what == what && n >= patience {
			return true
		}
	}
	return false
}

// hopeless reports whether a version has no patience left for attaches or for detaches to be done.
func (w *waits) hopeless() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.usedUp(toAttach) || w.usedUp(toDetach)
}

// runOuts is how many waits of a kind ran out in any version.
func (w *waits) runOuts(what string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	sum := 0
	for of, n := range w.ranOut {
		if of.what == what {
			sum += n
		}
	}
	return sum
}

// gaveUp counts a wait that ran out.
func (w *waits) gaveUp(of awaited) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ranOut[of]++
}

// cameOff records how long a wait took that did not run out.
func (w *waits) cameOff(of awaited, after time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.slowest[of] = max(w.slowest[of], after)
}

// confirmed records that a case found a volume not to be where it should be.
func (w *waits) confirmed(of lossOf) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost[of] = true
}

// confirm is how long to look again at a volume that is not where it should be. Where the case confirmed that once,
// in the same version, it is found already, and its other variants are believed sooner: but not before a change that
// was accepted would show, by what was seen of this endpoint.
func (w *waits) confirm(of lossOf, limit time.Duration) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.lost[of] {
		return limit
	}
	shows := leastWait
	for _, after := range w.slowest {
		shows = max(shows, margin*after)
	}
	return min(limit, shows)
}

// busyFor bounds how long a request is sent again for a volume that is busy.
const busyFor = 10 * time.Second
