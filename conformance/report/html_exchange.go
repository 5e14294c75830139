package report

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
)

// maxShown is how many bytes of a body a page shows. The whole body is in the JSON report.
const maxShown = 4 << 10

// htmlExchange is an exchange as text, as it went over the wire.
type htmlExchange struct {
	*conformance.Exchange
	Sent, Got string // the first line and the headers
	SentBody  htmlBody
	GotBody   htmlBody
	Before    string // headers of 1xx answers
	After     string // the trailer
}

func newHTMLExchange(e *conformance.Exchange) *htmlExchange {
	if e == nil {
		return nil
	}
	shown := &htmlExchange{
		Exchange: e,
		Sent:     fmt.Sprintf("%s %s\n%s", e.Method, e.URL, headerText(e.RequestHeader)),
		SentBody: newHTMLBody(e.RequestBody),
		GotBody:  newHTMLBody(e.Body),
		Before:   headerText(e.Informational),
		After:    headerText(e.Trailer),
	}
	if e.Status != 0 {
		shown.Got = conformance.StatusText(e.Status) + "\n" + headerText(e.ResponseHeader)
	}
	return shown
}

// headerText is a header in lines, sorted by name.
func headerText(header http.Header) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, value)
		}
	}
	return b.String()
}

// htmlBody is the start of a body, in base64 where it is no text.
type htmlBody struct {
	Text        string
	Binary      bool
	Size, Shown int // in bytes
}

func newHTMLBody(body conformance.Body) htmlBody {
	start := body[:min(len(body), maxShown)]
	if utf8.Valid(body) {
		for !utf8.Valid(start) { // cut within a character
			start = start[:len(start)-1]
		}
		return htmlBody{Text: string(start), Size: len(body), Shown: len(start)}
	}
	return htmlBody{Text: base64.StdEncoding.EncodeToString(start), Binary: true, Size: len(body), Shown: len(start)}
}
