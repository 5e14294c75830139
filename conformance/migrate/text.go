package migrate

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

const notAVersion = "it names no version such as 1.10"

// service is what the version header calls this API.
const service = "virtualserver"

// capitals is the service in the names of constants and of the environment.
const capitals = "VIRTUALSERVER"

// headerName is one of the names of the headers that the rules look for.
type headerName string

const (
	versionHeader   headerName = "api-version"
	signatureHeader headerName = "signature"
	accessKeyHeader headerName = "accesskey"
)

// header is a place where a text names a header.
type header struct {
	name headerName
	span
}

// text is a file whose language is not parsed.
type text struct {
	name    string
	data    []byte
	lang    language
	code    []span        // of Markdown
	doc     func() []span // docstrings, or comments of XML
	headers []header

	hits  []hit
	taken map[int]bool // where services and versions stand that a hit already tells of

	ours      func() bool // whether the file is about Samsung Cloud Platform
	words     func() *words
	values    map[string][]span  // what variables are set to, by their names
	constants map[string]setting // where the headers are set that constants name; the zero setting for nowhere
	results   map[evaluation]bool

	steps int // places that were looked at
}

// evaluation is an expression that has been looked at, and through how many variables.
type evaluation struct {
	span
	depth int
}

// hit is a use, by where it stands.
type hit struct {
	span
	use Use
}

// scanText finds the uses in a file by its text.
func scanText(name string, data []byte) []Use {
	t := newText(name, data)
	t.find()
	return t.uses()
}

func newText(name string, data []byte) *text {
	lang := languageOf(name, data)
	t := &text{
		name: name, data: data, lang: lang, headers: findHeaders(data),
		taken: map[int]bool{}, values: map[string][]span{}, constants: map[string]setting{}, results: map[evaluation]bool{},
		doc: sync.OnceValue(func() []span {
			if lang.python {
				return docstrings(data)
			}
			return comments(data)
		}),
		ours:  sync.OnceValue(func() bool { return ours(data) || ours([]byte(name)) }),
		words: sync.OnceValue(func() *words { return newWords(data) }),
	}
	if t.lang.markdown {
		t.code = fences(data)
	}
	return t
}

// find finds the hits of all rules.
func (t *text) find() {
	settings := t.versionHeaders()
	t.apart(settings)
	t.unpinned(settings)
}

// uses returns the hits as uses, with their lines counted in one go.
func (t *text) uses() []Use {
	slices.SortStableFunc(t.hits, func(a, b hit) int { return a.start - b.start })
	generated := isGenerated(t.name, t.data)
	var uses []Use
	line, lineStart, at := 1, 0, 0
	for _, h := range t.hits {
		line += bytes.Count(t.data[at:h.start], []byte("\n"))
		if i := bytes.LastIndexByte(t.data[at:h.start], '\n'); i >= 0 {
			lineStart = at + i + 1
		}
		at = h.start
		u := h.use
		u.File, u.Line, u.Column, u.Text, u.Generated = t.name, line, h.start-lineStart+1, t.quote(h.span), generated
		uses = append(uses, u)
	}
	return uses
}

// quote returns a part of one line, as text that can be shown.
func (t *text) quote(s span) string {
	part := t.data[s.start:min(s.end, s.start+maxText)]
	part, _, _ = bytes.Cut(part, []byte("\n"))
	for len(part) > 0 && !utf8.Valid(part) && s.end > s.start+maxText {
		part = part[:len(part)-1] // a character that the limit cut
		if r, size := utf8.DecodeLastRune(part); r != utf8.RuneError || size != 1 {
			break
		}
	}
	return strings.ToValidUTF8(strings.TrimSpace(string(part)), "\uFFFD")
}

// add notes that a part of the text speaks a version, which is written in it.
func (t *text) add(rule Rule, sure Sure, s span, version string) {
	u := Use{Rule: rule, Sure: sure}
	if id, err := lifecycle.ParseID(version); err == nil {
		u.Versions = []lifecycle.ID{id}
	} else {
		u.Unknown = notAVersion
	}
	t.hits = append(t.hits, hit{s, u})
}

// addUnknown notes that a part of the text speaks a version that nobody knows.
func (t *text) addUnknown(rule Rule, sure Sure, s span, why string) {
	t.hits = append(t.hits, hit{s, Use{Rule: rule, Sure: sure, Unknown: why}})
}

// maxSteps is how many places of one file are looked at: many more than any file has that people write, and few
// enough for no file to hold up a scan.
const maxSteps = 20_000

// step reports whether one more place may be looked at, and notes where it may not for the first time.
func (t *text) step(at int) bool {
	if t.steps > maxSteps {
		return false
	}
	if t.steps++; t.steps > maxSteps {
		t.addUnknown(TextDerived, Derived, span{at, min(at+len(service), len(t.data))},
			"the file has too many places that may speak a version: those that follow were not looked at")
	}
	return t.steps <= maxSteps
}

