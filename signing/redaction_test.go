package signing_test

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

const secret = "Kq7#s3cr3t!zW9"

var secretive = signing.Credentials{AccessKey: "visible-access", SecretKey: signing.Secret(secret), AccountID: "visible-account"}

// secretForms are the forms that fmt or an encoder gives to a string.
var secretForms = []string{
	secret,
	strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]"),
	hex.EncodeToString([]byte(secret)),
	strings.ToUpper(hex.EncodeToString([]byte(secret))),
	base64.StdEncoding.EncodeToString([]byte(secret)),
}

// withoutHexMarks makes "% x" and "%#x" look like "%x".
var withoutHexMarks = strings.NewReplacer(" ", "", "0x", "", "0X", "")

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	packed := withoutHexMarks.Replace(text)
	for _, form := range secretForms {
		if strings.Contains(text, form) || strings.Contains(packed, form) {
			t.Fatalf("the secret, as %q, is in %q", form, text)
		}
	}
}

type holder struct {
	Credentials signing.Credentials
	Pointer     *signing.Credentials
	Any         any
	signer      *signing.Signer
	transport   *signing.Transport

	// Unexported, so fmt calls no methods on them.
	credentials signing.Credentials
	key         signing.SecretKey
	keys        []signing.SecretKey
}

// printable returns one of every value that has to do with the secret.
func printable(t *testing.T) map[string]any {
	t.Helper()
	signer := newSigner(t, secretive)
	transport, err := signing.NewTransport(signer, endpoint, signing.WithBase(roundTripFunc(accept)))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(req))
	held := holder{
		secretive, &secretive, secretive, signer, transport,
		secretive, secretive.SecretKey,
		[]signing.SecretKey{secretive.SecretKey},
	}
	subjects := map[string]any{
		"secret key":          secretive.SecretKey,
		"pointer to key":      &secretive.SecretKey,
		"map by key":          map[signing.SecretKey]signing.SecretKey{secretive.SecretKey: secretive.SecretKey},
		"unnamed struct":      struct{ c signing.Credentials }{secretive},
		"unnamed pointer":     &struct{ c *signing.Credentials }{&secretive},
		"unnamed any":         struct{ c any }{secretive},
		"credentials":         secretive,
		"pointer":             &secretive,
		"slice":               []signing.Credentials{secretive},
		"map":                 map[string]signing.Credentials{"key": secretive},
		"map key":             map[signing.Credentials]int{secretive: 1},
		"holder":              held,
		"pointer to holder":   &held,
		"signer":              signer,
		"signers":             []*signing.Signer{signer},
		"transport":           transport,
		"client":              http.Client{Transport: transport},
		"pointer to client":   &http.Client{Transport: transport},
		"signed request":      req,
		"verifier":            newVerifier([]signing.Credentials{secretive}),
		"pointers of holders": []*holder{&held},
	}
	for name, err := range secretiveErrors(t, signer, transport) {
		subjects["error: "+name] = err
		subjects["wrapped error: "+name] = fmt.Errorf("while detaching: %w", errors.Join(err, errors.New("more")))
	}
	return subjects
}

