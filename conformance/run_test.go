package conformance

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestRunHarm skips, with the reason, what could do more than is allowed, and does not ask it.
func TestRunHarm(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	for _, most := range classes {
		t.Run(most.String(), func(t *testing.T) {
			asked := map[string]int{}
			config := configFor(t, endpoint)
			config.Harm = most
			for _, harm := range classes {
				config.Cases = append(config.Cases, ask(harm.String(), harm, func(context.Context, *Trial) error {
					asked[harm.String()]++
					return nil
				}))
			}
			for _, r := range run(t, config).Results {
				if r.Case.Harm <= most {
					assert.Equal(t, Pass, r.Verdict, r.Case.ID)
					assert.Equal(t, 1, asked[r.Case.ID])
					continue
				}
				assert.Equal(t, Skip, r.Verdict, r.Case.ID)
				assert.Contains(t, r.Reason(), r.Case.Harm.String())
				assert.Contains(t, r.Reason(), most.String())
				assert.Zero(t, asked[r.Case.ID])
			}
		})
	}
}

// TestRunPlanned skips a version that cannot be called yet, but for cases about that.
func TestRunPlanned(t *testing.T) {
	planned := slices.Clone(newestClient())
	planned[0].Version = lifecycle.Version{ID: lifecycle.V(9, 10), Label: lifecycle.Planned}
	anyState := ask("any", HarmReads, listVersions)
	anyState.AnyState = true
	config := configFor(t, startServer(t, newMock(t)), ask("callable", HarmReads, listVersions), anyState)
	config.Clients = planned
	config.Table = lifecycle.Table{Versions: []lifecycle.Version{planned[0].Version}}
	report := run(t, config)
	assert.Equal(t, Skip, report.Results[0].Verdict)
	assert.Equal(t, "version 9.10 is PLANNED: it cannot be called yet", report.Results[0].Reason())
	assert.Equal(t, Pass, report.Results[1].Verdict, report.Results[1].Reason())
}

// TestRunEnded asks an ended version like any other while it is answered, and skips it where it is not.
func TestRunEnded(t *testing.T) {
	anyState := ask("any", HarmReads, listVersions)
	anyState.AnyState = true
	cases := []Case{ask("callable", HarmRefused, detachUnused), anyState}
	for _, c := range []struct {
		name string
		opts []mock.Option
		want Verdict
	}{
		{"answered still", nil, Pass},
		{"answered no longer", []mock.Option{mock.RefuseEnded()}, Skip},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := configFor(t, startServer(t, newMock(t, c.opts...)), cases...)
			config.Clients = nil
			for _, r := range run(t, config).Results {
				if r.Version.ID == lifecycle.V(1, 0) && r.Case.ID == "callable" { // it ended on 2025-12-31
					assert.Equal(t, c.want, r.Verdict, r.Reason())
					if c.want == Skip {
						assert.Contains(t, r.Reason(), "no longer answered")
					}
					continue
				}
				assert.Equal(t, Pass, r.Verdict, "%s: %s", place(r), r.Reason())
			}
		})
	}
}

// TestRunStopped cancels a run: before it, while it finds out whether anything is there, and in the
// middle of a request that would take a minute.
func TestRunStopped(t *testing.T) {
	for _, c := range []struct {
		name      string
		atRequest int32 // 0 is before the run
		passed    int
	}{
		{"before", 0, 0},
		{"at first", 1, 0},
		{"in the middle", 7, 5}, // one was whether anything is there, one did not come back
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.atRequest == 0 {
				cancel()
			}
			var requests atomic.Int32
			service := newMock(t)
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) == c.atRequest {
					cancel()
					<-r.Context().Done()
					return
				}
				service.ServeHTTP(w, r)
			})))
			config.Timeout = time.Minute
			config.Clients = nil
			for _, client := range gen.Clients() { // none that has ended, which would be asked about first
				config.Table.Versions = append(config.Table.Versions, lifecycle.Version{ID: client.ID, Label: lifecycle.Supported})
			}
			for i := range 6 {
				config.Cases = append(config.Cases, ask(fmt.Sprintf("root-%d", i), HarmReads, listVersions))
			}
			report, err := Run(ctx, config)
			require.NoError(t, err)
			assert.Equal(t, c.atRequest, requests.Load(), "nothing is asked any more")
			requireAll(t, report, config.Cases)
			for i, r := range report.Results {
				if i < c.passed {
					assert.Equal(t, Pass, r.Verdict, r.Reason())
					continue
				}
				assert.Equal(t, Inconclusive, r.Verdict)
				assert.Contains(t, r.Reason(), "context canceled")
				assert.Equal(t, i > c.passed || c.atRequest < 2, r.Unasked, "%d", i)
				if r.Unasked {
					assert.Equal(t, CodeStopped, r.Findings[0].Code)
					assert.Empty(t, r.Attempts, "it is not even tried")
				} else {
					assert.Len(t, r.Attempts, 1, "nothing is tried again")
				}
			}
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleStopped, report.Trouble.Kind, "nothing was wrong with the endpoint")
			assert.Equal(t, ExitNotJudged, report.ExitCode)
		})
	}
}

// TestRunLimit ends a run that reached its limit: what was not asked by then is inconclusive.
func TestRunLimit(t *testing.T) {
	t.Parallel()
	config := configFor(t, startServer(t, newMock(t)), ask("passes", HarmReads, listVersions), ask("waits", HarmReads, func(ctx context.Context, t *Trial) error {
		return t.Pause(ctx, time.Hour)
	}), ask("late", HarmReads, listVersions))
	config.Limit = time.Second
	report := run(t, config)
	var verdicts []Verdict
	for _, r := range report.Results {
		verdicts = append(verdicts, r.Verdict)
	}
	assert.Equal(t, []Verdict{Pass, Inconclusive, Inconclusive}, verdicts)
	assert.Contains(t, report.Results[2].Reason(), "it reached its limit of 1s")
	assert.Equal(t, &Trouble{TroubleStopped, "The run was stopped: it reached its limit of 1s."}, report.Trouble)
	assert.Equal(t, Inconclusive, report.Verdict)
}
