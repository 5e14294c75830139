package analyzer

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
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
	passed  bool      // a parameter or a field that nothing here sets
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

// shown returns the value with a zero byte for each unknown part.
func (v value) shown() string {
	var b strings.Builder
	for _, p := range v.pieces {
		if b.WriteString(p.text); p.unknown {
			b.WriteByte(0)
		}
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

// generic reports whether callers elsewhere say both which service and which version the value is for.
func (v value) generic() bool {
	return !strings.Contains(v.known(), service) && slices.ContainsFunc(v.pieces, func(p piece) bool { return p.passed })
}

// client reports whether a part of the value is that of a client, whose import is a use already.
func (v value) client() bool {
	return slices.ContainsFunc(v.pieces, func(p piece) bool { return p.client })
}
