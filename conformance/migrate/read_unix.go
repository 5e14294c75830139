//go:build unix

package migrate

import (
	"io"
	"io/fs"
	"syscall"
)

// source is an open file. An os.File would be made ready for the runtime's poller, which is of no use for
// regular files and takes as long as reading a small one.
type source int

func open(path string) (source, error) {
	for {
		fd, err := syscall.Open(path, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
		switch err {
		case nil:
			return source(fd), nil
		case syscall.EINTR:
			continue
		}
		return -1, &fs.PathError{Op: "open", Path: path, Err: err}
	}
}

func (s source) Read(p []byte) (int, error) {
	for {
		n, err := syscall.Read(int(s), p)
		switch {
		case err == syscall.EINTR:
			continue
		case err != nil:
			return 0, err
		case n == 0 && len(p) > 0:
			return 0, io.EOF
		}
		return n, nil
	}
}

func (s source) Close() error { return syscall.Close(int(s)) }

// size returns how large the file is.
func (s source) size() (int64, error) {
	var info syscall.Stat_t
	err := syscall.Fstat(int(s), &info)
	return info.Size, err
}
