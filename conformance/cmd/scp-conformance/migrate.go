package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// migrateFlags are the flags of migrate.
type migrateFlags struct {
	day             lifecycle.Date
	target          string
	warnWithin      int // days
	onlyEnded       bool
	lifecycle       string
	ignore          string
	format, out     string
	fix, text, diff bool
}

func migrateCommand() *cobra.Command {
	flags := migrateFlags{format: "text"}
	cmd := &cobra.Command{
		Use:   "migrate [PATH...]",
		Short: "Find where code speaks a version, tell when that ends, and repair it",
		Long: `Find where files speak a version of the API, tell whether that is safe on a day,
and move Go code to a newer version. The files are those below the PATHs, which
are the working directory by default: what git tracks and does not ignore, or
all files of a folder without git.

It reads imports of our clients and of the vendor's SDK, version headers in Go
and in any other text, go.mod, and Terraform's requirements and lock files. Code
that signs requests and pins no version is a finding too: it speaks whichever
version is the newest when it runs.

An ignore file accepts findings for a time. It is the one that --ignore names
or, if it exists, ` + migrate.IgnoreFile + ` in the working directory; if a PATH
leads out of that, in the folder that all PATHs are in. Its paths are relative
to that folder:

  ignore:
    - rule: text-header        # as reports name it
      path: docs/history/**    # ** stands for any folders, * for part of a name
      reason: it tells what used to be
      expires: 2026-12-31      # the last day judged on which it holds

--fix moves Go code to the target, and leaves a file alone that would no longer
compile. --fix-text changes version headers in other files. With --diff, the
changes are printed for git apply, and nothing is written.

Exit codes: 0 if all uses are safe on that day, 1 if one is not, 2 if a PATH or
a file that is named does not exist or is wrong, 3 if something could not be
read or judged, such as a use that pins no version, or if no file was read.`,
		Example: `  scp-conformance migrate
  scp-conformance migrate services/ infra/ --on 2026-12-31
  scp-conformance migrate --target 1.3 --diff | git apply
  scp-conformance migrate --format sarif --out migrate.sarif
  scp-conformance migrate ./... --on 2026-12-31 --fix`,
		Args: func(_ *cobra.Command, paths []string) error {
			if slices.Contains(paths, "") {
				return errors.New("a PATH is empty: name a file or a folder")
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: flags.run,
	}
	f := cmd.Flags()
	f.Var(&day{&flags.day}, "on", "judge this `day`, such as 2026-12-31 (default today, in Korea)")
	f.StringVar(&flags.target, "target", "", "the `version` to move to (default the newest that has a client)")
	completeFlag(cmd, "target", versionValues)
	daysVar(cmd, &flags.warnWithin, "warn-within", 90, "warn of uses that end so many `days` after that day, or earlier")
	f.BoolVar(&flags.onlyEnded, "only-ended", false, "show only what is not safe; the answer and the exit code stay the same")
	lifecycleVar(cmd, &flags.lifecycle)
	f.StringVar(&flags.ignore, "ignore", "", "accept the findings that this `file` lists (default "+migrate.IgnoreFile+", if it exists)")
	completeFile(cmd, "ignore")
	var names []string
	for _, form := range migrateForms {
		names = append(names, form.name)
	}
	choiceVar(cmd, &flags.format, "format", names, "write as `format`")
	f.StringVar(&flags.out, "out", "", "write the report to this `file`, and print it as text")
	completeFile(cmd, "out")
	f.BoolVar(&flags.fix, "fix", false, "move Go code to the target")
	f.BoolVar(&flags.text, "fix-text", false, "change version headers in other files to the target")
	f.BoolVar(&flags.diff, "diff", false, "print what --fix or --fix-text would change, and change nothing (--fix if neither is given)")
	cmd.AddCommand(migrateDiffCommand())
	return cmd
}

// migrateForm is one of the forms in which migrate writes its report.
type migrateForm struct {
	name  string
	write func(io.Writer, *migrate.Report) error
}

var migrateForms = []migrateForm{
	{"text", format.Text{}.Write},
	{"json", format.JSON},
	{"markdown", format.Markdown},
	{"junit", format.JUnit},
	{"sarif", format.SARIF},
	{"github", format.GitHub},
}

func (f *migrateFlags) run(cmd *cobra.Command, paths []string) error {
	scan, err := scanOptions(paths)
	if err != nil {
		return usage(err)
	}
	question, err := f.question(scan.Root)
	if err == nil {
		err = f.mayFix(question)
	}
	if err != nil {
		return usage(err)
	}
	var file *newFile
	if f.out != "" {
		if file, err = replaceFile(f.out); err != nil {
			return usage(fmt.Errorf("--out: %w", err))
		}
	}
	r, err := f.judgeFiles(cmd, scan, question)
	if err != nil {
		return err
	}
	if f.fixes() {
		r, err = f.repair(cmd, scan, question, r)
		if r == nil {
			return err
		}
	}
	if !f.diff {
		err = errors.Join(err, f.print(cmd.OutOrStdout(), r))
	}
	if file != nil {
		if fileErr := file.write(func(w io.Writer) error { return f.write(w, r) }); fileErr != nil {
			err = errors.Join(err, fmt.Errorf("--out: %w", fileErr))
		}
	}
	code := r.ExitCode
	if err != nil {
		code = worse(code, conformance.ExitNotJudged) // what was proved stays proved
	}
	return &exit{err, code}
}

// scanOptions says what to scan. Files are named relative to the working directory or, if a path leads out of it, to
// the folder that all paths are in.
func scanOptions(paths []string) (migrate.Options, error) {
	root, err := os.Getwd()
	if err != nil {
		return migrate.Options{}, err
	}
	if len(paths) == 0 {
		paths = []string{"."}
	}
	o := migrate.Options{}
	inside := true
	for _, name := range paths {
		folder := filepath.Clean(strings.TrimSuffix(filepath.ToSlash(name), "...")) // as the go command writes folders
		if _, err := os.Stat(folder); errors.Is(err, fs.ErrNotExist) {
			return o, fmt.Errorf("no such file or folder: %s", name)
		}
		path, err := filepath.Abs(folder)
		if err != nil {
			return o, err
		}
		o.Paths = append(o.Paths, path)
		inside = inside && within(root, path)
	}
	if !inside {
		root = commonFolder(o.Paths)
	}
	o.Root = root
	return o, nil
}

// commonFolder is the innermost folder that all paths are in, the only path itself if that is a folder.
func commonFolder(paths []string) string {
	folder := paths[0]
	if info, err := os.Stat(folder); err == nil && !info.IsDir() {
		folder = filepath.Dir(folder)
	}
	for _, path := range paths {
		for !within(folder, path) {
			folder = filepath.Dir(folder)
		}
	}
	return folder
}

// within reports whether a path is a folder or below it.
func within(folder, path string) bool {
	relative, err := filepath.Rel(folder, path)
	return err == nil && filepath.IsLocal(relative)
}

// question is what the flags ask about the files below a folder.
func (f *migrateFlags) question(root string) (migrate.Question, error) {
	q := migrate.Question{Day: f.day, WarnWithin: f.warnWithin, OnlyEnded: f.onlyEnded}
	if q.Day.IsZero() {
		q.Day = lifecycle.On(time.Now())
	}
	var err error
	if q.Table, err = loadTable(f.lifecycle); err != nil {
		return q, err
	}
	if q.Target, err = f.targetOf(q.Table); err != nil {
		return q, err
	}
	q.Ignore, err = f.loadIgnore(root)
	return q, err
}

// targetOf is the version to move to.
func (f *migrateFlags) targetOf(table lifecycle.Table) (lifecycle.ID, error) {
	if f.target == "" {
		clients := gen.Clients()
		return clients[len(clients)-1].ID, nil
	}
	id, err := lifecycle.ParseID(strings.TrimSpace(f.target))
	if err != nil {
		return id, fmt.Errorf("--target: %w", err)
	}
	if tables := []lifecycle.Table{table, gen.Table()}; !slices.ContainsFunc(tables, func(t lifecycle.Table) bool { return hasVersion(t, id) }) {
		return id, fmt.Errorf("--target: unknown version %s: known are %s", id, strings.Join(knownVersions(tables), ", "))
	}
	return id, nil
}

// loadIgnore reads the ignore file: the one that is named, else that of the folder, which need not exist.
func (f *migrateFlags) loadIgnore(root string) (*migrate.Ignore, error) {
	name := f.ignore
	if name == "" {
		name = filepath.Join(root, migrate.IgnoreFile)
		if here, err := os.Getwd(); err == nil && here == root {
			name = migrate.IgnoreFile
		}
	}
	file, err := openFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.ignore == "":
		return nil, nil //nolint:nilnil // no file is one without entries
	case err != nil:
		return nil, fmt.Errorf("--ignore: %w", err)
	}
	defer file.Close()
	ignore, err := migrate.LoadIgnore(file, name)
	if err != nil {
		return nil, fmt.Errorf("--ignore: %s: %w", name, err)
	}
	return ignore, nil
}

// judgeFiles scans files, and judges what it finds. The file of --out is going to be replaced, and does not count: an
// earlier report in it quotes what was found then.
func (f *migrateFlags) judgeFiles(cmd *cobra.Command, scan migrate.Options, q migrate.Question) (*migrate.Report, error) {
	if file, ok := terminal(cmd.ErrOrStderr()); ok {
		const erase = "\r\x1b[K"
		scan.Progress = func(files int) { fmt.Fprintf(file, erase+"%d files read", files) }
		defer fmt.Fprint(file, erase)
	}
	scanned, err := migrate.Scan(cmd.Context(), scan)
	switch {
	case err != nil && cmd.Context().Err() == nil:
		return nil, usage(err) // a path is not what it was
	case err != nil:
		return nil, err
	}
	if out, err := filepath.Abs(f.out); err == nil && f.out != "" {
		scanned.Uses = slices.DeleteFunc(scanned.Uses, func(u migrate.Use) bool {
			return filepath.Join(scanned.Root, filepath.FromSlash(u.File)) == out
		})
	}
	if here, err := os.Getwd(); err == nil && here == scanned.Root {
		scanned.Root = "."
	}
	return migrate.Judge(scanned, q), nil
}

// write writes the report in the form that --format names.
func (f *migrateFlags) write(w io.Writer, r *migrate.Report) error {
	i := slices.IndexFunc(migrateForms, func(form migrateForm) bool { return form.name == f.format })
	return migrateForms[i].write(w, r)
}

// print prints the report on standard output: as text if it is also written to a file.
func (f *migrateFlags) print(out io.Writer, r *migrate.Report) error {
	if f.out == "" && f.format != "text" {
		return f.write(out, r)
	}
	var q quoted
	q.begin(out)
	err := format.Text{Color: colorful(out), Width: columns(out)}.Write(out, r)
	q.end(out)
	if inWorkflow() {
		err = errors.Join(err, format.GitHub(out, r), appendSummary(func(w io.Writer) error { return format.Markdown(w, r) }))
	}
	return err
}
