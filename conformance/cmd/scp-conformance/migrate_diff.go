package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance/migrate/diff"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// migrateDiffFlags are the flags of migrate diff.
type migrateDiffFlags struct {
	from, to         string // versions
	specFrom, specTo string // files
	day              lifecycle.Date
	format           string
}

func migrateDiffCommand() *cobra.Command {
	flags := migrateDiffFlags{format: "text"}
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Tell what changes for a caller who moves to another version",
		Long: `Tell what changes for a caller who moves from one version to another, as far as
the documents of the two tell: what the caller may no longer use, what it has to
do in addition, and what it may be answered that was ruled out before.

The value of Scp-Api-Version changes between any two versions: that is the
migration itself, and no break. A version without a built-in document is
compared by a document of your own, with --spec-from or --spec-to. References
out of it are followed within its folder only.

Exit codes: 0 if there is no break, 1 if there is one, 2 if a version is
unknown, 3 if a document is not valid or a difference could not be judged.`,
		Example: `  scp-conformance migrate diff --from 1.1 --to 1.3
  scp-conformance migrate diff --from 1.1 --format markdown
  scp-conformance migrate diff --from 1.3 --spec-to virtualserver.yaml`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return flags.run(cmd) },
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&flags.from, "from", "", "the `version` that callers speak now")
	f.StringVar(&flags.to, "to", "", "the `version` to move to (default the newest)")
	f.StringVar(&flags.specFrom, "spec-from", "", "an OpenAPI document `file` that describes the version spoken now")
	f.StringVar(&flags.specTo, "spec-to", "", "an OpenAPI document `file` that describes the version to move to")
	f.Var(&day{&flags.day}, "on", "tell the lifecycle of both versions on this `day`, such as 2026-08-31 (default today, in Korea)")
	choiceVar(cmd, &flags.format, "format", []string{"text", "json", "markdown"}, "print as `format`")
	completeFlag(cmd, "from", versionValues)
	completeFlag(cmd, "to", versionValues)
	completeFile(cmd, "spec-from")
	completeFile(cmd, "spec-to")
	return cmd
}

func (f *migrateDiffFlags) run(cmd *cobra.Command) error {
	if f.day.IsZero() {
		f.day = lifecycle.On(time.Now())
	}
	set, err := openapi.Load()
	if err != nil {
		return err
	}
	if f.to == "" && f.specTo == "" {
		f.to = set.Newest().Version.ID.String()
	}
	from, err := side(set, "from", f.from, f.specFrom)
	if err != nil {
		return err
	}
	to, err := side(set, "to", f.to, f.specTo)
	if err != nil {
		return err
	}
	changes, err := diff.Between(from, to, f.day)
	if err != nil {
		return err
	}
	switch out := cmd.OutOrStdout(); f.format {
	case "json":
		err = changes.JSON(out)
	case "markdown":
		err = changes.Markdown(out)
	default:
		err = changes.Text(out, columns(out))
	}
	if changes.ExitCode != 0 {
		return &exit{err, changes.ExitCode}
	}
	return err
}

// side is the version that a flag names, or the file of its --spec- flag. A version or a file that there is
// not is wrong usage; a file that is not a valid document cannot be judged.
func side(set *openapi.Set, flag, version, file string) (*diff.Side, error) {
	switch {
	case version == "" && file == "":
		return nil, usage(fmt.Errorf("name a version with --%s, or a document with --spec-%[1]s", flag))
	case version != "" && file != "":
		return nil, usage(fmt.Errorf("--%s and --spec-%[1]s name the same side: choose one", flag))
	case file != "":
		s, err := diff.File(file)
		var invalid *diff.DocumentError
		switch {
		case errors.As(err, &invalid):
			return nil, fmt.Errorf("--spec-%s: %w", flag, err)
		case errors.Is(err, fs.ErrNotExist):
			return nil, usage(fmt.Errorf("--spec-%s: no such file: %s", flag, file))
		case err != nil:
			return nil, usage(fmt.Errorf("--spec-%s: %w", flag, err))
		}
		return s, nil
	}
	id, err := lifecycle.ParseID(strings.TrimSpace(version))
	if err != nil {
		return nil, usage(fmt.Errorf("--%s: %w", flag, err))
	}
	s, err := diff.Of(set, id)
	if err != nil {
		return nil, usage(fmt.Errorf("--%s: %w", flag, err))
	}
	return s, nil
}
