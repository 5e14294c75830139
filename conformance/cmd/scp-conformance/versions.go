package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// versionsFlags are the flags of versions as they were given.
type versionsFlags struct {
	at, endpoint, lifecycle, save string
	require                       []string
	format, warnWithin            string
	timeout                       time.Duration
}

var formats = []string{"text", "json", "markdown"}

func versionsCommand() *cobra.Command {
	var flags versionsFlags
	cmd := &cobra.Command{
		Use:   "versions",
		Short: "Tell which versions are supported on a day, and what to do",
		Long: `Tell which versions are supported on a day, from the built-in documents, from a file or from an
endpoint, and what to do about each.

The built-in table is a snapshot; an endpoint is the authority. Asking one needs no keys and changes
nothing. Exit codes: 0 if the required versions (without --require: the recommended one) are safe on
that day, 1 if not, 2 if nobody knows a version that is required, 3 if the endpoint gave no answer that
makes sense. What an endpoint says differently is shown, and judged by run.`,
		Example: `  scp-conformance versions
  scp-conformance versions --at 2026-12-31 --require 1.3
  scp-conformance versions --endpoint https://virtualserver.kr-west1.e.samsungsdscloud.com --save lifecycle.json
  scp-conformance versions --lifecycle lifecycle.json --format markdown`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	f := cmd.Flags()
	f.StringVar(&flags.at, "at", "", "judge this `day`: 2026-08-31 (default today, in Korea)")
	f.StringVar(&flags.endpoint, "endpoint", "", "ask the endpoint at this `URL` which versions it speaks")
	f.StringVar(&flags.save, "save", "", "store what the endpoint says in a `file`, for --lifecycle")
	f.StringSliceVar(&flags.require, "require", nil, "the `versions` that have to be safe: 1.2,1.3 (default the recommended one)")
	f.StringVar(&flags.format, "format", "text", "text, json or markdown")
	f.StringVar(&flags.warnWithin, "warn-within", "90d", "warn of versions with no more `days` left than this")
	f.DurationVar(&flags.timeout, "timeout", conformance.DefaultTimeout, "how long the endpoint may take")
	lifecycleFlag(cmd, &flags.lifecycle)
	return cmd
}

func (f *versionsFlags) run(cmd *cobra.Command) error {
	day, err := dayFlag(f.at)
	if err != nil {
		return usage(err)
	}
	warnWithin, err := parseDays(f.warnWithin)
	if err != nil {
		return usage(fmt.Errorf("--warn-within: %w", err))
	}
	switch {
	case !slices.Contains(formats, f.format):
		return usage(fmt.Errorf("--format %q is none of %s", f.format, strings.Join(formats, ", ")))
	case f.save != "" && f.endpoint == "":
		return usage(errors.New("--save stores what an endpoint says, so it needs --endpoint"))
	case f.timeout <= 0:
		return usage(fmt.Errorf("--timeout is %s, but has to be more than zero", f.timeout))
	}
	known, err := loadTable(f.lifecycle)
	if err != nil {
		return usage(err)
	}
	table, discovered := known, conformance.Discovered{}
	if f.endpoint != "" {
		discovered, err = conformance.Discover(cmd.Context(), f.endpoint, time.Now, discovery.WithTimeout(f.timeout))
		if err != nil {
			return &exit{err, conformance.ExitNotJudged}
		}
		table = discovered.Table
	}
	required, err := f.required(known, table)
	if err != nil {
		return usage(err)
	}
	versions := report.NewVersions(table, day, warnWithin, required)
	if f.endpoint != "" {
		versions.Compare(known, discovered)
	}
	if err := f.write(cmd.OutOrStdout(), versions, table); err != nil {
		return &exit{err, conformance.ExitNotJudged}
	}
	if f.save != "" {
		if err := saveTable(f.save, table); err != nil {
			return usage(fmt.Errorf("--save: %w", err))
		}
	}
	if !versions.Safe() {
		return &exit{code: conformance.ExitFailed}
	}
	return nil
}

// saveTable stores a table in a file.
func saveTable(name string, table lifecycle.Table) error {
	var file bytes.Buffer
	if err := table.Save(&file); err != nil {
		return err
	}
	return os.WriteFile(name, file.Bytes(), 0o644)
}

// required are the versions that have to be safe. One that no table knows is a mistake in the call: it
// could never be judged.
func (f *versionsFlags) required(tables ...lifecycle.Table) ([]lifecycle.ID, error) {
	var required []lifecycle.ID
	for _, text := range f.require {
		id, err := lifecycle.ParseID(strings.TrimSpace(text))
		if err != nil {
			return nil, fmt.Errorf("--require: %w", err)
		}
		if !slices.ContainsFunc(append(tables, gen.Table()), func(t lifecycle.Table) bool { return hasVersion(t, id) }) {
			return nil, fmt.Errorf("--require: nobody knows version %s", id)
		}
		required = append(required, id)
	}
	return required, nil
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
	return versions.Text(out, table)
}

// parseDays reads "90d", or "90".
func parseDays(text string) (int, error) {
	n, err := strconv.ParseUint(strings.TrimSuffix(text, "d"), 10, 16)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of days such as 90d", text)
	}
	return int(n), nil
}

// dayFlag reads --at: the day judged, which is today in Korea unless said otherwise.
func dayFlag(at string) (lifecycle.Date, error) {
	if at == "" {
		return lifecycle.On(time.Now()), nil
	}
	day, err := lifecycle.ParseDate(at)
	if err == nil && day.IsZero() {
		err = fmt.Errorf("%q is no day", at)
	}
	if err != nil {
		return day, fmt.Errorf("--at: %w", err)
	}
	return day, nil
}

// lifecycleFlag adds --lifecycle, which every command takes that judges versions.
func lifecycleFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "lifecycle", "", "take the versions from a `file` of versions --save, not from the built-in documents")
}

// loadTable reads the table of --lifecycle, or gives the built-in one.
func loadTable(name string) (lifecycle.Table, error) {
	if name == "" {
		return gen.Table(), nil
	}
	file, err := os.Open(name)
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

// tableNotice says which table a command relies on and how old it is, with a warning where that is old.
func tableNotice(table lifecycle.Table, day lifecycle.Date) string {
	notice := fmt.Sprintf("Versions are held against the %s.", table.Describe(day))
	if table.Stale(day) {
		notice += " It is old: refresh it with scp-conformance versions --endpoint URL --save FILE, and give it with --lifecycle FILE."
	}
	return notice
}
