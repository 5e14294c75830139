package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Moves is what moves uses to a newer version.
type Moves struct {
	// Edits are by the file with the use. They are in that file, except that a constant may be written in
	// another of the same program.
	Edits map[*ast.File][]analysis.TextEdit
	Moved map[int]bool   // which of the uses the edits move
	Left  map[int]string // why a use that is older than the target is not moved
}

// Moves returns the edits that move those of the uses that are older than a version.
func (f *Found) Moves(uses []Use, to lifecycle.ID) Moves {
	m := Moves{map[*ast.File][]analysis.TextEdit{}, map[int]bool{}, map[int]string{}}
	imports := map[*ast.File][]Use{}
	for i, use := range uses {
		if !use.Versioned || use.Version.Compare(to) >= 0 {
			continue
		}
		if why := f.cannot(use); why != "" {
			m.Left[i] = why
			continue
		}
		m.Moved[i] = true
		m.add(use.File, use.change.pos, use.change.end, to.String())
		if use.Kind == Import {
			imports[use.File] = append(imports[use.File], use)
		}
	}
	for file, moved := range imports {
		f.names(&m, file, moved, to)
	}
	for file := range m.Edits {
		slices.SortFunc(m.Edits[file], func(a, b analysis.TextEdit) int { return cmp.Compare(a.Pos, b.Pos) })
	}
	return m
}

// add adds an edit, unless it is there: two uses may take their version from one constant.
func (m *Moves) add(file *ast.File, from, to token.Pos, text string) {
	for _, e := range m.Edits[file] {
		if e.Pos == from && e.End == to {
			return
		}
	}
	m.Edits[file] = append(m.Edits[file], analysis.TextEdit{Pos: from, End: to, NewText: []byte(text)})
}

// cannot says why a use cannot be moved by an edit, or nothing.
func (f *Found) cannot(u Use) string {
	switch {
	case u.change == nil:
		return "the version is not written in one place that is read here"
	case ast.IsGenerated(u.File), ast.IsGenerated(f.files[f.fset.File(u.change.pos)].file):
		return "the version is written in generated code: run its generator for the new version"
	case !u.shared:
		return ""
	}
	if f.foreign[u.change.lit] {
		return "versions of other services are made of the same number"
	}
	if at := f.elsewhere(u); at != nil {
		return "the version is a constant or variable, " + at.Name + ", that is used for something else too"
	}
	return ""
}

// elsewhere returns a name that the version of a use came through and that is also used where no version of
// the service is made, or nil. Such a number may mean something else there.
func (f *Found) elsewhere(u Use) *ast.Ident {
	names := map[token.Pos]bool{}
	for _, name := range u.names {
		if at := f.declared(name); at.IsValid() {
			names[at] = true
		}
	}
	if len(names) == 0 {
		return nil
	}
	for _, unit := range f.units {
		for name, obj := range unit.Info.Uses {
			if names[obj.Pos()] && !f.made[name.Pos()] && !f.noted[name.Pos()] {
				return name
			}
		}
	}
	return nil
}

// declared returns where a name is declared.
func (f *Found) declared(name *ast.Ident) token.Pos {
	for _, unit := range f.units {
		if obj := unit.Info.ObjectOf(name); obj != nil {
			return obj.Pos()
		}
	}
	return token.NoPos
}
