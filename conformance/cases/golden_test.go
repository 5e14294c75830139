package cases_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// expectation is what testdata/defects.golden says of one defect, in a line such as
//
//	swapped: *detach-swapped form-refused
//
// A case with a * must not pass against the defect; the others were seen not to. A line that ends with ...
// leaves the others out, as they vary with how long things take. A line without a * is a defect that no
// case has to notice yet.
type expectation struct {
	required, others []string
	varies           bool
}

func (e expectation) String() string {
	var b strings.Builder
	for _, id := range e.required {
		b.WriteString(" *" + id)
	}
	for _, id := range e.others {
		b.WriteString(" " + id)
	}
	if e.varies {
		b.WriteString(" ...")
	}
	return b.String()
}

var goldenFile = filepath.Join("testdata", "defects.golden")

func readGolden(t *testing.T) map[string]expectation {
	t.Helper()
	data, err := os.ReadFile(goldenFile)
	require.NoError(t, err)
	all := map[string]expectation{}
	for line := range strings.Lines(string(data)) {
		name, cases, found := strings.Cut(line, ":")
		require.True(t, found, "%s: %q is not a defect and its cases", goldenFile, line)
		require.NotContains(t, all, name, "%s names a defect twice", goldenFile)
		var e expectation
		for id := range strings.FieldsSeq(cases) {
			required, ok := strings.CutPrefix(id, "*")
			switch {
			case ok:
				e.required = append(e.required, required)
			case id == "...":
				e.varies = true
			default:
				e.others = append(e.others, id)
			}
		}
		all[name] = e
	}
	return all
}

// defectByName returns a defect, or none for "".
func defectByName(t *testing.T, name string) mock.Defect {
	t.Helper()
	if name == "" {
		return mock.Defect{}
	}
	d, err := mock.DefectByName(name)
	require.NoError(t, err)
	return d
}

// TestGoldenNamesEveryDefect: each has its line, and no line is left of one that was removed.
func TestGoldenNamesEveryDefect(t *testing.T) {
	t.Parallel()
	golden := readGolden(t)
	var names []string
	for _, d := range mock.Defects() {
		names = append(names, d.Name)
	}
	var lines []string
	for name, e := range golden {
		lines = append(lines, name)
		require.False(t, len(e.required) == 0 && len(e.others) > 0, "%s: no case with a *", name)
	}
	slices.Sort(names)
	slices.Sort(lines)
	require.Equal(t, names, lines, "run `make mutants` with -update-defects, and mark with a * the cases that must notice")
}
