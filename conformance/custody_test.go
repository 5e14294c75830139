package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// liveConfig treats an endpoint as a live one whose owner allows everything.
func liveConfig(t *testing.T, endpoint string, cases ...Case) Config {
	t.Helper()
	config := configFor(t, endpoint, cases...)
	config.Live, config.SacrificeServer, config.StateDir, config.Rate = true, mock.ServerID, t.TempDir(), 10_000
	return config
}

// moves is a case that detaches the data volume, and leaves it so.
func moves() Case {
	return ask("moves", HarmDetaches, func(ctx context.Context, t *Trial) error {
		_, err := t.Unattached(ctx)
		return err
	})
}

// stateOf is what each volume of the mock is attached to, and its state, once nothing is on its way.
func stateOf(t *testing.T, endpoint string) map[string]string {
	t.Helper()
	signer, err := signing.New(credentials)
	require.NoError(t, err)
	around, err := volumes.New(endpoint, signer, newestClient()[0].APIVersion, volumes.WithTransport(&http.Transport{DisableKeepAlives: true}))
	require.NoError(t, err)
	state := map[string]string{}
	for _, id := range mockFixture.volumes() {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			shown, err := around.ShowVolumeWithResponse(t.Context(), volumes.VolumeID(id))
			require.NoError(c, err)
			require.NotNil(c, shown.JSON200)
			require.False(c, Moving(shown.JSON200))
			state[id] = fmt.Sprint(shown.JSON200.State, serversOf(shown.JSON200))
		}, 10*time.Second, time.Millisecond)
	}
	return state
}

func entriesIn(t *testing.T, dir string) []entry {
	t.Helper()
	found, err := (&ledger{dir: dir}).entries()
	require.NoError(t, err)
	return found
}

// counting is a handler that counts the requests it gets, and those that change something.
type counting struct {
	http.Handler
	all, changes atomic.Int64
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.all.Add(1)
	if r.Method != http.MethodGet {
		c.changes.Add(1)
	}
	c.Handler.ServeHTTP(w, r)
}

// TestGivenBack: however a run ends, its volumes are as they were found, its ledger is empty, and nobody holds a
// volume. The server saw as many requests as the report says.
func TestGivenBack(t *testing.T) {
	stop := errors.New("stopped")
	for _, tt := range []struct {
		name string
		then func(ctx context.Context, cancel context.CancelCauseFunc) error // after the volume was detached
		with func(*Config)
		exit int
	}{
		{name: "passed", exit: ExitOK},
		{name: "failed", then: func(context.Context, context.CancelCauseFunc) error {
			return Broken(promised, CodeAnswer, "it is broken")
		}, exit: ExitFailed},
		{name: "in error", then: func(context.Context, context.CancelCauseFunc) error { return errors.New("the suite is broken") }, exit: ExitNotJudged},
		{
			name: "cancelled", exit: ExitNotJudged,
			then: func(ctx context.Context, cancel context.CancelCauseFunc) error {
				cancel(stop)
				return stopped(ctx)
			},
		},
		{
			name: "out of time", exit: ExitNotJudged, with: func(c *Config) { c.Limit = 300 * time.Millisecond },
			then: func(ctx context.Context, _ context.CancelCauseFunc) error {
				<-ctx.Done()
				return stopped(ctx)
			},
		},
		{name: "on this machine", exit: ExitOK, with: func(c *Config) { c.Live = false }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &counting{Handler: newMock(t, mock.WithDelay(5*time.Millisecond))}
			endpoint := startServer(t, server)
			before := stateOf(t, endpoint)
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			during := moves()
			config := liveConfig(t, endpoint, ask("case", HarmDetaches, func(ctx context.Context, tr *Trial) error {
				if err := during.Ask(ctx, tr); err != nil {
					return err
				}
				assert.Len(t, entriesIn(t, tr.run.StateDir), 4, "it is written down what the volumes were attached to")
				if tt.then == nil {
					return nil
				}
				return tt.then(ctx, cancel)
			}))
			if tt.with != nil {
				tt.with(&config)
			}
			server.all.Store(0)
			report, err := Run(ctx, config)
			require.NoError(t, err)
			assert.Equal(t, tt.exit, report.ExitCode, report.Trouble)
			assert.EqualValues(t, server.all.Load(), report.Counts.Requests)
			assert.Equal(t, before, stateOf(t, endpoint))
			files, err := os.ReadDir(config.StateDir)
			require.NoError(t, err)
			assert.Empty(t, files)
		})
	}
}

