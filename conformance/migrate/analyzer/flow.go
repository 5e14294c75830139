package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
)

// flows tells which expressions a program assigns to a variable, a parameter, a struct field or the result of
// a function. Objects are known by where they are declared, since a package that is checked twice, once with
// its tests, has two objects for one declaration.
type flows struct {
	into   map[token.Pos][]source
	consts map[token.Pos]source // the initial values of constants
	params map[token.Pos]param
	calls  map[token.Pos][]call

	noted map[token.Pos]bool // the names that are assigned to or asked whether they are empty, by where they stand
}

// source is an expression and the unit that tells its types. A source without an expression is unknown.
type source struct {
	expr ast.Expr
	unit *Unit
}

// param is a parameter of a function, which is known by the position of its name, or a field of a struct, which
// is known by the position of its first field.
type param struct {
	of    token.Pos
	index int
}

// call has the arguments of a call, or the fields of a literal of a struct, which go together like those.
type call struct {
	args    []ast.Expr // nil for a field that the literal does not set
	literal bool
	unit    *Unit
}

// arg returns an argument, and whether there is one. It is unknown if the call spreads a list.
func (c call) arg(index int) (source, bool) {
	if index < len(c.args) && c.args[index] != nil {
		return source{c.args[index], c.unit}, true
	}
	return source{nil, c.unit}, !c.literal
}

func newFlows() *flows {
	return &flows{map[token.Pos][]source{}, map[token.Pos]source{}, map[token.Pos]param{}, map[token.Pos][]call{}, map[token.Pos]bool{}}
}

func (f *flows) add(to token.Pos, u *Unit, expr ast.Expr) {
	if to.IsValid() {
		f.into[to] = append(f.into[to], source{expr, u})
	}
}

// file records what one file assigns.
func (f *flows) file(u *Unit, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncDecl:
			f.function(n.Name.Pos(), u, n.Type, n.Body)
		case *ast.GenDecl:
			f.declaration(u, n)
		case *ast.AssignStmt:
			f.assignment(u, n)
		case *ast.RangeStmt:
			f.loop(u, n)
		case *ast.CompositeLit:
			f.composite(u, n)
		case *ast.CallExpr:
			if at := callee(u, n); at.IsValid() {
				f.calls[at] = append(f.calls[at], newCall(u, n))
			}
		case *ast.BinaryExpr:
			f.asked(n)
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				f.add(target(u, n.X), u, nil) // whoever has the address may write
			}
		}
		return true
	})
}

// function records the parameters and the results of a function.
func (f *flows) function(at token.Pos, u *Unit, sig *ast.FuncType, body *ast.BlockStmt) {
	index := 0
	for _, field := range sig.Params.List {
		for _, name := range field.Names {
			f.params[name.Pos()] = param{at, index}
			index++
		}
		index += max(0, 1-len(field.Names))
	}
	if body == nil {
		return
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if len(n.Results) == 1 {
				f.add(at, u, n.Results[0])
			}
		}
		return true
	})
}

func (f *flows) declaration(u *Unit, decl *ast.GenDecl) {
	for _, spec := range decl.Specs {
		values, ok := spec.(*ast.ValueSpec)
		if !ok {
			continue
		}
		for i, name := range values.Names {
			switch {
			case decl.Tok == token.CONST && i < len(values.Values):
				f.consts[name.Pos()] = source{values.Values[i], u}
			case decl.Tok == token.VAR && len(values.Values) == len(values.Names):
				f.assign(name.Pos(), u, values.Values[i])
			case decl.Tok == token.VAR && len(values.Values) > 0:
				f.add(name.Pos(), u, nil)
			}
		}
	}
}

func (f *flows) assignment(u *Unit, n *ast.AssignStmt) {
	for i, left := range n.Lhs {
		f.note(left)
		switch {
		case len(n.Lhs) != len(n.Rhs), n.Tok != token.ASSIGN && n.Tok != token.DEFINE:
			f.add(target(u, left), u, nil)
		default:
			f.assign(target(u, left), u, n.Rhs[i])
		}
	}
}

// note notes a name where its value makes no difference.
func (f *flows) note(expr ast.Expr) {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		f.noted[expr.Pos()] = true
	case *ast.SelectorExpr:
		f.noted[expr.Sel.Pos()] = true
	}
}

// asked notes a name that is only asked whether it is empty: what it is otherwise makes no difference there.
func (f *flows) asked(n *ast.BinaryExpr) {
	if n.Op != token.EQL && n.Op != token.NEQ {
		return
	}
	for one, other := range map[ast.Expr]ast.Expr{n.X: n.Y, n.Y: n.X} {
		if lit, ok := other.(*ast.BasicLit); ok && (lit.Value == `""` || lit.Value == "``") {
			f.note(one)
		}
	}
}

// assign records an assignment. A function literal makes a function of the variable that it is assigned to.
func (f *flows) assign(to token.Pos, u *Unit, value ast.Expr) {
	if literal, ok := ast.Unparen(value).(*ast.FuncLit); ok {
		f.function(to, u, literal.Type, literal.Body)
		return
	}
	f.add(to, u, value)
}

