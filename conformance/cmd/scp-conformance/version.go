package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version of this command",
		Long:    "Print the version of the module, the revision of its repository and the Go\nversion that this command was built from.",
		Example: "  scp-conformance version",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), build())
			return err
		},
	}
}

// build is the version of the running build, in a line.
func build() string {
	version, revision, modified := "(devel)", "", ""
	info, _ := debug.ReadBuildInfo()
	if info != nil {
		if info.Main.Version != "" {
			version = info.Main.Version
		}
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision":
				revision = " revision " + setting.Value
			case setting.Key == "vcs.modified" && setting.Value == "true":
				modified = " (modified)"
			}
		}
	}
	return strings.Join([]string{"scp-conformance ", version, revision, modified, " ", runtime.Version(), "\n"}, "")
}