// TestChangesNothing: a run that changes nothing leaves no trace of itself.
func TestChangesNothing(t *testing.T) {
	for name, c := range map[string]Case{
		"reads":   ask("reads", HarmReads, listVersions),
		"refused": ask("refused", HarmRefused, detachUnused),
		"skipped": ask("skipped", HarmDangerous, end(nil)),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := liveConfig(t, startServer(t, newMock(t)), c)
			config.Harm, config.StateDir = HarmRefused, filepath.Join(config.StateDir, "new")
			run(t, config)
			assert.NoDirExists(t, config.StateDir)
		})
	}
}

// TestSomebodyElse: a volume that something else than the run attaches or detaches is named in the report: whose fault that
// is, a person has to tell.
func TestSomebodyElse(t *testing.T) {
	t.Parallel()
	config := liveConfig(t, startServer(t, newMock(t, mock.WithDelay(time.Millisecond))), moves())
	signer, err := signing.New(credentials)
	require.NoError(t, err)
	around, err := volumes.New(config.Endpoint, signer, newestClient()[0].APIVersion)
	require.NoError(t, err)
	config.Cases = append(config.Cases, ask("other", HarmDetaches, func(ctx context.Context, tr *Trial) error {
		shown, err := tr.Show(ctx, mock.VolumeID)
		if err != nil {
			return err
		}
		tr.Moved(shown)
		_, err = around.AttachVolumeToVirtualServerWithResponse(ctx, mock.VolumeID, volumes.AttachVolumeToVirtualServerJSONRequestBody{ServerID: mock.ServerID})
		require.NoError(t, err)
		_, attached, err := tr.Await(ctx, mock.VolumeID, time.Second, InUse)
		require.True(t, attached)
		return err
	}), ask("again", HarmDetaches, moves().Ask))
	report := run(t, config)
	require.Len(t, report.Notices, 1)
	assert.Contains(t, report.Notices[0], mock.VolumeID)
	assert.Contains(t, report.Notices[0], "somebody else")
	config.Cases = config.Cases[:1]
	assert.Empty(t, run(t, config).Notices)
}

// TestUnfit: a volume that is not as it should be is not touched, and the report says why.
func TestUnfit(t *testing.T) {
	const unknown = "ffffffff-0000-4000-8000-000000000001"
	for _, tt := range []struct {
		name    string
		fixture Fixture
		says    string
	}{
		{"an OS volume", Fixture{Volume: mock.OSVolumeID, Server: mock.ServerID}, "an OS starts from it"},
		{"another's volume", Fixture{Volume: mock.VolumeID, Server: mock.OtherServerID}, "attached to server " + mock.ServerID + ", which the run does not name"},
		{"a shared volume", Fixture{Volume: mock.SharedID, Server: mock.ServerID}, "attached to server " + mock.OtherServerID},
		{"an unknown volume", Fixture{Volume: unknown, Server: mock.ServerID}, "showing volume " + unknown + " was answered 400"},
		{"a spare OS volume", Fixture{Volume: mock.VolumeID, Server: mock.ServerID, SpareVolume: mock.OSVolumeID}, "an OS starts from it"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &counting{Handler: newMock(t)}
			config := liveConfig(t, startServer(t, server), ask("reads", HarmReads, listVersions), moves())
			config.Fixture, config.SacrificeServer, config.Settle = tt.fixture, tt.fixture.Server, 200*time.Millisecond
			report := run(t, config)
			assert.Equal(t, ExitNotJudged, report.ExitCode)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleFixture, report.Trouble.Kind)
			assert.Contains(t, report.Trouble.Text, tt.says)
			assert.Zero(t, server.changes.Load())
			assert.Equal(t, Pass, report.Results[0].Verdict, "what changes nothing is judged all the same")
			assert.Equal(t, Inconclusive, report.Results[1].Verdict)
			assert.Equal(t, CodeSetup, report.Results[1].Findings[0].Code)
		})
	}
}

// TestUnfitStates has volumes as no mock shows them.
func TestUnfitStates(t *testing.T) {
	t.Parallel()
	f := Fixture{Volume: "v", Server: "s", SharedVolume: "shared", OtherServer: "o", OSVolume: "os"}
	at := func(id, state string, servers ...string) *volumes.Volume {
		v := &volumes.Volume{ID: id, State: state}
		for _, s := range servers {
			v.Servers = append(v.Servers, volumes.AttachedServer{ID: s})
		}
		return v
	}
	for _, fit := range []*volumes.Volume{
		at("v", "available"), at("v", "AVAILABLE"), at("v", "In-use", "S"), at("v", "IN_USE", "s"),
		at("shared", "in-use", "s", "o"), at("os", "in-use", "anything"),
	} {
		assert.NoError(t, f.unfit(fit), "%+v", fit)
	}
	for _, unfit := range []*volumes.Volume{
		at("v", "error"), at("v", ""), at("v", "in-use"), at("v", "available", "s"), at("v", "in-use", "o"), at("v", "in-use", "s", "o"),
		at("shared", "in-use", "s", "x"),
	} {
		assert.Error(t, f.unfit(unfit), "%+v", unfit)
	}
}

