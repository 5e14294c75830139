package migrate

import (
	"bytes"
	"regexp"
)

// namesHeader is a constant or variable that is the name of a header.
var namesHeader = regexp.MustCompile(`([A-Za-z_][\w]*)\s*(?::\s*[&'\w\[\]<>. |]{1,30}?)?\s*[:=]=?\s*\\?["'\x60]$`)

// unpinned notes that the file signs requests of the API and sets no version header anywhere. It speaks
// whichever version is the newest when it runs.
func (t *text) unpinned(settings []setting) {
	if len(settings) > 0 {
		return
	}
	// Other services have a header called Scp-Signature too, but none called Scp-Accesskey.
	signature, ok := t.first(signatureHeader, t.sets)
	if ok {
		_, ok = t.first(accessKeyHeader, t.sets)
	}
	if !ok && !t.names(versionHeader) {
		if signature, ok = t.first(signatureHeader, t.defaults); ok {
			_, ok = t.first(accessKeyHeader, t.defaults)
		}
	}
	if !ok || t.lang.prose && !t.computes() {
		return // a page that shows the headers, and not how they come about
	}
	t.hits = append(t.hits, hit{signature.span, Use{Rule: TextUnpinned, Sure: Text}})
}

// first returns the first place that speaks of a header and of which something holds.
func (t *text) first(name headerName, holds func(header) (header, bool)) (header, bool) {
	for _, h := range t.headers {
		if h.name != name {
			continue
		}
		if !t.step(h.start) {
			break
		}
		if !t.fenced(h.start) || t.silent(h.start) {
			continue
		}
		if at, ok := holds(h); ok {
			return at, true
		}
	}
	return header{}, false
}

// names reports whether code in the file names a header at all.
func (t *text) names(name headerName) bool {
	_, ok := t.first(name, func(h header) (header, bool) { return h, true })
	return ok
}

// sets returns where the header that is named at a place is set: there, or by the name of a constant.
func (t *text) sets(h header) (header, bool) {
	if s, ok := t.setting(h); ok {
		return h, !passedOn.Match(t.data[s.value.start:s.value.end])
	}
	if t.element(h) {
		return h, true
	}
	s, ok := t.setByConstant(h)
	return s.header, ok
}

var (
	// defaultArgument and defaultOperand stand before what is taken if the configuration has nothing else:
	// getenv("NAME", "Scp-Signature"), env.NAME || "Scp-Signature".
	defaultArgument = regexp.MustCompile(`(?i)(?:env|config|conf|setting|option|default|fetch|lookup|get)\w*[!?]?\(\s*[^()]*,\s*["'\x60]$`)
	defaultOperand  = regexp.MustCompile(`(?:\|\||\?\?|\?:|\bor|:-)\s*["'\x60]?$`)
)

// defaults reports whether a header's name is what a configuration takes by default.
func (t *text) defaults(h header) (header, bool) {
	before := t.data[max(0, h.start-around):h.start]
	if defaultOperand.Match(tail(before, 10)) {
		return h, true
	}
	after := bytes.TrimLeft(t.data[min(h.end+1, len(t.data)):min(h.end+40, len(t.data))], ", \t\r\n")
	return h, bytes.HasPrefix(after, []byte(")")) && defaultArgument.Match(before)
}

// setByConstant returns where a header is set by the name of the constant that its name is given to.
func (t *text) setByConstant(h header) (setting, bool) {
	low := max(0, h.start-80)
	m := namesHeader.FindSubmatchIndex(t.data[low:h.start])
	if m == nil {
		return setting{}, false
	}
	name := t.data[low+m[2] : low+m[3]]
	s, ok := t.constants[string(name)]
	if !ok {
		s, _ = t.setBy(name)
		t.constants[string(name)] = s
	}
	return s, s != setting{}
}

// setBy returns where a header is set by the name of a constant: headers[SIGNATURE] = signature.
func (t *text) setBy(constant []byte) (setting, bool) {
	for start := range t.words().places(constant) {
		if !t.step(start) {
			break
		}
		s := span{start, start + len(constant)}
		if t.silent(s.start) {
			continue
		}
		if from, ok := t.assignedName(s); ok {
			if value := t.expression(from); !headerLike.Match(t.data[value.start:value.end]) {
				return setting{header{span: s}, value}, true
			}
		}
	}
	return setting{}, false
}

// assignedName returns where the value begins that a header is set to by the name of a constant.
func (t *text) assignedName(s span) (from int, ok bool) {
	next := skipBlanks(t.data, s.end)
	if next == len(t.data) {
		return 0, false
	}
	switch t.data[next] {
	case ']':
		next = skipBlanks(t.data, next+1)
		ok = next < len(t.data) && (t.data[next] == '=' || t.data[next] == ':') && !followed(t.data, next, "=~")
	case ':':
		ok = !followed(t.data, next, ":=")
	case ',':
		m := callee.FindSubmatch(t.data[max(0, s.start-80):s.start])
		ok = m != nil && writesHeader.Match(m[1]) && !readsHeader.Match(m[1])
	}
	return next + 1, ok
}

// computes reports whether the code in a page computes a signature.
func (t *text) computes() bool {
	const name = "hmac"
	lower := lowered(t.data)
	for at := 0; ; at += len(name) {
		i := bytes.Index(lower[at:], []byte(name))
		if i < 0 {
			return false
		}
		if at += i; t.fenced(at) {
			return true
		}
	}
}
