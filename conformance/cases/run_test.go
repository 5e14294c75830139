package cases_test

import (
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// wholeKeys has a secret key with characters in it that headers, URLs and JSON each write in their own way.
var wholeKeys = signing.Credentials{AccessKey: "canaryAccessKey0", SecretKey: signing.Secret(`canary/secret+key="0"&<é>`)}

// wholeDay is the day that is judged, and the mock's: 1.0 has ended on it, and is answered still.
var wholeDay = lifecycle.Day(2026, time.April, 1)

// wholeTable is that of the documents, with a version that cannot be called yet, for the cases about such.
func wholeTable() lifecycle.Table {
	table := gen.Table()
	table.Versions = append(table.Versions, lifecycle.Version{ID: lifecycle.V(98, 0), Label: lifecycle.Planned})
	return table
}

func wholeMock(t *testing.T, opts ...mock.Option) http.Handler {
	t.Helper()
	service, err := mock.New([]signing.Credentials{wholeKeys}, append([]mock.Option{
		mock.WithDay(wholeDay), mock.WithTable(wholeTable()), mock.WithDelay(2 * time.Millisecond),
	}, opts...)...)
	require.NoError(t, err)
	return service
}

// whole runs the whole catalogue, every variant of it, against a handler. The Config may be changed.
func whole(t *testing.T, handler http.Handler, change func(*conformance.Config)) *conformance.Report {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	config := conformance.Config{
		Endpoint: server.URL, Credentials: wholeKeys, Cases: cases.All(), Clauses: cases.Clauses(),
		Fixture: conformance.Fixture{
			Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID,
			SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID, SpareVolume: mock.SpareID,
		},
		Table: wholeTable(), Day: wholeDay, Harm: conformance.HarmDangerous, All: true, Seed: 1,
		Timeout: 5 * time.Second, Settle: 2 * time.Second, Linger: 50 * time.Millisecond, Transport: transport,
	}
	if change != nil {
		change(&config)
	}
	report, err := conformance.Run(t.Context(), config)
	require.NoError(t, err)
	return report
}

// newestAlone is for what takes its time.
func newestAlone(c *conformance.Config) { c.Clients = gen.Clients()[len(gen.Clients())-1:] }

// where is a result's version and case.
func where(r conformance.Result) string { return r.Version.ID.String() + " " + r.Case.ID }

// requireEveryResult wants one for every case in every version, in order.
func requireEveryResult(t *testing.T, report *conformance.Report, clients []gen.Client) {
	t.Helper()
	var want, got []string
	for _, client := range clients {
		for _, c := range cases.All() {
			want = append(want, client.ID.String()+" "+c.ID)
		}
	}
	for _, r := range report.Results {
		got = append(got, where(r))
	}
	require.Equal(t, want, got)
}

// TestMockPasses: the mock does what is documented, so each case passes, or has nothing to judge.
func TestMockPasses(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*conformance.Config){
		"all, side by side": func(c *conformance.Config) { c.Parallel = 4 },
		"a night":           func(c *conformance.Config) { c.All, c.Seed = false, 20261125 },
	} {
		t.Run(name, func(t *testing.T) {
			report := whole(t, wholeMock(t), change)
			requireEveryResult(t, report, gen.Clients())
			for _, r := range report.Results {
				if r.Verdict == conformance.Skip {
					assert.Equal(t, conformance.CodeNotApplicable, r.Findings[0].Code, "%s: %s", where(r), r.Reason())
					continue
				}
				assert.Equal(t, conformance.Pass, r.Verdict, "%s: %s", where(r), r.Reason())
				assert.Len(t, r.Attempts, 1, where(r))
				assert.NotEmpty(t, r.Attempts[0].Exchanges, "%s passed without a request", where(r))
			}
			assert.Equal(t, conformance.Pass, report.Verdict, report.Headline)
			assert.Equal(t, conformance.ExitOK, report.ExitCode)
			assert.Empty(t, report.Unjudged)
			assert.Nil(t, report.Trouble)
			assert.Nil(t, report.Drift)
		})
	}
}

