package migrate

import (
	"bytes"
	"regexp"
	"strings"
)

// Whether a text sets a header, or reads it or only names it, is told by what stands around the name.
var (
	// readsHeader and writesHeader are parts of the names of calls that have a header and something else as
	// their arguments, such as get("Scp-Signature", "").
	readsHeader = regexp.MustCompile(`(?i)get|has|contain|find|pop|remove|delete|unset|assert|expect|equal|print|log|echo|` +
		`error|exception|raise|panic|env|read|fetch|lookup|index|verif|check|require|throw|strip|redact|mask|filter|omit|exclude|vary|replace`)
	writesHeader = regexp.MustCompile(`(?i)(^|[^e])set|add|append|put|insert|with|^header$|^headers$`)

	// showsText are calls whose strings are shown to people.
	showsText = regexp.MustCompile(`(?i)(print\w*|console\.\w+|logg?(er)?[\w.]*|echo|puts|write-(host|output|verbose|error|warning)|` +
		`error\w*|exception|raise|throw|panic|fail|assert\w*|warn\w*|die|debug|info)\s*[("'\x60 ]`)

	nameKey  = regexp.MustCompile(`(?i)\\?["']?\b(key|name|field|header|header\.name)\\?["']?\s*[:=>]\s*@?\\?["']?$`)
	valueKey = regexp.MustCompile(`(?i)\\?["']?\bvalue\\?["']?\s*[:=>]\s*`)

	// proxying is what begins a line of a server's configuration that sets a header.
	proxying = regexp.MustCompile(`(?i)^\s*(?:proxy_set_header|more_set_input_headers|set_header|(?:request)?header\s+(?:set|add)|http-request\s+(?:set|add)-header)\s+["']?$`)

	// passedOn is the value that a header has in the request that a proxy received.
	passedOn = regexp.MustCompile(`(?i)^\s*["']?\$http_|["'\x60]scp-[a-z-]+["'\x60]`)

	elementName = regexp.MustCompile(`(?i)<(?:\w+:)?(?:\w*(?:name|key|header)\w*|\w+\s[^<>]*["'](?:[\w.]*\.)?(?:name|key)["'][^<>]*)>\s*$`)
	headerLike  = regexp.MustCompile(`^@?["'\x60]([Ss][Cc][Pp]-[\w-]+|[A-Z][A-Za-z]*(-[A-Za-z]+)+)["'\x60]`)
	callee      = regexp.MustCompile(`([A-Za-z_][\w]*)[!?]?\s*\(\s*[fbru@]?$`)
	nothing     = regexp.MustCompile(`^(null|None|nil|undefined|NULL|""|''|\.\.\.|…|<|//|#|\?)`)
	valueFirst  = regexp.MustCompile(`\(("[^"\n]*"|[^(]*),\s*forHTTPHeaderField:\s*$`)
	saying      = regexp.MustCompile(`^[^{$%<]*\pL\s+\pL[^{$%<]*$`) // words for people
	request     = regexp.MustCompile(`(?i)(-H|--header|http|https|xh)\b.*\s$`)
)

const expressionLimit = 300

// setting returns the place where a header is set to an expression. It reports false if the header is only
// named there, read, compared or removed.
func (t *text) setting(h header) (setting, bool) {
	from, whole, ok := t.assigned(h)
	if !ok {
		return setting{}, false
	}
	value := t.expression(from)
	if whole { // the rest of a string or of a line
		value = t.rest(h, from)
	}
	if i := bytes.IndexByte(t.data[value.start:value.end], '<'); i >= 0 && t.element(h) {
		value.end = value.start + i
	}
	e := bytes.TrimSpace(t.data[value.start:value.end])
	if len(e) == 0 || nothing.Match(e) || whole && saying.Match(e) {
		return setting{}, false
	}
	if e[0] == '{' && !bytes.HasPrefix(e, []byte("{{")) && !bytes.ContainsAny(e[:min(len(e), 3)], "}") && t.object(e) {
		return setting{}, false
	}
	return setting{h, value}, true
}

// isNamed reports whether a text ends in a key that says that a name follows.
func isNamed(before []byte) bool {
	end := bytes.TrimRight(tail(before, 30), "\"'\\@ \t\r\n")
	return len(end) > 0 && strings.IndexByte(":=>", end[len(end)-1]) >= 0 && nameKey.Match(tail(before, 30))
}

