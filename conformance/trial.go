package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// Trial is what a case asks with: one attempt at one case in one version. Whatever it sends goes through
// the guard and is recorded. It is safe for concurrent use.
type Trial struct {
	run      *runner
	asked    Case
	client   gen.Client
	standing lifecycle.Standing
	guard    http.RoundTripper
	fixture  *sharedFixture

	mu        sync.Mutex
	exchanges []Exchange
	notes     []string
	blocked   error // the first request that the guard blocked
	// reused are the observations of other cases that are evidence already, and when they were made.
	reused map[*observation]time.Time
	left   []leftFinding
}

// leftFinding is a finding for another case to report.
type leftFinding struct {
	to  string
	err error
}

// question asks a question of a case. A request that the guard blocked is a fault of the suite, whatever
// the case made of it.
func (t *Trial) question(ctx context.Context, question func(context.Context, *Trial) error) error {
	err := question(ctx, t)
	t.mu.Lock()
	defer t.mu.Unlock()
	err, t.blocked = cmp.Or(t.blocked, err), nil
	return err
}

// Version is the version that is asked, and Standing what holds for it on the day judged.
func (t *Trial) Version() lifecycle.ID { return t.client.ID }

// Standing is what holds for the version on the day judged.
func (t *Trial) Standing() lifecycle.Standing { return t.standing }

// Standings are those of all the versions that the endpoint is held to, on the day judged.
func (t *Trial) Standings() lifecycle.Standings { return t.run.Table.At(t.run.Day) }

// Table is what the endpoint's versions are held to.
func (t *Trial) Table() lifecycle.Table { return t.run.Table }

// Day is the day judged.
func (t *Trial) Day() lifecycle.Date { return t.run.Day }

// Now is the time that requests are signed with.
func (t *Trial) Now() time.Time { return t.run.Clock() }

// Fixture is what of the account the case may touch.
func (t *Trial) Fixture() Fixture { return t.fixture.Fixture }

// Endpoint is the endpoint that is judged.
func (t *Trial) Endpoint() signing.Endpoint { return t.run.endpoint }

// Live reports whether the endpoint is treated as one that people use.
func (t *Trial) Live() bool { return t.run.Live }

// Proxied reports whether requests reach the endpoint through a proxy.
func (t *Trial) Proxied() bool {
	transport, ok := t.run.Transport.(*http.Transport)
	if !ok || transport.Proxy == nil {
		return false
	}
	req, err := http.NewRequest(http.MethodGet, t.run.Endpoint, nil) //nolint:noctx // it is not sent
	if err != nil {
		return false
	}
	proxy, err := transport.Proxy(req)
	return proxy != nil || err != nil
}

// Timeout bounds one request; Settle bounds how long a volume may be on its way; Linger is how long what
// was done has to last to count as done.
func (t *Trial) Timeout() time.Duration { return t.run.Timeout }

// Settle bounds how long a volume may be on its way.
func (t *Trial) Settle() time.Duration { return t.run.Settle }

// Linger is how long what was done has to last to count as lasting.
func (t *Trial) Linger() time.Duration { return t.run.Linger }

// Seed is the seed of the run.
func (t *Trial) Seed() uint64 { return t.run.Seed }

// Credentials are the keys of the run. Everything a case sends, and every finding, is masked in reports.
func (t *Trial) Credentials() signing.Credentials { return t.run.Credentials }

// KeysTaken reports whether the endpoint was seen to take the keys of the run: until then a 401 may mean that
// they are wrong.
func (t *Trial) KeysTaken() bool { return t.run.keys.taken.Load() }

// Note adds what is worth saying about an answer, whatever the verdict.
func (t *Trial) Note(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	note := fmt.Sprintf(format, args...)
	for _, known := range t.notes {
		if known == note {
			return
		}
	}
	t.notes = append(t.notes, note)
}

