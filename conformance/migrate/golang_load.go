package migrate

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/tools/go/packages"

	"github.com/scp-openapi/virtualserver/conformance/migrate/analyzer"
)

// maxPatterns is how many packages are named to the go command, whose command line is limited.
const maxPatterns = 500

// goConfig is what a file is compiled for. The zero goConfig is what the go command takes by itself.
type goConfig struct {
	goos, goarch string
	tags         string // with commas between
	vendored     bool   // read modules from the module cache, though there is a vendor folder
}

// goPackage is a package as it was loaded. One that has tests is loaded with and without them.
type goPackage struct {
	id     string
	unit   *analyzer.Unit
	files  []string // paths
	errors []packages.Error
	deps   map[string]*packages.Package
}

// load loads packages of a module with their tests, and with files in the overlay as if they were written.
// Packages that the go command does not find are left out.
func (g *goTree) load(ctx context.Context, module string, config goConfig, overlay map[string][]byte, patterns []string) []goPackage {
	work, done, err := workspace(module)
	if err != nil {
		return nil
	}
	defer done()
	list, err := packages.Load(&packages.Config{
		Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
			packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo,
		Context: ctx, Dir: module, Fset: g.fset, Tests: true, Overlay: overlay,
		Env: config.env(work),
	}, patterns...)
	if err != nil {
		return nil
	}
	var loaded []goPackage
	for _, p := range list {
		if p.Types != nil && p.TypesInfo != nil && len(p.Syntax) > 0 {
			unit := &analyzer.Unit{Files: p.Syntax, Pkg: p.Types, Info: p.TypesInfo}
			loaded = append(loaded, goPackage{p.ID, unit, p.CompiledGoFiles, p.Errors, p.Imports})
		}
	}
	return loaded
}

// message returns the text of the first error of the package.
func (p goPackage) message() string {
	first := p.first()
	message, _, _ := strings.Cut(first.Msg, "\n")
	if first.Kind == packages.ParseError {
		message = filepath.Base(first.Pos) + ": " + message
	}
	return message
}

// at returns the path of the file that the first error of the package is in, or "".
func (p goPackage) at() string {
	file, _, _ := strings.Cut(p.first().Pos, ".go:")
	if file == "" || !filepath.IsAbs(file) {
		return ""
	}
	return file + ".go"
}

// first returns an error of the package: the parser's, from which others follow, or the type checker's, since what
// the go command says besides names the files of the overlay.
func (p goPackage) first() packages.Error {
	for _, kind := range []packages.ErrorKind{packages.ParseError, packages.TypeError} {
		if i := slices.IndexFunc(p.errors, func(e packages.Error) bool { return e.Kind == kind }); i >= 0 {
			return p.errors[i]
		}
	}
	return p.errors[0]
}

// misparsed reports whether a file of the package does not parse, so that a part of it at most was loaded.
func (p goPackage) misparsed(path string) bool {
	return slices.ContainsFunc(p.errors, func(e packages.Error) bool {
		return e.Kind == packages.ParseError && strings.HasPrefix(e.Pos, path+":")
	})
}

// env returns the environment of the go command: the user's, but without a network, and without flags that
// let it write go.mod.
func (c goConfig) env(work string) []string {
	var flags []string
	for flag := range strings.FieldsSeq(os.Getenv("GOFLAGS")) {
		if name := strings.TrimLeft(flag, "-"); !strings.HasPrefix(name, "mod=") && !strings.HasPrefix(name, "modfile=") {
			flags = append(flags, flag)
		}
	}
	if c.vendored {
		flags = append(flags, "-mod=readonly")
	}
	if c.tags != "" {
		flags = append(flags, "-tags="+c.tags)
	}
	env := append(os.Environ(),
		"GOFLAGS="+strings.Join(flags, " "), "GOPROXY=off", "GOSUMDB=off", "GOPRIVATE=", "GONOPROXY=none", "GOVCS=*:off",
		"GOWORK="+work, "GO111MODULE=on")
	if c.goos != "" {
		env = append(env, "GOOS="+c.goos, "CGO_ENABLED=0")
	}
	if c.goarch != "" {
		env = append(env, "GOARCH="+c.goarch, "CGO_ENABLED=0")
	}
	return env
}

// workspace returns the go.work that holds for a module, or "off". It is a copy, since the go command writes
// sums beside the go.work that it uses; done removes it.
func workspace(module string) (work string, done func(), err error) {
	done = func() {}
	file := os.Getenv("GOWORK")
	if file == "" {
		file = nearestWork(module)
	}
	if file == "" || file == "off" {
		return "off", done, nil
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(file), "vendor", "modules.txt")); err == nil {
		return file, done, nil // everything is vendored, and no sum is needed
	}
	text, err := absoluteWork(file)
	if err != nil {
		return "", done, err
	}
	dir, err := os.MkdirTemp("", "scp-work-")
	if err != nil {
		return "", done, err
	}
	done = func() { _ = os.RemoveAll(dir) }
	if sums, err := os.ReadFile(file + ".sum"); err == nil {
		if err := os.WriteFile(filepath.Join(dir, "go.work.sum"), sums, 0o600); err != nil {
			return "", done, err
		}
	}
	work = filepath.Join(dir, "go.work")
	return work, done, os.WriteFile(work, text, 0o600)
}

func nearestWork(dir string) string {
	for {
		file := filepath.Join(dir, "go.work")
		if info, err := os.Stat(file); err == nil && !info.IsDir() {
			return file
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}

// absoluteWork returns a go.work whose folders are written as absolute paths.
func absoluteWork(file string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	work, err := modfile.ParseWork(file, text, nil)
	if err != nil {
		return nil, err
	}
	absolute := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(filepath.Dir(file), filepath.FromSlash(path))
	}
	for _, use := range work.Use {
		use.Syntax.Token[len(use.Syntax.Token)-1] = modfile.AutoQuote(absolute(use.Path))
	}
	for _, replace := range work.Replace {
		if replace.New.Version == "" {
			replace.Syntax.Token[len(replace.Syntax.Token)-1] = modfile.AutoQuote(absolute(replace.New.Path))
		}
	}
	return modfile.Format(work.Syntax), nil
}
