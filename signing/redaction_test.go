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
}

// printable is one of everything that has to do with the secret.
func printable(t *testing.T) map[string]any {
	t.Helper()
	signer := newSigner(t, secretive)
	transport, err := signing.NewTransport(signer, endpoint, signing.WithBase(roundTripFunc(accept)))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(req))
	subjects := map[string]any{
		"credentials":         secretive,
		"pointer":             &secretive,
		"slice":               []signing.Credentials{secretive},
		"map":                 map[string]signing.Credentials{"key": secretive},
		"map key":             map[signing.Credentials]int{secretive: 1},
		"holder":              holder{secretive, &secretive, secretive, signer, transport},
		"pointer to holder":   &holder{secretive, &secretive, secretive, signer, transport},
		"signer":              signer,
		"signers":             []*signing.Signer{signer},
		"transport":           transport,
		"client":              http.Client{Transport: transport},
		"pointer to client":   &http.Client{Transport: transport},
		"signed request":      req,
		"verifier":            newVerifier([]signing.Credentials{secretive}),
		"pointers of holders": []*holder{{secretive, &secretive, nil, signer, transport}},
	}
	for name, err := range secretiveErrors(t, signer, transport) {
		subjects["error: "+name] = err
		subjects["wrapped error: "+name] = fmt.Errorf("while detaching: %w", errors.Join(err, errors.New("more")))
	}
	return subjects
}

// secretiveErrors are the errors of everything that has seen the secret.
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
		_, err := signing.CredentialsFromFile(path)
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
				if methodless(verb, subject) {
					continue
				}
				requireNoSecret(t, name+fmt.Errorf(format, subject).Error())
			}
		}
	}
}

// methodless reports whether fmt finds the verb wrong for the subject and so prints
// the fields as they are, calling no method. Nothing in Credentials can change
// that, but their comment warns of it.
func methodless(verb rune, subject any) bool {
	switch subject.(type) {
	case signing.Credentials, *signing.Credentials, []signing.Credentials, map[string]signing.Credentials,
		map[signing.Credentials]int, holder, *holder:
		return verb == 'w' || verb == 'p'
	case []*holder: // a pointer inside another value takes these verbs alone
		return !strings.ContainsRune("vbodxX", verb)
	}
	return false
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
	text, err := json.Marshal(secretive)
	require.NoError(t, err)
	require.JSONEq(t, `"signing.Credentials{AccessKey:\"visible-access\" SecretKey:[redacted] AccountID:\"visible-account\"}"`, string(text))
	require.Equal(t, `signing.Credentials{AccessKey:"" SecretKey:[none] AccountID:""}`, signing.Credentials{}.String())
	require.Error(t, gob.NewEncoder(&bytes.Buffer{}).Encode(secretive), "nothing to send elsewhere by mistake")
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

// A panic is printed by the runtime, not by fmt, so it takes a process to see it.
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
