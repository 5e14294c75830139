package conformance

import (
	"context"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// maxUnanswered is how many cases in a row may end without an answer, all their attempts used up, before the
// endpoint is given up.
const maxUnanswered = 3

// runner is what the cases of a run share.
type runner struct {
	Config
	endpoint signing.Endpoint
	unused   *unusedIDs
	pending  *pending
	mask     *mask
	keys     keysSeen
	stamps   stamps
	pace     pace
	shared   shared
	overload overload
	waits    waits
	aside    aside
	fixtures []*sharedFixture
	// turnstile is the transport of all requests.
	turnstile *turnstile
	custody   *custody
	// listed is what the endpoint says of its versions, if it says anything that makes sense.
	listed *lifecycle.Table

	// results is held by whatever reports a result.
	results sync.Mutex
	// abort, unless it is nil, is what every case ends with, unasked, and trouble what a person is told of it.
	// unanswered counts the cases that got no answer. All are guarded by results.
	abort      error
	trouble    *Trouble
	unanswered int
	giving     givingUp
}

func newRunner(config Config) (*runner, error) {
	endpoint, err := signing.ParseEndpoint(config.Endpoint)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(config.Seed, config.Seed)) //nolint:gosec // IDs that can be made again, no secrets
	r := &runner{
		Config:   config,
		endpoint: endpoint,
		unused:   newUnusedIDs(random.Uint64),
		pending:  &pending{pairs: map[Pair]change{}},
		mask:     newMask(config.Credentials.SecretKey.Reveal(), config.Credentials.AccessKey),
		shared:   shared{made: map[string]*observation{}},
		stamps:   stamps{last: map[stamped]time.Time{}},
		aside:    aside{why: map[brokenFor]string{}},
		waits:    newWaits(),

		turnstile: newTurnstile(config.Transport, config.Rate, config.Clock),
	}
	for _, fixture := range append([]Fixture{config.Fixture}, config.More...) {
		r.fixtures = append(r.fixtures, newSharedFixture(fixture))
	}
	r.custody = &custody{run: r}
	return r, nil
}

// all asks every case of every version, as many versions side by side as the run allows.
func (r *runner) all(ctx context.Context) []Result {
	perVersion := make([][]Result, len(r.Clients))
	slots := make(chan struct{}, r.Parallel)
	var running sync.WaitGroup
	for i, client := range r.Clients {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			v := &versionRun{runner: r, client: client, index: registered(client), fixture: r.fixtures[i%len(r.fixtures)], watched: map[string]*findings{}}
			perVersion[i] = v.all(ctx)
		})
	}
	running.Wait()
	return slices.Concat(perVersion...)
}

// registered is the place of a client among all of them: a version draws the same sample whichever others are
// asked.
func registered(client gen.Client) int {
	return max(0, slices.IndexFunc(gen.Clients(), func(c gen.Client) bool { return c.ID == client.ID }))
}

// versionRun asks the cases of one version.
type versionRun struct {
	*runner
	client  gen.Client
	index   int
	fixture *sharedFixture
	// skip is what cases of an ended version end with that is no longer answered.
	skip error
	// itsTurn is set while the version keeps the fixture to itself from case to case.
	itsTurn bool
	// watched are the facts that cases met which others are about, by the case that is.
	watched map[string]*findings
}

// all asks the cases in order, those last that collect what others meet. The results are in the order of
// the cases.
func (v *versionRun) all(ctx context.Context) []Result {
	v.skip = v.skipEnded(ctx)
	v.tryKeys(ctx)
	results := make([]Result, len(v.Cases))
	family := ""
	turns := v.takesTurns()
	if !turns {
		v.between(ctx)
	}
	for todo := v.order(); len(todo) > 0; {
		at := 0
		if turns {
			at = v.next(ctx, todo)
		}
		i := todo[at]
		todo = slices.Delete(todo, at, at+1)
		c := v.Cases[i]
		if family != "" && family != c.Family && v.touches(family) && (v.itsTurn || !turns) {
			v.between(ctx)
		}
		family = c.Family
		results[i] = v.result(ctx, c)
	}
	v.letGo()
	v.between(ctx)
	for i, c := range v.Cases {
		if c.judgesLast() {
			results[i] = v.result(ctx, c)
		}
	}
	return results
}

// order is the order in which the cases are asked that judge for themselves. Versions that are asked side by side
// begin with different families, so that they do not all wait for the fixture at first.
func (v *versionRun) order() []int {
	var families []string
	of := map[string][]int{}
	for i, c := range v.Cases {
		if !c.judgesLast() {
			families = appendNew(families, c.Family)
			of[c.Family] = append(of[c.Family], i)
		}
	}
	first := 0
	if v.Parallel > 1 && !v.takesTurns() {
		first = v.index % len(v.Clients) * len(families) / len(v.Clients)
	}
	var order []int
	for _, family := range slices.Concat(families[first:], families[:first]) {
		order = append(order, of[family]...)
	}
	return order
}

// touches reports whether a case of a family touches the fixture.
func (v *versionRun) touches(family string) bool {
	return slices.ContainsFunc(v.Cases, func(c Case) bool { return c.Family == family && c.Harm >= HarmDetaches })
}

// between has the cases look that want to between families.
func (v *versionRun) between(ctx context.Context) {
	for _, c := range v.Cases {
		if c.Between == nil || v.whyNot(ctx, c) != nil {
			continue
		}
		v.touching(c, func() {
			ctx, cancel := v.limited(ctx)
			defer cancel()
			v.watchedBy(c.ID).add(v.lookBetween(ctx, c), "", "")
			v.tryKeys(ctx)
		})
	}
}

