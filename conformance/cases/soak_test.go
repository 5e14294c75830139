//go:build soak

package cases_test

import (
	"flag"
	"testing"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
)

var (
	soakRuns    = flag.Uint64("runs", 20, "how many runs to make")
	soakFirst   = flag.Uint64("first", 0, "the seed of the first run")
	soakLatency = flag.Duration("latency", 200*time.Millisecond, "how long each request takes")
	soakLive    = flag.Bool("live", true, "treat the endpoint as live")
	soakDelay   = flag.Duration("delay", 100*time.Millisecond, "how long a detach takes")
)

// TestSoak has many runs in a row through a bad network, none of which may find anything.
func TestSoak(t *testing.T) {
	for seed := *soakFirst; seed < *soakFirst+*soakRuns; seed++ {
		began := time.Now()
		report, network := throughBadNetwork(t, gen.Clients(), *soakLive, seed, *soakLatency, *soakDelay)
		judgedAll(t, report, network)
		t.Logf("run %d: exit code %d, %d of %d requests harmed, in %s", seed, report.ExitCode,
			network.harmed.Load(), network.got.Load(), time.Since(began).Round(time.Second))
	}
}
