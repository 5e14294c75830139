package report

import (
	"bufio"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report/safe"
)

// HAR writes every exchange that reports hold as an HTTP archive (HAR 1.2), which the developer tools of
// browsers open. A page is a case in a version. What the format has no place for, such as trailers and
// why no answer came, stands in fields that begin with an underscore, as the format asks.
//
// An exchange is a line, written as soon as it is made: a night's evidence is tens of megabytes.
func HAR(w io.Writer, reports ...*conformance.Report) error {
	creator := harCreator{Name: "scp-conformance", Version: "unknown"}
	for _, r := range reports {
		creator.Version = cmp.Or(r.Suite.Version, creator.Version)
	}
	out := bufio.NewWriter(w)
	h := harWriter{out: out, encoder: safe.Encoder(out)}
	h.text(`{"log": {"version": "1.2", "creator": `)
	h.value(creator)
	h.text(`, "pages": [`)
	for page, result := range harPages(reports) {
		h.item(harPage{
			ID: page, Title: fmt.Sprintf("%s: %s", page, result.Verdict), Started: result.Started.UTC(), Comment: result.Reason(),
		})
	}
	h.text(`], "entries": [`)
	h.items = 0
	for page, result := range harPages(reports) {
		for _, e := range exchangesOf(result) {
			h.item(harExchange(page, result, e))
		}
	}
	h.text("]}}\n")
	if h.err != nil {
		return fmt.Errorf("write the evidence as HAR: %w", h.err)
	}
	return out.Flush()
}

// harPages are the results that have exchanges, by the name of their page.
func harPages(reports []*conformance.Report) iter.Seq2[string, conformance.Result] {
	return func(yield func(string, conformance.Result) bool) {
		for _, r := range reports {
			for _, result := range r.Results {
				if !hasExchanges(result) {
					continue
				}
				page := fmt.Sprintf("%s in %s", result.Case.ID, result.Version.ID)
				if len(reports) > 1 {
					page = r.Endpoint + " " + page
				}
				if !yield(page, result) {
					return
				}
			}
		}
	}
}

// harWriter writes an archive part by part, until something fails.
type harWriter struct {
	out     *bufio.Writer
	encoder *json.Encoder
	items   int // of the list that is being written
	err     error
}

// text writes what stands between values.
func (h *harWriter) text(s string) { _, _ = h.out.WriteString(s) } // an error stays until the end

// value writes a value, with a line end.
func (h *harWriter) value(v any) {
	if h.err == nil {
		h.err = h.encoder.Encode(v)
	}
}

// item writes a value as one of a list.
func (h *harWriter) item(v any) {
	if h.items > 0 {
		h.text(",")
	}
	h.items++
	h.value(v)
}

