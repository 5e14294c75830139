package conformance

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestRunHarm skips, with the reason, what could do more than is allowed, and does not ask it.
func TestRunHarm(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	for _, most := range classes {
		t.Run(most.String(), func(t *testing.T) {
			asked := map[string]int{}
			config := configFor(t, endpoint)
			config.Harm = most
			for _, harm := range classes {
				config.Cases = append(config.Cases, ask(harm.String(), harm, func(context.Context, *Trial) error {
					asked[harm.String()]++
					return nil
				}))
			}
			for _, r := range run(t, config).Results {
				if r.Case.Harm <= most {
					assert.Equal(t, Pass, r.Verdict, r.Case.ID)
					assert.Equal(t, 1, asked[r.Case.ID])
					continue
				}
				assert.Equal(t, Skip, r.Verdict, r.Case.ID)
				assert.Contains(t, r.Reason(), r.Case.Harm.String())
				assert.Contains(t, r.Reason(), most.String())
				assert.Zero(t, asked[r.Case.ID])
			}
		})
	}
}

// TestRunPlanned skips a version that cannot be called yet, but for cases about that.
func TestRunPlanned(t *testing.T) {
	planned := slices.Clone(newestClient())
	planned[0].Version = lifecycle.Version{ID: lifecycle.V(9, 10), Label: lifecycle.Planned}
	anyState := ask("any", HarmReads, listVersions)
	anyState.AnyState = true
	config := configFor(t, startServer(t, newMock(t)), ask("callable", HarmReads, listVersions), anyState)
	config.Clients = planned
	config.Table = lifecycle.Table{Versions: []lifecycle.Version{planned[0].Version}}
	report := run(t, config)
	assert.Equal(t, Skip, report.Results[0].Verdict)
	assert.Equal(t, "version 9.10 is PLANNED: it cannot be called yet", report.Results[0].Reason())
	assert.Equal(t, Pass, report.Results[1].Verdict, report.Results[1].Reason())
}

// TestRunEnded asks an ended version like any other while it is answered, and skips it where it is not.
func TestRunEnded(t *testing.T) {
	anyState := ask("any", HarmReads, listVersions)
	anyState.AnyState = true
	cases := []Case{ask("callable", HarmRefused, detachUnused), anyState}
	for _, c := range []struct {
		name string
		opts []mock.Option
		want Verdict
	}{
		{"answered still", nil, Pass},
		{"answered no longer", []mock.Option{mock.RefuseEnded()}, Skip},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := configFor(t, startServer(t, newMock(t, c.opts...)), cases...)
			config.Clients = nil
			for _, r := range run(t, config).Results {
				if r.Version.ID == lifecycle.V(1, 0) && r.Case.ID == "callable" { // it ended on 2025-12-31
					assert.Equal(t, c.want, r.Verdict, r.Reason())
					if c.want == Skip {
						assert.Contains(t, r.Reason(), "no longer answered")
					}
					continue
				}
				assert.Equal(t, Pass, r.Verdict, "%s: %s", place(r), r.Reason())
			}
		})
	}
}

