package cases_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

var authKeys = signing.Credentials{AccessKey: "Alice-Access.7", SecretKey: signing.Secret("Alice+Secret/0123456789")}

func newAuthMock(t *testing.T, opts ...mock.Option) http.Handler {
	t.Helper()
	handler, err := mock.New([]signing.Credentials{authKeys}, append([]mock.Option{mock.WithDelay(2 * time.Millisecond)}, opts...)...)
	require.NoError(t, err)
	return handler
}

// judgeAuth asks some cases of a handler with the fixture of the mock.
func judgeAuth(t *testing.T, handler http.Handler, clients []gen.Client, names ...string) *conformance.Report {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	chosen, err := cases.Select(names...)
	require.NoError(t, err)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: server.URL, Credentials: authKeys, Cases: chosen, Clients: clients,
		Fixture: conformance.Fixture{
			Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID,
			SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID, SpareVolume: mock.SpareID,
		},
		Harm: conformance.HarmDangerous, All: true, Seed: 1, Linger: 20 * time.Millisecond, Settle: 2 * time.Second,
	})
	require.NoError(t, err)
	return report
}

// oldestClient is the one that one-version-open has to do with.
func oldestClient() []gen.Client { return gen.Clients()[:1] }

func TestAuthenticationPasses(t *testing.T) {
	t.Parallel()
	for _, r := range judgeAuth(t, newAuthMock(t), nil, "auth-*").Results {
		assert.Equal(t, conformance.Pass, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
	}
}

// TestAuthenticationDefects: each defect is caught by the case that is about it.
func TestAuthenticationDefects(t *testing.T) {
	t.Parallel()
	caughtBy := map[string][]string{
		"auth-headers": {"missing-unchecked", "access-key-missing", "signature-missing", "timestamp-missing", "anonymous-open"},
		"auth-attached-headers": {
			"client-type-unchecked", "client-type-missing", "malformed-unchecked", "last-header", "no-authentication", "signature-missing",
			"korean-open",
		},
		"auth-attached-signature-message": {"signature-unchecked", "port-unsigned"},
		"auth-signature-message": {
			"scheme-unsigned", "method-unsigned", "host-unsigned", "account-unsigned", "client-type-unsigned", "timestamp-unsigned",
			"timestamp-seconds-signed", "access-key-unsigned", "client-type-lower-signed", "method-lower-signed", "port-unsigned",
			"slash-appended", "server-unsigned", "newline-joined", "url-first", "forwarded-host-signed", "forwarded-proto-signed",
			"date-signed", "now-and-then-open",
		},
		"auth-signature-url":    {"query-unsigned", "url-decoded-signed", "url-encoded-twice", "odd-path-open", "query-open"},
		"auth-signature-key":    {"secret-empty", "secret-access-key", "secret-upper", "secret-half", "secret-encoded"},
		"auth-signature-digest": {"digest-sha1", "digest-sha512", "digest-md5", "digest-unkeyed", "digest-appended"},
		"auth-signature-characters": {
			"signature-prefix", "signature-start", "signature-start-compared", "signature-end-ignored", "signature-middle-ignored",
			"signature-spare-bits", "signature-part",
		},
		"auth-signature-spelling": {
			"signature-hex", "signature-url-safe", "signature-any-case", "signature-unpadded", "signature-any-of", "signature-quoted",
			"signature-last-word", "signature-encoded", "signature-hex-encoded",
		},
		"auth-signature-nothing": {"signature-null", "signature-zeros"},
		"auth-access-key": {
			"access-key-unchecked", "access-key-any-case", "access-key-start", "access-key-longer", "access-key-without-secret",
		},
		"auth-attached-access-key": {
			"access-key-pattern", "access-key-list", "access-key-quotes", "access-key-decoded", "access-key-injected", "access-key-any-case",
		},
		"auth-timestamp": {"timestamp-unchecked", "future-unchecked", "window-wide", "window-day", "window-time-of-day"},
		"auth-attached-timestamp": {
			"seconds", "timestamp-lenient", "timestamp-float", "timestamp-any-base", "timestamp-wraps", "timestamp-rfc3339",
			"timestamp-digits", "timestamp-micros",
		},
		"auth-other-headers": {"local-open", "bearer-open", "cookie-open", "english-open", "unversioned-open", "signature-elsewhere"},
		"auth-right": {
			"account-empty-signed", "url-decoded", "url-rewritten", "query-never-signed", "window-narrow", "future-never", "query-sorted",
			"query-spaces-rewritten", "query-empty-dropped", "id-rewritten", "query-open",
		},
		"auth-show":   {"reads-open", "unversioned-reads-open", "os-reads-open", "shared-open"},
		"auth-attach": {"attach-open"},
		"auth-attached-skipped": {
			"os-volume-open", "shared-open", "available-open", "slash-open", "upper-open", "head-open", "options-open",
			"unversioned-open",
		},
		"auth-skipped": {"reads-open", "attach-open"},
		"auth-status":  {"authenticates-last"},
	}
	for id, defects := range caughtBy {
		for _, name := range defects {
			t.Run(id+"/"+name, func(t *testing.T) {
				t.Parallel()
				d, err := mock.DefectByName(name)
				require.NoError(t, err)
				requireBroken(t, judgeAuth(t, newAuthMock(t, mock.WithDefect(d)), newestClient(), id))
			})
		}
	}
	t.Run("detaching-open", func(t *testing.T) {
		t.Parallel()
		d, err := mock.DefectByName("detaching-open")
		require.NoError(t, err)
		slow := newAuthMock(t, mock.WithDefect(d), mock.WithDelay(300*time.Millisecond)) // on its way for long enough to be asked for
		requireBroken(t, judgeAuth(t, slow, newestClient(), "auth-attached-skipped"))
	})
	t.Run("one version", func(t *testing.T) {
		t.Parallel()
		d, err := mock.DefectByName("one-version-open")
		require.NoError(t, err)
		requireBroken(t, judgeAuth(t, newAuthMock(t, mock.WithDefect(d)), oldestClient(), "auth-attached-headers"))
	})
}

// requireBroken wants every case of a report to have found a clause broken.
func requireBroken(t *testing.T, report *conformance.Report) {
	t.Helper()
	for _, r := range report.Results {
		require.Contains(t, []conformance.Verdict{conformance.Fail, conformance.Differs}, r.Verdict, "%s: %s", r.Case.ID, r.Reason())
		require.NotEmpty(t, r.Findings[0].Clause)
	}
}

// TestAuthenticationOfConstants: who answers the same to everything shows nothing, and nothing passes.
func TestAuthenticationOfConstants(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusAccepted, http.StatusBadRequest, http.StatusUnauthorized, http.StatusConflict} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			constant := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			for _, r := range judgeAuth(t, constant, newestClient(), "auth-*").Results {
				assert.NotEqual(t, conformance.Pass, r.Verdict, r.Case.ID)
			}
		})
	}
}