// findHeaders finds the names of headers, in any case.
func findHeaders(data []byte) []header {
	var headers []header
	for i := 0; ; i++ {
		next := bytes.IndexByte(data[i:], '-')
		if next < 0 {
			return headers
		}
		i += next
		start := i - len("scp")
		if start < 0 || !bytes.EqualFold(data[start:i], []byte("scp")) || partOfName(data, start) {
			continue
		}
		for _, name := range []headerName{versionHeader, signatureHeader, accessKeyHeader} {
			end := i + 1 + len(name)
			if end <= len(data) && bytes.EqualFold(data[i+1:end], []byte(name)) && nameEnds(data, end) {
				headers = append(headers, header{name, span{start, end}})
			}
		}
	}
}

// partOfName reports whether a name begins before the byte at start, as that of X-SCP-API-Version does. The
// letter of an escape such as \n is no part of a name.
func partOfName(data []byte, start int) bool {
	if start == 0 || !wordByte(data[start-1]) && data[start-1] != '-' {
		return false
	}
	escape := start >= 2 && data[start-2] == '\\' && strings.IndexByte("nrt", data[start-1]) >= 0
	return !escape
}

// nameEnds reports whether the name of a header ends before the byte at end, and not that of another one which
// begins with it.
func nameEnds(data []byte, end int) bool {
	if end == len(data) {
		return true
	}
	return !wordByte(data[end]) && data[end] != '-' && (data[end] != '.' || end+1 == len(data) || !wordByte(data[end+1]))
}

// line returns the bounds of the line of a byte, or of 1000 bytes before and after it if the line is longer.
func (t *text) line(at int) span {
	const most = 1000
	low, high := max(0, at-most), min(len(t.data), at+most)
	s := span{low, high}
	if i := bytes.LastIndexByte(t.data[low:at], '\n'); i >= 0 {
		s.start = low + i + 1
	}
	if i := bytes.IndexByte(t.data[at:high], '\n'); i >= 0 {
		s.end = at + i
	}
	return s
}

// silent reports whether what stands at a byte is said to people, and to no server: a comment, a docstring,
// or prose.
func (t *text) silent(at int) bool {
	if (t.lang.python || t.lang.markup) && inside(t.doc(), at) {
		return true
	}
	line := t.line(at)
	if t.lang.prose && !t.fenced(at) {
		return t.lang.history || t.sentence(line, at)
	}
	return t.lang.commentAt(t.data[line.start:line.end], at-line.start)
}

// fenced reports whether a byte stands in code: in any text but prose, and in the fenced or indented blocks
// of Markdown.
func (t *text) fenced(at int) bool {
	if !t.lang.prose || inside(t.code, at) {
		return true
	}
	line := t.line(at)
	return t.lang.markdown && !t.lang.history &&
		(bytes.HasPrefix(t.data[line.start:], []byte("    ")) || bytes.HasPrefix(t.data[line.start:], []byte("\t")))
}

var (
	codeSpan = regexp.MustCompile("`[^`\n]*`")
	word     = regexp.MustCompile(`\pL[\pL\pN'-]*`)
)

// around is how many bytes before a place are searched for what the place is a part of, and as many after it.
const around = 200

// before returns what stands before a place in its line, at most so many bytes.
func (t *text) before(at int) []byte {
	low := max(0, at-around)
	return t.data[low+bytes.LastIndexByte(t.data[low:at], '\n')+1 : at]
}

// tail returns the last bytes of a text.
func tail(text []byte, length int) []byte { return text[max(0, len(text)-length):] }

// sentence reports whether a line of prose has more words than the header, its value and a label. Rows of
// tables have as many as they like.
func (t *text) sentence(line span, at int) bool {
	l := t.data[line.start:line.end]
	if bytes.HasPrefix(bytes.TrimLeft(l, " \t"), []byte("|")) || bytes.Contains(l, []byte("curl ")) {
		return false
	}
	line = span{max(line.start, at-around), min(line.end, at+around)}
	l = t.data[line.start:line.end]
	for _, m := range codeSpan.FindAllIndex(l, -1) {
		if m[0] < at-line.start && at-line.start < m[1] {
			l = slices.Concat(l[:m[0]], l[m[1]:])
			return len(word.FindAll(l, 4)) > 3
		}
	}
	return len(word.FindAll(l, 6)) > 5
}

// valueWindow is how far behind its header a value may stand, in bytes and in lines.
const (
	valueWindow = 320
	valueLines  = 7
)

var (
	// headerValue is a value of the version header: a service and its version.
	headerValue = regexp.MustCompile(`([A-Za-z][\w-]*)(?:\\?[ \t])+(v?\d[\w.]*)`)
	described   = regexp.MustCompile(`(?m)"(description|summary|title)"\s*:\s*"[^"\n]*"|^[ \t]*(description|summary|title)\s*:.*$`)
	gapWord     = regexp.MustCompile(`\\[nrt]|[A-Za-z_][\w.]*|\d+`)
	gapForeign  = regexp.MustCompile(`[};!?#]|\.\s`)
	gapLink     = regexp.MustCompile(`[:=,|>(]`)
)

