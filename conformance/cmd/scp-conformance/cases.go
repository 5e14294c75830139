package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

func casesCommand() *cobra.Command {
	var clauses bool
	cmd := &cobra.Command{
		Use:   "cases",
		Short: "List the cases: what each asks, and the harm it can do",
		Long: `List the cases: what each asks, the most it can do to an account, and the
clauses it judges. With --clauses, list the clauses instead: the statements of
the documents, where each stands, and how many cases judge it.`,
		Example: `  scp-conformance cases
  scp-conformance cases --clauses`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			out := cmd.OutOrStdout()
			if clauses {
				return writeTable(out, columns(out), clauseRows())
			}
			return writeTable(out, columns(out), caseRows())
		},
	}
	cmd.Flags().BoolVar(&clauses, "clauses", false, "list the clauses that the cases judge")
	return cmd
}

func caseRows() [][]string {
	rows := [][]string{{"CASE", "HARM", "WHAT IT ASKS"}}
	for _, c := range cases.All() {
		var clauses []string
		for _, clause := range c.Clauses {
			clauses = append(clauses, clause.ID)
		}
		asks := c.Summary
		if n := len(c.Variants); n > 0 {
			asks += fmt.Sprintf(" (in %d ways)", n)
		}
		rows = append(rows, []string{c.ID, c.Harm.String(), asks + " [" + strings.Join(clauses, ", ") + "]"})
	}
	return rows
}

func clauseRows() [][]string {
	rows := [][]string{{"CLAUSE", "SOURCE", "CASES", "TEXT"}}
	for _, clause := range cases.Clauses() {
		judging := 0
		for _, c := range cases.All() {
			if slices.ContainsFunc(c.Clauses, func(own conformance.Clause) bool { return own.ID == clause.ID }) {
				judging++
			}
		}
		text := clause.Text
		if clause.Exempt != "" {
			text += " No case: " + clause.Exempt + " (" + clause.Dated + ")"
		}
		rows = append(rows, []string{clause.ID, string(clause.Source), fmt.Sprint(judging), text})
	}
	return rows
}

// writeTable writes rows in columns, the last of which is wrapped where a line would be wider than width.
func writeTable(out io.Writer, width int, rows [][]string) error {
	last := len(rows[0]) - 1
	for i := range last {
		widest := 0
		for _, row := range rows {
			widest = max(widest, len(row[i]))
		}
		width -= widest + 2
	}
	const least = 24
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		first := strings.Join(row[:last], "\t")
		for _, line := range safe.Wrap(row[last], max(width, least)) {
			fmt.Fprintf(table, "%s\t%s\n", first, line)
			first = strings.Repeat("\t", last-1)
		}
	}
	return table.Flush()
}
