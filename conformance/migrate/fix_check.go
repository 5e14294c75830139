package migrate

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/scp-openapi/virtualserver/conformance/migrate/analyzer"
)

// checked is a module whose edits are type-checked.
type checked struct {
	*fixPlan
	module   string
	vendored bool
	broken   map[goConfig]map[string]string // packages that do not compile as they are, with an error, by id
}

// family is modules that have to compile together.
type family []*checked

func (p *fixPlan) check(module string) *checked {
	_, err := os.Stat(filepath.Join(module, "vendor", "modules.txt"))
	return &checked{fixPlan: p, module: module, vendored: err == nil, broken: map[goConfig]map[string]string{}}
}

// planAll plans findings in the files of the module.
func (c *checked) planAll(ctx context.Context, findings []Finding) {
	for _, config := range c.configs(findings) {
		findings = c.plan(ctx, config, findings)
	}
	for _, f := range findings {
		if usesCgo(c.path(f.File)) {
			c.leave("it uses cgo, and is not type-checked: edit it by hand", f)
			continue
		}
		c.leave("it is not part of what the go command compiles here, so that it cannot be type-checked", f)
	}
}

// usesCgo reports whether a file imports "C": the go command compiles what cgo makes of it.
func usesCgo(path string) bool {
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	return err == nil && slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == `"C"` })
}

// baseline finds what does not compile as it is in a module that has nothing to move.
func (c *checked) baseline(ctx context.Context) {
	if len(c.broken) == 0 {
		config := goConfig{vendored: c.vendored}
		c.broken[config] = brokenOf(c.packages(ctx, config, nil))
	}
}

// brokenOf returns the packages that do not compile, with an error, by id.
func brokenOf(loaded []goPackage) map[string]string {
	broken := map[string]string{}
	for _, pkg := range loaded {
		if len(pkg.errors) > 0 {
			broken[pkg.id] = pkg.message()
		}
	}
	return broken
}

// configs returns what the files of the findings are compiled for: first what the go command takes by itself.
func (c *checked) configs(findings []Finding) []goConfig {
	configs := []goConfig{{vendored: c.vendored}}
	for _, f := range findings {
		if config, ok := configOf(c.path(f.File)); ok {
			config.vendored = c.vendored
			if !slices.Contains(configs, config) {
				configs = append(configs, config)
			}
		}
	}
	return configs
}

// packages loads all packages of the module, and those that "./..." does not name.
func (c *checked) packages(ctx context.Context, config goConfig, overlay map[string][]byte) []goPackage {
	return c.load(ctx, c.module, config, overlay, append(c.folders(c.module), "./..."))
}

// plan plans the findings in the files that are compiled for a config, and returns the others.
func (c *checked) plan(ctx context.Context, config goConfig, findings []Finding) []Finding {
	var units []*analyzer.Unit
	loaded := c.packages(ctx, config, nil)
	broken, compiled := brokenOf(loaded), map[string]string{} // by package, by file
	for _, pkg := range loaded {
		units = append(units, pkg.unit)
		for _, file := range pkg.unit.Files {
			if path := c.file(file); broken[pkg.id] != "" || compiled[path] == "" {
				compiled[path] = pkg.id
			}
		}
	}
	c.broken[config] = broken
	found := analyzer.Find(c.fset, units)
	uses := map[useAt]analyzer.Use{}
	for _, use := range found.Uses {
		uses[c.at(use)] = use
	}
	var rest, matched []Finding
	var moved []analyzer.Use
	for _, f := range findings {
		pkg, known := compiled[c.path(f.File)]
		use, same := uses[at(f.Use)]
		switch {
		case !known:
			rest = append(rest, f)
		case broken[pkg] != "":
			c.leave("its package does not compile as it is: "+broken[pkg], f)
		case !same:
			c.leave(ErrChanged.Error(), f)
		default:
			matched, moved = append(matched, f), append(moved, use)
		}
	}
	c.collect(found, moved, matched)
	return rest
}

// at returns where a use is, as a scan tells it.
func (p *fixPlan) at(u analyzer.Use) useAt {
	at := p.fset.PositionFor(u.Pos, false)
	return useAt{p.names[p.file(u.File)], at.Line, at.Column, goRules[u.Kind], u.Version}
}

