package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
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

var (
	credentials = signing.Credentials{AccessKey: "alice-access", SecretKey: signing.Secret("alice-secret-0123456789")}

	// mockFixture is what of the mock may be touched.
	mockFixture = Fixture{
		Volume: mock.VolumeID, Server: mock.ServerID, OtherServer: mock.OtherServerID,
		SharedVolume: mock.SharedID, OSVolume: mock.OSVolumeID,
	}

	// judged is the day that is judged, and that the mock has.
	judged = lifecycle.Day(2026, time.April, 1)
)

// configFor asks everything of an endpoint, and waits for nothing for long.
func configFor(t *testing.T, endpoint string) Config {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return Config{
		Endpoint:    endpoint,
		Credentials: credentials,
		Fixture:     mockFixture,
		Harm:        HarmDangerous,
		Day:         judged,
		Timeout:     2 * time.Second,
		Settle:      2 * time.Second,
		Seed:        1,
		Transport:   transport,
	}
}

func startServer(t *testing.T, handler http.Handler) string {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL
}

func newMock(t *testing.T) http.Handler {
	t.Helper()
	handler, err := mock.New([]signing.Credentials{credentials}, mock.WithDay(judged))
	require.NoError(t, err)
	return handler
}

func run(t *testing.T, config Config) *Report {
	t.Helper()
	report, err := Run(t.Context(), config)
	require.NoError(t, err)
	return report
}

// getRoot is a case that asks for GET /.
func getRoot(id string) Case {
	return Case{ID: id, Summary: "GET / is answered", Harm: HarmReads, ask: func(ctx context.Context, t *trial) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, t.config.Endpoint+"/", nil)
		if err != nil {
			return err
		}
		resp, err := t.wire.RoundTrip(req)
		if err != nil {
			return inconclusivef("no answer: %w", err)
		}
		return resp.Body.Close()
	}}
}

// ending is a case that ends so, and counts how often it was asked.
func ending(id string, harm Harm, err error, asked *atomic.Int32) Case {
	return Case{ID: id, Summary: "ends so", Harm: harm, ask: func(context.Context, *trial) error {
		asked.Add(1)
		return err
	}}
}

// some are so many cases from all over the suite, for what takes its time.
func some(n int) []Case {
	all := Cases()
	var list []Case
	for i := range n {
		list = append(list, all[i*len(all)/n])
	}
	return slices.CompactFunc(list, func(a, b Case) bool { return a.ID == b.ID })
}

// oneVersion is enough where it is not the versions that are tested.
func oneVersion() []gen.Client { return gen.Clients()[len(gen.Clients())-1:] }

// place is a result's version and case.
func place(r Result) string { return r.Version.ID.String() + " " + r.Case.ID }

// requireAll wants a result for every case in every version, in order.
func requireAll(t *testing.T, report *Report, cases []Case) {
	t.Helper()
	var want, got []string
	for _, client := range gen.Clients() {
		for _, c := range cases {
			want = append(want, client.ID.String()+" "+c.ID)
		}
	}
	for _, r := range report.Results {
		got = append(got, place(r))
	}
	require.Equal(t, want, got)
}

// TestRunMock asks everything of the mock, which does what is documented.
func TestRunMock(t *testing.T) {
	var seen []Result
	config := configFor(t, startServer(t, newMock(t)))
	config.OnResult = func(r Result) { seen = append(seen, r) }
	report := run(t, config)

	for _, r := range report.Results {
		assert.Contains(t, []Verdict{Pass, Skip}, r.Verdict, "%s: %s", place(r), r.Reason)
		assert.Equal(t, r.Verdict == Pass, r.Reason == "", "%s: only a pass needs no reason", place(r))
		require.NotEmpty(t, r.Attempts)
		last := r.Attempts[len(r.Attempts)-1]
		assert.Equal(t, r.Verdict, last.Verdict)
		assert.Equal(t, r.Reason, last.Reason)
		if r.Verdict == Pass {
			assert.NotEmpty(t, last.Exchanges, "%s passed without a request", place(r))
		}
	}
	assert.Equal(t, ExitOK, ExitCode(report.Results))
	assert.Equal(t, config.Endpoint, report.Endpoint)
	assert.Equal(t, config.Seed, report.Seed)
	assert.Equal(t, judged.String(), report.Day.String())
	assert.Empty(t, report.Trouble)
	assert.Positive(t, report.Duration)
	requireAll(t, report, Cases())

	require.Len(t, seen, len(report.Results))
	for i, r := range seen {
		assert.Equal(t, place(report.Results[i]), place(r), "results come in the order of the report")
	}
}

