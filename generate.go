// The virtualserver generator writes typed, signed Go clients of the Samsung Cloud Platform Virtual
// Server API from the OpenAPI documents that are built into it.
//
// In another module, it writes the client of one version as a package of that module:
//
//	//go:generate go tool virtualserver -version 1.3 -package volumes -o volumes
//
// In this module, without flags, it writes all of gen/, and removes the packages of removed documents.
package main

import (
	"errors"
	"flag"
	"fmt"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/codegen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func main() {
	err := run(os.Args[1:], os.Stderr)
	var usage *usageError
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
	case errors.As(err, &usage):
		fmt.Fprintln(os.Stderr, "virtualserver:", err)
		os.Exit(2)
	default:
		fmt.Fprintln(os.Stderr, "virtualserver:", err)
		os.Exit(1)
	}
}

// usageError is wrong usage: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

func run(args []string, stderr io.Writer) error {
	flags := flag.NewFlagSet("virtualserver", flag.ContinueOnError)
	flags.SetOutput(stderr)
	version := flags.String("version", "", "the API `version` of the client, such as 1.3")
	name := flags.String("package", "", "the `name` of the package (default: the name of the folder)")
	folder := flags.String("o", "", "the `folder` to write the package to")
	flags.Usage = func() {
		fmt.Fprintln(stderr, "Writes the typed, signed client of one API version as a Go package:")
		fmt.Fprintln(stderr, "\n  go tool virtualserver -version 1.3 -package volumes -o volumes")
		fmt.Fprintln(stderr)
		flags.PrintDefaults()
	}
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return &usageError{err}
	case flags.NArg() > 0:
		return usagef("unexpected argument %q; see -help", flags.Arg(0))
	}
	set, err := openapi.Load()
	if err != nil {
		return err
	}
	if *version == "" && *name == "" && *folder == "" {
		return regenerate(set)
	}
	return writeClient(set, *version, *name, *folder)
}

// regenerate writes all of gen/ in this module.
func regenerate(set *openapi.Set) error {
	mod, err := os.ReadFile("go.mod")
	if err != nil || !strings.HasPrefix(string(mod), "module "+codegen.Module+"\n") {
		return usagef("this folder is not the root of %s; elsewhere, use -version 1.3 -package volumes -o volumes", codegen.Module)
	}
	files, err := codegen.All(set)
	if err != nil {
		return err
	}
	if err := files.Write("gen"); err != nil {
		return err
	}
	return files.Prune("gen")
}

// writeClient writes the client of one version to a folder of another module.
func writeClient(set *openapi.Set, version, name, folder string) error {
	if version == "" || folder == "" {
		return usagef("-version and -o go together: -version 1.3 -package volumes -o volumes")
	}
	if name == "" {
		absolute, err := filepath.Abs(folder)
		if err != nil {
			return err
		}
		name = filepath.Base(absolute)
	}
	// Package main cannot be imported, and the Go tool ignores the files of package documentation.
	if !token.IsIdentifier(name) || name == "_" || name == "main" || name == "documentation" {
		return usagef("-package: %q cannot be the name of a Go package that is imported; choose one such as volumes", name)
	}
	id, err := lifecycle.ParseID(version)
	if err != nil {
		return &usageError{err}
	}
	doc := set.Lookup(id)
	if doc == nil {
		return usagef("unknown version %s; known are %s", id, strings.Join(names(set), ", "))
	}
	files, err := codegen.Package(doc, name)
	if err != nil {
		return err
	}
	return files.Write(folder)
}

func names(set *openapi.Set) []string {
	var names []string
	for _, doc := range set.Versions {
		names = append(names, doc.Version.ID.String())
	}
	return names
}
