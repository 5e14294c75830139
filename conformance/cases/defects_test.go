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

// judgeDefect asks some cases of a mock with a defect, or all of them.
func judgeDefect(t *testing.T, defect mock.Defect, names ...string) *conformance.Report {
	t.Helper()
	chosen, err := cases.Select(names...)
	require.NoError(t, err)
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
		Cases: chosen, Clients: some(), Table: table, Day: defectDay,
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

// noticed are the cases that end with a finding against the endpoint, or cannot judge it, in at least one
// version.
func noticed(report *conformance.Report) []string {
	var ids []string
	for _, r := range report.Results {
		if r.Verdict != conformance.Pass && r.Verdict != conformance.Skip && !slices.Contains(ids, r.Case.ID) {
			ids = append(ids, r.Case.ID)
		}
	}
	return ids
}

// TestNoDefect asks everything of a mock that has none.
func TestNoDefect(t *testing.T) {
	report := judgeDefect(t, mock.Defect{})
	for _, r := range report.Results {
		assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
	}
	assert.Equal(t, conformance.ExitOK, report.ExitCode)
}

// TestDefects asks the cases that testdata/defects.golden names of each defect, which must not pass: by
// themselves, and where they need others to have something to look at, as part of the whole catalogue.
func TestDefects(t *testing.T) {
	golden := readGolden(t)
	var mu sync.Mutex
	seen := map[string][]string{}
	start := time.Now()
	t.Run("each", func(t *testing.T) {
		for _, d := range mock.Defects() {
			t.Run(d.Name, func(t *testing.T) {
				t.Parallel()
				var report *conformance.Report
				about := golden[d.Name]
				if len(about) > 0 {
					report = judgeDefect(t, d, about...)
				}
				if report == nil || !containsAll(noticed(report), about) && os.Getenv("QUICK") == "" {
					report = judgeDefect(t, d)
				}
				mu.Lock()
				defer mu.Unlock()
				seen[d.Name] = noticed(report)
				assert.NotEmpty(t, about, "no case is about it; these do not pass: %v", noticed(report))
				assert.Subset(t, noticed(report), about)
				assert.NotEqual(t, conformance.ExitOK, report.ExitCode)
			})
		}
	})
	if *printTable {
		printDefects(golden, time.Since(start))
	}
	if *updateDefects {
		updateGolden(t, golden, seen)
	}
}

func containsAll(list, wanted []string) bool {
	return !slices.ContainsFunc(wanted, func(id string) bool { return !slices.Contains(list, id) })
}

// updateGolden keeps the cases of each defect that notice it, and names all that do where none was chosen.
func updateGolden(t *testing.T, golden, seen map[string][]string) {
	t.Helper()
	var text strings.Builder
	for _, d := range mock.Defects() {
		about := slices.DeleteFunc(slices.Clone(golden[d.Name]), func(id string) bool { return !slices.Contains(seen[d.Name], id) })
		if len(about) == 0 {
			about = seen[d.Name]
		}
		fmt.Fprintln(&text, strings.TrimRight(d.Name+": "+strings.Join(about, " "), " "))
	}
	require.NoError(t, os.WriteFile(goldenFile, []byte(text.String()), 0o644))
}

func printDefects(golden map[string][]string, took time.Duration) {
	caught := 0
	for _, d := range mock.Defects() {
		fmt.Printf("%-28s %s\n", d.Name, d.Summary)
		for _, id := range golden[d.Name] {
			fmt.Printf("%28s %s\n", "", id)
		}
		if len(golden[d.Name]) > 0 {
			caught++
		}
	}
	fmt.Printf("\n%d defects, %d of them with cases that have to notice, in %s.\n", len(mock.Defects()), caught, took.Round(time.Millisecond))
}
