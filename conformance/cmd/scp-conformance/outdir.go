package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"

	"github.com/scp-openapi/virtualserver/conformance"
)

// writeFiles writes reports into a directory, in every form that has a file, each whole or not at all. One
// that cannot be written keeps none of the others from being written.
//
// Files of an earlier run are replaced, as a nightly run has one directory. Which files are those of an earlier
// run shows in report.json, which is written first: in a directory without it, what exists is somebody else's
// and is left alone.
func writeFiles(dir string, forms []form, reports ...*conformance.Report) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	ours := holdsReport(filepath.Join(dir, forms[0].file))
	var errs []error
	for _, f := range forms {
		if f.file == "" {
			continue
		}
		name := filepath.Join(dir, f.file)
		if err := writeNew(name, ours, func(w io.Writer) error { return f.write(w, reports...) }); err != nil {
			errs = append(errs, fmt.Errorf("--out: %s: %w", name, err))
		}
	}
	return errors.Join(errs...)
}

// writeNew writes a file in one step. It replaces an existing one only if replace is set.
func writeNew(name string, replace bool, content func(io.Writer) error) error {
	if _, err := os.Lstat(name); err == nil && !replace {
		return fs.ErrExist
	}
	file, err := replaceFile(name)
	if err == nil {
		err = file.write(func(w io.Writer) error {
			buffered := bufio.NewWriter(w)
			return errors.Join(content(buffered), buffered.Flush())
		})
	}
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err // the path is that of a temporary file
	}
	return err
}

var reportStart = regexp.MustCompile(`^[\s\[]*\{\s*"schema_version":\s*\d+,\s*"suite":\s*\{`)

// holdsReport reports whether a file is a report as JSON.
func holdsReport(name string) bool {
	file, err := openFile(name)
	if err != nil {
		return false
	}
	defer file.Close()
	start := make([]byte, 128)
	n, err := io.ReadFull(file, start)
	return (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) && reportStart.Match(start[:n])
}
