// Scp-vet reports Go code that speaks an old version of the API, as a tool of go vet:
//
//	go vet -vettool=$(which scp-vet) ./...
//	go vet -vettool=$(which scp-vet) -target=1.3 ./...
//
// With -fix, go vet also applies what it suggests. It does not check that the result compiles; the command
// scp-conformance migrate --fix does.
package main

import (
	"flag"

	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/scp-openapi/virtualserver/conformance/migrate/analyzer"
)

func main() {
	target := analyzer.Analyzer.Flags.Lookup("target")
	flag.Var(target.Value, target.Name, target.Usage) // beside -scpversion.target, as unitchecker calls it
	unitchecker.Main(analyzer.Analyzer)
}
