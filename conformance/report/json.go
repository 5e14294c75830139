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

// JSON writes a report as indented JSON: what it is read back from. It is ASCII where a terminal could take
// a character for a command.
func JSON(w io.Writer, r *conformance.Report) error {
	return writeJSON(w, r)
}

func writeJSON(w io.Writer, value any) error {
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write the report as JSON: %w", err)
	}
	var escaped bytes.Buffer
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
