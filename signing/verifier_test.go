package signing_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

// unreadable is a body that the verifier must leave alone.
type unreadable struct{ t testing.TB }

func (u unreadable) Read([]byte) (int, error) {
	u.t.Error("the body was read")
	return 0, io.EOF
}

func (u unreadable) Close() error {
	u.t.Error("the body was closed")
	return nil
}

// received is a signed request as a server has it.
func received(t testing.TB, creds signing.Credentials, at time.Time) *http.Request {
	t.Helper()
	signer, err := signing.New(creds, signing.WithClock(func() time.Time { return at }))
	require.NoError(t, err)
	out, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, detachURL, nil)
	require.NoError(t, err)
	require.NoError(t, signer.Sign(out))
	in := httptest.NewRequestWithContext(context.Background(), out.Method, out.URL.RequestURI(), nil)
	in.Host, in.Header, in.TLS, in.Body = out.URL.Host, out.Header, &tls.ConnectionState{}, unreadable{t}
	return in
}

func TestVerifyReasons(t *testing.T) {
	edit := func(name string, values ...string) func(*http.Request) {
		return func(r *http.Request) { r.Header[name] = values }
	}
	at := strconv.FormatInt(signedAt.UnixMilli(), 10)
	cases := []struct {
		name   string
		edit   func(*http.Request)
		reason signing.Reason
		header string
	}{
		{"no headers at all", func(r *http.Request) { r.Header = nil }, signing.ReasonMissingHeader, signing.HeaderAccessKey},
		{"no access key", edit(signing.HeaderAccessKey), signing.ReasonMissingHeader, signing.HeaderAccessKey},
		{"empty access key", edit(signing.HeaderAccessKey, ""), signing.ReasonMissingHeader, signing.HeaderAccessKey},
		{"no signature", edit(signing.HeaderSignature), signing.ReasonMissingHeader, signing.HeaderSignature},
		{"no timestamp", edit(signing.HeaderTimestamp), signing.ReasonMissingHeader, signing.HeaderTimestamp},
		{"no client type", edit(signing.HeaderClientType), signing.ReasonMissingHeader, signing.HeaderClientType},
		{"unknown access key", edit(signing.HeaderAccessKey, "mallory"), signing.ReasonUnknownKey, signing.HeaderAccessKey},
		{"key without secret", edit(signing.HeaderAccessKey, "hollow"), signing.ReasonUnknownKey, signing.HeaderAccessKey},
		{"another's access key", edit(signing.HeaderAccessKey, alice.AccessKey), signing.ReasonBadSignature, signing.HeaderSignature},
		{"signature is no base64", edit(signing.HeaderSignature, "%%%"), signing.ReasonBadSignature, signing.HeaderSignature},
		{"signature cut off", func(r *http.Request) {
			r.Header.Set(signing.HeaderSignature, strings.TrimSuffix(r.Header.Get(signing.HeaderSignature), "="))
		}, signing.ReasonBadSignature, signing.HeaderSignature},
		{"wrong client type", edit(signing.HeaderClientType, "Console"), signing.ReasonWrongClientType, signing.HeaderClientType},
		{"other account", edit(signing.HeaderAccountID, "other"), signing.ReasonBadSignature, signing.HeaderAccountID},
		{"account taken away", edit(signing.HeaderAccountID), signing.ReasonBadSignature, signing.HeaderSignature},
		{"two access keys", edit(signing.HeaderAccessKey, bob.AccessKey, bob.AccessKey), signing.ReasonMalformed, signing.HeaderAccessKey},
		{"two timestamps", edit(signing.HeaderTimestamp, at, at), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"two signatures", edit(signing.HeaderSignature, "a", "b"), signing.ReasonMalformed, signing.HeaderSignature},
		{"two client types", edit(signing.HeaderClientType, "Openapi", "Openapi"), signing.ReasonMalformed, signing.HeaderClientType},
		{"two account ids", edit(signing.HeaderAccountID, bob.AccountID, ""), signing.ReasonMalformed, signing.HeaderAccountID},
		{"timestamp with sign", edit(signing.HeaderTimestamp, "+"+at), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp with zero in front", edit(signing.HeaderTimestamp, "0"+at), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp with blank", edit(signing.HeaderTimestamp, " "+at), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp with underscores", edit(signing.HeaderTimestamp, "1_767_225_600_123"), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp with fraction", edit(signing.HeaderTimestamp, at+".0"), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp in other digits", edit(signing.HeaderTimestamp, "１７６７２２５６００１２３"), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp too large", edit(signing.HeaderTimestamp, "9223372036854775808"), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp below zero", edit(signing.HeaderTimestamp, "-1"), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"minus zero", edit(signing.HeaderTimestamp, "-0"), signing.ReasonMalformed, signing.HeaderTimestamp},
		{"timestamp zero", edit(signing.HeaderTimestamp, "0"), signing.ReasonStaleTimestamp, signing.HeaderTimestamp},
		{"timestamp in seconds", edit(signing.HeaderTimestamp, at[:10]), signing.ReasonStaleTimestamp, signing.HeaderTimestamp},
		{"timestamp in nanoseconds", edit(signing.HeaderTimestamp, at+"000000"), signing.ReasonFutureTimestamp, signing.HeaderTimestamp},
		{"last timestamp of all", edit(signing.HeaderTimestamp, "9223372036854775807"), signing.ReasonFutureTimestamp, signing.HeaderTimestamp},
		{"asterisk", func(r *http.Request) { r.RequestURI = "*" }, signing.ReasonMalformed, ""},
		{"authority", func(r *http.Request) { r.RequestURI = "h.example:443" }, signing.ReasonMalformed, ""},
		{"whole URL of another host", func(r *http.Request) { r.RequestURI = "https://other.example/" }, signing.ReasonMalformed, ""},
		{"whole URL of another scheme", func(r *http.Request) { r.RequestURI = "http://" + r.Host + "/" }, signing.ReasonMalformed, ""},
		{"whole URL with user", func(r *http.Request) { r.RequestURI = "https://user@" + r.Host + "/" }, signing.ReasonMalformed, ""},
		{"neither URL nor request line", func(r *http.Request) { r.RequestURI, r.URL = "", nil }, signing.ReasonMalformed, ""},
		{"other method", func(r *http.Request) { r.Method = "GET" }, signing.ReasonBadSignature, signing.HeaderSignature},
		{"not over TLS", func(r *http.Request) { r.TLS = nil }, signing.ReasonBadSignature, signing.HeaderSignature},
	}
	verifier := newVerifier([]signing.Credentials{alice, bob, {AccessKey: "hollow"}})
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := received(t, bob, signedAt)
			require.NoError(t, verifier.Verify(r))
			c.edit(r)
			err := verifier.Verify(r)
			requireReason(t, err, c.reason, c.header)
			require.Contains(t, err.Error(), string(c.reason))
			require.Contains(t, err.Error(), c.header)
		})
	}
}