// TestRunRetries has an endpoint whose first answers do not come, after the one that shows it is there.
func TestRunRetries(t *testing.T) {
	for _, c := range []struct {
		fails, attempts int // attempts of Config
		ends            []Verdict
	}{
		{0, 3, []Verdict{Pass}},
		{1, 3, []Verdict{Inconclusive, Pass}},
		{2, 3, []Verdict{Inconclusive, Inconclusive, Pass}},
		{3, 3, []Verdict{Inconclusive, Inconclusive, Inconclusive}},
		{9, 1, []Verdict{Inconclusive}},
		{1, 2, []Verdict{Inconclusive, Pass}},
		{9, 0, slices.Repeat([]Verdict{Inconclusive}, DefaultAttempts)},
	} {
		t.Run(fmt.Sprintf("%d fail, %d attempts", c.fails, c.attempts), func(t *testing.T) {
			var requests atomic.Int32
			service := newMock(t)
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if n := int(requests.Add(1)); n > 1 && n <= 1+c.fails {
					hangUp(w, r)
					return
				}
				service.ServeHTTP(w, r)
			})))
			config.Transport = &http.Transport{DisableKeepAlives: true} // net/http repeats nothing by itself
			config.Attempts = c.attempts
			config.Clients, config.Cases = oneVersion(), []Case{getRoot("root")}
			report := run(t, config)
			require.Len(t, report.Results, 1)
			result := report.Results[0]
			var ends []Verdict
			for _, attempt := range result.Attempts {
				ends = append(ends, attempt.Verdict)
				require.Len(t, attempt.Exchanges, 1, "each attempt has its own")
				if attempt.Verdict == Inconclusive {
					assert.Contains(t, attempt.Reason, "no answer")
					assert.NotEmpty(t, attempt.Exchanges[0].Err)
				}
			}
			assert.Equal(t, c.ends, ends)
			assert.Equal(t, ends[len(ends)-1], result.Verdict)
			assert.EqualValues(t, 1+len(ends), requests.Load())
		})
	}
}

// TestRunRetriesNothingElse asks again only what could not be judged.
func TestRunRetriesNothingElse(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	for _, c := range []struct {
		name    string
		ends    error
		verdict Verdict
		asked   int32
	}{
		{"pass", nil, Pass, 1},
		{"fail", failf("no"), Fail, 1},
		{"skip", skipf("not here"), Skip, 1},
		{"error", context.Canceled, Error, 1},
		{"the guard", inconclusivef("it: %w", &GuardError{}), Error, 1},
		{"inconclusive", inconclusivef("perhaps"), Inconclusive, 3},
		{"wrapped", fmt.Errorf("set-up: %w", inconclusivef("perhaps")), Inconclusive, 3},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked atomic.Int32
			config := configFor(t, endpoint)
			config.Clients, config.Cases = oneVersion(), []Case{ending("ends", HarmReads, c.ends, &asked)}
			config.Attempts = 3
			result := run(t, config).Results[0]
			assert.Equal(t, c.verdict, result.Verdict)
			assert.Equal(t, c.asked, asked.Load())
			assert.Len(t, result.Attempts, int(c.asked))
		})
	}
}

