package conformance_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// canary is a secret key with characters in it that headers, URLs and JSON each write in their own way.
var canary = signing.Credentials{AccessKey: "canaryAccessKey0", SecretKey: signing.Secret(`canary/secret+key="0"&<é>`)}

// ticking is a clock that stands at noon of 2026-03-03 in Korea, and goes on a millisecond with every
// request: what a mock does after a while does not hang on how busy the machine is.
type ticking struct{ requests atomic.Int64 }

func (c *ticking) now() time.Time {
	noon := time.Date(2026, time.March, 3, 3, 0, 0, 0, time.UTC)
	return noon.Add(time.Duration(c.requests.Load()) * time.Millisecond)
}

// serve has each request move the clock.
func (c *ticking) serve(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.requests.Add(1)
		next.ServeHTTP(w, r)
	})
}

// configFor is a run against a mock with a defect, with short limits, and what ends the mock.
func configFor(t *testing.T, handler http.Handler, clock *ticking) conformance.Config {
	t.Helper()
	endpoint := httptest.NewServer(clock.serve(handler))
	t.Cleanup(endpoint.Close)
	return conformance.Config{
		Endpoint: endpoint.URL, Credentials: canary, Clock: clock.now, Transport: endpoint.Client().Transport,
		Fixture: conformance.Fixture{
			Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID,
			SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID,
		},
		Harm: conformance.HarmDangerous, Timeout: time.Second, Settle: 100 * time.Millisecond, Attempts: 1, Seed: 1,
	}
}

// TestNoDefect judges a mock that has none.
func TestNoDefect(t *testing.T) {
	t.Parallel()
	report := runAgainst(t, mock.Defect{})
	for _, r := range report.Results {
		if r.Case.ID == "detach-lasts" && r.Version.ID != gen.Clients()[len(gen.Clients())-1].ID {
			assert.Equal(t, conformance.Skip, r.Verdict, "it takes its time, and is asked of the newest version only")
			continue
		}
		if r.Case.ID == "form-tls" {
			assert.Equal(t, conformance.Skip, r.Verdict)
			continue
		}
		assert.Equal(t, conformance.Pass, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason)
	}
	assert.Equal(t, conformance.ExitOK, conformance.ExitCode(report.Results))
}

// TestNoSecretInAnyOutput runs against endpoints that say what they should not, and looks for the secret
// key and for every signature made in every byte that comes out.
func TestNoSecretInAnyOutput(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "echo", "echo-signature", "echo-access-key", "echo-header", "leaks-secret", "error-html"} {
		t.Run("defect "+name, func(t *testing.T) {
			t.Parallel()
			clock := new(ticking)
			server, err := mock.New([]signing.Credentials{canary}, mock.WithDefect(defectByName(t, name)), mock.WithClock(clock.now))
			require.NoError(t, err)
			var mu sync.Mutex
			secrets := []string{canary.SecretKey.Reveal(), canary.AccessKey}
			watched := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				secrets = append(secrets, r.Header.Values(signing.HeaderSignature)...)
				mu.Unlock()
				server.ServeHTTP(w, r)
			})
			config := configFor(t, watched, clock)
			config.Clients = gen.Clients()[:1]
			var out bytes.Buffer
			text := report.Text{Out: &out, Color: true}
			config.OnResult = text.Result
			got, err := conformance.Run(context.Background(), config)
			require.NoError(t, err)
			text.Summary(got)
			require.NoError(t, json.NewEncoder(&out).Encode(got))
			fmt.Fprintf(&out, "%+v", got)
			for _, r := range got.Results {
				for _, a := range r.Attempts {
					for _, e := range a.Exchanges {
						fmt.Fprintf(&out, "%s %s %s %v %v\n", e, e.Body, e.RequestBody, e.RequestHeader, e.ResponseHeader)
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			require.Greater(t, len(secrets), 100, "signatures were made")
			assertNone(t, out.String(), secrets)
		})
	}
}

// assertNone looks for secrets as they are, and as URLs and JSON write them.
func assertNone(t *testing.T, text string, secrets []string) {
	t.Helper()
	for _, secret := range secrets {
		if len(secret) < 8 { // the signature that is "!", say
			continue
		}
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		for _, spelling := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), fmt.Sprintf("%q", secret)} {
			if strings.Contains(text, spelling) {
				at := strings.Index(text, spelling)
				t.Fatalf("a secret of %d characters is in what came out: …%s…", len(secret), text[max(0, at-120):at])
			}
		}
	}
}