// TestHarmOnTheWire allows of the catalogue so much and no more, and looks at all that goes out, by rules of its
// own: it does not ask the guard.
func TestHarmOnTheWire(t *testing.T) {
	t.Parallel()
	theirs := []string{mock.VolumeID, mock.ServerID, mock.OtherServerID, mock.SharedID, mock.SpareID}
	detach := regexp.MustCompile(`^/v1/volumes/([0-9a-f-]{36})/servers/([0-9a-f-]{36})$`)
	attach := regexp.MustCompile(`^/v1/volumes/([0-9a-f-]{36})/servers$`)
	lenient := regexp.MustCompile(`^(?:/(?:v[0-9.]+|api|virtualserver)){0,2}/volumes?/[^/]+/servers?/[^/]+(/[0-9a-f-]{36}|/x)?$`) // what is hung on, if anything, is unused
	all := regexp.MustCompile(`^/v1/volumes/([0-9a-f-]{36})/servers(?:%2f[0-9a-f-]{36}|%5c[0-9a-f-]{36})?$`)                      // of a server on this machine
	for _, most := range []conformance.Harm{conformance.HarmReads, conformance.HarmRefused, conformance.HarmDetaches, conformance.HarmDangerous} {
		t.Run(most.String(), func(t *testing.T) {
			service := wholeMock(t)
			var sent atomic.Int32
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer service.ServeHTTP(w, r)
				raw, _, _ := strings.Cut(r.RequestURI, "?")
				if r.Method == http.MethodGet && !strings.Contains(raw, "/servers") {
					return // it reads
				}
				sent.Add(1)
				touches, os := namesAny(r.RequestURI, theirs...), namesAny(r.RequestURI, mock.OSVolumeID)
				ok := false
				switch {
				case !touches && !os:
					ok = most >= conformance.HarmRefused
				case most == conformance.HarmDetaches:
					ok = !os && (r.Method == http.MethodDelete && detach.MatchString(strings.TrimSuffix(r.RequestURI, "?a=1")) ||
						r.Method == http.MethodPost && attach.MatchString(r.RequestURI))
				case most == conformance.HarmDangerous && r.Method == http.MethodPost && attach.MatchString(r.RequestURI):
					ok = true // at worst a volume of the fixture is at a server of the fixture
				case most == conformance.HarmDangerous:
					// However a server reads it, it is a detach: of no volume and no server is it the deletion.
					ok = true
					for _, reading := range readings(strings.ReplaceAll(raw, "%5C", "%2F")) {
						reading = strings.ToLower(strings.TrimSuffix(reading, "/"))
						end := lenient.FindStringSubmatch(reading)
						beside := strings.HasPrefix(reading, "/v1%2f") // of no segment v1
						ok = ok && (beside || all.MatchString(reading) || end != nil && !namesAny(end[1], append(theirs, mock.OSVolumeID)...))
					}
				}
				if !ok {
					t.Errorf("%s %s went out", r.Method, r.RequestURI)
				}
			})
			report := whole(t, handler, func(c *conformance.Config) {
				newestAlone(c)
				c.Harm = most
			})
			assert.Equal(t, most > conformance.HarmReads, sent.Load() > 0)
			for _, r := range report.Results {
				assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s: %s", where(r), r.Reason())
				assert.True(t, r.Verdict == conformance.Skip || r.Case.Harm <= most, where(r))
			}
		})
	}
}

// namesAny reports whether one of several IDs is in a path, in whatever way it is written.
func namesAny(uri string, ids ...string) bool {
	plain := func(text string) string {
		for range 3 {
			if once, err := url.PathUnescape(text); err == nil {
				text = once
			}
		}
		return strings.ToLower(strings.ReplaceAll(text, "-", ""))
	}
	for _, id := range ids {
		if strings.Contains(plain(uri), plain(id)[:8]) {
			return true
		}
	}
	return false
}

// readings are the paths that servers make of one: as it is, decoded once and twice, and each of these cleaned.
func readings(raw string) []string {
	list := []string{raw, path.Clean(raw)}
	for range 2 {
		once, err := url.PathUnescape(raw)
		if err != nil {
			break
		}
		raw = once
		list = append(list, raw, path.Clean(raw))
	}
	return list
}

// TestNothingNamed names nothing that may be touched: what needs it is skipped and counted, and nothing changes.
func TestNothingNamed(t *testing.T) {
	t.Parallel()
	report := whole(t, wholeMock(t), func(c *conformance.Config) { c.Fixture, c.All = conformance.Fixture{}, false })
	requireEveryResult(t, report, gen.Clients())
	for _, r := range report.Results {
		assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s: %s", where(r), r.Reason())
		for _, attempt := range r.Attempts {
			for _, exchange := range attempt.Exchanges {
				assert.NotEqual(t, http.StatusAccepted, exchange.Status, "%s: %s", where(r), exchange)
			}
		}
	}
	assert.NotEmpty(t, report.Unjudged)
	assert.Contains(t, report.Headline, fmt.Sprintf("%d clauses were not judged", len(report.Unjudged)))
	report = whole(t, wholeMock(t), func(c *conformance.Config) {
		newestAlone(c)
		c.Fixture, c.All, c.RequireComplete = conformance.Fixture{}, false, true
	})
	assert.Equal(t, conformance.ExitNotJudged, report.ExitCode)
}

