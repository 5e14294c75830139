package report

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// transcript is an exchange as curl prints one: the request's lines begin with >, the answer's with <. It has
// no more than most bytes of a body.
func transcript(e *conformance.Exchange, most int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "> %s %s\n", safe.Text(e.Method), safe.Text(e.URL))
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
		fmt.Fprintf(&b, "* %s\n", safe.Text(e.Err))
	}
	return b.String()
}

func headerLines(b *strings.Builder, start string, header http.Header) {
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(b, "%s%s: %s\n", start, safe.Text(name), safe.Text(value))
		}
	}
}

// bodyText is a body as text, or its size where it is none.
func bodyText(body conformance.Body, most int) string {
	if !utf8.Valid(body) || strings.ContainsRune(string(body), 0) {
		return fmt.Sprintf("(%d bytes that are not text)", len(body))
	}
	return safe.Lines(safe.Clip(string(body), most))
}

// status is a status code and, where it has one, its name.
func status(code int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", code, http.StatusText(code)))
}
