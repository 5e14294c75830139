package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
type lock struct{ file *os.File }

// holder is what the file of a lock says.
type holder struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// lock takes the lock of a volume, or returns a *HeldError.
func (l *ledger) lock(endpoint, volume string) (*lock, error) {
	path := filepath.Join(l.dir, volumeKey(endpoint, volume)+".lock")
	for {
		taken, err := takeLock(path)
		var held *HeldError
		switch {
		case errors.As(err, &held):
			held.Volume = volume
			return nil, held
		case err != nil:
			return nil, fmt.Errorf("lock volume %s: %w", volume, err)
		case taken != nil:
			return taken, nil
		}
	}
}

// takeLock returns nil where the file was removed, by who held the lock before, between opening and locking it.
func takeLock(path string) (*lock, error) {
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
	return &lock{file}, nil
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

// release lets go of the lock. The file goes first: who opens it from now on opens another one.
func (l *lock) release() {
	_ = os.Remove(l.file.Name()) // where it stays, it says who held the volume last, and locks nothing
	_ = l.file.Close()
}
