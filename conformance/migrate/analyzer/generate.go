package analyzer

import (
	"go/ast"
	"regexp"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// directive matches a go:generate line that runs our generator for one version.
var directive = regexp.MustCompile(`^//go:generate\s.*\bvirtualserver(?:@\S+)?\s(?:.*\s)?--?version[= ]\s*["']?(\d+\.\d+)(?:["'\s]|$)`)

// directives finds the lines that write the client of one version.
func (p *program) directives(file *ast.File) {
	for _, group := range file.Comments {
		for _, line := range group.List {
			m := directive.FindStringSubmatchIndex(line.Text)
			if m == nil {
				continue
			}
			id, err := lifecycle.ParseID(line.Text[m[2]:m[3]])
			if err != nil {
				continue
			}
			at := line.Pos()
			p.add(Use{
				Kind: Generate, Pos: at, End: line.End(), Version: id, Versioned: true,
				change: &span{at + pos(m[2]), at + pos(m[3]), at},
			})
		}
	}
}
