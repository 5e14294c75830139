package main

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// standardOutput is os.Stdout, or a writer of errors if the program was started without one. Before any
// of our code runs, Go opens /dev/null in the place of a closed standard output, for reading and writing.
// A shell's >/dev/null opens it for writing alone, and who wants no output at all silences standard error
// as well.
func standardOutput() io.Writer {
	if readableNull(os.Stdout) && !readableNull(os.Stderr) {
		return closed{}
	}
	return os.Stdout
}

type closed struct{}

// Write implements io.Writer.
func (closed) Write([]byte) (int, error) { return 0, errors.New("it is closed") }

// readableNull reports whether a file is the null device, open for reading and writing.
func readableNull(file *os.File) bool {
	info, err := file.Stat()
	if err != nil {
		return false
	}
	null, err := os.Stat(os.DevNull)
	if err != nil || !os.SameFile(info, null) {
		return false
	}
	flags, err := unix.FcntlInt(file.Fd(), unix.F_GETFL, 0)
	return err == nil && flags&syscall.O_ACCMODE == syscall.O_RDWR
}
