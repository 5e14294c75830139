package conformance

import (
	"sync"
	"time"
)

// stamps dates requests. Two requests for the same thing in one millisecond would be signed alike, and a server
// that guards against replays is right to refuse the second: no request repeats another byte for byte.
type stamps struct {
	mu   sync.Mutex
	last map[stamped]time.Time
}

// stamped is what two requests have in common that differ in their timestamp at most.
type stamped struct {
	operation            Operation
	volume, server, path string
}

// next is now, or a millisecond after the last request for the same thing, whichever is later.
func (s *stamps) next(r Request, now time.Time) time.Time {
	of := stamped{operation: r.Operation, volume: r.Pair.Volume, server: r.Pair.Server, path: r.Method + " " + r.Path}
	if r.Operation == Attach || r.Operation == ShowVolume {
		of.server = "" // it is not in the URL
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if earliest := s.last[of].Add(time.Millisecond); now.Before(earliest) {
		now = earliest
	}
	s.last[of] = now
	return now
}
