package migrate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Why something is not read, and why that hides nothing.
const (
	skipVendored   = "vendored: the code of others, which is found where it is used"
	skipControl    = "data of a version control system"
	skipIgnored    = "ignored by git"
	skipAbsent     = "tracked by git, and not in the working tree"
	skipBinary     = "binary"
	skipSpecial    = "not regular files"
	skipLinkedFile = "symbolic links to files that are read by themselves"
	skipLinkedDir  = "symbolic links to folders"
)

// vendored are the folders into which tools put the code of others.
var vendored = []string{
	"vendor", "node_modules", "bower_components", "jspm_packages", ".terraform", ".terragrunt-cache",
	"site-packages", ".venv", ".tox", ".nox", ".eggs", ".yarn", ".pnpm-store", ".bundle", ".gradle",
}

// control are the folders of version control systems.
var control = []string{".git", ".hg", ".svn", ".jj", ".bzr"}

// walker finds the files below the paths of a scan and sends each once.
type walker struct {
	root  string // absolute: names of files are relative to it
	notes *notes
	send  func(name string) // the name of a regular file, relative to root, with slashes
	sent  map[string]bool
	paths []string // what is walked, without symbolic links
	links []link
}

// link is a symbolic link, and what it leads to.
type link struct {
	path, target string
	folder       bool
}

// walk sends the file at a path, whatever it is called, or the files below it. A path that cannot be
// looked at is an error, since nobody asks for one that is not there.
func (w *walker) walk(ctx context.Context, path string) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("looking for the files to scan: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return fmt.Errorf("looking for the files to scan: %w", err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		w.paths = append(w.paths, target)
	}
	switch {
	case info.IsDir():
		// The folder asked for may be a link itself. What is below it keeps the name that was asked for.
		w.folder(ctx, path)
		return ctx.Err()
	case info.Mode().IsRegular():
		w.file(path)
		return nil
	}
	return fmt.Errorf("looking for the files to scan: %s is neither a file nor a folder", path)
}

// folder sends what git tracks and does not ignore, or all that is in a folder that git does not know.
func (w *walker) folder(ctx context.Context, dir string) {
	if !w.repository(ctx, dir) {
		w.plain(ctx, dir)
	}
}

// plain sends the files below a folder without asking git.
func (w *walker) plain(ctx context.Context, dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		w.trouble(dir, "cannot be listed", err)
	}
	for _, entry := range entries {
		if ctx.Err() != nil {
			return
		}
		path := below(dir, entry.Name())
		switch kind := entry.Type(); {
		case kind.IsRegular():
			w.file(path)
		case kind&fs.ModeSymlink != 0:
			w.link(path)
		case !kind.IsDir():
			w.notes.skip(skipSpecial, w.name(path))
		case slices.Contains(control, entry.Name()):
			w.notes.skip(skipControl, w.name(path))
		case slices.Contains(vendored, entry.Name()):
			w.notes.skip(skipVendored, w.name(path))
		case isRepository(path):
			w.folder(ctx, path)
		default:
			w.plain(ctx, path)
		}
	}
}

// file sends a regular file, once.
func (w *walker) file(path string) {
	name := w.name(path)
	if w.sent[name] {
		return
	}
	w.sent[name] = true
	w.send(name)
}

// link notes a symbolic link to a file or a folder, for linked. One that leads back to a folder it is in cannot be followed to an end, as
// one that leads to itself cannot, and is a trouble. So is one that leads to nothing, since what it stands for is
// somewhere else.
func (w *walker) link(path string) {
	target, err := filepath.EvalSymlinks(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.notes.trouble(w.name(path), "is a symbolic link to nothing")
		return
	case err != nil && (errors.Is(err, syscall.ELOOP) || strings.Contains(err.Error(), "too many links")):
		w.notes.trouble(w.name(path), "is a symbolic link in a loop")
		return
	case err != nil:
		w.trouble(path, "cannot be followed", err)
		return
	}
	info, err := os.Stat(target)
	if err != nil {
		w.trouble(path, "cannot be followed", err)
		return
	}
	// The folder of the link may be reached by links too.
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		w.trouble(path, "cannot be followed", err)
		return
	}
	switch {
	case info.IsDir() && within(dir, target):
		w.notes.trouble(w.name(path), "is a symbolic link in a loop: it leads back to a folder it is in")
	case info.IsDir(), info.Mode().IsRegular():
		w.links = append(w.links, link{path, target, info.IsDir()})
	default:
		w.notes.skip(skipSpecial, w.name(path))
	}
}

// linked follows the symbolic links that walks noted. It sends those to files that no walk came to, or came to by a
// name of another language. A folder that no walk came to is a trouble.
func (w *walker) linked() {
	root, err := filepath.EvalSymlinks(w.root)
	if err != nil {
		root = w.root
	}
	for _, l := range w.links {
		walked := slices.ContainsFunc(w.paths, func(path string) bool { return within(l.target, path) })
		name, err := filepath.Rel(root, l.target)
		sent := err == nil && w.sent[filepath.ToSlash(name)]
		switch {
		case l.folder && walked:
			w.notes.skip(skipLinkedDir, w.name(l.path))
		case l.folder:
			w.notes.trouble(w.name(l.path), "is a symbolic link to a folder that is not scanned: scan that folder too")
		case sent && sameLanguage(l.path, l.target):
			w.notes.skip(skipLinkedFile, w.name(l.path))
		default:
			w.file(l.path)
		}
	}
}

// sameLanguage reports whether what a link leads to is parsed as the link would be.
func sameLanguage(link, target string) bool {
	ext := filepath.Ext(link)
	return ext == filepath.Ext(target) || ext != ".go" && ext != ".tf"
}

func (w *walker) trouble(path, what string, err error) {
	w.notes.trouble(w.name(path), what+": "+reason(err))
}

// name returns a path relative to the root, with slashes.
func (w *walker) name(path string) string {
	if name, ok := strings.CutPrefix(path, w.root+string(filepath.Separator)); ok {
		return filepath.ToSlash(name) // as most are; Rel takes its time
	}
	name, err := filepath.Rel(w.root, path)
	if err != nil {
		name = path // on another volume
	}
	return filepath.ToSlash(name)
}

// below joins a folder and a clean path below it.
func below(folder, path string) string {
	if strings.HasSuffix(folder, string(filepath.Separator)) { // the root of a volume
		return folder + path
	}
	return folder + string(filepath.Separator) + path
}

// within reports whether a path is a folder or lies below it.
func within(path, folder string) bool {
	rest, err := filepath.Rel(folder, path)
	return err == nil && rest != ".." && !strings.HasPrefix(rest, ".."+string(filepath.Separator))
}

// reason returns what the system says of a file, without repeating its path.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
