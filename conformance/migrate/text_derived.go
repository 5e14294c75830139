package migrate

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// number is a version as it is written: two numbers, and neither three nor an address.
const number = `v?\d{1,3}\.\d{1,3}`

var (
	// literal is the whole value of the version header.
	literal = regexp.MustCompile(service + `[ \t]+(` + number + `)`)

	// pair is a service and its version as neighbouring strings: ("virtualserver", "1.2").
	pair = regexp.MustCompile(`^\\?["'\x60]\s*(,)\s*(?:\w*(?:ver|Ver|VER)\w*\\?["']?\s*[:=]\s*)?[fbru@]?\\?["'\x60](` + number + `)\\?["'\x60]`)
	// reversed is a version and the service that it is of.
	reversed = regexp.MustCompile(`[(\[{,]\s*\\?["'\x60](` + number + `)\\?["'\x60]\s*,\s*\\?["'\x60]$`)
	keyed    = regexp.MustCompile(`^\\?["'\x60]\s*[:=]`)
	// entry is an entry of a table of versions: "virtualserver": "1.2".
	entry = regexp.MustCompile(`^(\\?["'\x60]?)\]?\s*(?::|=>|=)\s*(?:\{\s*\\?["']?\w*(?:version|Version|VERSION)\w*\\?["']?\s*[:=]\s*)?(\\?["'\x60]?)(` +
		number + `)\b`)
	// serviceKey and versionKey are keys whose values are a service and a version.
	serviceKey = regexp.MustCompile(`(?i)\\?["']?([\w-]*(?:service|api_?name|product|svc|api)[\w-]*)\\?["']?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?(?::=|=>|[:=]|[ \t])[ \t]*[fbru@]?\\?["'\x60]?$`)
	plainKey   = regexp.MustCompile(`(?i)\\?["']?\b(name|id)\\?["']?[ \t]*[:=][ \t]*\\?["'\x60]?$`)
	versionKey = regexp.MustCompile(`(?i)\\?["']?(\$?[\w-]*version|\bver)\\?["']?\]?[ \t]*(?::[ \t]*\w+[ \t]*)?(?::=|=>|[:=]|[ \t])[ \t]*[fbru@]?\\?["'\x60]?(` + number + `)\b`)

	// holds is the name that a value is given to.
	holds = regexp.MustCompile(`([A-Za-z_$-][\w.$-]*)\\?["'\x60)\]]*\s*(?::\s*[&'\w\[\]<>. |]{1,30}?)?\s*(:=|=>|:-|==|[:=,(]|[ \t])\s*[fbru@]?$`)
	named = regexp.MustCompile(`(?i)name|title|desc|label|host|message|msg|text|comment|note|tag|summary|subject|machine|instance|create|(^|_)vm(_|$)`)

	// ours is a sign that a file is about Samsung Cloud Platform.
	ours = regexp.MustCompile(`(?i)\bscp|[_-]scp|samsung|/v1/(volumes|servers)|\bkr-(west|east|south)\d|api_name`)
)

// apart notes where a service and its version stand apart from the version header. What the header is set
// to by the name of a variable is looked for in the same file.
func (t *text) apart(settings []setting) {
	var open []setting // set to what is not written out beside the header
	for _, s := range settings {
		if s.value != (span{}) && !t.settled(s.value, 0) {
			open = append(open, s)
		}
	}
	before := len(t.hits)
	t.pairs()
	t.literals()
	if len(open) > 0 && len(t.hits) == before {
		t.addUnknown(TextDerived, Derived, open[0].span, fmt.Sprintf("the version header is set to %s, whose value is not in this file",
			t.quote(trim(t.data, open[0].value))))
	}
}

// trim returns a span without the blanks around it.
func trim(d []byte, s span) span {
	for s.start < s.end && strings.IndexByte(" \t\r\n", d[s.start]) >= 0 {
		s.start++
	}
	for s.start < s.end && strings.IndexByte(" \t\r\n", d[s.end-1]) >= 0 {
		s.end--
	}
	return s
}

// pairs notes services and versions that stand side by side.
func (t *text) pairs() {
	evidence := sync.OnceValue(func() bool { return ours.Match(t.data) || ours.MatchString(t.name) })
	for at := 0; ; {
		i := bytes.Index(t.data[at:], []byte(service))
		if i < 0 {
			return
		}
		s := span{at + i, at + i + len(service)}
		at = s.end
		if t.taken[s.start] || !t.alone(s) || !t.fenced(s.start) || t.silent(s.start) {
			continue
		}
		if v, ok := t.partner(s, evidence); ok {
			t.taken[s.start] = true
			t.derive(s, v)
		}
	}
}

