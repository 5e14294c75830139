package report

import (
	"bufio"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

//go:embed html.css
var htmlStyle string

//go:embed html.js
var htmlScript string

//go:embed html.tmpl
var htmlSource string

// htmlTemplate is parsed once. A page is made by a clone of it, with the words of its language.
var htmlTemplate = template.Must(template.New("page").
	Funcs(htmlWords(english)).
	Funcs(template.FuncMap{
		"visible": visible,
		"say":     say,
		"code":    htmlCode,
		"states":  func() []lifecycle.State { return timelineStates },
		"link":    func(s string) bool { return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://") },
		"round":   round,
		"took":    took,
		"join":    func(list []string) string { return strings.Join(list, ", ") },
	}).
	Parse(htmlSource))

// htmlPolicy lets the page run its own script and style, and fetch nothing at all.
var htmlPolicy = fmt.Sprintf("default-src 'none'; script-src %s; style-src %s; img-src data:; base-uri 'none'; form-action 'none'",
	sourceHash(htmlScript), sourceHash(htmlStyle))

func sourceHash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// HTML returns a writer of reports as one page that needs no network, in English ("en") or Korean ("ko"). With
// no language the reader's browser chooses. Several reports become a section each.
func HTML(language string) func(w io.Writer, reports ...*conformance.Report) error {
	return func(w io.Writer, reports ...*conformance.Report) error {
		page := newHTMLPage(reports)
		page.Auto = language == ""
		if page.Auto {
			language = english
		}
		if language != english && language != korean {
			return fmt.Errorf("write the report as HTML: unknown language %q: want %s or %s", language, english, korean)
		}
		clone, err := htmlTemplate.Clone()
		if err != nil {
			return fmt.Errorf("write the report as HTML: %w", err)
		}
		buffered := bufio.NewWriterSize(w, 1<<16)
		if err := clone.Funcs(htmlWords(language)).Execute(buffered, page); err != nil {
			return fmt.Errorf("write the report as HTML: %w", err)
		}
		if err := buffered.Flush(); err != nil {
			return fmt.Errorf("write the report as HTML: %w", err)
		}
		return nil
	}
}

// htmlPage is what the template writes: reports, laid out.
type htmlPage struct {
	Auto     bool // the browser chooses the language
	Policy   string
	Style    template.CSS
	Script   template.JS
	Texts    map[string]map[string]string
	Reports  []*htmlReport
	Verdicts []conformance.Verdict // those of any result that is not known
	Versions []string              // those of any result, the oldest first
	Known    bool                  // some result is known
	Results  int
}

func newHTMLPage(reports []*conformance.Report) *htmlPage {
	page := &htmlPage{Policy: htmlPolicy, Style: template.CSS(htmlStyle), Script: template.JS(htmlScript), Texts: texts}
	versions := map[lifecycle.ID]bool{}
	for i, r := range reports {
		page.Reports = append(page.Reports, newHTMLReport(i+1, r))
		page.Results += len(r.Results)
		page.Known = page.Known || page.Reports[i].Known > 0
		for _, result := range r.Results {
			versions[result.Version.ID] = true
		}
	}
	page.Versions = names(versions)
	for _, verdict := range worstFirst {
		if slices.ContainsFunc(page.Reports, func(r *htmlReport) bool { return r.has(verdict) }) {
			page.Verdicts = append(page.Verdicts, verdict)
		}
	}
	return page
}

// names are the numbers of versions, the oldest first.
func names(versions map[lifecycle.ID]bool) []string {
	var list []string
	for _, id := range slices.SortedFunc(maps.Keys(versions), lifecycle.ID.Compare) {
		list = append(list, id.String())
	}
	return list
}

// say writes a sentence of the suite or of an endpoint, which is English, apart from the text around it.
func say(text string) template.HTML {
	return template.HTML(`<bdi lang="en">` + template.HTMLEscapeString(visible(text)) + `</bdi>`)
}

// htmlCode writes a name: an ID, a header or a command.
func htmlCode(name any) template.HTML {
	return template.HTML(`<code>` + template.HTMLEscapeString(visible(fmt.Sprint(name))) + `</code>`)
}

// took is how long a request or a case took: less than a millisecond on one machine.
func took(m conformance.Millis) time.Duration {
	if d := time.Duration(m); d < time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return round(m)
}

// visible shows what cannot be seen, or turns text around, as what it is. Line ends and tabs stay.
func visible(s string) string {
	if !strings.ContainsFunc(s, unseen) && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		switch {
		case !unseen(r):
			b.WriteRune(r)
		case r < ' ':
			b.WriteRune('\u2400' + r) // the picture of the control character
		case r == '\x7f':
			b.WriteRune('\u2421')
		default:
			fmt.Fprintf(&b, "\\u{%x}", r)
		}
	}
	return b.String()
}

func unseen(r rune) bool {
	return r != '\n' && r != '\t' && !unicode.IsGraphic(r)
}
