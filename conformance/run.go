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
	// Endpoint is the URL of the service.
	Endpoint    string
	Credentials signing.Credentials
	// Live has an endpoint on this machine treated as one that people use, as every other is.
	Live bool
	// Fixture is what of the account may be touched.
	Fixture Fixture
	// More are fixtures with other volumes and servers. Versions that are asked side by side then need not wait for
	// one another. A run of a live endpoint, or with a StateDir, has none: it puts the volumes of Fixture back.
	More []Fixture
	// Clients are the versions to ask; nil for every version that has a document.
	Clients []gen.Client
	// Cases are what to ask, in this order: cases.All(), say.
	Cases []Case
	// Clauses are what a complete run judges, where that is more than what the cases are about.
	Clauses []Clause
	// Table is what the endpoint's versions are held to; that of the documents if it has no versions.
	Table lifecycle.Table
	// Harm is the most that may be asked; cases beyond it are skipped. Of a live endpoint, HarmDetaches needs a
	// fixture that names a volume and a server, and HarmDangerous that server in SacrificeServer too.
	Harm            Harm
	SacrificeServer string
	// StateDir is the directory of the ledger, which remembers what the volumes of the fixture were attached to
	// before a run changed that. Where it is empty, a live endpoint has one in DefaultStateDir, and one on this
	// machine has none: its volumes are left as they were asked last.
	StateDir string
	// Day is the day judged, today if it is zero. It moves no clock.
	Day lifecycle.Date
	// Clock signs requests; nil is time.Now.
	Clock func() time.Time
	// Timeout bounds one request, CaseLimit one case with all its attempts, and Limit the whole run: what was not
	// asked by then is inconclusive. Settle is how long a volume may be on its way, and Linger how long what
	// was done has to last. Each has a default for 0.
	Timeout, CaseLimit, Limit, Settle, Linger time.Duration
	// Rate is how many requests are sent a second at most. For 0 it is LiveRate of a live endpoint, and there
	// is no bound for another.
	Rate float64
	// Attempts is how often a case is asked that could not be judged; DefaultAttempts for 0. Where the network may
	// be to blame, it is asked again twice as often.
	Attempts int
	// Parallel is how many versions are asked side by side; 1 for 0. Cases that touch the fixture never
	// are.
	Parallel int
	// All asks every variant of every case, and not a sample of them. With SampleIfSlow it does so of an endpoint
	// that answers within 25 ms on average, and a slower one is asked a sample all the same.
	All, SampleIfSlow bool
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
	// OnNote, unless it is nil, is called with what a person should know at once: that volumes of an earlier run
	// were put back, say.
	OnNote func(string)
}

// Defaults for zero Config fields.
const (
	DefaultTimeout   = 10 * time.Second
	DefaultCaseLimit = 5 * time.Minute
	DefaultLimit     = 30 * time.Minute
	DefaultSettle    = 30 * time.Second
	DefaultLinger    = 2 * time.Second
	DefaultAttempts  = 3
	// LiveRate is low for a service, and as high as four versions need that are judged within a minute where a detach
	// takes 3 s: such a night is about 620 requests, and with 15 a second takes longer.
	LiveRate = 20
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
	r.custody.take(ctx)
	results := r.all(ctx)
	r.custody.giveBack(ctx)
	report := r.report(results)
	if ctx.Err() != nil {
		report.Trouble = &Trouble{TroubleStopped, fmt.Sprintf("The run was stopped: %v.", context.Cause(ctx))}
	}
	r.custody.tell(report)
	report.Started, report.Duration = moment(started), since(began)
	report.Baseline = config.Baseline.hold(report)
	report.conclude()
	return report, nil
}

// Check reports what Run would refuse of a config. It sends nothing. Where the run may change volumes, it makes the
// directory of the ledger.
func (c Config) Check() error {
	if err := c.complete(); err != nil {
		return fmt.Errorf("conformance: %w", err)
	}
	if !c.keepsLedger() || !c.changes() {
		return nil
	}
	kept, err := ledgerIn(c.StateDir)
	if err == nil {
		err = kept.writable()
	}
	if err != nil {
		return fmt.Errorf("conformance: --state-dir: %w", err)
	}
	return nil
}

