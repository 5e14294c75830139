package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version of this command",
		Long: `Print the version of the module, the revision of its repository, and the Go
version that this command was built with.`,
		Example: "  scp-conformance version",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprint(cmd.OutOrStdout(), build())
			return err
		},
	}
}

// build is the running build in a line.
func build() string {
	suite := conformance.ThisSuite()
	line := "scp-conformance " + suite.Version
	if suite.Revision != "" {
		line += " revision " + suite.Revision
	}
	if suite.Modified {
		line += " (modified)"
	}
	return line + " " + suite.Go + "\n"
}
