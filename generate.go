// Virtualserver writes typed, signed Go clients of the Samsung Cloud Platform Virtual Server API from the
// OpenAPI documents that are built into it.
//
// Usage:
//
//	go tool virtualserver -version 1.3 -package volumes -o volumes
//
// writes the client of API version 1.3 to the folder volumes, as package volumes of the caller's module.
// The folder is for that package alone. Make it part of go generate:
//
//	//go:generate go tool virtualserver -version 1.3 -package volumes -o volumes
//
// The flags are:
//
//	-version X.Y|current
//		The API version of the client; current is the version whose document says CURRENT.
//	-spec file
//		Instead of -version: an OpenAPI document of a version that is not built in. It has the form of the
//		built-in ones, which -spec-only prints. References out of the document are refused.
//	-package name
//		The name of the package; by default, that of the folder.
//	-o folder
//		Where to write.
//	-check
//		Write nothing, and fail if the files are not what would be written.
//	-fail-on deprecated|ended
//		Fail if the version has ended and, with deprecated, also if it is DEPRECATED. Without this flag
//		the command warns on standard error.
//	-at day
//		Judge versions on this day, such as 2026-08-31, instead of today.
//	-list
//		List the built-in versions and their states.
//	-spec-only
//		Write the OpenAPI document of the version and no Go: to standard output, or to the file or folder
//		of -o.
//
// Without flags, in the root of this module, it writes all of gen/, and removes the packages of removed
// documents.
//
// Exit codes: 0 done; 1 files differ (-check), or the state of the version is refused (-fail-on); 2 wrong
// usage, an invalid document, or something in the way; 3 a file cannot be read or written. With 1 and 2
// nothing was written.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/codegen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr, time.Now())
	if err != nil {
		fmt.Fprintln(os.Stderr, "virtualserver:", err)
	}
	os.Exit(exitCode(err))
}

// usageError is wrong usage: exit code 2.
type usageError struct{ error }

func usagef(format string, args ...any) error {
	return &usageError{fmt.Errorf(format, args...)}
}

// refusal is what a check was asked to find: exit code 1.
type refusal struct{ error }

func exitCode(err error) int {
	var usage *usageError
	var inTheWay *codegen.InTheWayError
	var refused *refusal
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refused):
		return 1
	case errors.As(err, &usage), errors.As(err, &inTheWay):
		return 2
	}
	return 3
}

// example is a call, for errors to show.
const example = "-version current -package volumes -o volumes"

// command is a call of the generator.
type command struct {
	version, spec, name, out string
	failOn                   lifecycle.State
	check, list, specOnly    bool
	day                      lifecycle.Date

	set            *openapi.Set
	stdout, stderr io.Writer
}

func run(args []string, stdout, stderr io.Writer, now time.Time) error {
	c := command{day: lifecycle.On(now), stdout: stdout, stderr: stderr}
	given, err := c.parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return &usageError{err}
	}
	if c.set, err = openapi.Load(); err != nil {
		return err
	}
	return c.do(given)
}

// parse reads the flags and returns those that were given.
func (c *command) parse(args []string) (map[string]bool, error) {
	flags := flag.NewFlagSet("virtualserver", flag.ContinueOnError)
	flags.StringVar(&c.version, "version", "", "the API `version`, such as 1.3, or current")
	flags.StringVar(&c.spec, "spec", "", "the OpenAPI document of another version, a `file`")
	flags.StringVar(&c.name, "package", "", "the `name` of the package (default: the name of the folder)")
	flags.StringVar(&c.out, "o", "", "the `folder` to write the package to")
	flags.BoolVar(&c.check, "check", false, "write nothing; fail if the files are not what would be written")
	flags.BoolVar(&c.list, "list", false, "list the built-in versions and their states")
	flags.BoolVar(&c.specOnly, "spec-only", false, "write the OpenAPI document alone, to standard output or to the file or folder of -o")
	flags.Func("fail-on", "fail if the version is in this `state` or past it: deprecated or ended", c.setFailOn)
	flags.Func("at", "judge versions on this `day`, such as 2026-08-31 (default: today)", c.setDay)
	// A wrong flag is one sentence, not the list of all flags.
	flags.SetOutput(io.Discard)
	flags.Usage = func() {}
	err := flags.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintln(c.stdout, "Writes the typed, signed client of one API version as a Go package:")
		fmt.Fprintf(c.stdout, "\n  go tool virtualserver %s\n\n", example)
		flags.SetOutput(c.stdout)
		flags.PrintDefaults()
		return nil, err
	case err != nil:
		return nil, err
	case flags.NArg() > 0:
		return nil, fmt.Errorf("unexpected argument %q; see -help", flags.Arg(0))
	}
	given := map[string]bool{}
	flags.Visit(func(f *flag.Flag) { given[f.Name] = true })
	return given, nil
}

