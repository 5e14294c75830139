package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Config is what Run judges, and how.
type Config struct {
	// Endpoint is the URL of the service. For now it has to be on this machine.
	Endpoint    string
	Credentials signing.Credentials
	// Fixture is what of the account may be touched.
	Fixture Fixture
	// Clients are the versions to ask; all there is a document for if there are none.
	Clients []gen.Client
	// Cases are what to ask; all if there are none.
	Cases []Case
	// Table is what the endpoint's versions are held against: what the documents say of them, if it has
	// no versions.
	Table lifecycle.Table
	// Harm is the most that may be asked; cases beyond it are skipped.
	Harm Harm
	// Day is the day judged, today if it is none. It moves no clock.
	Day lifecycle.Date
	// Clock signs requests; time.Now if it is nil.
	Clock func() time.Time
	// Timeout bounds one request, and Settle how long a volume may be on its way. They are
	// DefaultTimeout and DefaultSettle where 0.
	Timeout, Settle time.Duration
	// Attempts is how often a case is asked that could not be judged; DefaultAttempts where 0.
	Attempts int
	// Seed makes the IDs that exist nowhere: the same seed, the same IDs.
	Seed uint64
	// Transport carries the requests; net/http's own if it is nil.
	Transport http.RoundTripper
	// OnResult, if it is set, is called with each result as it comes.
	OnResult func(Result)
}

// What holds where a Config says nothing.
const (
	DefaultTimeout  = 10 * time.Second
	DefaultSettle   = 10 * time.Second
	DefaultAttempts = 3
)

// Report is all that a run came to.
type Report struct {
	Endpoint string         `json:"endpoint"`
	Day      lifecycle.Date `json:"day"`
	Seed     uint64         `json:"seed"`
	Started  time.Time      `json:"started"`
	Duration time.Duration  `json:"duration"`
	Results  []Result       `json:"results"`
	// Trouble says why nothing could be judged, if that is so.
	Trouble string `json:"trouble,omitempty"`
}

// Result is how one case ended in one version.
type Result struct {
	Case     Case
	Version  lifecycle.Version
	Verdict  Verdict
	Reason   string // why, unless it is a pass
	Duration time.Duration
	Attempts []Attempt
}

// Attempt is one time a case was asked. Only what is inconclusive is asked again.
type Attempt struct {
	Verdict   Verdict
	Reason    string
	Exchanges []Exchange
}

// Run asks the cases of an endpoint, version after version. It returns an error only where the Config
// is at fault; whatever is wrong with the endpoint is in the Report.
func Run(ctx context.Context, config Config) (*Report, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	random := rand.New(rand.NewPCG(config.Seed, config.Seed))
	r := &runner{Config: config, nowhere: newNowhere(random.Uint64)}
	report := &Report{Endpoint: config.Endpoint, Day: config.Day, Seed: config.Seed, Started: time.Now()}
	if err := r.reach(ctx); err != nil && ctx.Err() == nil {
		report.Trouble = err.Error()
		r.given = inconclusivef("not asked, as the endpoint could not be reached")
	}
	for _, client := range config.Clients {
		for _, c := range config.Cases {
			result := r.result(ctx, c, client)
			report.Results = append(report.Results, result)
			if config.OnResult != nil {
				config.OnResult(result)
			}
		}
	}
	report.Duration = time.Since(report.Started)
	return report, nil
}

// complete fills in what was left open, and refuses what cannot be run.
func (c *Config) complete() error {
	if err := checkEndpoint(c.Endpoint); err != nil {
		return err
	}
	if _, err := signing.New(c.Credentials); err != nil {
		return err
	}
	if len(c.Clients) == 0 {
		c.Clients = gen.Clients()
	}
	if len(c.Cases) == 0 {
		c.Cases = Cases()
	}
	if len(c.Table.Versions) == 0 {
		c.Table = gen.Table()
	}
	if c.Clock == nil {
		c.Clock = time.Now
	}
	if c.Day.IsZero() {
		c.Day = lifecycle.On(c.Clock())
	}
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
	}
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Settle = cmp.Or(c.Settle, DefaultSettle)
	c.Attempts = cmp.Or(c.Attempts, DefaultAttempts)
	if c.Timeout < 0 || c.Settle < 0 || c.Attempts < 0 {
		return errors.New("timeout, settle and attempts have to be more than zero")
	}
	return nil
}

// checkEndpoint lets only endpoints on this machine through: nothing yet asks before it detaches what
// is somebody's.
func checkEndpoint(endpoint string) error {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("endpoint %q is no URL like http://127.0.0.1:8080", endpoint)
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || u.Path != "" && u.Path != "/" {
		return fmt.Errorf("endpoint %q has more in it than scheme, host and port", u.Redacted())
	}
	host := u.Hostname()
	addr, err := netip.ParseAddr(host)
	if loopback := err == nil && addr.IsLoopback() || strings.EqualFold(host, "localhost"); !loopback {
		return fmt.Errorf("endpoint %q is not on this machine, and live endpoints are refused for now: the suite detaches volumes", endpoint)
	}
	return nil
}

type runner struct {
	Config
	nowhere *nowhere
	// given, if it is set, is what every case ends with, unasked.
	given error
}

// reach finds out whether anything answers at all.
func (r *runner) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(r.Endpoint, "/")+"/", nil)
	if err != nil {
		return err
	}
	resp, err := r.Transport.RoundTrip(req)
	if err != nil {
		return fmt.Errorf("nothing answers at %s: %w. Is it started, and the port right?", r.Endpoint, root(err))
	}
	return resp.Body.Close()
}

// result asks a case of a version until it can be judged, or its attempts are used up.
func (r *runner) result(ctx context.Context, c Case, client gen.Client) Result {
	result := Result{Case: c, Version: client.Version}
	start := time.Now()
	for range r.Attempts {
		attempt := r.attempt(ctx, c, client)
		result.Attempts = append(result.Attempts, attempt)
		result.Verdict, result.Reason = attempt.Verdict, attempt.Reason
		if attempt.Verdict != Inconclusive || r.given != nil || ctx.Err() != nil {
			break
		}
	}
	result.Duration = time.Since(start)
	return result
}

func (r *runner) attempt(ctx context.Context, c Case, client gen.Client) Attempt {
	g := &guard{base: r.Transport, harm: c.Harm, endpoint: r.Endpoint, fixture: r.Fixture, nowhere: r.nowhere}
	t := &trial{config: &r.Config, client: client, guard: g, wire: &recorder{base: g}, nowhere: r.nowhere}
	verdict, reason := judge(r.ask(ctx, c, t))
	return Attempt{Verdict: verdict, Reason: reason, Exchanges: t.wire.taken()}
}

// ask asks a case, unless something speaks against asking at all.
func (r *runner) ask(ctx context.Context, c Case, t *trial) error {
	switch {
	case r.given != nil:
		return r.given
	case ctx.Err() != nil:
		return inconclusivef("not asked, as the run was stopped: %w", context.Cause(ctx))
	case c.Harm > r.Harm:
		return skipf("it is of class %q, and the run allows no more than %q", c.Harm, r.Harm)
	case t.client.Label == lifecycle.Planned:
		return skipf("version %s is PLANNED: it cannot be called yet", t.client.ID)
	}
	return c.ask(ctx, t)
}
