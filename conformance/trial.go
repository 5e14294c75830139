package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/fixture"
	"github.com/scp-openapi/virtualserver/signing"
)

// Fixture is what of an account the suite may touch. A case that needs what is not named is skipped.
type Fixture struct {
	// Volume is a data volume that is attached to Server and detached from it, over and over.
	Volume, Server string
	// OSVolume is the OS's default volume of Server. It is never detached, unless by an endpoint that
	// lets it go.
	OSVolume string
}

// trial is one attempt at one case in one version. Requests are made by the typed clients, and go
// through the recorder, a change that the case asks for, and the guard.
type trial struct {
	config  *Config
	client  gen.Client
	guard   *guard
	wire    *recorder
	nowhere *nowhere
}

// detach is a detach to be asked for.
type detach struct {
	volume, server string
	// as signs with other credentials than those of the run.
	as *signing.Credentials
	// alter changes the request after it was signed.
	alter func(*http.Request)
}

// detach asks for a detach through the typed client of the version. It ends the case as inconclusive
// when no answer comes.
func (t *trial) detach(ctx context.Context, d detach) (Exchange, error) {
	credentials := t.config.Credentials
	if d.as != nil {
		credentials = *d.as
	}
	signer, err := t.signer(credentials)
	if err != nil {
		return Exchange{}, err
	}
	status, err := t.client.Detach(ctx, gen.Connection{
		Endpoint:  t.config.Endpoint,
		Signer:    signer,
		Transport: altered{t.wire, d.alter},
		Timeout:   t.config.Timeout,
	}, d.volume, d.server)
	return t.answer(status, err)
}

// answer returns the exchange that a client's call ended with.
func (t *trial) answer(status int, err error) (Exchange, error) {
	exchange, sent := t.wire.last()
	var guarded *GuardError
	switch {
	case errors.As(err, &guarded):
		return exchange, err // the suite's own fault
	case !sent, status == 0 && exchange.Status != 0 && exchange.Err == "":
		return exchange, fmt.Errorf("the client made no request of this, or nothing of the answer: %w", err)
	case exchange.Status == 0:
		return exchange, inconclusivef("%s got no answer: %w", exchange, root(err))
	}
	return exchange, nil
}

// control sends a request that differs from a negative in the one thing that is wrong with it. Only if
// it gets past authentication does the refusal of the other mean anything.
func (t *trial) control(ctx context.Context, d detach) error {
	exchange, err := t.detach(ctx, d)
	if err != nil {
		return err
	}
	blocked := []int{http.StatusUnauthorized, http.StatusForbidden, http.StatusTooManyRequests}
	if slices.Contains(blocked, exchange.Status) || exchange.Status >= http.StatusInternalServerError {
		return inconclusivef("the control, the same request rightly signed, was answered %s", describe(exchange.Status))
	}
	return nil
}

// show shows the fixture's volume, or another of the account.
func (t *trial) show(ctx context.Context, volume string) (*fixture.Volume, error) {
	client, err := t.fixture()
	if err != nil {
		return nil, err
	}
	resp, err := client.ShowVolumeWithResponse(ctx, fixture.VolumeID(volume))
	if err != nil {
		return nil, inconclusivef("show volume %s: %w", volume, root(err))
	}
	if resp.JSON200 == nil {
		return nil, inconclusivef("show volume %s was answered %s, so its state is not known", volume, describe(resp.StatusCode()))
	}
	return resp.JSON200, nil
}

