package main

import (
	"io"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// form is one of the forms in which reports are written.
type form struct {
	// name is that of --format, and file the name in the directory of --out, empty where it has none.
	name, file string
	write      func(io.Writer, ...*conformance.Report) error
}

// forms are all of them. JSON is the first: the others can be made of it.
func forms() []form {
	return []form{
		{"json", "report.json", report.JSON},
		{"text", "report.txt", report.Text{}.Write},
	}
}

// formNames are the values of --format, the default first.
func formNames() []string {
	names := []string{"text"}
	for _, f := range forms() {
		if f.name != names[0] {
			names = append(names, f.name)
		}
	}
	return names
}

// printAs prints reports on standard output.
func printAs(out io.Writer, name string, text report.Text, reports ...*conformance.Report) error {
	if name == "text" {
		return fit(text, out).Write(out, reports...)
	}
	for _, f := range forms() {
		if f.name == name {
			return f.write(out, reports...)
		}
	}
	panic("unknown form " + name) // choiceVar refuses it
}

// fit is a text that suits what it is written to.
func fit(text report.Text, out io.Writer) report.Text {
	text.Color, text.Width = colorful(out), columns(out)
	return text
}
