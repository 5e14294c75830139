package signing_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// plainSignature is the algorithm as the documents describe it, without any
// optimisation: the tests and benchmarks compare with it.
func plainSignature(creds signing.Credentials, method, url string, at time.Time, clientType string) string {
	message := method + url + strconv.FormatInt(at.UnixMilli(), 10) + creds.AccessKey + creds.AccountID + clientType
	mac := hmac.New(sha256.New, []byte(creds.SecretKey.Reveal()))
	mac.Write([]byte(message))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// vector is one line of testdata/vectors.tsv, which vectors.sh beside it makes.
type vector struct {
	name       string
	creds      signing.Credentials
	clientType string
	method     string
	url        string
	at         time.Time
	signature  string
}

func readVectors(t *testing.T) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/vectors.tsv")
	require.NoError(t, err)
	var vectors []vector
	for line := range strings.Lines(string(data)) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		require.Len(t, f, 9, "columns of %q", line)
		millis, err := strconv.ParseInt(f[7], 10, 64)
		require.NoError(t, err)
		vectors = append(vectors, vector{
			name:       f[0],
			creds:      signing.Credentials{AccessKey: f[1], SecretKey: signing.Secret(f[2]), AccountID: f[3]},
			clientType: f[4], method: f[5], url: f[6], at: time.UnixMilli(millis), signature: f[8],
		})
	}
	require.GreaterOrEqual(t, len(vectors), 12)
	return vectors
}

func TestVectors(t *testing.T) {
	for _, v := range readVectors(t) {
		t.Run(v.name, func(t *testing.T) {
			clock := func() time.Time { return v.at }
			signer, err := signing.New(v.creds, signing.WithClientType(v.clientType), signing.WithClock(clock))
			require.NoError(t, err)
			require.Equal(t, v.signature, signer.Signature(v.method, v.url, v.at))
			require.Equal(t, v.signature, plainSignature(v.creds, v.method, v.url, v.at, v.clientType))

			req, err := http.NewRequestWithContext(context.Background(), v.method, v.url, nil)
			require.NoError(t, err)
			require.NoError(t, signer.Sign(req))
			want := http.Header{
				"Scp-Accesskey":   {v.creds.AccessKey},
				"Scp-Signature":   {v.signature},
				"Scp-Timestamp":   {strconv.FormatInt(v.at.UnixMilli(), 10)},
				"Scp-Clienttype":  {v.clientType},
				"Accept-Language": {"ko-KR"},
			}
			if v.creds.AccountID != "" {
				want["Scp-Accountid"] = []string{v.creds.AccountID}
			}
			require.Equal(t, want, req.Header)
			verifier := signing.NewVerifier(func(string) (signing.Credentials, bool) { return v.creds, true },
				signing.WithVerifierClock(clock), signing.WithVerifierClientType(v.clientType))
			require.NoError(t, verifier.Verify(req))
		})
	}
}

// Every millisecond has its own signature.
func TestSignatureDependsOnTheMillisecond(t *testing.T) {
	signer := newSigner(t, alice)
	seen := map[string]bool{}
	for i := range 10 {
		seen[signer.Signature(http.MethodGet, detachURL, signedAt.Add(time.Duration(i)*time.Millisecond))] = true
	}
	require.Len(t, seen, 10)
	require.Equal(t, signer.Signature("GET", detachURL, signedAt),
		signer.Signature("GET", detachURL, signedAt.Add(999*time.Microsecond).In(time.FixedZone("KST", 9*60*60))))
}

