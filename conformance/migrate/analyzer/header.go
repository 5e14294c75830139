package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"regexp"
	"strconv"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// service is the name that versions of this API have in the version header.
const service = "virtualserver"

// The headers that tell code that speaks the API [seed].
const (
	versionHeader   = "scp-api-version"
	signatureHeader = "scp-signature"
	accessKeyHeader = "scp-accesskey"
	clientHeader    = "scp-clienttype"
)

// domain is where the API is served [seed].
const domain = "samsungsdscloud.com"

// node finds the places that set, send or compare a header.
func (p *program) node(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		p.call(n)
	case *ast.CompositeLit:
		p.composite(n)
	case *ast.AssignStmt:
		p.assign(n)
	case *ast.BinaryExpr:
		if n.Op == token.EQL || n.Op == token.NEQ {
			p.compared(n.X, n.Y)
		}
	case *ast.SwitchStmt:
		p.cases(n)
	case *ast.ImportSpec:
		return false
	}
	if lit, ok := n.(*ast.BasicLit); ok && strings.Contains(lit.Value, domain) {
		p.here().vendor = true
	}
	if expr, ok := n.(ast.Expr); ok {
		p.raw(expr)
	}
	return true
}

// setter matches the names of functions that set what they are called with.
var setter = regexp.MustCompile(`(?i)^(?:set|add|put|with|append|insert|replace|header)`)

// call looks for a header name among the arguments of a call, with its value after it.
func (p *program) call(n *ast.CallExpr) {
	path, name := called(p.unit, n)
	if p.own(n, path, name) {
		return
	}
	for i, arg := range n.Args {
		if i+1 < len(n.Args) {
			p.header(p.headerName(arg), n, []ast.Expr{n.Args[i+1]}, setter.MatchString(name) && path != "fmt")
		}
		if p.reads(arg) {
			for _, other := range n.Args {
				p.version([]ast.Expr{other}, false)
			}
		}
	}
}

// own recognises this module's functions that set the headers.
func (p *program) own(n *ast.CallExpr, path, name string) bool {
	if path != module+"/signing" && path != module+"/openapi/client" {
		return false
	}
	switch {
	case name == "WithAPIVersion" && len(n.Args) == 1:
		p.header(versionHeader, n, n.Args, true)
	case name == "MustVersion" && len(n.Args) == 2:
		p.header(versionHeader, n, n.Args, true)
	case name == "NewTransport":
		p.here().vendor = true
		p.header(signatureHeader, n, nil, true)
	default:
		return false
	}
	return true
}

// composite looks for headers in a literal of a map, of a struct with a field for the header, and of a list or
// a struct where the value stands after its name.
func (p *program) composite(n *ast.CompositeLit) {
	fields := structure(p.unit, n)
	for i, element := range n.Elts {
		pair, keyed := element.(*ast.KeyValueExpr)
		switch {
		case keyed && fields == nil && p.headerName(pair.Key) != "":
			p.header(p.headerName(pair.Key), pair, []ast.Expr{pair.Value}, true)
		case keyed && p.headerName(pair.Value) != "":
			for _, other := range n.Elts {
				if other, ok := other.(*ast.KeyValueExpr); ok && other != pair {
					name, _ := other.Key.(*ast.Ident)
					p.header(p.headerName(pair.Value), pair, []ast.Expr{other.Value}, name != nil && strings.EqualFold(name.Name, "value"))
				}
			}
		case keyed:
			if name, ok := pair.Key.(*ast.Ident); ok {
				p.header(fieldHeader(name.Name, tag(fields, name.Name)), pair, []ast.Expr{pair.Value}, true)
			}
		case i+1 < len(n.Elts):
			p.header(p.headerName(element), n, []ast.Expr{n.Elts[i+1]}, fields != nil)
		}
	}
}

// assign looks for headers that are assigned to: of a map by its key, or of a struct by its field.
func (p *program) assign(n *ast.AssignStmt) {
	if len(n.Lhs) != len(n.Rhs) {
		return
	}
	for i, left := range n.Lhs {
		switch left := ast.Unparen(left).(type) {
		case *ast.IndexExpr:
			p.header(p.headerName(left.Index), n, []ast.Expr{n.Rhs[i]}, true)
		case *ast.SelectorExpr:
			p.header(fieldHeader(left.Sel.Name, p.tag(left)), n, []ast.Expr{n.Rhs[i]}, true)
		}
	}
}

// header handles a place that sets a header, or that may: a list of strings is not sent anywhere by itself.
func (p *program) header(name string, n ast.Node, value []ast.Expr, sets bool) {
	if name == "" || len(value) > 0 && !mayBeText(p.unit.Info.TypeOf(value[0])) {
		return
	}
	switch name {
	case versionHeader:
		p.version(value, sets)
	case signatureHeader, accessKeyHeader, clientHeader:
		if sets {
			p.here().sign(name, p.file, n)
		}
	}
}

// mayBeText reports whether a value of a type can be that of a header. A type that is not known may.
func mayBeText(typ types.Type) bool {
	if typ == nil {
		return true
	}
	switch typ := typ.Underlying().(type) {
	case *types.Basic:
		return typ.Info()&types.IsString != 0 || typ.Kind() == types.Invalid
	case *types.Slice:
		return mayBeText(typ.Elem())
	case *types.Array:
		return mayBeText(typ.Elem())
	case *types.Pointer:
		return mayBeText(typ.Elem())
	case *types.Interface:
		return true
	}
	return false
}

