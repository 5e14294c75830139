package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// HeldError is a volume that another run is at work on.
type HeldError struct {
	Volume string
	// PID and Host are the process that holds it, and Since is since when; zero where it does not say.
	PID   int
	Host  string
	Since time.Time
}

// Error implements error.
func (e *HeldError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("volume %s is held by another run", e.Volume)
	}
	return fmt.Sprintf("volume %s is held by another run: process %d on %s, since %s", e.Volume, e.PID, e.Host, e.Since.Format(time.RFC3339))
}

// lock is the lock of a volume. The system lets go of it when the process ends, however it ends.
type lock struct{ files []*os.File }

// holder is what the file of a lock says.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// lock takes the lock of a volume, or returns a *HeldError. Two files are locked: one in a directory of this machine,
// so that runs with different ledgers refuse each other, and one beside the ledger, which machines may share.
func (l *ledger) lock(endpoint, volume string) (*lock, error) {
	dirs := []string{l.dir}
	machine, err := machineDir()
	switch {
	case err != nil:
		return nil, fmt.Errorf("lock volume %s: %w", volume, err)
	case machine != "":
		dirs = []string{machine, l.dir}
	}
	taken := new(lock)
	for _, dir := range dirs {
		file, err := lockFile(filepath.Join(dir, volumeKey(endpoint, volume)+".lock"))
		if err != nil {
			taken.release()
			if held, ok := errors.AsType[*HeldError](err); ok {
				held.Volume = volume
				return nil, held
			}
			return nil, fmt.Errorf("lock volume %s: %w", volume, err)
		}
		taken.files = append(taken.files, file)
	}
	return taken, nil
}

// machineDir is a directory for the locks of a user on this machine, which it makes where it is missing. It is "" where
// the directory for temporary files takes none: nobody can lock anything there.
func machineDir() (string, error) {
	name := "scp-conformance"
	if uid := os.Getuid(); uid >= 0 { // Windows has none, and a directory for temporary files for each user
		name += "-" + strconv.Itoa(uid)
	}
	dir := filepath.Join(os.TempDir(), name)
	const private = 0o700
	if err := os.Mkdir(dir, private); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", nil // a container may have nothing that can be written but the ledger's directory
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", err
	}
	if !info.IsDir() || !ownAlone(info) { // anybody may have made it first
		return "", fmt.Errorf("%s is not a directory that you alone can write to: remove it", dir)
	}
	return dir, nil
}

// lockFile opens a file and locks it, or returns a *HeldError.
func lockFile(path string) (*os.File, error) {
	for {
		if file, err := takeLock(path); file != nil || err != nil {
			return file, err
		}
	}
}

// takeLock returns nil where the file was removed, by who held the lock before, between opening and locking it.
func takeLock(path string) (*os.File, error) {
	const private = 0o600
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, private)
	if err != nil {
		return nil, err
	}
	free, err := tryLock(file)
	if err != nil || !free {
		defer file.Close()
		if err == nil {
			err = heldBy(file)
		}
		return nil, err
	}
	there, err := os.Stat(path)
	here, hereErr := file.Stat()
	if err != nil || hereErr != nil || !os.SameFile(there, here) {
		return nil, file.Close()
	}
	if err := sayHolder(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}

func sayHolder(file *os.File) error {
	host, _ := os.Hostname()
	data, err := json.Marshal(holder{PID: os.Getpid(), Host: host, Since: moment(time.Now())})
	if err != nil {
		return err
	}
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err = file.WriteAt(append(data, '\n'), 0)
	return err
}

func heldBy(file *os.File) error {
	const longest = 4 << 10
	var by holder
	if data, err := io.ReadAll(io.LimitReader(file, longest)); err == nil {
		_ = json.Unmarshal(data, &by) // who it is may not have been written yet
	}
	return &HeldError{PID: by.PID, Host: by.Host, Since: by.Since}
}

// release lets go of the lock. The files go first: who opens them from now on opens others.
func (l *lock) release() {
	for _, file := range l.files {
		_ = os.Remove(file.Name()) // where it stays, it says who held the volume last, and locks nothing
		_ = file.Close()
	}
}
