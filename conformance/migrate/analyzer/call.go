package analyzer

import (
	"fmt"
	"go/ast"
	"go/constant"
	"regexp"
	"strings"
)

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