// loop records the elements of a list as what a loop over it assigns.
func (f *flows) loop(u *Unit, n *ast.RangeStmt) {
	keys, values := f.elements(u, n.X, 0)
	for to, list := range map[ast.Expr][]ast.Expr{n.Key: keys, n.Value: values} {
		if to == nil {
			continue
		}
		if list == nil {
			list = []ast.Expr{nil}
		}
		for _, expr := range list {
			f.add(target(u, to), u, expr)
		}
	}
}

// elements returns the keys and values of a composite literal, or of a variable that was assigned one before
// and nothing else.
func (f *flows) elements(u *Unit, expr ast.Expr, depth int) (keys, values []ast.Expr) {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.CompositeLit:
		for _, element := range expr.Elts {
			if pair, ok := element.(*ast.KeyValueExpr); ok {
				keys, values = append(keys, pair.Key), append(values, pair.Value)
			} else {
				values = append(values, element)
			}
		}
	case *ast.Ident:
		if from := f.into[target(u, expr)]; depth < maxDepth && len(from) == 1 && from[0].expr != nil {
			return f.elements(from[0].unit, from[0].expr, depth+1)
		}
	}
	return keys, values
}

func newCall(u *Unit, n *ast.CallExpr) call {
	if n.Ellipsis.IsValid() {
		return call{unit: u}
	}
	return call{args: n.Args, unit: u}
}

// composite records the fields that a literal of a struct sets.
func (f *flows) composite(u *Unit, n *ast.CompositeLit) {
	fields := structure(u, n)
	if fields == nil || fields.NumFields() == 0 {
		return
	}
	of := fields.Field(0).Pos()
	set := call{args: make([]ast.Expr, fields.NumFields()), literal: true, unit: u}
	for i := range fields.NumFields() {
		f.params[fields.Field(i).Pos()] = param{of, i}
	}
	for i, element := range n.Elts {
		if pair, ok := element.(*ast.KeyValueExpr); ok {
			field, ok := object(u, pair.Key).(*types.Var)
			if !ok {
				continue
			}
			f.note(pair.Key)
			i, element = f.params[field.Pos()].index, pair.Value
		}
		if i >= len(set.args) {
			break // it does not compile
		}
		if literal, ok := ast.Unparen(element).(*ast.FuncLit); ok {
			f.function(fields.Field(i).Pos(), u, literal.Type, literal.Body)
		} else {
			set.args[i] = element
		}
	}
	f.calls[of] = append(f.calls[of], set)
}

// passed reports whether a parameter or a field is ever set by a call or a literal. The parameters of a
// function always are, if only by somebody else.
func (f *flows) passed(p param) bool {
	calls := f.calls[p.of]
	return len(calls) == 0 || !calls[0].literal || slices.ContainsFunc(calls, func(c call) bool {
		_, ok := c.arg(p.index)
		return ok
	})
}

// structure returns the struct that a literal is of, or nil.
func structure(u *Unit, n *ast.CompositeLit) *types.Struct {
	typ := u.Info.TypeOf(n)
	if typ == nil {
		return nil
	}
	if pointer, ok := typ.Underlying().(*types.Pointer); ok {
		typ = pointer.Elem()
	}
	fields, _ := typ.Underlying().(*types.Struct)
	return fields
}

// object returns what an expression names, or nil.
func object(u *Unit, expr ast.Expr) types.Object {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		return u.Info.ObjectOf(expr)
	case *ast.SelectorExpr:
		return u.Info.ObjectOf(expr.Sel)
	case *ast.IndexExpr: // an instance of a generic function
		return object(u, expr.X)
	case *ast.StarExpr:
		return object(u, expr.X)
	}
	return nil
}

// target returns where the variable or field that is assigned to is declared.
func target(u *Unit, expr ast.Expr) token.Pos {
	if _, indexed := ast.Unparen(expr).(*ast.IndexExpr); indexed {
		return token.NoPos
	}
	if v, ok := object(u, expr).(*types.Var); ok {
		return v.Pos()
	}
	return token.NoPos
}

// callee returns where the function that is called, or the variable that holds it, is declared.
func callee(u *Unit, n *ast.CallExpr) token.Pos {
	switch obj := object(u, n.Fun).(type) {
	case *types.Func, *types.Var:
		return obj.Pos()
	}
	return token.NoPos
}

// called returns the package and the name of the function that is called, the package by its path and empty
// for methods.
func called(u *Unit, n *ast.CallExpr) (path, name string) {
	switch fun := ast.Unparen(n.Fun).(type) {
	case *ast.Ident:
		if obj := u.Info.Uses[fun]; obj != nil && obj.Pkg() != nil {
			return obj.Pkg().Path(), fun.Name
		}
		return "", fun.Name
	case *ast.SelectorExpr:
		if x, ok := fun.X.(*ast.Ident); ok {
			if pkg, ok := u.Info.Uses[x].(*types.PkgName); ok {
				return pkg.Imported().Path(), fun.Sel.Name
			}
		}
		return "", fun.Sel.Name
	}
	return "", ""
}
