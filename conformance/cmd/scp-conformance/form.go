package main

import (
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// form is one of the forms in which reports are written.
type form struct {
	// name is that of --format, and file the name in the directory of --out, empty for what is of use on standard
	// output alone.
	name, file string
	write      func(io.Writer, ...*conformance.Report) error
}

// forms are all of them, JSON first: it tells whose directory it is in. The language is that of HTML.
func forms(language string) []form {
	return []form{
		{"json", "report.json", report.JSON},
		{"text", "report.txt", report.Text{}.Write},
		{"junit", "junit.xml", report.JUnit},
		{"markdown", "report.md", report.Markdown},
		{"html", "report.html", report.HTML(language)},
		{"har", "evidence.har", report.HAR},
		{"github", "", report.GitHub},
	}
}

// lines is the form of run in which each result is printed as it ends.
const lines = "json-lines"

// written is how and where a command writes reports.
type written struct {
	format   string
	text     report.Text
	language string
	out      string // a directory, or empty
	quoted   quoted
}

// add adds the flags.
func (w *written) add(cmd *cobra.Command, more ...string) {
	w.format = "text"
	names := []string{"text"}
	for _, f := range forms("") {
		if f.name != w.format {
			names = append(names, f.name)
		}
	}
	choiceVar(cmd, &w.format, "format", append(names, more...), "print as `format`")
	f := cmd.Flags()
	f.StringVar(&w.out, "out", "", "write the report in every form into this `directory`")
	_ = cmd.MarkFlagDirname("out")
	choiceVar(cmd, &w.language, "lang", []string{"en", "ko"}, "write HTML in this `language`, not in the browser's")
	f.BoolVar(&w.text.Verbose, "verbose", false, "print a line for each case and version, with its notes")
	f.BoolVar(&w.text.Grid, "grid", false, "print a table of all cases by versions")
	f.BoolVar(&w.text.Quiet, "quiet", false, "print only what is wrong, and the verdict")
}

// prepare finds out whether reports can be written to where they are wanted.
func (w *written) prepare() error {
	if w.out == "" {
		return nil
	}
	return newOutDir(w.out, forms(w.language)).prepare()
}

// print prints reports on standard output.
func (w *written) print(out io.Writer, reports ...*conformance.Report) error {
	for _, f := range forms(w.language) {
		if f.name == "text" {
			f.write = fit(w.text, out).Write
		}
		if f.name == w.format {
			return f.write(out, reports...)
		}
	}
	return nil // json-lines: it is printed
}

// fit is a text that suits what it is written to.
func fit(text report.Text, out io.Writer) report.Text {
	text.Color, text.Width = colorful(out), columns(out)
	return text
}

// deliver prints reports, and writes them to wherever else they are wanted.
func (w *written) deliver(out io.Writer, reports ...*conformance.Report) error {
	var errs []error
	note := func(err error) {
		if o, ok := out.(*output); !ok || o.err == nil { // that standard output failed is told at the end
			errs = append(errs, err)
		}
	}
	if w.format == "text" {
		w.quoted.begin(out)
	}
	note(w.print(out, reports...))
	w.quoted.end(out)
	if w.format == "text" && inWorkflow() {
		note(report.GitHub(out, reports...))
		errs = append(errs, appendSummary(func(w io.Writer) error { return report.Markdown(w, reports...) }))
	}
	if w.out != "" {
		errs = append(errs, newOutDir(w.out, forms(w.language)).write(reports...))
	}
	return errors.Join(errs...)
}
