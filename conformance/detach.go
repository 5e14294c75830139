package conformance

import (
	"context"
	"net/http"
)

const osVolumeRule = "For the OS’s default volume, you cannot modify the attached server or cancel the service."

// refusals are the documented ones of a detach that cannot be. Which of them belongs to which cause is
// said nowhere, so either will do (assumed).
var refusals = []int{http.StatusBadRequest, http.StatusConflict}

var detachCases = []Case{
	{
		ID:       "detach-accepted",
		Summary:  "detaching an attached volume is answered 202",
		Sentence: "Detach the Volume from a server. 202 Accepted",
		Source:   Document,
		Harm:     Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, t.ofFixture())
			if err != nil {
				return err
			}
			return exchange.expect(http.StatusAccepted)
		},
	},
	{
		ID:       "detach-takes-effect",
		Summary:  "a volume whose detach was accepted is no longer at the server",
		Sentence: "Detach the Volume from a server.",
		Source:   Document,
		Harm:     Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, t.ofFixture())
			if err != nil {
				return err
			}
			if exchange.Status != http.StatusAccepted {
				return inconclusivef("no detach was accepted: it was answered %s", describe(exchange.Status))
			}
			volume, gone, err := t.gone(ctx)
			if err == nil && !gone {
				err = failf("the detach was accepted, but %s later volume %s is %s, and not away from server %s",
					t.config.Settle, volume.ID, volume.State, t.config.Fixture.Server)
			}
			return err
		},
	},
	{
		ID:       "detach-not-attached",
		Summary:  "detaching a volume that is attached to nothing is refused with 400 or 409",
		Sentence: "400 Bad Request, 409 Conflict",
		Source:   Document,
		Harm:     Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.unattached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, t.ofFixture())
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	},
	{
		ID:       "detach-unknown-volume",
		Summary:  "detaching a volume that there is not is refused with 400 or 409",
		Sentence: "400 Bad Request, 409 Conflict",
		Source:   Document,
		Harm:     Detaches, // the server exists
		ask: func(ctx context.Context, t *trial) error {
			// The fixture is there, so what is unknown is the volume and nothing else.
			if err := t.attached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, detach{volume: t.nowhere.id(), server: t.config.Fixture.Server})
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	},
	{
		ID:       "detach-unknown-server",
		Summary:  "detaching a volume from a server that there is not is refused with 400 or 409, and detaches nothing",
		Sentence: "400 Bad Request, 409 Conflict",
		Source:   Document,
		Harm:     Detaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			exchange, err := t.detach(ctx, detach{volume: t.config.Fixture.Volume, server: t.nowhere.id()})
			if err != nil {
				return err
			}
			if err := exchange.expect(refusals...); err != nil {
				return err
			}
			return t.stillAttached(ctx, t.config.Fixture.Volume)
		},
	},
	{
		ID:       "detach-os-volume",
		Summary:  "detaching the OS's default volume is refused with 400 or 409, and it stays where it is",
		Sentence: osVolumeRule,
		Source:   Document,
		Harm:     Dangerous,
		ask: func(ctx context.Context, t *trial) error {
			volume := t.config.Fixture.OSVolume
			if err := t.needs("OS volume and server", volume, t.config.Fixture.Server); err != nil {
				return err
			}
			shown, err := t.show(ctx, volume)
			if err != nil {
				return err
			}
			if !shown.AttachedTo(t.config.Fixture.Server) {
				return inconclusivef("set-up: the OS volume %s is not at server %s", volume, t.config.Fixture.Server)
			}
			exchange, err := t.detach(ctx, detach{volume: volume, server: t.config.Fixture.Server})
			if err != nil {
				return err
			}
			if err := exchange.expect(refusals...); err != nil {
				return err
			}
			return t.stillAttached(ctx, volume)
		},
	},
}

// stillAttached ends a case whose detach was refused, but took effect.
func (t *trial) stillAttached(ctx context.Context, volume string) error {
	shown, err := t.show(ctx, volume)
	if err != nil {
		return err
	}
	if !shown.AttachedTo(t.config.Fixture.Server) || shown.Moving() {
		return failf("the detach was refused, but volume %s is %s, and no longer in use at server %s",
			volume, shown.State, t.config.Fixture.Server)
	}
	return nil
}