// TestAuthenticationStatus: another status than 401 is one fact, however many requests meet it.
func TestAuthenticationStatus(t *testing.T) {
	t.Parallel()
	authenticated := newAuthMock(t)
	for name, handler := range map[string]http.Handler{
		"a gateway's 404 where nobody authenticates": newAuthMock(t, mock.WithGatewayNotFound()),
		"403 for every failed authentication": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			answer := httptest.NewRecorder()
			authenticated.ServeHTTP(answer, r)
			if answer.Code == http.StatusUnauthorized {
				answer.Code = http.StatusForbidden
			}
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes())
		}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, r := range judgeAuth(t, handler, newestClient(), "auth-*").Results {
				if r.Case.ID != "auth-status" {
					assert.Equal(t, conformance.Pass, r.Verdict, "%s: %s", r.Case.ID, r.Reason())
					continue
				}
				assert.Equal(t, conformance.Fail, r.Verdict)
				require.Len(t, r.Findings, 1)
				assert.Equal(t, conformance.CodeUnauthorized, r.Findings[0].Code)
				assert.Equal(t, "DETACH-401", r.Findings[0].Clause)
				assert.Greater(t, r.Findings[0].Requests, 1)
			}
		})
	}
}

// TestRefusedAndDone: what is answered 401 and done all the same is found by looking at the volume.
func TestRefusedAndDone(t *testing.T) {
	t.Parallel()
	right := newAuthMock(t)
	done := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodDelete || signing.NewVerifier(func(string) (signing.Credentials, bool) { return authKeys, true }).Verify(r) == nil {
			right.ServeHTTP(w, r)
			return
		}
		again := r.Clone(r.Context())
		again.Header.Set(signing.HeaderAccessKey, authKeys.AccessKey)
		again.Header.Set(signing.HeaderClientType, "Openapi")
		forge.Received(again, authKeys.SecretKey.Reveal()).Sign(again)
		right.ServeHTTP(httptest.NewRecorder(), again)
		w.WriteHeader(http.StatusUnauthorized)
	})
	report := judgeAuth(t, done, newestClient(), "auth-attached-signature-key")
	requireBroken(t, report)
	finding := report.Results[0].Findings[0]
	assert.Equal(t, conformance.CodeDetached, finding.Code)
	assert.Len(t, finding.Variants, 2, "a volume is not risked for each")
}

