package conformance

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// mask takes secrets out of what is kept, by their value: wherever they turn up, in whatever header or
// body, and however they are escaped there.
type mask struct {
	mu sync.Mutex
	// short are the secrets of fewer than probe bytes. The others are found by their first probe bytes:
	// a run makes thousands of signatures.
	short map[string]bool
	long  map[string][]string
	// longest is how many bytes the longest of them has.
	longest int
}

// masked stands where a secret stood.
const masked = "[masked]"

// shortest is the length below which a value is no secret, but a piece of many other words.
const shortest, probe = 4, 16

func newMask(secrets ...string) *mask {
	m := &mask{short: map[string]bool{}, long: map[string][]string{}}
	m.add(secrets...)
	return m
}

// add makes values known as secrets.
func (m *mask) add(secrets ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, secret := range secrets {
		if len(secret) < shortest {
			continue
		}
		for _, spelling := range spellings(secret) {
			m.know(spelling)
		}
	}
}

func (m *mask) know(spelling string) {
	m.longest = max(m.longest, len(spelling))
	if len(spelling) < probe {
		m.short[spelling] = true
		return
	}
	known := m.long[spelling[:probe]]
	if !slices.Contains(known, spelling) {
		m.long[spelling[:probe]] = append(known, spelling)
	}
}

// spellings are the ways a value is written in a header, in a URL and in JSON. A signature is in base64, and may come
// back without its padding, in the alphabet for URLs, or in hexadecimal: its padding is no part of what is looked for.
func spellings(secret string) []string {
	bare := strings.TrimRight(secret, "=")
	if len(bare) < probe { // no signature
		return written(secret)
	}
	list := written(bare)
	if inURL := urlAlphabet.Replace(bare); inURL != bare {
		list = append(list, written(inURL)...)
	}
	if raw, err := base64.StdEncoding.DecodeString(secret); err == nil && len(raw) >= probe {
		inHex := hex.EncodeToString(raw)
		list = append(list, inHex, strings.ToUpper(inHex))
	}
	return list
}

// written are the ways a value is written as it is, and encoded.
func written(secret string) []string {
	quoted, _ := json.Marshal(secret) // a string always can be
	inJSON := strings.TrimSuffix(strings.TrimPrefix(string(quoted), `"`), `"`)
	plainJSON := jsonQuotes.Replace(secret) // where < > & stay what they are
	inQuery, inPath := url.QueryEscape(secret), url.PathEscape(secret)
	var list []string
	for _, escaped := range []string{inQuery, inPath, slashes.Replace(inQuery), slashes.Replace(inPath)} {
		list = append(list, escaped, lowerEscapes(escaped))
	}
	list = append(list,
		secret, inJSON, strings.ReplaceAll(inJSON, "/", `\/`), plainJSON, strings.ReplaceAll(plainJSON, "/", `\/`),
		html.EscapeString(secret),
	)
	if len(secret) >= 2*shortest { // a shorter one, encoded, is a piece of many an ID
		inHex := hex.EncodeToString([]byte(secret))
		list = append(list, inHex, strings.ToUpper(inHex))
		list = append(list, inBase64(secret)...)
	}
	return list
}

// Built once: a run spells thousands of signatures.
var jsonQuotes, urlAlphabet = strings.NewReplacer(`\`, `\\`, `"`, `\"`), strings.NewReplacer("+", "-", "/", "_")

// slashes leaves them as they are in an escaped text, as Python does.
var slashes = strings.NewReplacer("%2F", "/")

// padding is how the end of a text in base64 is written.
var padding = regexp.MustCompile(`^(=|%3D|%3d|\\u003[dD]|&#61;|3D|3d)*`)

var percentEscape = regexp.MustCompile(`%[0-9A-F]{2}`)

// lowerEscapes is an escaped text with the escapes in small letters.
func lowerEscapes(s string) string { return percentEscape.ReplaceAllStringFunc(s, strings.ToLower) }

// inBase64 is what a secret is in base64: on its own, and wherever it may begin in a longer text, as in that of a
// user name, a colon and a password. The characters that hold bits of what stands around it are left out.
func inBase64(secret string) []string {
	const byteBits, characterBits = 8, 6
	list := []string{strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(secret)), "=")}
	for before := range 3 {
		first, last := (before*byteBits+characterBits-1)/characterBits, (before+len(secret))*byteBits/characterBits
		list = append(list, base64.StdEncoding.EncodeToString([]byte(strings.Repeat(" ", before) + secret))[first:last])
	}
	for _, spelling := range slices.Clone(list) {
		list = append(list, urlAlphabet.Replace(spelling))
	}
	return list
}

