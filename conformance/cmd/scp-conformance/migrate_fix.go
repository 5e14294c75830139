package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// fixes reports whether files are to be changed, or what would be changed is to be printed.
func (f *migrateFlags) fixes() bool { return f.fix || f.text || f.diff }

// mayFix refuses to move code to a version that is not safe on the day judged.
func (f *migrateFlags) mayFix(q migrate.Question) error {
	s, known := q.Table.At(q.Day).Of(q.Target)
	if f.fixes() && known && !s.Safe {
		return fmt.Errorf("no code is moved to %s, the target: %s; name another one with --target", q.Target, s)
	}
	return nil
}

// repair moves what a report shows, and returns the report of what is there then. With --diff it prints what would
// change instead, and returns the report as it is. The report is nil if nothing was done.
func (f *migrateFlags) repair(cmd *cobra.Command, scan migrate.Options, q migrate.Question, r *migrate.Report) (*migrate.Report, error) {
	fixed, err := f.plan(cmd.Context(), scan.Root, r)
	if err != nil {
		return nil, err
	}
	notes := cmd.ErrOrStderr()
	if f.diff {
		err = printDiff(cmd.OutOrStdout(), fixed)
		printLeft(notes, r, fixed)
		fmt.Fprintln(notes, safe.Text(r.Headline))
		return r, err
	}
	var errs []error
	for _, change := range fixed.Changes {
		if err := migrate.Write(scan.Root, []migrate.Change{change}); err != nil {
			errs = append(errs, err)
			continue
		}
		fmt.Fprintf(notes, "Changed: %s\n", safe.Text(r.Path(change.File)))
	}
	printLeft(notes, r, fixed)
	then, scanErr := f.judgeFiles(cmd, scan, q)
	return then, errors.Join(append(errs, scanErr)...)
}

// plan says how to move what a report shows, in the files below a folder.
func (f *migrateFlags) plan(ctx context.Context, root string, r *migrate.Report) (*migrate.Fixed, error) {
	all := &migrate.Fixed{}
	for _, way := range []struct {
		wanted bool
		plan   func(context.Context, string, []migrate.Finding, lifecycle.ID) (*migrate.Fixed, error)
	}{
		{f.fix || !f.text, migrate.PlanFix}, // --diff alone is about Go
		{f.text, migrate.PlanFixText},
	} {
		if !way.wanted {
			continue
		}
		fixed, err := way.plan(ctx, root, r.Findings, r.Target)
		if err != nil {
			return nil, err
		}
		all.Changes = append(all.Changes, fixed.Changes...)
		all.Left = append(all.Left, fixed.Left...)
		all.Then = append(all.Then, fixed.Then...)
	}
	return all, nil
}

// printDiff prints what would change. On a terminal, what a file has in it does no harm there.
func printDiff(out io.Writer, fixed *migrate.Fixed) error {
	text := string(migrate.Diff(fixed.Changes))
	if _, ok := terminal(out); ok {
		text = safe.Lines(text)
	}
	_, err := io.WriteString(out, text)
	return err
}

// printLeft says what is left to a person and why, and what to run then.
func printLeft(out io.Writer, r *migrate.Report, fixed *migrate.Fixed) {
	for _, left := range fixed.Left {
		fmt.Fprintf(out, "Left: %s:%d:%d: %s\n", safe.Text(r.Path(left.File)), left.Line, left.Column, safe.Text(left.Why))
	}
	for _, then := range fixed.Then {
		fmt.Fprintf(out, "Then: %s\n", safe.Text(then))
	}
}
