package migrate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/hashicorp/go-version"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rows are in order, do not overlap, and no release after an older one speaks an older version.
func TestProviderReleases(t *testing.T) {
	table := providerReleases()
	require.NotEmpty(t, table.Rows)
	assert.Regexp(t, `^\d{4}-\d\d-\d\d$`, table.Read)
	for i, r := range table.Rows {
		assert.True(t, r.from.LessThanOrEqual(r.to), r.From)
		if i > 0 {
			before := table.Rows[i-1]
			assert.True(t, before.to.LessThan(r.from), r.From)
			assert.Negative(t, before.speaks.Compare(r.speaks), r.From)
		}
	}
}

// The releases are those of the vendor's SDK [sdk].
func TestProviderExactly(t *testing.T) {
	for release, want := range map[string]string{
		"1.0.0": "1.0", "1.0.3": "1.0", "2.0.3": "1.1", "3.0.0": "1.1", "3.1.7": "1.1", "3.2.0": "1.2",
		"3.3.0": "1.3", "4.2.0": "1.3", "5.0.1": "1.4", "5.2.2": "1.4",
		"1.0.4": "unknown", "3.2.1": "unknown", "4.3.0": "unknown", "5.3.0": "unknown", "6.0.0": "unknown",
		"0.9.0": "unknown", "3.1.7-beta": "1.1", "latest": "unknown", "": "unknown",
	} {
		t.Run(release, func(t *testing.T) {
			ids, unknown := providerReleases().exactly(release)
			assert.Equal(t, want, spelled(ids, unknown))
		})
	}
}

func TestProviderAllowed(t *testing.T) {
	for constraint, want := range map[string]string{
		"1.0.3":             "1.0",
		"= 3.2.0":           "1.2",
		"~> 3.1":            "1.1 1.2 1.3",
		"~> 3.1.0":          "1.1",
		"~> 3.2.0":          "1.2",
		"~> 3.1.7":          "1.1",
		"~> 4.0":            "1.3",
		">= 3.2.0, < 4.0.0": "1.2 1.3",
		"< 2.0":             "1.0",
		"> 1.0.3, <= 2.0.3": "1.1",
		"> 3.0.9, < 3.1.0":  "1.1",
		"!= 3.2.0, ~> 3.2":  "1.3",
		"~> 2":              "1.1 1.2 1.3 1.4 unknown",
		">= 3.0":            "1.1 1.2 1.3 1.4 unknown",
		">= 5.0":            "1.4 unknown",
		">= 0.0.1":          "unpinned",
		">= 1.0.0":          "unpinned",
		"> 0":               "unpinned",
		"!= 3.2.0":          "1.0 1.1 1.3 1.4 unknown",
		"6.0.1":             "unknown",
		"~> 6.0":            "unknown",
		"~> 5.3":            "unknown",
		"4.3.0":             "unknown",
		"~> 5.2":            "1.4",
		"latest":            "unknown",
		"":                  "unknown",
		"~> 3.1 || 1.0":     "unknown",
	} {
		t.Run(constraint, func(t *testing.T) {
			ids, unknown := providerReleases().allowed(constraint)
			assert.Equal(t, want, spelled(ids, unknown), unknown)
		})
	}
}

// What a constraint allows of the table is what it allows of the releases one after another.
func TestProviderAllowedAll(t *testing.T) {
	table := providerReleases()
	for _, operator := range []string{"=", "!=", ">", ">=", "<", "<=", "~>"} {
		for _, operand := range []string{"0.1.0", "1.0.0", "1.0.3", "1.0.4", "2.0", "2.0.3", "3", "3.1", "3.1.0", "3.1.7", "3.2.0", "3.3", "4.2.0", "5.2.2", "6.1"} {
			constraint := operator + " " + operand
			c, err := version.NewConstraint(constraint)
			require.NoError(t, err)
			want := map[string]bool{}
			for major := range 7 {
				for minor := range 5 {
					for patch := range 10 {
						v := fmt.Sprintf("%d.%d.%d", major, minor, patch)
						if ids, _ := table.exactly(v); len(ids) > 0 && c.Check(version.Must(version.NewVersion(v))) {
							want[ids[0].String()] = true
						}
					}
				}
			}
			ids, unknown := table.allowed(constraint)
			if len(ids) == 0 && unknown == "" { // every release
				assert.Len(t, want, len(table.Rows), constraint)
				continue
			}
			got := map[string]bool{}
			for _, id := range ids {
				got[id.String()] = true
			}
			assert.Equal(t, want, got, constraint)
		}
	}
}

func spelled[T fmt.Stringer](ids []T, unknown string) string {
	var words []string
	for _, id := range ids {
		words = append(words, id.String())
	}
	switch {
	case unknown != "":
		words = append(words, "unknown")
	case len(ids) == 0:
		words = append(words, "unpinned")
	}
	return strings.Join(words, " ")
}
