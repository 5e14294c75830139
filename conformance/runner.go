package conformance

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
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
	shared   shared
	overload overload
	waits    waits
	aside    aside
	// attachments are where volumes have to be.
	attachments attachments
	requests    atomic.Int64
	// listed is what the endpoint says of its versions, if it says anything that makes sense.
	listed *lifecycle.Table

	// fixture is held by whatever touches the fixture, results by whatever reports one.
	fixture, results sync.Mutex
	// abort, unless it is nil, is what every case ends with, unasked. unanswered counts the cases that got
	// no answer. Both are guarded by results.
	abort      error
	unanswered int
}

func newRunner(config Config) (*runner, error) {
	endpoint, err := signing.ParseEndpoint(config.Endpoint)
	if err != nil {
		return nil, err
	}
	random := rand.New(rand.NewPCG(config.Seed, config.Seed)) //nolint:gosec // IDs that can be made again, no secrets
	return &runner{
		Config:   config,
		endpoint: endpoint,
		unused:   newUnusedIDs(random.Uint64),
		pending:  &pending{pairs: map[Pair]change{}},
		mask:     newMask(config.Credentials.SecretKey.Reveal(), config.Credentials.AccessKey),
		shared:   shared{made: map[string]*observation{}},
		aside:    aside{why: map[string]string{}},

		attachments: attachments{servers: map[string]map[string]bool{}, changes: map[string]int{}},
	}, nil
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
			v := &versionRun{runner: r, client: client, index: i, watched: map[string]*findings{}}
			perVersion[i] = v.all(ctx)
		})
	}
	running.Wait()
	return slices.Concat(perVersion...)
}

// versionRun asks the cases of one version.
type versionRun struct {
	*runner
	client gen.Client
	index  int
	// skip is what cases of an ended version end with that is no longer answered.
	skip error
	// watched are the facts that cases met which others are about, by the case that is.
	watched map[string]*findings
}

// all asks the cases in order, those last that collect what others meet. The results are in the order of
// the cases.
func (v *versionRun) all(ctx context.Context) []Result {
	v.skip = v.skipEnded(ctx)
	results := make([]Result, len(v.Cases))
	family := ""
	v.between(ctx)
	for i, c := range v.Cases {
		if c.judgesLast() {
			continue
		}
		if family != "" && family != c.Family {
			v.between(ctx)
		}
		family = c.Family
		results[i] = v.result(ctx, c)
	}
	v.between(ctx)
	for i, c := range v.Cases {
		if c.judgesLast() {
			results[i] = v.result(ctx, c)
		}
	}
	return results
}

