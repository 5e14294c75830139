package conformance

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// TestMisdeclared: a case that says it reads, and detaches, is stopped before the wire.
func TestMisdeclared(t *testing.T) {
	t.Parallel()
	for _, harm := range []Harm{HarmReads, HarmRefused} {
		for _, op := range []Operation{Attach, Detach} {
			server := &counting{Handler: newMock(t)}
			config := liveConfig(t, startServer(t, server), ask("lies", harm, func(ctx context.Context, t *Trial) error {
				_, err := t.Send(ctx, Request{Operation: op, Pair: Pair{mock.VolumeID, mock.ServerID}})
				return err
			}))
			result := runOne(t, config)
			assert.Equal(t, Error, result.Verdict)
			assert.Contains(t, result.Reason(), "guard blocked")
			assert.Zero(t, server.changes.Load())
		}
	}
}

// TestLiveHarm has what has to be named before a live endpoint may come to harm.
func TestLiveHarm(t *testing.T) {
	t.Parallel()
	pair := Fixture{Volume: "v", Server: "s"}
	for _, tt := range []struct {
		name      string
		harm      Harm
		fixture   Fixture
		sacrifice string
		says      []string // nothing where it is allowed
		always    bool     // of an endpoint that is not live too
	}{
		{name: "reads", harm: HarmReads},
		{name: "refused", harm: HarmRefused},
		{name: "detaches, nothing named", harm: HarmDetaches, says: []string{"--volume", "--server"}},
		{name: "detaches, no server", harm: HarmDetaches, fixture: Fixture{Volume: "v"}, says: []string{"--server"}},
		{name: "detaches, no volume", harm: HarmDetaches, fixture: Fixture{Server: "s"}, says: []string{"--volume"}},
		{name: "detaches", harm: HarmDetaches, fixture: pair},
		{name: "dangerous, nothing named", harm: HarmDangerous, sacrifice: "s", says: []string{"--volume", "--server"}},
		{name: "dangerous, no sacrifice", harm: HarmDangerous, fixture: pair, says: []string{"--sacrifice-server s"}},
		{name: "dangerous, another sacrifice", harm: HarmDangerous, fixture: pair, sacrifice: "t", always: true, says: []string{"--sacrifice-server", "--server"}},
		{name: "dangerous", harm: HarmDangerous, fixture: pair, sacrifice: "s"},
		{name: "refused, another sacrifice", harm: HarmRefused, fixture: pair, sacrifice: "t", always: true, says: []string{"--sacrifice-server", "--server"}},
		{name: "refused, a sacrifice that is no ID", harm: HarmRefused, sacrifice: "../s", always: true, says: []string{"--sacrifice-server", `"../s"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, live := range []bool{true, false} {
				config := configFor(t, "https://127.0.0.1:1", moves())
				config.Live, config.Harm, config.Fixture, config.SacrificeServer = live, tt.harm, tt.fixture, tt.sacrifice
				err := config.complete()
				if !live && !tt.always || tt.says == nil {
					require.NoError(t, err)
					continue
				}
				for _, said := range tt.says {
					require.ErrorContains(t, err, said)
				}
			}
		})
	}
}

// TestLiveSkips: what a live run did not ask is in the report, with the flags that would have it asked.
func TestLiveSkips(t *testing.T) {
	t.Parallel()
	about := func(id string, harm Harm) Case {
		c := ask(id, harm, end(nil))
		c.Clauses = []Clause{{ID: strings.ToUpper(id), Source: Document, Text: "It is so."}}
		return c
	}
	config := liveConfig(t, startServer(t, newMock(t)), ask("reads", HarmReads, listVersions), about("detaching", HarmDetaches), about("danger", HarmDangerous))
	config.Harm, config.Fixture, config.SacrificeServer = HarmRefused, Fixture{Volume: mock.VolumeID}, ""
	report := run(t, config)
	assert.Equal(t, ExitOK, report.ExitCode)
	for i, flags := range []string{"--allow detaches --server ID", "--allow dangerous --server ID --sacrifice-server ID"} {
		assert.Equal(t, Skip, report.Results[i+1].Verdict)
		assert.Contains(t, report.Results[i+1].Reason(), flags)
	}
	why := slices.Collect(func(yield func(string) bool) {
		for _, u := range report.Unjudged {
			if !yield(u.Clause) {
				return
			}
		}
	})
	assert.Equal(t, []string{"DETACHING", "DANGER"}, why)
}