// alone reports whether a name is no part of a longer one.
func (t *text) alone(s span) bool {
	const joins = "-./_"
	if s.start > 0 && (wordByte(t.data[s.start-1]) || strings.IndexByte(joins, t.data[s.start-1]) >= 0) {
		return false
	}
	return s.end == len(t.data) || !wordByte(t.data[s.end]) && strings.IndexByte(joins, t.data[s.end]) < 0
}

// derive notes a version that stands apart from its service. It points to the line with the version, since
// that is what has to be changed.
func (t *text) derive(s, version span) {
	if t.taken[version.start] {
		return
	}
	t.taken[version.start] = true
	whole := span{min(s.start, version.start), max(s.end, version.end)}
	if line := t.line(version.start); s == version || s.start < line.start || s.end > line.end {
		whole = trim(t.data, span{max(line.start, version.start-maxText/2), version.end})
	}
	if between := t.data[whole.start:whole.end]; bytes.ContainsAny(between, "\"'`") {
		whole = t.withQuotes(whole)
	}
	t.add(TextDerived, Derived, whole, string(t.data[version.start:version.end]))
}

// withQuotes returns a span with the quotes around it.
func (t *text) withQuotes(s span) span {
	const quotes = "\"'`"
	if s.start > 0 && strings.IndexByte(quotes, t.data[s.start-1]) >= 0 {
		s.start--
	}
	if s.end < len(t.data) && strings.IndexByte(quotes, t.data[s.end]) >= 0 {
		s.end++
	}
	return s
}

// partner returns the version that belongs to a service.
func (t *text) partner(s span, evidence func() bool) (span, bool) {
	d := t.data
	after := d[s.end:min(len(d), s.end+200)]
	before := d[max(0, s.start-200):s.start]
	quoted := s.start > 0 && strings.IndexByte("\"'`", d[s.start-1]) >= 0
	if m := pair.FindSubmatchIndex(after); quoted && m != nil {
		return span{s.end + m[4], s.end + m[5]}, true
	}
	if m := reversed.FindSubmatchIndex(before); quoted && m != nil && !keyed.Match(after) {
		return span{s.start - len(before) + m[2], s.start - len(before) + m[3]}, true
	}
	if m := entry.FindSubmatchIndex(after); m != nil && whole(after, m[7]) {
		tables := t.amongVersions(s.start)
		bareKey := m[2] == m[3]
		if (tables || !bareKey) && evidence() || tables && !bareKey && m[4] != m[5] {
			return span{s.end + m[6], s.end + m[7]}, true
		}
	}
	key := serviceKey.Match(before)
	if !key && !(plainKey.Match(before) && evidence()) {
		return span{}, false
	}
	if m := versionKey.FindSubmatchIndex(after); m != nil && whole(after, m[5]) && near(after[:m[0]]) {
		return span{s.end + m[4], s.end + m[5]}, true
	}
	if all := versionKey.FindAllSubmatchIndex(before, -1); len(all) > 0 {
		m := all[len(all)-1]
		if whole(before, m[5]) && near(before[m[5]:]) {
			return span{s.start - len(before) + m[4], s.start - len(before) + m[5]}, true
		}
	}
	return span{}, false
}

var versionWord = regexp.MustCompile(`(?i)version|product`)

// whole reports whether a version ends where it seems to, and is not the beginning of 1.2.3.
func whole(d []byte, end int) bool {
	return end == len(d) || !wordByte(d[end]) && !(d[end] == '.' && end+1 < len(d) && wordByte(d[end+1]))
}

// near reports whether what stands between two keys lets them belong to one object.
func near(between []byte) bool {
	return bytes.Count(between, []byte("\n")) <= 3 && !bytes.ContainsAny(between, "{}();") &&
		!bytes.Contains(between, []byte("\n- ")) || bytes.Count(between, []byte("\n")) == 1 && bytes.ContainsAny(between, ";") &&
		!bytes.ContainsAny(between, "{}")
}

