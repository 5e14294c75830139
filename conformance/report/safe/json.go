package safe

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON writes a value as JSON with line ends, indented by indent unless that is empty. It is ASCII where a terminal
// could take a character for a command.
func JSON(w io.Writer, value any, indent string) error {
	out := bufio.NewWriter(w)
	encoder := Encoder(out)
	encoder.SetIndent("", indent)
	if err := encoder.Encode(value); err != nil {
		return fmt.Errorf("write JSON: %w", err)
	}
	return out.Flush()
}

// Encoder returns an encoder that writes JSON as [JSON] does, and whose errors show when out is flushed.
func Encoder(out *bufio.Writer) *json.Encoder {
	encoder := json.NewEncoder(graphic{out})
	encoder.SetEscapeHTML(false)
	return encoder
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
