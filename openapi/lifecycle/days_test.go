package lifecycle_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestDays(t *testing.T) {
	for name, c := range map[string]struct {
		date, on string // the days are those from on to date
		n        int
		text     string
		within   map[int]bool
	}{
		"many":    {"2026-08-31", "2026-06-02", 90, "90 days", map[int]bool{89: false, 90: true, 91: true}},
		"one":     {"2026-08-31", "2026-08-30", 1, "1 day", map[int]bool{0: false, 1: true}},
		"zero":    {"2026-08-31", "2026-08-31", 0, "0 days", map[int]bool{-1: false, 0: true, 90: true}},
		"one ago": {"2026-08-31", "2026-09-01", -1, "-1 day", map[int]bool{-1: true, 0: true, 90: true}},
		"leap":    {"2028-03-01", "2028-02-28", 2, "2 days", nil},
		"no leap": {"2027-03-01", "2027-02-28", 1, "1 day", nil},
		"ages":    {"9999-12-31", "1970-01-01", 2_932_896, "2932896 days", nil},
	} {
		t.Run(name, func(t *testing.T) {
			left := table(t, [3]string{"1.0", "SUPPORTED", c.date}).At(day(t, c.on))[0].Left
			n, known := left.Count()
			assert.True(t, known)
			assert.Equal(t, c.n, n)
			assert.Equal(t, c.text, left.String())
			for within, want := range c.within {
				assert.Equal(t, want, left.Within(within), within)
			}
			written, err := json.Marshal(left)
			require.NoError(t, err)
			assert.Equal(t, c.n, decoded[int](t, written))
		})
	}
	t.Run("unknown", func(t *testing.T) {
		var unknown lifecycle.Days
		_, known := unknown.Count()
		assert.False(t, known)
		assert.Equal(t, "unknown", unknown.String())
		assert.False(t, unknown.Within(1<<30))
		written, err := json.Marshal(unknown)
		require.NoError(t, err)
		assert.Equal(t, "null", string(written))
	})
}

func decoded[T any](t *testing.T, written []byte) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal(written, &value))
	return value
}