// TestRunHarm skips, with the reason, what could do more than is allowed, and does not ask it.
func TestRunHarm(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	for _, most := range classes {
		t.Run(most.String(), func(t *testing.T) {
			asked := map[Harm]*atomic.Int32{}
			config := configFor(t, endpoint)
			config.Clients, config.Harm = oneVersion(), most
			for _, harm := range classes {
				asked[harm] = new(atomic.Int32)
				config.Cases = append(config.Cases, ending(harm.String(), harm, nil, asked[harm]))
			}
			for _, r := range run(t, config).Results {
				if r.Case.Harm <= most {
					assert.Equal(t, Pass, r.Verdict, r.Case.ID)
					assert.EqualValues(t, 1, asked[r.Case.Harm].Load())
					continue
				}
				assert.Equal(t, Skip, r.Verdict, r.Case.ID)
				assert.Contains(t, r.Reason, r.Case.Harm.String())
				assert.Contains(t, r.Reason, most.String())
				assert.Zero(t, asked[r.Case.Harm].Load())
			}
		})
	}
}

// TestRunHarmSuite allows of the whole suite so much and no more, and looks at all that goes out. What
// names anything that exists is the attaching or detaching of it, letter by letter, and nothing else.
func TestRunHarmSuite(t *testing.T) {
	for _, most := range classes {
		t.Run(most.String(), func(t *testing.T) {
			service := newMock(t)
			config := configFor(t, startServer(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				defer service.ServeHTTP(w, r)
				if r.Method == http.MethodGet {
					return
				}
				names := slices.ContainsFunc([]string{mock.VolumeID, mock.ServerID, mock.OtherServerID, mock.SharedID, mock.OSVolumeID},
					func(id string) bool { return strings.Contains(r.RequestURI, id) })
				detaching := `^/v1/volumes/` + mock.VolumeID + `/servers/` + mock.ServerID + `$`
				if most == HarmDangerous && slices.Contains(otherMethods, r.Method) && regexp.MustCompile(detaching).MatchString(r.RequestURI) {
					return // no other method of the path is a detach
				}
				form := map[string]string{
					http.MethodDelete: `^/v1/volumes/[0-9a-f-]{36}/servers/[0-9a-f-]{36}$`,
					http.MethodPost:   `^/v1/volumes/[0-9a-f-]{36}/servers$`,
				}[r.Method]
				switch {
				case most == HarmReads, form == "":
					t.Errorf("%s %s went out", r.Method, r.RequestURI)
				case names && most < HarmDetaches:
					t.Errorf("%s %s went out", r.Method, r.RequestURI)
				case names && strings.Contains(r.RequestURI, mock.OSVolumeID) && most < HarmDangerous:
					t.Errorf("%s %s went out", r.Method, r.RequestURI)
				case names && !regexp.MustCompile(form).MatchString(r.RequestURI):
					t.Errorf("%s %s went out", r.Method, r.RequestURI)
				}
			})))
			config.Harm, config.Clients = most, oneVersion()
			for _, r := range run(t, config).Results {
				assert.Contains(t, []Verdict{Pass, Skip}, r.Verdict, "%s: %s", place(r), r.Reason)
				assert.True(t, r.Verdict == Skip || r.Case.Harm <= most, place(r))
			}
		})
	}
}

// TestRunPlanned skips a version that cannot be called yet.
func TestRunPlanned(t *testing.T) {
	planned := slices.Clone(oneVersion())
	planned[0].Version = lifecycle.Version{ID: lifecycle.V(9, 10), Label: lifecycle.Planned}
	config := configFor(t, startServer(t, newMock(t)))
	config.Clients, config.Cases = planned, []Case{getRoot("root")}
	config.Table = lifecycle.Table{Versions: []lifecycle.Version{planned[0].Version}}
	result := run(t, config).Results[0]
	assert.Equal(t, Skip, result.Verdict)
	assert.Contains(t, result.Reason, "9.10")
	assert.Contains(t, result.Reason, "PLANNED")
}