// literals notes whole values of the version header that stand elsewhere: before the header, in a variable
// whose name speaks of a version, or anywhere in code that names the header.
func (t *text) literals() {
	all := literal.FindAllSubmatchIndex(t.data, -1)
	if len(all) == 0 {
		return
	}
	header := slices.ContainsFunc(t.headers, func(h header) bool {
		return h.name == versionHeader && t.fenced(h.start) && !t.silent(h.start)
	})
	for _, m := range all {
		s, version := span{m[0], m[0] + len(service)}, span{m[2], m[3]}
		if t.taken[s.start] || !whole(t.data, version.end) || !t.fenced(s.start) || t.silent(s.start) || t.complains(s.start) {
			continue
		}
		if t.beforeHeader(version.end) {
			t.taken[s.start] = true
			t.add(TextHeader, Text, span{s.start, version.end}, string(t.data[version.start:version.end]))
			continue
		}
		key, quoted, ok := t.holder(span{s.start, version.end})
		if !ok {
			continue
		}
		if versionName(key) || header && quoted && !named.MatchString(key) || serviceName(key) && t.amongVersions(s.start) {
			t.taken[s.start] = true
			t.derive(s, version)
		}
	}
}

// beforeHeader reports whether the name of the version header follows a value, as in
// setValue("virtualserver 1.1", forHTTPHeaderField: "Scp-Api-Version").
func (t *text) beforeHeader(end int) bool {
	for _, h := range t.headers {
		if h.start < end || h.start > end+valueWindow/2 {
			continue
		}
		gap := t.data[end:h.start]
		return h.name == versionHeader && bytes.ContainsAny(gap, ":=,") && bytes.Count(gap, []byte("\n")) < valueLines &&
			t.glued(h, gap)
	}
	return false
}

// serviceName reports whether a key is called as the service is.
func serviceName(key string) bool {
	return strings.EqualFold(strings.NewReplacer("_", "", "-", "").Replace(key), service)
}

// amongVersions reports whether what stands before a byte, or the name of the file, speaks of versions.
func (t *text) amongVersions(at int) bool {
	return versionWord.Match(t.data[max(0, at-400):at]) || versionWord.MatchString(t.name)
}

// versionName reports whether a variable is named for a version.
func versionName(key string) bool {
	key = strings.ToLower(key)
	if strings.HasPrefix(key, "x-") || strings.HasPrefix(key, "openstack-") {
		return false // a header of others
	}
	return strings.Contains(key, "version") || key == "ver" || strings.HasSuffix(key, "_ver")
}

var pairName = regexp.MustCompile(`(?i)(?:name|key)\\?["']?\s*[:=]\s*\\?["']?([\w.-]+)`)

// holder returns the name of the variable, key, parameter or call that a value is given to. It reports
// false if the value is a part of something longer.
func (t *text) holder(value span) (key string, quoted, ok bool) {
	d := t.data
	start := value.start
	line := t.line(start)
	end := value.end
	if start > line.start && strings.IndexByte("\"'`", d[start-1]) >= 0 {
		quote := d[start-1]
		start--
		if start > line.start && d[start-1] == '\\' {
			start--
		}
		if end < len(d) && d[end] == '\\' {
			end++
		}
		if end == len(d) || d[end] != quote {
			return "", false, false
		}
		quoted = true
	} else if cell := skipBlanks(d, end); cell < line.end && d[cell] == '|' {
		return "", true, bytes.HasSuffix(bytes.TrimRight(d[line.start:start], " \t"), []byte("|")) // of a table of tests
	} else if end < line.end && strings.IndexByte("\"'`}<\r,", d[end]) < 0 {
		return "", false, false
	}
	before := d[max(line.start, start-120):start]
	if m := holds.FindSubmatch(before); m != nil && (quoted || len(bytes.TrimSpace(m[2])) > 0) {
		key = string(m[1])
	}
	if strings.EqualFold(key, "value") || strings.EqualFold(key, "default") {
		window := d[max(0, start-160):start]
		if i := bytes.LastIndexByte(window, '{'); i >= 0 {
			window = window[i:]
		}
		if all := pairName.FindAllSubmatch(window, -1); len(all) > 0 {
			key = string(all[len(all)-1][1])
		}
	}
	return key, quoted, quoted || key != ""
}

var (
	identifier   = regexp.MustCompile(`[A-Za-z_][\w-]*\w|[A-Za-z_]`)
	otherValue   = regexp.MustCompile(`["'\x60 ]([a-z][a-z0-9-]*)[ \t]+(?:` + number + `|[{$%"'\x60])`)
	stringParts  = regexp.MustCompile(`["'\x60]([^"'\x60]*)["'\x60]`)
	nonsense     = regexp.MustCompile(`^\s*\\?["'\x60]?` + service + `(?:[ \t]+[\w.]+)?\\?["'\x60]?\s*$`)
	inExpression = regexp.MustCompile(`(?:["'\x60]|[})] )(` + number + `)`)
	justNumber   = regexp.MustCompile(`^\\?["'\x60]?(` + number + `)\\?["'\x60]?$`)
	justService  = regexp.MustCompile(`^\\?["'\x60]?([a-z][a-z0-9-]+)\\?["'\x60]?$`)
)