// attached sees to it that the volume is attached to the server and in use.
func (t *trial) attached(ctx context.Context) error {
	if err := t.needs("volume and server", t.config.Fixture.Volume, t.config.Fixture.Server); err != nil {
		return err
	}
	volume, err := t.settled(ctx)
	if err != nil {
		return err
	}
	if volume.AttachedTo(t.config.Fixture.Server) {
		return nil
	}
	client, err := t.fixture()
	if err != nil {
		return err
	}
	resp, err := client.AttachVolumeToVirtualServerWithResponse(ctx,
		fixture.VolumeID(t.config.Fixture.Volume), fixture.AttachRequest{ServerID: t.config.Fixture.Server})
	if err == nil {
		err = resp.Err()
	}
	if err != nil {
		return inconclusivef("set-up: attach volume %s: %w", t.config.Fixture.Volume, root(err))
	}
	if volume, err = t.settled(ctx); err != nil {
		return err
	}
	if !volume.AttachedTo(t.config.Fixture.Server) {
		return inconclusivef("set-up: volume %s was attached, but is %s, and not at server %s",
			volume.ID, volume.State, t.config.Fixture.Server)
	}
	return nil
}

// unattached sees to it that the volume is attached to nothing.
func (t *trial) unattached(ctx context.Context) error {
	if err := t.needs("volume and server", t.config.Fixture.Volume, t.config.Fixture.Server); err != nil {
		return err
	}
	volume, err := t.settled(ctx)
	if err != nil || !volume.AttachedTo(t.config.Fixture.Server) {
		return err
	}
	exchange, err := t.detach(ctx, t.ofFixture())
	if err != nil {
		return err
	}
	if exchange.Status != http.StatusAccepted {
		return inconclusivef("set-up: %s was answered %s", exchange, describe(exchange.Status))
	}
	volume, gone, err := t.gone(ctx)
	if err == nil && !gone {
		err = inconclusivef("set-up: volume %s was detached, but is %s, and at server %s still", volume.ID, volume.State, t.config.Fixture.Server)
	}
	return err
}

// ofFixture is the detach of the volume and the server that were named.
func (t *trial) ofFixture() detach {
	return detach{volume: t.config.Fixture.Volume, server: t.config.Fixture.Server}
}

// settled shows the volume until nothing is under way with it.
func (t *trial) settled(ctx context.Context) (*fixture.Volume, error) {
	volume, done, err := t.await(ctx, func(v *fixture.Volume) bool { return !v.Moving() })
	if err == nil && !done {
		err = inconclusivef("volume %s is %s after %s still", volume.ID, volume.State, t.config.Settle)
	}
	return volume, err
}

// gone shows the volume until it is away from the server, and reports whether it is. Right after a
// detach was accepted it may still be shown as it was.
func (t *trial) gone(ctx context.Context) (*fixture.Volume, bool, error) {
	return t.await(ctx, func(v *fixture.Volume) bool {
		return !v.Moving() && !v.AttachedTo(t.config.Fixture.Server)
	})
}

// await shows the volume until it is as it should be, or Settle is over.
func (t *trial) await(ctx context.Context, done func(*fixture.Volume) bool) (*fixture.Volume, bool, error) {
	const firstPause, longestPause = 5 * time.Millisecond, time.Second
	deadline := time.NewTimer(t.config.Settle)
	defer deadline.Stop()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		volume, err := t.show(ctx, t.config.Fixture.Volume)
		if err != nil || done(volume) {
			return volume, true, err
		}
		select {
		case <-time.After(pause):
		case <-deadline.C:
			return volume, false, nil
		case <-ctx.Done():
			return nil, false, inconclusivef("waiting for volume %s, which is %s: %w", volume.ID, volume.State, context.Cause(ctx))
		}
	}
}

// needs skips a case whose fixture was not named.
func (t *trial) needs(what string, ids ...string) error {
	if slices.Contains(ids, "") {
		return skipf("no %s was named to try it on", what)
	}
	return nil
}

func (t *trial) fixture() (*fixture.ClientWithResponses, error) {
	signer, err := t.signer(t.config.Credentials)
	if err != nil {
		return nil, err
	}
	return fixture.New(t.config.Endpoint, signer, t.client.ID.String(),
		fixture.WithTransport(t.wire), fixture.WithTimeout(t.config.Timeout))
}

func (t *trial) signer(credentials signing.Credentials) (*signing.Signer, error) {
	return signing.New(credentials, signing.WithClock(t.config.Clock))
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
