package conformance

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// left is an entry as a run leaves it.
func left(endpoint string, attached ...string) entry {
	return entry{
		Endpoint: endpoint, Volume: mock.VolumeID, Attached: append([]string{}, attached...),
		Servers: []string{mock.ServerID}, Since: time.Date(2026, 4, 1, 2, 0, 0, 0, time.UTC),
	}
}

// TestLedger: what is put into it is what is read back, by others too, until it is removed.
func TestLedger(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dir := filepath.Join(t.TempDir(), "a", "b")
	l, err := ledgerIn(dir)
	require.NoError(t, err)
	found, err := l.entries()
	require.NoError(t, err)
	require.Empty(t, found, "a directory that is not there holds nothing")
	require.NoDirExists(t, dir, "reading makes nothing")

	require.NoError(t, l.create())
	here, there := left("http://127.0.0.1:8080", mock.ServerID), left("https://live.example")
	for _, e := range []entry{here, there, here} {
		require.NoError(t, l.put(e))
	}
	found, err = (&ledger{dir: dir}).entries()
	require.NoError(t, err)
	assert.ElementsMatch(t, []entry{here, there}, found)
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, file := range files {
		info, err := file.Info()
		require.NoError(t, err)
		assert.Equal(t, os.FileMode(0o600), info.Mode().Perm(), file.Name())
	}
	assert.Len(t, files, 2, "nothing else is left there")
	require.True(t, l.has(here))
	require.NoError(t, l.remove(here))
	require.NoError(t, l.remove(here), "it is gone, as it should be")
	require.False(t, l.has(here))
	found, err = l.entries()
	require.NoError(t, err)
	assert.Equal(t, []entry{there}, found)
}

// TestLedgerUnreadable: a file that no run wrote may stand for a volume, and is an error that names it.
func TestLedgerUnreadable(t *testing.T) {
	const name = mock.VolumeID + ".json"
	whole := func(endpoint, volume, attached string) string {
		return `{"endpoint":"` + endpoint + `","volume":"` + volume + `","attached":["` + attached + `"],"servers":[]}`
	}
	for _, tt := range []struct{ name, file, content, says string }{
		{"empty", name, "", "unexpected end"},
		{"half written", name, whole("https://live.example", mock.VolumeID, mock.ServerID)[:40], "unexpected end"},
		{"no object", name, "[]", "cannot unmarshal"},
		{"no endpoint", name, whole("", mock.VolumeID, mock.ServerID), "endpoint"},
		{"another's endpoint", name, whole("https://user:hunter2@live.example", mock.VolumeID, mock.ServerID), "endpoint"},
		{"an endpoint in capitals", name, whole("https://LIVE.example", mock.VolumeID, mock.ServerID), "not written as a run writes it"},
		{"another volume", name, whole("https://live.example", mock.SpareID, mock.ServerID), "not that of its volume"},
		{"a volume that is a path", name, whole("https://live.example", "../servers", mock.ServerID), "not that of its volume"},
		{"a server that is a path", name, whole("https://live.example", mock.VolumeID, ".."), "not the ID"},
		{"a server that is none", name, whole("https://live.example", mock.VolumeID, ""), "not the ID"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, tt.file)
			require.NoError(t, os.WriteFile(path, []byte(tt.content), 0o600))
			_, err := (&ledger{dir: dir}).entries()
			require.ErrorContains(t, err, tt.says)
			assert.ErrorContains(t, err, path)
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
	t.Run("a directory", func(t *testing.T) {
		dir := t.TempDir()
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		_, err := (&ledger{dir: dir}).entries()
		require.ErrorContains(t, err, "not a regular file")
	})
	t.Run("what is not the ledger's", func(t *testing.T) {
		dir := t.TempDir()
		for _, other := range []string{name + ".new", mock.VolumeID + ".lock", "README"} {
			require.NoError(t, os.WriteFile(filepath.Join(dir, other), []byte("{"), 0o600))
		}
		found, err := (&ledger{dir: dir}).entries()
		require.NoError(t, err)
		assert.Empty(t, found)
	})
}

// TestVolumeKey: a volume has one name, whatever its endpoint is called, and a mock's has that of its port.
func TestVolumeKey(t *testing.T) {
	for _, tt := range []struct{ endpoint, volume, want string }{
		{"https://live.example", "AB-1", "ab-1"},
		{"https://alias.example:8443", "ab-1", "ab-1"},
		{"http://127.0.0.1:8080", "ab-1", "port-8080-ab-1"},
		{"http://localhost:8080", "ab-1", "port-8080-ab-1"},
		{"http://[::1]:8080", "ab-1", "port-8080-ab-1"},
		{"http://localhost", "ab-1", "port-http-ab-1"},
	} {
		assert.Equal(t, tt.want, volumeKey(tt.endpoint, tt.volume), "%s %s", tt.endpoint, tt.volume)
	}
}

// TestSameService: a server on this machine is the same by all names of the machine.
func TestSameService(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want bool
	}{
		{"http://127.0.0.1:8080", "http://localhost:8080", true},
		{"http://[::1]:8080", "http://localhost:8080", true},
		{"http://localhost:8080", "http://localhost:8081", false},
		{"http://localhost", "https://localhost", false},
		{"https://live.example", "https://live.example", true},
		{"https://live.example", "https://other.example", false},
		{"https://live.example:8443", "https://live.example", false},
		{"https://live.example:8080", "http://localhost:8080", false},
	} {
		assert.Equal(t, tt.want, sameService(tt.a, tt.b), "%s %s", tt.a, tt.b)
		assert.Equal(t, tt.want, sameService(tt.b, tt.a), "%s %s", tt.b, tt.a)
	}
}