func (c *command) setFailOn(state string) error {
	switch state {
	case "deprecated":
		c.failOn = lifecycle.Deprecated
	case "ended":
		c.failOn = lifecycle.Ended
	default:
		return errors.New("want deprecated or ended")
	}
	return nil
}

func (c *command) setDay(text string) (err error) {
	if c.day, err = lifecycle.ParseDate(text); err == nil && c.day.IsZero() {
		return errors.New("want a day such as 2026-08-31")
	}
	return err
}

// do does what the flags ask for.
func (c *command) do(given map[string]bool) error {
	switch {
	case c.list:
		if err := only(given, "-list", "list", "at"); err != nil {
			return err
		}
		return c.printVersions()
	case c.specOnly:
		if err := only(given, "-spec-only", "spec-only", "version", "o", "check", "fail-on", "at"); err != nil {
			return err
		}
		return c.writeDocument()
	case len(given) == 0, len(given) == 1 && given["check"]:
		return c.regenerate()
	}
	return c.writeClient()
}

// only refuses flags that mean nothing beside another one.
func only(given map[string]bool, beside string, allowed ...string) error {
	for _, name := range allowed {
		delete(given, name)
	}
	for name := range given {
		return usagef("-%s has no use with %s", name, beside)
	}
	return nil
}

// regenerate writes all of gen/ in this module.
func (c *command) regenerate() error {
	mod, err := os.ReadFile("go.mod")
	if err != nil || !strings.HasPrefix(string(mod), "module "+codegen.Module+"\n") {
		return usagef("this is not the root of %s, where no flags are needed; write: go tool virtualserver %s", codegen.Module, example)
	}
	files, err := codegen.All(c.set)
	if err != nil {
		return err
	}
	changes, err := files.CompareTree("gen")
	if err != nil {
		return err
	}
	return c.apply(changes)
}

// writeClient writes the client of one version to a folder of another module.
func (c *command) writeClient() error {
	switch c.out {
	case "":
		return usagef("-o is missing, the folder to write to: %s", example)
	case stdoutName:
		return usagef("-o is %q, but a package is written to a folder", stdoutName)
	}
	if c.name == "" {
		absolute, err := filepath.Abs(c.out)
		if err != nil {
			return err
		}
		c.name = filepath.Base(absolute)
	}
	if !codegen.ValidPackage(c.name) {
		return usagef("-package: %q cannot be the name of a Go package that is imported; choose one such as volumes", c.name)
	}
	doc, err := c.document()
	if err != nil {
		return err
	}
	if err := c.judge(doc.Version); err != nil {
		return err
	}
	files, err := c.generate(doc)
	if err != nil {
		return err
	}
	changes, err := files.Compare(c.out)
	if err != nil {
		return err
	}
	return c.apply(changes)
}

func (c *command) generate(doc *openapi.Document) (codegen.Files, error) {
	if c.spec == "" {
		return codegen.Package(doc, c.name)
	}
	files, err := codegen.PackageOf(doc, c.name)
	if err != nil {
		return nil, invalid(err)
	}
	return files, nil
}

// invalid says what is wrong with the document of -spec, without the part of it that some errors repeat on
// further lines.
func invalid(err error) error {
	said, _, _ := strings.Cut(err.Error(), "\n")
	return usagef("-spec: %s", said)
}

