package conformance

import (
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi"
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
	// Limit bounds the whole run: DefaultLimit where 0. What was not asked by then is inconclusive.
	Limit time.Duration
	// Attempts is how often a case is asked that could not be judged; DefaultAttempts where 0.
	Attempts int
	// Seed makes the IDs that exist unused: the same seed, the same IDs.
	Seed uint64
	// Command is what a case is asked again with, before the flags that say which case: "scp-conformance
	// run" and the endpoint where it is empty.
	Command string
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
	DefaultLimit    = 10 * time.Minute
)

// Report is all that a run came to.
type Report struct {
	Endpoint string         `json:"endpoint"`
	Day      lifecycle.Date `json:"day"`
	// Table is what the versions were held against, in words.
	Table    string        `json:"table"`
	Seed     uint64        `json:"seed"`
	Started  time.Time     `json:"started"`
	Duration time.Duration `json:"duration"`
	Results  []Result      `json:"results"`
	// Trouble says why nothing, or not everything, could be judged, if that is so.
	Trouble string `json:"trouble,omitempty"`
}

// Result is how one case ended in one version.
type Result struct {
	Case    Case
	Version lifecycle.Version
	Verdict Verdict
	// Reason says why, unless it is a pass. Notes say what else is worth knowing.
	Reason   string
	Notes    []string
	Duration time.Duration
	Attempts []Attempt
	// Again is the command that asks this one case again, signing anew.
	Again string
	// Unasked is set for a case that was not asked, as the run was stopped or the endpoint given up.
	Unasked bool
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
	r, err := newRunner(config)
	if err != nil {
		return nil, fmt.Errorf("conformance: %w", err)
	}
	report := &Report{Endpoint: config.Endpoint, Day: config.Day, Table: config.Table.Describe(config.Day), Seed: config.Seed, Started: config.Clock()}
	start := time.Now()
	ctx, cancel := context.WithTimeoutCause(ctx, config.Limit, fmt.Errorf("it may take %s", config.Limit))
	defer cancel()
	if err := r.reach(ctx); err != nil && ctx.Err() == nil {
		report.Trouble = r.mask.text(err.Error())
		r.abort = inconclusivef("not asked, as the endpoint could not be reached")
	}
	for _, client := range config.Clients {
		gone := r.gone(ctx, client)
		for _, c := range config.Cases {
			result := r.result(ctx, c, client, gone)
			report.Results = append(report.Results, result)
			if config.OnResult != nil {
				config.OnResult(result)
			}
		}
	}
	if count := Count(report.Results); report.Trouble == "" && count[Pass]+count[Fail] == 0 && len(report.Results) > 0 {
		report.Trouble = "Nothing could be judged. The first reason: " + report.Results[0].Reason + "."
	}
	if r.keys.refused.Load() && !r.keys.taken.Load() {
		report.Trouble = "The endpoint refuses these keys (401): check the access key, the secret key, and this machine's clock."
	}
	if ctx.Err() != nil {
		report.Trouble = fmt.Sprintf("The run was stopped (%v).", context.Cause(ctx))
	}
	report.Duration = time.Since(start)
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
	if err := c.Fixture.check(); err != nil {
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
	c.Command = cmp.Or(c.Command, "scp-conformance run --endpoint "+c.Endpoint)
	if c.Transport == nil {
		c.Transport = http.DefaultTransport
		if standard, ok := http.DefaultTransport.(*http.Transport); ok {
			own := standard.Clone()
			own.MaxResponseHeaderBytes = maxEvidence
			c.Transport = own
		}
	}
	c.Timeout = cmp.Or(c.Timeout, DefaultTimeout)
	c.Settle = cmp.Or(c.Settle, DefaultSettle)
	c.Attempts = cmp.Or(c.Attempts, DefaultAttempts)
	c.Limit = cmp.Or(c.Limit, DefaultLimit)
	if c.Timeout < 0 || c.Settle < 0 || c.Attempts < 0 || c.Limit < 0 {
		return errors.New("timeout, settle, limit and attempts have to be more than zero")
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

// maxUnanswered is how many cases in a row may end without an answer, all their attempts used up, before the
// endpoint is taken for gone and is not asked any more.
const maxUnanswered = 3

type runner struct {
	Config
	unused    *unusedIDs
	pending   *pending
	mask      *mask
	inspector inspector
	keys      keysSeen
	// abort, if it is set, is what every case ends with, unasked.
	abort error
	// unanswered counts the cases that got no answer.
	unanswered int
}

func newRunner(config Config) (*runner, error) {
	documents, err := openapi.Load()
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(config.Seed, config.Seed)) //nolint:gosec // IDs that can be made again, no secrets
	credentials := []string{config.Credentials.SecretKey.Reveal(), config.Credentials.AccessKey}
	return &runner{
		Config:    config,
		unused:    newUnusedIDs(random.Uint64),
		pending:   &pending{pairs: map[pair]bool{}},
		mask:      newMask(credentials...),
		inspector: inspector{documents: documents, secrets: credentials},
	}, nil
}

// reach finds out whether anything answers at all, and says what a person can do where it does not.
func (r *runner) reach(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(r.Endpoint, "/")+"/", nil)
	if err != nil {
		return err
	}
	resp, err := r.Transport.RoundTrip(req)
	var dial *net.OpError
	switch {
	case err == nil:
		return resp.Body.Close()
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Errorf("nothing answers at %s: %w. Is it started, and the port right?", r.Endpoint, root(err))
	case errors.As(err, new(x509.UnknownAuthorityError)), errors.As(err, new(x509.HostnameError)), errors.As(err, new(x509.CertificateInvalidError)):
		return fmt.Errorf("the certificate of %s is not to be trusted: %w. If it is your own, name it in SSL_CERT_FILE", r.Endpoint, root(err))
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("%s takes connections, and did not answer within %s", r.Endpoint, r.Timeout)
	}
	return fmt.Errorf("%s answers, but not as HTTP should be: %w. Is it http or https?", r.Endpoint, root(err))
}

// gone reports how an ended version that answers no longer is skipped, or nil.
func (r *runner) gone(ctx context.Context, client gen.Client) error {
	t := r.trial(HarmReads, client)
	if r.abort == nil && t.standing.State == lifecycle.Ended {
		if answered, err := t.answersVersion(ctx); err == nil && !answered {
			return skipf("%s, and is answered no longer, as it need not be", t.standing)
		}
	}
	return nil // whatever else is wrong shows in the cases
}

func (r *runner) trial(harm Harm, client gen.Client) *trial {
	standing, known := r.Table.At(r.Day).Of(client.ID)
	if !known { // not in the table of --lifecycle any more
		standing = lifecycle.Standing{Version: client.Version, State: lifecycle.Ended}
	}
	return &trial{
		config:   &r.Config,
		client:   client,
		standing: standing,
		wire:     &recorder{base: &guard{base: r.Transport, harm: harm, endpoint: r.Endpoint, fixture: r.Fixture, unused: r.unused}},
		unused:   r.unused,
		keys:     &r.keys,
		pending:  r.pending,
	}
}

// result asks a case of a version until it can be judged, or its attempts are used up.
func (r *runner) result(ctx context.Context, c Case, client gen.Client, gone error) Result {
	result := Result{Case: c, Version: client.Version, Again: r.again(c, client)}
	start := time.Now()
	unanswered := false
	for range r.Attempts {
		t := r.trial(c.Harm, client)
		err := r.ask(ctx, c, t, gone)
		attempt := Attempt{Exchanges: t.wire.taken()}
		attempt.Verdict, attempt.Reason = judge(err)
		result.Unasked = r.abort != nil || ctx.Err() != nil && len(attempt.Exchanges) == 0
		result.Attempts = append(result.Attempts, attempt)
		result.Verdict, result.Reason, result.Notes = attempt.Verdict, attempt.Reason, t.notes
		last, sent := t.wire.last()
		dripped := sent && last.Err != "" && last.Duration >= r.Timeout/2
		unanswered = isUnanswered(err) || attempt.Verdict != Pass && dripped
		if attempt.Verdict != Inconclusive || r.abort != nil || ctx.Err() != nil {
			break
		}
	}
	switch {
	case !unanswered && len(result.Attempts[len(result.Attempts)-1].Exchanges) > 0:
		r.unanswered = 0
	case unanswered:
		if r.unanswered++; r.unanswered == maxUnanswered {
			r.abort = inconclusivef("not asked, as %d cases in a row had got no answer in time", maxUnanswered)
		}
	}
	result.Duration = time.Since(start)
	r.clean(&result)
	return result
}

// clean takes out of a result what nobody should read there: the keys, and every signature made so far.
func (r *runner) clean(result *Result) {
	for _, attempt := range result.Attempts {
		for _, exchange := range attempt.Exchanges {
			r.mask.add(exchange.signatures()...)
		}
	}
	r.mask.result(result)
}

// signatures are those that a request was sent with, in whatever letters the name of the header was.
func (e Exchange) signatures() []string {
	var all []string
	for name, values := range e.RequestHeader {
		if http.CanonicalHeaderKey(name) == signing.HeaderSignature {
			all = append(all, values...)
		}
	}
	return all
}

// ask asks a case, unless something speaks against asking at all. If it passes, every answer that it
// got is looked at once more.
func (r *runner) ask(ctx context.Context, c Case, t *trial, gone error) error {
	switch {
	case r.abort != nil:
		return r.abort
	case ctx.Err() != nil:
		return inconclusivef("not asked, as the run was stopped: %w", context.Cause(ctx))
	case c.Harm > r.Harm:
		return skipf("it is of class %q, and the run allows no more than %q", c.Harm, r.Harm)
	case t.standing.State == lifecycle.Planned && !c.anyState:
		return skipf("version %s is PLANNED: it cannot be called yet", t.client.ID)
	case gone != nil && !c.anyState:
		return gone
	}
	if err := c.ask(ctx, t); err != nil {
		return err
	}
	version := r.inspector.documents.Lookup(t.client.ID)
	for _, exchange := range t.wire.taken() {
		if err := r.inspector.inspect(ctx, exchange, version); err != nil {
			return err
		}
	}
	return nil
}

// again is the command that asks one case of one version again.
func (r *runner) again(c Case, client gen.Client) string {
	return fmt.Sprintf("%s --case %s --api-version %s --at %s --seed %d", r.Command, c.ID, client.ID, r.Day, r.Seed)
}