// settle type-checks modules with all edit sets, and leaves those that do not compile to a person, until the rest
// compiles.
func (p *fixPlan) settle(ctx context.Context, modules family) {
	var before []*editSet
	for len(p.sets) > 0 && ctx.Err() == nil {
		overlay := map[string][]byte{}
		for _, set := range slices.Clone(p.sets) {
			text, err := p.text(set)
			if err != nil {
				p.drop(set, "its edits do not fit together: "+err.Error())
				continue
			}
			for path, data := range text {
				overlay[path] = data
			}
		}
		bad := modules.compile(ctx, overlay)
		if len(bad) == 0 {
			return
		}
		for set, message := range bad {
			why := "it would not compile: " + message
			if len(before) > 0 {
				why = fmt.Sprintf("it would not compile while %s is left: %s", p.first(before), message)
			}
			p.drop(set, why)
		}
		for set := range bad {
			before = append(before, set)
		}
	}
}

func (p *fixPlan) drop(set *editSet, why string) {
	p.leave(why, set.findings...)
	p.sets = slices.DeleteFunc(p.sets, func(s *editSet) bool { return s == set })
}

// first returns the first file by name of edit sets.
func (p *fixPlan) first(sets []*editSet) string {
	var names []string
	for _, set := range sets {
		names = append(names, p.name(set.files[0]))
	}
	return slices.Min(names)
}

// compile type-checks modules with an overlay, and returns the edit sets to blame for packages that compiled
// before, each with an error.
func (modules family) compile(ctx context.Context, overlay map[string][]byte) map[*editSet]string {
	bad := map[*editSet]string{}
	for _, c := range modules {
		c.compile(ctx, overlay, bad)
	}
	return bad
}

func (c *checked) compile(ctx context.Context, overlay map[string][]byte, bad map[*editSet]string) {
	for config, broken := range c.broken {
		for _, pkg := range c.packages(ctx, config, overlay) {
			if len(pkg.errors) == 0 || broken[pkg.id] != "" {
				continue
			}
			for _, set := range c.blame(pkg) {
				if bad[set] == "" {
					bad[set] = c.explained(pkg, set)
				}
			}
		}
	}
}

// noPackage is what the type checker says of an import that the go command found nowhere.
var noPackage = regexp.MustCompile(`^could not import (\S+) \(invalid package name: ""\)$`)

// explained returns the error of a package that an edit set is to blame for. It says what to do where the type
// checker does not, and where it is if that is in another file.
func (c *checked) explained(pkg goPackage, set *editSet) string {
	message := noPackage.ReplaceAllString(pkg.message(), "the module required here has no package $1: require a release that has it")
	if at := pkg.at(); at != "" && !slices.Contains(set.files, at) {
		message = c.name(at) + ": " + message
	}
	return message
}

// blame returns the edit sets that made a package not compile: those with an error in one of their files, else
// those of the package, else those of what it imports, else all.
func (c *checked) blame(pkg goPackage) []*editSet {
	with := func(edits func(file string) bool) []*editSet {
		var sets []*editSet
		for _, set := range c.sets {
			if slices.ContainsFunc(set.files, edits) {
				sets = append(sets, set)
			}
		}
		return sets
	}
	if sets := with(func(file string) bool {
		return slices.ContainsFunc(pkg.errors, func(e packages.Error) bool { return strings.HasPrefix(e.Pos, file+":") })
	}); len(sets) > 0 {
		return sets
	}
	if sets := with(func(file string) bool { return slices.Contains(pkg.files, file) }); len(sets) > 0 {
		return sets
	}
	folders := map[string]bool{}
	imports(pkg.deps, folders, map[string]bool{})
	if sets := with(func(file string) bool { return folders[filepath.Dir(file)] }); len(sets) > 0 {
		return sets
	}
	return slices.Clone(c.sets)
}

// imports adds the folders of packages, and of all that they import.
func imports(deps map[string]*packages.Package, folders, seen map[string]bool) {
	for _, dep := range deps {
		if seen[dep.ID] {
			continue
		}
		seen[dep.ID] = true
		for _, file := range dep.GoFiles {
			folders[filepath.Dir(file)] = true
		}
		imports(dep.Imports, folders, seen)
	}
}

// changes adds what has been settled to the result.
func (p *fixPlan) changes(modules family) {
	changed := map[string]bool{} // modules
	for _, set := range p.sets {
		text, err := p.text(set)
		if err != nil {
			continue // it was settled, and the text is the same
		}
		for path, data := range text {
			p.made[path] = data
			changed[moduleOf(filepath.Dir(path))] = true
		}
	}
	for _, c := range modules {
		if c.vendored && changed[c.module] {
			p.then = append(p.then, "run `go mod vendor` in "+p.name(c.module)+", whose vendor folder lacks what is imported now")
		}
	}
}
