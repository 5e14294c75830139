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
// It waits out what passes, until ctx ends.
func (r *runner) putBack(ctx context.Context, e entry, since time.Time) (changed bool, err error) {
	t := r.keeper(Pair{Volume: e.Volume})
	var last error // the last thing that was in the way
	for wait := newBackoff(t); ; {
		shown, err := t.Show(ctx, e.Volume)
		switch {
		case err != nil && ctx.Err() != nil:
			return changed, tooLong(last)
		case err != nil && !mayPass(err):
			return changed, err
		case err != nil:
			last = err
		case Moving(shown):
			last = fmt.Errorf("it is %s", shown.State)
		default:
			p, attach, todo, err := e.next(shown)
			if err != nil {
				return changed, err
			}
			if !todo && time.Since(since) > confirm {
				return changed, nil
			}
			if todo && (!changed || time.Since(since) > confirm) {
				accepted, err := r.move(ctx, p, attach)
				switch {
				case accepted:
					changed, since = true, time.Now()
				case ctx.Err() != nil:
					return changed, tooLong(last)
				case !mayPass(err):
					return changed, err
				default:
					last = err
				}
			}
		}
		if !wait.pause(ctx) {
			return changed, tooLong(last)
		}
	}
}

// next is what has to be done with a volume that is at rest, if there is anything to do.
func (e entry) next(shown *volumes.Volume) (p Pair, attach, todo bool, err error) {
	if Failed(shown) {
		return p, false, false, fmt.Errorf("its state is %q", shown.State)
	}
	for _, s := range shown.Servers {
		switch {
		case containsFold(e.Attached, s.ID):
		case containsFold(e.Servers, s.ID):
			return Pair{e.Volume, s.ID}, false, true, nil
		default:
			return p, false, false, fmt.Errorf("it is attached to server %s by now, to which no run attaches it", s.ID)
		}
	}
	for _, server := range e.Attached {
		if !AttachedTo(shown, server) {
			return Pair{e.Volume, server}, true, true, nil
		}
	}
	return p, false, false, nil
}

func containsFold(list []string, id string) bool {
	return slices.ContainsFunc(list, func(one string) bool { return strings.EqualFold(one, id) })
}

// move asks once for an attach or a detach, and reports whether it was accepted.
func (r *runner) move(ctx context.Context, p Pair, attach bool) (accepted bool, err error) {
	request := Request{Operation: Detach, Pair: p, Once: true, About: "a volume to put back"}
	if attach {
		request.Operation = Attach
	}
	exchange, err := r.keeper(p).Send(ctx, request)
	if err != nil || exchange.Status == http.StatusAccepted {
		return err == nil, err
	}
	what := "detaching it"
	if attach {
		what = "attaching it"
	}
	return false, ShownBy(exchange, CannotJudge(CodeSetup, "%s was answered %s", what, StatusText(exchange.Status)))
}

// atRest shows a volume with which nothing is under way. It waits out what passes, until ctx ends.
func (r *runner) atRest(ctx context.Context, volume string) (*volumes.Volume, error) {
	t := r.keeper(Pair{Volume: volume})
	for wait := newBackoff(t); ; {
		shown, err := t.Show(ctx, volume)
		switch {
		case err == nil && !Moving(shown):
			return shown, nil
		case err == nil:
			err = fmt.Errorf("it is %s", shown.State)
		case ctx.Err() != nil:
			return nil, tooLong(nil)
		case !mayPass(err):
			return nil, err
		}
		if !wait.pause(ctx) {
			return nil, tooLong(err)
		}
	}
}

// mayPass reports whether what is in the way may pass by itself: no answer came, or a gateway's, or a change was
// refused for something else than the keys, as the volume is busy, or not yet as it was shown.
func mayPass(err error) bool {
	if p, ok := errors.AsType[*problem](err); ok && p.Code == CodeUnavailable {
		return true
	}
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
		run: r, asked: Case{ID: "fixture", Harm: HarmDetaches}, client: client,
		guard: &guard{base: r.turnstile, harm: HarmDetaches, endpoint: r.endpoint, fixture: own, unused: r.unused},
	}
}

// backoff waits longer and longer, with jitter: several runs that meet the same trouble do not ask in step.
type backoff struct{ next time.Duration }

func newBackoff(t *Trial) *backoff { return &backoff{t.firstPause()} }

// pause reports whether ctx goes on after it.
func (p *backoff) pause(ctx context.Context) bool {
	const longest = 2 * time.Second
	half := p.next / 2
	timer := time.NewTimer(half + rand.N(half+1)) //nolint:gosec // jitter, no secret
	defer timer.Stop()
	p.next = min(2*p.next, longest)
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// tooLong is the error of a wait that ended before what was in the way passed.
func tooLong(last error) error {
	if last == nil {
		return errors.New("it took too long")
	}
	return fmt.Errorf("it took too long: %w", last)
}
