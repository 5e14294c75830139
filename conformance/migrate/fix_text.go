package migrate

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// PlanFixText returns what moves the findings in text to a version: the number in each value of the version
// header that is written out beside it. Nothing parses such a file, so what is concluded from parts that stand
// apart is Left to a person, as are generated files and those that are not in UTF-8. It writes nothing.
func PlanFixText(ctx context.Context, root string, findings []Finding, target lifecycle.ID) (*Fixed, error) {
	byFile := map[string][]Finding{}
	for _, f := range findings {
		old := len(f.Versions) == 0 || f.Versions[0].Compare(target) < 0
		if old && (f.Rule == TextHeader || f.Rule == TextDerived || f.Rule == TextUnpinned) {
			byFile[f.File] = append(byFile[f.File], f)
		}
	}
	fixed := &Fixed{}
	for file, of := range byFile {
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("planning the fix of %s: %w", root, err)
		}
		change, left, err := fixText(root, file, of, target)
		if err != nil {
			return nil, fmt.Errorf("planning the fix of %s: %w", file, err)
		}
		if !bytes.Equal(change.Old, change.New) {
			fixed.Changes = append(fixed.Changes, change)
		}
		fixed.Left = append(fixed.Left, left...)
	}
	slices.SortFunc(fixed.Changes, func(a, b Change) int { return strings.Compare(a.File, b.File) })
	slices.SortFunc(fixed.Left, func(a, b Left) int { return compareUses(a.Use, b.Use) })
	return fixed, nil
}

// fixText returns what becomes of one file, and which of its findings stay.
func fixText(root, file string, findings []Finding, target lifecycle.ID) (change Change, left []Left, err error) {
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		return Change{}, nil, err
	}
	var edits []Edit
	for _, f := range findings {
		edit, why := textEdit(data, f, target)
		if why != "" {
			left = append(left, Left{f, why})
			continue
		}
		edits = append(edits, edit)
	}
	text, err := edited(data, edits)
	return Change{File: file, Old: data, New: text}, left, err
}

// textEdit returns the edit that moves a finding, or why there is none.
func textEdit(data []byte, f Finding, target lifecycle.ID) (edit Edit, why string) {
	order, _ := wide(data)
	switch {
	case f.Generated:
		return Edit{}, "the file is generated: change what generates it"
	case f.Rule == TextUnpinned:
		return Edit{}, "it sets no version header: add one"
	case f.Rule != TextHeader:
		return Edit{}, "its service and its version stand apart"
	case len(f.Versions) != 1:
		return Edit{}, cmp.Or(f.Unknown, notAVersion)
	case order != nil:
		return Edit{}, "the file is in UTF-16"
	}
	start := offset(data, f.Line, f.Column)
	old := strings.TrimLeft(f.Text[min(len(service), len(f.Text)):], " \t")
	at := start + len(f.Text) - len(old)
	if start < 0 || !bytes.HasPrefix(data[start:], []byte(f.Text)) || strings.TrimPrefix(old, "v") != f.Versions[0].String() {
		return Edit{}, "the file has changed since it was scanned"
	}
	prefix := old[:len(old)-len(f.Versions[0].String())]
	return Edit{File: f.File, Start: at, End: at + len(old), New: prefix + target.String()}, ""
}

// offset returns the byte at a line and a column, which are from 1, or -1 if the text has none there.
func offset(data []byte, line, column int) int {
	at := 0
	for range line - 1 {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
	}
	if at += column - 1; at > len(data) {
		return -1
	}
	return at
}
