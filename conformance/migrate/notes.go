package migrate

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// notes collects what a scan could not read, and what it left out on purpose.
type notes struct {
	mu       sync.Mutex
	troubles []Trouble
	skipped  map[string]*Skipped
}

func (n *notes) trouble(file, text string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.troubles = append(n.troubles, Trouble{File: file, Text: text})
}

// skip counts a file or a folder. The first of them by name is kept, so that two scans say the same.
func (n *notes) skip(why, name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.skipped == nil {
		n.skipped = map[string]*Skipped{}
	}
	s := n.skipped[why]
	if s == nil {
		s = &Skipped{Why: why, First: name}
		n.skipped[why] = s
	}
	s.Count++
	s.First = min(s.First, name)
}

// into writes the notes to a result, in an order that does not depend on which file was read first.
func (n *notes) into(s *Scanned) {
	slices.SortFunc(n.troubles, func(a, b Trouble) int {
		return cmp.Or(strings.Compare(a.File, b.File), strings.Compare(a.Text, b.Text))
	})
	s.Troubles = append(s.Troubles, slices.Compact(n.troubles)...)
	for _, skipped := range n.skipped {
		s.Skipped = append(s.Skipped, *skipped)
	}
	slices.SortFunc(s.Skipped, func(a, b Skipped) int { return strings.Compare(a.Why, b.Why) })
}
