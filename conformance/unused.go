package conformance

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
)

// unusedIDs makes IDs that nothing bears, and recognizes them.
type unusedIDs struct {
	mu   sync.Mutex
	next func() uint64
	ids  map[string]bool // the segments of a path that are known to be unused
	made map[string]bool // the IDs that were made here
}

func newUnusedIDs(next func() uint64) *unusedIDs {
	return &unusedIDs{next: next, ids: map[string]bool{}, made: map[string]bool{}}
}

// id makes a random UUID (version 4).
func (n *unusedIDs) id() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	high, low := n.next(), n.next()
	high = high&^0xf000 | 0x4000
	low = low&^(0xc0<<56) | 0x80<<56
	id := fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", high>>32, high>>16&0xffff, high&0xffff, low>>48, low&(1<<48-1))
	n.ids[id] = true
	n.made[id] = true
	return id
}

func (n *unusedIDs) has(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ids[id]
}

// add declares the segments of a path unused, encoded or not. It refuses what could be the ID of something: a
// segment in which something begins like a UUID, besides unused IDs.
func (n *unusedIDs) add(path string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	readings := []string{path, decoded(path)}
	if once, err := url.PathUnescape(path); err == nil {
		readings = append(readings, once)
	}
	for _, reading := range readings {
		for segment := range strings.SplitSeq(reading, "/") {
			if looksLikeID.MatchString(n.without(segment)) || looksLikeID.MatchString(n.without(decoded(segment))) {
				return fmt.Errorf("segment %.80q of a path could be the ID of something", segment)
			}
		}
	}
	for _, reading := range readings {
		for segment := range strings.SplitSeq(reading, "/") {
			n.ids[segment] = true
		}
	}
	return nil
}

// without is a text less the IDs that were made here.
func (n *unusedIDs) without(text string) string {
	const size = len("00000000-0000-4000-8000-000000000000")
	var rest strings.Builder
	kept := 0
	for i := 0; i+size <= len(text); i++ {
		if n.made[text[i:i+size]] {
			rest.WriteString(text[kept:i] + "…")
			kept = i + size
			i = kept - 1
		}
	}
	return rest.String() + text[kept:]
}