// complete fills in what was left open, and refuses what cannot be run.
func (c *Config) complete() error {
	endpoint, err := signing.ParseEndpoint(c.Endpoint)
	if err != nil {
		return err
	}
	c.Endpoint = endpoint.String()
	if strings.HasPrefix(c.Endpoint, "http://") && !endpoint.Loopback() {
		return fmt.Errorf("endpoint %s is not on this machine, and plain http: write https", endpoint)
	}
	c.Live = c.IsLive()
	if _, err := signing.New(c.Credentials); err != nil {
		return err
	}
	if err := cmp.Or(c.checkFixtures(), c.checkHarm()); err != nil {
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
	if c.Live {
		c.Timeout, c.Settle = cmp.Or(c.Timeout, DefaultLiveTimeout), cmp.Or(c.Settle, DefaultLiveSettle)
	}
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Settle = cmp.Or(c.Settle, DefaultSettle)
	c.Linger = cmp.Or(c.Linger, DefaultLinger)
	c.Attempts = cmp.Or(c.Attempts, DefaultAttempts)
	c.Limit = cmp.Or(c.Limit, DefaultLimit)
	c.CaseLimit = cmp.Or(c.CaseLimit, DefaultCaseLimit)
	c.Parallel = cmp.Or(c.Parallel, 1)
	if min(c.Timeout, c.CaseLimit, c.Limit, c.Settle, c.Linger) < 0 || min(c.Attempts, c.Parallel) < 0 || c.Rate < 0 {
		return errors.New("timeout, case limit, limit, settle, linger, attempts, parallel and rate cannot be negative")
	}
	if c.Live && c.Rate == 0 {
		c.Rate = LiveRate
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
	exchange, err := r.firstAnswer(ctx)
	if err == nil {
		if listed, err := parseDiscovery(exchange, r.Endpoint, r.Clock()); err == nil {
			r.listed = &listed
		}
		return nil
	}
	if exchange.Status != 0 || ctx.Err() != nil {
		return nil // the cases say more
	}
	return &Trouble{TroubleUnreachable, r.mask.text(r.whyUnreachable(err))}
}

// firstAnswer asks for GET /, again where the answer seems to have been lost on its way.
func (r *runner) firstAnswer(ctx context.Context) (Exchange, error) {
	for try := 0; ; try++ {
		exchange, err := r.getRoot(ctx)
		if err == nil || exchange.Status != 0 || !passes(err, try) || try == repeats || pause(ctx, r.jitter(try)) != nil {
			return exchange, err
		}
	}
}

func (r *runner) getRoot(ctx context.Context) (Exchange, error) {
	ctx, err := r.turnstile.admit(ctx)
	if err != nil {
		return Exchange{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, r.Endpoint+"/", nil)
	if err != nil {
		return Exchange{}, err
	}
	wire := &recorder{base: r.turnstile}
	resp, err := wire.RoundTrip(req)
	if err == nil {
		resp.Body.Close()
	}
	exchange, _ := wire.last()
	return exchange, err
}

// tlsAlert is the Op of a net.OpError by which crypto/tls tells an alert of the other side.
const tlsAlert = "remote error"

func (r *runner) whyUnreachable(err error) string {
	var op *net.OpError
	switch {
	case errors.As(err, &op) && op.Op == "dial":
		return fmt.Sprintf("Nothing answers at %s: %v. Is it started, and the port right?", r.Endpoint, root(err))
	case errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.HostnameError)), errors.As(err, new(x509.CertificateInvalidError)):
		return fmt.Sprintf("The certificate of %s cannot be trusted: %v. If it is your own, name its authority with --ca-file.", r.Endpoint, root(err))
	case errors.As(err, &op) && op.Op == tlsAlert:
		return fmt.Sprintf("%s ends the TLS handshake (%v). If it wants a certificate, name yours with --client-cert and --client-key.", r.Endpoint, root(err))
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
	if r.whole() && !strings.Contains(command, " --all") {
		command += " --all"
	}
	return command
}
