package analyzer

import (
	"cmp"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Unit is a package as it was type-checked. Where types are missing, as in code that does not compile, uses
// are found as far as the syntax and the constants tell.
type Unit struct {
	Files []*ast.File
	Pkg   *types.Package
	Info  *types.Info
}

// Kind is how a use speaks the API.
type Kind int

// How uses speak the API.
const (
	Import   Kind = iota // imports a client of one version
	Header               // sets the version header, or compares it
	Generate             // a go:generate directive that writes the client of one version
	Unpinned             // signs requests in a package that sets no version header
)

// Use is one place that speaks the API.
type Use struct {
	Kind     Kind
	Pos, End token.Pos
	File     *ast.File

	// Version is what the place speaks, if Versioned. Otherwise Unknown says why nobody knows, or the place
	// is Unpinned.
	Version   lifecycle.ID
	Versioned bool
	Unknown   string

	// Generic reports whether a place whose version is Unknown takes the service from a variable too: its callers
	// say which versions it speaks.
	Generic bool

	// Derived reports whether the version came through a variable, which may hold others at run time.
	Derived bool

	spec   *ast.ImportSpec
	change *span        // the number of the version, if it is written in one place
	names  []*ast.Ident // the constants and variables that the version came through
	shared bool         // change is a number alone, which may mean something else elsewhere
}

// span is a part of a file, within a literal.
type span struct{ pos, end, lit token.Pos }

func pos(offset int) token.Pos { return token.Pos(offset) }

// program is what Find looks at: all units at once, so that values are followed between packages.
type program struct {
	*flows
	following map[token.Pos]bool // the variables that are being evaluated
	steps     int                // that the evaluation may still take
	left      int                // steps for all evaluations of values of the header
	fset      *token.FileSet
	files     map[*token.File]place
	unit      *Unit // that is being looked at
	file      *ast.File
	uses      []Use
	seen      map[useKey]bool
	packages  map[string]*headers
	made      map[token.Pos]bool // the names that values of the header came through, by where they stand
	foreign   map[token.Pos]bool // the literals that values for other services are made of, by where they stand
	handled   map[ast.Node]bool
}

// place is a file and the unit that it is looked at in.
type place struct {
	file *ast.File
	unit *Unit
}

type useKey struct {
	kind  Kind
	at    token.Pos
	id    lifecycle.ID
	known bool
}

// headers is what one package sets.
type headers struct {
	versioned bool
	vendor    bool                   // names what only code for the vendor's API names
	signs     map[*ast.File]ast.Node // the first place in each file
}

// sign notes a place that sets a header of a signed request. Other products have a header called Scp-Signature too.
func (h *headers) sign(name string, file *ast.File, n ast.Node) {
	h.vendor = h.vendor || name != signatureHeader
	if h.signs[file] == nil && name != clientHeader {
		h.signs[file] = n
	}
}

// Found is what Find found.
type Found struct {
	Uses  []Use // in the order of the files and of the places in them
	units []*Unit
	*program
}

// Find finds the uses in units, all of one file set.
func Find(fset *token.FileSet, units []*Unit) *Found {
	p := &program{
		flows: newFlows(), fset: fset, files: map[*token.File]place{}, following: map[token.Pos]bool{}, seen: map[useKey]bool{},
		left: maxAllSteps, packages: map[string]*headers{}, made: map[token.Pos]bool{}, foreign: map[token.Pos]bool{}, handled: map[ast.Node]bool{},
	}
	p.each(units, func(u *Unit, file *ast.File) {
		p.files[fset.File(file.FileStart)] = place{file, u}
		p.flows.file(u, file)
	})
	p.each(units, func(u *Unit, file *ast.File) {
		p.unit, p.file = u, file
		p.imports(file)
		p.directives(file)
		ast.Inspect(file, p.node)
	})
	p.unpinned()
	slices.SortStableFunc(p.uses, func(a, b Use) int { return cmp.Compare(a.Pos, b.Pos) })
	return &Found{p.uses, units, p}
}

// each calls f with each file once, though packages are checked with and without their tests.
func (p *program) each(units []*Unit, f func(*Unit, *ast.File)) {
	seen := map[token.Pos]bool{}
	for _, u := range units {
		for _, file := range u.Files {
			if !seen[file.FileStart] {
				seen[file.FileStart] = true
				f(u, file)
			}
		}
	}
}

// add adds a use, unless it is there.
func (p *program) add(u Use) {
	key := useKey{u.Kind, u.Pos, u.Version, u.Versioned}
	if p.seen[key] {
		return
	}
	p.seen[key] = true
	at := p.files[p.fset.File(u.Pos)]
	u.File = at.file
	if u.Kind == Header {
		p.of(at.unit).versioned = true
	}
	p.uses = append(p.uses, u)
}

// here returns what the package that is being looked at sets.
func (p *program) here() *headers { return p.of(p.unit) }

func (p *program) of(u *Unit) *headers {
	path := u.Pkg.Path()
	if p.packages[path] == nil {
		p.packages[path] = &headers{signs: map[*ast.File]ast.Node{}}
	}
	return p.packages[path]
}

// unpinned adds one use for each file that signs requests in a package that sets no version header: a person
// goes through files, and whether the header is set beside the signature or by a neighbour is up to the
// package.
func (p *program) unpinned() {
	for _, h := range p.packages {
		if h.versioned || !h.vendor {
			continue
		}
		for _, n := range h.signs {
			p.add(Use{Kind: Unpinned, Pos: n.Pos(), End: n.End()})
		}
	}
}