// TestRunStopped cancels a run: before it, while it finds out whether anything is there, and in the
// middle of a request that would take a minute.
func TestRunStopped(t *testing.T) {
	for _, c := range []struct {
		name      string
		atRequest int32 // 0 is before the run
		passed    int
	}{
		{"before", 0, 0},
		{"at first", 1, 0},
		{"in the middle", 7, 5}, // one was whether anything is there, one did not come back
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.atRequest == 0 {
				cancel()
			}
			var requests atomic.Int32
			service := newMock(t)
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if requests.Add(1) == c.atRequest {
					cancel()
					<-r.Context().Done()
					return
				}
				service.ServeHTTP(w, r)
			})))
			config.Timeout = time.Minute
			config.Clients = nil
			for _, client := range gen.Clients() { // none that has ended, which would be asked about first
				config.Table.Versions = append(config.Table.Versions, lifecycle.Version{ID: client.ID, Label: lifecycle.Supported})
			}
			for i := range 6 {
				config.Cases = append(config.Cases, ask(fmt.Sprintf("root-%d", i), HarmReads, listVersions))
			}
			report, err := Run(ctx, config)
			require.NoError(t, err)
			assert.Equal(t, c.atRequest, requests.Load(), "nothing is asked any more")
			requireAll(t, report, config.Cases)
			for i, r := range report.Results {
				if i < c.passed {
					assert.Equal(t, Pass, r.Verdict, r.Reason())
					continue
				}
				assert.Equal(t, Inconclusive, r.Verdict)
				assert.Contains(t, r.Reason(), "context canceled")
				assert.Equal(t, i > c.passed || c.atRequest < 2, r.Unasked, "%d", i)
				if r.Unasked {
					assert.Equal(t, CodeStopped, r.Findings[0].Code)
					assert.Empty(t, r.Attempts, "it is not even tried")
				} else {
					assert.Len(t, r.Attempts, 1, "nothing is tried again")
				}
			}
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleStopped, report.Trouble.Kind, "nothing was wrong with the endpoint")
			assert.Equal(t, ExitNotJudged, report.ExitCode)
		})
	}
}

// TestRunLimit ends a run that reached its limit: what was not asked by then is inconclusive.
func TestRunLimit(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), ask("passes", HarmReads, listVersions), ask("waits", HarmReads, func(ctx context.Context, t *Trial) error {
		return t.Pause(ctx, time.Hour)
	}), ask("late", HarmReads, listVersions))
	config.Limit = 200 * time.Millisecond
	report := run(t, config)
	var verdicts []Verdict
	for _, r := range report.Results {
		verdicts = append(verdicts, r.Verdict)
	}
	assert.Equal(t, []Verdict{Pass, Inconclusive, Inconclusive}, verdicts)
	assert.Contains(t, report.Results[2].Reason(), "it reached its limit of 200ms")
	assert.Equal(t, &Trouble{TroubleStopped, "The run was stopped: it reached its limit of 200ms."}, report.Trouble)
	assert.Equal(t, Inconclusive, report.Verdict)
}

