package conformance

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A run that is killed leaves its entries in its own ledger, and the next one may have another. So beside the locks of
// this machine stands, for each entry, a file that holds its path.

const pointerSuffix = ".entry"

// pointer is the file that holds the path of the entry of a volume, or "" where this machine has no place for it.
func pointer(endpoint, volume string) (string, error) {
	dir, err := machineDir()
	if dir == "" || err != nil {
		return "", err
	}
	return filepath.Join(dir, volumeKey(endpoint, volume)+pointerSuffix), nil
}

// point says where an entry is about to be.
func (l *ledger) point(e entry) error {
	name, err := pointer(e.Endpoint, e.Volume)
	if name == "" || err != nil {
		return err
	}
	path, err := filepath.Abs(l.path(e))
	if err != nil {
		return err
	}
	const private = 0o600
	return os.WriteFile(name, []byte(path), private)
}

// unpoint forgets where an entry was.
func (l *ledger) unpoint(e entry) {
	if name, err := pointer(e.Endpoint, e.Volume); err == nil && name != "" {
		_ = os.Remove(name) // where it stays, it leads to nothing
	}
}

// elsewhere is the directory of another ledger that has an entry of a volume, or "".
func (l *ledger) elsewhere(endpoint, volume string) (string, error) {
	name, err := pointer(endpoint, volume)
	if name == "" || err != nil {
		return "", err
	}
	dir, _ := pointsTo(name)
	if own, err := filepath.Abs(l.dir); err != nil || dir == own {
		return "", err
	}
	return dir, nil
}

// pointsTo is the directory of the ledger that a pointer leads to. It is false where the entry is not there any more.
func pointsTo(name string) (dir string, ok bool) {
	path, err := os.ReadFile(name)
	if err != nil {
		return "", false
	}
	if _, err := os.Lstat(string(path)); err != nil {
		return "", false
	}
	return filepath.Dir(string(path)), true
}

// Ledgers are the directories of all ledgers of this user and machine in which runs left something.
func Ledgers() ([]string, error) {
	machine, err := machineDir()
	if machine == "" || err != nil {
		return nil, err
	}
	files, err := os.ReadDir(machine)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var dirs []string
	for _, file := range files {
		if !strings.HasSuffix(file.Name(), pointerSuffix) {
			continue
		}
		if dir, ok := pointsTo(filepath.Join(machine, file.Name())); ok {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs), nil
}
