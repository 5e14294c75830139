package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// versionsFlags are the flags of versions.
type versionsFlags struct {
	day             lifecycle.Date
	connection      connection
	lifecycle, save string
	require         []string
	format          string
	warnWithin      int // days
	timeout         time.Duration
}

func versionsCommand() *cobra.Command {
	flags := versionsFlags{format: "text"}
	cmd := &cobra.Command{
		Use:   "versions",
		Short: "Tell which versions are supported on a day, and what to do",
		Long: `Tell which versions are supported on a day, and what to do about each. The
versions are those of the built-in documents, of a file or of an endpoint.

The built-in table is a snapshot; an endpoint is the authority. Asking one
needs no keys and changes nothing. What it says differently from the table is
shown here, and judged by run.

Exit codes: 0 if the required versions are safe on that day, 1 if one is not,
2 if one is unknown, 3 if the endpoint gave no usable answer. Without --require
the recommended version is required.`,
		Example: `  scp-conformance versions
  scp-conformance versions --at 2026-12-31 --require 1.3
  scp-conformance versions --endpoint http://127.0.0.1:8080 --save table.json
  scp-conformance versions --lifecycle table.json --format markdown`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	f := cmd.Flags()
	dayVar(cmd, &flags.day, "judge this `day`")
	flags.connection.add(cmd, "ask the endpoint at this `URL` which versions it speaks")
	f.StringVar(&flags.save, "save", "", "store what the endpoint says in a `file`, for --lifecycle")
	f.StringSliceVar(&flags.require, "require", nil, "the `versions` that have to be safe, such as 1.2,1.3 (default the recommended one)")
	choiceVar(cmd, &flags.format, "format", []string{"text", "json", "markdown"}, "print as `format`")
	daysVar(cmd, &flags.warnWithin, "warn-within", 90, "warn of versions with this many `days` left, or fewer")
	durationVar(cmd, &flags.timeout, "timeout", conformance.DefaultTimeout, "how long the endpoint may take")
	completeFlag(cmd, "require", versionValues)
	completeFile(cmd, "save")
	lifecycleVar(cmd, &flags.lifecycle)
	return cmd
}

func (f *versionsFlags) run(cmd *cobra.Command) error {
	if f.day.IsZero() {
		f.day = lifecycle.On(time.Now())
	}
	if err := f.connection.locate(); err != nil {
		return usage(err)
	}
	transport, err := f.connection.transport()
	if err != nil {
		return usage(err)
	}
	if f.save != "" && f.connection.endpoint == "" {
		return usage(errors.New("--save stores what an endpoint says: name one with --endpoint"))
	}
	known, err := loadTable(f.lifecycle)
	if err != nil {
		return usage(err)
	}
	var file *newFile
	if f.save != "" {
		if file, err = replaceFile(f.save); err != nil {
			return usage(fmt.Errorf("--save: %w", err))
		}
	}
	table, discovered := known, conformance.Discovered{}
	if f.connection.endpoint != "" {
		discovered, err = conformance.Discover(cmd.Context(), f.connection.endpoint, time.Now, discovery.WithTimeout(f.timeout), discovery.WithTransport(transport))
		if err != nil {
			return err
		}
		table = discovered.Table
	}
	required, err := f.required(known, table)
	if err != nil {
		return usage(err)
	}
	versions := report.NewVersions(table, f.day, f.warnWithin, required)
	if f.connection.endpoint != "" {
		versions.Compare(known, discovered)
	}
	err = f.write(cmd.OutOrStdout(), versions, table)
	if file != nil {
		if saveErr := file.write(table.Save); saveErr != nil {
			err = fmt.Errorf("--save: %w", saveErr) // and that printing failed is told in any case
		}
	}
	if !versions.Safe() {
		return &exit{err, conformance.ExitFailed}
	}
	return err
}

// required are the versions that have to be safe. One that is in no table is a mistake in the call: it
// could never be judged.
func (f *versionsFlags) required(tables ...lifecycle.Table) ([]lifecycle.ID, error) {
	tables = append(tables, gen.Table())
	var required []lifecycle.ID
	for _, text := range f.require {
		id, err := lifecycle.ParseID(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("--require: %w", err)
		}
		if !slices.ContainsFunc(tables, func(t lifecycle.Table) bool { return hasVersion(t, id) }) {
			return nil, fmt.Errorf("--require: unknown version %s: known are %s", id, strings.Join(knownVersions(tables), ", "))
		}
		required = append(required, id)
	}
	return required, nil
}

// knownVersions are the versions of several tables, the oldest first.
func knownVersions(tables []lifecycle.Table) []string {
	var ids []lifecycle.ID
	for _, table := range tables {
		for _, v := range table.Versions {
			ids = append(ids, v.ID)
		}
	}
	slices.SortFunc(ids, lifecycle.ID.Compare)
	var names []string
	for _, id := range slices.Compact(ids) {
		names = append(names, id.String())
	}
	return names
}

func hasVersion(table lifecycle.Table, id lifecycle.ID) bool {
	return slices.ContainsFunc(table.Versions, func(v lifecycle.Version) bool { return v.ID == id })
}

func (f *versionsFlags) write(out io.Writer, versions report.Versions, table lifecycle.Table) error {
	switch f.format {
	case "json":
		return versions.JSON(out)
	case "markdown":
		return versions.Markdown(out)
	}
	return versions.Text(out, table, columns(out))
}

// lifecycleVar adds --lifecycle, which every command takes that judges versions.
func lifecycleVar(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "lifecycle", "", "take the versions from a `file` of versions --save, not from the built-in documents")
	completeFile(cmd, "lifecycle")
}

// loadTable reads the file of --lifecycle, or returns the built-in table if there is none.
func loadTable(name string) (lifecycle.Table, error) {
	if name == "" {
		return gen.Table(), nil
	}
	file, err := openFile(name)
	if err != nil {
		return lifecycle.Table{}, fmt.Errorf("--lifecycle: %w", err)
	}
	defer file.Close()
	table, err := lifecycle.Load(file)
	if err != nil {
		return table, fmt.Errorf("--lifecycle: %s: %w", name, err)
	}
	return table, nil
}