// TestRunEndpoints lets the suite at what is on this machine and at nothing else.
func TestRunEndpoints(t *testing.T) {
	const accepted, live, invalid = "", "live endpoints are refused for now", "endpoint"
	for _, c := range []struct{ endpoint, want string }{
		{"http://127.0.0.1:1", accepted},
		{"http://127.0.0.1", accepted},
		{"http://127.0.0.2:1/", accepted},
		{"http://localhost:1", accepted},
		{"http://LocalHost:1", accepted},
		{"https://localhost:1", accepted},
		{"http://[::1]:1", accepted},
		{"http://[::ffff:127.0.0.1]:1", accepted},

		{"https://virtualserver.kr-west1.e.samsungsdscloud.com", live},
		{"https://10.0.0.1:8080", live},
		{"https://0.0.0.0:8080", live},
		{"https://[::]:8080", live},
		{"https://[::ffff:8.8.8.8]", live},
		{"https://[::ffff:0:127.0.0.1]", live},
		{"https://127.0.0.1.evil.example", live},
		{"https://localhost.evil", live},
		{"https://evil.localhost", live},

		{"http://10.0.0.1:8080", invalid},
		{"http://127.1:80", invalid},
		{"http://2130706433", invalid},
		{"http://0x7f.0.0.1", invalid},
		{"http://0177.0.0.1", invalid},
		{"http://localhost.", invalid},
		{"http://l\u043ecalhost", invalid}, // with a Cyrillic o
		{"http://[fe80::1%25lo]:80", invalid},
		{"http://user@127.0.0.1", invalid},
		{"http://user:hunter2@127.0.0.1", invalid},
		{"http://user:hun/ter2@127.0.0.1", invalid},
		{"ftp://user:hunter2@127.0.0.1", invalid},
		{"http://127.0.0.1@evil.example", invalid},
		{"http://127.0.0.1:80@evil.example", invalid},
		{"http://127.0.0.1/base", invalid},
		{"http://127.0.0.1/v1", invalid},
		{"http://127.0.0.1/..", invalid},
		{"http://127.0.0.1/?x=y", invalid},
		{"http://127.0.0.1?", invalid},
		{"http://127.0.0.1#x", invalid},
		{"", invalid},
		{"127.0.0.1:8080", invalid},
		{"localhost:8080", invalid},
		{"//127.0.0.1", invalid},
		{"http:///v1", invalid},
		{"http:127.0.0.1", invalid},
		{"ftp://127.0.0.1", invalid},
		{"unix:///run/socket", invalid},
		{"http://127.0.0.1:port", invalid},
		{"http://127.0.0.1\\@evil.example", invalid},
		{"http://127.0.0.1\n", invalid},
		{"http://127.0.0.1%2eevil.example", invalid},
	} {
		t.Run(c.endpoint, func(t *testing.T) {
			config := configFor(t, c.endpoint, ask("one", HarmReads, listVersions))
			var dialled []string
			config.Transport = roundTripFunc(func(r *http.Request) (*http.Response, error) {
				dialled = append(dialled, r.URL.Hostname())
				return nil, http.ErrServerClosed
			})
			report, err := Run(t.Context(), config)
			if c.want != accepted {
				require.ErrorContains(t, err, c.want)
				assert.NotContains(t, err.Error(), "hunter2")
				assert.NotContains(t, err.Error(), "ter2")
				assert.Nil(t, report)
				assert.Empty(t, dialled)
				return
			}
			require.NoError(t, err)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleUnreachable, report.Trouble.Kind)
			assert.Contains(t, report.Trouble.Text, report.Endpoint)
			u, err := url.Parse(report.Endpoint)
			require.NoError(t, err)
			assert.Equal(t, []string{u.Hostname()}, dialled)
		})
	}
}

// TestRunRefuses has configurations that cannot be run.
func TestRunRefuses(t *testing.T) {
	good := ask("good", HarmReads, listVersions)
	with := func(change func(*Case)) func(*Config) {
		return func(c *Config) {
			bad := ask("bad", HarmReads, listVersions)
			change(&bad)
			c.Cases = append(c.Cases, bad)
		}
	}
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no access key":                {func(c *Config) { c.Credentials.AccessKey = "" }, "access key"},
		"no secret key":                {func(c *Config) { c.Credentials.SecretKey = signing.SecretKey{} }, "secret key"},
		"negative timeout":             {func(c *Config) { c.Timeout = -1 }, "cannot be negative"},
		"negative settle":              {func(c *Config) { c.Settle = -1 }, "cannot be negative"},
		"negative limit":               {func(c *Config) { c.Limit = -1 }, "cannot be negative"},
		"negative linger":              {func(c *Config) { c.Linger = -1 }, "cannot be negative"},
		"negative attempts":            {func(c *Config) { c.Attempts = -1 }, "cannot be negative"},
		"negative parallel":            {func(c *Config) { c.Parallel = -1 }, "cannot be negative"},
		"no cases":                     {func(c *Config) { c.Cases = nil }, "no cases to ask"},
		"a case without an ID":         {with(func(c *Case) { c.ID = "" }), "has no ID"},
		"a case that asks nothing":     {with(func(c *Case) { c.Ask = nil }), `case "bad" asks nothing`},
		"an unknown harm class":        {with(func(c *Case) { c.Harm = never }), "unknown harm class (4)"},
		"a harm class below all":       {with(func(c *Case) { c.Harm = -1 }), "unknown harm class (-1)"},
		"one ID twice":                 {with(func(c *Case) { c.ID = "good" }), `case "good" is there twice`},
		"a variant without a name":     {with(func(c *Case) { c.Variants = []Variant{{Ask: listVersions}} }), `variant ""`},
		"a variant without a question": {with(func(c *Case) { c.Variants = []Variant{{Name: "empty"}} }), `variant "empty"`},
		"one variant twice": {with(func(c *Case) {
			c.Variants = []Variant{{Name: "twice", Ask: listVersions}, {Name: "twice", Ask: listVersions}}
		}), `variant "twice"`},
		"an ID with a slash":      {func(c *Config) { c.Fixture.Volume = "a/b" }, `"a/b"`},
		"an ID of dots":           {func(c *Config) { c.Fixture.Server = ".." }, `".."`},
		"an ID with an escape":    {func(c *Config) { c.Fixture.OSVolume = "a%2fb" }, `"a%2fb"`},
		"an ID that is not ASCII": {func(c *Config) { c.Fixture.SharedVolume = "볼륨" }, "볼륨"},
		"one ID in two places":    {func(c *Config) { c.Fixture.SpareVolume = c.Fixture.Volume }, "twice"},
		"one volume for a server": {func(c *Config) { c.Fixture.Server = c.Fixture.Volume }, "twice"},
	} {
		t.Run(name, func(t *testing.T) {
			config := configFor(t, "http://127.0.0.1:1", good)
			config.Transport = roundTripFunc(func(*http.Request) (*http.Response, error) {
				t.Error("it was asked all the same")
				return nil, http.ErrServerClosed
			})
			c.change(&config)
			report, err := Run(t.Context(), config)
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), credentials.SecretKey.Reveal())
			assert.Nil(t, report)
		})
	}
}

