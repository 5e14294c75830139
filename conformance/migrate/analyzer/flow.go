package analyzer

import (
	"go/ast"
	"go/token"
	"go/types"
)

// flows tells which expressions a program assigns to a variable, a parameter, a struct field or the result of
// a function. Objects are known by where they are declared, since a package that is checked twice, once with
// its tests, has two objects for one declaration.
type flows struct {
	into   map[token.Pos][]source
	consts map[token.Pos]source // the initial values of constants
	params map[token.Pos]param
	calls  map[token.Pos][]call

	assigned map[token.Pos]bool // the names that are assigned to, by where they stand
}

// source is an expression and the unit that tells its types. A source without an expression is unknown.
type source struct {
	expr ast.Expr
	unit *Unit
}

// param is a parameter of a function, which is known by the position of its name.
type param struct {
	of    token.Pos
	index int
}

type call struct {
	*ast.CallExpr
	unit *Unit
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
				f.calls[at] = append(f.calls[at], call{n, u})
			}
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

// note notes the name that is assigned to.
func (f *flows) note(expr ast.Expr) {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.Ident:
		f.assigned[expr.Pos()] = true
	case *ast.SelectorExpr:
		f.assigned[expr.Sel.Pos()] = true
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

// composite records the fields that a literal of a struct sets.
func (f *flows) composite(u *Unit, n *ast.CompositeLit) {
	fields := structure(u, n)
	for i, element := range n.Elts {
		switch element := element.(type) {
		case *ast.KeyValueExpr:
			if name, ok := element.Key.(*ast.Ident); ok {
				if field, ok := u.Info.Uses[name].(*types.Var); ok && field.IsField() {
					f.note(name)
					f.assign(field.Pos(), u, element.Value)
				}
			}
		default:
			if fields != nil && i < fields.NumFields() {
				f.assign(fields.Field(i).Pos(), u, element)
			}
		}
	}
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