func TestNewRefuses(t *testing.T) {
	cases := []struct {
		name  string
		creds signing.Credentials
		opts  []signing.Option
	}{
		{name: "no access key", creds: signing.Credentials{SecretKey: signing.Secret("s")}},
		{name: "no secret key", creds: signing.Credentials{AccessKey: "a"}},
		{name: "line break in access key", creds: signing.Credentials{AccessKey: "a\r\nX: y", SecretKey: signing.Secret("s")}},
		{name: "blank in access key", creds: signing.Credentials{AccessKey: "a ", SecretKey: signing.Secret("s")}},
		{name: "Korean access key", creds: signing.Credentials{AccessKey: "열쇠", SecretKey: signing.Secret("s")}},
		{name: "DEL in account id", creds: signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s"), AccountID: "\x7f"}},
		{name: "tab in account id", creds: signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s"), AccountID: "a\tb"}},
		{name: "line break after secret key", creds: signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s\n")}},
		{name: "blank before secret key", creds: signing.Credentials{AccessKey: "a", SecretKey: signing.Secret(" s")}},
		{name: "empty client type", creds: alice, opts: []signing.Option{signing.WithClientType("")}},
		{name: "blank in client type", creds: alice, opts: []signing.Option{signing.WithClientType("Open api")}},
		{name: "empty language", creds: alice, opts: []signing.Option{signing.WithLanguage("")}},
		{name: "line break in language", creds: alice, opts: []signing.Option{signing.WithLanguage("ko\n")}},
		{name: "Korean language", creds: alice, opts: []signing.Option{signing.WithLanguage("한국어")}},
		{name: "blank after language", creds: alice, opts: []signing.Option{signing.WithLanguage("ko ")}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			signer, err := signing.New(c.creds, c.opts...)
			require.ErrorContains(t, err, "signing: ")
			require.Nil(t, signer)
		})
	}
	signer, err := signing.New(alice, nil, signing.WithLanguage("ko-KR, en;q=0.5"), signing.WithClock(nil))
	require.NoError(t, err)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(req))
}

func TestSignReplacesWhatIsThere(t *testing.T) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	for _, name := range []string{
		"Scp-AccessKey", "SCP-SIGNATURE", "scp-timestamp", "Scp-ClientType", "Scp-AccountId", "accept-language",
	} {
		req.Header[name] = []string{"stale"} // as a program would that wants this very spelling
		req.Header[http.CanonicalHeaderKey(name)] = []string{"stale", "twice"}
	}
	req.Header["Scp-API-Version"] = []string{"virtualserver 1.2"} // not the signer's
	require.NoError(t, newSigner(t, alice, signing.WithLanguage("en-US")).Sign(req))
	require.Equal(t, http.Header{
		signing.HeaderAccessKey:  {alice.AccessKey},
		signing.HeaderSignature:  {plainSignature(alice, "DELETE", detachURL, signedAt, "Openapi")},
		signing.HeaderTimestamp:  {"1767225600123"},
		signing.HeaderClientType: {"Openapi"},
		signing.HeaderLanguage:   {"en-US"},
		"Scp-API-Version":        {"virtualserver 1.2"},
	}, req.Header)

	// The values share an array, which must not show.
	req.Header.Add(signing.HeaderAccessKey, "another")
	require.Equal(t, plainSignature(alice, "DELETE", detachURL, signedAt, "Openapi"), req.Header.Get(signing.HeaderSignature))
}

func TestSignerNotMadeByNew(t *testing.T) {
	for name, signer := range map[string]*signing.Signer{"nil": nil, "zero": {}} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, detachURL, nil)
			require.NoError(t, err)
			require.ErrorContains(t, signer.SetCredentials(alice), "not made by New")
			require.ErrorContains(t, signer.Sign(req), "not made by New")
			require.Empty(t, req.Header)
			require.Empty(t, signer.Signature("GET", detachURL, signedAt))
			require.Equal(t, `signing.Signer{AccessKey:""}`, fmt.Sprint(signer))
		})
	}
}

func TestSetCredentialsKeepsTheOldOnesOnError(t *testing.T) {
	signer := newSigner(t, alice)
	before := signer.Signature("GET", detachURL, signedAt)
	require.Error(t, signer.SetCredentials(signing.Credentials{AccessKey: "a"}))
	require.Equal(t, before, signer.Signature("GET", detachURL, signedAt))
	require.NoError(t, signer.SetCredentials(bob))
	require.Equal(t, plainSignature(bob, "GET", detachURL, signedAt, "Openapi"), signer.Signature("GET", detachURL, signedAt))
}
