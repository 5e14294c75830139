//go:build mutants

package cases_test

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

var (
	updateDefects = flag.Bool("update-defects", false, "rewrite testdata/defects.golden")
	printTable    = flag.Bool("table", false, "print which cases notice which defect")
)

// some are a version that has ended and the two newest, of which one is SUPPORTED: what is wrong with
// another is wrong with one of these.
func some() []gen.Client {
	all := gen.Clients()
	return []gen.Client{all[0], all[len(all)-2], all[len(all)-1]}
}

// defectDay is a day on which the documents' labels hold.
var defectDay = lifecycle.Day(2026, time.March, 3)

// ticking is a clock that stands at noon of that day in Korea, and goes on a millisecond with every request:
// what a mock does after a while does not depend on how busy the machine is.
type ticking struct{ requests atomic.Int64 }

func (c *ticking) now() time.Time {
	noon := time.Date(2026, time.March, 3, 3, 0, 0, 0, time.UTC)
	return noon.Add(time.Duration(c.requests.Load()) * time.Millisecond)
}

// serve has each request move the clock.
func (c *ticking) serve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.requests.Add(1)
		next.ServeHTTP(w, r)
	})
}

// judgeDefect asks the whole catalogue of a mock with a defect.
func judgeDefect(t *testing.T, defect mock.Defect, clients ...gen.Client) *conformance.Report {
	t.Helper()
	clock := new(ticking)
	table := gen.Table()
	table.Versions = append(table.Versions, lifecycle.Version{ID: lifecycle.V(9, 0), Label: lifecycle.Planned})
	server, err := mock.New([]signing.Credentials{freeKeys}, mock.WithDefect(defect),
		mock.WithDelay(4*time.Millisecond), mock.WithClock(clock.now), mock.WithTable(table))
	require.NoError(t, err)
	endpoint := httptest.NewServer(clock.serve(server))
	t.Cleanup(endpoint.Close)
	config := conformance.Config{
		Endpoint: endpoint.URL, Credentials: freeKeys, Clock: clock.now, Transport: endpoint.Client().Transport,
		Cases: cases.All(), Clauses: cases.Clauses(), Clients: clients, Table: table, Day: defectDay,
		Fixture: conformance.Fixture{
			Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID,
			SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID, SpareVolume: mock.SpareID,
		},
		Harm: conformance.HarmDangerous, All: true, Strict: true, Attempts: 1, Seed: 1,
		Timeout: 20 * time.Second, Settle: 2 * time.Second, Linger: 50 * time.Millisecond,
	}
	if defect.Slow {
		config.Timeout, config.Settle = 300*time.Millisecond, 30*time.Millisecond
	}
	report, err := conformance.Run(context.Background(), config)
	require.NoError(t, err)
	return report
}

// noticed are the cases that do not pass in at least one version.
func noticed(report *conformance.Report) []string {
	var ids []string
	for _, r := range report.Results {
		if r.Verdict != conformance.Pass && r.Verdict != conformance.Skip && !slices.Contains(ids, r.Case.ID) {
			ids = append(ids, r.Case.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

// TestNoDefect asks everything of a mock that has none.
func TestNoDefect(t *testing.T) {
	report := judgeDefect(t, mock.Defect{}, some()...)
	for _, r := range report.Results {
		assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
	}
	assert.Equal(t, conformance.ExitOK, report.ExitCode)
}

// TestDefects runs the suite against every defect. The cases with a * in testdata/defects.golden must not
// pass; what else does not pass is as it was when somebody last looked at it.
func TestDefects(t *testing.T) {
	golden := readGolden(t)
	var mu sync.Mutex
	seen := map[string]expectation{}
	start := time.Now()
	t.Run("each", func(t *testing.T) {
		for _, d := range mock.Defects() {
			t.Run(d.Name, func(t *testing.T) {
				t.Parallel()
				report := judgeDefect(t, d, some()...)
				want, got := golden[d.Name], expectation{required: golden[d.Name].required, varies: golden[d.Name].varies}
				for _, id := range noticed(report) {
					if !slices.Contains(want.required, id) {
						got.others = append(got.others, id)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				assert.NotEmpty(t, want.required, "no case is about it; these do not pass: %v", noticed(report))
				assert.NotEqual(t, conformance.ExitOK, report.ExitCode)
				assert.Subset(t, noticed(report), want.required)
				if d.Slow || want.varies {
					got.others = nil
				}
				seen[d.Name] = got
				assert.True(t, *updateDefects || slices.Equal(want.others, got.others),
					"what notices has changed: look at it, run the test with -update-defects, and mark new cases with a *\n%s:%s", d.Name, got)
			})
		}
	})
	if *printTable {
		printDefects(seen, time.Since(start))
	}
	if *updateDefects {
		writeGolden(t, seen)
	}
}

func writeGolden(t *testing.T, all map[string]expectation) {
	t.Helper()
	var text strings.Builder
	for _, d := range mock.Defects() {
		fmt.Fprintf(&text, "%s:%s\n", d.Name, all[d.Name])
	}
	require.NoError(t, os.WriteFile(goldenFile, []byte(text.String()), 0o644))
}

func printDefects(seen map[string]expectation, took time.Duration) {
	caught := 0
	for _, d := range mock.Defects() {
		fmt.Printf("%-24s %s\n", d.Name, d.Summary)
		for _, id := range seen[d.Name].required {
			fmt.Printf("%24s * %s\n", "", id)
		}
		for _, id := range seen[d.Name].others {
			fmt.Printf("%24s   %s\n", "", id)
		}
		if len(seen[d.Name].required) > 0 {
			caught++
		}
	}
	fmt.Printf("\n%d of %d defects have a case that must notice them, in %s. A case with a * must not pass; the others do not, either.\n",
		caught, len(seen), took.Round(time.Millisecond))
}
