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
	ids  map[string]bool
	made []string
}

func newUnusedIDs(next func() uint64) *unusedIDs {
	return &unusedIDs{next: next, ids: map[string]bool{}}
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
	n.made = append(n.made, id)
	return id
}

func (n *unusedIDs) has(id string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.ids[id]
}

// add declares the segments of a path unused, encoded or not. It refuses what could be the ID of something:
// a segment that begins like a UUID and has no unused ID in it.
func (n *unusedIDs) add(path string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	readings := []string{path, decoded(path)}
	if once, err := url.PathUnescape(path); err == nil {
		readings = append(readings, once)
	}
	for _, reading := range readings {
		for segment := range strings.SplitSeq(reading, "/") {
			if looksLikeID.MatchString(segment) && !n.within(segment) {
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

// within reports whether an ID made here is in a segment, encoded or not.
func (n *unusedIDs) within(segment string) bool {
	plain := decoded(segment)
	for _, id := range n.made {
		if strings.Contains(segment, id) || strings.Contains(plain, id) {
			return true
		}
	}
	return false
}
