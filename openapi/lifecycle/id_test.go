package lifecycle_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestParseID(t *testing.T) {
	for written, want := range map[string]lifecycle.ID{
		"1.3":     lifecycle.V(1, 3),
		"v1.3":    lifecycle.V(1, 3),
		"1.10":    lifecycle.V(1, 10),
		"v2.0":    lifecycle.V(2, 0),
		"0.65535": lifecycle.V(0, 65535),
	} {
		t.Run(written, func(t *testing.T) {
			got, err := lifecycle.ParseID(written)
			assert.NoError(t, err)
			assert.Equal(t, want, got)
		})
	}
	for _, nonsense := range []string{
		"", "v", ".", "1", "v1", "1.", ".3", "1.3.0", "vv1.3", "V1.3", " 1.3", "1.3 ", "1. 3", "+1.3", "1.-3",
		"01.3", "1.03", "1.x", "1.65536", "1,3", "１.3", "latest",
	} {
		t.Run("not "+nonsense, func(t *testing.T) {
			got, err := lifecycle.ParseID(nonsense)
			assert.ErrorContains(t, err, `"`+nonsense+`"`)
			assert.Zero(t, got)
		})
	}
}

func TestIDOrderIsByNumber(t *testing.T) {
	rising := []lifecycle.ID{{}, lifecycle.V(0, 9), lifecycle.V(1, 0), lifecycle.V(1, 1), lifecycle.V(1, 9), lifecycle.V(1, 10), lifecycle.V(2, 0), lifecycle.V(10, 0)}
	for i, a := range rising {
		for j, b := range rising {
			switch c := a.Compare(b); {
			case i < j:
				assert.Negative(t, c, "%s before %s", a, b)
			case i > j:
				assert.Positive(t, c, "%s after %s", a, b)
			default:
				assert.Zero(t, c)
			}
		}
	}
}

func TestIDProperties(t *testing.T) {
	number := rapid.IntRange(0, 65535)
	id := rapid.Custom(func(t *rapid.T) lifecycle.ID { return lifecycle.V(number.Draw(t, "major"), number.Draw(t, "minor")) })
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := id.Draw(t, "a"), id.Draw(t, "b"), id.Draw(t, "c")
		assert.Equal(t, a == b, a.Compare(b) == 0, "same exactly when equal")
		assert.Equal(t, a.Compare(b), -b.Compare(a), "antisymmetric")
		if a.Compare(b) <= 0 && b.Compare(c) <= 0 {
			assert.LessOrEqual(t, a.Compare(c), 0, "transitive")
		}
		for _, written := range []string{a.String(), "v" + a.String()} {
			back, err := lifecycle.ParseID(written)
			assert.NoError(t, err)
			assert.Equal(t, a, back)
		}
	})
}

func TestIDAsText(t *testing.T) {
	written, err := json.Marshal(map[lifecycle.ID]lifecycle.ID{lifecycle.V(1, 9): lifecycle.V(1, 10)})
	require.NoError(t, err)
	assert.JSONEq(t, `{"1.9":"1.10"}`, string(written))

	var back map[lifecycle.ID]lifecycle.ID
	require.NoError(t, json.Unmarshal([]byte(`{"1.9":"v1.10"}`), &back))
	assert.Equal(t, lifecycle.V(1, 10), back[lifecycle.V(1, 9)])

	kept := lifecycle.V(1, 3)
	assert.ErrorContains(t, kept.UnmarshalText([]byte("1.x")), "1.x")
	assert.Equal(t, lifecycle.V(1, 3), kept, "left alone by an error")
}
