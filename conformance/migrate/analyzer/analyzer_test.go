package analyzer

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis/analysistest"
)

// The packages below testdata/src say what is to be found in them, and the golden files beside them what
// applying all fixes makes of them. The clients there are stand-ins, with the versions that the cases need.
func TestAnalyzer(t *testing.T) {
	a := newAnalyzer()
	require.NoError(t, a.Flags.Set("target", "1.3"))
	analysistest.RunWithSuggestedFixes(t, analysistest.TestData(), a,
		"imports", "headers", "shared", "unpinned", "pinned", "clients", "others", "domain")
}