// TestRunUnnamed names nothing that may be touched: what needs it is skipped, and nothing is changed.
func TestRunUnnamed(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)))
	config.Fixture = Fixture{}
	report := run(t, config)
	requireAll(t, report, Cases())
	for _, r := range report.Results {
		assert.Contains(t, []Verdict{Pass, Skip}, r.Verdict, "%s: %s", place(r), r.Reason)
		for _, attempt := range r.Attempts {
			for _, exchange := range attempt.Exchanges {
				assert.NotEqual(t, http.StatusAccepted, exchange.Status, "%s: %s", place(r), exchange)
			}
		}
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
			config.Clients = gen.Clients()
			for i := range config.Clients { // none that has ended, which would be asked about first
				config.Clients[i].Version = lifecycle.Version{ID: config.Clients[i].ID, Label: lifecycle.Current}
				config.Table.Versions = append(config.Table.Versions, config.Clients[i].Version)
			}
			for i := range 6 {
				config.Cases = append(config.Cases, getRoot(fmt.Sprintf("root-%d", i)))
			}
			began := time.Now()
			report, err := Run(ctx, config)
			require.NoError(t, err)
			assert.Less(t, time.Since(began), 5*time.Second)
			assert.Equal(t, c.atRequest, requests.Load(), "nothing is asked any more")
			requireAll(t, report, config.Cases)
			for i, r := range report.Results {
				require.Len(t, r.Attempts, 1, "nothing is tried again")
				if i < c.passed {
					assert.Equal(t, Pass, r.Verdict, r.Reason)
					continue
				}
				assert.Equal(t, Inconclusive, r.Verdict)
				assert.Contains(t, r.Reason, "context canceled")
				if i > c.passed {
					assert.Empty(t, r.Attempts[0].Exchanges, "it is not even tried")
				}
			}
			assert.Contains(t, report.Trouble, "The run was stopped", "nothing was wrong with the endpoint")
			assert.Equal(t, ExitNotJudged, ExitCode(report.Results))
		})
	}
}

// TestRunEndpoints lets the suite at what is on this machine and at nothing else.
func TestRunEndpoints(t *testing.T) {
	for _, c := range []struct {
		endpoint string
		want     string // in the error; none for what is taken
	}{
		{"http://127.0.0.1:1", ""},
		{"http://127.0.0.1", ""},
		{"http://127.0.0.2:1/", ""},
		{"http://localhost:1", ""},
		{"http://LocalHost:1", ""},
		{"https://localhost:1", ""},
		{"http://[::1]:1", ""},
		{"http://[::ffff:127.0.0.1]:1", ""},

		{"https://virtualserver.kr-west1.e.samsungsdscloud.com", "not on this machine"},
		{"http://10.0.0.1:8080", "not on this machine"},
		{"http://0.0.0.0:8080", "not on this machine"},
		{"http://[::]:8080", "not on this machine"},
		{"http://[::ffff:8.8.8.8]:80", "not on this machine"},
		{"http://[::ffff:0:127.0.0.1]:80", "not on this machine"},
		{"http://127.0.0.1.evil.example", "not on this machine"},
		{"http://127.1:80", "not on this machine"},
		{"http://2130706433", "not on this machine"},
		{"http://0x7f.0.0.1", "not on this machine"},
		{"http://0177.0.0.1", "not on this machine"},
		{"http://localhost.evil", "not on this machine"},
		{"http://localhost.", "not on this machine"},
		{"http://evil.localhost", "not on this machine"},
		{"http://l\u043ecalhost", "not on this machine"}, // with a Cyrillic o
		{"http://[fe80::1%25lo]:80", "not on this machine"},

		{"http://user@127.0.0.1", "more in it"},
		{"http://user:hunter2@127.0.0.1", "more in it"},
		{"http://127.0.0.1@evil.example", "more in it"},
		{"http://127.0.0.1:80@evil.example", "more in it"},
		{"http://127.0.0.1/base", "more in it"},
		{"http://127.0.0.1/..", "more in it"},
		{"http://127.0.0.1/?x=y", "more in it"},
		{"http://127.0.0.1?", "more in it"},
		{"http://127.0.0.1#x", "more in it"},

		{"", "no URL"},
		{"127.0.0.1:8080", "no URL"},
		{"localhost:8080", "no URL"},
		{"//127.0.0.1", "no URL"},
		{"http:///v1", "no URL"},
		{"http:127.0.0.1", "no URL"},
		{"ftp://127.0.0.1", "no URL"},
		{"unix:///run/socket", "no URL"},
		{"http://127.0.0.1:port", "no URL"},
		{"http://127.0.0.1\\@evil.example", "no URL"},
		{"http://127.0.0.1\n", "no URL"},
		{"http://127.0.0.1%2eevil.example", "no URL"},
	} {
		t.Run(c.endpoint, func(t *testing.T) {
			config := configFor(t, c.endpoint)
			var dialled []string
			config.Transport = roundTripFunc(func(r *http.Request) (*http.Response, error) {
				dialled = append(dialled, r.URL.Hostname())
				return nil, http.ErrServerClosed
			})
			report, err := Run(t.Context(), config)
			if c.want == "" {
				require.NoError(t, err)
				assert.Contains(t, report.Trouble, c.endpoint)
				u, err := url.Parse(c.endpoint)
				require.NoError(t, err)
				assert.Equal(t, []string{u.Hostname()}, dialled)
				return
			}
			require.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "hunter2")
			assert.Nil(t, report)
			assert.Empty(t, dialled)
		})
	}
}

