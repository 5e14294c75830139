package migrate

import (
	"context"
	"go/ast"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance/migrate/analyzer"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// scanGo finds the uses in Go files, whose names are relative to root, with slashes. It loads the modules that
// they are part of, without a network and without writing to them. A file that the go command does not load
// here, because of its build constraints or of modules that are missing, is read by its syntax instead.
func scanGo(ctx context.Context, root string, goFiles []string) ([]Use, []Trouble) {
	g, err := newGoTree(root, goFiles)
	if err != nil {
		return nil, []Trouble{{File: ".", Text: "cannot be read: " + err.Error()}}
	}
	for _, module := range g.modules() {
		if ctx.Err() != nil {
			return nil, nil
		}
		if module != "" {
			g.loaded(g.load(ctx, module, goConfig{}, nil, g.folders(module)))
		}
	}
	for _, name := range goFiles {
		if ctx.Err() != nil {
			return nil, nil
		}
		if _, read := g.read[g.path(name)]; !read {
			g.syntax(name)
		}
	}
	return g.uses, g.troubles
}

// goTree is a tree with Go files to scan.
type goTree struct {
	root     string // without symbolic links
	names    map[string]string
	read     map[string]Sure // the files that were read, by path, and how sure their uses are
	fset     *token.FileSet
	folder   map[string][]*ast.File // the parsed files of a folder, by its path
	uses     []Use
	troubles []Trouble
}

func newGoTree(root string, goFiles []string) (*goTree, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		return nil, err
	}
	g := &goTree{root: root, names: map[string]string{}, read: map[string]Sure{}, fset: token.NewFileSet(), folder: map[string][]*ast.File{}}
	for _, name := range goFiles {
		g.names[g.path(name)] = name
	}
	return g, nil
}

func (g *goTree) path(name string) string { return filepath.Join(g.root, filepath.FromSlash(name)) }

// modules returns the folders of the modules that the files are part of, "" for files of no module.
func (g *goTree) modules() []string {
	var modules []string
	for path := range g.names {
		modules = append(modules, moduleOf(filepath.Dir(path)))
	}
	slices.Sort(modules)
	return slices.Compact(modules)
}

// folders returns the patterns of the packages of a module with files to scan.
func (g *goTree) folders(module string) []string {
	var patterns []string
	for path := range g.names {
		if dir := filepath.Dir(path); moduleOf(dir) == module {
			if rel, err := filepath.Rel(module, dir); err == nil {
				patterns = append(patterns, "./"+filepath.ToSlash(rel))
			}
		}
	}
	slices.Sort(patterns)
	if patterns = slices.Compact(patterns); len(patterns) > maxPatterns {
		return []string{"./..."}
	}
	return patterns
}

// moduleOf returns the nearest folder at or above dir that has a go.mod, or "".
func moduleOf(dir string) string {
	for {
		if info, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil && !info.IsDir() {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// loaded takes the uses of the packages of one module. What does not compile is less sure.
func (g *goTree) loaded(packages []goPackage) {
	var units []*analyzer.Unit
	for _, pkg := range packages {
		units = append(units, pkg.unit)
		sure := Exact
		if len(pkg.errors) > 0 {
			sure = Derived
		}
		for _, file := range pkg.unit.Files {
			if path := g.file(file); !pkg.misparsed(path) && g.read[path] != Exact {
				g.read[path] = sure
			}
		}
	}
	for _, use := range analyzer.Find(g.fset, units).Uses {
		g.take(use)
	}
}

// file returns the path of a parsed file.
func (g *goTree) file(file *ast.File) string { return g.fset.File(file.FileStart).Name() }

// take takes a use if it is in a file of the scan.
func (g *goTree) take(u analyzer.Use) {
	path := g.file(u.File)
	name, wanted := g.names[path]
	if _, read := g.read[path]; !wanted || !read {
		return
	}
	at := g.fset.PositionFor(u.Pos, false)
	use := Use{
		File: name, Line: at.Line, Column: at.Column, Text: g.text(path, at.Offset, int(u.End-u.Pos)),
		Rule: goRules[u.Kind], Sure: g.read[path], Versions: []lifecycle.ID{}, Unknown: u.Unknown,
		Generated: ast.IsGenerated(u.File), generic: u.Generic,
	}
	if u.Versioned {
		use.Versions = append(use.Versions, u.Version)
	}
	if u.Derived {
		use.Sure = Derived
	}
	g.uses = append(g.uses, use)
}

var goRules = map[analyzer.Kind]Rule{
	analyzer.Import:   GoImport,
	analyzer.Header:   GoHeader,
	analyzer.Generate: GoGenerate,
	analyzer.Unpinned: GoUnpinned,
}

// text returns what stands at an offset of a file: at most one line, of at most maxText bytes.
func (g *goTree) text(path string, offset, length int) string {
	data, err := os.ReadFile(path)
	if err != nil || offset > len(data) {
		return ""
	}
	text, _, _ := strings.Cut(string(data[offset:min(len(data), offset+length)]), "\n")
	return strings.ToValidUTF8(strings.TrimRight(text[:min(len(text), maxText)], "\r"), "")
}