// secretiveErrors returns an error of every function that handles the secret.
func secretiveErrors(t *testing.T, signer *signing.Signer, transport *signing.Transport) map[string]error {
	t.Helper()
	found := map[string]error{}
	fail := func(name string, err error) {
		t.Helper()
		require.Error(t, err, name)
		found[name] = err
	}
	for name, creds := range map[string]signing.Credentials{
		"line break after secret": {AccessKey: "a", SecretKey: signing.Secret(secret + "\n")},
		"no access key":           {SecretKey: signing.Secret(secret)},
		"bad access key":          {AccessKey: secret + "\n", SecretKey: signing.Secret(secret)},
		"bad account id":          {AccessKey: "a", SecretKey: signing.Secret(secret), AccountID: secret + "\n"},
	} {
		_, err := signing.New(creds)
		fail("New: "+name, err)
		fail("SetCredentials: "+name, signer.SetCredentials(creds))
	}
	fail("Sign", signer.Sign(&http.Request{}))
	for _, url := range []string{"https://evil.example/", endpoint + "/?a b"} {
		_, err := (&http.Client{Transport: transport}).Get(url)
		fail("client: "+url, err)
	}
	for name, content := range map[string]string{
		"not JSON":       secret,
		"wrong type":     `{"access-key": "a", "secret-key": ["` + secret + `"]}`,
		"cut off":        `{"access-key": "a", "secret-key": "` + secret,
		"bare string":    `"` + secret + `"`,
		"no access key":  `{"secret-key": "` + secret + `"}`,
		"garbage behind": `{"access-key": "a", "secret-key": "b"} ` + secret,
	} {
		path := filepath.Join(t.TempDir(), "credentials.json")
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		_, err := signing.FindCredentials(path)
		fail("file: "+name, err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	fail("Verify without headers", newVerifier([]signing.Credentials{secretive}).Verify(req))
	require.NoError(t, signer.Sign(req))
	req.Method = http.MethodGet
	fail("Verify", newVerifier([]signing.Credentials{secretive}).Verify(req))
	return found
}

func TestNoVerbPrintsTheSecret(t *testing.T) {
	subjects := printable(t)
	for verb := 'A'; verb <= 'z'; verb++ {
		for _, flags := range []string{"", "+", "#", "-", " ", "0", "+#", "# ", "20", "-40", ".3", "+20.60"} {
			format := "%" + flags + string(verb)
			for name, subject := range subjects {
				requireNoSecret(t, name+fmt.Errorf(format, subject).Error())
			}
		}
	}
}

func TestNoFormatLeaksTheSecretBesideOtherArguments(t *testing.T) {
	format := "%d %s" // not constant: vet knows these to be wrong
	for _, text := range []string{
		fmt.Sprint(secretive, &secretive),
		fmt.Sprintln(secretive),
		fmt.Sprintf(format[:2], 1, secretive),            // %!(EXTRA …)
		fmt.Sprintf("%[2]*[1]"+format[4:], 1, secretive), // %!(BADWIDTH)
		string(fmt.Append(nil, secretive)),
	} {
		requireNoSecret(t, text)
	}
}

func TestNoEncoderWritesTheSecret(t *testing.T) {
	for name, subject := range printable(t) {
		text, err := json.Marshal(subject)
		requireNoSecret(t, string(text)+fmt.Sprint(err)+name)
		text, err = xml.Marshal(subject)
		requireNoSecret(t, string(text)+fmt.Sprint(err))
		var buffer bytes.Buffer
		err = gob.NewEncoder(&buffer).Encode(subject)
		requireNoSecret(t, buffer.String()+fmt.Sprint(err))
	}
	text, err := json.Marshal([]signing.Credentials{secretive, {}})
	require.NoError(t, err)
	require.JSONEq(t, `[
		{"AccessKey":"visible-access","SecretKey":"[redacted]","AccountID":"visible-account"},
		{"AccessKey":"","SecretKey":"[none]","AccountID":""}
	]`, string(text))
	require.Equal(t, "{visible-access [redacted] visible-account}", fmt.Sprint(secretive))
	require.Error(t, gob.NewEncoder(&bytes.Buffer{}).Encode(secretive), "nothing to send elsewhere by mistake")
}

// diffs is a *testing.T that keeps what a failed assertion writes.
type diffs struct{ bytes.Buffer }

func (d *diffs) Errorf(format string, args ...any) { fmt.Fprintf(d, format, args...) }

// The diff of a failed assertion follows pointers and calls no methods.
func TestNoFailedAssertionPrintsTheSecret(t *testing.T) {
	for name, subject := range printable(t) {
		var written diffs
		assert.Equal(&written, nil, subject)
		assert.Nil(&written, subject)
		assert.Len(&written, []any{subject}, 2)
		require.NotZero(t, written.Len(), name)
		requireNoSecret(t, written.String())
	}
	var written diffs
	other := secretive
	other.SecretKey = signing.Secret(secret)
	assert.Equal(&written, holder{credentials: secretive}, holder{credentials: other})
	require.Contains(t, written.String(), "Diff:")
	requireNoSecret(t, written.String())
}

func TestSecretKeyEqual(t *testing.T) {
	key := signing.Secret("key")
	for name, c := range map[string]struct {
		other signing.SecretKey
		want  bool
	}{
		"itself":         {key, true},
		"the same text":  {signing.Secret("key"), true},
		"another text":   {signing.Secret("kez"), false},
		"a longer one":   {signing.Secret("keys"), false},
		"an empty key":   {signing.Secret(""), false},
		"the zero value": {signing.SecretKey{}, false},
	} {
		require.Equal(t, c.want, key.Equal(c.other), name)
		require.Equal(t, c.want, c.other.Equal(key), name)
	}
	require.True(t, signing.SecretKey{}.Equal(signing.Secret("")))
	require.Equal(t, "key", key.Reveal())
	require.Empty(t, signing.SecretKey{}.Reveal())
}

func TestNoLogLineHasTheSecret(t *testing.T) {
	var lines bytes.Buffer
	options := &slog.HandlerOptions{Level: slog.LevelDebug, AddSource: true}
	for _, handler := range []slog.Handler{slog.NewTextHandler(&lines, options), slog.NewJSONHandler(&lines, options)} {
		for name, subject := range printable(t) {
			slog.New(handler).With("with", subject).WithGroup("group").Info(name, "subject", subject, slog.Group("sub", "s", subject))
		}
	}
	require.Contains(t, lines.String(), "visible-access")
	requireNoSecret(t, lines.String())
}

// The runtime prints a panic, not fmt, so this needs another process.
func TestNoPanicPrintsTheSecret(t *testing.T) {
	const variable = "SIGNING_TEST_PANIC"
	subjects := map[string]any{"credentials": secretive, "pointer": &secretive, "signer": newSigner(t, secretive), "error": fmt.Errorf("keys: %v", secretive)}
	if subject, ok := subjects[os.Getenv(variable)]; ok {
		panic(subject)
	}
	for name := range subjects {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoPanicPrintsTheSecret$")
		cmd.Env = append(os.Environ(), variable+"="+name)
		output, err := cmd.CombinedOutput()
		require.Error(t, err)
		require.Contains(t, string(output), "panic: ")
		requireNoSecret(t, string(output))
	}
}