// headerName returns the name of the header that an expression is, in lower case, if it is one that tells.
func (p *program) headerName(expr ast.Expr) string {
	if !mayBeText(p.unit.Info.TypeOf(expr)) {
		return ""
	}
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident, *ast.SelectorExpr, *ast.BinaryExpr:
	case *ast.BasicLit:
		if expr.Kind != token.STRING {
			return ""
		}
	case *ast.CallExpr: // http.CanonicalHeaderKey, or a conversion
		if len(expr.Args) != 1 {
			return ""
		}
	default:
		return ""
	}
	text, ok := only(p.values(source{expr, p.unit}, maxKeySteps))
	if text = strings.ToLower(text); ok && telltale(text) {
		return text
	}
	return ""
}

func telltale(name string) bool {
	return name == versionHeader || name == signatureHeader || name == accessKeyHeader || name == clientHeader
}

// fieldHeader returns the header that a struct field is named or tagged for.
func fieldHeader(name, tag string) string {
	for _, header := range []string{versionHeader, signatureHeader, accessKeyHeader, clientHeader} {
		if strings.EqualFold(strings.ReplaceAll(name, "_", ""), strings.ReplaceAll(header, "-", "")) ||
			strings.Contains(strings.ToLower(tag), `"`+header+`"`) || strings.Contains(strings.ToLower(tag), `"`+header+`,`) {
			return header
		}
	}
	return ""
}

// version adds a use for each version that the value of the header may have. If the value is several
// expressions, the header joins them with a space.
func (p *program) version(exprs []ast.Expr, sets bool) {
	steps := max(minSteps, min(maxSteps, p.left))
	p.steps = steps
	defer func() { p.left -= steps - max(p.steps, 0) }()
	values := p.eval(source{exprs[0], p.unit}, nil, 0)
	for _, expr := range exprs[1:] {
		values = join(join(values, []value{{pieces: []piece{{text: " "}}}}), p.eval(source{expr, p.unit}, nil, 0))
	}
	values = p.resolve(values, 0)
	if sets {
		p.here().versioned = true
	}
	for _, v := range values {
		p.sent(v, exprs[len(exprs)-1], sets)
	}
}

// sent adds a use for one value of the header, if it is for this service or may be. A place that does not
// certainly set the header counts only if the value does.
func (p *program) sent(v value, last ast.Expr, sets bool) {
	at := v.at
	if at == nil {
		at = last
	}
	if list, ok := at.(*ast.CompositeLit); ok && len(list.Elts) == 1 {
		at = list.Elts[0]
	}
	text, whole := v.text()
	if tabled, ok := v.tabled(); ok {
		text, whole = tabled, true
	}
	name, number, _ := strings.Cut(strings.TrimSpace(text), " ")
	ours := strings.EqualFold(name, service)
	id, err := lifecycle.ParseID(strings.TrimSpace(number))
	switch {
	case v.client():
		p.here().versioned = true
	case whole && ours && err == nil:
		p.makes(v, true)
		p.add(p.use(v, at, id))
	case !ours && (strings.Contains(strings.TrimLeft(text, " "), " ") || !sets):
		p.makes(v, false)
	case !sets:
	case whole && text != "":
		p.add(Use{Kind: Header, Pos: at.Pos(), End: at.End(), Unknown: strconv.Quote(text) + " names no version of the service"})
	case !whole:
		p.add(Use{
			Kind: Header, Pos: last.Pos(), End: last.End(), Unknown: "the version is only known when the program runs",
			Generic: v.generic(),
		})
	}
}

// makes notes what a value of the header is made of. A number that versions of several services are made of
// cannot be changed for one.
func (p *program) makes(v value, ours bool) {
	for _, piece := range v.pieces {
		for _, name := range piece.names {
			p.made[name.Pos()] = true
		}
		if piece.lit != nil && !ours {
			p.foreign[piece.lit.Pos()] = true
		}
	}
}

// use describes a value of the header, and where its number is written.
func (p *program) use(v value, at ast.Expr, id lifecycle.ID) Use {
	u := Use{Kind: Header, Pos: at.Pos(), End: at.End(), Version: id, Versioned: true, Derived: v.at != nil}
	text := v.known()
	from := strings.LastIndex(text, id.String())
	u.change, u.names, u.shared = v.written(from, from+len(id.String()))
	return u
}

// tag returns the tag of the field that a selector selects.
func (p *program) tag(n *ast.SelectorExpr) string {
	selection := p.unit.Info.Selections[n]
	if selection == nil || selection.Kind() != types.FieldVal {
		return ""
	}
	of := selection.Recv()
	if pointer, ok := of.Underlying().(*types.Pointer); ok {
		of = pointer.Elem()
	}
	fields, _ := of.Underlying().(*types.Struct)
	return tag(fields, n.Sel.Name)
}

// tag returns the tag of a field of a struct.
func tag(fields *types.Struct, name string) string {
	if fields == nil {
		return ""
	}
	for i := range fields.NumFields() {
		if fields.Field(i).Name() == name {
			return fields.Tag(i)
		}
	}
	return ""
}
