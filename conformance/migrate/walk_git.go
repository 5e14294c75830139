package migrate

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// isRepository reports whether a folder is the top of a git working tree, a submodule or a worktree too.
func isRepository(dir string) bool {
	_, err := os.Lstat(filepath.Join(dir, ".git"))
	return err == nil
}

// repository sends what git tracks below a folder, and what it neither tracks nor ignores. It reports
// false, having sent nothing, if git does not know the folder, ignores it or is not installed.
func (w *walker) repository(ctx context.Context, dir string) bool {
	tracked := false
	seen := func(name string) {
		tracked = true
		w.listed(ctx, dir, name)
	}
	if err := w.git(ctx, dir, seen, "ls-files", "-z", "--cached"); err != nil {
		return tracked // a list that broke off is a trouble, and not a reason to read what git ignores
	}
	if !tracked && !isRepository(dir) && w.git(ctx, dir, nil, "check-ignore", "-q", ".") == nil {
		return false // asked for by name, so it is read though it is ignored
	}
	_ = w.git(ctx, dir, func(name string) { w.listed(ctx, dir, name) },
		"ls-files", "-z", "--others", "--exclude-standard")
	_ = w.git(ctx, dir, func(name string) { w.ignored(dir, name) },
		"ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--directory")
	return true
}

// ignored counts what git ignores. What tools install is called what it is.
func (w *walker) ignored(dir, name string) {
	path := filepath.Join(dir, filepath.FromSlash(strings.TrimSuffix(name, "/")))
	if slices.Contains(vendored, filepath.Base(path)) {
		w.notes.skip(skipVendored, w.name(path))
		return
	}
	w.notes.skip(skipIgnored, w.name(path))
}

// listed sends one entry of a list of git's, which may be a repository in the repository.
func (w *walker) listed(ctx context.Context, dir, name string) {
	parts := strings.Split(strings.TrimSuffix(name, "/"), "/")
	for i, part := range parts[:len(parts)-1] {
		if slices.Contains(vendored, part) {
			w.once(skipVendored, filepath.Join(dir, filepath.Join(parts[:i+1]...)))
			return
		}
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		w.once(skipAbsent, path)
	case err != nil:
		w.trouble(path, "cannot be looked at", err)
	case info.Mode().IsRegular():
		w.file(path)
	case info.Mode()&fs.ModeSymlink != 0:
		w.link(path)
	case !info.IsDir():
		w.notes.skip(skipSpecial, w.name(path))
	case slices.Contains(vendored, filepath.Base(path)):
		w.once(skipVendored, path)
	case isRepository(path):
		w.folder(ctx, path)
	default:
		w.notes.trouble(w.name(path), "is a submodule that is not checked out: run git submodule update --init")
	}
}

// once counts a path that a list may name several times.
func (w *walker) once(why, path string) {
	name := w.name(path)
	if !w.sent[name] {
		w.sent[name] = true
		w.notes.skip(why, name)
	}
}

// git runs git in a folder and hands on the names it lists. What git complains of while it lists files
// is a trouble each, since git goes on without the folder that it cannot open.
func (w *walker) git(ctx context.Context, dir string, each func(name string), args ...string) error {
	// No program that the repository names may run: a scan reads code that nobody has looked at yet.
	cmd := exec.CommandContext(ctx, "git", append([]string{"-c", "core.fsmonitor=false", "-C", dir}, args...)...)
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "GIT_") // a hook has GIT_DIR and GIT_INDEX_FILE, which are of one repository
	})
	cmd.Env = append(cmd.Env, "LC_ALL=C", "GIT_OPTIONAL_LOCKS=0")
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	names := 0
	for r := bufio.NewReader(out); ; names++ {
		name, err := r.ReadString(0)
		if err != nil {
			break
		}
		each(strings.TrimSuffix(name, "\x00"))
	}
	err = cmd.Wait()
	if each == nil || ctx.Err() != nil || err != nil && names == 0 {
		return err
	}
	for line := range strings.Lines(complaints.String()) {
		w.notes.trouble(w.name(dir), "git could not list all files: "+strings.TrimSpace(line))
	}
	return err
}