// fillers are words of expressions that are no variables.
var fillers = strings.Fields(`f b r u os environ getenv env process this self cfg config settings String str format
	sprintf Sprintf fmt strings join new def var let const null None return if else or and secrets vars steps lookup get`)

// settled reports whether an expression that the version header is set to is that of another service, or
// has been found to be one or more versions of ours, which it notes.
func (t *text) settled(value span, depth int) bool {
	e := t.data[value.start:value.end]
	if m := literal.FindSubmatchIndex(e); m != nil && whole(e, m[3]) {
		s := span{value.start + m[0], value.start + m[0] + len(service)}
		version := span{value.start + m[2], value.start + m[3]}
		switch {
		case t.taken[s.start]:
		case depth == 0 && len(bytes.Trim(e[:m[0]], " \t\"'\x60"))+len(bytes.Trim(e[m[1]:], " \t\"'\x60")) == 0:
			t.add(TextHeader, Text, span{s.start, version.end}, string(t.data[version.start:version.end]))
		default:
			t.derive(s, version)
		}
		t.taken[s.start] = true
		return true
	}
	if nonsense.Match(e) {
		t.addUnknown(TextHeader, Text, trim(t.data, value), notAVersion)
		return true
	}
	// The blank before an unquoted value lets the expression match as a quoted one does.
	for _, m := range otherValue.FindAllSubmatch(slices.Concat([]byte(" "), e), -1) {
		if name := string(m[1]); name != service && !slices.Contains(fillers, name) {
			return true
		}
	}
	if depth == 2 {
		return false
	}
	ourService := bytes.Contains(e, []byte(service))
	var names [][]byte
	for _, name := range identifier.FindAll(e, 24) {
		if !slices.Contains(fillers, string(name)) && string(name) != service {
			names = append(names, name)
		}
	}
	var values []span
	for _, m := range inExpression.FindAllSubmatchIndex(e, -1) {
		if whole(e, m[3]) {
			values = append(values, span{value.start + m[2], value.start + m[3]}) // "virtualserver " + "1.1"
		}
	}
	for _, name := range names {
		values = append(values, t.values(name)...)
	}
	return t.explained(values, value, ourService, depth)
}

// explained reports whether the values of the variables of an expression say what it comes to.
func (t *text) explained(values []span, of span, ourService bool, depth int) bool {
	settled, others := false, false
	var numbers []span
	for _, v := range values {
		e := t.data[v.start:v.end]
		if m := justNumber.FindSubmatchIndex(e); m != nil {
			numbers = append(numbers, span{v.start + m[2], v.start + m[3]})
		} else if m := justService.FindSubmatch(e); m != nil {
			if string(m[1]) == service {
				ourService = true
			} else if e[0] != m[1][0] {
				others = true
			}
		} else if v != of && t.settled(v, depth+1) {
			settled = true
		}
	}
	if ourService {
		for _, n := range numbers {
			t.derive(n, n)
			settled = true
		}
	}
	return settled || others && !ourService && len(numbers) > 0
}

var given = regexp.MustCompile(`^\\?["'\x60]?[\])]?(?:[ \t]*:[ \t]*[&'\w\[\]<>. |]{1,30}?)?[ \t]*(?::=|=>|\|\|=|=|:-|:)[ \t]*`)

// values returns what a variable, key or parameter of a name is given in the file.
func (t *text) values(name []byte) []span {
	var values []span
	for at := 0; len(values) < 32; {
		i := bytes.Index(t.data[at:], name)
		if i < 0 {
			break
		}
		start, end := at+i, at+i+len(name)
		at = end
		if start > 0 && wordByte(t.data[start-1]) || end < len(t.data) && wordByte(t.data[end]) || t.silent(start) {
			continue
		}
		window := t.data[end:min(len(t.data), end+120)]
		m := given.FindIndex(window)
		if m == nil {
			if nameKey.Match(t.data[max(0, start-20):start]) {
				if from, ok := t.valueOf(header{span: span{start, end}}); ok {
					values = append(values, trim(t.data, t.expression(from)))
				}
			}
			continue
		}
		if value := trim(t.data, t.expression(end+m[1])); value.end > value.start && t.data[value.start] != '=' {
			values = append(values, value)
		}
	}
	return values
}
