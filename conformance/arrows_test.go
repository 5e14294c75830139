package conformance

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestArrows: the engine knows neither the catalogue nor the mock, so that a stranger's cases and servers are
// worth as much as ours.
func TestArrows(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	var own []string
	for dep := range strings.FieldsSeq(string(out)) {
		if rest, ok := strings.CutPrefix(dep, modulePath+"/conformance/"); ok {
			own = append(own, rest)
		}
	}
	assert.Empty(t, own, "the engine imports what is built on it")
	out, err = exec.CommandContext(t.Context(), "go", "list", "-deps", "./mock").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	assert.Contains(t, deps, modulePath+"/conformance/mock")
	assert.NotContains(t, deps, modulePath+"/conformance")
	assert.NotContains(t, deps, modulePath+"/conformance/cases")
}