// element reports whether a header's name is the text of an element that has names for its text, as in XML of
// JMeter: <stringProp name="Header.name">Scp-Signature</stringProp>.
func (t *text) element(h header) bool {
	return bytes.HasPrefix(t.data[h.end:], []byte("</")) && elementName.Match(tail(t.before(h.start), 60))
}

var (
	verb     = regexp.MustCompile(`%[-0-9.]*[sdvq@]|\{\w*\}`)
	printing = regexp.MustCompile(`(?i)(?:^|[^\w.])[fs]?n?printf\b`)
)

// formatted returns the place where a header and the format of its value are one string, and the service and its
// version come after it: printf "Scp-Api-Version: %s %s" virtualserver 1.1.
func (t *text) formatted(h header) (setting, bool) {
	d, before := t.data, t.before(h.start)
	from := skipBlanks(d, h.end)
	if from == len(d) || d[from] != ':' || h.start == 0 || strings.IndexByte("\"'\x60", d[h.start-1]) < 0 {
		return setting{}, false
	}
	if showsText.Match(before) && !printing.Match(before) || bytes.Contains(before, []byte("stderr")) {
		return setting{}, false
	}
	format := t.rest(h, from+1)
	arguments := t.line(format.end)
	if !verb.Match(d[format.start:format.end]) {
		return setting{}, false
	}
	value := span{format.start, min(arguments.end, format.end+expressionLimit)}
	return setting{h, value}, bytes.Contains(d[value.start:value.end], []byte(service))
}

// object reports whether an expression begins an object that describes a header, as in OpenAPI.
func (t *text) object(e []byte) bool {
	return len(bytes.TrimSpace(e[1:])) == 0 || bytes.ContainsAny(e, ":") || e[len(e)-1] == '{'
}

// assigned returns where the value of a header begins, and whether the value is the rest of the string or
// line that the header begins.
func (t *text) assigned(h header) (from int, whole, ok bool) {
	d := t.data
	var quote byte
	if h.start > 0 && strings.IndexByte("\"'`", d[h.start-1]) >= 0 {
		quote = d[h.start-1]
	}
	before := t.before(h.start)
	end := h.end
	if end < len(d) && d[end] == '\\' {
		end++
	}
	if quote != 0 && end < len(d) && d[end] == quote {
		from, ok = t.assignedKey(h, end+1)
		return from, false, ok
	}
	next := skipBlanks(d, h.end)
	separated := next < len(d) && (d[next] == ':' || d[next] == '=') && !followed(d, next, ":=>~")
	switch {
	case separated:
	case isNamed(before), t.element(h):
		from, ok = t.valueOf(h)
		return from, false, ok
	default:
		return h.end, false, next > h.end && proxying.Match(before)
	}
	switch {
	case quote != 0:
		if showsText.Match(before) && !bytes.Contains(before, []byte("curl")) {
			return 0, false, false
		}
		rest := t.rest(h, next+1)
		if len(bytes.TrimSpace(d[rest.start:rest.end])) > 0 {
			return next + 1, true, true
		}
		// "Scp-Signature: " + signature
		if i := skipBlanks(d, rest.end+1); i < len(d) && strings.IndexByte("+.,&|", d[i]) >= 0 {
			return i + 1, false, true
		}
		if i := rest.end + 1; i < len(d) && strings.IndexByte("\"'$", d[i]) >= 0 { // 'Scp-Signature: '"$SIGNATURE"
			return i, false, true
		}
		return 0, false, false
	case h.start >= 2 && d[h.start-2] == '\\' || request.Match(before):
		return next + 1, true, true
	case len(bytes.Trim(before, " \t-*>|$")) == 0:
		rest := t.rest(h, next+1)
		return next + 1, true, t.lang.lines || t.lang.prose || bytes.ContainsAny(d[rest.start:rest.end], "{$%")
	}
	return 0, false, false
}

// assignedKey returns where the value begins of a header that is the whole of a string, which ends before
// the byte at i.
func (t *text) assignedKey(h header, i int) (int, bool) {
	d := t.data
	open := h.start - 1
	if open > 0 && d[open-1] == '\\' {
		open--
	}
	before := t.before(open)
	if isNamed(before) {
		return t.valueOf(h)
	}
	i = skipBlanks(d, i)
	if bytes.HasSuffix(bytes.TrimRight(before, " \t"), []byte(":")) {
		if m := valueFirst.FindSubmatchIndex(before); m != nil {
			return open - len(before) + m[2], true
		}
	}
	if i >= len(d) {
		return 0, false
	}
	if d[i] == ']' || d[i] == ')' {
		subscript := d[i] == ']'
		i = skipBlanks(d, i+1)
		set := i < len(d) && (d[i] == '=' || d[i] == ':' && subscript) && !followed(d, i, "=~>")
		return i + 1, set
	}
	switch {
	case t.lang.kotlin && bytes.HasPrefix(d[i:], []byte("to ")):
		return i + 2, true
	case (d[i] == '=' || d[i] == '-') && followed(d, i, ">"):
		return i + 2, true
	case d[i] == '=' && !followed(d, i, "=~"), d[i] == ':' && !followed(d, i, ":"):
		return i + 1, true
	case d[i] != ',':
		return 0, false
	}
	return i + 1, t.passed(open, i+1)
}

