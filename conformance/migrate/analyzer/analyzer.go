// Package analyzer finds Go code that speaks a version of the API, and edits it to speak a newer one.
//
// It finds imports of the clients of one version, ours and the vendor's; the version header, set to a value
// that constants, concatenations, fmt.Sprintf and assignments tell; go:generate lines that write the client of
// one version; and code that signs requests in a package that sets no version header, which speaks whichever
// version is the newest when it runs.
//
// Analyzer reports these for go vet, gopls and the like. It sees one package at a time: a version that another
// package passes in is unknown to it, and known to the migrate command, which calls Find for whole modules.
package analyzer

import (
	"fmt"
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Analyzer reports code that speaks another version than its flag -target.
var Analyzer = newAnalyzer()

// versionFlag is a version as a flag. Unless it is set, it is the newest version that has a client.
type versionFlag struct{ lifecycle.ID }

func (f *versionFlag) Set(s string) error { return f.UnmarshalText([]byte(s)) }

func newAnalyzer() *analysis.Analyzer {
	to := &versionFlag{newest()}
	a := &analysis.Analyzer{
		Name: "scpversion",
		Doc: "find code that speaks an old version of the Samsung Cloud Platform Virtual Server API\n\n" +
			"It reports imports of the clients of other versions than -target, Scp-Api-Version headers that name " +
			"them, and code that signs requests without that header.",
		URL:              "https://pkg.go.dev/" + module + "/conformance/migrate/analyzer",
		RunDespiteErrors: true,
	}
	a.Flags.Var(to, "target", "the `version` to move to (default: the newest that has a client)")
	a.Run = func(pass *analysis.Pass) (any, error) { return run(pass, to.ID) }
	return a
}

func newest() lifecycle.ID {
	clients := gen.Clients()
	return clients[len(clients)-1].ID
}

func run(pass *analysis.Pass, to lifecycle.ID) (any, error) {
	found := Find(pass.Fset, []*Unit{{Files: pass.Files, Pkg: pass.Pkg, Info: pass.TypesInfo}})
	moves := found.Moves(found.Uses, to)
	offered := map[*ast.File]bool{}
	for i, use := range found.Uses {
		message := report(use, to)
		if message == "" {
			continue
		}
		d := analysis.Diagnostic{Pos: use.Pos, End: use.End, Category: use.Kind.String(), Message: message}
		// The edits of a file belong together, since imports may be merged: they are one fix, of the first
		// diagnostic that has any.
		if edits := moves.Edits[use.File]; moves.Moved[i] && !offered[use.File] {
			offered[use.File] = true
			d.SuggestedFixes = []analysis.SuggestedFix{{
				Message:   fmt.Sprintf("Move this file to version %s", to),
				TextEdits: edits,
			}}
		}
		pass.Report(d)
	}
	return nil, nil
}

// report says what is wrong with a use, or nothing.
func report(u Use, to lifecycle.ID) string {
	switch {
	case u.Kind == Unpinned:
		return fmt.Sprintf("signs requests and sets no Scp-Api-Version: set it to %q, or they speak whichever version is the newest", service+" "+to.String())
	case u.Generic:
		return "" // whoever calls it decides, in other packages too
	case u.Unknown != "":
		return "the Scp-Api-Version cannot be judged: " + u.Unknown
	case u.Version.Compare(to) < 0:
		return fmt.Sprintf("%s version %s: move to %s", u.Kind.verb(), u.Version, to)
	case u.Version.Compare(newest()) > 0:
		return fmt.Sprintf("%s version %s, which is newer than the newest known, %s", u.Kind.verb(), u.Version, newest())
	}
	return ""
}

// String returns the name of a kind for diagnostics.
func (k Kind) String() string {
	switch k {
	case Import:
		return "import"
	case Header:
		return "header"
	case Generate:
		return "generate"
	default:
		return "unpinned"
	}
}

func (k Kind) verb() string {
	switch k {
	case Import:
		return "imports the client of"
	case Generate:
		return "generates the client of"
	default:
		return "speaks"
	}
}
