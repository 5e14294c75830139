package conformance

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// TestMask takes secrets out, however they are written.
func TestMask(t *testing.T) {
	const secret = `canary/secret+key="0"&<é>`
	quoted, err := json.Marshal(secret)
	require.NoError(t, err)
	m := newMask(secret, "short-one", "abc")
	for name, text := range map[string]string{
		"as it is":             secret,
		"in a query":           url.QueryEscape(secret),
		"in a path":            url.PathEscape(secret),
		"in a path of Python":  strings.ReplaceAll(url.QueryEscape(secret), "%2F", "/"),
		"in JSON":              string(quoted),
		"in JSON of PHP":       strings.ReplaceAll(string(quoted), "/", `\/`),
		"in hexadecimal":       hex.EncodeToString([]byte(secret)),
		"in base64":            base64.StdEncoding.EncodeToString([]byte(secret)),
		"in JSON of Python":    strings.NewReplacer(`"`, `\"`).Replace(secret),
		"in a query of .NET":   lowerEscapes(url.QueryEscape(secret)),
		"in HTML":              html.EscapeString(secret),
		"in large hexadecimal": strings.ToUpper(hex.EncodeToString([]byte(secret))),
		"in base64 for URLs":   base64.RawURLEncoding.EncodeToString([]byte(secret)),
		"a short one":          "short-one",
		"a short one, encoded": base64.StdEncoding.EncodeToString([]byte("short-one")),
	} {
		t.Run(name, func(t *testing.T) {
			for _, around := range []string{"%s", "before %s", "%s after", "a %s b %s c"} {
				leaks := strings.ReplaceAll(around, "%s", text)
				clean := m.text(leaks)
				assert.Equal(t, strings.Count(around, "%s"), strings.Count(clean, masked), clean)
				assert.NotContains(t, clean, text)
				before, _, _ := strings.Cut(around, "%s")
				assert.True(t, strings.HasPrefix(clean, before), clean)
			}
		})
	}
	assert.Equal(t, "abc is too short", m.text("abc is too short"), "a value of three letters is a piece of many words")
	assert.Equal(t, "nothing", m.text("nothing"))
	assert.Empty(t, m.text(""))
}

// TestMaskSignature takes a signature out in each way that its bytes are written.
func TestMaskSignature(t *testing.T) {
	raw := []byte("\xfb\xff a signature of 32 bytes ...\xfe?")
	require.Len(t, raw, 32)
	m := newMask(base64.StdEncoding.EncodeToString(raw))
	for name, text := range map[string]string{
		"as it is":                     base64.StdEncoding.EncodeToString(raw),
		"without padding":              base64.RawStdEncoding.EncodeToString(raw),
		"without padding, in a query":  url.QueryEscape(base64.RawStdEncoding.EncodeToString(raw)),
		"in the alphabet for URLs":     base64.URLEncoding.EncodeToString(raw),
		"in that, and without padding": base64.RawURLEncoding.EncodeToString(raw),
		"in hexadecimal":               hex.EncodeToString(raw),
		"in large hexadecimal":         strings.ToUpper(hex.EncodeToString(raw)),
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, "a "+masked+" b", m.text("a "+text+" b"))
		})
	}
}

// TestMaskWithin takes a secret out of what is encoded together with other things, but for the bits that it shares a
// character with.
func TestMaskWithin(t *testing.T) {
	const secret = `canary/secret+key`
	m := newMask(secret)
	for _, before := range []string{"", "a", "ab", "abc", "name:"} {
		for _, after := range []string{"", ".", "..", "\xff\xff"} {
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				clean := m.text(encoding.EncodeToString([]byte(before + secret + after)))
				assert.Contains(t, clean, masked)
				assert.LessOrEqual(t, len(clean)-len(masked), (len(before)+len(after)+2)*4/3+4, clean)
			}
		}
	}
}

