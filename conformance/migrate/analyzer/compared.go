package analyzer

import (
	"go/ast"
	"regexp"
)

// reader matches the names of functions that read the header that they are called with.
var reader = regexp.MustCompile(`^(?:Get|Values|Header|GetHeader|Peek)$`)

// reads reports whether an expression reads the version header.
func (p *program) reads(expr ast.Expr) bool {
	switch expr := ast.Unparen(expr).(type) {
	case *ast.CallExpr:
		_, name := called(p.unit, expr)
		return len(expr.Args) == 1 && reader.MatchString(name) && p.headerName(expr.Args[0]) == versionHeader
	case *ast.IndexExpr:
		return p.headerName(expr.Index) == versionHeader || p.reads(expr.X)
	case *ast.Ident:
		from := p.into[target(p.unit, expr)]
		if len(from) != 1 || from[0].expr == nil {
			return false
		}
		_, name := ast.Unparen(from[0].expr).(*ast.Ident)
		return !name && p.reads(from[0].expr)
	}
	return false
}

// compared handles a comparison, which expects a version of the header if one side reads it.
func (p *program) compared(x, y ast.Expr) {
	if p.reads(x) {
		p.version([]ast.Expr{y}, false)
	}
	if p.reads(y) {
		p.version([]ast.Expr{x}, false)
	}
}

func (p *program) cases(n *ast.SwitchStmt) {
	if n.Tag == nil || !p.reads(n.Tag) {
		return
	}
	for _, clause := range n.Body.List {
		for _, expr := range clause.(*ast.CaseClause).List {
			p.version([]ast.Expr{expr}, false)
		}
	}
}
