//go:build mutants

package conformance_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
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
	updateDefects = flag.Bool("update-defects", false, "write testdata/defects.golden anew")
	printTable    = flag.Bool("table", false, "print the table of defects by cases")
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

// TestDefects holds the suite against every defect: those cases turn that must, and what else turns is
// as it was when somebody looked at it last.
func TestDefects(t *testing.T) {
	golden := filepath.Join("testdata", "defects.golden")
	var mu sync.Mutex
	lines := map[string]string{}
	caught := 0
	start := time.Now()
	t.Run("each", func(t *testing.T) {
		for _, d := range mock.Defects() {
			t.Run(d.Name, func(t *testing.T) {
				t.Parallel()
				report := runAgainst(t, d, some()...)
				got := turned(report)
				assert.NotEqual(t, conformance.ExitOK, conformance.ExitCode(report.Results))
				assert.NotEmpty(t, d.CaughtBy, "a defect says which cases have to turn")
				ok := assert.Subset(t, got, d.CaughtBy)
				if d.Slow { // what else turns hangs on how long it is waited for
					got = slices.Sorted(slices.Values(d.CaughtBy))
				}
				mu.Lock()
				defer mu.Unlock()
				lines[d.Name] = d.Name + ": " + strings.Join(got, " ")
				if ok {
					caught++
				}
			})
		}
	})
	if *printTable {
		printMutants(lines, caught, time.Since(start))
	}
	var text strings.Builder
	for _, d := range mock.Defects() {
		fmt.Fprintln(&text, lines[d.Name])
	}
	if *updateDefects {
		require.NoError(t, os.WriteFile(golden, []byte(text.String()), 0o644))
	}
	reviewed, err := os.ReadFile(golden)
	require.NoError(t, err)
	want := strings.Split(string(reviewed), "\n")
	for line := range strings.Lines(text.String()) {
		assert.True(t, slices.Contains(want, strings.TrimSuffix(line, "\n")),
			"what turns has changed: look at it, and run the test with -update-defects\n%s", line)
	}
	assert.Len(t, want, len(mock.Defects())+1, "testdata has defects that there are not: run the test with -update-defects")
}

func printMutants(lines map[string]string, caught int, took time.Duration) {
	for _, d := range mock.Defects() {
		_, cases, _ := strings.Cut(lines[d.Name], ": ")
		fmt.Printf("%-24s %s\n", d.Name, d.Summary)
		for id := range strings.FieldsSeq(cases) {
			mark := " "
			if slices.Contains(d.CaughtBy, id) {
				mark = "*"
			}
			fmt.Printf("%24s %s %s\n", "", mark, id)
		}
	}
	n := len(mock.Defects())
	fmt.Printf("\n%d of %d defects are caught, %d %%, in %s. A case with a * has to turn; the others do as well.\n",
		caught, n, 100*caught/n, took.Round(time.Millisecond))
}
