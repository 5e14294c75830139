package migrate

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/types"
	"os"
	"path/filepath"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance/migrate/analyzer"
)

// syntax finds the uses in a file that the go command does not load. The file is checked without what it
// imports: that tells the constants of its package, which is what most versions are. A file that does not parse
// is read as text, and by its imports if these do.
func (g *goTree) syntax(name string) {
	path := g.path(name)
	file, err := g.parse(path)
	if err != nil {
		g.troubles = append(g.troubles, Trouble{File: name, Text: "cannot be parsed as Go: " + parseError(err)})
		if data, err := os.ReadFile(path); err == nil {
			g.uses = append(g.uses, scanText(name, data)...)
		}
		if file, err = parser.ParseFile(g.fset, path, nil, parser.ImportsOnly); err != nil {
			return
		}
	}
	g.read[path] = Derived
	for _, use := range analyzer.Find(g.fset, []*analyzer.Unit{g.alone(path, file)}).Uses {
		if use.File == file {
			g.take(use)
		}
	}
}

// alone checks a file with the others of its package in its folder, and without imports. The file comes first:
// of constants that are declared once for each system, its own counts.
func (g *goTree) alone(path string, file *ast.File) *analyzer.Unit {
	files := []*ast.File{file}
	for _, other := range g.siblings(filepath.Dir(path)) {
		if other.Name.Name == file.Name.Name && g.file(other) != path {
			files = append(files, other)
		}
	}
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
	}
	checker := types.Config{Error: func(error) {}, FakeImportC: true}
	pkg, _ := checker.Check(filepath.ToSlash(filepath.Dir(path)), g.fset, files, info) // errors are expected
	return &analyzer.Unit{Files: files, Pkg: pkg, Info: info}
}

// siblings returns the files of a folder that parse.
func (g *goTree) siblings(dir string) []*ast.File {
	if files, ok := g.folder[dir]; ok {
		return files
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	files := []*ast.File{}
	for _, entry := range entries {
		if strings.HasSuffix(entry.Name(), ".go") && entry.Type().IsRegular() {
			if file, err := g.parse(filepath.Join(dir, entry.Name())); err == nil {
				files = append(files, file)
			}
		}
	}
	g.folder[dir] = files
	return files
}

func (g *goTree) parse(path string) (*ast.File, error) {
	return parser.ParseFile(g.fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
}

// parseError returns the first error of a parser, without the path of the file.
func parseError(err error) string {
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		return fmt.Sprintf("%s in line %d", list[0].Msg, list[0].Pos.Line)
	}
	return err.Error()
}