// TestMaskCut takes what is left of a secret at the end of a body that is kept in part.
func TestMaskCut(t *testing.T) {
	const secret = "canary/secret+key"
	m := newMask(secret, "short-one")
	for _, spelling := range append(spellings(secret), "short-one") {
		for left := shortest; left < len(spelling); left++ {
			filled := strings.Repeat(" ", maxEvidence-left)
			assert.Equal(t, filled+masked, string(m.body(Body(filled+spelling[:left]))), spelling[:left])
		}
	}
	assert.Equal(t, "canary", string(m.body(Body("canary"))), "nothing was cut off")
}

// TestMaskLongest takes the longest secret where one begins like another.
func TestMaskLongest(t *testing.T) {
	m := newMask("0123456789abcdef", "0123456789abcdef0123", "0123456789abcdefXYZ")
	assert.Equal(t, "[masked]!", m.text("0123456789abcdef0123!"))
	assert.Equal(t, "[masked]!", m.text("0123456789abcdef!"))
	assert.Equal(t, "[masked][masked]", m.text("0123456789abcdefXYZ0123456789abcdef"))
	assert.Equal(t, "0123456789abcde", m.text("0123456789abcde"))
}

// TestMaskResult goes through every text of a result, by filling each with a secret.
func TestMaskResult(t *testing.T) {
	const secret = "alice-secret-0123456789"
	header := http.Header{"X-" + secret: {"it is " + secret}}
	e := Exchange{
		Method: "GET", URL: "http://127.0.0.1/" + secret, RequestHeader: header, RequestBody: Body(secret),
		ResponseHeader: header, Trailer: header, Informational: header, Body: Body("\xff" + secret), About: secret, Err: secret,
	}
	r := Result{
		Findings: []Finding{{Text: "no " + secret, Exchange: &e}},
		Notes:    []string{"a note of " + secret},
		Attempts: []Attempt{{Reason: secret, Exchanges: []Exchange{e}}},
	}
	newMask(secret).result(&r)
	assert.NotContains(t, fmt.Sprintf("%+v", r), secret)
	written, err := json.Marshal(r)
	require.NoError(t, err)
	assert.NotContains(t, string(written), secret)
	assert.Equal(t, "\xff[masked]", string(r.Attempts[0].Exchanges[0].Body))
	assert.Equal(t, []string{"it is [masked]"}, r.Attempts[0].Exchanges[0].Trailer["X-[masked]"])
	assert.Equal(t, secret, string(e.RequestBody), "what other results share is as it was")
}

func TestSecretsIn(t *testing.T) {
	for _, c := range []struct {
		text string
		want bool
	}{
		{"a/secret+key is here", true},
		{"a%2Fsecret%2Bkey is here", true},
		{`"a\/secret+key"`, true},
		{"YS9zZWNyZXQra2V5", true},
		{"a secret key", false},
		{"key", false},
		{"", false},
	} {
		assert.Equal(t, c.want, SecretsOf("other", "a/secret+key", "key").In(c.text), c.text)
	}
}

// TestWordsAreNoSignatures: a word that a case sends in place of a signature is no secret.
func TestWordsAreNoSignatures(t *testing.T) {
	words := []string{"null", "undefined", "none", "AAAAAAAAAAAAAAAA"}
	config := configFor(t, startServer(t, newMock(t)), ask("one", HarmRefused, func(ctx context.Context, t *Trial) error {
		for _, word := range words {
			change := func(r *http.Request) { r.Header.Set(signing.HeaderSignature, word) }
			if _, err := t.Send(ctx, Request{Pair: t.Unused(), Change: change, Expect: ExpectUnauthorized, About: "the word " + word}); err != nil {
				return err
			}
		}
		return nil
	}))
	exchanges := runOne(t, config).Attempts[0].Exchanges
	for i, word := range words {
		assert.Equal(t, "the word "+word, exchanges[i].About)
		assert.Equal(t, word, exchanges[i].RequestHeader.Get(signing.HeaderSignature))
		assert.Contains(t, string(exchanges[i].Body), `"response":null`)
	}
	assert.Equal(t, "[masked]", exchanges[0].RequestHeader.Get(signing.HeaderAccessKey))
}