// lookBetween has a case look, again where an answer is lost.
func (v *versionRun) lookBetween(ctx context.Context, c Case) error {
	for attempt := 1; ; attempt++ {
		t := v.trial(c)
		err := t.question(ctx, c.Between)
		v.watch(t)
		if !passing(err) || !v.another(ctx, attempt, true) {
			return err
		}
	}
}

func (v *versionRun) watchedBy(id string) *findings {
	if v.watched[id] == nil {
		v.watched[id] = new(findings)
	}
	return v.watched[id]
}

// watch shows what a trial sent to the cases that are about what others meet.
func (v *versionRun) watch(t *Trial) {
	for _, c := range v.Cases {
		if c.Watch == nil {
			continue
		}
		for _, exchange := range t.taken() {
			if exchange.Case != t.asked.ID {
				continue // shown when it was sent
			}
			seenBy := exchange.Case
			if seenBy == c.ID {
				seenBy = ""
			}
			v.watchedBy(c.ID).add(ShownBy(exchange, c.Watch(t, exchange)), "", seenBy)
		}
	}
	for _, left := range t.left {
		v.watchedBy(left.to).add(left.err, "", t.asked.ID)
	}
}

// watcher is the case of the run that watches for breaches of a clause, or collects them, or nothing.
func (r *runner) watcher(clause string) string {
	for _, c := range r.Cases {
		if (c.Watch != nil || c.Collects) && slices.ContainsFunc(c.Clauses, func(own Clause) bool { return own.ID == clause }) {
			return c.ID
		}
	}
	return ""
}

// collects reports whether a case collects what others leave to it.
func (r *runner) collects(id string) bool {
	return slices.ContainsFunc(r.Cases, func(c Case) bool { return c.ID == id && c.Collects })
}

// watches reports whether another case than the one asked watches for breaches of a clause.
func (r *runner) watches(clause, asked string) bool {
	id := r.watcher(clause)
	return clause != "" && id != "" && id != asked
}

// touching runs f while no other version changes the fixture, if the case touches it, and while none looks at it,
// if the case changes it.
func (v *versionRun) touching(c Case, f func()) {
	switch {
	case v.itsTurn:
	case c.SideBySide:
		v.fixture.inUse.RLock()
		defer v.fixture.inUse.RUnlock()
	case c.Harm >= HarmDetaches || c.Between != nil:
		v.fixture.inUse.Lock()
		defer v.fixture.inUse.Unlock()
	}
	f()
}

// alone runs f, a part of what touching runs, while no other version touches the fixture.
func (v *versionRun) alone(c Case, f func()) {
	if c.SideBySide && !v.itsTurn {
		v.fixture.inUse.RUnlock()
		defer v.fixture.inUse.RLock()
		v.fixture.inUse.Lock()
		defer v.fixture.inUse.Unlock()
	}
	f()
}

// skipEnded is how an ended version that is no longer answered is skipped, or nil.
func (v *versionRun) skipEnded(ctx context.Context) error {
	t := v.trial(Case{ID: "version-answered", Harm: HarmReads})
	if t.standing.State == lifecycle.Ended && v.aborted() == nil {
		if _, answered, err := t.Answered(ctx); err == nil && !answered {
			return Skipped("%s, and is no longer answered, as it need not be", t.standing)
		}
	}
	return nil // whatever else is wrong shows in the cases
}

func (v *versionRun) trial(c Case) *Trial {
	standing, known := v.Table.At(v.Day).Of(v.client.ID)
	if !known { // no longer in a table that was read from an endpoint
		standing = lifecycle.Standing{Version: v.client.Version, State: lifecycle.Ended}
	}
	wire := http.RoundTripper(v.turnstile)
	if c.Harm >= HarmDetaches {
		wire = v.custody.watch(wire)
	}
	return &Trial{
		run: v.runner, asked: c, client: v.client, standing: standing, fixture: v.fixture,
		guard: &guard{base: wire, harm: c.Harm, endpoint: v.endpoint, fixture: v.fixture.Fixture, unused: v.unused},
	}
}

func (r *runner) aborted() error {
	r.results.Lock()
	defer r.results.Unlock()
	return r.abort
}

// whyNot is what a case ends with that is not asked, or nil.
func (v *versionRun) whyNot(ctx context.Context, c Case) error {
	standing := v.trial(c).standing
	switch {
	case v.aborted() != nil:
		return v.aborted()
	case ctx.Err() != nil:
		return CannotJudge(CodeStopped, "not asked, as the run was stopped: %w", context.Cause(ctx))
	case c.Harm > v.Harm:
		return Skipped("its class is %s, and the run allows no more than %s; allow it with %s", c.Harm, v.Harm, v.allowing(c.Harm))
	case c.Harm >= HarmDetaches && v.custody.refused() != nil:
		return v.custody.refused()
	case standing.State == lifecycle.Planned && !c.AnyState:
		return Skipped("version %s is PLANNED: it cannot be called yet", v.client.ID)
	case v.skip != nil && !c.AnyState:
		return v.skip
	case c.Rotates && !v.whole() && v.turn() != v.client.ID:
		return NotApplicable("a sample asks it in one version, %s with this seed", v.turn())
	case c.Rotates && !v.All && !v.movesToday(c):
		return Skipped("it moves volumes several times, and a sample of a live endpoint asks it one night in %d; ask it with --all", movesRarely)
	}
	return nil
}
