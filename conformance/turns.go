package conformance

import (
	"context"
	"slices"
)

// Where an endpoint is live, moving a volume takes seconds or minutes. Versions that are asked side by side then take
// turns: one asks all that touches the fixture, and finds it as its last case left it, while the others ask what
// touches nothing.

// takesTurns reports whether the versions of the run do.
func (r *runner) takesTurns() bool { return r.Live && r.Parallel > 1 }

// next is which of the cases to ask next: one that touches the fixture as soon as it is the turn of the version, and
// until then another.
func (v *versionRun) next(ctx context.Context, todo []int) int {
	touches := func(i int) bool { return v.Cases[i].Harm >= HarmDetaches }
	touching := slices.IndexFunc(todo, touches)
	other := slices.IndexFunc(todo, func(i int) bool { return !touches(i) })
	switch {
	case touching < 0:
		v.letGo()
		return other
	case v.itsTurn:
		return touching
	case other < 0:
		v.fixture.inUse.Lock()
	case !v.fixture.inUse.TryLock():
		return other
	}
	v.itsTurn = true
	v.between(ctx)
	return touching
}

// letGo ends the turn of the version, if it is its turn.
func (v *versionRun) letGo() {
	if v.itsTurn {
		v.itsTurn = false
		v.fixture.inUse.Unlock()
	}
}
