package conformance

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// givingUp is what ends a run before its cases are asked: an endpoint that refuses every right signature, or
// that has gone.
type givingUp struct {
	keys  sync.Once
	gone  sync.Mutex
	downs atomic.Int32 // requests that stayed 5xx, while nothing else worked either
	// hopeless is how many cases in a row stayed inconclusive in all their attempts.
	hopeless atomic.Int32
}

// giveUp has every case from now on end with why, unasked. Trouble says it to a person, unless the report
// does by itself.
func (r *runner) giveUp(why error, trouble *Trouble) {
	r.results.Lock()
	defer r.results.Unlock()
	if r.abort == nil {
		r.abort, r.trouble = why, trouble
	}
}

// tryKeys gives the endpoint up where it refuses the keys of the run. Once a correctly signed request was
// answered 401, the other versions and operations are tried: where one lets the keys in, the refusal is for
// the cases to judge.
func (v *versionRun) tryKeys(ctx context.Context) {
	if !v.keys.refused.Load() || v.keys.taken.Load() || v.aborted() != nil {
		return
	}
	v.giving.keys.Do(func() {
		refused, err := v.refusesKeys(ctx)
		switch {
		case err != nil: // for the cases to say
			return
		case !refused:
			v.keys.taken.Store(true)
			return
		}
		v.giveUp(CannotJudge(CodeKeys, "not asked, as the endpoint refuses these keys (401)"), nil)
	})
}

// refusesKeys reports whether every version answers every correctly signed request 401.
func (v *versionRun) refusesKeys(ctx context.Context) (bool, error) {
	t := v.trial(Case{ID: "keys", Harm: min(v.Harm, HarmRefused)})
	asked := false
	for _, client := range v.Clients {
		for _, r := range []Request{{Operation: ShowVolume, Pair: Pair{Volume: v.fixture.Volume}}, {Pair: t.Unused()}} {
			if r.Pair.Volume == "" || r.Operation == Detach && !t.Allows(HarmRefused) {
				continue
			}
			r.By, asked = client.ID, true
			if e, err := t.Send(ctx, r); err != nil || e.Status != http.StatusUnauthorized {
				return false, err
			}
		}
	}
	return asked, nil
}

// down gives the endpoint up where request after request stays 5xx, and nothing else works.
func (r *runner) down(e Exchange) {
	const enough = 3
	if r.giving.downs.Add(1) != enough {
		return
	}
	status := StatusText(e.Status)
	r.giveUp(CannotJudge(CodeUnavailable, "not asked, as the endpoint answers %s to everything", status),
		&Trouble{TroubleDown, fmt.Sprintf("The endpoint answers %s to everything: is this the Virtual Server API, and is it up?", status)})
}

// tries is how often to ask a case that cannot be judged: once, where a few in a row could not be, however often
// they were asked.
func (r *runner) tries() int {
	const few = 3
	if r.giving.hopeless.Load() >= few {
		return 1
	}
	return r.Attempts
}

// tried records how a case ended after all its attempts.
func (r *runner) tried(verdict Verdict) {
	switch verdict {
	case Inconclusive:
		r.giving.hopeless.Add(1)
	case Pass, Fail, Differs:
		r.giving.hopeless.Store(0)
	}
}

// tryReaching gives the endpoint up where nothing takes connections any more.
func (r *runner) tryReaching(ctx context.Context, err error) {
	const moment = 300 * time.Millisecond // for a service that is started anew
	if !refusesConnections(err) || r.aborted() != nil || ctx.Err() != nil {
		return
	}
	r.giving.gone.Lock()
	defer r.giving.gone.Unlock()
	timer := time.NewTimer(moment)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return
	}
	if trouble := r.reach(ctx); trouble != nil {
		trouble.Text = "It stopped answering in the middle of the run. " + trouble.Text
		r.giveUp(CannotJudge(CodeNoAnswer, "not asked, as the endpoint can no longer be reached"), trouble)
	}
}

// refusesConnections reports whether an error says that nothing listens.
func refusesConnections(err error) bool {
	var dial *net.OpError
	var p *problem
	return errors.As(err, &p) && p.unanswered && errors.As(p.dialed, &dial) && dial.Op == "dial"
}
