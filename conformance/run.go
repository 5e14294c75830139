package conformance

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
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
	// Clients are the versions to ask; nil for every version that has a document.
	Clients []gen.Client
	// Cases are what to ask, in this order: cases.All(), say.
	Cases []Case
	// Clauses are what a complete run judges, where that is more than what the cases are about.
	Clauses []Clause
	// Table is what the endpoint's versions are held to; that of the documents if it has no versions.
	Table lifecycle.Table
	// Harm is the most that may be asked; cases beyond it are skipped.
	Harm Harm
	// Day is the day judged, today if it is zero. It moves no clock.
	Day lifecycle.Date
	// Clock signs requests; nil is time.Now.
	Clock func() time.Time
	// Timeout bounds one request, Settle how long a volume may be on its way, and Limit the whole run: what
	// was not asked by then is inconclusive. Linger is how long what was done has to last. Each has a
	// default for 0.
	Timeout, Settle, Limit, Linger time.Duration
	// Attempts is how often a case is asked that could not be judged; DefaultAttempts for 0.
	Attempts int
	// Parallel is how many versions are asked side by side; 1 for 0. Cases that touch the fixture never
	// are.
	Parallel int
	// All asks every variant of every case, and not a sample of them.
	All bool
	// Strict makes a case fail that differs from what was only observed in the field, or is assumed.
	Strict bool
	// RequireComplete makes a run inconclusive that leaves a clause unjudged.
	RequireComplete bool
	// Baseline is what is known and accepted, nil for nothing.
	Baseline *Baseline
	// Seed makes the unused IDs and draws the samples: the same seed, the same requests.
	Seed uint64
	// Command is what a case is asked again with, before the flags that say which case: "scp-conformance
	// run" and the endpoint where it is empty.
	Command string
	// Transport carries the requests; nil is net/http's own.
	Transport http.RoundTripper
	// OnStart, unless it is nil, is called when a case of a version begins, and OnResult with each result as it
	// comes. They are called one at a time.
	OnStart  func(CaseFacts, lifecycle.Version)
	OnResult func(Result)
}

// Defaults for zero Config fields.
const (
	DefaultTimeout  = 10 * time.Second
	DefaultSettle   = 30 * time.Second
	DefaultLinger   = 2 * time.Second
	DefaultAttempts = 3
	DefaultLimit    = 30 * time.Minute
)

// Run asks the cases of an endpoint, version after version. It returns an error only where the Config is
// at fault; whatever is wrong with the endpoint is in the Report.
func Run(ctx context.Context, config Config) (*Report, error) {
	if err := config.complete(); err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	r, err := newRunner(config)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	started := config.Clock()
	began := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, config.Limit, fmt.Errorf("it reached its limit of %s", config.Limit))
	defer cancel()
	if trouble := r.reach(ctx); trouble != nil {
		r.giveUp(CannotJudge(CodeNoAnswer, "not asked, as the endpoint could not be reached"), trouble)
	}
	results := r.all(ctx)
	report := r.report(results)
	if ctx.Err() != nil {
		report.Trouble = &Trouble{TroubleStopped, fmt.Sprintf("The run was stopped: %v.", context.Cause(ctx))}
	}
	report.Started, report.Duration = moment(started), since(began)
	report.Baseline = config.Baseline.hold(report)
	report.conclude()
	return report, nil
}

// complete fills in what was left open, and refuses what cannot be run.
func (c *Config) complete() error {
	endpoint, err := signing.ParseEndpoint(c.Endpoint)
	if err != nil {
		return err
	}
	if !endpoint.Loopback() {
		// Nothing yet asks before it detaches what is somebody's.
		return fmt.Errorf("endpoint %s is not on this machine, and the suite detaches volumes: live endpoints are refused for now", endpoint)
	}
	c.Endpoint = endpoint.String()
	if _, err := signing.New(c.Credentials); err != nil {
		return err
	}
	if err := c.Fixture.check(); err != nil {
		return err
	}
	if err := checkCases(c.Cases); err != nil {
		return err
	}
	if len(c.Clients) == 0 {
		c.Clients = gen.Clients()
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
	c.Command = cmp.Or(c.Command, "scp-conformance run --endpoint "+c.Endpoint)
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Settle = cmp.Or(c.Settle, DefaultSettle)
	c.Linger = cmp.Or(c.Linger, DefaultLinger)
	c.Attempts = cmp.Or(c.Attempts, DefaultAttempts)
	c.Limit = cmp.Or(c.Limit, DefaultLimit)
	c.Parallel = cmp.Or(c.Parallel, 1)
	if min(c.Timeout, c.Settle, c.Limit, c.Linger) < 0 || min(c.Attempts, c.Parallel) < 0 {
		return errors.New("timeout, settle, linger, limit, attempts and parallel cannot be negative")
	}
	c.Transport = endpoint.Transport(c.Transport)
	if own, ok := c.Transport.(*http.Transport); ok && own.MaxResponseHeaderBytes == 0 {
		own = own.Clone()
		own.MaxResponseHeaderBytes = maxEvidence
		c.Transport = own
	}
	return nil
}

func checkCases(cases []Case) error {
	if len(cases) == 0 {
		return errors.New("no cases to ask; package cases has the catalogue")
	}
	seen := map[string]bool{}
	for _, c := range cases {
		if err := c.check(); err != nil {
			return err
		}
		if seen[c.ID] {
			return fmt.Errorf("case %q is there twice", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// reach finds out whether anything answers at all, and says what a person can do where nothing does. What
// the endpoint says of its versions is kept, to tell where it has moved on.
func (r *runner) reach(ctx context.Context) *Trouble {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	wire := &recorder{base: r.counted()}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Endpoint+"/", nil)
	if err != nil {
		return &Trouble{TroubleUnreachable, err.Error()}
	}
	resp, err := wire.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
		exchange, _ := wire.last()
		if listed, err := parseDiscovery(exchange, r.Endpoint, r.Clock()); err == nil {
			r.listed = &listed
		}
		return nil
	}
	if exchange, _ := wire.last(); exchange.Status != 0 || ctx.Err() != nil && !errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
		return nil // the cases say more
	}
	return &Trouble{TroubleUnreachable, r.mask.text(r.whyUnreachable(err))}
}

func (r *runner) whyUnreachable(err error) string {
	var dial *net.OpError
	switch {
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Sprintf("Nothing answers at %s: %v. Is it started, and the port right?", r.Endpoint, root(err))
	case errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.HostnameError)), errors.As(err, new(x509.CertificateInvalidError)):
		return fmt.Sprintf("The certificate of %s cannot be trusted: %v. If it is your own, name it in SSL_CERT_FILE.", r.Endpoint, root(err))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s takes connections, and did not answer within %s.", r.Endpoint, r.Timeout)
	}
	return fmt.Sprintf("%s answers, and not in HTTP: %v. Is it http or https?", r.Endpoint, root(err))
}

// again is the command that asks cases of one version again.
func (r *runner) again(client gen.Client, ids ...string) string {
	command := r.Command
	for i, id := range ids {
		if !slices.Contains(ids[:i], id) {
			command += " --case " + id
		}
	}
	command += fmt.Sprintf(" --api-version %s --at %s --seed %d", client.ID, r.Day, r.Seed)
	if r.All && !strings.Contains(command, " --all") {
		command += " --all"
	}
	return command
}