// TestRunDefaults fills in what a Config leaves open.
func TestRunDefaults(t *testing.T) {
	config := Config{Endpoint: startServer(t, newMock(t)), Credentials: credentials, Cases: []Case{ask("one", HarmReads, listVersions)}}
	report := run(t, config)
	assert.Equal(t, Options{
		Timeout: Millis(10 * time.Second), Settle: Millis(30 * time.Second), Limit: Millis(30 * time.Minute), Linger: Millis(2 * time.Second),
		Attempts: 3, Parallel: 1,
	}, report.Options)
	assert.Equal(t, HarmReads, report.Harm, "nothing is changed unless a Config says so")
	assert.Equal(t, lifecycle.On(time.Now()).String(), report.Day.String())
	requireAll(t, report, config.Cases)
	assert.Equal(t, "scp-conformance run --endpoint "+config.Endpoint+" --case one --api-version 1.0 --at "+report.Day.String()+" --seed 0", report.Results[0].Again)
}

// TestRunUnreachable has nothing at the endpoint, or something that is no HTTP server: no case is asked.
func TestRunUnreachable(t *testing.T) {
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	untrusted := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	t.Cleanup(untrusted.Close)

	for _, c := range []struct{ name, endpoint, says string }{
		{"nothing listens", "http://" + closed.Addr().String(), "Nothing answers at"},
		{"nothing, by https", "https://" + closed.Addr().String(), "Nothing answers at"},
		{"https where http is spoken", strings.Replace(startServer(t, newMock(t)), "http://", "https://", 1), "Is it http or https?"},
		{"an unknown certificate", untrusted.URL, "cannot be trusted"},
		{"hangs up", startListener(t, func(c net.Conn) { c.Close() }), "and not in HTTP"},
		{"speaks another way", startListener(t, func(c net.Conn) { fmt.Fprint(c, "220 mail.example ESMTP\r\n"); c.Close() }), "and not in HTTP"},
		{"says nothing", startServer(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })), "did not answer within 200ms"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := configFor(t, c.endpoint, ask("one", HarmReads, listVersions), ask("two", HarmDangerous, listVersions))
			config.Clients, config.Timeout = nil, 200*time.Millisecond
			report := run(t, config)
			requireAll(t, report, config.Cases)
			assert.Equal(t, ExitNotJudged, report.ExitCode)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleUnreachable, report.Trouble.Kind)
			assert.Contains(t, report.Trouble.Text, c.endpoint)
			assert.Contains(t, report.Trouble.Text, c.says)
			assert.Equal(t, 1, report.Counts.Requests)
			for _, r := range report.Results {
				assert.Equal(t, Inconclusive, r.Verdict)
				assert.Empty(t, r.Attempts, "what was given up is not asked")
				assert.True(t, r.Unasked)
				assert.Equal(t, "not asked, as the endpoint could not be reached", r.Reason())
			}
		})
	}
}

