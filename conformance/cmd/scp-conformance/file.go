package main

import (
	"bufio"
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// openFile opens a regular file for reading. It refuses everything else that a name may stand for, and
// does not wait for a writer to open a named pipe.
func openFile(name string) (*os.File, error) {
	file, err := os.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", name)
	}
	if err != nil {
		return nil, cmp.Or(err, file.Close())
	}
	return file, nil
}

// newFile is a file that appears under its name in one step, and replaces what was there.
type newFile struct {
	dir             *os.Root
	name, temporary string
}

// replaceFile prepares the replacement of a file, and reports what can be known to be in its way. A
// symbolic link is replaced, and not followed.
func replaceFile(name string) (*newFile, error) {
	dir, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	base := filepath.Base(name)
	f := &newFile{dir, base, "." + base + "." + rand.Text()}
	info, err := dir.Lstat(f.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f, nil
	case err == nil && !info.Mode().IsRegular() && info.Mode().Type() != fs.ModeSymlink:
		err = fmt.Errorf("%s is not a regular file", name)
	}
	if err != nil {
		return nil, cmp.Or(err, dir.Close())
	}
	return f, nil
}

// isTemporary reports whether a name is one under which a file is written.
func isTemporary(name, of string) bool {
	random, ok := strings.CutPrefix(name, "."+of+".")
	return ok && len(random) == len(rand.Text()) && strings.Trim(random, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == ""
}

// write writes the file under another name, and renames it once it is complete.
func (f *newFile) write(content func(io.Writer) error) error {
	if err := f.fill(content); err != nil {
		return err
	}
	return f.place()
}

// fill writes the file under another name, for place to rename. On an error, nothing is left of it.
func (f *newFile) fill(content func(io.Writer) error) error {
	file, err := f.dir.OpenFile(f.temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return errors.Join(err, f.dir.Close())
	}
	buffered := bufio.NewWriter(file)
	err = cmp.Or(content(buffered), buffered.Flush(), file.Sync())
	if err = cmp.Or(err, file.Close()); err != nil {
		return errors.Join(err, f.dir.Remove(f.temporary), f.dir.Close())
	}
	return nil
}

// place has the file appear under its name.
func (f *newFile) place() error {
	defer f.dir.Close()
	if err := f.dir.Rename(f.temporary, f.name); err != nil {
		return errors.Join(err, f.dir.Remove(f.temporary))
	}
	return nil
}

// writable reports what would keep a file from being written. It leaves nothing.
func writable(name string) error {
	file, err := replaceFile(name)
	if err == nil {
		err = file.fill(func(io.Writer) error { return nil })
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, withoutPath(err))
	}
	defer file.dir.Close()
	return file.dir.Remove(file.temporary)
}

// writeNew writes a file in one step, unless there is one of its name.
func writeNew(name string, content func(io.Writer) error) error {
	if _, err := os.Lstat(name); err == nil {
		return fs.ErrExist
	}
	file, err := replaceFile(name)
	if err == nil {
		err = file.write(content)
	}
	return withoutPath(err)
}

// withoutPath is an error without the path of the file it is about, which may be a temporary one.
func withoutPath(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		return path.Err
	}
	return err
}
