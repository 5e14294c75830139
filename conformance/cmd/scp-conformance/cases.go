package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
)

func casesCommand() *cobra.Command {
	var clauses bool
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List the cases: what each asks, and the harm it can do",
		Example: `  scp-conformance cases
  scp-conformance cases --clauses`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if clauses {
				return listClauses(cmd.OutOrStdout())
			}
			return listCases(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&clauses, "clauses", false, "list the statements that the cases are held against, and where each stands")
	return cmd
}

func listCases(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CASE\tHARM\tWHAT IT ASKS\tCLAUSES")
	for _, c := range conformance.Cases() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", c.ID, c.Harm, c.Summary, strings.Join(c.Clauses, " "))
	}
	return table.Flush()
}

func listClauses(out io.Writer) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "CLAUSE\tSOURCE\tCASES\tTEXT")
	for _, clause := range conformance.Clauses() {
		cases := 0
		for _, c := range conformance.Cases() {
			if slices.Contains(c.Clauses, clause.ID) {
				cases++
			}
		}
		text := clause.Text
		if clause.Exempt != "" {
			text += " No case: " + clause.Exempt + " (" + clause.Dated + ")"
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%s\n", clause.ID, clause.Source, cases, text)
	}
	return table.Flush()
}