// TestRunSilent gives up an endpoint that stops answering: after three cases, the others are not asked.
func TestRunSilent(t *testing.T) {
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			<-r.Context().Done()
		}
	})
	var cases []Case
	for i := range 6 {
		cases = append(cases, ask(fmt.Sprintf("case-%d", i), HarmRefused, detachUnused))
	}
	config := configFor(t, startServer(t, handler), cases...)
	config.Timeout, config.Attempts = 30*time.Millisecond, 2
	report := run(t, config)
	for i, r := range report.Results {
		assert.Equal(t, Inconclusive, r.Verdict)
		assert.Equal(t, i >= 3, r.Unasked, "case %d", i)
		assert.Equal(t, CodeNoAnswer, r.Findings[0].Code)
	}
	assert.Equal(t, 1+3*2, report.Counts.Requests)
	require.NotNil(t, report.Trouble)
	assert.Equal(t, TroubleSilent, report.Trouble.Kind)
}

// TestRunSilentNowAndThen gives nothing up: a case that got an answer comes between.
func TestRunSilentNowAndThen(t *testing.T) {
	n := 0
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n%3 != 1 {
			hangUp(w, r)
		}
	})
	var cases []Case
	for i := range 9 {
		cases = append(cases, ask(fmt.Sprintf("case-%d", i), HarmReads, listVersions))
	}
	config := configFor(t, startServer(t, handler), cases...)
	config.Attempts = 1
	report := run(t, config)
	assert.Equal(t, Counts{Pass: 3, Inconclusive: 6, Requests: 10}, report.Counts)
	assert.Nil(t, report.Trouble)
}

// TestRunHTTPWhereHTTPS is told by Go's server with a 400, and by others in other ways.
func TestRunHTTPWhereHTTPS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.TLS = &tls.Config{MinVersion: tls.VersionTLS12}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	report := run(t, configFor(t, strings.Replace(server.URL, "https://", "http://", 1), ask("one", HarmReads, func(ctx context.Context, t *Trial) error {
		_, _, err := t.Discover(ctx)
		if err != nil {
			return CannotJudge(CodeDiscovery, "no list: %w", err)
		}
		return nil
	})))
	assert.Equal(t, ExitNotJudged, report.ExitCode)
}

// TestRunFollowsNoRedirect, in clients and as it is.
func TestRunFollowsNoRedirect(t *testing.T) {
	var followed atomic.Int32
	elsewhere := startServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	for _, to := range []string{elsewhere + "/v1/volumes/" + mock.VolumeID, "/v1/volumes/" + mock.VolumeID} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v1/volumes/"+mock.VolumeID && r.Method != http.MethodGet {
					followed.Add(1)
				}
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			})
			report := run(t, configFor(t, startServer(t, handler),
				ask("client", HarmRefused, detachUnused), ask("discovery", HarmReads, listVersions),
				ask("raw", HarmReads, func(ctx context.Context, t *Trial) error {
					_, err := t.Send(ctx, Request{Method: http.MethodGet, Path: "/v1/other"})
					return err
				})))
			for _, r := range report.Results {
				require.Len(t, r.Attempts[0].Exchanges, 1, r.Case.ID)
				assert.Equal(t, status, r.Attempts[0].Exchanges[0].Status, r.Case.ID)
			}
		}
	}
	assert.Zero(t, followed.Load())
}