func TestVerifySkew(t *testing.T) {
	cases := []struct {
		name   string
		offset time.Duration
		opts   []signing.VerifierOption
		reason signing.Reason // "" = accepted
	}{
		{name: "now"},
		{name: "five minutes old", offset: -5 * time.Minute},
		{name: "a millisecond more", offset: -5*time.Minute - time.Millisecond, reason: signing.ReasonStaleTimestamp},
		{name: "five minutes ahead", offset: 5 * time.Minute},
		{name: "a millisecond further", offset: 5*time.Minute + time.Millisecond, reason: signing.ReasonFutureTimestamp},
		{name: "a year old", offset: -365 * 24 * time.Hour, reason: signing.ReasonStaleTimestamp},
		{name: "own bound", offset: -2 * time.Second, opts: []signing.VerifierOption{signing.WithMaxSkew(time.Second)}, reason: signing.ReasonStaleTimestamp},
		{name: "no skew allowed, none there", opts: []signing.VerifierOption{signing.WithMaxSkew(0)}},
		{name: "no skew allowed", offset: time.Millisecond, opts: []signing.VerifierOption{signing.WithMaxSkew(0)}, reason: signing.ReasonFutureTimestamp},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := newVerifier([]signing.Credentials{alice}, c.opts...).Verify(received(t, alice, signedAt.Add(c.offset)))
			if c.reason == "" {
				require.NoError(t, err)
				return
			}
			requireReason(t, err, c.reason, signing.HeaderTimestamp)
		})
	}
	// The default is the real clock.
	lookup := func(string) (signing.Credentials, bool) { return alice, true }
	require.NoError(t, signing.NewVerifier(lookup, signing.WithVerifierClock(nil)).Verify(received(t, alice, time.Now())))
	requireReason(t, signing.NewVerifier(lookup).Verify(received(t, alice, time.Now().Add(-time.Hour))),
		signing.ReasonStaleTimestamp, signing.HeaderTimestamp)
}

func TestVerifyAccounts(t *testing.T) {
	without := signing.Credentials{AccessKey: "k", SecretKey: signing.Secret("s")}
	with := signing.Credentials{AccessKey: "k", SecretKey: signing.Secret("s"), AccountID: "1"}
	other := signing.Credentials{AccessKey: "k", SecretKey: signing.Secret("s"), AccountID: "2"}
	cases := []struct {
		name          string
		client, known signing.Credentials
		header        string // at fault; "" = accepted
	}{
		{"none and none", without, without, ""},
		{"same", with, with, ""},
		{"five-part form for a key with account", without, with, ""},
		{"server does not know the account", with, without, ""},
		{"different", other, with, signing.HeaderAccountID},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := newVerifier([]signing.Credentials{c.known}).Verify(received(t, c.client, signedAt))
			if c.header == "" {
				require.NoError(t, err)
				return
			}
			requireReason(t, err, signing.ReasonBadSignature, c.header)
		})
	}
	r := received(t, without, signedAt)
	r.Header.Set(signing.HeaderAccountID, "")
	require.NoError(t, newVerifier([]signing.Credentials{without}).Verify(r), "the vendor's SDK sends it empty")
}

