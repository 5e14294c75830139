package report

import (
	"io"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// JSON writes a report as indented JSON: what [conformance.ReadReports] reads. Several are written as an array.
// It is ASCII where a terminal could take a character for a command. Its schema is report.schema.json.
func JSON(w io.Writer, reports ...*conformance.Report) error {
	if len(reports) == 1 {
		return safe.JSON(w, reports[0], "  ")
	}
	return safe.JSON(w, reports, "  ")
}

// Line writes one result of a run as a line of JSON.
func Line(w io.Writer, r conformance.Result) error {
	return safe.JSON(w, r, "")
}

// LastLine writes a report as a line of JSON, without the results, which had lines of their own.
func LastLine(w io.Writer, r *conformance.Report) error {
	type report conformance.Report
	return safe.JSON(w, struct {
		*report
		Results []conformance.Result `json:"results,omitempty"`
	}{report: (*report)(r)}, "")
}
