//go:build unix

package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// account is a mock in this process, which counts what would change its volumes. The command runs in another one.
type account struct {
	*httptest.Server
	mock http.Handler
	keys signing.Credentials

	cut atomic.Pointer[http.HandlerFunc] // what serves instead, while the network is cut

	mu       sync.Mutex
	changes  int
	onChange func(n int, done bool) // is called before and after the n-th is served
}

func newAccount(t *testing.T, delay time.Duration) *account {
	t.Helper()
	a := &account{keys: signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}, onChange: func(int, bool) {}}
	var err error
	a.mock, err = mock.New([]signing.Credentials{a.keys}, mock.WithDelay(delay))
	require.NoError(t, err)
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	t.Setenv("SCP_ACCESS_KEY", a.keys.AccessKey)
	t.Setenv("SCP_SECRET_KEY", a.keys.SecretKey.Reveal())
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	return a
}

// ServeHTTP implements http.Handler.
func (a *account) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if cut := a.cut.Load(); cut != nil {
		(*cut)(w, r)
		return
	}
	if r.Method == http.MethodGet || !a.names(r.URL.Path) {
		a.mock.ServeHTTP(w, r)
		return
	}
	a.mu.Lock()
	a.changes++
	n, onChange := a.changes, a.onChange
	a.mu.Unlock()
	onChange(n, false)
	a.mock.ServeHTTP(w, r)
	onChange(n, true)
}

// names reports whether a path is about a volume that there is.
func (a *account) names(path string) bool {
	for _, id := range []string{mock.VolumeID, mock.SpareID, mock.SharedID, mock.OSVolumeID} {
		if strings.Contains(path, id) {
			return true
		}
	}
	return false
}

// on sets what happens at each change from now on, and counts them anew.
func (a *account) on(change func(n int, done bool)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.changes, a.onChange = 0, change
}

// state is what every volume is attached to, and its state, once nothing is on its way.
func (a *account) state(t *testing.T) map[string]string {
	t.Helper()
	signer, err := signing.New(a.keys)
	require.NoError(t, err)
	newest := gen.Clients()[len(gen.Clients())-1]
	around, err := volumes.New(a.URL, signer, newest.APIVersion)
	require.NoError(t, err)
	state := map[string]string{}
	for _, id := range []string{mock.VolumeID, mock.SpareID, mock.SharedID, mock.OSVolumeID} {
		require.EventuallyWithT(t, func(c *assert.CollectT) {
			shown, err := around.ShowVolumeWithResponse(context.Background(), volumes.VolumeID(id))
			require.NoError(c, err)
			require.NotNil(c, shown.JSON200)
			require.NotContains(c, shown.JSON200.State, "taching")
			state[id] = shown.JSON200.State
			for _, s := range shown.JSON200.Servers {
				state[id] += " " + s.ID
			}
		}, 20*time.Second, time.Millisecond)
	}
	return state
}

// run starts the command against the account.
func (a *account) run(t *testing.T, args ...string) (*exec.Cmd, *bytes.Buffer) {
	t.Helper()
	said := new(bytes.Buffer)
	cmd := exec.CommandContext(t.Context(), "scp-conformance", args...)
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10")
	cmd.Stdout, cmd.Stderr = said, said
	require.NoError(t, cmd.Start())
	return cmd, said
}

// inLedger are the files of the ledger.
func inLedger(t *testing.T) []string {
	t.Helper()
	left, err := filepath.Glob(filepath.Join(os.Getenv("XDG_STATE_HOME"), "scp-conformance", "*.json"))
	require.NoError(t, err)
	return left
}

// TestKilled kills runs at points that are spread over all that a run changes, before the change and after it.
// What restore then leaves is what was there before.
func TestKilled(t *testing.T) {
	a := newAccount(t, time.Millisecond)
	args := []string{"run", "--endpoint", a.URL, "--all=false", "--linger", "1ms", "--seed", "1", "--quiet"}
	before := a.state(t)
	a.on(func(int, bool) {})
	whole, said := a.run(t, args...)
	require.NoError(t, whole.Wait(), said.String())
	require.Empty(t, inLedger(t))
	require.Equal(t, before, a.state(t), "a run that came to its end")
	total := a.changes

	for i := range crashes {
		point := 1 + i*(total-1)/crashes
		var killed *exec.Cmd
		var said *bytes.Buffer
		started := make(chan struct{})
		a.on(func(n int, done bool) {
			if <-started; n == point && done == (i%2 == 1) {
				_ = killed.Process.Kill()
			}
		})
		killed, said = a.run(t, args...)
		close(started)
		require.Error(t, killed.Wait(), "%d of %d: %s", point, total, said)
		require.Equal(t, syscall.SIGKILL, killed.ProcessState.Sys().(syscall.WaitStatus).Signal(), "%d of %d: %s", point, total, said)
		require.NotEmpty(t, inLedger(t), "%d of %d", point, total)

		a.on(func(int, bool) {})
		restore, said := a.run(t, "restore")
		require.NoError(t, restore.Wait(), "%d of %d: %s", point, total, said)
		require.Equal(t, before, a.state(t), "%d of %d: %s", point, total, said)
		require.Empty(t, inLedger(t))
	}
}