func TestDefaultStateDir(t *testing.T) {
	t.Setenv("HOME", "/home/me")
	for name, want := range map[string]string{
		"":         "/home/me/.local/state/scp-conformance",
		"/state":   "/state/scp-conformance",
		"relative": "/home/me/.local/state/scp-conformance",
	} {
		t.Setenv("XDG_STATE_HOME", name)
		dir, err := DefaultStateDir()
		require.NoError(t, err)
		assert.Equal(t, want, dir, name)
	}
}

// TestLock: a volume is held by one, who is named, until that one lets go of it. What a process that ended left
// behind holds nothing.
func TestLock(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // where the locks of this machine are
	l := &ledger{t.TempDir()}
	const endpoint = "https://live.example"
	stale := filepath.Join(l.dir, mock.VolumeID+".lock")
	require.NoError(t, os.WriteFile(stale, []byte(`{"pid":1,"host":"elsewhere","since":"2026-04-01T02:00:00Z"}`), 0o600))

	for range 2 {
		held, err := l.lock(endpoint, mock.VolumeID)
		require.NoError(t, err)
		_, err = l.lock("https://alias.example", mock.VolumeID)
		var by *HeldError
		require.ErrorAs(t, err, &by)
		assert.Equal(t, mock.VolumeID, by.Volume)
		assert.Equal(t, os.Getpid(), by.PID)
		assert.WithinDuration(t, time.Now(), by.Since, time.Minute)
		host, err := os.Hostname()
		require.NoError(t, err)
		assert.ErrorContains(t, by, "on "+host+", since ")
		other, err := l.lock(endpoint, mock.SpareID)
		require.NoError(t, err, "another volume is free")
		other.release()
		held.release()
		assert.NoFileExists(t, stale)
	}
	assert.Equal(t, "volume v is held by another run", (&HeldError{Volume: "v"}).Error())
}

// TestLockOfTheMachine: on one machine, runs with different ledgers refuse each other.
func TestLockOfTheMachine(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	const endpoint = "https://live.example"
	one, other := &ledger{t.TempDir()}, &ledger{t.TempDir()}
	held, err := one.lock(endpoint, mock.VolumeID)
	require.NoError(t, err)
	_, err = other.lock(endpoint, mock.VolumeID)
	require.ErrorAs(t, err, new(*HeldError))
	held.release()
	again, err := other.lock(endpoint, mock.VolumeID)
	require.NoError(t, err)
	again.release()
}

// TestElsewhere: what a run left by one ledger is known where another ledger is used, until it is put back, or its
// ledger is gone.
func TestElsewhere(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	one, other, gone := &ledger{t.TempDir()}, &ledger{t.TempDir()}, &ledger{t.TempDir()}
	e := left("https://live.example", mock.ServerID)
	is := func(l *ledger, want string) {
		t.Helper()
		dir, err := l.elsewhere("https://alias.example", mock.VolumeID)
		require.NoError(t, err)
		assert.Equal(t, want, dir)
	}
	is(other, "")
	require.NoError(t, one.put(e))
	is(one, "")
	is(other, one.dir)
	dirs, err := Ledgers()
	require.NoError(t, err)
	assert.Equal(t, []string{one.dir}, dirs)
	require.NoError(t, one.remove(e))
	is(other, "")
	require.NoError(t, gone.put(e))
	require.NoError(t, os.RemoveAll(gone.dir))
	is(other, "")
	dirs, err = Ledgers()
	require.NoError(t, err)
	assert.Empty(t, dirs)
}

// TestMachineDir: locks are taken in a directory that nobody else can write to, or refused. Where no directory can be
// made, those beside the ledger are all there are.
func TestMachineDir(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	dir, err := machineDir()
	require.NoError(t, err)
	assert.Equal(t, temporary, filepath.Dir(dir))
	again, err := machineDir()
	require.NoError(t, err)
	assert.Equal(t, dir, again)

	require.NoError(t, os.Chmod(dir, 0o777)) //nolint:gosec // what is refused
	_, err = machineDir()
	require.ErrorContains(t, err, dir)
	_, err = (&ledger{t.TempDir()}).lock("https://live.example", mock.VolumeID)
	require.ErrorContains(t, err, "lock volume "+mock.VolumeID)

	require.NoError(t, os.Remove(dir))
	require.NoError(t, os.Symlink(t.TempDir(), dir))
	_, err = machineDir()
	require.ErrorContains(t, err, dir)

	t.Setenv("TMPDIR", filepath.Join(temporary, "missing"))
	dir, err = machineDir()
	require.NoError(t, err)
	assert.Empty(t, dir)
	held, err := (&ledger{t.TempDir()}).lock("https://live.example", mock.VolumeID)
	require.NoError(t, err)
	held.release()
}

// TestLockRaces: of many who want one volume, each has it alone.
func TestLockRaces(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	l := &ledger{t.TempDir()}
	const many = 8
	inside := make(chan struct{}, 1)
	done := make(chan error, many)
	for range many {
		go func() {
			for taken := 0; taken < many; {
				held, err := l.lock("https://live.example", mock.VolumeID)
				if _, busy := err.(*HeldError); busy { //nolint:errorlint // it is not wrapped
					continue
				}
				if err != nil {
					done <- err
					return
				}
				select {
				case inside <- struct{}{}:
				default:
					done <- os.ErrExist
					return
				}
				<-inside
				held.release()
				taken++
			}
			done <- nil
		}()
	}
	for range many {
		require.NoError(t, <-done)
	}
}
