package codegen

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// Apply makes the changes. A new folder appears with all of its files at once. In a folder that is there,
// all files are written beside the old ones before the first one is renamed: a generator that is stopped
// leaves every file whole, the old or the new.
func (c *Changes) Apply() error {
	if c.None() {
		return nil
	}
	if err := c.apply(); err != nil {
		return fmt.Errorf("codegen: write %s: %w", c.dir, err)
	}
	return nil
}

func (c *Changes) apply() error {
	beside := c.dir
	if c.fresh {
		beside = filepath.Dir(c.dir)
	}
	if err := os.MkdirAll(beside, 0o755); err != nil {
		return err
	}
	// On the same file system, so that a rename is one step; and hidden from the Go tool, should it stay.
	temp, err := os.MkdirTemp(beside, temporary)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	staged := filepath.Join(temp, "new")
	if err := c.stage(staged); err != nil {
		return err
	}
	if c.fresh {
		return os.Rename(staged, c.dir)
	}
	for _, name := range c.written() {
		file := c.path(name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.Rename(filepath.Join(staged, filepath.FromSlash(name)), file); err != nil {
			return err
		}
	}
	return c.remove()
}

// stage writes the new files below a folder of their own.
func (c *Changes) stage(dir string) error {
	if err := os.Mkdir(dir, 0o755); err != nil {
		return err
	}
	for _, name := range c.written() {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, c.files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// remove removes the extra files, the folders that are empty then, and what a stopped generator left.
func (c *Changes) remove() error {
	for _, name := range c.Extra {
		if err := os.Remove(c.path(name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		if folder := path.Dir(name); folder != "." {
			_ = os.Remove(c.path(folder)) // fails if the folder has other files, and must
		}
	}
	for _, name := range c.unfinished {
		if err := os.RemoveAll(c.path(name)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Changes) path(name string) string { return filepath.Join(c.dir, filepath.FromSlash(name)) }

// temporary begins the name of what is not in place yet.
const temporary = ".generating-"

func isUnfinished(name string) bool { return strings.HasPrefix(path.Base(name), temporary) }
