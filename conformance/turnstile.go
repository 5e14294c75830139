package conformance

import (
	"context"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// turnstile is the transport of a run. Every request goes through it, and none leaves otherwise: it is counted, and
// sent no sooner than the rate of the run allows.
type turnstile struct {
	base     http.RoundTripper
	limiter  *rate.Limiter
	requests atomic.Int64
	clocks   clocks
}

// newTurnstile makes a transport that sends perSecond requests a second; as many as come if it is 0.
func newTurnstile(base http.RoundTripper, perSecond float64, now func() time.Time) *turnstile {
	limit, burst := rate.Inf, 1
	if perSecond > 0 {
		limit, burst = rate.Limit(perSecond), max(1, int(perSecond)) // some cases ask several times at once
	}
	return &turnstile{base: base, limiter: rate.NewLimiter(limit, burst), clocks: clocks{now: now}}
}

type admittedKey struct{}

// admit waits until a request may be sent. The first request that is sent with the context returned does not
// wait again: the time limit of a request begins after its turn came.
func (p *turnstile) admit(ctx context.Context) (context.Context, error) {
	if err := p.limiter.Wait(ctx); err != nil {
		return ctx, err
	}
	return context.WithValue(ctx, admittedKey{}, new(atomic.Bool)), nil
}

// RoundTrip implements http.RoundTripper.
func (p *turnstile) RoundTrip(req *http.Request) (*http.Response, error) {
	used, admitted := req.Context().Value(admittedKey{}).(*atomic.Bool)
	if !admitted || used.Swap(true) {
		if err := p.limiter.Wait(req.Context()); err != nil {
			return nil, err
		}
	}
	// A request without a connection is none, and net/http sends some again by itself, each time over another one.
	var traced atomic.Bool
	var connections atomic.Int32
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GetConn: func(string) { traced.Store(true) },
		GotConn: func(httptrace.GotConnInfo) {
			if connections.Add(1) > 1 {
				_ = p.limiter.Wait(req.Context()) // if that has ended, the request ends too
			}
			p.requests.Add(1)
		},
	})
	sent := p.clocks.now()
	resp, err := p.base.RoundTrip(req.WithContext(ctx))
	if !traced.Load() { // another transport than net/http's
		p.requests.Add(1)
	}
	if err == nil {
		p.clocks.compare(resp.Header, sent)
	}
	return resp, err
}
