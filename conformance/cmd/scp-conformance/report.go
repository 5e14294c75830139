package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
)

// reportFlags are the flags of report.
type reportFlags struct {
	written
	previous []string
}

func reportCommand() *cobra.Command {
	var flags reportFlags
	cmd := &cobra.Command{
		Use:   "report FILE.json...",
		Short: "Write stored reports in any form, as one",
		Long: `Write reports that run stored as JSON in any form. Several become one report,
with a section for each. The file - is standard input.

Exit codes: 1 if any of the reports ended with 1, else 3 if any ended with 3 or
could not be read, else 0: the verdicts are those that were stored.`,
		Example: `  scp-conformance report report/report.json
  scp-conformance report kr-west1.json kr-east1.json --format markdown
  scp-conformance report today.json --previous yesterday.json
  scp-conformance run --format json | scp-conformance report - --out report/`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 || slices.Contains(args, "") {
				return fmt.Errorf("%s takes the files of one report or more", cmd.CommandPath())
			}
			return nil
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"json"}, cobra.ShellCompDirectiveFilterFileExt
		},
		RunE: flags.run,
	}
	flags.add(cmd)
	cmd.Flags().StringSliceVar(&flags.previous, "previous", nil, "say what changed since these earlier reports: `files`, one for each endpoint")
	completeFile(cmd, "previous")
	return cmd
}

func (f *reportFlags) run(cmd *cobra.Command, files []string) error {
	if err := f.prepare(); err != nil {
		return usage(err)
	}
	reports, problem := readReports(cmd.InOrStdin(), files)
	if len(reports) == 0 {
		return &exit{problem, conformance.ExitNotJudged}
	}
	problem = errors.Join(problem, f.compare(cmd.InOrStdin(), reports))
	problem = errors.Join(problem, f.deliver(cmd.OutOrStdout(), reports...))
	code := conformance.ExitOK
	if problem != nil {
		code = conformance.ExitNotJudged
	}
	for _, r := range reports {
		code = worse(code, r.ExitCode)
	}
	return &exit{problem, code}
}

// worse is the exit code of two things: what was proved not to hold comes before what could not be judged.
func worse(a, b int) int {
	order := []int{conformance.ExitOK, conformance.ExitNotJudged, conformance.ExitFailed}
	return order[max(slices.Index(order, a), slices.Index(order, b))]
}

// readReports reads stored reports, and says which files could not be read.
func readReports(stdin io.Reader, files []string) ([]*conformance.Report, error) {
	var reports []*conformance.Report
	var errs []error
	for _, name := range files {
		read, err := readFile(stdin, name)
		if err != nil {
			errs = append(errs, err)
		}
		reports = append(reports, read...)
	}
	return reports, errors.Join(errs...)
}

func readFile(stdin io.Reader, name string) ([]*conformance.Report, error) {
	if name != "-" {
		file, err := openFile(name)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		stdin = file
	}
	reports, err := conformance.ReadReports(stdin)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return reports, nil
}

// compare says in each report what changed since the earlier one of its endpoint: the last that is named, where there
// are several. A single report is compared with a single earlier one of any endpoint: that of a mock has another port
// each time. An earlier report that none is compared with is told.
func (f *reportFlags) compare(stdin io.Reader, reports []*conformance.Report) error {
	type stored struct {
		*conformance.Report
		file string
	}
	var errs []error
	var earlier []stored
	for _, name := range f.previous {
		read, err := readFile(stdin, name)
		if err != nil {
			errs = append(errs, fmt.Errorf("--previous: %w", err))
		}
		for _, r := range read {
			earlier = append(earlier, stored{r, name})
		}
	}
	for _, previous := range earlier {
		compared := false
		for _, r := range reports {
			if previous.Endpoint == r.Endpoint || len(reports) == 1 && len(earlier) == 1 {
				r.Compare(previous.Report, previous.file)
				compared = true
			}
		}
		if !compared {
			errs = append(errs, fmt.Errorf("--previous: %s is about %s, and no other report is", previous.file, previous.Endpoint))
		}
	}
	return errors.Join(errs...)
}
