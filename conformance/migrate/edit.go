package migrate

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"

	"github.com/aymanbagabas/go-udiff"
)

// Edit replaces the bytes of a file from Start to End.
type Edit struct {
	File       string // relative to the root of the scan, with slashes
	Start, End int
	New        string
}

// edited returns data with edits of one file made. Edits that are the same are one; others must not overlap.
func edited(data []byte, edits []Edit) ([]byte, error) {
	edits = slices.Clone(edits)
	slices.SortFunc(edits, func(a, b Edit) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var out []byte
	done := 0
	for _, e := range slices.Compact(edits) {
		if e.Start < done || e.End < e.Start || e.End > len(data) {
			return nil, fmt.Errorf("the edit of %s from byte %d to %d overlaps another, or is not in the file", e.File, e.Start, e.End)
		}
		out = append(append(out, data[done:e.Start]...), e.New...)
		done = e.End
	}
	return append(out, data[done:]...), nil
}

// Change is what becomes of a file.
type Change struct {
	File     string // relative to the root of the scan, with slashes
	Old, New []byte
}

// Diff returns the changes as a unified diff, which git apply takes.
func Diff(changes []Change) []byte {
	var b bytes.Buffer
	for _, c := range changes {
		old := string(c.Old)
		u, err := udiff.ToUnifiedDiff(path.Join("a", c.File), path.Join("b", c.File), old, udiff.Lines(old, string(c.New)), udiff.DefaultContextLines)
		if err != nil {
			continue // edits fit the text that they were found in
		}
		renumber(u.Hunks)
		b.WriteString(u.String())
	}
	return b.Bytes()
}

// renumber says at which line of the new text each hunk begins: udiff is wrong about it after a hunk that changes lines
// in several places.
func renumber(hunks []*udiff.Hunk) {
	more := 0 // lines that the new text has more
	for _, h := range hunks {
		h.ToLine = h.FromLine + more
		for _, line := range h.Lines {
			switch line.Kind {
			case udiff.Insert:
				more++
			case udiff.Delete:
				more--
			}
		}
	}
}

// ErrChanged is returned for a file that is not what was scanned any more.
var ErrChanged = errors.New("the file has changed since it was scanned")

// write writes the new text of the file, below root: to a new file that replaces the old one, so that there is
// never a part of one. It keeps the file's mode and owner; of a symbolic link it changes the file that the link
// leads to.
func (c Change) write(root string) error {
	file, err := filepath.EvalSymlinks(filepath.Join(root, filepath.FromSlash(c.File)))
	if err != nil {
		return fmt.Errorf("writing %s: %w", c.File, err)
	}
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("writing %s: %w", c.File, err)
	}
	if now, err := os.ReadFile(file); err != nil || !bytes.Equal(now, c.Old) {
		return fmt.Errorf("writing %s: %w", c.File, cmp.Or(err, ErrChanged))
	}
	if err := replace(file, info, c.New); err != nil {
		return fmt.Errorf("writing %s: %w", c.File, err)
	}
	return nil
}

// replace replaces a file by a new one of the same mode and owner.
func replace(file string, info os.FileInfo, data []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(file), "."+filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}()
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := keepOwner(f, info); err != nil {
		return err
	}
	if err := f.Chmod(info.Mode()); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