// A server behind a proxy receives another scheme and host than clients sign.
func TestVerifyBehindAProxy(t *testing.T) {
	cases := []struct {
		name, public string
		edit         func(*http.Request)
		reason       signing.Reason
	}{
		{name: "other host, no TLS", public: endpoint},
		{name: "trailing slash", public: endpoint + "/"},
		{name: "other letter case, default port", public: "HTTPS" + strings.ToUpper(strings.TrimPrefix(endpoint, "https")) + ":443"},
		{name: "whole URL passed on", public: endpoint, edit: func(r *http.Request) { r.RequestURI = "http://inner:8080" + r.RequestURI }},
		{name: "whole URL of the public host", public: endpoint, edit: func(r *http.Request) { r.RequestURI = endpoint + r.RequestURI }},
		{name: "whole URL of a third host", public: endpoint, edit: func(r *http.Request) { r.RequestURI = "https://third.example" + r.RequestURI }},
		{name: "whole URL with another path", public: endpoint, edit: func(r *http.Request) { r.RequestURI = endpoint + "/v1" }, reason: signing.ReasonBadSignature},
		{name: "another public URL", public: "https://h.example", reason: signing.ReasonBadSignature},
		{name: "without", reason: signing.ReasonBadSignature},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := received(t, alice, signedAt)
			r.TLS, r.Host = nil, "inner:8080"
			if c.edit != nil {
				c.edit(r)
			}
			var opts []signing.VerifierOption
			if c.public != "" {
				opts = append(opts, signing.WithPublicURL(c.public))
			}
			err := newVerifier([]signing.Credentials{alice}, opts...).Verify(r)
			if c.reason == "" {
				require.NoError(t, err)
				return
			}
			requireReason(t, err, c.reason, signing.HeaderSignature)
		})
	}
	t.Run("zone in the public URL", func(t *testing.T) {
		r := received(t, alice, signedAt)
		r.Header.Set(signing.HeaderSignature, plainSignature(alice, r.Method, "http://[fe80::1]:8080"+r.RequestURI, signedAt, "Openapi"))
		require.NoError(t, newVerifier([]signing.Credentials{alice}, signing.WithPublicURL("http://[fe80::1%25eth0]:8080")).Verify(r))
	})
	for _, bad := range []string{"", "h.example", "ftp://h.example", "https://", "https://h.example/base", "https://user:pass-word@h.example:x"} {
		err := newVerifier([]signing.Credentials{alice}, signing.WithPublicURL(bad)).Verify(received(t, alice, signedAt))
		require.ErrorContains(t, err, "public URL")
		require.NotContains(t, err.Error(), "pass-word")
		var refused *signing.VerifyError
		require.False(t, errors.As(err, &refused), "the client is not to blame")
	}
}

// Handlers such as http.StripPrefix change the parsed URL. The signature is of
// what came in.
func TestVerifyReadsTheRawRequest(t *testing.T) {
	r := received(t, alice, signedAt)
	r.URL.Path, r.URL.RawQuery, r.Form = "/servers", "x=y", map[string][]string{"a": {"b"}}
	require.NoError(t, newVerifier([]signing.Credentials{alice}).Verify(r))
}

// Clients other than net/http may send a proxy a URL without a path.
func TestVerifyWholeURLWithoutPath(t *testing.T) {
	for _, uri := range []string{"http://h.example", "http://h.example?", "http://h.example?a=b"} {
		r := received(t, alice, signedAt)
		r.TLS, r.Host, r.RequestURI = nil, "h.example", uri
		r.Header.Set(signing.HeaderSignature, plainSignature(alice, r.Method, uri, signedAt, "Openapi"))
		require.NoError(t, newVerifier([]signing.Credentials{alice}).Verify(r), uri)
	}
}

func TestVerifierThatKnowsNothingAcceptsNothing(t *testing.T) {
	r := received(t, alice, signedAt)
	requireReason(t, signing.NewVerifier(nil, signing.WithVerifierClock(fixedClock)).Verify(r), signing.ReasonUnknownKey, signing.HeaderAccessKey)
	for name, verifier := range map[string]*signing.Verifier{"nil": nil, "zero": {}} {
		require.ErrorContains(t, verifier.Verify(r), "not made by NewVerifier", name)
	}
	require.ErrorContains(t, newVerifier([]signing.Credentials{alice}).Verify(nil), "no request")
	require.NoError(t, newVerifier([]signing.Credentials{alice}, nil, nil).Verify(r))
	console := newVerifier([]signing.Credentials{alice}, signing.WithVerifierClientType("Console"))
	requireReason(t, console.Verify(r), signing.ReasonWrongClientType, signing.HeaderClientType)
}

func TestReasonsServeASwitch(t *testing.T) {
	err := error(&signing.VerifyError{Reason: signing.ReasonStaleTimestamp, Header: signing.HeaderTimestamp})
	require.ErrorIs(t, err, signing.ReasonStaleTimestamp)
	require.NotErrorIs(t, err, signing.ReasonFutureTimestamp)
	require.EqualError(t, err, "signing: stale timestamp (Scp-Timestamp)")
	require.EqualError(t, &signing.VerifyError{Reason: signing.ReasonMalformed}, "signing: malformed request URL")
	require.EqualError(t, signing.ReasonUnknownKey, "unknown access key")
}