type (
	harCreator struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harPage struct {
		ID          string    `json:"id"`
		Started     time.Time `json:"startedDateTime"`
		Title       string    `json:"title"`
		PageTimings struct{}  `json:"pageTimings"`
		Comment     string    `json:"comment,omitempty"`
	}
	harEntry struct {
		Page     string             `json:"pageref"`
		Started  time.Time          `json:"startedDateTime"`
		Time     conformance.Millis `json:"time"`
		Request  harRequest         `json:"request"`
		Response harResponse        `json:"response"`
		Cache    struct{}           `json:"cache"`
		Timings  harTimings         `json:"timings"`
		Comment  string             `json:"comment,omitempty"`
	}
	harRequest struct {
		Method      string       `json:"method"`
		URL         string       `json:"url"`
		HTTPVersion string       `json:"httpVersion"`
		Cookies     []harPair    `json:"cookies"`
		Headers     []harPair    `json:"headers"`
		Query       []harPair    `json:"queryString"`
		PostData    *harPostData `json:"postData,omitempty"`
		HeadersSize int          `json:"headersSize"`
		BodySize    int          `json:"bodySize"`
	}
	harResponse struct {
		Status        int        `json:"status"`
		StatusText    string     `json:"statusText"`
		HTTPVersion   string     `json:"httpVersion"`
		Cookies       []harPair  `json:"cookies"`
		Headers       []harPair  `json:"headers"`
		Content       harContent `json:"content"`
		RedirectURL   string     `json:"redirectURL"`
		HeadersSize   int        `json:"headersSize"`
		BodySize      int        `json:"bodySize"`
		Informational []harPair  `json:"_informational,omitempty"`
		Trailers      []harPair  `json:"_trailers,omitempty"`
		Error         string     `json:"_error,omitempty"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harPostData struct {
		MimeType string `json:"mimeType"`
		Text     string `json:"text"`
		Encoding string `json:"_encoding,omitempty"`
	}
	harContent struct {
		Size     int    `json:"size"`
		MimeType string `json:"mimeType"`
		Text     string `json:"text,omitempty"`
		Encoding string `json:"encoding,omitempty"`
	}
	harTimings struct {
		Send    int                `json:"send"`
		Wait    conformance.Millis `json:"wait"`
		Receive int                `json:"receive"`
	}
)

const (
	harUnknown    = "unknown" // a report does not keep which version of HTTP was spoken
	harNoSize     = -1        // nor how many bytes went over the wire
	harNoMimeType = "x-unknown"
)

// exchangesOf are the exchanges of a result's attempts, and those that show its findings, which most often are
// the same.
func exchangesOf(result conformance.Result) []conformance.Exchange {
	var list []conformance.Exchange
	for _, attempt := range result.Attempts {
		list = append(list, attempt.Exchanges...)
	}
	for _, f := range result.Findings {
		if e := f.Exchange; e != nil && !slices.ContainsFunc(list, func(known conformance.Exchange) bool {
			return known.Started.Equal(e.Started) && known.Method == e.Method && known.URL == e.URL
		}) {
			list = append(list, *e)
		}
	}
	return list
}

func hasExchanges(result conformance.Result) bool {
	return slices.ContainsFunc(result.Attempts, func(a conformance.Attempt) bool { return len(a.Exchanges) > 0 }) ||
		slices.ContainsFunc(result.Findings, func(f conformance.Finding) bool { return f.Exchange != nil })
}

func harExchange(page string, result conformance.Result, e conformance.Exchange) harEntry {
	return harEntry{
		Page: page, Started: e.Started.UTC(), Time: e.Duration, Timings: harTimings{Wait: e.Duration}, Comment: harComment(result, e),
		Request: harRequest{
			Method: e.Method, URL: harURL(e.URL), HTTPVersion: harUnknown,
			Cookies: []harPair{}, Headers: harHeaders(e.RequestHeader), Query: harQuery(e.URL), PostData: harPost(e),
			HeadersSize: harNoSize, BodySize: len(e.RequestBody),
		},
		Response: harResponse{
			Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: harUnknown,
			Cookies: harCookies(e.ResponseHeader), Headers: harHeaders(e.ResponseHeader), Content: harBody(e),
			RedirectURL: e.ResponseHeader.Get("Location"), HeadersSize: harNoSize, BodySize: harNoSize,
			Informational: harHeaders(e.Informational), Trailers: harHeaders(e.Trailer), Error: e.Err,
		},
	}
}

// harComment says which case sent an exchange in which version, what it asked for and what it expected.
func harComment(result conformance.Result, e conformance.Exchange) string {
	parts := []string{fmt.Sprintf("%s in %s", cmp.Or(e.Case, result.Case.ID), result.Version.ID)}
	if e.About != "" {
		parts = append(parts, e.About)
	}
	if e.Expected != "" {
		parts = append(parts, "expected: "+string(e.Expected))
	}
	if e.Repeated {
		parts = append(parts, "sent again, as the answer may have been a gateway's")
	}
	if e.Stayed {
		parts = append(parts, "answered so each time")
	}
	return strings.Join(parts, "; ")
}

func harHeaders(header http.Header) []harPair {
	pairs := []harPair{}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		for _, value := range header[name] {
			pairs = append(pairs, harPair{name, value})
		}
	}
	return pairs
}

func harCookies(header http.Header) []harPair {
	pairs := []harPair{}
	answer := http.Response{Header: header}
	for _, cookie := range answer.Cookies() {
		pairs = append(pairs, harPair{cookie.Name, cookie.Value})
	}
	return pairs
}

func harPost(e conformance.Exchange) *harPostData {
	if len(e.RequestBody) == 0 {
		return nil
	}
	text, encoding := harText(e.RequestBody)
	return &harPostData{MimeType: cmp.Or(e.RequestHeader.Get("Content-Type"), harNoMimeType), Text: text, Encoding: encoding}
}

func harBody(e conformance.Exchange) harContent {
	text, encoding := harText(e.Body)
	return harContent{Size: len(e.Body), MimeType: cmp.Or(e.ResponseHeader.Get("Content-Type"), harNoMimeType), Text: text, Encoding: encoding}
}

// harText is a body as it is or, where it is not text, in base64.
func harText(body conformance.Body) (text, encoding string) {
	if utf8.Valid(body) {
		return string(body), ""
	}
	return base64.StdEncoding.EncodeToString(body), "base64"
}

// harQuery are the parameters of a URL, in their order.
func harQuery(raw string) []harPair {
	pairs := []harPair{}
	_, query, _ := strings.Cut(raw, "?")
	query, _, _ = strings.Cut(query, "#")
	for parameter := range strings.SplitSeq(query, "&") {
		if parameter == "" {
			continue
		}
		name, value, _ := strings.Cut(parameter, "=")
		pairs = append(pairs, harPair{unescaped(name), unescaped(value)})
	}
	return pairs
}

// unescaped is a part of a query in plain text, or as it is where it is not well escaped.
func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// harURL is a URL as it went out. Its readers parse it: what no URL may have is escaped.
func harURL(raw string) string {
	if u, err := url.Parse(raw); err == nil && u.IsAbs() && strings.IndexFunc(raw, func(r rune) bool { return r <= ' ' || r >= 0x7f }) < 0 {
		return raw
	}
	scheme, rest, found := strings.Cut(raw, "://")
	host, path, _ := strings.Cut(rest, "/")
	if !found || url.PathEscape(host) != host {
		return "unknown:" + url.PathEscape(raw)
	}
	return scheme + "://" + host + "/" + strings.ReplaceAll(url.PathEscape(path), "%2F", "/")
}
