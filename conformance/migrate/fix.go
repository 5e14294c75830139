package migrate

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/format"
	"os"
	"path/filepath"
	"slices"

	"github.com/scp-openapi/virtualserver/conformance/migrate/analyzer"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Fixed is what moving findings to a newer version changes, and what it leaves to a person.
type Fixed struct {
	Changes []Change // ordered by file
	Left    []Left   // ordered by file and line
	Then    []string // what to run afterwards, as sentences without their full stop
}

// Left is a finding that is not moved.
type Left struct {
	Finding
	Why string `json:"why"` // a sentence without its full stop
}

// Fix moves Go code to a version and writes the files that PlanFix changes. If one of them cannot be written,
// the others are, and the error says which.
func Fix(ctx context.Context, root string, findings []Finding, target lifecycle.ID) (*Fixed, error) {
	fixed, err := PlanFix(ctx, root, findings, target)
	if err != nil {
		return nil, err
	}
	return fixed, Write(root, fixed.Changes)
}

// Write writes changes to the files below root. A file that has changed since it was read is left as it is, and
// the error wraps [ErrChanged].
func Write(root string, changes []Change) error {
	var failed []error
	for _, c := range changes {
		failed = append(failed, c.write(root))
	}
	return errors.Join(failed...)
}

// PlanFix returns what moves those findings to a version that Go code older than it has: import paths, names
// of imports that carry the version, header values, and go:generate lines. It writes nothing.
//
// The edits of a file go together, and with those of other files that they share a constant with. They are made
// only if the packages of the module, tests included, compile with them, and those of the modules of the same
// repository or go.work that are compiled with it; the others are Left.
func PlanFix(ctx context.Context, root string, findings []Finding, target lifecycle.ID) (*Fixed, error) {
	var names []string
	byModule := map[string][]Finding{}
	for _, f := range findings {
		if !f.Rule.isGo() || len(f.Versions) > 0 && f.Versions[0].Compare(target) >= 0 {
			continue
		}
		names = append(names, f.File)
	}
	slices.Sort(names)
	g, err := newGoTree(root, slices.Compact(names))
	if err != nil {
		return nil, fmt.Errorf("planning the fix of %s: %w", root, err)
	}
	for _, f := range findings {
		if _, ok := g.names[g.path(f.File)]; ok {
			module := moduleOf(filepath.Dir(g.path(f.File)))
			byModule[module] = append(byModule[module], f)
		}
	}
	p := &fixPlan{goTree: g, target: target, made: map[string][]byte{}, old: map[string][]byte{}}
	for _, family := range families(ctx, g.root, g.modules()) {
		p.family(ctx, family, byModule)
		if err := ctx.Err(); err != nil {
			return nil, fmt.Errorf("planning the fix of %s: %w", root, err)
		}
	}
	return p.fixed(), nil
}

func (r Rule) isGo() bool {
	return r == GoImport || r == GoHeader || r == GoGenerate || r == GoUnpinned
}

// fixPlan is a fix that is being planned.
type fixPlan struct {
	*goTree
	target lifecycle.ID
	sets   []*editSet
	left   []Left
	then   []string
	made   map[string][]byte // what becomes of the files, by path
	old    map[string][]byte // what is in the files that are edited, by path
}

// editSet is edits that are made together or not at all: those of the uses of one file, and of all files that
// they share a constant with.
type editSet struct {
	files    []string // paths of the edited files
	edits    []Edit
	findings []Finding
}

// useAt tells a use of a scan from the others.
type useAt struct {
	file         string
	line, column int
	rule         Rule
	version      lifecycle.ID
}

func at(u Use) useAt {
	key := useAt{file: u.File, line: u.Line, column: u.Column, rule: u.Rule}
	if len(u.Versions) > 0 {
		key.version = u.Versions[0]
	}
	return key
}

// leave leaves findings to a person.
func (p *fixPlan) leave(why string, findings ...Finding) {
	for _, f := range findings {
		p.left = append(p.left, Left{f, why})
	}
}

// family plans the findings of modules that have to compile together.
func (p *fixPlan) family(ctx context.Context, modules []string, findings map[string][]Finding) {
	var all family
	p.sets = nil
	for _, module := range modules {
		movable := p.movable(module, findings[module])
		if module == "" {
			continue
		}
		c := p.check(module)
		all = append(all, c)
		if len(movable) > 0 {
			c.planAll(ctx, movable)
		}
	}
	if len(p.sets) == 0 {
		return
	}
	for _, c := range all {
		c.baseline(ctx)
	}
	p.settle(ctx, all)
	p.changes(all)
}

