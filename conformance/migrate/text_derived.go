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
	t.keys()
	t.literals()
	if len(open) == 0 || len(t.hits) > before {
		return
	}
	// A place that names the service says more than one that sets the header for any.
	i := max(0, slices.IndexFunc(open, func(s setting) bool { return !t.generic(s.value) }))
	t.addUnknown(TextDerived, Derived, open[i].span, fmt.Sprintf("the version header is set to %s, whose value is not in this file",
		t.quote(trim(t.data, open[i].value))))
	t.hits[len(t.hits)-1].use.generic = t.generic(open[i].value)
}

// configured is what an expression has that is set outside of code: by the environment, or in a template.
var configured = regexp.MustCompile(`(?i:environ|getenv|\benv\b|secrets\.|vars\.)|\$\{?[A-Z_]+\b|\{\{`)

// generic reports whether an expression takes the service from a variable too, and not only the version, so that
// the callers of its code say both.
func (t *text) generic(value span) bool {
	e := t.data[value.start:value.end]
	return !configured.Match(e) && !bytes.Contains(e, []byte(service)) && !slices.ContainsFunc(t.variables(value), func(s span) bool {
		return bytes.Contains(t.data[s.start:s.end], []byte(service))
	})
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
	inExpression = regexp.MustCompile(`(?:[,"'\x60] ?|[})] )(` + number + `)`)
	justNumber   = regexp.MustCompile(`^\\?["'\x60]?(` + number + `)\\?["'\x60]?$`)
	justService  = regexp.MustCompile(`^\\?["'\x60]?([a-z][a-z0-9-]+)\\?["'\x60]?$`)
)

// fillers are words of expressions that are no variables.
var fillers = strings.Fields(`f b r u os environ getenv env process this self cfg config settings String str format
	sprintf Sprintf fmt strings join new def var let const null None return if else or and secrets vars steps lookup get`)

// settled reports whether an expression that the version header is set to is that of another service, or
// has been found to be one or more versions of ours, which it notes. The depth is how many variables led to it.
func (t *text) settled(value span, depth int) bool {
	at := evaluation{value, depth}
	if result, ok := t.results[at]; ok {
		return result
	}
	if !t.step(value.start) {
		return true
	}
	result := t.written(value, depth)
	if !result && depth < maxVariables {
		result = t.explained(t.variables(value), value, depth)
	}
	t.results[at] = result
	return result
}

// maxVariables is how many variables a value is followed through.
const maxVariables = 2

// written reports whether an expression has a service and its version written out in it, or is what a proxy
// received. It notes our versions.
func (t *text) written(value span, depth int) bool {
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
	if depth == 0 && passedOn.Match(e) {
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
	return false
}

// variables returns the numbers in an expression, and what the variables in it are set to.
func (t *text) variables(value span) (values []span) {
	e := t.data[value.start:value.end]
	for _, m := range inExpression.FindAllSubmatchIndex(e, -1) {
		if whole(e, m[3]) {
			values = append(values, span{value.start + m[2], value.start + m[3]}) // "virtualserver " + "1.1"
		}
	}
	for _, name := range identifier.FindAll(e, 24) {
		if !slices.Contains(fillers, string(name)) && string(name) != service {
			values = append(values, t.valuesOf(name)...)
		}
	}
	return values
}

// explained reports whether the values of the variables of an expression say what it comes to.
func (t *text) explained(values []span, of span, depth int) bool {
	ourService := bytes.Contains(t.data[of.start:of.end], []byte(service))
	settled, others := false, false
	var numbers []span
	for _, v := range values {
		if !t.step(v.start) {
			return true
		}
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
var given = regexp.MustCompile(`^\\?["'\x60]?[\])]?(?:[ \t]*:[ \t]*[&'\w\[\]<>. |]{1,30}?)?[ \t]*(?::{1,3}=|=>|->|\|\|=|\?{1,2}=|=|:-|:)[ \t]*`)

// valuesOf returns what variables, keys and parameters of a name are set to in the file.
func (t *text) valuesOf(name []byte) []span {
	if values, ok := t.values[string(name)]; ok {
		return values
	}
	const most = 32
	var values []span
	for start := range t.words().places(name) {
		if len(values) == most || !t.step(start) {
			break
		}
		if value, ok := t.valueAt(span{start, start + len(name)}); ok {
			values = append(values, value)
		}
	}
	t.values[string(name)] = values
	return values
}

// valueAt returns what the variable or key of a name is set to at a place.
func (t *text) valueAt(name span) (span, bool) {
	if t.silent(name.start) {
		return span{}, false
	}
	if m := given.FindIndex(t.data[name.end:min(len(t.data), name.end+120)]); m != nil {
		value := trim(t.data, t.expression(name.end+m[1]))
		return value, value.end > value.start && t.data[value.start] != '='
	}
	if !isNamed(t.data[max(0, name.start-20):name.start]) {
		return span{}, false
	}
	from, ok := t.valueOf(header{span: name})
	return trim(t.data, t.expression(from)), ok
}