// passed reports whether a header and the value behind it are a pair, or arguments of a call that sets it.
func (t *text) passed(open, from int) bool {
	d := t.data
	value := d[from:min(len(d), from+expressionLimit)]
	if headerLike.Match(bytes.TrimLeft(value, " \t\r\n")) {
		return false // a list of names
	}
	low := max(0, open-expressionLimit)
	before := bytes.TrimRight(bytes.TrimRight(d[low:open], "fbru@"), " \t\r\n")
	if len(before) == 0 {
		return false
	}
	switch before[len(before)-1] {
	case '(':
		m := callee.FindSubmatch(tail(d[low:open], 80))
		return m == nil || writesHeader.Match(m[1]) || !readsHeader.Match(m[1])
	case '{', '[', ';':
		return true
	case ',':
		depth := 0
		for i := len(before) - 1; i >= 0; i-- {
			switch before[i] {
			case ')':
				depth++
			case '(':
				if depth--; depth < 0 {
					m := callee.FindSubmatch(tail(before[:i+1], 80))
					return m != nil && writesHeader.Match(m[1])
				}
			}
		}
	}
	return false
}

// valueOf returns where the value begins of an object that has the header as its key or name, as in
// collections of Postman.
func (t *text) valueOf(h header) (int, bool) {
	window := t.data[h.end:min(len(t.data), h.end+expressionLimit)]
	if m := valueKey.FindIndex(window); m != nil && !bytes.Contains(bytes.ReplaceAll(window[:m[0]], []byte("}}"), nil), []byte("}")) &&
		!bytes.Contains(bytes.ToLower(window[:m[0]]), []byte("name:")) {
		return h.end + m[1], true
	}
	low := max(0, h.start-expressionLimit)
	window = t.data[low:h.start]
	object := bytes.LastIndexByte(window, '{')
	if m := valueKey.FindIndex(window[object+1:]); m != nil && object >= 0 {
		return low + object + 1 + m[1], true
	}
	return 0, false
}

// rest returns what follows in the string or the line that a header begins.
func (t *text) rest(h header, from int) span {
	d := t.data
	var quote byte
	if h.start > 0 {
		quote = d[h.start-1]
	}
	high := min(len(d), from+expressionLimit)
	for i := from; i < high; i++ {
		switch c := d[i]; {
		case c == '\n' || c == '\r':
			return span{from, i}
		case strings.IndexByte("\"'`", quote) >= 0 && c == quote:
			return span{from, i}
		case c == '\\' && i+1 < high && strings.IndexByte("rn", d[i+1]) >= 0:
			return span{from, i}
		}
	}
	return span{from, high}
}

// expression returns an expression from its beginning to the comma, bracket or line that ends it.
func (t *text) expression(from int) span {
	d := t.data
	for from < len(d) && strings.IndexByte(" \t\r\n\\", d[from]) >= 0 {
		from++
	}
	depth, high := 0, min(len(d), from+expressionLimit)
	for i := from; i < high; i++ {
		switch c := d[i]; c {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			if depth--; depth < 0 {
				return span{from, i}
			}
		case ',', ';':
			if depth == 0 {
				return span{from, i}
			}
		case '\n':
			if depth == 0 || depth > 0 && i-from > expressionLimit/2 {
				return span{from, i}
			}
		case '"', '\'', '`':
			end := bytes.IndexByte(d[i+1:high], c)
			if end < 0 || c != '`' && bytes.IndexByte(d[i+1:i+1+end], '\n') >= 0 {
				continue
			}
			i += end + 1
		}
	}
	return span{from, high}
}

func skipBlanks(d []byte, i int) int {
	for i < len(d) && (d[i] == ' ' || d[i] == '\t') {
		i++
	}
	return i
}

// followed reports whether one of the bytes comes after the byte at i.
func followed(d []byte, i int, by string) bool {
	return i+1 < len(d) && strings.IndexByte(by, d[i+1]) >= 0
}