// apply makes the changes, or says what they are if nothing may be written.
func (c *command) apply(changes *codegen.Changes) error {
	if !c.check {
		return changes.Apply()
	}
	if !changes.None() {
		return &refusal{fmt.Errorf("%s: generate again", changes)}
	}
	return nil
}

// document is that of the version to generate.
func (c *command) document() (*openapi.Document, error) {
	switch {
	case c.version == "" && c.spec == "":
		return nil, usagef("-version is missing: %s", example)
	case c.version != "" && c.spec != "":
		return nil, usagef("-version and -spec each name a document; use one of them")
	case c.spec != "":
		doc, err := openapi.ReadFile(c.spec)
		if err != nil {
			return nil, invalid(err)
		}
		return doc, nil
	case c.version == "current":
		return c.set.Current(), nil
	}
	id, err := lifecycle.ParseID(c.version)
	if err != nil {
		return nil, usagef("-version: %w", err)
	}
	doc := c.set.Lookup(id)
	if doc == nil {
		var known []string
		for _, doc := range c.set.Versions {
			known = append(known, doc.Version.ID.String())
		}
		return nil, usagef("unknown version %s; known are %s; -spec reads the document of another", id, strings.Join(known, ", "))
	}
	return doc, nil
}

// judge warns of a version that should not be called on the day judged, or refuses it with -fail-on.
func (c *command) judge(version lifecycle.Version) error {
	table := c.table()
	table.Versions = slices.DeleteFunc(table.Versions, func(v lifecycle.Version) bool { return v.ID == version.ID })
	table.Versions = append(table.Versions, version)
	standings := table.At(c.day)
	standing, _ := standings.Of(version.ID)
	if standing.State == lifecycle.Current || standing.State == lifecycle.Supported {
		return nil
	}
	said := standing.String()
	if standing.State == lifecycle.Ended {
		said = fmt.Sprintf("%s ended on %s", version.ID, version.NotBefore)
	}
	if best, found := standings.Recommended(); found {
		said += fmt.Sprintf("; move to %s", best.ID)
	}
	if standing.State == c.failOn || standing.State == lifecycle.Ended && c.failOn == lifecycle.Deprecated {
		return &refusal{fmt.Errorf("-fail-on %s: version %s", strings.ToLower(string(c.failOn)), said)}
	}
	fmt.Fprintf(c.stderr, "virtualserver: warning: version %s\n", said)
	return nil
}

func (c *command) table() lifecycle.Table {
	table := lifecycle.Table{Source: "the built-in documents"}
	for _, doc := range c.set.Versions {
		table.Versions = append(table.Versions, doc.Version)
	}
	return table
}

// printVersions lists the versions as they are on the day judged.
func (c *command) printVersions() error {
	table := c.table()
	out := tabwriter.NewWriter(c.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(out, "VERSION\tSTATE ON %s\tSUPPORT GUARANTEED UNTIL\n", c.day)
	for _, standing := range table.At(c.day) {
		fmt.Fprintf(out, "%s\t%s\t%s\n", standing.ID, standing.State, standing.NotBefore)
	}
	fmt.Fprintf(out, "\nFrom a %s. The service may have changed them since.\n", table.Describe(c.day))
	return out.Flush()
}

// writeDocument writes the document of a version, for people who generate in another language.
func (c *command) writeDocument() error {
	doc, err := c.document()
	if err != nil {
		return err
	}
	toStdout := c.out == "" || c.out == stdoutName
	if toStdout && c.check {
		return usagef("-check compares with a file: name it with -o")
	}
	if err := c.judge(doc.Version); err != nil {
		return err
	}
	if toStdout {
		_, err := c.stdout.Write(doc.YAML())
		return err
	}
	file := c.out
	if info, err := os.Stat(file); err == nil && info.IsDir() || os.IsPathSeparator(file[len(file)-1]) {
		file = filepath.Join(file, doc.File)
	}
	changes, err := codegen.CompareDocument(file, doc)
	if err != nil {
		return err
	}
	return c.apply(changes)
}

// stdoutName is the name of standard output for -o.
const stdoutName = "-"
