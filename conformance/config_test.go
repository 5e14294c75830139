package conformance

import (
	"crypto/x509"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestRunEndpoints: what is not on this machine is live.
func TestRunEndpoints(t *testing.T) {
	const here, live, invalid = "here", "live", "endpoint"
	for _, c := range []struct{ endpoint, want string }{
		{"http://127.0.0.1:1", here},
		{"http://127.0.0.1", here},
		{"http://127.0.0.2:1/", here},
		{"http://localhost:1", here},
		{"http://LocalHost:1", here},
		{"https://localhost:1", here},
		{"http://[::1]:1", here},
		{"http://[::ffff:127.0.0.1]:1", here},

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
			config.Harm = HarmReads
			var dialled []string
			config.Transport = roundTripFunc(func(r *http.Request) (*http.Response, error) {
				dialled = append(dialled, r.URL.Hostname())
				return nil, x509.HostnameError{Certificate: &x509.Certificate{}, Host: "h.example"} // and nothing is asked again
			})
			report, err := Run(t.Context(), config)
			if c.want == invalid {
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
			assert.Equal(t, c.want == live, report.Options.Live)
			assert.Equal(t, c.want == live, report.Options.Rate > 0, "what is live is asked slowly")
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
		"negative case limit":          {func(c *Config) { c.CaseLimit = -1 }, "cannot be negative"},
		"negative rate":                {func(c *Config) { c.Rate = -1 }, "cannot be negative"},
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
		Timeout: Millis(10 * time.Second), CaseLimit: Millis(5 * time.Minute), Limit: Millis(30 * time.Minute),
		Settle: Millis(30 * time.Second), Linger: Millis(2 * time.Second),
		Attempts: 3, Parallel: 1,
	}, report.Options)
	assert.Equal(t, HarmReads, report.Harm, "nothing is changed unless a Config says so")
	assert.Equal(t, lifecycle.On(time.Now()).String(), report.Day.String())
	requireAll(t, report, config.Cases)
	assert.Equal(t, "scp-conformance run --endpoint "+config.Endpoint+" --case one --api-version "+gen.Clients()[0].ID.String()+" --at "+report.Day.String()+" --seed 0", report.Results[0].Again)
}
