//go:build freedoms

package cases_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// slowFreedoms take their time, and are used by themselves. Each is asked a sample, as people ask a slow endpoint.
var slowFreedoms = []string{"answers-slow", "detach-2s", "attach-slow", "busy-after", "looks-lag", "looks-jitter"}

// askAll asks every variant of each case.
const askAll = true

func anySlow(on []string) bool {
	return slices.ContainsFunc(on, func(name string) bool { return slices.Contains(slowFreedoms, name) })
}

// TestFreedomsTogether uses many freedoms at once, so drawn that every two of different groups meet.
func TestFreedomsTogether(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	left := pairs()
	judge := func(on ...string) {
		for i, a := range on {
			for _, b := range on[i+1:] {
				delete(left, [2]string{a, b})
			}
		}
		t.Run(strings.Join(on, " "), func(t *testing.T) {
			t.Parallel()
			requireCalm(t, judgeFree(t, newestClient(), on...), on)
		})
	}
	for range 20 {
		var on []string
		for _, group := range freedoms {
			if name := group[random.IntN(len(group))]; random.IntN(2) == 0 && !slices.Contains(slowFreedoms, name) {
				on = append(on, name)
			}
		}
		judge(on...)
	}
	for len(left) > 0 {
		judge(together(random, left)...)
	}
}

// together are freedoms of different groups, each of which has not met another one of them yet.
func together(random *rand.Rand, left map[[2]string]bool) []string {
	news := func(name string, on []string) int {
		n := 0
		for _, other := range on {
			if left[[2]string{name, other}] || left[[2]string{other, name}] {
				n++
			}
		}
		return n
	}
	first := slices.SortedFunc(maps.Keys(left), func(a, b [2]string) int { return slices.Compare(a[:], b[:]) })[random.IntN(len(left))]
	on := first[:]
	for _, i := range random.Perm(len(freedoms)) {
		if slices.ContainsFunc(freedoms[i], func(name string) bool { return slices.Contains(on, name) }) {
			continue
		}
		best := slices.MaxFunc(freedoms[i], func(a, b string) int { return news(a, on) - news(b, on) })
		if news(best, on) > 0 {
			on = append(on, best)
		}
	}
	slices.SortFunc(on, func(a, b string) int { return groupOf(a) - groupOf(b) })
	return on
}

// groupOf is the place of the group of a freedom.
func groupOf(name string) int {
	return slices.IndexFunc(freedoms, func(group []string) bool { return slices.Contains(group, name) })
}

// pairs are all two quick freedoms of different groups.
func pairs() map[[2]string]bool {
	all := map[[2]string]bool{}
	for i, group := range freedoms {
		for _, other := range freedoms[i+1:] {
			for _, a := range group {
				for _, b := range other {
					if !slices.Contains(slowFreedoms, a) && !slices.Contains(slowFreedoms, b) {
						all[[2]string{a, b}] = true
					}
				}
			}
		}
	}
	return all
}
