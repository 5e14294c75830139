// The scp-conformance command judges whether an endpoint of the Samsung Cloud Platform Virtual Server
// API behaves as documented, in every version there is a document for.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/scp-openapi/virtualserver/conformance"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := execute(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// execute runs the command and returns its exit code.
func execute(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := &cobra.Command{
		Use:   "scp-conformance",
		Short: "Judge whether an endpoint detaches volumes as documented",
		Long: `Judge whether an endpoint of the Samsung Cloud Platform Virtual Server API behaves as documented, in
every version there is a document for.

Exit codes of every command:
  0  everything asked for was judged, and holds
  1  something was proved not to hold
  2  wrong usage or configuration
  3  nothing failed, but something could not be judged, or nothing was`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_ = cmd.Help()
			return usage(errors.New("which command?"))
		},
		SilenceUsage:      true,
		SilenceErrors:     true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.AddCommand(runCommand(), casesCommand(), mockCommand(), versionsCommand())
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	called, err := root.ExecuteContextC(ctx)
	if err == nil {
		return conformance.ExitOK
	}
	var ended *exit
	if errors.As(err, &ended) && ended.error == nil {
		return ended.code
	}
	fmt.Fprintln(stderr, "scp-conformance:", err)
	if ended != nil {
		return ended.code
	}
	// What is left is cobra's: an unknown command or flag, or an argument too many.
	fmt.Fprintf(stderr, "See %s --help.\n", called.CommandPath())
	return conformance.ExitUsage
}

// exit ends a command with a code, and with a message if there is an error.
type exit struct {
	error
	code int
}

func (e *exit) Unwrap() error { return e.error }

// usage is a call, or a configuration, that cannot be carried out.
func usage(err error) error {
	return &exit{err, conformance.ExitUsage}
}

// colorful reports whether out is a terminal whose user did not ask for no colour (no-color.org).
func colorful(out io.Writer) bool {
	file, isFile := out.(*os.File)
	return isFile && term.IsTerminal(int(file.Fd())) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}