// TestRunRefuses has configurations that cannot be run.
func TestRunRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Config)
		want   string
	}{
		"no access key":     {func(c *Config) { c.Credentials.AccessKey = "" }, "access key"},
		"no secret key":     {func(c *Config) { c.Credentials.SecretKey = signing.SecretKey{} }, "secret key"},
		"negative timeout":  {func(c *Config) { c.Timeout = -1 }, "more than zero"},
		"negative settle":   {func(c *Config) { c.Settle = -1 }, "more than zero"},
		"negative attempts": {func(c *Config) { c.Attempts = -1 }, "more than zero"},
	} {
		t.Run(name, func(t *testing.T) {
			config := configFor(t, "http://127.0.0.1:1")
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

// TestReportKeepsNoSecret looks through all of a report for the secret key and for every signature that
// went over the wire, of the mock and of a server that sends all it gets back.
func TestReportKeepsNoSecret(t *testing.T) {
	for name, handler := range map[string]http.Handler{
		"the mock": newMock(t), "an echo": http.HandlerFunc(echo),
	} {
		t.Run(name, func(t *testing.T) {
			config := configFor(t, startServer(t, handler))
			config.Clients = oneVersion()
			var mu sync.Mutex
			secrets := map[string]bool{config.Credentials.SecretKey.Reveal(): true}
			base := config.Transport
			config.Transport = roundTripFunc(func(r *http.Request) (*http.Response, error) {
				mu.Lock()
				defer mu.Unlock()
				for name, values := range r.Header { // in whatever letters
					if strings.EqualFold(name, signing.HeaderSignature) && len(values[0]) > 20 {
						secrets[values[0]] = true
					}
				}
				return base.RoundTrip(r)
			})
			report := run(t, config)
			require.Greater(t, len(secrets), 10)

			var all strings.Builder
			fmt.Fprintf(&all, "%+v\n", *report)
			written, err := json.Marshal(report)
			require.NoError(t, err)
			all.Write(written)
			for _, r := range report.Results { // bodies are numbers in the one, and base64 in the other
				for _, attempt := range r.Attempts {
					for _, exchange := range attempt.Exchanges {
						fmt.Fprintf(&all, "%s\n%s\n%s\n", exchange, exchange.Body, exchange.RequestBody)
					}
				}
			}
			text := all.String()
			for secret := range secrets {
				if at := strings.Index(text, secret); at >= 0 {
					t.Errorf("%q is in the report: …%s…", secret, text[max(0, at-100):min(len(text), at+100)])
				}
			}
		})
	}
}