// TestFaultsOfStrangers are servers of another hand than the mock: each is let in by a fault in one line.
func TestFaultsOfStrangers(t *testing.T) {
	t.Parallel()
	resigned := func(r *http.Request, parts forge.Parts) bool {
		return parts.Signature() == r.Header.Get(signing.HeaderSignature)
	}
	for name, fault := range map[string]struct {
		caughtBy string
		letIn    func(r *http.Request, p forge.Parts) bool
	}{
		"compares the lengths of signatures": {"auth-attached-signature-characters", func(r *http.Request, p forge.Parts) bool {
			return len(r.Header.Get(signing.HeaderSignature)) == len(p.Signature())
		}},
		"signs what it looked up for an access key with blanks in it": {"auth-attached-access-key", func(r *http.Request, p forge.Parts) bool {
			fields := map[string]bool{}
			for _, word := range []byte(p.AccessKey) {
				fields[string(word)] = true
			}
			p.AccessKey = authKeys.AccessKey
			return fields[" "] && resigned(r, p)
		}},
		"signs the path as the router matched it": {"auth-signature-message", func(r *http.Request, p forge.Parts) bool {
			p.URL = "http://" + r.Host + "/v1/volumes/{volume_id}/servers/{server_id}"
			return resigned(r, p)
		}},
		"signs the time of its own clock in seconds": {"auth-signature-message", func(r *http.Request, p forge.Parts) bool {
			p.Timestamp = p.Timestamp[:max(0, len(p.Timestamp)-3)] + "000"
			return resigned(r, p)
		}},
		"takes a missing secret for the word null": {"auth-signature-key", func(r *http.Request, p forge.Parts) bool {
			p.Secret = "null"
			return resigned(r, p)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			right := newAuthMock(t)
			faulty := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/" && fault.letIn(r, forge.Received(r, authKeys.SecretKey.Reveal())) {
					r.Header.Set(signing.HeaderAccessKey, authKeys.AccessKey)
					forge.Received(r, authKeys.SecretKey.Reveal()).Sign(r)
				}
				right.ServeHTTP(w, r)
			})
			requireBroken(t, judgeAuth(t, faulty, newestClient(), fault.caughtBy))
		})
	}
}

// TestNothingRightGoesOut: keys and endpoints for which some negatives are no different from a right request
// detach nothing.
func TestNothingRightGoesOut(t *testing.T) {
	t.Parallel()
	plain := signing.Credentials{AccessKey: "1234567890", SecretKey: signing.Secret("2345678901")}
	handler, err := mock.New([]signing.Credentials{plain})
	require.NoError(t, err)
	var detaches atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if r.Method == http.MethodDelete && answer.Code == http.StatusAccepted {
			detaches.Add(1)
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	defer server.Close()
	chosen, err := cases.Select("auth-attached-access-key", "auth-attached-signature-key", "auth-attached-signature-message")
	require.NoError(t, err)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: server.URL, Credentials: plain, Cases: chosen, Clients: newestClient(), Harm: conformance.HarmDangerous, All: true,
		Fixture: conformance.Fixture{Volume: mock.VolumeID, Server: mock.ServerID},
	})
	require.NoError(t, err)
	var notes []string
	for _, r := range report.Results {
		assert.Equal(t, conformance.Pass, r.Verdict, "%s: %s", r.Case.ID, r.Reason())
		notes = append(notes, r.Notes...)
	}
	assert.Contains(t, notes, "an access key in upper case is the same as a right one with these keys, at this endpoint")
	assert.Zero(t, detaches.Load())
}
