package conformance

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestTurn: a case that rotates is asked in one version a night, another one every night, and of versions that
// can be called.
func TestTurn(t *testing.T) {
	clients := gen.Clients()[:3]
	table := func(labels ...lifecycle.State) lifecycle.Table {
		var made lifecycle.Table
		for i, label := range labels {
			v := lifecycle.Version{ID: clients[i].ID, Label: label}
			if label == lifecycle.Ended {
				v.Label, v.NotBefore = lifecycle.Deprecated, lifecycle.Day(2026, time.January, 1)
			}
			made.Versions = append(made.Versions, v)
		}
		return made
	}
	const current, supported, ended, planned = lifecycle.Current, lifecycle.Supported, lifecycle.Ended, lifecycle.Planned
	for _, c := range []struct {
		name  string
		table lifecycle.Table
		want  []int // the client whose turn it is, with the seeds 0, 1, 2, 3
	}{
		{"all can be called", table(supported, supported, current), []int{0, 1, 2, 0}},
		{"the first has ended", table(ended, supported, current), []int{1, 2, 1, 2}},
		{"the last is planned", table(supported, current, planned), []int{0, 1, 0, 1}},
		{"one is listed no longer", table(supported, current), []int{0, 1, 0, 1}},
		{"all have ended", table(ended, ended, ended), []int{0, 1, 2, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for seed, want := range c.want {
				r := &runner{Config: Config{Clients: clients, Table: c.table, Day: lifecycle.Day(2026, time.April, 1), Seed: uint64(seed)}}
				assert.Equal(t, clients[want].ID, r.turn(), "seed %d", seed)
			}
		})
	}
}

// TestMovesToday: of the cases that move volumes, a live endpoint is asked some each night, and all within a few; one
// that a person names is asked every night.
func TestMovesToday(t *testing.T) {
	var movers []Case
	for _, id := range []string{"a", "b", "c", "d", "e", "f", "g", "h"} {
		c := ask(id, HarmDetaches, end(nil))
		c.Rotates = true
		movers = append(movers, c)
	}
	reads := ask("reads", HarmReads, end(nil))
	r := &runner{Config: Config{Clients: gen.Clients(), Day: judged, Live: true, Cases: append(movers, reads)}}
	versions := len(r.callable())
	nights := map[string]int{}
	for seed := range movesRarely * versions {
		r.Seed = uint64(seed)
		assert.True(t, r.movesToday(reads))
		for _, c := range movers {
			if r.movesToday(c) {
				nights[c.ID]++
			}
		}
	}
	for _, c := range movers {
		assert.Equal(t, versions, nights[c.ID], "%s: once in each version", c.ID)
	}
	for _, config := range []Config{
		{Clients: r.Clients, Day: judged, Live: true, Cases: movers[:1]},
		{Clients: r.Clients, Day: judged, Cases: movers},
	} {
		for seed := range movesRarely {
			config.Seed = uint64(seed * versions)
			assert.True(t, (&runner{Config: config}).movesToday(movers[0]))
		}
	}
}
