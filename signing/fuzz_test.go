package signing_test

import (
	"cmp"
	"crypto/tls"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// The verifier accepts a request if and only if it has the signature that the
// plain algorithm makes for it.
func FuzzVerify(f *testing.F) {
	const at = "1767225600123"
	good := plainSignature(alice, "DELETE", "https://h.example/v1/a%2Fb?", signedAt, "Openapi")
	f.Add("DELETE", "/v1/a%2Fb?", "h.example", true, alice.AccessKey, good, at, "Openapi", "", "")
	f.Add("DELETE", "https://h.example/v1/a%2Fb?", "h.example", true, alice.AccessKey, good, at, "Openapi", "", "")
	f.Add("", "", "[fe80::1%25eth0]:80", false, "bob-access", "AAAA", "01", "openapi", "bob-account", "again")
	f.Add("OPTIONS", "*", "", false, "", "", "-1", "", "", "")
	f.Add("CONNECT", "h.example:443", "h.example:443", true, "a", "b", "9223372036854775807", "Openapi", "\r\n", "")
	verifier := newVerifier([]signing.Credentials{alice, bob})
	f.Fuzz(func(t *testing.T, method, uri, host string, secure bool, accessKey, signature, timestamp, clientType, accountID, again string) {
		r := &http.Request{Method: method, RequestURI: uri, Host: host, Header: http.Header{
			signing.HeaderAccessKey:  {accessKey},
			signing.HeaderSignature:  {signature},
			signing.HeaderTimestamp:  {timestamp},
			signing.HeaderClientType: {clientType},
			signing.HeaderAccountID:  {accountID},
		}}
		if again != "" {
			r.Header.Add(again, "again")
		}
		scheme := "http"
		if secure {
			scheme, r.TLS = "https", &tls.ConnectionState{}
		}
		if u, err := url.Parse(uri); err == nil {
			r.URL = u
		}
		err := verifier.Verify(r)
		if err != nil {
			var refused *signing.VerifyError
			require.True(t, errors.As(err, &refused), "%v", err)
			require.NotEmpty(t, refused.Reason)
			if refused.Header == signing.HeaderSignature && timestamp == at {
				require.Empty(t, acceptedURL(r, signature), "a good signature was refused")
			}
			return
		}
		require.Contains(t, []string{alice.AccessKey, bob.AccessKey}, accessKey)
		require.Equal(t, "Openapi", clientType)
		require.Contains(t, []string{scheme + "://" + host + uri, uri}, acceptedURL(r, signature))
	})
}

// acceptedURL is the URL of r that the plain algorithm gives this signature for.
func acceptedURL(r *http.Request, signature string) string {
	creds := alice
	if r.Header.Get(signing.HeaderAccessKey) == bob.AccessKey {
		creds = bob
	}
	creds.AccountID = r.Header.Get(signing.HeaderAccountID)
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	method := cmp.Or(r.Method, http.MethodGet) // as net/http has it
	for _, u := range []string{scheme + "://" + r.Host + r.RequestURI, r.RequestURI} {
		if plainSignature(creds, method, u, signedAt, "Openapi") == signature {
			return u
		}
	}
	return ""
}
