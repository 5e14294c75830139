//go:build mutants

package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
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

// turned are the cases that passed in the mock without a defect, and do not in at least one version.
func turned(report *conformance.Report) []string {
	var ids []string
	for _, r := range report.Results {
		if r.Verdict != conformance.Pass && r.Verdict != conformance.Skip && !slices.Contains(ids, r.Case.ID) {
			ids = append(ids, r.Case.ID)
		}
	}
	slices.Sort(ids)
	return ids
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
				report := runAgainst(t, d, some()...)
				want, got := golden[d.Name], expectation{required: golden[d.Name].required, varies: golden[d.Name].varies}
				for _, id := range turned(report) {
					if !slices.Contains(want.required, id) {
						got.others = append(got.others, id)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				if len(want.required) > 0 {
					assert.NotEqual(t, conformance.ExitOK, conformance.ExitCode(report.Results))
					assert.Subset(t, turned(report), want.required)
				}
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
		printMutants(seen, time.Since(start))
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

func printMutants(seen map[string]expectation, took time.Duration) {
	noticed := 0
	for _, d := range mock.Defects() {
		fmt.Printf("%-24s %s\n", d.Name, d.Summary)
		for _, id := range seen[d.Name].required {
			fmt.Printf("%24s * %s\n", "", id)
		}
		for _, id := range seen[d.Name].others {
			fmt.Printf("%24s   %s\n", "", id)
		}
		if len(seen[d.Name].required) > 0 {
			noticed++
		} else {
			fmt.Printf("%24s no case must notice it yet\n", "")
		}
	}
	fmt.Printf("\n%d of %d defects must be noticed, in %s. A case with a * must not pass; the others do not, either.\n",
		noticed, len(seen), took.Round(time.Millisecond))
}
