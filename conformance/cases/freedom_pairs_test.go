//go:build freedoms

package cases_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// askAll asks every variant of each case.
const askAll = true

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
	for range 60 {
		var on []string
		for _, group := range freedoms {
			if name := group[random.IntN(len(group))]; random.IntN(2) == 0 && !slices.Contains(slowFreedoms, name) {
				on = append(on, name)
			}
		}
		judge(on...)
	}
	for _, pair := range slices.Collect(maps.Keys(left)) {
		judge(pair[0], pair[1])
	}
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
