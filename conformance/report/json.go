package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"

	"github.com/scp-openapi/virtualserver/conformance"
)

// JSON writes a report as indented JSON: what [conformance.ReadReports] reads. Several are written as an array.
// It is ASCII where a terminal could take a character for a command. Its schema is report.schema.json.
func JSON(w io.Writer, reports ...*conformance.Report) error {
	if len(reports) == 1 {
		return writeJSON(w, reports[0], "  ")
	}
	return writeJSON(w, reports, "  ")
}

// Line writes one result of a run as a line of JSON.
func Line(w io.Writer, r conformance.Result) error {
	return writeJSON(w, r, "")
}

// LastLine writes a report as a line of JSON, without the results, which had lines of their own.
func LastLine(w io.Writer, r *conformance.Report) error {
	type report conformance.Report
	return writeJSON(w, struct {
		*report
		Results []conformance.Result `json:"results,omitempty"`
	}{report: (*report)(r)}, "")
}

func writeJSON(w io.Writer, value any, indent string) error {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	var escaped bytes.Buffer
	escaped.Grow(plain.Len())
	for _, r := range plain.String() {
		if r == '\n' || unicode.IsGraphic(r) {
			escaped.WriteRune(r)
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			fmt.Fprintf(&escaped, `\u%04x`, unit)
		}
	}
	_, err := w.Write(escaped.Bytes())
	return err
}
