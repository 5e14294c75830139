package conformance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestWaits: the first wait of a kind is in full, and where it ran out the next is a usual one. Then a wait is cut short,
// and never to less than the endpoint was seen to take.
func TestWaits(t *testing.T) {
	here, there := awaited{lifecycle.V(1, 0), toDetach}, awaited{lifecycle.V(1, 1), toDetach}
	attaches := awaited{lifecycle.V(1, 0), toAttach}
	w := newWaits()
	is := func(of awaited, want time.Duration, cut bool) {
		t.Helper()
		limit, short := w.limit(of, time.Minute)
		assert.Equal(t, want, limit)
		assert.Equal(t, cut, short)
	}
	is(here, time.Minute, false)
	w.gaveUp(here)
	is(here, usual, true)
	is(there, time.Minute, false) // what one version does not do once says nothing of another
	assert.False(t, w.hopeless())
	w.gaveUp(here)
	is(here, leastWait, true)
	assert.True(t, w.hopeless())
	is(attaches, time.Minute, false)
	is(there, usual, true) // there is no need to wait in full again, and one more is enough
	w.cameOff(there, time.Second)
	is(there, usual, true)
	w.gaveUp(there)
	is(there, 2*time.Second, true)
	w.cameOff(there, 12*time.Second) // what is slow and in order is waited for
	is(there, 24*time.Second, true)
	w.cameOff(here, time.Hour)
	is(here, time.Minute, false)
	limit, cut := w.limit(there, 20*time.Millisecond)
	assert.Equal(t, 20*time.Millisecond, limit)
	assert.False(t, cut)
	assert.Equal(t, 3, w.runOuts(toDetach))
	assert.Zero(t, w.runOuts(toAttach))
}

// TestConfirm: what one case lost is no reason for another to believe a look sooner, nor for the same in another version.
func TestConfirm(t *testing.T) {
	here, other, there := lossOf{lifecycle.V(1, 0), "one"}, lossOf{lifecycle.V(1, 0), "two"}, lossOf{lifecycle.V(1, 1), "one"}
	w := newWaits()
	assert.Equal(t, confirm, w.confirm(here, confirm))
	w.confirmed(here)
	assert.Equal(t, leastWait, w.confirm(here, confirm))
	assert.Equal(t, confirm, w.confirm(other, confirm))
	assert.Equal(t, confirm, w.confirm(there, confirm))
	w.cameOff(awaited{lifecycle.V(1, 1), toDetach}, 200*time.Millisecond)
	assert.Equal(t, 400*time.Millisecond, w.confirm(here, confirm), "a look may lag behind by as much")
}
