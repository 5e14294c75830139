package analyzer

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// find finds the uses in the text of one file.
func find(t *testing.T, text string) []Use {
	t.Helper()
	return inText(t, text).Uses
}

// inText finds what there is in the text of one file, which is checked without what it imports.
func inText(t *testing.T, text string) *Found {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "a.go", text, parser.ParseComments|parser.SkipObjectResolution)
	require.NoError(t, err)
	info := &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
		Implicits: map[ast.Node]types.Object{}, Selections: map[*ast.SelectorExpr]*types.Selection{}, Scopes: map[ast.Node]*types.Scope{},
	}
	config := types.Config{Error: func(error) {}}
	pkg, _ := config.Check("a", fset, []*ast.File{file}, info)
	return Find(fset, []*Unit{{Files: []*ast.File{file}, Pkg: pkg, Info: info}})
}

// A helper with many callers is followed to each of them.
func TestManyCallers(t *testing.T) {
	var b strings.Builder
	b.WriteString("package a\n\nfunc set(h header, service, version string) { h.Set(\"Scp-Api-Version\", service+\" \"+version) }\n\nfunc all(h header) {\n")
	for i := range 600 {
		fmt.Fprintf(&b, "\tset(h, \"vpc\", \"1.%d\")\n", i)
	}
	b.WriteString("\tset(h, \"virtualserver\", \"1.1\")\n}\n")
	uses := find(t, b.String())
	require.Len(t, uses, 1)
	assert.Equal(t, "1.1", uses[0].Version.String())
}

// Code whose values multiply ends as unknown, and soon.
func TestValuesThatMultiply(t *testing.T) {
	var b strings.Builder
	b.WriteString("package a\n\nvar v0 = choose(\"a\", \"b\")\n\nfunc choose(a, b string) string {\n\tif a < b {\n\t\treturn a\n\t}\n\treturn b\n}\n\n")
	for i := range 40 {
		fmt.Fprintf(&b, "var v%d = choose(v%d, v%d+v%d)\n", i+1, i, i, i)
	}
	b.WriteString("\nfunc set(h header) { h.Set(\"Scp-Api-Version\", v40) }\n")
	for _, use := range find(t, b.String()) {
		assert.NotEmpty(t, use.Unknown)
	}
}

// Many places that set the header, each to what all assignments say, take few steps together. Those that are not
// followed to the end are unknown, and not left out.
func TestManyPlaces(t *testing.T) {
	const places = 3000
	var b strings.Builder
	b.WriteString("package a\n\nvar v = \"virtualserver 1.1\"\n\nfunc all(h header) {\n")
	for range places {
		b.WriteString("\th.Set(\"Scp-Api-Version\", v)\n\tv = v + \"x\"\n")
	}
	found := inText(t, b.String()+"}\n")
	assert.GreaterOrEqual(t, found.left, -maxSteps-places*minSteps)
	assert.NotEmpty(t, found.Uses[0].Version)
	assert.NotEmpty(t, found.Uses[len(found.Uses)-1].Unknown)
}
