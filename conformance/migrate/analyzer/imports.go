package analyzer

import (
	"go/ast"
	"regexp"
	"strconv"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// module is the path of this module, whose generated clients speak one version each.
const module = "github.com/scp-openapi/virtualserver"

// clientPath matches the import path of a client of one version: ours, and the vendor's [sdk], which has a
// folder for each version below every major version of its module.
var clientPath = regexp.MustCompile(`^(?:` + regexp.QuoteMeta(module) + `/gen/v|` +
	`github\.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2(?:/v\d+)?/library/virtualserver/)(\d+\.\d+)(?:/|$)`)

// imported returns the version that an import speaks, and where the version stands in the path literal.
func imported(spec *ast.ImportSpec) (id lifecycle.ID, start, end int, ok bool) {
	path, err := strconv.Unquote(spec.Path.Value)
	if err != nil {
		return lifecycle.ID{}, 0, 0, false
	}
	m := clientPath.FindStringSubmatchIndex(path)
	if m == nil {
		return lifecycle.ID{}, 0, 0, false
	}
	id, err = lifecycle.ParseID(path[m[2]:m[3]])
	if err != nil || spec.Path.Value[1:len(spec.Path.Value)-1] != path {
		return lifecycle.ID{}, 0, 0, false
	}
	return id, m[2] + 1, m[3] + 1, true
}

// imports finds the clients that a file imports.
func (p *program) imports(file *ast.File) {
	for _, spec := range file.Imports {
		id, start, end, ok := imported(spec)
		if !ok {
			continue
		}
		at := spec.Path.Pos()
		p.add(Use{
			Kind: Import, Pos: at, End: spec.Path.End(), Version: id, Versioned: true,
			spec: spec, change: &span{at + pos(start), at + pos(end), at},
		})
	}
}