// TestRequestBy: the version asked is that of the trial, or the one a request names.
func TestRequestBy(t *testing.T) {
	var versions []string
	service := newMock(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			versions = append(versions, r.Method+" "+r.Header.Get(signing.HeaderAPIVersion))
		}
		service.ServeHTTP(w, r)
	})
	run(t, configFor(t, startServer(t, handler), ask("one", HarmRefused, func(ctx context.Context, t *Trial) error {
		for _, by := range []lifecycle.ID{{}, lifecycle.V(1, 1)} {
			for _, r := range []Request{{Pair: t.Unused()}, {Operation: ShowVolume, Pair: Pair{Volume: mock.VolumeID}}, {Method: http.MethodGet, Path: "/v1/other"}} {
				r.By = by
				if _, err := t.Send(ctx, r); err != nil {
					return err
				}
			}
		}
		return nil
	})))
	assert.Equal(t, []string{
		"DELETE virtualserver 1.3", "GET virtualserver 1.3", "GET virtualserver 1.3",
		"DELETE virtualserver 1.1", "GET virtualserver 1.1", "GET virtualserver 1.1",
	}, versions)
	assert.Equal(t, "virtualserver 1.10", PinnedTo(lifecycle.V(1, 10)))
}

// TestRawPaths go out letter by letter.
func TestRawPaths(t *testing.T) {
	paths := []string{
		"/v1/volumes/{id}/servers/{id}", "/v1/volumes/{id}%20/servers/{id}", "/v1/volumes/%7B{id}%7D/servers/{id}",
		"/v1/volumes/{id}/servers/{id}?", "/v1/volumes/{id}/servers/{id}?a=1&b=%20&a=+", "/v1/volumes/{id}/servers/", "/V1/volumes/{id}",
	}
	var got []string
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			got = append(got, r.RequestURI)
		}
	})
	var want []string
	result := runOne(t, configFor(t, startServer(t, handler), ask("one", HarmRefused, func(ctx context.Context, t *Trial) error {
		for _, path := range paths {
			path = strings.ReplaceAll(path, "{id}", t.UnusedID())
			want = append(want, path)
			before, _, _ := strings.Cut(path, "?")
			if err := t.UnusedPath(before); err != nil {
				return err
			}
			if _, err := t.Send(ctx, Request{Path: path}); err != nil {
				return err
			}
		}
		return t.UnusedPath("/v1/volumes/" + mock.VolumeID) // an error: it may be something
	})))
	assert.Equal(t, want, got)
	assert.Equal(t, Error, result.Verdict)
	assert.Contains(t, result.Reason(), "could be the ID of something")
}

// TestArrows: the engine knows neither the catalogue nor the mock, so that a stranger's cases and servers are
// worth as much as ours.
func TestArrows(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", ".").Output()
	require.NoError(t, err)
	var own []string
	for dep := range strings.FieldsSeq(string(out)) {
		if rest, ok := strings.CutPrefix(dep, modulePath+"/conformance/"); ok {
			own = append(own, rest)
		}
	}
	assert.Empty(t, own, "the engine imports what is built on it")
	out, err = exec.CommandContext(t.Context(), "go", "list", "-deps", "./mock").Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	assert.Contains(t, deps, modulePath+"/conformance/mock")
	assert.NotContains(t, deps, modulePath+"/conformance")
	assert.NotContains(t, deps, modulePath+"/conformance/cases")
}

// startListener answers each connection by hand.
func startListener(t *testing.T, answer func(net.Conn)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var group sync.WaitGroup
	group.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			answer(conn)
		}
	})
	t.Cleanup(func() {
		listener.Close()
		group.Wait()
	})
	return "http://" + listener.Addr().String()
}