// TestEvidenceIsKept: who reads a failure can see what was sent, what came back, and how to ask again.
func TestEvidenceIsKept(t *testing.T) {
	t.Parallel()
	clock := new(ticking)
	server, err := mock.New([]signing.Credentials{canary}, mock.WithDefect(defectByName(t, "unknown-404")), mock.WithClock(clock.now))
	require.NoError(t, err)
	config := configFor(t, server, clock)
	config.Cases, err = conformance.Select("detach-unknown-both")
	require.NoError(t, err)
	got, err := conformance.Run(context.Background(), config)
	require.NoError(t, err)
	for _, r := range got.Results {
		require.Equal(t, conformance.Fail, r.Verdict)
		assert.Contains(t, r.Reason, "404 Not Found")
		assert.Contains(t, r.Again, "scp-conformance run")
		assert.Contains(t, r.Again, "--case detach-unknown-both --api-version "+r.Version.ID.String())
		assert.Contains(t, r.Again, "--seed 1")
		require.Len(t, r.Attempts, 1)
		require.Len(t, r.Attempts[0].Exchanges, 1)
		e := r.Attempts[0].Exchanges[0]
		assert.Equal(t, http.MethodDelete, e.Method)
		assert.Equal(t, http.StatusNotFound, e.Status)
		assert.Equal(t, "virtualserver "+r.Version.ID.String(), e.RequestHeader.Get(signing.HeaderAPIVersion))
		assert.Equal(t, "[masked]", e.RequestHeader.Get(signing.HeaderSignature))
		assert.Contains(t, string(e.Body), "There is no volume")
		assert.Positive(t, e.Duration)
	}
}

// TestSeedMakesTheSameRequests: a failure for an ID that was drawn can be had again.
func TestSeedMakesTheSameRequests(t *testing.T) {
	t.Parallel()
	paths := func(seed uint64) string {
		clock := new(ticking)
		server, err := mock.New([]signing.Credentials{canary}, mock.WithClock(clock.now))
		require.NoError(t, err)
		config := configFor(t, server, clock)
		config.Seed = seed
		config.Cases, err = conformance.Select("detach-malformed-*", "detach-unknown-both")
		require.NoError(t, err)
		got, err := conformance.Run(context.Background(), config)
		require.NoError(t, err)
		var all strings.Builder
		for _, r := range got.Results {
			for _, e := range r.Attempts[0].Exchanges {
				_, path, _ := strings.Cut(e.URL, "/v1/")
				fmt.Fprintln(&all, r.Case.ID, path)
			}
		}
		return all.String()
	}
	assert.Equal(t, paths(7), paths(7))
	assert.NotEqual(t, paths(7), paths(8))
}

// TestOldTLSIsNoticed judges one endpoint that takes TLS 1.0 and one that does not.
func TestOldTLSIsNoticed(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		min  uint16
		want conformance.Verdict
	}{
		{"TLS 1.0 is taken", tls.VersionTLS10, conformance.Fail},
		{"TLS 1.1 is taken", tls.VersionTLS11, conformance.Fail},
		{"TLS 1.2 is the oldest", tls.VersionTLS12, conformance.Pass},
		{"TLS 1.3 is the oldest", tls.VersionTLS13, conformance.Pass},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			clock := new(ticking)
			server, err := mock.New([]signing.Credentials{canary}, mock.WithClock(clock.now))
			require.NoError(t, err)
			endpoint := httptest.NewUnstartedServer(clock.serve(server))
			endpoint.TLS = &tls.Config{MinVersion: tt.min} //nolint:gosec // old versions are the subject
			endpoint.Config.ErrorLog = quiet()
			endpoint.StartTLS()
			defer endpoint.Close()
			config := configFor(t, server, clock)
			config.Endpoint, config.Transport = endpoint.URL, endpoint.Client().Transport
			config.Cases, err = conformance.Select("form-tls", "detach-accepted")
			require.NoError(t, err)
			got, err := conformance.Run(context.Background(), config)
			require.NoError(t, err)
			for _, r := range got.Results {
				if r.Case.ID == "detach-lasts" && r.Version.ID != gen.Clients()[len(gen.Clients())-1].ID {
					assert.Equal(t, conformance.Skip, r.Verdict, "it takes its time, and is asked of the newest version only")
					continue
				}
				if r.Case.ID == "form-tls" {
					assert.Equal(t, tt.want, r.Verdict, r.Reason)
				} else {
					assert.Equal(t, conformance.Pass, r.Verdict, r.Reason)
				}
			}
		})
	}
}

