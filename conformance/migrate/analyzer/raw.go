package analyzer

import (
	"go/ast"
	"go/token"
	"regexp"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// rawHeader matches the header and its value within a longer text, such as that of a request or of a command.
var rawHeader = regexp.MustCompile(`(?i)(?:^|[^-\w])scp-api-version\\?["']?\s*[:=]\s*\\?["']?` + service + `[ \t]+(\d+\.\d+)`)

// rawOpen matches the header and the beginning of its value, the rest of which is only known when the program runs.
var rawOpen = regexp.MustCompile(`(?i)(?:^|[^-\w])scp-api-version\\?["']?\s*[:=]\s*\\?["']?` + service + `[ \t]+(?:\d+\.)?\x00`)

// rawSignature matches the header of a signature within a longer text.
var rawSignature = regexp.MustCompile(`(?i)(?:^|[^-\w])scp-(signature|accesskey|clienttype)\\?["']?\s*:`)

// raw looks for the header and its value in one text: a literal, a concatenation or a Sprintf.
func (p *program) raw(expr ast.Expr) {
	if p.handled[expr] || !isText(p.unit, expr) || !mentions(expr) {
		return
	}
	if _, constant := expr.(*ast.BasicLit); !constant {
		for _, m := range rawSignature.FindAllStringSubmatch(literals(expr), -1) {
			p.header("scp-"+strings.ToLower(m[1]), expr, nil, true)
		}
	}
	ast.Inspect(expr, func(n ast.Node) bool {
		if n != nil {
			p.handled[n] = true
		}
		return true
	})
	for _, v := range p.values(source{expr, p.unit}, maxSteps) {
		if rawOpen.MatchString(v.shown()) {
			p.add(Use{Kind: Header, Pos: expr.Pos(), End: expr.End(), Unknown: "the version is only known when the program runs"})
		}
		text, _ := v.text()
		for _, m := range rawHeader.FindAllStringSubmatchIndex(text, -1) {
			id, err := lifecycle.ParseID(text[m[2]:m[3]])
			if err != nil {
				continue
			}
			p.makes(v, true)
			u := Use{Kind: Header, Pos: expr.Pos(), End: expr.End(), Version: id, Versioned: true}
			u.change, u.names, u.shared = v.written(m[2], m[3])
			if _, ok := expr.(*ast.BasicLit); ok && u.change != nil {
				u.Pos, u.End = u.change.pos-pos(m[2]-headerStart(text, m[0])), u.change.end
			}
			p.add(u)
		}
	}
}

// headerStart skips the byte before the header that the expression matches.
func headerStart(text string, at int) int {
	return at + strings.Index(strings.ToLower(text[at:]), versionHeader)
}

// written returns the piece that has a part of the value, and where that is written. The part is alone if the
// piece has nothing else.
func (v value) written(from, to int) (at *span, names []*ast.Ident, alone bool) {
	start := 0
	for _, p := range v.pieces {
		end := start + len(p.text)
		if from >= start && to <= end {
			return p.span(from-start, to-start), p.names, strings.TrimSpace(p.text) == p.text[from-start:to-start]
		}
		start = end
	}
	return nil, nil, false
}

// isText reports whether an expression may make the text of a header.
func isText(u *Unit, expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		return expr.Kind == token.STRING
	case *ast.BinaryExpr:
		return expr.Op == token.ADD
	case *ast.CallExpr:
		return formats(called(u, expr)) > 0
	}
	return false
}

// mentions reports whether a literal within an expression names a header that tells.
func mentions(expr ast.Expr) bool {
	text := strings.ToLower(literals(expr))
	return strings.Contains(text, versionHeader) || strings.Contains(text, signatureHeader) || strings.Contains(text, accessKeyHeader) ||
		strings.Contains(text, clientHeader)
}

// literals returns the text of the literals within an expression, as they are written.
func literals(expr ast.Expr) string {
	var b strings.Builder
	ast.Inspect(expr, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			b.WriteString(lit.Value)
		}
		return true
	})
	return b.String()
}