// LeaveTo leaves a finding to the case of this run that watches for breaches of its clause, or collects
// them, and notes that. Where no such case is asked, the finding is returned.
func (t *Trial) LeaveTo(err error) error {
	p, ok := errors.AsType[*problem](err)
	if !ok || !t.run.watches(p.Clause, t.asked.ID) {
		return err
	}
	to := t.run.watcher(p.Clause)
	if !t.run.collects(to) {
		t.Note("%s (judged by %s)", p.Text, to)
		return nil
	}
	t.Note("answers here break %s, which %s judges", p.Clause, to)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.left = append(t.left, leftFinding{to, err})
	return nil
}

// UnusedID makes an ID that nothing bears.
func (t *Trial) UnusedID() string { return t.run.unused.id() }

// Unused is a volume and a server that do not exist.
func (t *Trial) Unused() Pair { return Pair{t.UnusedID(), t.UnusedID()} }

// UnusedPath declares that no segment of an encoded path names anything, so that the guard lets it out. A
// segment that could be the ID of something is an error, unless an ID of UnusedID is in it.
func (t *Trial) UnusedPath(path string) error { return t.run.unused.add(path) }

// Operation is one of the documents' operations.
type Operation int

// The operations.
const (
	Detach Operation = iota
	Attach
	ShowVolume
	ListVersions
)

// Request is a request to send. Most go through the typed clients; one with a Path goes out as it is.
type Request struct {
	Operation Operation
	Pair      Pair
	// Method and Path are those of a request that no typed client sends; the path is encoded.
	Method, Path string
	// By is the version to ask with; the trial's where it is zero.
	By lifecycle.ID
	// Change changes the request after it was signed.
	Change func(*http.Request)
	// Expect is the answer that is expected, and About what is asked, in a few words: "an unknown volume".
	Expect Expectation
	About  string
	// Once is set where a passing trouble of the endpoint is an answer as well: it is not sent again.
	Once bool
}

// Send sends a request, and returns it with its answer. An answer that may be a gateway's is asked for
// again, with growing pauses; one that stays so is returned where the endpoint answers other requests, and
// the case cannot be judged where it does not. Without an answer the case cannot be judged either. A request
// that changes nothing is sent again where its answer is lost, or breaks off.
func (t *Trial) Send(ctx context.Context, r Request) (Exchange, error) {
	exchange, lost, err := t.send(ctx, r)
	if err == nil && lost && r.mayChange() && exchange.Refused() {
		err = t.doneUnseen(ctx, r, exchange)
	}
	return exchange, err
}

// send also reports whether a gateway answered in place of the service on the way: that may have been done.
func (t *Trial) send(ctx context.Context, r Request) (exchange Exchange, lost bool, err error) {
	for try := 0; ; try++ {
		exchange, err = t.once(ctx, r)
		switch {
		case err != nil && !t.resends(ctx, r, err, try):
			t.run.overload.unanswered()
			return exchange, lost, err
		case err == nil && !exchange.Overloaded() && !r.brokeOff(exchange):
			t.run.overload.passed()
			return exchange, lost, nil
		case r.Once:
			return exchange, lost, err
		case !t.run.overload.again(try):
			if exchange.Overloaded() {
				err = t.overloaded(ctx, exchange)
			}
			if err != nil {
				return exchange, lost, err
			}
			return t.stayed(exchange), lost, nil
		}
		lost = lost || exchange.fromGateway()
		t.repeated()
		if err := t.backOff(ctx, exchange, try); err != nil {
			return exchange, lost, err
		}
	}
}

// overloaded judges an answer that stayed 429 or 5xx: only where the endpoint answers something else is it
// the endpoint's word.
func (t *Trial) overloaded(ctx context.Context, exchange Exchange) error {
	if exchange.Status == http.StatusTooManyRequests {
		return CannotJudge(CodeUnavailable, "the endpoint asks for fewer requests (429)")
	}
	if !t.works(ctx) {
		t.run.down(exchange)
		return CannotJudge(CodeUnavailable, "%s is answered %s, and nothing shows that the endpoint works at all", exchange, StatusText(exchange.Status))
	}
	return nil
}

// stayed marks an answer that came each time.
func (t *Trial) stayed(exchange Exchange) Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	exchange.Stayed = true
	for i, e := range t.exchanges {
		if e.Started.Equal(exchange.Started) && e.URL == exchange.URL {
			t.exchanges[i].Stayed = true
		}
	}
	return exchange
}

