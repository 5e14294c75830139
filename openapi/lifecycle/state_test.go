package lifecycle_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestParseLabel(t *testing.T) {
	for written, want := range map[string]lifecycle.State{
		"ACTIVE (CURRENT)":           lifecycle.Current,
		"ACTIVE (SUPPORTED)":         lifecycle.Supported,
		"ACTIVE (DEPRECATED)":        lifecycle.Deprecated,
		"ACTIVE (PLANNED)":           lifecycle.Planned,
		"CURRENT":                    lifecycle.Current,
		"SUPPORTED":                  lifecycle.Supported,
		"DEPRECATED":                 lifecycle.Deprecated,
		"PLANNED":                    lifecycle.Planned,
		"current":                    lifecycle.Current,
		" Active(Current)\n":         lifecycle.Current,
		"\tactive  (  deprecated  )": lifecycle.Deprecated,
	} {
		t.Run(written, func(t *testing.T) {
			got, err := lifecycle.ParseLabel(written)
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	for _, nonsense := range []string{
		"", " ", "ENDED", "ACTIVE (ENDED)", "ACTIVE", "ACTIVE ()", "ACTIVE (", "ACTIVE )", "ACTIVE CURRENT",
		"(CURRENT)", "CUR RENT", "CURRENT SUPPORTED", "CURRENTLY", "INACTIVE (CURRENT)",
	} {
		t.Run("not "+nonsense, func(t *testing.T) {
			got, err := lifecycle.ParseLabel(nonsense)
			assert.ErrorContains(t, err, `"`+nonsense+`"`)
			assert.Empty(t, got)
		})
	}
}

func TestLabelOfState(t *testing.T) {
	for state, want := range map[lifecycle.State]lifecycle.State{
		lifecycle.Planned:    lifecycle.Planned,
		lifecycle.Current:    lifecycle.Current,
		lifecycle.Supported:  lifecycle.Supported,
		lifecycle.Deprecated: lifecycle.Deprecated,
		lifecycle.Ended:      lifecycle.Deprecated,
	} {
		assert.Equal(t, want, state.Label(), state)
	}
}
