// The scp-conformance command judges whether an endpoint of the Samsung Cloud Platform Virtual Server
// API behaves as documented, in every version that has a document.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
)

func main() {
	// The first signal ends the command in order. It also restores the default action, by which the
	// second one ends the program at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	os.Exit(execute(ctx, os.Args[1:], standardOutput(), os.Stderr))
}

// execute runs the command and returns its exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	out := &output{Writer: stdout}
	began := false
	root := rootCommand(out, stderr)
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }
	root.SetArgs(args)
	called, err := root.ExecuteContextC(ctx)

	code := conformance.ExitOK
	var ended *exit
	switch {
	case errors.As(err, &ended):
		code, err = ended.code, ended.error
	case err != nil && (began || out.err != nil):
		code = conformance.ExitNotJudged
	case err != nil: // cobra's, of flags and arguments
		code = conformance.ExitUsage
		err = fmt.Errorf("%w\nSee %s --help.", err, called.CommandPath()) //nolint:revive,staticcheck // two sentences
	}
	if err != nil && (out.err == nil || !errors.Is(err, out.err)) {
		fmt.Fprintln(stderr, "scp-conformance:", plain(err))
	}
	if out.err != nil {
		fmt.Fprintln(stderr, "scp-conformance: writing to standard output:", out.err)
		if code == conformance.ExitOK {
			code = conformance.ExitNotJudged
		}
	}
	return code
}

var packagePrefix = regexp.MustCompile(`(^|: |\n)(?:(?:conformance|signing|openapi|lifecycle): )+`)

// plain is an error without the names of the packages that it comes from, which say nothing to a user.
func plain(err error) string { return packagePrefix.ReplaceAllString(err.Error(), "$1") }

func rootCommand(stdout, stderr io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:   "scp-conformance",
		Short: "Judge whether an endpoint detaches volumes as documented",
		Long: `Judge whether an endpoint of the Samsung Cloud Platform Virtual Server API
behaves as documented, in every version that has a document.

Exit codes of every command:
  0  everything asked for was judged, and holds
  1  something was proved not to hold
  2  wrong usage or configuration
  3  nothing failed, but something could not be judged, nothing was judged, or
     the result could not be written

Ctrl-C stops a command cleanly; a second Ctrl-C kills it.`,
		Example: `  scp-conformance run
  scp-conformance versions --at 2026-08-31
  scp-conformance migrate --on 2026-12-31
  scp-conformance mock --addr 127.0.0.1:8080
  source <(scp-conformance completion bash)`,
		Args:          noArgs,
		RunE:          missing,
		Version:       build(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetOut(stdout)
	root.SetErr(stderr)
	root.SetVersionTemplate("{{.Version}}")
	root.SetUsageTemplate(narrow(root.UsageTemplate()) + variablesTemplate)
	root.SetFlagErrorFunc(flagError)
	root.CompletionOptions.SetDefaultShellCompDirective(cobra.ShellCompDirectiveNoFileComp)
	root.AddCommand(runCommand(), casesCommand(), mockCommand(), versionsCommand(), reportCommand(), migrateCommand(), restoreCommand(), versionCommand())
	root.SetHelpCommand(helpCommand())
	root.InitDefaultCompletionCmd() // after SetOut, as it keeps the writer
	for _, cmd := range ours(root) {
		cmd.Flags().SortFlags = false // they are in the order of their subjects
		settable(cmd)
		refuseEmpty(cmd)
		if cmd.HasSubCommands() && cmd.RunE == nil {
			cmd.Args, cmd.RunE = noArgs, missing
		}
	}
	return root
}

// ours are the commands, and those below them. Those of completion are cobra's.
func ours(root *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, cmd := range root.Commands() {
		list = append(list, cmd)
		if cmd.Name() != "completion" {
			list = append(list, cmd.Commands()...)
		}
	}
	return list
}

// missing ends a command that has others below it, and was called without one of them.
func missing(cmd *cobra.Command, _ []string) error {
	cmd.SetOut(cmd.ErrOrStderr())
	_ = cmd.Help() // to standard error, where a failure could not be told either
	return usage(errors.New("a command is missing"))
}

// helpCommand is cobra's, but an unknown topic is wrong usage.
func helpCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		ValidArgsFunction: func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, c := range cmd.Root().Commands() {
				if c.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err == nil {
				err = noArgs(about, rest)
			}
			if err != nil {
				return usage(err)
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// noArgs refuses arguments. Of a command with commands below it, the argument was meant as one of these.
func noArgs(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0:
		return nil
	case !cmd.HasAvailableSubCommands():
		return fmt.Errorf("%s takes no arguments, but was given %s", cmd.CommandPath(), repeatable(args[0]))
	}
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return fmt.Errorf("unknown command %s%s", repeatable(args[0]), didYouMean(args[0], names))
}

// repeatable is an argument for a message. A URL is not repeated, as it may hold a password.
func repeatable(arg string) string {
	if strings.ContainsAny(arg, ":@") {
		return "a URL: an endpoint is named with --endpoint"
	}
	return strconv.Quote(arg)
}

// exit ends a command with a code, and with a message if there is an error.
type exit struct {
	error
	code int
}

func (e *exit) Unwrap() error { return e.error }

// usage ends a command that was called, or is configured, wrongly.
func usage(err error) error {
	return &exit{err, conformance.ExitUsage}
}
