package codegen

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/tools/imports"
)

// rawClient is the struct that sends requests, oapi-codegen's Client. Unexported, it is made by New
// alone.
const rawClient = "caller"

// replaced are the declarations of oapi-codegen that the runtime or virtualserver.tmpl has in their
// place, or that would open a client without the guard.
var replaced = []string{
	"HttpRequestDoer", "RequestEditorFn", "applyEditors",
	"ClientOption", "NewClient", "NewClientWithResponses", "WithHTTPClient", "WithBaseURL", "WithRequestEditorFn",
}

// guarded changes what oapi-codegen wrote so that no request leaves but through the guard: nothing
// opens a client but New, nothing builds a request but a method of the client, and each method checks
// its arguments first. params are the path parameters, which are
// typed IDs.
//
// It fails for whatever it does not know, so that a newer oapi-codegen opens no way around the guard
// unnoticed.
func guarded(code []byte, params []param) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "", code, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("read what oapi-codegen wrote: %w", err)
	}
	g := rewriting{
		offset:  func(p token.Pos) int { return fset.Position(p).Offset },
		params:  map[string]string{},
		missing: slices.Clone(replaced),
	}
	for _, p := range params {
		g.params[p.Type] = p.Name
	}
	for _, decl := range file.Decls {
		if err := g.visit(decl); err != nil {
			return nil, fmt.Errorf("oapi-codegen wrote what the guard does not know: %w", err)
		}
	}
	switch {
	case len(g.missing) > 0:
		return nil, fmt.Errorf("oapi-codegen did not write %s: it opens its clients in another way now", strings.Join(g.missing, ", "))
	case g.methods == 0:
		return nil, errors.New("oapi-codegen wrote no method that sends a request")
	}
	code = g.apply(code)
	for _, name := range g.builders {
		code = regexp.MustCompile(`\b`+name+`\b`).ReplaceAll(code, []byte(strings.ToLower(name[:1])+name[1:]))
	}
	return imports.Process("client.go", code, nil) // which removes the imports that are left over
}

type rewriting struct {
	offset func(token.Pos) int
	params map[string]string // names by Go type: volume_id by VolumeID

	edits    []edit
	missing  []string // of replaced
	builders []string // of requests, to be unexported
	methods  int      // that send requests
}

// edit puts text in the place of a part of the code.
type edit struct {
	from, to int
	text     string
}

func (g *rewriting) apply(code []byte) []byte {
	slices.SortFunc(g.edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var out bytes.Buffer
	done := 0
	for _, e := range g.edits {
		out.Write(code[done:e.from])
		out.WriteString(e.text)
		done = e.to
	}
	out.Write(code[done:])
	return out.Bytes()
}

func (g *rewriting) visit(decl ast.Decl) error {
	switch d := decl.(type) {
	case *ast.GenDecl:
		if spec, ok := d.Specs[0].(*ast.TypeSpec); ok && len(d.Specs) == 1 {
			g.drop(spec.Name.Name, d, d.Doc)
		}
		return nil
	case *ast.FuncDecl:
		switch {
		case g.drop(d.Name.Name, d, d.Doc):
			return nil
		case d.Recv == nil:
			return g.function(d)
		case receiver(d) == rawClient:
			return g.method(d)
		}
	}
	return nil
}

// drop removes a declaration that is replaced.
func (g *rewriting) drop(name string, decl ast.Node, doc *ast.CommentGroup) bool {
	i := slices.Index(g.missing, name)
	if i < 0 {
		return false
	}
	g.missing = slices.Delete(g.missing, i, i+1)
	from := decl.Pos()
	if doc != nil {
		from = doc.Pos()
	}
	g.edits = append(g.edits, edit{g.offset(from), g.offset(decl.End()), ""})
	return true
}

var requestBuilder = regexp.MustCompile(`^New\w+Request(WithBody|With\w+Body)?$`)

// function looks at a function that is no method: one that parses an answer stays, one that builds a
// request is unexported.
func (g *rewriting) function(d *ast.FuncDecl) error {
	name := d.Name.Name
	switch {
	case !d.Name.IsExported(), strings.HasPrefix(name, "Parse") && strings.HasSuffix(name, "Response"):
	case requestBuilder.MatchString(name):
		g.builders = append(g.builders, name)
		g.escapeIDs(d)
	default:
		return fmt.Errorf("the exported function %s", name)
	}
	return nil
}

// method has a method that sends a request begin with the check of its arguments.
func (g *rewriting) method(d *ast.FuncDecl) error {
	name := d.Name.Name
	if !d.Name.IsExported() {
		return fmt.Errorf("the method %s", name)
	}
	if first := d.Type.Params.List[0]; len(first.Names) != 1 || first.Names[0].Name != "ctx" {
		return fmt.Errorf("the method %s, which does not begin with a context", name)
	}
	check := "\nif err := client.Before(ctx"
	for arg, param := range g.ids(d) {
		check += fmt.Sprintf(", client.Param{Name: %q, Value: string(%s)}", param, arg)
	}
	at := g.offset(d.Body.Lbrace) + 1
	g.edits = append(g.edits, edit{at, at, check + "); err != nil {\nreturn nil, err\n}"})
	g.methods++
	return nil
}

// ids are the IDs that a function takes: the arguments in order, and the path parameters they are for.
func (g *rewriting) ids(d *ast.FuncDecl) iter.Seq2[string, string] {
	return func(yield func(arg, param string) bool) {
		for _, field := range d.Type.Params.List {
			kind, ok := field.Type.(*ast.Ident)
			if !ok || g.params[kind.Name] == "" {
				continue
			}
			for _, arg := range field.Names {
				if !yield(arg.Name, g.params[kind.Name]) {
					return
				}
			}
		}
	}
}

// escapeIDs has a builder escape its IDs with net/url. oapi-codegen/runtime does the same with them,
// by way of reflection and of packages that make a program larger.
func (g *rewriting) escapeIDs(d *ast.FuncDecl) {
	args := maps.Collect(g.ids(d))
	for i, stmt := range d.Body.List {
		assign, ok := stmt.(*ast.AssignStmt)
		if !ok || len(assign.Rhs) != 1 || i+1 == len(d.Body.List) {
			continue
		}
		call, ok := assign.Rhs[0].(*ast.CallExpr)
		if !ok || len(call.Args) != 5 || !isStyleParam(call.Fun) {
			continue
		}
		arg, _ := call.Args[3].(*ast.Ident)
		path, _ := assign.Lhs[0].(*ast.Ident)
		check, _ := d.Body.List[i+1].(*ast.IfStmt) // of its error
		if arg == nil || path == nil || check == nil || args[arg.Name] == "" {
			continue
		}
		text := fmt.Sprintf("%s = url.PathEscape(string(%s))", path.Name, arg.Name)
		g.edits = append(g.edits, edit{g.offset(assign.Pos()), g.offset(check.End()), text})
	}
}

func isStyleParam(fun ast.Expr) bool {
	selector, ok := fun.(*ast.SelectorExpr)
	return ok && selector.Sel.Name == "StyleParamWithOptions"
}

func receiver(d *ast.FuncDecl) string {
	kind := d.Recv.List[0].Type
	if star, ok := kind.(*ast.StarExpr); ok {
		kind = star.X
	}
	if ident, ok := kind.(*ast.Ident); ok {
		return ident.Name
	}
	return ""
}