// TestStateDir: a ledger that cannot be kept or read ends a run before it asks anything that could change something.
func TestStateDir(t *testing.T) {
	for _, tt := range []struct {
		name string
		make func(t *testing.T, dir string) (stateDir, path string)
	}{
		{"below a file", func(t *testing.T, dir string) (string, string) {
			file := filepath.Join(dir, "file")
			require.NoError(t, os.WriteFile(file, nil, 0o600))
			return filepath.Join(file, "state"), file
		}},
		{"an entry that is cut off", func(t *testing.T, dir string) (string, string) {
			file := filepath.Join(dir, "x.json")
			require.NoError(t, os.WriteFile(file, []byte("{"), 0o600))
			return dir, file
		}},
		{"a directory in place of a lock", func(_ *testing.T, dir string) (string, string) {
			name := mock.VolumeID + ".lock"
			return dir, name
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &counting{Handler: newMock(t)}
			config := liveConfig(t, startServer(t, server), moves())
			var path string
			config.StateDir, path = tt.make(t, config.StateDir)
			if strings.HasSuffix(path, ".lock") {
				path = filepath.Join(config.StateDir, volumeKey(config.Endpoint, mock.VolumeID)+".lock")
				require.NoError(t, os.Mkdir(path, 0o700))
			}
			report := run(t, config)
			assert.Equal(t, ExitNotJudged, report.ExitCode)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleFixture, report.Trouble.Kind)
			assert.Contains(t, report.Trouble.Text, path)
			assert.Zero(t, server.changes.Load())
		})
	}
}

// TestLedgerFull: where an entry cannot be written, nothing is changed.
func TestLedgerFull(t *testing.T) {
	t.Parallel()
	server := &counting{Handler: newMock(t)}
	config := liveConfig(t, startServer(t, server), moves(), ask("more", HarmDetaches, moves().Ask))
	config.Cases[0].Ask = func(ctx context.Context, tr *Trial) error {
		entry := filepath.Join(config.StateDir, volumeKey(config.Endpoint, mock.VolumeID)+".json.new")
		require.NoError(t, os.MkdirAll(entry, 0o700)) // in the place of the file
		return moves().Ask(ctx, tr)
	}
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Contains(t, report.Trouble.Text, config.StateDir)
	assert.Zero(t, server.changes.Load())
	assert.Equal(t, CodeSetup, report.Results[1].Findings[0].Code)
}

// TestHeld: a run of a volume that another run holds asks nothing, and says who that is.
func TestHeld(t *testing.T) {
	t.Parallel()
	server := &counting{Handler: newMock(t)}
	config := liveConfig(t, startServer(t, server), ask("reads", HarmReads, listVersions), moves())
	held, err := (&ledger{config.StateDir}).lock(config.Endpoint, mock.SpareID)
	require.NoError(t, err)
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Contains(t, report.Trouble.Text, fmt.Sprintf("process %d on ", os.Getpid()))
	assert.EqualValues(t, 1, server.all.Load(), "whether anything answers")
	held.release()
	assert.Equal(t, ExitOK, run(t, config).ExitCode)
}

