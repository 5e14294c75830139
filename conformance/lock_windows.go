package conformance

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock locks a file for this process, and reports whether it was free. What is locked is a byte far behind its
// end: others may read who holds it.
func tryLock(file *os.File) (free bool, err error) {
	const far = 1 << 30
	err = windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{Offset: far})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// syncDir does nothing: Windows writes which files a directory has by itself.
func syncDir(string) error { return nil }

// ownAlone trusts the directory for temporary files, which is the user's own.
func ownAlone(fs.FileInfo) bool { return true }
