package main

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
	dir  *os.Root
	name string
}

// replaceFile prepares the replacement of a file, and reports what can be known to be in its way. A
// symbolic link is replaced, and not followed.
func replaceFile(name string) (*newFile, error) {
	dir, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	f := &newFile{dir, filepath.Base(name)}
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

// write writes the file under another name, and renames it once it is complete.
func (f *newFile) write(content func(io.Writer) error) error {
	defer f.dir.Close()
	temporary := "." + f.name + "." + rand.Text()
	file, err := f.dir.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	err = cmp.Or(content(file), file.Sync())
	err = cmp.Or(err, file.Close())
	if err == nil {
		err = f.dir.Rename(temporary, f.name)
	}
	if err != nil {
		return errors.Join(err, f.dir.Remove(temporary))
	}
	return nil
}
