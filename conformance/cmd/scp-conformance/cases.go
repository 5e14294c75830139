package main

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
)

func casesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "cases",
		Short: "List the cases: what each asks, and the harm it can do",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			table := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "CASE\tHARM\tWHAT IT ASKS\tCLAUSES")
			for _, c := range conformance.Cases() {
				fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.ID, c.Harm, c.Summary, strings.Join(c.Clauses, " "))
			}
			return table.Flush()
		},
	}
}
