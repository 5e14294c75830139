package analyzer

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
)

const (
	maxDepth    = 24      // of calls and assignments that a value is followed through
	maxValues   = 1024    // that one expression may have
	maxPieces   = 64      // that one value is put together from
	maxCallers  = 6       // that a parameter is followed through
	maxSteps    = 1 << 16 // of the evaluation of a value of the header
	maxAllSteps = 1 << 22 // of the evaluations of all its values, after which each takes minSteps at most
	minSteps    = 1 << 6
	maxKeySteps = 1 << 10 // of the evaluation of what may be the name of one, which nearly nothing is
)

// frame is the call that an expression is evaluated in.
type frame struct {
	of     token.Pos // the function
	call   call
	parent *frame
}

// within reports whether a call of a function is being evaluated, so that another would not end.
func (f *frame) within(of token.Pos) bool {
	for ; f != nil; f = f.parent {
		if f.of == of {
			return true
		}
	}
	return false
}

// values returns what an expression may be, the parameters in it replaced by what its callers pass. After so many
// steps, the rest is unknown.
func (p *program) values(s source, steps int) []value {
	p.steps = steps
	return p.resolve(p.eval(s, nil, 0), 0)
}

// eval returns what an expression may be.
func (p *program) eval(s source, in *frame, depth int) []value {
	p.steps--
	if s.expr == nil || depth > maxDepth || p.steps < 0 {
		return unknown
	}
	switch expr := ast.Unparen(s.expr).(type) {
	case *ast.BasicLit:
		return []value{{pieces: []piece{literal(expr)}}}
	case *ast.Ident:
		return p.evalName(s.unit, expr, in, depth)
	case *ast.SelectorExpr:
		if ofClient(s.unit, expr) {
			return []value{{pieces: []piece{{unknown: true, client: true}}}}
		}
		return p.evalName(s.unit, expr.Sel, in, depth)
	case *ast.BinaryExpr:
		if expr.Op == token.ADD {
			left := p.eval(source{expr.X, s.unit}, in, depth+1)
			return join(left, p.eval(source{expr.Y, s.unit}, in, depth+1))
		}
	case *ast.UnaryExpr:
		if expr.Op == token.AND {
			return p.eval(source{expr.X, s.unit}, in, depth+1)
		}
	case *ast.StarExpr:
		return p.eval(source{expr.X, s.unit}, in, depth+1)
	case *ast.IndexExpr:
		return p.evalIndex(s.unit, expr, in, depth)
	case *ast.CompositeLit:
		if len(expr.Elts) == 1 {
			return p.eval(source{expr.Elts[0], s.unit}, in, depth+1)
		}
	case *ast.CallExpr:
		return p.evalCall(s.unit, expr, in, depth)
	}
	if tv, ok := s.unit.Info.Types[s.expr]; ok && tv.Value != nil {
		return []value{{pieces: []piece{{text: plain(tv.Value)}}}}
	}
	return unknown
}

// literal returns the text of a literal.
func literal(lit *ast.BasicLit) piece {
	if lit.Kind != token.STRING {
		return piece{text: lit.Value, lit: lit}
	}
	text, err := strconv.Unquote(lit.Value)
	if err != nil {
		return piece{unknown: true}
	}
	return piece{text: text, lit: lit, off: 1, escapes: lit.Value[1:len(lit.Value)-1] != text}
}

// span returns where bytes of the piece are written, or nil if that is not certain.
func (p piece) span(from, to int) *span {
	if p.lit == nil {
		return nil
	}
	at := p.off + from
	if p.escapes {
		if at = p.unescaped(from, to); at < 0 {
			return nil
		}
	}
	start := p.lit.Pos() + pos(at)
	return &span{start, start + pos(to-from), p.lit.Pos()}
}

// ofClient reports whether an expression is a constant or variable of a client of one version, or a method of it.
func ofClient(u *Unit, expr ast.Expr) bool {
	for {
		switch e := ast.Unparen(expr).(type) {
		case *ast.SelectorExpr:
			expr = e.X
		case *ast.Ident:
			pkg, ok := u.Info.Uses[e].(*types.PkgName)
			return ok && clientPath.MatchString(pkg.Imported().Path())
		default:
			return false
		}
	}
}

func plain(v constant.Value) string {
	if v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	return v.String()
}

