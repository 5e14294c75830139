// Package safetest tests writers of texts that may be somebody else's.
package safetest

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

// Hostile is what an endpoint, a stored report, a case or a file of somebody else may say, meant for
// whoever shows it: a browser, a terminal, an XML parser, a Markdown renderer, a CI system's log.
var Hostile = strings.Join([]string{
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

var controls = regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f\x{80}-\x{9f}\x{200e}\x{200f}\x{202a}-\x{202e}\x{2066}-\x{2069}]`)

// RequireHarmless requires that a text is UTF-8, with no character that a terminal obeys and none that turns text
// around.
func RequireHarmless(t testing.TB, text string) {
	t.Helper()
	require.True(t, utf8.ValidString(text))
	if at := controls.FindStringIndex(text); at != nil {
		require.Failf(t, "a control character", "%+q", text[max(0, at[0]-80):at[1]])
	}
}