// Secrets are values that nobody should see, in every way they may be written.
type Secrets []string

// SecretsOf is made of values. Those of fewer than four bytes are pieces of many other words, and are left out.
func SecretsOf(values ...string) Secrets {
	var all Secrets
	for _, value := range values {
		if len(value) >= shortest {
			all = append(all, spellings(value)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// In reports whether one of the secrets is in a text.
func (s Secrets) In(text string) bool {
	return slices.ContainsFunc(s, func(spelling string) bool { return strings.Contains(text, spelling) })
}

// text takes the secrets out of a text. Bytes that are no text are replaced, as JSON would: a report is
// what is read back of it.
func (m *mask) text(s string) string { return strings.ToValidUTF8(m.bytes(s), "\ufffd") }

// body takes the secrets out of a body, which may be anything.
func (m *mask) body(b Body) Body {
	if len(b) == 0 {
		return nil
	}
	s := string(b)
	if len(s) >= maxEvidence {
		s = m.whole(s)
	}
	return Body(m.bytes(s))
}

// whole takes the start of a secret from the end of a text that was cut off there.
func (m *mask) whole(s string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := max(0, len(s)-m.longest); i <= len(s)-shortest; i++ {
		if m.begins(s[i:]) {
			return s[:i] + masked
		}
	}
	return s
}

// begins reports whether a secret begins with a text.
func (m *mask) begins(start string) bool {
	for secret := range m.short {
		if strings.HasPrefix(secret, start) {
			return true
		}
	}
	if len(start) >= probe {
		return slices.ContainsFunc(m.long[start[:probe]], func(secret string) bool { return strings.HasPrefix(secret, start) })
	}
	for secret := range m.long {
		if strings.HasPrefix(secret, start) {
			return true
		}
	}
	return false
}

func (m *mask) bytes(s string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	for secret := range m.short {
		s = strings.ReplaceAll(s, secret, masked)
	}
	var clean strings.Builder
	kept := 0
	for i := 0; i+probe <= len(s); i++ {
		if n := m.secretAt(s[i:]); n > 0 {
			n += len(padding.FindString(s[i+n:]))
			clean.WriteString(s[kept:i])
			clean.WriteString(masked)
			i += n - 1
			kept = i + 1
		}
	}
	if kept == 0 {
		return s
	}
	clean.WriteString(s[kept:])
	return clean.String()
}

// secretAt is the length of the longest secret that s begins with.
func (m *mask) secretAt(s string) int {
	longest := 0
	for _, secret := range m.long[s[:probe]] {
		if strings.HasPrefix(s, secret) {
			longest = max(longest, len(secret))
		}
	}
	return longest
}

func (m *mask) header(h http.Header) http.Header {
	if len(h) == 0 {
		return nil
	}
	clean := make(http.Header, len(h))
	for name, values := range h {
		for _, value := range values {
			clean[m.text(name)] = append(clean[m.text(name)], m.text(value))
		}
	}
	return clean
}

// result takes the secrets out of all that a result keeps.
func (m *mask) result(r *Result) {
	for i := range r.Findings {
		r.Findings[i].Text = m.text(r.Findings[i].Text)
		if e := r.Findings[i].Exchange; e != nil {
			clean := *e
			m.exchange(&clean)
			r.Findings[i].Exchange = &clean
		}
	}
	for i := range r.Notes {
		r.Notes[i] = m.text(r.Notes[i])
	}
	for i := range r.Attempts {
		r.Attempts[i].Reason = m.text(r.Attempts[i].Reason)
		for j := range r.Attempts[i].Exchanges {
			m.exchange(&r.Attempts[i].Exchanges[j])
		}
	}
}

func (m *mask) exchange(e *Exchange) {
	e.URL, e.Err, e.About = m.text(e.URL), m.text(e.Err), m.text(e.About)
	e.RequestHeader, e.ResponseHeader = m.header(e.RequestHeader), m.header(e.ResponseHeader)
	e.Trailer, e.Informational = m.header(e.Trailer), m.header(e.Informational)
	e.RequestBody, e.Body = m.body(e.RequestBody), m.body(e.Body)
}

// maskedError is an error without the secrets in its text.
type maskedError struct {
	text  string
	cause error
}

func (e *maskedError) Error() string { return e.text }
func (e *maskedError) Unwrap() error { return e.cause }

// error takes the secrets out of an error's text.
func (m *mask) error(err error) error {
	if err == nil {
		return nil
	}
	return &maskedError{m.text(err.Error()), err}
}
