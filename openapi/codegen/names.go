package codegen

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"maps"
	"slices"
)

// checkNames checks that every name in a package is declared, and once: a document of the caller's own may
// have names that clash with those of the templates. What the package imports is not looked into, so this
// takes milliseconds, and no compiler.
func (f Files) checkNames() error {
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range slices.Sorted(maps.Keys(f)) {
		file, err := parser.ParseFile(fset, name, f[name], parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("the generated code is no Go: %w", err)
		}
		files = append(files, file)
	}
	var faults []error
	config := types.Config{
		Importer: unknown{},
		Error: func(err error) {
			var fault types.Error
			if errors.As(err, &fault) && !isImport(files, fault.Pos) && !fault.Soft {
				faults = append(faults, err)
			}
		},
	}
	_, _ = config.Check("generated", fset, files, nil) // its error is the first of faults, or that of an import
	if len(faults) > 0 {
		return fmt.Errorf("the generated code would not compile: %w", faults[0])
	}
	return nil
}

// unknown is an importer that finds no package. go/types asks nothing of what comes from such packages.
type unknown struct{}

func (unknown) Import(path string) (*types.Package, error) {
	return nil, fmt.Errorf("%s is not looked into", path)
}

// isImport reports whether a position is that of an import.
func isImport(files []*ast.File, pos token.Pos) bool {
	return slices.ContainsFunc(files, func(file *ast.File) bool {
		return slices.ContainsFunc(file.Imports, func(spec *ast.ImportSpec) bool { return spec.Pos() <= pos && pos < spec.End() })
	})
}