// TestInterruptedFixture: a run that is interrupted after a detach attaches the volume again, and ends with 3 in time.
func TestInterruptedFixture(t *testing.T) {
	for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			a := newAccount(t, 300*time.Millisecond)
			before := a.state(t)
			var cmd *exec.Cmd
			started := make(chan struct{})
			a.on(func(n int, done bool) {
				if <-started; n == 1 && done {
					_ = cmd.Process.Signal(signal)
				}
			})
			cmd, said := a.run(t, "run", "--endpoint", a.URL, "--live", "--allow", "detaches", "--case", "detach-*",
				"--volume", mock.VolumeID, "--server", mock.ServerID, "--format", "json")
			close(started)
			require.ErrorContains(t, cmd.Wait(), "exit status 3", said.String())
			assert.Contains(t, said.String(), `"kind": "stopped"`)
			assert.Equal(t, before, a.state(t))
			require.Empty(t, inLedger(t))
		})
	}
}

// TestInterruptedTwice: a second signal ends a run at once. The next run puts back what it left, and says so.
func TestInterruptedTwice(t *testing.T) {
	a := newAccount(t, time.Millisecond)
	before := a.state(t)
	var cmd *exec.Cmd
	started, asked := make(chan struct{}), make(chan struct{})
	a.on(func(n int, done bool) {
		<-started
		switch {
		case n == 1 && done:
			_ = cmd.Process.Signal(os.Interrupt)
		case n == 2 && !done: // it is putting the volume back
			_ = cmd.Process.Signal(os.Interrupt)
			<-asked
		}
	})
	args := []string{
		"run", "--endpoint", a.URL, "--live", "--allow", "detaches", "--case", "detach-accepted",
		"--volume", mock.VolumeID, "--server", mock.ServerID,
	}
	cmd, said := a.run(t, args...)
	close(started)
	require.Error(t, cmd.Wait(), said.String())
	require.Equal(t, syscall.SIGINT, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal(), said.String())
	close(asked)

	a.on(func(int, bool) {})
	next, said := a.run(t, args...)
	require.NoError(t, next.Wait(), said.String())
	assert.Contains(t, said.String(), "Volume "+mock.VolumeID+" ")
	assert.Equal(t, before, a.state(t))
	require.Empty(t, inLedger(t))
}

// TestNetworkCut cuts the network in the middle of a run, after a detach: the run ends with 3, soon, and says what is left.
// The next run, or restore, puts it back.
func TestNetworkCut(t *testing.T) {
	hangUp := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	})
	silent := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	run := []string{
		"--live", "--allow", "detaches", "--volume", mock.VolumeID, "--server", mock.ServerID, "--case", "detach-accepted,detach-takes-effect",
		"--api-version", gen.Clients()[0].ID.String(), "--timeout", "300ms", "--linger", "1ms", "--rps", "1000", "--attempts", "1", "--case-limit", "2s",
	}
	for _, tt := range []struct {
		name string
		cut  http.HandlerFunc
		next []string
	}{
		{"connections are closed, and the next run", hangUp, append([]string{"run"}, run...)},
		{"nothing comes back, and restore", silent, []string{"restore"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := newAccount(t, time.Millisecond)
			before := a.state(t)
			a.on(func(n int, done bool) {
				if n == 1 && done {
					a.cut.Store(&tt.cut)
				}
			})
			began := time.Now()
			cmd, said := a.run(t, append([]string{"run", "--endpoint", a.URL}, run...)...)
			require.ErrorContains(t, cmd.Wait(), "exit status 3", said.String())
			assert.Less(t, time.Since(began), time.Minute, "nobody waits for as long as a volume may take")
			text := strings.Join(strings.Fields(said.String()), " ") // as it is before lines are broken
			assert.Contains(t, text, "could not be put back: nothing answered for")
			assert.Contains(t, text, "scp-conformance restore --endpoint "+a.URL)
			require.NotEmpty(t, inLedger(t))

			a.cut.Store(nil)
			a.on(func(int, bool) {})
			next, said := a.run(t, append(tt.next, "--endpoint", a.URL)...)
			require.NoError(t, next.Wait(), said.String())
			assert.Contains(t, said.String(), "It was put back")
			assert.Equal(t, before, a.state(t))
			require.Empty(t, inLedger(t))
		})
	}
}

// TestReminded: after a run was killed, the next one says what it left though it may change nothing, and how to put that
// back, whatever it calls the endpoint.
func TestReminded(t *testing.T) {
	a := newAccount(t, time.Millisecond)
	before := a.state(t)
	var killed *exec.Cmd
	started := make(chan struct{})
	a.on(func(n int, done bool) {
		if <-started; n == 1 && done {
			_ = killed.Process.Kill()
		}
	})
	killed, _ = a.run(t, "run", "--endpoint", a.URL, "--live", "--allow", "detaches", "--case", "detach-accepted",
		"--volume", mock.VolumeID, "--server", mock.ServerID)
	close(started)
	require.Error(t, killed.Wait())
	require.NotEmpty(t, inLedger(t))

	a.on(func(int, bool) {})
	elsewhere := strings.Replace(a.URL, "127.0.0.1", "localhost", 1)
	next, said := a.run(t, "run", "--endpoint", elsewhere, "--live", "--case", "discovery-listed", "--quiet")
	require.NoError(t, next.Wait(), said.String())
	assert.Contains(t, said.String(), "Volume "+mock.VolumeID+" of "+a.URL+" was left changed by a run of ")
	assert.Contains(t, strings.Join(strings.Fields(said.String()), " "), "scp-conformance restore --endpoint "+a.URL)
	require.NotEmpty(t, inLedger(t))
	restore, said := a.run(t, "restore", "--endpoint", elsewhere)
	require.NoError(t, restore.Wait(), said.String())
	assert.Equal(t, before, a.state(t), said.String())
	require.Empty(t, inLedger(t))
}