// movable returns the findings of a module that may be edited, and leaves the others.
func (p *fixPlan) movable(module string, findings []Finding) []Finding {
	var movable []Finding
	for _, f := range findings {
		switch {
		case f.Rule == GoUnpinned:
			p.leave(fmt.Sprintf("where it is best pinned is not known: set Scp-Api-Version to %q", "virtualserver "+p.target.String()), f)
		case f.Unknown != "" || len(f.Versions) == 0:
			p.leave("it cannot be edited: "+cmp.Or(f.Unknown, "it names no version"), f)
		case f.Generated:
			p.leave("the file is generated: run its generator with "+p.target.String(), f)
		case module == "":
			p.leave("it is in no module, so that it cannot be type-checked", f)
		default:
			movable = append(movable, f)
		}
	}
	return movable
}

// collect makes edit sets of the moves of uses, which are those of the findings.
func (p *fixPlan) collect(found *analyzer.Found, uses []analyzer.Use, findings []Finding) {
	moves := found.Moves(uses, p.target)
	sets := map[*ast.File]*editSet{}
	for i, use := range uses {
		switch {
		case moves.Left[i] != "":
			p.leave(moves.Left[i], findings[i])
		case sets[use.File] != nil:
			sets[use.File].findings = append(sets[use.File].findings, findings[i])
		default:
			sets[use.File] = &editSet{findings: []Finding{findings[i]}}
		}
	}
	for used, set := range sets {
		for _, e := range moves.Edits[used] {
			file := p.fset.File(e.Pos)
			set.files = append(set.files, file.Name())
			set.edits = append(set.edits, Edit{file.Name(), file.Offset(e.Pos), file.Offset(e.End), string(e.NewText)})
		}
		if i := slices.IndexFunc(set.files, func(file string) bool { return !filepath.IsLocal(p.name(file)) }); i >= 0 {
			p.leave("the version is a constant in "+p.name(set.files[i])+", which is not part of what was scanned", set.findings...)
			continue
		}
		p.join(set)
	}
}

// name returns the name of a file relative to the root, with slashes.
func (p *fixPlan) name(path string) string {
	name, err := filepath.Rel(p.root, path)
	if err != nil {
		return path
	}
	return filepath.ToSlash(name)
}

// join adds an edit set, as a part of those that edit one of its files.
func (p *fixPlan) join(set *editSet) {
	p.sets = slices.DeleteFunc(p.sets, func(other *editSet) bool {
		if !slices.ContainsFunc(other.files, func(file string) bool { return slices.Contains(set.files, file) }) {
			return false
		}
		set.files = append(set.files, other.files...)
		set.edits = append(set.edits, other.edits...)
		set.findings = append(set.findings, other.findings...)
		return true
	})
	slices.Sort(set.files)
	set.files = slices.Compact(set.files)
	p.sets = append(p.sets, set)
}

// text returns the new text of the files of a set, by path.
func (p *fixPlan) text(set *editSet) (map[string][]byte, error) {
	text := map[string][]byte{}
	for _, path := range set.files {
		if p.old[path] == nil {
			data, err := os.ReadFile(path)
			if err != nil {
				return nil, err
			}
			p.old[path] = data
		}
		old := p.old[path]
		edits := slices.DeleteFunc(slices.Clone(set.edits), func(e Edit) bool { return e.File != path })
		data, err := edited(old, edits)
		if err != nil {
			return nil, err
		}
		if formatted, err := format.Source(old); err == nil && bytes.Equal(formatted, old) {
			if data, err = format.Source(data); err != nil {
				return nil, err
			}
		}
		text[path] = data
	}
	return text, nil
}

// fixed returns the plan.
func (p *fixPlan) fixed() *Fixed {
	fixed := &Fixed{Left: p.left, Then: p.then}
	for path, data := range p.made {
		fixed.Changes = append(fixed.Changes, Change{p.name(path), p.old[path], data})
	}
	slices.SortFunc(fixed.Changes, func(a, b Change) int { return cmp.Compare(a.File, b.File) })
	slices.SortStableFunc(fixed.Left, func(a, b Left) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return fixed
}
