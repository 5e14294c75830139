package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
)

// completeFlag has the shell complete the values of a flag; of a list, its last element. A value may be
// followed by a tab and what it means.
func completeFlag(cmd *cobra.Command, flag string, values func() []string) {
	err := cmd.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, _ []string, written string) ([]string, cobra.ShellCompDirective) {
		before := written[:strings.LastIndex(written, ",")+1]
		var all []string
		for _, value := range values() {
			if strings.HasPrefix(before+value, written) {
				all = append(all, before+value)
			}
		}
		return all, cobra.ShellCompDirectiveNoFileComp
	})
	if err != nil {
		panic(err) // there is no such flag
	}
}

// completeFile has the shell complete the names of files for a flag.
func completeFile(cmd *cobra.Command, flag string) {
	if err := cmd.MarkFlagFilename(flag); err != nil {
		panic(err) // there is no such flag
	}
}

func caseValues() []string {
	var values []string
	for _, c := range cases.All() {
		values = append(values, cobra.CompletionWithDesc(c.ID, c.Summary))
	}
	return values
}

func defectValues() []string {
	var values []string
	for _, d := range mock.Defects() {
		values = append(values, cobra.CompletionWithDesc(d.Name, d.Summary))
	}
	return values
}

func defectNames() []string {
	var names []string
	for _, d := range mock.Defects() {
		names = append(names, d.Name)
	}
	return names
}

// versionValues are the versions that have a document, the oldest first.
func versionValues() []string {
	var ids []string
	for _, client := range gen.Clients() {
		ids = append(ids, client.ID.String())
	}
	return ids
}