// between has the cases look that want to between families.
func (v *versionRun) between(ctx context.Context) {
	for _, c := range v.Cases {
		if c.Between == nil || v.whyNot(ctx, c) != nil {
			continue
		}
		v.touching(c, func() {
			t := v.trial(c)
			v.watchedBy(c.ID).add(t.question(ctx, c.Between), "", "")
			v.watch(t)
		})
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

// touching runs f while no other version touches the fixture, if the case may.
func (v *versionRun) touching(c Case, f func()) {
	if c.Harm >= HarmDetaches || c.Between != nil {
		v.fixture.Lock()
		defer v.fixture.Unlock()
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
	return &Trial{
		run: v.runner, asked: c, client: v.client, standing: standing,
		guard: &guard{base: v.counted(), harm: c.Harm, endpoint: v.endpoint, fixture: v.Fixture, unused: v.unused},
	}
}

// counted is the transport of the run, which counts what it sends.
func (r *runner) counted() http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		r.requests.Add(1)
		return r.Transport.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

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
		return Skipped("its class is %s, and the run allows no more than %s; allow it with --harm %s", c.Harm, v.Harm, c.Harm)
	case standing.State == lifecycle.Planned && !c.AnyState:
		return Skipped("version %s is PLANNED: it cannot be called yet", v.client.ID)
	case v.skip != nil && !c.AnyState:
		return v.skip
	case c.Rotates && !v.All && v.turn() != v.client.ID:
		return NotApplicable("a sample asks it in one version, %s with this seed", v.turn())
	}
	return nil
}

// turn is the version whose turn it is with the seed of the run: of those that have not ended, or of all
// where all have.
func (r *runner) turn() lifecycle.ID {
	standings := r.Table.At(r.Day)
	callable := slices.DeleteFunc(slices.Clone(r.Clients), func(c gen.Client) bool {
		standing, known := standings.Of(c.ID)
		return !known || standing.State == lifecycle.Ended || standing.State == lifecycle.Planned
	})
	if len(callable) == 0 {
		callable = r.Clients
	}
	return callable[r.Seed%uint64(len(callable))].ID
}

// result asks a case until it can be judged, or its attempts are used up.
func (v *versionRun) result(ctx context.Context, c Case) Result {
	result := Result{Case: c.facts(), Version: v.client.Version, Started: moment(v.Clock())}
	began := time.Now()
	found, asked, unanswered := new(findings), 0, false
	if why := v.whyNot(ctx, c); why != nil {
		found.add(why, "", "")
		result.Unasked = VerdictOf(why) != Skip
	} else {
		v.touching(c, func() { found, asked, unanswered = v.attempts(ctx, c, &result) })
	}
	if watched := v.watched[c.ID]; watched != nil {
		found.merge(watched)
	}
	result.Verdict, result.Findings = found.verdict(asked > 0), found.result()
	if result.Verdict == Pass { // what some variants skipped is no finding against a pass
		for _, f := range result.Findings {
			result.Notes = append(result.Notes, f.Text)
		}
		result.Findings = nil
	}
	ids := []string{c.ID}
	for _, f := range result.Findings {
		if f.SeenBy != "" {
			ids = append(ids, f.SeenBy)
		}
	}
	result.Again = v.again(v.client, ids...)
	result.Duration = since(began)
	v.mask.result(&result)
	v.done(result, unanswered)
	return result
}

// attempts asks a case, and asks again what was inconclusive of it.
func (v *versionRun) attempts(ctx context.Context, c Case, result *Result) (found *findings, passed int, unanswered bool) {
	found = new(findings)
	todo := v.sample(c)
	result.Case.Asked = len(todo)
	gate := c.Ask
	for attempt := 1; ; attempt++ {
		t := v.trial(c)
		open := new(findings) // inconclusive in this attempt
		var again []Variant
		var err error
		if gate != nil {
			if err = t.question(ctx, gate); VerdictOf(err) != Inconclusive {
				gate = nil
				found.add(err, "", "")
			}
		}
		unanswered = isUnanswered(err)
		switch {
		case VerdictOf(err) == Inconclusive:
			open.add(err, "", "")
			again = todo
		case err != nil: // the variants are not asked
		default:
			if len(todo) == 0 {
				passed++
			}
			var some int
			again, some, unanswered = v.variants(ctx, t, todo, found, open)
			passed += some
		}
		v.watch(t)
		verdict := worst(found.verdict(passed > 0), open.verdict(true))
		result.Attempts = append(result.Attempts, Attempt{Verdict: verdict, Reason: firstText(found, open), Exchanges: t.taken()})
		result.Notes = appendNew(result.Notes, t.notes...)
		todo = again
		if len(open.list) == 0 || attempt >= v.Attempts || v.aborted() != nil || ctx.Err() != nil {
			found.merge(open)
			return found, passed, unanswered
		}
	}
}

// enough is how many variants of a case that touches the fixture prove what they prove; every one more costs an
// attach. hopelessVariants is how many in a row may be inconclusive before the others are not asked.
const enough, hopelessVariants = 5, 5

// variants asks variants of a case in one attempt, and returns those to ask again.
func (v *versionRun) variants(ctx context.Context, t *Trial, todo []Variant, found, open *findings) (again []Variant, passed int, unanswered bool) {
	proofs, inARow := 0, 0
	for i, variant := range todo {
		switch {
		case proofs >= enough && t.asked.Harm >= HarmDetaches:
			t.Note("%s not asked, as %d had proved it", plural(len(todo)-i, "variant was", "variants were"), proofs)
			return again, passed, unanswered
		case inARow >= hopelessVariants:
			open.add(CannotJudge(CodeNotAsked, "%s not asked, as %d in a row could not be judged",
				plural(len(todo)-i, "variant was", "variants were"), inARow), "", "")
			return append(again, todo[i:]...), passed, unanswered
		}
		err := t.question(ctx, variant.Ask)
		unanswered = isUnanswered(err)
		switch VerdictOf(err) {
		case Inconclusive:
			open.add(err, variant.Name, "")
			again = append(again, variant)
			inARow++
			continue
		case Pass:
			passed++
		case Fail:
			proofs++
			found.add(err, variant.Name, "")
		default:
			found.add(err, variant.Name, "")
		}
		inARow = 0
	}
	return again, passed, unanswered
}

// sample draws the variants of a case that a run asks: all of them, or as many as make up the whole within
// a fortnight of runs whose seeds follow each other. Versions are asked different ones.
func (v *versionRun) sample(c Case) []Variant {
	const nights = 12
	if v.All || len(c.Variants) == 0 {
		return c.Variants
	}
	size := uint64(len(c.Variants))
	n := (size + nights - 1) / nights
	start := (v.Seed%size*n + uint64(v.index)*n*nights/4) % size
	var drawn []Variant
	for i := range n {
		drawn = append(drawn, c.Variants[(start+i)%size])
	}
	return drawn
}

// done reports a result, and gives the endpoint up where it has not answered for a while.
func (v *versionRun) done(result Result, unanswered bool) {
	v.results.Lock()
	defer v.results.Unlock()
	switch {
	case unanswered:
		if v.unanswered++; v.unanswered == maxUnanswered {
			v.abort = CannotJudge(CodeNoAnswer, "not asked, as %d cases in a row got no answer in time", maxUnanswered)
		}
	case len(result.Attempts) > 0:
		v.unanswered = 0
	}
	if v.OnResult != nil {
		v.OnResult(result)
	}
}

// isUnanswered reports whether a case ended for want of any answer.
func isUnanswered(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.unanswered
}

// firstText is the first thing that was found.
func firstText(of ...*findings) string {
	for _, f := range of {
		for _, p := range f.list {
			return p.Text
		}
	}
	return ""
}

func appendNew(list []string, more ...string) []string {
	for _, one := range more {
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}

// clientOf is the client of a version.
func (r *runner) clientOf(id lifecycle.ID) gen.Client {
	for _, client := range gen.Clients() {
		if client.ID == id {
			return client
		}
	}
	return gen.Client{}
}

// speaker is the version of the run that cases about the endpoint as a whole are asked with: the newest of
// those furthest from their end.
func (r *runner) speaker() lifecycle.ID {
	standings := r.Table.At(r.Day)
	rank := func(client gen.Client) int {
		switch standing, _ := standings.Of(client.ID); standing.State {
		case lifecycle.Planned:
			return 0
		case lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated:
			return 2
		}
		return 1
	}
	return slices.MaxFunc(r.Clients, func(a, b gen.Client) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), a.ID.Compare(b.ID))
	}).ID
}