// TestPutBackFirst: what a killed run left changed is put back before anything is asked, and that is said.
func TestPutBackFirst(t *testing.T) {
	for _, tt := range []struct {
		name string
		left entry
		want string // of the volume
		says string
	}{
		{"attached again", entry{Volume: mock.SpareID, Attached: []string{mock.ServerID}, Servers: []string{mock.ServerID}}, "in-use[" + mock.ServerID + "]", "was put back"},
		{"detached again", entry{Volume: mock.VolumeID, Attached: []string{}, Servers: []string{mock.ServerID}}, "available[]", "was put back"},
		{
			"moved back",
			entry{Volume: mock.VolumeID, Attached: []string{mock.OtherServerID}, Servers: []string{mock.ServerID, mock.OtherServerID}},
			"in-use[" + mock.OtherServerID + "]", "was put back",
		},
		{"as it was", entry{Volume: mock.VolumeID, Attached: []string{mock.ServerID}, Servers: []string{mock.ServerID}}, "in-use[" + mock.ServerID + "]", "is as it was before"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var config Config
			config = liveConfig(t, startServer(t, newMock(t, mock.WithDelay(5*time.Millisecond))), ask("first", HarmReads, func(context.Context, *Trial) error {
				assert.Equal(t, tt.want, stateOf(t, config.Endpoint)[tt.left.Volume])
				return nil
			}), ask("may", HarmDetaches, end(nil)))
			tt.left.Endpoint, tt.left.Since = config.Endpoint, time.Date(2026, 4, 1, 2, 0, 0, 0, time.UTC)
			require.NoError(t, (&ledger{config.StateDir}).put(tt.left))
			config.Fixture = Fixture{Volume: mock.SharedID, Server: mock.ServerID, OtherServer: mock.OtherServerID}
			config.Settle = 10 * time.Second
			var notes []string
			config.OnNote = func(text string) { notes = append(notes, text) }
			report := run(t, config)
			require.Len(t, report.PutBack, 1)
			assert.Contains(t, report.PutBack[0], tt.left.Volume)
			assert.Contains(t, report.PutBack[0], tt.says)
			assert.Equal(t, report.PutBack, notes)
			assert.Empty(t, entriesIn(t, config.StateDir))
			assert.Equal(t, tt.want, stateOf(t, config.Endpoint)[tt.left.Volume], "it is not the run's own")
		})
	}
}

// TestReminds: a run that may change nothing leaves alone what an earlier run left changed, says so, and says how it is
// put back. One that may change something puts it back, whatever it is asked to try.
func TestReminds(t *testing.T) {
	for _, tt := range []struct {
		name  string
		with  func(*Config)
		puts  bool
		quiet bool
	}{
		{name: "refused", with: func(c *Config) { c.Harm = HarmRefused }},
		{name: "reads", with: func(c *Config) { c.Harm, c.Fixture = HarmReads, Fixture{} }},
		{name: "no case that changes anything", with: func(c *Config) { c.Cases = c.Cases[:1] }, puts: true},
		{name: "nothing is there", with: func(c *Config) {
			c.Harm, c.Transport = HarmRefused, roundTripper(func(*http.Request) (*http.Response, error) { return nil, net.ErrClosed })
		}},
		{name: "another ledger", with: func(c *Config) { c.Harm, c.StateDir = HarmRefused, t.TempDir() }},
		{name: "of another endpoint", with: func(c *Config) { c.Harm, c.Endpoint = HarmRefused, startServer(t, newMock(t)) }, quiet: true},
		{name: "a run is at work on it", with: func(c *Config) {
			c.Harm = HarmRefused
			held, err := (&ledger{c.StateDir}).lock(c.Endpoint, mock.SpareID)
			require.NoError(t, err)
			t.Cleanup(held.release)
		}, quiet: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := &counting{Handler: newMock(t)}
			config := liveConfig(t, startServer(t, server), ask("reads", HarmReads, listVersions), moves())
			// As a run wrote it that called the endpoint by another name.
			elsewhere := strings.Replace(config.Endpoint, "127.0.0.1", "localhost", 1)
			kept := entry{Endpoint: elsewhere, Volume: mock.SpareID, Attached: []string{mock.ServerID}, Servers: []string{mock.ServerID}}
			require.NoError(t, (&ledger{config.StateDir}).put(kept))
			var said []string
			config.OnNote = func(text string) { said = append(said, text) }
			kepts := config.StateDir
			tt.with(&config)
			report := run(t, config)
			config.StateDir = kepts
			switch {
			case tt.puts:
				require.Len(t, report.PutBack, 1)
				assert.Empty(t, report.Notices)
				assert.Empty(t, entriesIn(t, config.StateDir))
				assert.Equal(t, "in-use["+mock.ServerID+"]", stateOf(t, config.Endpoint)[mock.SpareID])
				return
			case tt.quiet:
				assert.Empty(t, report.Notices)
			default:
				require.Len(t, report.Notices, 1)
				assert.Contains(t, report.Notices[0], mock.SpareID)
				assert.Contains(t, report.Notices[0], "scp-conformance restore --endpoint "+elsewhere+" --state-dir "+config.StateDir)
			}
			assert.Equal(t, report.Notices, said)
			assert.Empty(t, report.PutBack)
			assert.Len(t, entriesIn(t, config.StateDir), 1)
			assert.Zero(t, server.changes.Load())
		})
	}
}

