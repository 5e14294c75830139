package report

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
)

// transcript is an exchange as curl prints one: the request's lines begin with >, the answer's with <. It has
// no more than most bytes of a body.
func transcript(e *conformance.Exchange, most int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", printable(e.Method), printable(e.URL))
	headerLines(&b, "> ", e.RequestHeader)
	if len(e.RequestBody) > 0 {
		fmt.Fprintf(&b, ">\n%s\n", bodyText(e.RequestBody, most))
	}
	headerLines(&b, "< (1xx) ", e.Informational)
	if e.Status != 0 {
		fmt.Fprintf(&b, "< %s\n", status(e.Status))
	}
	headerLines(&b, "< ", e.ResponseHeader)
	if len(e.Body) > 0 {
		fmt.Fprintf(&b, "<\n%s\n", bodyText(e.Body, most))
	}
	headerLines(&b, "< (trailer) ", e.Trailer)
	if e.Err != "" {
		fmt.Fprintf(&b, "* %s\n", printable(e.Err))
	}
	return b.String()
}

func headerLines(b *strings.Builder, start string, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(b, "%s%s: %s\n", start, printable(name), printable(value))
		}
	}
}

// bodyText is a body as text, or its size where it is none.
func bodyText(body conformance.Body, most int) string {
	if !utf8.Valid(body) || strings.ContainsRune(string(body), 0) {
		return fmt.Sprintf("(%d bytes that are not text)", len(body))
	}
	return printableLines(clip(string(body), most))
}

// status is a status code and, where it has one, its name.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}

// printableLines is printable text that keeps its lines.
func printableLines(s string) string {
	lines := strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n")
	for i, line := range lines {
		lines[i] = printable(strings.ReplaceAll(line, "\t", "    "))
	}
	return strings.Join(lines, "\n")
}

// clip is the first most bytes of a text, to the end of a character, with a sign where more follows.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most] + "…"
}
