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
	signature, ok := t.sets(signatureHeader)
	if !ok {
		return
	}
	// Other services have a header called Scp-Signature too, but none called Scp-Accesskey.
	if _, ok := t.sets(accessKeyHeader); !ok {
		return
	}
	if t.lang.prose && !t.computes() {
		return // a page that shows the headers, and not how they come about
	}
	t.hits = append(t.hits, hit{signature.span, Use{Rule: TextUnpinned, Sure: Text}})
}

// sets returns the first place where a header is set.
func (t *text) sets(name headerName) (header, bool) {
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
		if _, ok := t.setting(h); ok {
			return h, true
		}
		if s, ok := t.setByConstant(h); ok {
			return s.header, true
		}
	}
	return header{}, false
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