// TestEndedVersion: from its date on a version may be gone, or may answer still. Neither is a failure,
// and both are said.
func TestEndedVersion(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		opts     []mock.Option
		says     string
		accepted conformance.Verdict
	}{
		{"answers still", nil, "answers still", conformance.Pass},
		{"answers no longer", []mock.Option{mock.RefuseEnded()}, "answers no longer", conformance.Skip},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			clock := new(ticking)
			server, err := mock.New([]signing.Credentials{canary}, append(tt.opts, mock.WithClock(clock.now))...)
			require.NoError(t, err)
			got, err := conformance.Run(context.Background(), configFor(t, server, clock))
			require.NoError(t, err)
			assert.Equal(t, conformance.ExitOK, conformance.ExitCode(got.Results))
			oldest := got.Results[0].Version.ID // 1.0 in the seed, which ended on 2025-12-31
			for _, r := range got.Results {
				if r.Version.ID != oldest {
					continue
				}
				switch r.Case.ID {
				case "version-answered":
					assert.Equal(t, conformance.Pass, r.Verdict, r.Reason)
					assert.Contains(t, strings.Join(r.Notes, " "), tt.says)
				case "detach-accepted":
					assert.Equal(t, tt.accepted, r.Verdict, r.Reason)
				}
			}
		})
	}
}

// quiet is a log for servers whose clients are meant to break off.
func quiet() *log.Logger { return log.New(io.Discard, "", 0) }

// tableWithPlanned is the table of the documents with a PLANNED version besides, for the cases about
// such. On 2026-03-03, the day of ticking, one version of the seed has ended, one is DEPRECATED, one
// SUPPORTED and one CURRENT.
func tableWithPlanned() lifecycle.Table {
	table := gen.Table()
	table.Versions = append(table.Versions, lifecycle.Version{ID: lifecycle.V(98, 0), Label: lifecycle.Planned})
	return table
}

// runAgainst runs the suite against a mock with a defect.
func runAgainst(t *testing.T, defect mock.Defect, clients ...gen.Client) *conformance.Report {
	t.Helper()
	clock := new(ticking)
	server, err := mock.New([]signing.Credentials{canary}, mock.WithDefect(defect),
		mock.WithDelay(4*time.Millisecond), mock.WithClock(clock.now), mock.WithTable(tableWithPlanned()))
	require.NoError(t, err)
	config := configFor(t, server, clock)
	config.Clients, config.Table = clients, tableWithPlanned()
	config.Timeout, config.Settle = 20*time.Second, 2*time.Second
	if defect.Slow {
		config.Timeout, config.Settle = 300*time.Millisecond, 30*time.Millisecond
	}
	report, err := conformance.Run(context.Background(), config)
	require.NoError(t, err)
	return report
}

// TestWrongKeys: an endpoint that refuses keys that are wrong does what is documented. Nothing fails, and
// what to do is said.
func TestWrongKeys(t *testing.T) {
	t.Parallel()
	clock := new(ticking)
	server, err := mock.New([]signing.Credentials{canary}, mock.WithClock(clock.now))
	require.NoError(t, err)
	for _, wrong := range []signing.Credentials{
		{AccessKey: canary.AccessKey, SecretKey: signing.Secret("another-secret-key")},
		{AccessKey: "another-access-key", SecretKey: canary.SecretKey},
	} {
		config := configFor(t, server, clock)
		config.Credentials = wrong
		got, err := conformance.Run(context.Background(), config)
		require.NoError(t, err)
		assert.Equal(t, conformance.ExitNotJudged, conformance.ExitCode(got.Results))
		assert.Contains(t, got.Trouble, "refuses these keys")
	}
}

// TestOSVolumeIsNoDataVolume: to refuse its detach is no fault, whatever it was called.
func TestOSVolumeIsNoDataVolume(t *testing.T) {
	t.Parallel()
	clock := new(ticking)
	server, err := mock.New([]signing.Credentials{canary}, mock.WithClock(clock.now))
	require.NoError(t, err)
	config := configFor(t, server, clock)
	config.Fixture.Volume = mock.OSVolumeID
	got, err := conformance.Run(context.Background(), config)
	require.NoError(t, err)
	assert.Equal(t, conformance.ExitNotJudged, conformance.ExitCode(got.Results))
	for _, r := range got.Results {
		if r.Case.ID == "detach-accepted" {
			assert.Contains(t, r.Reason, "an OS starts from")
		}
	}
}
