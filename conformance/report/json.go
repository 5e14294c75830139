package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

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
	out := bufio.NewWriter(w)
	encoder := json.NewEncoder(graphic{out})
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	return out.Flush()
}

// graphic escapes what cannot be seen in JSON, which an encoder writes at once and as UTF-8.
type graphic struct{ *bufio.Writer }

// Write implements io.Writer.
func (g graphic) Write(p []byte) (int, error) {
	written := 0
	for i := 0; i < len(p); {
		r, size := utf8.DecodeRune(p[i:])
		if r != '\n' && !unicode.IsGraphic(r) {
			_, _ = g.Writer.Write(p[written:i]) // an error stays until the end
			for _, unit := range utf16.AppendRune(nil, r) {
				_, _ = fmt.Fprintf(g.Writer, `\u%04x`, unit)
			}
			written = i + size
		}
		i += size
	}
	_, _ = g.Writer.Write(p[written:])
	return len(p), nil
}