// TestAnotherLedger: a run of a volume that an earlier one left changed, by another ledger, asks nothing: it would take
// what it finds for how the volume has to be.
func TestAnotherLedger(t *testing.T) {
	t.Parallel()
	server := &counting{Handler: newMock(t)}
	config := liveConfig(t, startServer(t, server), moves())
	other := &ledger{t.TempDir()}
	e := entry{Endpoint: config.Endpoint, Volume: mock.VolumeID, Attached: []string{}, Servers: []string{mock.ServerID}}
	require.NoError(t, other.put(e))
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Contains(t, report.Trouble.Text, "scp-conformance restore --endpoint "+config.Endpoint+" --state-dir "+other.dir)
	assert.Zero(t, server.changes.Load())
	require.NoError(t, other.remove(e))
	assert.Equal(t, ExitOK, run(t, config).ExitCode)
}

// TestCannotPutBack: what cannot be put back stays in the ledger, and nothing else is changed before it is.
func TestCannotPutBack(t *testing.T) {
	t.Parallel()
	const elsewhere = "ffffffff-0000-4000-8000-000000000002"
	server := &counting{Handler: newMock(t)}
	config := liveConfig(t, startServer(t, server), moves())
	kept := entry{Endpoint: config.Endpoint, Volume: mock.VolumeID, Attached: []string{}, Servers: []string{elsewhere}}
	require.NoError(t, (&ledger{config.StateDir}).put(kept))
	report := run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	require.NotNil(t, report.Trouble)
	assert.Contains(t, report.Trouble.Text, "attached to server "+mock.ServerID+" by now, to which no run attaches it")
	assert.Zero(t, server.changes.Load())
	assert.Len(t, entriesIn(t, config.StateDir), 1)

	restored, err := Restore(t.Context(), config)
	require.NoError(t, err)
	require.Len(t, restored, 1)
	require.ErrorContains(t, restored[0].Err, "could not be put back")
	require.ErrorContains(t, restored[0].Err, config.StateDir)
	assert.Len(t, entriesIn(t, config.StateDir), 1)
}

// TestKeeper: what puts a volume back sends nothing that is not about it.
func TestKeeper(t *testing.T) {
	t.Parallel()
	server := &counting{Handler: newMock(t)}
	config := configFor(t, startServer(t, server), moves())
	require.NoError(t, config.complete())
	r, err := newRunner(config)
	require.NoError(t, err)
	for _, p := range []Pair{{mock.SpareID, mock.ServerID}, {mock.VolumeID, mock.OtherServerID}, {"..", mock.ServerID}, {mock.VolumeID, ".."}} {
		for _, op := range []Operation{Attach, Detach} {
			_, err := r.keeper(Pair{mock.VolumeID, mock.ServerID}).Send(t.Context(), Request{Operation: op, Pair: p})
			require.Error(t, err, "%v", p)
		}
	}
	assert.Zero(t, server.all.Load())
}

// TestNext has what is done with a volume, by what it is attached to.
func TestNext(t *testing.T) {
	t.Parallel()
	e := entry{Volume: "v", Attached: []string{"a", "b"}, Servers: []string{"b", "c"}}
	for _, tt := range []struct {
		name    string
		servers []string
		state   string
		pair    Pair
		attach  bool
		todo    bool
		wrong   bool
	}{
		{name: "as it was", servers: []string{"B", "a"}, state: "in-use"},
		{name: "missing", servers: []string{"a"}, state: "in-use", pair: Pair{"v", "b"}, attach: true, todo: true},
		{name: "all missing", state: "available", pair: Pair{"v", "a"}, attach: true, todo: true},
		{name: "one more", servers: []string{"a", "b", "c"}, state: "in-use", pair: Pair{"v", "c"}, todo: true},
		{name: "another", servers: []string{"C"}, state: "in-use", pair: Pair{"v", "C"}, todo: true},
		{name: "somebody else's", servers: []string{"a", "x"}, state: "in-use", wrong: true},
		{name: "failed", servers: []string{"a", "b"}, state: "Error_Attaching", wrong: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			shown := &volumes.Volume{ID: "v", State: tt.state}
			for _, s := range tt.servers {
				shown.Servers = append(shown.Servers, volumes.AttachedServer{ID: s})
			}
			next, todo, err := e.next(shown)
			assert.Equal(t, tt.wrong, err != nil, err)
			assert.Equal(t, move{tt.pair, tt.attach}, next)
			assert.Equal(t, tt.todo, todo)
		})
	}
}