// evalName follows a name: a constant to its value, anything else to what it is assigned.
func (p *program) evalName(u *Unit, name *ast.Ident, in *frame, depth int) []value {
	switch obj := u.Info.ObjectOf(name).(type) {
	case *types.Const:
		if from, ok := p.consts[obj.Pos()]; ok {
			return through(name, nil, p.eval(from, nil, depth+1))
		}
		if obj.Val() != nil && obj.Val().Kind() != constant.Unknown {
			return []value{{pieces: []piece{{text: plain(obj.Val())}}}}
		}
	case *types.Var:
		if param, ok := p.params[obj.Pos()]; ok && in != nil && param.of == in.of {
			arg, _ := in.call.arg(param.index)
			return through(name, nil, p.eval(arg, in.parent, depth+1))
		}
		return p.evalVar(name, obj.Pos(), depth)
	}
	return unknown
}

// evalVar returns all that a variable may be. A parameter is what it is assigned, or what the caller passes.
func (p *program) evalVar(name *ast.Ident, at token.Pos, depth int) []value {
	if p.following[at] {
		return nil // what it is assigned from itself adds nothing
	}
	p.following[at] = true
	defer delete(p.following, at)
	var all []value
	for _, s := range p.into[at] {
		all = append(all, through(name, s.expr, p.eval(s, nil, depth+1))...)
		if p.steps < 0 || len(all) > maxValues {
			break // the rest is unknown
		}
	}
	if p.steps < 0 {
		all = append(all, unknown...)
	}
	if _, ok := p.params[at]; ok {
		for i := range all { // a parameter whose address is taken is still what the caller passes, as far as it is known
			for j, piece := range all[i].pieces {
				all[i].pieces[j].passed = piece.passed || piece.unknown && !piece.param.IsValid()
			}
		}
	}
	if param, ok := p.params[at]; ok && p.passed(param) {
		all = append(all, through(name, nil, []value{{pieces: []piece{{unknown: true, param: at}}}})...)
	}
	if len(all) == 0 {
		return unknown
	}
	return bounded(all)
}

// through notes that values came through a name, which was assigned at an expression.
func through(name *ast.Ident, at ast.Expr, values []value) []value {
	noted := make([]value, 0, len(values))
	for _, v := range values {
		v.pieces = slices.Clone(v.pieces)
		for i, piece := range v.pieces {
			v.pieces[i].names = slices.Concat(piece.names, []*ast.Ident{name})
		}
		if v.at == nil {
			v.at = at
		}
		noted = append(noted, v)
	}
	return noted
}

// join returns each value of the left one before each of the right one.
func join(left, right []value) []value {
	var all []value
	for _, l := range left {
		if len(all) > maxValues {
			break
		}
		for _, r := range right {
			if len(l.pieces)+len(r.pieces) > maxPieces {
				return unknown
			}
			v := value{at: r.at}
			v.pieces = append(append(v.pieces, l.pieces...), r.pieces...)
			if v.at == nil {
				v.at = l.at
			}
			all = append(all, v)
		}
	}
	return bounded(all)
}

func bounded(values []value) []value {
	if len(values) > maxValues {
		return append(values[:maxValues:maxValues], unknown...)
	}
	return values
}

// evalIndex looks a key up in a composite literal. Of a table of services, whatever the key, the entry of this
// one counts.
func (p *program) evalIndex(u *Unit, expr *ast.IndexExpr, in *frame, depth int) []value {
	key, known := p.one(source{expr.Index, u}, in)
	if !known {
		key = service
	}
	keys, values := p.elements(u, expr.X, 0)
	for i, k := range keys {
		if text, ok := p.one(source{k, u}, nil); ok && text == key && i < len(values) {
			found := p.eval(source{values[i], u}, in, depth+1)
			if known {
				return found
			}
			return entries(values[i], found)
		}
	}
	return unknown
}

// entries notes that values are the entry of the service in a table.
func entries(at ast.Expr, values []value) []value {
	var all []value
	for _, v := range values {
		v.pieces = slices.Clone(v.pieces)
		for i := range v.pieces {
			v.pieces[i].entry = true
		}
		v.at = at
		all = append(all, v)
	}
	return all
}

// one returns the text of an expression that can be only one.
func (p *program) one(s source, in *frame) (string, bool) {
	return only(p.resolve(p.eval(s, in, 0), 0))
}

func only(values []value) (string, bool) {
	if len(values) != 1 {
		return "", false
	}
	return values[0].text()
}