// TestEndedVersion: one that is answered still is asked like any other; one that is not need not be.
func TestEndedVersion(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		opts     []mock.Option
		accepted conformance.Verdict
	}{
		"answered still":     {nil, conformance.Pass},
		"answered no longer": {[]mock.Option{mock.RefuseEnded()}, conformance.Skip},
	} {
		t.Run(name, func(t *testing.T) {
			report := whole(t, wholeMock(t, c.opts...), func(config *conformance.Config) { config.Clients = gen.Clients()[:1] })
			assert.NotEqual(t, conformance.ExitFailed, report.ExitCode)
			for _, r := range report.Results {
				assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s: %s", where(r), r.Reason())
				if r.Case.ID == "detach-accepted" {
					assert.Equal(t, c.accepted, r.Verdict, r.Reason())
				}
			}
		})
	}
}

// TestWrongKeys: an endpoint that refuses keys that are wrong does what is documented: nothing fails.
func TestWrongKeys(t *testing.T) {
	for name, wrong := range map[string]signing.Credentials{
		"another secret key": {AccessKey: wholeKeys.AccessKey, SecretKey: signing.Secret("another-secret-key")},
		"another access key": {AccessKey: "another-access-key", SecretKey: wholeKeys.SecretKey},
	} {
		t.Run(name, func(t *testing.T) {
			report := whole(t, wholeMock(t), func(c *conformance.Config) { newestAlone(c); c.Credentials = wrong })
			for _, r := range report.Results {
				assert.NotContains(t, []conformance.Verdict{conformance.Fail, conformance.Differs, conformance.Error}, r.Verdict, "%s: %s", where(r), r.Reason())
			}
			assert.Equal(t, conformance.ExitNotJudged, report.ExitCode)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, conformance.TroubleKeys, report.Trouble.Kind)
			assert.Less(t, report.Counts.Requests, 20)
		})
	}
}

// TestConstantServers: against a server that answers the same to everything, no case learns what it would have to
// know to pass.
func TestConstantServers(t *testing.T) {
	const refusal = `{"errors":[{"code":"E","title":"E","detail":["no"],"status":%d,"request_id":"req-1","global_request_id":"req-1","links":[],"related_resources":[],"response":null}]}`
	for _, status := range []int{http.StatusAccepted, http.StatusBadRequest, http.StatusUnauthorized, http.StatusConflict} {
		for _, body := range []string{"", refusal} {
			t.Run(fmt.Sprintf("%d, body %t", status, body != ""), func(t *testing.T) {
				t.Parallel()
				report := whole(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					if body != "" {
						w.Header().Set("Content-Type", "application/json")
					}
					w.WriteHeader(status)
					if body != "" {
						fmt.Fprintf(w, body, status)
					}
				}), newestAlone)
				var passed []string
				for _, r := range report.Results {
					if r.Verdict == conformance.Pass {
						passed = append(passed, r.Case.ID)
					}
					assert.NotEqual(t, conformance.Error, r.Verdict, "%s: %s", where(r), r.Reason())
				}
				assert.Empty(t, passed, "passed, and learned nothing")
				assert.NotEqual(t, conformance.ExitOK, report.ExitCode)
			})
		}
	}
}

// TestOldTLS judges endpoints by the oldest version of TLS that they take. That none is older than 1.2 is assumed.
func TestOldTLS(t *testing.T) {
	for name, c := range map[string]struct {
		oldest uint16
		want   conformance.Verdict
	}{
		"TLS 1.0": {tls.VersionTLS10, conformance.Differs},
		"TLS 1.1": {tls.VersionTLS11, conformance.Differs},
		"TLS 1.2": {tls.VersionTLS12, conformance.Pass},
		"TLS 1.3": {tls.VersionTLS13, conformance.Pass},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewUnstartedServer(wholeMock(t))
			server.TLS = &tls.Config{MinVersion: c.oldest} //nolint:gosec // old versions are the subject
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			server.StartTLS()
			defer server.Close()
			chosen, err := cases.Select("form-tls", "detach-accepted")
			require.NoError(t, err)
			report := whole(t, wholeMock(t), func(config *conformance.Config) {
				newestAlone(config)
				config.Endpoint, config.Transport, config.Cases = server.URL, server.Client().Transport, chosen
			})
			for _, r := range report.Results {
				want := conformance.Pass
				if r.Case.ID == "form-tls" {
					want = c.want
				}
				assert.Equal(t, want, r.Verdict, "%s: %s", where(r), r.Reason())
			}
		})
	}
}
