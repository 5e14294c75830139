package report_test

import (
	"reflect"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
)

// hostileWords are what an endpoint, a stored report or a case of somebody else may say, meant for
// whoever shows it: a browser, a terminal, an XML parser, a Markdown renderer, a CI system's log.
var hostileWords = strings.Join([]string{
	` <script>alert(1)</script><img src=x onerror=alert(1)> </details></table> & &lt; &#0;`,
	`]]> <![CDATA[ <!-- --> <?xml?>`,
	"\x00\x01\x07\x08\x0b\x0c\x1b[2J\x1b]0;owned\x07\x7f\u0085\u009b32m\ufffe\uffff",
	"\r\n::error title=owned::owned\n::stop-commands::x\n##[error]owned\n%0A::warning::owned",
	"```\n# heading\n```` | a | b |\n|---|---|\n`code` **bold** [link](https://evil.example) ![picture](https://evil.example/x.png) @everyone #1 https://evil.example",
	"\u202eright to left\u202c \u2066isolated\u2069 \u200f\ufeff\u2028\u2029\U000e0041",
	"caf\xe9 \xff\xfe \xed\xa0\x80",
	strings.Repeat("verylongword", 40),
	`"quotes" 'apostrophes' \backslashes\ $(touch owned) ; --`,
	"볼륨 \U0001f4a5",
}, " ")

// hostile is the fixed report with hostile words in each of its texts, IDs and bodies. What decides,
// such as a verdict, is as it was.
func hostile(t testing.TB) *conformance.Report {
	r := tree(t)
	spoil(reflect.ValueOf(r).Elem())
	return r
}

// spoil appends the words to every string that is not empty, but for those of the named types that are
// enumerations.
func spoil(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			spoil(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				spoil(v.Field(i))
			}
		}
	case reflect.Slice:
		if body, ok := v.Interface().(conformance.Body); ok {
			if body != nil {
				v.SetBytes(append(body, hostileWords...))
			}
			return
		}
		for i := range v.Len() {
			spoil(v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() { // a header
			values := v.MapIndex(key)
			spoil(values)
			v.SetMapIndex(key, reflect.Value{})
			v.SetMapIndex(reflect.ValueOf(key.String()+hostileWords), values)
		}
	case reflect.String:
		code := v.Type() == reflect.TypeFor[conformance.Code]() && v.String() != string(conformance.CodeNotApplicable)
		source := v.Type() == reflect.TypeFor[conformance.Source]()
		if v.String() != "" && (v.Type() == reflect.TypeFor[string]() || code || source) {
			v.SetString(v.String() + hostileWords)
		}
	}
}

var controls = regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

// requireNoControls: a text is UTF-8, with no character that a terminal obeys and none that turns text
// around.
func requireNoControls(t *testing.T, text string) {
	t.Helper()
	require.True(t, utf8.ValidString(text))
	if at := controls.FindStringIndex(text); at != nil {
		require.Failf(t, "a control character", "%+q", text[max(0, at[0]-80):at[1]])
	}
}

func TestHostile(t *testing.T) {
	r := hostile(t)
	assert.Contains(t, r.Results[0].Case.ID, "<script>")
	assert.Contains(t, r.Results[0].Attempts[0].Exchanges[0].RequestHeader, "Accept-Language"+hostileWords)
	assert.Equal(t, tree(t).Results[0].Verdict, r.Results[0].Verdict)
	assert.NotContains(t, tree(t).Results[0].Case.ID, "<script>", "the fixed report is left as it was")
}
