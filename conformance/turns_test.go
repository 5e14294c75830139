package conformance

import (
	"context"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestTurns: of a live endpoint, each version asks all that touches the fixture in one turn, and every case once. The
// others go on meanwhile with what touches nothing.
func TestTurns(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var touched []lifecycle.ID
	began, othersAsked := make(chan struct{}), make(chan struct{})
	var begin sync.Once
	var others int
	clients := gen.Clients()[:3]
	touch := func(id string) Case {
		return ask(id, HarmDetaches, func(_ context.Context, t *Trial) error {
			mu.Lock()
			touched = append(touched, t.Version())
			mu.Unlock()
			begin.Do(func() { close(began); <-othersAsked })
			return nil
		})
	}
	reads := func(id string) Case {
		return ask(id, HarmReads, func(context.Context, *Trial) error {
			<-began
			mu.Lock()
			defer mu.Unlock()
			if others++; others == 2*(len(clients)-1) {
				close(othersAsked)
			}
			return nil
		})
	}
	config := liveConfig(t, startServer(t, newMock(t)), touch("a"), reads("b"), touch("c"), reads("d"), touch("e"))
	config.Clients, config.Parallel, config.All = clients, len(clients), true
	report := run(t, config)
	for _, r := range report.Results {
		assert.Equal(t, Pass, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
	}
	assert.Len(t, report.Results, 5*len(clients))
	assert.Len(t, touched, 3*len(clients))
	assert.Len(t, slices.Compact(touched), len(clients), "each version has one turn: %v", touched)
}
