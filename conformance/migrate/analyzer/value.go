package analyzer

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	maxDepth   = 24   // of calls and assignments that a value is followed through
	maxValues  = 128  // that one expression may have
	maxCallers = 6    // that a parameter is followed through
	maxSteps   = 4096 // of one evaluation
)

// value is what an expression may be: text, with parts that are only known when the program runs.
type value struct {
	pieces []piece
	at     ast.Expr // where a variable was assigned, if the value came through one
}

// piece is a part of a value, and the literal that it is written in, if it is.
type piece struct {
	text    string
	unknown bool
	client  bool      // of a client of one version, whose import says which
	param   token.Pos // the parameter that it is, if it is unknown for that reason
	entry   bool      // of this service in a table of services
	lit     *ast.BasicLit
	off     int          // of text in lit.Value, if there are no escapes before or in it
	escapes bool         // there are
	names   []*ast.Ident // the constants and variables that it came through
}

var unknown = []value{{pieces: []piece{{unknown: true}}}}

// text returns the value up to its first unknown part, and whether there is none.
func (v value) text() (text string, whole bool) {
	var b strings.Builder
	for _, p := range v.pieces {
		if p.unknown {
			return b.String(), false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// known returns the known parts of the value.
func (v value) known() string {
	var b strings.Builder
	for _, p := range v.pieces {
		b.WriteString(p.text)
	}
	return b.String()
}

// unescaped returns where bytes of the piece are written in a literal with escapes: where they, or they and some
// before them, stand only once. It is negative if that is nowhere.
func (p piece) unescaped(from, to int) int {
	const context = 32
	for before := range min(from, context) + 1 {
		if part := p.text[from-before : to]; strings.Count(p.lit.Value, part) == 1 {
			return strings.Index(p.lit.Value, part) + before
		}
	}
	return -1
}

// tabled returns the value for this service if only the name of the service is unknown, and the rest is its entry
// in a table.
func (v value) tabled() (text string, ok bool) {
	if len(v.pieces) < 2 || !v.pieces[0].unknown {
		return "", false
	}
	rest, whole := value{pieces: v.pieces[1:]}.text()
	return service + rest, whole && slices.ContainsFunc(v.pieces[1:], func(p piece) bool { return p.entry })
}

// client reports whether a part of the value is that of a client, whose import is a use already.
func (v value) client() bool {
	return slices.ContainsFunc(v.pieces, func(p piece) bool { return p.client })
}

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

// values returns what an expression may be, the parameters in it replaced by what its callers pass.
func (p *program) values(s source) []value {
	p.steps = maxSteps
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
	}
	if param, ok := p.params[at]; ok && p.passed(param) {
		all = append(all, through(name, nil, []value{{pieces: []piece{{unknown: true, param: at}}}})...)
	}
	if len(all) == 0 {
		return unknown
	}
	return bounded(all)
}

// resolve replaces the parameters in values by the arguments of each call of their function. Those of one call
// go together: a function that is called for ("vpc", "1.0") and ("virtualserver", "1.1") never speaks 1.0 of
// the latter.
func (p *program) resolve(values []value, depth int) []value {
	var all []value
	for _, v := range values {
		if len(all) > maxValues {
			break
		}
		i := slices.IndexFunc(v.pieces, func(piece piece) bool { return piece.param.IsValid() })
		if i < 0 {
			all = append(all, v)
			continue
		}
		of := p.params[v.pieces[i].param].of
		if depth > maxCallers || len(p.calls[of]) == 0 {
			v.pieces = slices.Clone(v.pieces)
			v.pieces[i].param = token.NoPos // nobody calls it here
			all = append(all, p.resolve([]value{v}, depth)...)
			continue
		}
		for _, call := range p.calls[of] {
			if len(all) > maxValues {
				break
			}
			all = append(all, p.resolve(p.passes(v, of, call), depth+1)...)
		}
	}
	return bounded(all)
}

// passes returns a value with the arguments of one call in place of the parameters of its function.
func (p *program) passes(v value, of token.Pos, call call) []value {
	all := []value{{at: v.at}}
	for i, piece := range v.pieces {
		param, ok := p.params[piece.param]
		if !ok || param.of != of {
			all = join(all, []value{{pieces: v.pieces[i : i+1]}})
			continue
		}
		arg, ok := call.arg(param.index)
		if !ok {
			return nil
		}
		args := p.eval(arg, nil, 0)
		for _, name := range piece.names {
			args = through(name, arg.expr, args)
		}
		all = join(all, args)
	}
	return all
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
		for _, r := range right {
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

// evalCall returns what a function returns.
func (p *program) evalCall(u *Unit, n *ast.CallExpr, in *frame, depth int) []value {
	arg := func(i int) []value { return p.eval(source{n.Args[i], u}, in, depth+1) }
	path, name := called(u, n)
	switch {
	case len(n.Args) == 0 && ofClient(u, n.Fun):
		return []value{{pieces: []piece{{unknown: true, client: true}}}}
	case formats(path, name) > 0 && len(n.Args) >= formats(path, name) && !n.Ellipsis.IsValid():
		return p.sprintf(u, n.Args[formats(path, name)-1:], in, depth)
	case path == "strings" && name == "Join" && len(n.Args) == 2:
		return p.joinStrings(u, n, in, depth)
	case path == "cmp" && name == "Or":
		var all []value
		for i := range n.Args {
			all = append(all, arg(i)...)
		}
		return bounded(all)
	case name == "String" && len(n.Args) == 3 && (path == "flag" || strings.HasSuffix(path, "/pflag")):
		return append(arg(1), unknown...)
	}
	at := callee(u, n)
	if in.within(at) {
		return unknown
	}
	if len(p.into[at]) > 0 {
		var all []value
		for _, s := range p.into[at] {
			all = append(all, p.eval(s, &frame{at, newCall(u, n), in}, depth+1)...)
		}
		return bounded(all)
	}
	if len(n.Args) == 1 {
		return unchanged(arg(0), name, u.Info.Types[n.Fun].IsType())
	}
	return unknown
}

// canonical matches the names of functions that change a header name in its case at most.
var canonical = regexp.MustCompile(`^(?:CanonicalHeaderKey|CanonicalMIMEHeaderKey|ToLower|ToUpper|TrimSpace)$`)

// pinning matches a value of the header: a function that is called with one returns a pointer to it or the like.
var pinning = regexp.MustCompile(`(?i)^` + service + `\s+\d+\.\d+$`)

// unchanged returns what a conversion, or a function that is not part of the program, makes of its argument.
func unchanged(values []value, name string, conversion bool) []value {
	for _, v := range values {
		if text, _ := v.text(); !conversion && !canonical.MatchString(name) && !pinning.MatchString(text) {
			return unknown
		}
	}
	return values
}

// joinStrings evaluates strings.Join of a list that is written out.
func (p *program) joinStrings(u *Unit, n *ast.CallExpr, in *frame, depth int) []value {
	list, ok := ast.Unparen(n.Args[0]).(*ast.CompositeLit)
	if !ok || len(list.Elts) == 0 {
		return unknown
	}
	separator := p.eval(source{n.Args[1], u}, in, depth+1)
	all := p.eval(source{list.Elts[0], u}, in, depth+1)
	for _, element := range list.Elts[1:] {
		all = join(join(all, separator), p.eval(source{element, u}, in, depth+1))
	}
	return all
}

var verb = regexp.MustCompile(`%[-+# 0]*\d*(?:\.\d+)?[a-zA-Z%]`)

// formats returns which argument of a function of package fmt is the format, from 1, or 0.
func formats(path, name string) int {
	switch {
	case path == "fmt" && name == "Sprintf":
		return 1
	case path == "fmt" && (name == "Fprintf" || name == "Appendf"):
		return 2
	}
	return 0
}

// sprintf evaluates a constant format and its operands.
func (p *program) sprintf(u *Unit, args []ast.Expr, in *frame, depth int) []value {
	formats := p.eval(source{args[0], u}, in, depth+1)
	if len(formats) != 1 || len(formats[0].pieces) != 1 || formats[0].pieces[0].unknown {
		return unknown
	}
	format, all, done, next := formats[0].pieces[0], []value{{}}, 0, 1
	for _, m := range append(verb.FindAllStringIndex(format.text, -1), []int{len(format.text), len(format.text)}) {
		before := format
		before.text, before.off = format.text[done:m[0]], format.off+done
		all = join(all, []value{{pieces: []piece{before}}})
		done = m[1]
		switch v := format.text[m[0]:m[1]]; {
		case v == "":
		case v == "%%":
			all = join(all, []value{{pieces: []piece{{text: "%"}}}})
		case next >= len(args):
			return unknown
		default:
			all = join(all, formatted(v, u, args[next], p.eval(source{args[next], u}, in, depth+1)))
			next++
		}
	}
	return all
}

// formatted returns values as a verb formats them.
func formatted(verb string, u *Unit, arg ast.Expr, values []value) []value {
	if verb == "%s" || verb == "%v" || verb == "%d" {
		return values
	}
	tv := u.Info.Types[arg]
	if tv.Value == nil {
		return unknown
	}
	var operand any
	switch tv.Value.Kind() {
	case constant.Int:
		operand, _ = constant.Int64Val(tv.Value)
	case constant.Float:
		operand, _ = constant.Float64Val(tv.Value)
	default:
		operand = plain(tv.Value)
	}
	return []value{{pieces: []piece{{text: fmt.Sprintf(verb, operand)}}}}
}
