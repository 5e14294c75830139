package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
)

// outDir is a directory for reports, in every form that has a file. Those of an earlier run are replaced, as a nightly
// run has one directory. Whose they are shows in the report as JSON: in a directory without it, what exists is somebody
// else's and is left alone.
type outDir struct {
	name  string
	forms []form // those that have a file, JSON first
}

func newOutDir(name string, forms []form) outDir {
	d := outDir{name: name}
	for _, f := range forms {
		if f.file != "" {
			d.forms = append(d.forms, f)
		}
	}
	return d
}

// prepare makes the directory where it is missing, and reports what would keep a report from being written.
func (d outDir) prepare() error {
	if err := os.MkdirAll(d.name, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	d.sweep()
	for _, f := range d.forms {
		if err := d.free(f); err != nil {
			return fmt.Errorf("--out: %w", err)
		}
	}
	if err := writable(filepath.Join(d.name, d.forms[0].file)); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	return nil
}

// free reports whether the file of a form can be written: it is not there, or it is an earlier run's.
func (d outDir) free(f form) error {
	if _, err := os.Lstat(d.path(f)); err == nil && !holdsReport(d.path(d.forms[0])) {
		return fmt.Errorf("%s: %w", d.path(f), fs.ErrExist)
	}
	return nil
}

func (d outDir) path(f form) string { return filepath.Join(d.name, f.file) }

// sweep removes what runs left here that were killed while they wrote a report.
func (d outDir) sweep() {
	const written = time.Minute // what nobody wrote to for this long is not being written
	entries, _ := os.ReadDir(d.name)
	for _, entry := range entries {
		info, err := entry.Info()
		if err == nil && info.Mode().IsRegular() && d.isTemporary(entry.Name()) && time.Since(info.ModTime()) > written {
			_ = os.Remove(filepath.Join(d.name, entry.Name()))
		}
	}
}

// isTemporary reports whether a name is one under which the file of a form is written.
func (d outDir) isTemporary(name string) bool {
	return slices.ContainsFunc(d.forms, func(f form) bool { return isTemporary(name, f.file) })
}

// write writes reports in every form, each file whole or not at all. All are complete before the first appears under
// its name. One that cannot be written keeps none of the others from it, except for the report as JSON: without it, the
// next run would take the others for somebody else's.
func (d outDir) write(reports ...*conformance.Report) error {
	var complete []*newFile
	var errs []error
	for i, f := range d.forms {
		file, err := d.fill(f, reports)
		if err == nil {
			complete = append(complete, file)
			continue
		}
		errs = append(errs, fmt.Errorf("--out: %w", err))
		if i == 0 {
			break
		}
	}
	for _, file := range complete {
		if err := file.place(); err != nil {
			errs = append(errs, fmt.Errorf("--out: %s: %w", filepath.Join(d.name, file.name), withoutPath(err)))
		}
	}
	return errors.Join(errs...)
}

// fill writes the file of one form, which does not appear yet.
func (d outDir) fill(f form, reports []*conformance.Report) (*newFile, error) {
	if err := d.free(f); err != nil {
		return nil, err
	}
	file, err := replaceFile(d.path(f))
	if err == nil {
		err = file.fill(func(w io.Writer) error { return f.write(w, reports...) })
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", d.path(f), withoutPath(err))
	}
	return file, nil
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