// works reports whether the endpoint answers anything but 5xx: a signed request, or version discovery.
func (t *Trial) works(ctx context.Context) bool {
	volume := cmp.Or(t.fixture.Volume, t.UnusedID())
	for _, r := range []Request{{Operation: ShowVolume, Pair: Pair{Volume: volume}}, {Operation: ListVersions}} {
		r.Once = true
		if exchange, err := t.once(ctx, r); err == nil && !exchange.Overloaded() {
			return true
		}
	}
	return false
}

// once sends a request a single time.
func (t *Trial) once(ctx context.Context, r Request) (Exchange, error) {
	admitted, err := t.run.turnstile.admit(ctx)
	if err != nil {
		return Exchange{}, stopped(ctx)
	}
	wire := &recorder{base: t.guard, change: r.Change}
	err = t.call(admitted, wire, r)
	exchange, sent := wire.last()
	exchange.Case, exchange.Expected, exchange.About = t.asked.ID, r.Expect, r.About
	if sent {
		t.keep(exchange)
		t.run.pace.see(time.Duration(exchange.Duration))
	}
	switch {
	case errors.As(err, new(*GuardError)):
		t.block(err)
		return exchange, err
	case !sent:
		return exchange, fmt.Errorf("the client sent no request: %w", err)
	case exchange.Status == 0:
		return exchange, t.unanswered(ctx, r, exchange, wire, err)
	}
	switch {
	case r.changes() && exchange.Status == http.StatusAccepted:
		t.run.pending.put(r.Pair, r.Operation == Attach, t.askedWith(r))
		t.fixture.attachments.accepted(r.Pair, r.Operation == Attach)
	case (r.mayChange() || r.changes() && r.Change == nil) && exchange.fromGateway():
		t.fixture.attachments.unsure(r.Pair)
	}
	return exchange, nil
}

// askedWith is the version that a request is sent with.
func (t *Trial) askedWith(r Request) lifecycle.ID { return cmp.Or(r.By, t.client.ID) }

// call sends a request through the typed client of its operation, or as it is.
func (t *Trial) call(ctx context.Context, wire http.RoundTripper, r Request) error {
	client := t.client
	if by := t.askedWith(r); by != client.ID {
		client = t.run.clientOf(by)
	}
	signer, err := signing.New(t.run.Credentials, signing.WithClock(func() time.Time { return t.run.stamps.next(r, t.run.Clock()) }))
	if err != nil {
		return err
	}
	if r.Path != "" {
		return t.raw(ctx, wire, signer, client, r)
	}
	switch r.Operation {
	case Detach:
		_, err := client.Detach(ctx, gen.Connection{
			Endpoint: t.run.Endpoint, Signer: signer, Transport: wire, Timeout: t.run.Timeout,
		}, r.Pair.Volume, r.Pair.Server)
		return err
	case ListVersions:
		found, err := discovery.New(t.run.Endpoint, discovery.WithTransport(wire), discovery.WithTimeout(t.run.Timeout))
		if err != nil {
			return err
		}
		_, err = found.ListVersionsWithResponse(ctx)
		return err
	}
	around, err := volumes.New(t.run.Endpoint, signer, client.APIVersion, volumes.WithTransport(wire), volumes.WithTimeout(t.run.Timeout))
	if err != nil {
		return err
	}
	if r.Operation == Attach {
		_, err = around.AttachVolumeToVirtualServerWithResponse(ctx, volumes.VolumeID(r.Pair.Volume), volumes.AttachRequest{ServerID: r.Pair.Server})
		return err
	}
	_, err = around.ShowVolumeWithResponse(ctx, volumes.VolumeID(r.Pair.Volume))
	return err
}

