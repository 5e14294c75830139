package codegen

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Changes is how a folder differs from what the generator writes. The lists are sorted, slash-separated
// paths below the folder.
type Changes struct {
	Missing []string
	Stale   []string // their contents differ
	Extra   []string // generated before, and no longer

	dir        string
	fresh      bool // dir does not exist
	files      Files
	within     scope
	foreign    owner
	unfinished []string // left by a generator that was stopped
}

// None reports whether the folder is as the generator writes it.
func (c *Changes) None() bool {
	return len(c.Missing)+len(c.Stale)+len(c.Extra)+len(c.unfinished) == 0
}

// String names the files: "volumes/client.gen.go is stale, volumes/detach.gen.go is missing".
func (c *Changes) String() string {
	var said []string
	for _, kind := range []struct {
		is    string
		names []string
	}{{"stale", c.Stale}, {"missing", c.Missing}, {"extra", c.Extra}, {"unfinished", c.unfinished}} {
		for _, name := range kind.names {
			said = append(said, c.path(name)+" is "+kind.is)
		}
	}
	return strings.Join(said, ", ")
}

func (c *Changes) written() []string {
	return slices.Sorted(slices.Values(slices.Concat(c.Missing, c.Stale)))
}

// An InTheWayError is returned for a file or folder that the generator did not write, and that stands where
// it would write. Nothing was written.
type InTheWayError struct{ Path, Reason string }

// Error says what is in the way, and what to do.
func (e *InTheWayError) Error() string {
	return fmt.Sprintf("%s is in the way: %s; move it away, or write to another place", e.Path, e.Reason)
}

// Compare compares the files with a folder that has one package: every Go file in it must be a generated
// one. Other files and the folders in it are left alone. If something else is in the way, the error is an
// *InTheWayError.
func (f Files) Compare(dir string) (*Changes, error) {
	return f.compare(dir, goFiles, markedFile)
}

// CompareTree compares the files with a whole tree, such as gen/, in which only generated files belong.
func (f Files) CompareTree(dir string) (*Changes, error) {
	return f.compare(dir, tree, markedFile)
}

// CompareDocument compares a file with the document of a version. A document of the same version is
// replaced, such as that of an older generator; anything else is in the way.
func CompareDocument(file string, doc *openapi.Document) (*Changes, error) {
	files := Files{filepath.Base(file): doc.YAML()}
	return files.compare(filepath.Dir(file), named, documentOf(doc.Version.ID))
}

// scope is what in a folder may be of the generator alone.
type scope int

const (
	named   scope = iota // the files it writes
	goFiles              // all Go files, not those in folders below
	tree                 // everything
)

// owner tells why a file is not the generator's own, or returns "".
type owner func(file string) (reason string, err error)

func (f Files) compare(dir string, within scope, foreign owner) (*Changes, error) {
	c := &Changes{dir: dir, files: f, within: within, foreign: foreign}
	there, err := isFolder(dir)
	if err != nil {
		return nil, err
	}
	c.fresh = !there
	found := map[string]bool{}
	if there {
		// A folder that is a link is the folder it names.
		err := fs.WalkDir(os.DirFS(dir), ".", func(name string, entry fs.DirEntry, err error) error {
			if err != nil || name == "." {
				return err
			}
			found[name] = true
			return c.visit(name, entry)
		})
		var inTheWay *InTheWayError
		switch {
		case errors.As(err, &inTheWay):
			return nil, err
		case err != nil:
			return nil, fmt.Errorf("codegen: compare with %s: %w", dir, err)
		}
	}
	for name := range f {
		if !found[name] {
			c.Missing = append(c.Missing, name)
		}
	}
	slices.Sort(c.Missing)
	return c, nil
}

// isFolder reports whether a folder exists.
func isFolder(dir string) (bool, error) {
	info, err := os.Stat(dir)
	switch {
	case err == nil && info.IsDir():
		return true, nil
	case err == nil:
		return false, &InTheWayError{dir, "it is not a folder"}
	case errors.Is(err, syscall.ENOTDIR):
		return false, &InTheWayError{filepath.Dir(dir), "it is not a folder"}
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("codegen: %w", err)
	}
	if _, err := os.Lstat(dir); err == nil {
		return false, &InTheWayError{dir, "it is a link to what does not exist"}
	}
	return false, nil
}

func (c *Changes) visit(name string, entry fs.DirEntry) error {
	file := c.path(name)
	code, wanted := c.files[name]
	switch {
	case isUnfinished(name):
		c.unfinished = append(c.unfinished, name)
		return skip(entry)
	case entry.IsDir() && wanted:
		return &InTheWayError{file, "it is a folder"}
	case entry.IsDir() && c.within != tree:
		return fs.SkipDir
	case entry.IsDir(), !wanted && c.within == named, !wanted && c.within == goFiles && path.Ext(name) != ".go":
		return nil
	case !entry.Type().IsRegular():
		return &InTheWayError{file, "it is not a regular file"}
	}
	if wanted {
		same, err := hasContents(file, entry, code)
		if same || err != nil {
			return err
		}
	}
	reason, err := c.foreign(file)
	switch {
	case err != nil:
		return err
	case reason != "":
		return &InTheWayError{file, reason}
	case wanted:
		c.Stale = append(c.Stale, name)
	default:
		c.Extra = append(c.Extra, name)
	}
	return nil
}

func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

func hasContents(file string, entry fs.DirEntry, want []byte) (bool, error) {
	info, err := entry.Info()
	if err != nil || info.Size() != int64(len(want)) {
		return false, err
	}
	got, err := os.ReadFile(file)
	return bytes.Equal(got, want), err
}

// markedFile looks for the first line that header writes.
func markedFile(name string) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	line, _ := bufio.NewReader(file).ReadSlice('\n') // a line longer than its buffer is no header
	line = bytes.TrimRight(line, "\r\n")             // git may have made it \r\n
	if bytes.HasPrefix(line, []byte("// Code generated by "+Module+" ")) && bytes.HasSuffix(line, []byte("DO NOT EDIT.")) {
		return "", nil
	}
	return "it is not marked as generated by " + Module, nil
}

func documentOf(id lifecycle.ID) owner {
	return func(name string) (string, error) {
		doc, err := openapi.ReadFile(name)
		if err != nil || doc.Version.ID != id {
			return fmt.Sprintf("it is not the document of version %s", id), nil //nolint:nilerr // whatever it is, it stays
		}
		return "", nil
	}
}
