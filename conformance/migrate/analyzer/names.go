package analyzer

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// imported package under one name in one file.
type named struct {
	spec *ast.ImportSpec
	pkg  *types.PkgName // nil for a blank or a dot import
	path string         // after the move
	name string         // after the move
	old  bool           // moved
}

// names renames imports whose names carry the version, and merges those that come to be the same package.
func (f *Found) names(m *Moves, file *ast.File, moved []Use, to lifecycle.ID) {
	unit := f.unitOf(file)
	var all []*named
	for _, spec := range file.Imports {
		n := newNamed(unit, spec)
		for _, use := range moved {
			if use.spec == spec {
				n.old = true
				n.path = n.path[:int(use.change.pos-spec.Path.Pos())-1] + to.String() + n.path[int(use.change.end-spec.Path.Pos())-1:]
				n.name = renamed(n.name, use.Version, to)
			}
		}
		all = append(all, n)
	}
	for _, n := range all {
		if !n.old {
			continue
		}
		if kept := keeper(all, n); kept != n && (n.name != "." || kept.name == ".") && f.free(unit, file, n, kept.name, all) {
			f.remove(m, file, n.spec)
			f.rename(m, unit, file, n, kept.name)
			continue
		}
		if n.pkg == nil || n.name == n.pkg.Name() || !f.free(unit, file, n, n.name, all) {
			if n.pkg != nil {
				n.name = n.pkg.Name()
			}
			continue
		}
		m.add(file, n.spec.Name.Pos(), n.spec.Name.End(), n.name)
		f.rename(m, unit, file, n, n.name)
	}
}

func newNamed(unit *Unit, spec *ast.ImportSpec) *named {
	n := &named{spec: spec}
	n.path, _ = strconv.Unquote(spec.Path.Value)
	if spec.Name != nil {
		n.name = spec.Name.Name
		if n.name == "." || n.name == "_" {
			return n
		}
		n.pkg, _ = unit.Info.Defs[spec.Name].(*types.PkgName)
	} else if n.pkg, _ = unit.Info.Implicits[spec].(*types.PkgName); n.pkg != nil {
		n.name = n.pkg.Name()
	}
	return n
}

// keeper returns the import that stays of those that come to be the same package: one that speaks the version
// already or, without one, the first.
func keeper(all []*named, n *named) *named {
	same := slices.DeleteFunc(slices.Clone(all), func(o *named) bool { return o.path != n.path || o.pkg == nil && o.name != n.name })
	slices.SortStableFunc(same, func(a, b *named) int { return cmp.Compare(rank(a), rank(b)) })
	if len(same) == 0 {
		return n
	}
	return same[0]
}

func rank(n *named) int {
	switch {
	case n.pkg != nil && !n.old:
		return 0
	case n.pkg != nil:
		return 1
	}
	return 2
}

// renamed returns a name that carried a version, such as v11, v1_1 or virtualserver11, with another one.
func renamed(name string, from, to lifecycle.ID) string {
	major, minor := parts(from)
	newMajor, newMinor := parts(to)
	carries := regexp.MustCompile(fmt.Sprintf(`^(.*?\D|)%s(_|d|dot|p|)%s(\D.*|)$`, major, minor))
	m := carries.FindStringSubmatch(name)
	if m == nil {
		return name
	}
	return m[1] + newMajor + m[2] + newMinor + m[3]
}

func parts(id lifecycle.ID) (major, minor string) {
	s := id.String()
	for i := range s {
		if s[i] == '.' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// free reports whether a name can stand for an import wherever its old name is used: no other object of the
// package, of the file or of a scope around a use has it.
func (f *Found) free(unit *Unit, file *ast.File, n *named, name string, all []*named) bool {
	if n.pkg == nil || name == n.pkg.Name() {
		return true
	}
	if token.IsKeyword(name) || unit.Pkg.Scope().Lookup(name) != nil {
		return false
	}
	for _, o := range all {
		if o != n && o.path != n.path && (o.name == name || o.pkg != nil && o.pkg.Name() == name) {
			return false
		}
	}
	for ident := range uses(unit, n.pkg) {
		scope := unit.Pkg.Scope().Innermost(ident.Pos())
		for ; scope != nil && scope != unit.Pkg.Scope() && scope != unit.Info.Scopes[file]; scope = scope.Parent() {
			if scope.Lookup(name) != nil {
				return false
			}
		}
	}
	return true
}

// uses yields where a file uses an import.
func uses(unit *Unit, pkg *types.PkgName) func(yield func(*ast.Ident) bool) {
	return func(yield func(*ast.Ident) bool) {
		for ident, obj := range unit.Info.Uses {
			if obj == types.Object(pkg) && !yield(ident) {
				return
			}
		}
	}
}

// rename renames all uses of an import in its file.
func (f *Found) rename(m *Moves, unit *Unit, file *ast.File, n *named, name string) {
	if n.pkg == nil || n.pkg.Name() == name {
		return
	}
	for ident := range uses(unit, n.pkg) {
		m.add(file, ident.Pos(), ident.End(), name)
	}
}

// remove removes an import, with its lines if there is nothing else on them. An edit within it goes with it.
func (f *Found) remove(m *Moves, file *ast.File, spec *ast.ImportSpec) {
	from, to := spec.Pos(), spec.End()
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.GenDecl); ok && len(decl.Specs) == 1 && decl.Specs[0] == ast.Spec(spec) {
			from, to = decl.Pos(), decl.End()
		}
	}
	if spec.Doc != nil {
		from = min(from, spec.Doc.Pos())
	}
	if spec.Comment != nil {
		to = max(to, spec.Comment.End())
	}
	lines := f.fset.File(from)
	if start, end := lines.LineStart(lines.Line(from)), lines.Line(to)+1; end <= lines.LineCount() && alone(file, spec, lines) {
		from, to = start, lines.LineStart(end)
	}
	m.Edits[file] = slices.DeleteFunc(m.Edits[file], func(e analysis.TextEdit) bool { return e.Pos >= from && e.End <= to })
	m.add(file, from, to, "")
}

// alone reports whether no other import is on the lines of one.
func alone(file *ast.File, spec *ast.ImportSpec, lines *token.File) bool {
	for _, decl := range file.Decls {
		if decl, ok := decl.(*ast.GenDecl); ok && decl.Lparen.IsValid() && decl.Pos() < spec.Pos() && spec.End() < decl.End() &&
			(lines.Line(decl.Lparen) == lines.Line(spec.Pos()) || lines.Line(decl.Rparen) == lines.Line(spec.End())) {
			return false
		}
	}
	return !slices.ContainsFunc(file.Imports, func(o *ast.ImportSpec) bool {
		return o != spec && lines.Line(o.Pos()) == lines.Line(spec.Pos())
	})
}

// unitOf returns the first unit that a file is part of.
func (f *Found) unitOf(file *ast.File) *Unit {
	for _, unit := range f.units {
		if slices.Contains(unit.Files, file) {
			return unit
		}
	}
	return nil
}
