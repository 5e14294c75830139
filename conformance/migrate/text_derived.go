package migrate

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// number is a version as it is written: two numbers, and neither three nor an address.
const number = `v?\d{1,3}\.\d{1,3}`

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

var (
	// What expressions and the values of variables are made of.
	identifier   = regexp.MustCompile(`[A-Za-z_][\w-]*\w|[A-Za-z_]`)
	otherValue   = regexp.MustCompile(`["'\x60 ]([a-z][a-z0-9-]*)[ \t]+(?:` + number + `|[{$%"'\x60])`)
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

// given is what stands between a name and its value.
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
		if !t.step(start) {
			break
		}
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
