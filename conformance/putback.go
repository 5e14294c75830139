package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// putBack attaches and detaches a volume until it is attached to what it was before, and to nothing else. Since
// is when something was last done with the volume: for a while after that, a look at it may lag behind.
// It waits out what passes, until ctx ends, or nothing has answered for as long as silence.
func (r *runner) putBack(ctx context.Context, e entry, since time.Time) (changed bool, err error) {
	t := r.keeper(Pair{Volume: e.Volume})
	var last error // the last thing that was in the way
	var moved move
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	silence := r.silence()
	silent := time.AfterFunc(silence, func() { cancel(silentError(silence)) })
	defer silent.Stop()
	for wait := newBackoff(t); ; {
		shown, err := t.look(ctx, e.Volume)
		if answered(err) {
			silent.Reset(silence)
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return changed, tooLong(ctx, last)
		case err != nil && !mayPass(err):
			return changed, err
		case err != nil:
			last = err
		case Moving(shown):
			last = fmt.Errorf("it is %s", shown.State)
		default:
			lags := time.Since(since) <= confirm
			next, todo, err := e.next(shown)
			switch {
			case err != nil:
				return changed, err
			case !todo && !lags:
				return changed, nil
			case todo && (next != moved || !lags):
				accepted, err := r.move(ctx, next)
				switch {
				case accepted:
					changed, moved, since = true, next, time.Now()
					last = fmt.Errorf("%s was accepted, and is not done", next)
				case ctx.Err() != nil:
					return changed, tooLong(ctx, last)
				case !mayPass(err):
					return changed, err
				default:
					last = err
				}
			}
		}
		if !wait.pause(ctx) {
			return changed, tooLong(ctx, last)
		}
	}
}

// silence is for how long nothing may answer before putBack gives up: as long as one request may take, and a bit, or
// less where the run has waited for answers already. Somebody waits for the run to end, and the ledger keeps what is
// left.
func (r *runner) silence() time.Duration {
	const more = 10 * time.Second
	long := r.Timeout + 2*longestPause
	if given, ok := errors.AsType[*problem](r.aborted()); ok && given.Code == CodeNoAnswer {
		return min(long, more)
	}
	return long
}

// silentError is for how long nothing answered.
type silentError time.Duration

// Error implements error.
func (e silentError) Error() string { return fmt.Sprintf("nothing answered for %s", time.Duration(e)) }

// answered reports whether a request came back, whatever it was answered.
func answered(err error) bool {
	exchange, sent := ExchangeOf(err)
	return err == nil || sent && exchange.Status != 0
}

// move is an attach or a detach.
type move struct {
	pair   Pair
	attach bool
}

// String names what is asked for.
func (m move) String() string {
	if m.attach {
		return "attaching it"
	}
	return "detaching it"
}

// next is what has to be done with a volume that is at rest, if there is anything to do.
func (e entry) next(shown *volumes.Volume) (next move, todo bool, err error) {
	if Failed(shown) {
		return next, false, fmt.Errorf("its state is %q", shown.State)
	}
	for _, s := range shown.Servers {
		switch {
		case containsFold(e.Attached, s.ID):
		case containsFold(e.Servers, s.ID):
			return move{Pair{e.Volume, s.ID}, false}, true, nil
		default:
			return next, false, fmt.Errorf("it is attached to server %s by now, to which no run attaches it", s.ID)
		}
	}
	for _, server := range e.Attached {
		if !AttachedTo(shown, server) {
			return move{Pair{e.Volume, server}, true}, true, nil
		}
	}
	return next, false, nil
}

func containsFold(list []string, id string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, id) })
}

// move asks once for an attach or a detach, and reports whether it was accepted.
func (r *runner) move(ctx context.Context, m move) (accepted bool, err error) {
	request := Request{Operation: Detach, Pair: m.pair, About: "a volume to put back"}
	if m.attach {
		request.Operation = Attach
	}
	exchange, err := r.keeper(m.pair).once(ctx, request)
	if err != nil || exchange.Status == http.StatusAccepted {
		return err == nil, err
	}
	return false, ShownBy(exchange, CannotJudge(CodeSetup, "%s was answered %s", m, StatusText(exchange.Status)))
}

// look shows a volume, and asks once: who waits for it asks again.
func (t *Trial) look(ctx context.Context, volume string) (*volumes.Volume, error) {
	exchange, err := t.once(ctx, showing(volume))
	if err != nil {
		return nil, err
	}
	return t.shownIn(exchange, volume)
}

// atRest shows a volume with which nothing is under way. It waits out what passes, until ctx ends.
func (r *runner) atRest(ctx context.Context, volume string) (*volumes.Volume, error) {
	t := r.keeper(Pair{Volume: volume})
	for wait := newBackoff(t); ; {
		shown, err := t.look(ctx, volume)
		switch {
		case err == nil && !Moving(shown):
			return shown, nil
		case err == nil:
			err = fmt.Errorf("it is %s", shown.State)
		case ctx.Err() != nil:
			return nil, tooLong(ctx, nil)
		case !mayPass(err):
			return nil, err
		}
		if !wait.pause(ctx) {
			return nil, tooLong(ctx, err)
		}
	}
}

// mayPass reports whether what is in the way may pass by itself: no answer came, or a gateway's, or a change was
// refused for something else than the keys, as the volume is busy, or not yet as it was shown.
func mayPass(err error) bool {
	exchange, sent := ExchangeOf(err)
	switch {
	case !sent:
		return false
	case exchange.Status == 0, exchange.Overloaded(), exchange.Status == http.StatusConflict:
		return true
	}
	return exchange.Method != http.MethodGet && exchange.Refused() &&
		exchange.Status != http.StatusUnauthorized && exchange.Status != http.StatusForbidden
}

// keeper is the trial that takes care of a volume. Its guard lets out what is about the pair, and nothing else.
func (r *runner) keeper(p Pair) *Trial {
	client := gen.Clients()[len(gen.Clients())-1]
	if id, err := r.newest(); err == nil {
		client = r.clientOf(id)
	}
	own := Fixture{Volume: p.Volume, Server: p.Server}
	return &Trial{
		run: r, asked: Case{ID: "fixture", Harm: HarmDetaches}, client: client, fixture: r.fixtures[0],
		guard: &guard{base: r.turnstile, harm: HarmDetaches, endpoint: r.endpoint, fixture: own, unused: r.unused},
	}
}

// longestPause is the longest that a backoff waits.
const longestPause = time.Second

// backoff waits longer and longer, with jitter: several runs that meet the same trouble do not ask in step.
type backoff struct{ next time.Duration }

func newBackoff(t *Trial) *backoff { return &backoff{t.firstPause()} }

// pause reports whether ctx goes on after it.
func (p *backoff) pause(ctx context.Context) bool {
	half := p.next / 2
	timer := time.NewTimer(half + rand.N(half+1)) //nolint:gosec // jitter, no secret
	defer timer.Stop()
	p.next = min(2*p.next, longestPause)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tooLong is the error of a wait that ended before what was in the way passed.
func tooLong(ctx context.Context, last error) error {
	if silent, ok := errors.AsType[silentError](context.Cause(ctx)); ok {
		return silent
	}
	if last == nil {
		return errors.New("it took too long")
	}
	return fmt.Errorf("it took too long: %w", last)
}
