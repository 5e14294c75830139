package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// trial is one attempt at one case in one version. Requests are made by the typed clients, and go
// through a change that the case asks for, the recorder, and the guard.
type trial struct {
	config   *Config
	client   gen.Client
	standing lifecycle.Standing // of the version, on the day judged
	wire     *recorder
	unused   *unusedIDs
	keys     *keysSeen
	pending  *pending
	notes    []string
}

// keysSeen is whether an endpoint was seen to take the keys of the run, or to refuse them.
type keysSeen struct{ taken, refused atomic.Bool }

// see looks at the answer to a request that was rightly signed.
func (k *keysSeen) see(status int) {
	switch status {
	case 0:
	case http.StatusUnauthorized:
		k.refused.Store(true)
	default:
		k.taken.Store(true)
	}
}

// note adds what is worth saying about an answer, whatever the verdict.
func (t *trial) note(format string, args ...any) {
	t.notes = append(t.notes, fmt.Sprintf(format, args...))
}

// detach is a detach to be asked for.
type detach struct {
	volume, server string
	// by is the client to ask with; the one of the trial's version if it has none.
	by *gen.Client
	// alter changes the request after it was signed.
	alter func(*http.Request)
}

// detach asks for a detach through the typed client of the version. It ends the case as inconclusive
// when no answer comes.
func (t *trial) detach(ctx context.Context, d detach) (Exchange, error) {
	client := t.client
	if d.by != nil {
		client = *d.by
	}
	signer, err := t.signer()
	if err != nil {
		return Exchange{}, err
	}
	status, err := client.Detach(ctx, gen.Connection{
		Endpoint:  t.config.Endpoint,
		Signer:    signer,
		Transport: altered{t.wire, d.alter},
		Timeout:   t.config.Timeout,
	}, d.volume, d.server)
	if status == http.StatusAccepted {
		t.pending.put(pair{d.volume, d.server}, false)
	}
	return t.answer(status, err)
}

// raw sends a DELETE for a path that no typed client would ask for. The path is as it stands, encoded.
func (t *trial) raw(ctx context.Context, path string) (Exchange, error) {
	return t.send(ctx, http.MethodDelete, path)
}

// send sends a request, rightly signed, that no typed client would send.
func (t *trial) send(ctx context.Context, method, path string) (Exchange, error) {
	endpoint, err := url.Parse(t.config.Endpoint)
	if err != nil {
		return Exchange{}, err
	}
	endpoint.RawPath = path
	if endpoint.Path, err = url.PathUnescape(path); err != nil {
		return Exchange{}, fmt.Errorf("the path %q cannot be sent: %w", path, err)
	}
	signer, err := t.signer()
	if err != nil {
		return Exchange{}, err
	}
	transport, err := signing.NewTransport(signer, t.config.Endpoint,
		signing.WithBase(t.wire), signing.WithAPIVersion(openapi.Service+" "+t.client.ID.String()))
	if err != nil {
		return Exchange{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	req := (&http.Request{Method: method, URL: endpoint, Header: http.Header{}}).WithContext(ctx)
	resp, err := transport.RoundTrip(req) // and not http.Client, which follows redirects
	status := 0
	if err == nil {
		status = resp.StatusCode
		resp.Body.Close()
	}
	return t.answer(status, err)
}

// answer returns the exchange that a client's call ended with.
func (t *trial) answer(status int, err error) (Exchange, error) {
	exchange, sent := t.wire.last()
	switch {
	case errors.As(err, new(*GuardError)):
		return exchange, err // the suite's own fault
	case !sent, exchange.Status != 0 && exchange.Status != status && exchange.Err == "":
		return exchange, fmt.Errorf("the client made no request, or something else of the answer (%d): %w", exchange.Status, err)
	case exchange.Status == 0:
		return exchange, t.unanswered(err, "%s got no answer: %w", exchange, root(err))
	}
	return exchange, nil
}

// unanswered ends a case for want of an answer; or of a whole one, or for an answer that says nothing
// of what was asked. Where the guard held the request back, the suite itself is at fault.
func (t *trial) unanswered(err error, format string, args ...any) error {
	if errors.As(err, new(*GuardError)) {
		return err
	}
	ended := findingf(Inconclusive, format, args...)
	if exchange, sent := t.wire.last(); sent && exchange.Status == 0 {
		ended.unanswered = true
	}
	return ended
}

// control sends a request that differs from a negative in the one thing that is wrong with it. Only if
// it gets past authentication does the refusal of the other mean anything.
func (t *trial) control(ctx context.Context, d detach) (Exchange, error) {
	exchange, err := t.detach(ctx, d)
	if err != nil {
		return exchange, err
	}
	t.keys.see(exchange.Status)
	if err := exchange.unavailable(); err != nil {
		return exchange, err
	}
	if slices.Contains([]int{http.StatusUnauthorized, http.StatusForbidden}, exchange.Status) {
		return exchange, inconclusivef("a request that is rightly signed was answered %s: the keys seem to be refused", describe(exchange.Status))
	}
	return exchange, nil
}

func (t *trial) fixture() (*volumes.ClientWithResponses, error) {
	signer, err := t.signer()
	if err != nil {
		return nil, err
	}
	return volumes.New(t.config.Endpoint, signer, t.client.APIVersion,
		volumes.WithTransport(t.wire), volumes.WithTimeout(t.config.Timeout))
}

func (t *trial) signer() (*signing.Signer, error) {
	return signing.New(t.config.Credentials, signing.WithClock(t.config.Clock))
}

// altered is a transport that changes each request, after it was signed.
type altered struct {
	base  http.RoundTripper
	alter func(*http.Request)
}

// RoundTrip implements http.RoundTripper.
func (a altered) RoundTrip(req *http.Request) (*http.Response, error) {
	if a.alter != nil {
		req = req.Clone(req.Context())
		a.alter(req)
	}
	return a.base.RoundTrip(req)
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

// newest is the client of the newest version that can be called on the day judged.
func (t *trial) newest() (gen.Client, error) {
	standings := t.config.Table.At(t.config.Day)
	recommended, ok := standings.Recommended()
	for _, client := range gen.Clients() {
		if ok && client.ID == recommended.ID {
			return client, nil
		}
	}
	return gen.Client{}, skipf("no version can be recommended on %s, so there is none to compare with", t.config.Day)
}

// versionHeader gives a request the Scp-Api-Version header as it says, or takes it away.
func versionHeader(values ...string) func(*http.Request) {
	return func(req *http.Request) {
		if len(values) == 0 {
			req.Header.Del(signing.HeaderAPIVersion)
			return
		}
		req.Header[signing.HeaderAPIVersion] = values
	}
}

// pinned is the Scp-Api-Version of a version.
func pinned(id lifecycle.ID) string {
	return strings.Join([]string{openapi.Service, id.String()}, " ")
}
