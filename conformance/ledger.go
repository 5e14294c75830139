package conformance

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// ledger is a directory with a file for each volume that a run changed and did not put back yet. It outlives a
// run that is killed. There are no secrets in it.
type ledger struct{ dir string }

// entry is what a volume was before a run first changed it.
type entry struct {
	Endpoint string `json:"endpoint"`
	Volume   string `json:"volume"`
	// Attached are the servers that the volume was attached to.
	Attached []string `json:"attached"`
	// Servers are those that the run may attach it to. From another one it is never detached.
	Servers []string `json:"servers"`
	// Since is when the run took the volume.
	Since time.Time `json:"since"`
}

// String names the volume.
func (e entry) String() string { return fmt.Sprintf("volume %s of %s", e.Volume, e.Endpoint) }

// DefaultStateDir is where the ledger is kept unless another place is named: the directory scp-conformance in
// XDG_STATE_HOME, or in ~/.local/state.
func DefaultStateDir() (string, error) {
	const own = "scp-conformance"
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) { // a relative one counts as unset, says XDG
		return filepath.Join(dir, own), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("no directory for the ledger: %w; name one with --state-dir", err)
	}
	return filepath.Join(home, ".local", "state", own), nil
}

// ledgerIn is the ledger in a directory, which need not be there yet; in DefaultStateDir for "".
func ledgerIn(dir string) (*ledger, error) {
	if dir != "" {
		return &ledger{dir}, nil
	}
	dir, err := DefaultStateDir()
	return &ledger{dir}, err
}

// create makes the directory where it is missing.
func (l *ledger) create() error {
	const private = 0o700
	if err := os.MkdirAll(l.dir, private); err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

// writable makes the directory where it is missing, and reports what keeps an entry from being written.
func (l *ledger) writable() error {
	if err := l.create(); err != nil {
		return err
	}
	probe, err := os.CreateTemp(l.dir, "writable-*")
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// volumeKey names the files of a volume. An ID is one volume's, by whatever name its endpoint is called. Servers
// on this machine may be mocks, which all have the same IDs: they are told apart by their ports.
func volumeKey(endpoint, volume string) string {
	key := strings.ToLower(volume)
	if port, local := localPort(endpoint); local {
		return "port-" + port + "-" + key
	}
	return key
}

// localPort is the port of an endpoint on this machine, or its scheme where it has none, and false for any other.
func localPort(endpoint string) (port string, local bool) {
	at, err := signing.ParseEndpoint(endpoint)
	if err != nil || !at.Loopback() {
		return "", false
	}
	u, err := url.Parse(at.String())
	if err != nil {
		return "", false
	}
	return cmp.Or(u.Port(), u.Scheme), true
}

// sameService reports whether two endpoints name one service: they are equal, or two names of this machine with one
// port.
func sameService(a, b string) bool {
	here, local := localPort(a)
	there, alsoLocal := localPort(b)
	if local && alsoLocal {
		return here == there
	}
	return a == b
}

const entrySuffix = ".json"

func (l *ledger) path(e entry) string {
	return filepath.Join(l.dir, volumeKey(e.Endpoint, e.Volume)+entrySuffix)
}

// put writes an entry. When it returns, the entry is on the disk: it is there after a crash of the machine.
func (l *ledger) put(e entry) error {
	err := l.point(e)
	if err == nil {
		err = l.write(l.path(e), e)
	}
	if err != nil {
		return fmt.Errorf("write the ledger: %w", err)
	}
	return nil
}

func (l *ledger) write(path string, e entry) error {
	data, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return err
	}
	const private = 0o600
	// The volume is locked, so nobody else writes under this name; what a crash left there is replaced.
	temporary := path + ".new"
	file, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, private)
	if err != nil {
		return err
	}
	_, err = file.Write(append(data, '\n'))
	err = cmp.Or(err, file.Sync())
	err = cmp.Or(err, file.Close())
	if err == nil {
		err = os.Rename(temporary, path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return syncDir(l.dir)
}

// remove drops the entry of a volume that is as it was before.
func (l *ledger) remove(e entry) error {
	if err := os.Remove(l.path(e)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write the ledger: %w", err)
	}
	l.unpoint(e)
	return nil
}

// has reports whether an entry is there still.
func (l *ledger) has(e entry) bool {
	_, err := os.Lstat(l.path(e))
	return err == nil
}

// entries reads all of them. A file that is no entry is an error: it may be that of a volume.
func (l *ledger) entries() ([]entry, error) {
	files, err := os.ReadDir(l.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the ledger: %w", err)
	}
	var list []entry
	for _, file := range files {
		if filepath.Ext(file.Name()) != entrySuffix {
			continue
		}
		path := filepath.Join(l.dir, file.Name())
		e, err := readEntry(path, file.Type())
		switch {
		case errors.Is(err, fs.ErrNotExist): // another run dropped it meanwhile
		case err != nil:
			return nil, fmt.Errorf("read the ledger: %s: %w; put the volume right by hand, and remove the file", path, err)
		default:
			list = append(list, e)
		}
	}
	return list, nil
}

func readEntry(path string, mode fs.FileMode) (e entry, err error) {
	const longest = 64 << 10
	if !mode.IsRegular() {
		return e, errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			err = p.Err // the path is said
		}
		return e, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, longest))
	if err != nil {
		return e, err
	}
	if err := json.Unmarshal(data, &e); err != nil {
		return e, err
	}
	return e, e.check(path)
}

// check refuses what no run wrote: what is put back is put back with the keys of an account.
func (e entry) check(path string) error {
	at, err := signing.ParseEndpoint(e.Endpoint)
	switch {
	case err != nil:
		return err
	case at.String() != e.Endpoint:
		return errors.New("its endpoint is not written as a run writes it")
	case filepath.Base(path) != volumeKey(e.Endpoint, e.Volume)+entrySuffix:
		return errors.New("its name is not that of its volume")
	}
	for _, id := range append(slices.Concat(e.Attached, e.Servers), e.Volume) {
		if !plainID.MatchString(id) {
			return fmt.Errorf("%q is not the ID of a volume or a server", id)
		}
	}
	return nil
}
