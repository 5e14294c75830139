package conformance

import (
	"context"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
)

// family is a case of so many variants, all of which pass.
func family(size int) Case {
	c := Case{ID: "family", Family: "tests", Harm: HarmReads}
	for i := range size {
		c.Variants = append(c.Variants, Variant{Name: fmt.Sprintf("v%d", i), Ask: func(context.Context, *Trial) error { return nil }})
	}
	return c
}

func drawn(v *versionRun, c Case) []string {
	var names []string
	for _, variant := range v.sample(c) {
		names = append(names, variant.Name)
	}
	return names
}

// TestSample draws a fourteenth, rounded up, of which fourteen seeds in a row leave none out.
func TestSample(t *testing.T) {
	for size := range 61 {
		c := family(size)
		want := (size + 13) / 14
		for index := range 4 {
			for _, first := range []uint64{0, 1, 20261125, math.MaxUint64 - 13} {
				all := map[string]bool{}
				for night := range uint64(14) {
					r := &runner{Config: Config{Seed: first + night}}
					names := drawn(&versionRun{runner: r, index: index}, c)
					require.Len(t, names, want, "of %d", size)
					require.Equal(t, names, drawn(&versionRun{runner: r, index: index}, c), "the same seed draws the same")
					require.Len(t, slices.Compact(slices.Sorted(slices.Values(names))), want, "each once")
					for _, name := range names {
						all[name] = true
					}
				}
				require.Len(t, all, size, "seeds %d to %d, version %d", first, first+13, index)
			}
		}
	}
}

// TestSampleOfVersions: versions are asked different variants in one night.
func TestSampleOfVersions(t *testing.T) {
	r := &runner{Config: Config{Seed: 3}}
	c := family(56)
	all := map[string]bool{}
	for index := range 4 {
		for _, name := range drawn(&versionRun{runner: r, index: index}, c) {
			all[name] = true
		}
	}
	assert.Len(t, all, 4*4)
}

func TestSampleInARun(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	for _, c := range []struct {
		all   bool
		asked int
	}{{false, 2}, {true, 25}} {
		t.Run(fmt.Sprintf("all %t", c.all), func(t *testing.T) {
			config := configFor(t, endpoint, family(25), ask("other", HarmReads, listVersions))
			config.All = c.all
			report := run(t, config)
			assert.Equal(t, 25, report.Results[0].Case.Variants)
			assert.Equal(t, c.asked, report.Results[0].Case.Asked)
			assert.Equal(t, Pass, report.Results[0].Verdict)
			assert.Zero(t, report.Results[1].Case.Variants)
			assert.Zero(t, report.Results[1].Case.Asked)
		})
	}
}

// TestSeedMakesTheSameRequests: a failure for IDs that were drawn can be had again.
func TestSeedMakesTheSameRequests(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	paths := func(seed uint64) (list []string) {
		config := configFor(t, endpoint, ask("one", HarmRefused, detachUnused), ask("two", HarmRefused, detachUnused))
		config.Clients, config.Seed = nil, seed
		for _, r := range run(t, config).Results {
			list = append(list, r.Attempts[0].Exchanges[0].Path())
		}
		return list
	}
	first := paths(7)
	assert.Equal(t, first, paths(7))
	assert.Len(t, slices.Compact(slices.Sorted(slices.Values(first))), 2*len(gen.Clients()), "each ID is used once")
	assert.NotEqual(t, first, paths(8))
}

// TestSampleOfOneVersion: a version that is asked by itself is asked the variants that it was asked beside the
// others, or the command that asks a case again would ask another question.
func TestSampleOfOneVersion(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), family(48))
	config.Clients, config.Seed = gen.Clients(), 5
	for _, together := range run(t, config).Results {
		require.NotEmpty(t, together.Judged)
		alone := config
		alone.Clients = slices.DeleteFunc(gen.Clients(), func(c gen.Client) bool { return c.ID != together.Version.ID })
		assert.Equal(t, together.Judged, runOne(t, alone).Judged, "%s", together.Version.ID)
	}
}