// raw sends a request, correctly signed, that no typed client would send.
func (t *Trial) raw(ctx context.Context, wire http.RoundTripper, signer *signing.Signer, client gen.Client, r Request) error {
	target, err := url.Parse(t.run.endpoint.String())
	if err != nil {
		return err
	}
	path, query, hasQuery := strings.Cut(r.Path, "?")
	target.RawPath, target.RawQuery, target.ForceQuery = path, query, hasQuery && query == ""
	if target.Path, err = url.PathUnescape(path); err != nil {
		return fmt.Errorf("the path %q cannot be sent: %w", path, err)
	}
	transport, err := signing.NewTransport(signer, t.run.Endpoint,
		signing.WithBase(wire), signing.WithAPIVersion(openapi.Service+" "+client.ID.String()))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, t.run.Timeout)
	defer cancel()
	method := cmp.Or(r.Method, http.MethodDelete)
	resp, err := transport.RoundTrip((&http.Request{Method: method, URL: target, Header: http.Header{}}).WithContext(ctx)) // and not http.Client, which follows redirects
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// block remembers the first request that was blocked.
func (t *Trial) block(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.blocked = cmp.Or(t.blocked, err)
}

// keep keeps an exchange, and makes its signatures known as secrets.
func (t *Trial) keep(e Exchange) {
	t.run.mask.add(e.signatures()...)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.exchanges = append(t.exchanges, e)
}

// repeated marks the last exchange as one that is sent again.
func (t *Trial) repeated() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n := len(t.exchanges); n > 0 {
		t.exchanges[n-1].Repeated = true
	}
}

// taken returns what was kept so far.
func (t *Trial) taken() []Exchange {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]Exchange(nil), t.exchanges...)
}

// pause ends a case whose run was stopped.
func (t *Trial) pause(ctx context.Context, d time.Duration) error {
	if pause(ctx, d) != nil {
		return stopped(ctx)
	}
	return nil
}

// Pause waits. It ends the case where the run is stopped meanwhile.
func (t *Trial) Pause(ctx context.Context, d time.Duration) error { return t.pause(ctx, d) }

// Resign signs a request anew, with change made to what is signed; nil changes nothing. The request itself
// stays as it is.
func (t *Trial) Resign(req *http.Request, change func(*forge.Parts)) {
	parts := forge.Of(req, t.run.Credentials.SecretKey.Reveal())
	if change != nil {
		change(&parts)
	}
	parts.Sign(req)
}

// WrongSecret signs a request with a secret key that is not that of the access key.
func (t *Trial) WrongSecret(req *http.Request) {
	t.Resign(req, func(p *forge.Parts) { p.Secret += "x" })
}

// Newest is the newest version with a client that can be called on the day judged: the version that the
// others are compared with.
func (t *Trial) Newest() (lifecycle.ID, error) { return t.run.newest() }

// AskedOnce ends a case that is about the endpoint as a whole, and not about a version, in all versions of
// the run but one: the newest that can be called.
func (t *Trial) AskedOnce() error {
	if id := t.run.speaker(); id != t.client.ID {
		return NotApplicable("it is about the endpoint as a whole, and asked with version %s", id)
	}
	return nil
}

// Turn reports whether the version is one in which cases are asked that rotate: each where everything is asked, and
// else one a night.
func (t *Trial) Turn() bool { return t.run.whole() || t.run.turn() == t.client.ID }

// Allows reports whether the run may do what a harm class covers.
func (t *Trial) Allows(h Harm) bool { return h <= t.run.Harm }

// Discover lists the versions that the endpoint speaks.
func (t *Trial) Discover(ctx context.Context) (lifecycle.Table, Exchange, error) {
	exchange, err := t.Send(ctx, Request{Operation: ListVersions, Expect: ExpectShown, About: "version discovery"})
	if err != nil {
		return lifecycle.Table{}, exchange, err
	}
	table, err := parseDiscovery(exchange, t.run.Endpoint, t.run.Clock())
	return table, exchange, err
}

// root leaves out what net/http and the clients put around an error, which the sentence says already.
func root(err error) error {
	for {
		inner := errors.Unwrap(err)
		if inner == nil || errors.Is(err, context.DeadlineExceeded) && !errors.Is(inner, context.DeadlineExceeded) {
			return err
		}
		err = inner
	}
}

// PinnedTo is the Scp-Api-Version of a version: "virtualserver 1.3".
func PinnedTo(id lifecycle.ID) string { return openapi.Service + " " + id.String() }
