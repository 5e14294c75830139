package conformance

import (
	"context"
	"net/http"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestFixtureEach: versions with a fixture each use it at once, and no other.
func TestFixtureEach(t *testing.T) {
	config, handler := fixtureEach(t, len(gen.Clients()))
	var mu sync.Mutex
	used := map[lifecycle.ID]string{}
	meet := everyone(len(gen.Clients()))
	together := ask("together", HarmDetaches, func(ctx context.Context, t *Trial) error {
		mu.Lock()
		used[t.Version()] = t.Fixture().Volume
		mu.Unlock()
		if err := meet(ctx); err != nil { // while each holds its fixture to itself
			return err
		}
		if _, err := t.Attached(ctx); err != nil {
			return err
		}
		_, err := t.Unattached(ctx)
		return err
	})
	strange := ask("strange", HarmDetaches, func(ctx context.Context, t *Trial) error {
		other := config.Fixture
		if t.Fixture() == other {
			other = config.More[0]
		}
		_, err := t.Send(ctx, Request{Pair: Pair{Volume: other.Volume, Server: other.Server}})
		return err
	})
	config.Endpoint, config.Cases = startServer(t, handler), []Case{together, strange}
	report := run(t, config)
	for _, r := range report.Results {
		want := Pass
		if r.Case.ID == "strange" {
			want = Error // by the guard
		}
		assert.Equal(t, want, r.Verdict, "%s: %s", place(r), r.Reason())
	}
	volumes := map[string]bool{}
	for _, volume := range used {
		volumes[volume] = true
	}
	assert.Len(t, volumes, len(gen.Clients()))
	assert.Equal(t, config.More, report.MoreFixtures)
}

// TestFixturesRefused: fixtures that overlap, or that nothing would put back.
func TestFixturesRefused(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		says   string
	}{
		"an ID twice": {func(c *Config) { c.More[0].Volume = c.Fixture.SpareVolume }, "is in two fixtures"},
		"no plain ID": {func(c *Config) { c.More[0].Volume = "../servers" }, "has characters other than"},
		"a live endpoint": {func(c *Config) {
			c.Live, c.SacrificeServer = true, c.Fixture.Server
		}, "takes one fixture"},
		"a ledger": {func(c *Config) { c.StateDir = "x" }, "takes one fixture"},
	} {
		config, handler := fixtureEach(t, 2)
		config.Endpoint, config.Cases = startServer(t, handler), []Case{ask("reads", HarmReads, listVersions)}
		c.change(&config)
		_, err := Run(t.Context(), config)
		assert.ErrorContains(t, err, c.says, name)
	}
}

// fixtureEach is a config with so many fixtures, and a mock that has them.
func fixtureEach(t *testing.T, fixtures int) (Config, http.Handler) {
	t.Helper()
	config := configFor(t, "http://127.0.0.1:1")
	config.Clients, config.Parallel = gen.Clients(), len(gen.Clients())
	world := mock.DefaultWorld()
	for i := 1; i < fixtures; i++ {
		twin, id := mock.DefaultWorld().Twin(i)
		world.Servers, world.Volumes = append(world.Servers, twin.Servers...), append(world.Volumes, twin.Volumes...)
		config.More = append(config.More, Fixture{Volume: id(mock.VolumeID), Server: id(mock.ServerID)})
	}
	handler, err := mock.New([]signing.Credentials{config.Credentials}, mock.WithWorld(world))
	require.NoError(t, err)
	return config, handler
}

// everyone waits for so many callers, and fails those whose context ends first.
func everyone(callers int) func(context.Context) error {
	var waiting sync.WaitGroup
	waiting.Add(callers)
	all := make(chan struct{})
	go func() { waiting.Wait(); close(all) }()
	return func(ctx context.Context) error {
		waiting.Done()
		select {
		case <-all:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