// glue are the words that may stand between a header and its value: keys of Postman, HAR, OpenAPI, JMeter
// and HTML, names of calls, and prefixes of strings.
var glue = map[string]bool{}

func init() {
	for _, w := range strings.Fields(`value values val in header headers name key schema type string str text default
		enum example examples const required true false disabled enabled f b r u rb br new of to be equal equals
		stringprop elementprop header.name header.value td th tr code span strong em li dd dt stringvalues
		stringvalue headervalue from_static from_str is toequal tobe eq equalto explode style simple required sensitive
		id pattern readonly valueof asciistring i p field forhttpheaderfield forkey assertequal assertequals`) {
		glue[w] = true
	}
}

// value returns the service and the version that follow a header as its value, if they are written out.
func (t *text) value(h header) (named, version span, ok bool) {
	window := t.data[h.end:min(len(t.data), h.end+valueWindow)]
	for i, lines := 0, 0; i < len(window); i++ {
		if window[i] == '\n' {
			if lines++; lines == valueLines {
				window = window[:i]
				break
			}
		}
	}
	for _, m := range headerValue.FindAllSubmatchIndex(window, 4) {
		if glue[strings.ToLower(string(window[m[2]:m[3]]))] {
			continue // such as "maxLength: 20"
		}
		if !t.glued(h, window[:m[0]]) {
			return span{}, span{}, false
		}
		named, version = span{h.end + m[2], h.end + m[3]}, span{h.end + m[4], h.end + m[5]}
		if t.data[version.end-1] == '.' {
			version.end--
		}
		return named, version, true
	}
	return span{}, span{}, false
}

// glued reports whether what stands between a header and a value ties them together.
func (t *text) glued(h header, gap []byte) bool {
	gap = described.ReplaceAll(gap, nil)
	if gapForeign.Match(gap) {
		return false
	}
	for _, w := range gapWord.FindAll(gap, -1) {
		if w[0] != '\\' && !glue[strings.ToLower(string(w))] {
			return false
		}
	}
	if gapLink.Match(gap) {
		return true
	}
	// A server's configuration has only a blank between the two: proxy_set_header Scp-Api-Version "…";
	return directive.Match(tail(t.before(h.start), 60))
}

// complaint is the beginning of a message about a header.
var complaint = regexp.MustCompile(`(?i)\b(raise|throw|panic|abort|fail|die)\b|\b(console|logger|logging|log|slog)\.\w+\s*\(|\b(new\s+)?\w*(Error|Exception)\s*\(|\berrors?\.\w+\(|\bErrorf?\(`)

// complaining are parts of the words of complaint, one of which each has: they are found much sooner.
var complaining = []string{"raise", "throw", "panic", "abort", "fail", "die", "console", "log", "err", "exception"}

// complains reports whether what stands at a byte is a part of a message.
func (t *text) complains(at int) bool {
	before := t.before(at)
	lower := lowered(before)
	return slices.ContainsFunc(complaining, func(part string) bool { return bytes.Contains(lower, []byte(part)) }) && complaint.Match(before)
}

var directive = regexp.MustCompile(`(?i)(header|hdr)[\w-]*\s+(set\s+|add\s+|append\s+)?["']?$`)

// setting is a place where a header is set, and the expression it is set to.
type setting struct {
	header
	value span
}

// versionHeaders notes where the version header is set to a value that is written out, and returns all
// places where it is set, in our service's name or that of another.
func (t *text) versionHeaders() (settings []setting) {
	for _, h := range t.headers {
		if h.name != versionHeader {
			continue
		}
		if !t.step(h.start) {
			break
		}
		if t.silent(h.start) || t.complains(h.start) {
			continue
		}
		named, version, ok := t.value(h)
		switch {
		case ok && bytes.EqualFold(t.data[named.start:named.end], []byte(service)):
			settings = append(settings, setting{h, span{}})
			if !t.taken[named.start] {
				t.taken[named.start] = true
				t.add(TextHeader, Text, span{named.start, version.end}, string(t.data[version.start:version.end]))
			}
		case ok:
			settings = append(settings, setting{h, span{}})
		default:
			s, ok := t.formatted(h)
			if !ok {
				s, ok = t.setting(h)
			}
			if !ok {
				s, ok = t.setByConstant(h)
			}
			if ok && t.fenced(h.start) {
				settings = append(settings, s)
			}
		}
	}
	return settings
}

var generatedMark = regexp.MustCompile(`(?i)\bdo not edit\b|@generated\b|\bauto-?generated\b|automatically generated`)

// isGenerated reports whether a file says that a program wrote it.
func isGenerated(name string, data []byte) bool {
	return strings.Contains(name, ".min.") || generatedMark.Match(data[:min(len(data), 1024)])
}