// newest is the newest version with a client that can be called on the day judged. An endpoint may be on a
// newer one still.
func (r *runner) newest() (lifecycle.ID, error) {
	var withClient []lifecycle.ID
	for _, client := range gen.Clients() {
		withClient = append(withClient, client.ID)
	}
	standings := r.Table.At(r.Day)
	if recommended, ok := standings.RecommendedAmong(withClient...); ok {
		return recommended.ID, nil
	}
	for _, standing := range slices.Backward(standings) {
		if standing.State != lifecycle.Planned && slices.Contains(withClient, standing.ID) {
			return standing.ID, nil
		}
	}
	return lifecycle.ID{}, Skipped("no version with a client can be called on %s, so there is none to compare with", r.Day)
}

// Answered reports whether the endpoint answers the version: whether it shows a volume in it that it shows
// in the newest. The exchange is the answer in the version.
func (t *Trial) Answered(ctx context.Context) (exchange Exchange, answered bool, err error) {
	volume := t.run.Fixture.Volume
	if err := t.Needs("volume", volume); err != nil {
		return exchange, false, err
	}
	newest, err := t.Newest()
	if err != nil {
		return exchange, false, err
	}
	ask := Request{Operation: ShowVolume, Pair: Pair{Volume: volume}, Expect: ExpectShown, About: "a volume of the fixture", By: newest}
	control, err := t.Send(ctx, ask)
	if err != nil {
		return exchange, false, err
	}
	if control.Status != http.StatusOK {
		return exchange, false, ShownBy(control, CannotJudge(CodeSetup, "showing volume %s in version %s was answered %s", volume, newest, StatusText(control.Status)))
	}
	ask.By, ask.Expect = t.client.ID, ""
	exchange, err = t.Send(ctx, ask)
	if err != nil {
		return exchange, false, err
	}
	if exchange.Overloaded() {
		return exchange, false, ShownBy(exchange, CannotJudge(CodeUnavailable, "showing volume %s was answered %s", volume, StatusText(exchange.Status)))
	}
	return exchange, exchange.Status == http.StatusOK, nil
}
