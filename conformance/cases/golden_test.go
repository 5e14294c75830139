package cases_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// goldenFile says of each defect of the mock which cases are about it, in a line such as
//
//	swapped: detach-swapped
//
// None of them may pass against the defect.
var goldenFile = filepath.Join("testdata", "defects.golden")

func readGolden(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	all := map[string][]string{}
	for line := range strings.Lines(string(data)) {
		name, list, found := strings.Cut(line, ":")
		require.True(t, found, "%s: %q is not a defect and its cases", goldenFile, line)
		require.NotContains(t, all, name, "%s names a defect twice", goldenFile)
		all[name] = strings.Fields(list)
	}
	return all
}

// TestGoldenNamesEveryDefect: each has its line with cases that exist, and no line is left of one that was
// removed. That the cases notice is shown by TestDefects, which `make mutants` runs.
func TestGoldenNamesEveryDefect(t *testing.T) {
	t.Parallel()
	golden := readGolden(t)
	var names, lines []string
	for _, d := range mock.Defects() {
		names = append(names, d.Name)
	}
	for name, list := range golden {
		lines = append(lines, name)
		require.NotEmpty(t, list, "%s: no case is about it", name)
		_, err := cases.Select(list...)
		require.NoError(t, err, name)
	}
	slices.Sort(names)
	slices.Sort(lines)
	require.Equal(t, names, lines, "run `make mutants` with -update-defects, and choose the cases that are about each")
}

// TestEveryClauseHasADefect: what no defect breaks, no case was ever seen to notice.
func TestEveryClauseHasADefect(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{"FORM-TLS": true} // by TestOldTLS
	for name, list := range readGolden(t) {
		chosen, err := cases.Select(list...)
		require.NoError(t, err, name)
		for _, c := range chosen {
			for _, clause := range c.Clauses {
				broken[clause.ID] = true
			}
		}
	}
	for _, clause := range cases.Clauses() {
		if clause.Exempt == "" {
			require.True(t, broken[clause.ID], "no defect breaks %s", clause.ID)
		}
	}
}
