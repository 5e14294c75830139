package conformance

import (
	"context"
	"errors"
	"slices"
	"time"
)

// result asks a case until it can be judged, or its attempts are used up.
func (v *versionRun) result(ctx context.Context, c Case) Result {
	result := Result{Case: c.facts(), Version: v.client.Version, Started: moment(v.Clock())}
	v.starts(result)
	began := time.Now()
	found, asked, unanswered := new(findings), 0, false
	if why := v.whyNot(ctx, c); why != nil {
		found.add(why, "", "")
		result.Unasked = VerdictOf(why) != Skip
	} else {
		v.touching(c, func() {
			ctx, cancel := v.limited(ctx)
			defer cancel()
			found, asked, unanswered = v.attempts(ctx, c, &result)
		})
	}
	if watched := v.watched[c.ID]; watched != nil {
		found.merge(watched)
	}
	result.Verdict, result.Findings = found.verdict(asked > 0), found.result()
	v.tried(result.Verdict)
	if result.Verdict != Skip { // what some variants skipped is no finding beside what others found
		result.Findings = slices.DeleteFunc(result.Findings, func(f Finding) bool {
			if f.Verdict == Skip {
				result.Notes = append(result.Notes, f.Text)
			}
			return f.Verdict == Skip
		})
	}
	ids := []string{c.ID}
	for _, p := range found.worstFirst() {
		ids = append(ids, p.seers...)
	}
	result.Again = v.again(v.client, ids...)
	result.Duration = since(began)
	v.mask.result(&result)
	v.Baseline.accept(v.Endpoint, v.Day, &result)
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
			v.alone(c, func() { err = t.question(ctx, gate) })
			if VerdictOf(err) != Inconclusive {
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
			again, some, unanswered = v.variants(ctx, t, todo, result, found, open)
			passed += some
		}
		v.watch(t)
		verdict := worst(found.verdict(passed > 0), open.verdict(true))
		result.Attempts = append(result.Attempts, Attempt{Verdict: verdict, Reason: firstText(found, open), Exchanges: t.taken()})
		result.Notes = appendNew(result.Notes, t.notes...)
		todo = again
		v.tryKeys(ctx)
		v.tryReaching(ctx, open.unanswered())
		if len(open.list) == 0 || v.aborted() != nil || !v.another(ctx, attempt, open.passing()) {
			found.merge(open)
			return found, passed, unanswered || errors.Is(context.Cause(ctx), errCaseLimit) && result.unanswered()
		}
	}
}

// enough is how many variants of a case that touches the fixture prove what they prove; every one more costs an
// attach. hopelessVariants is how many in a row may be inconclusive before the others are not asked.
const enough, hopelessVariants = 5, 5

// variants asks variants of a case in one attempt, and returns those to ask again.
func (v *versionRun) variants(ctx context.Context, t *Trial, todo []Variant, result *Result, found, open *findings) (again []Variant, passed int, unanswered bool) {
	proofs, inARow, asked := 0, 0, 0
	for some := range slices.Chunk(todo, v.width(t.asked)) {
		switch left := plural(len(todo)-asked, "variant was", "variants were"); {
		case proofs >= enough && t.asked.Harm >= HarmDetaches:
			t.Note("%s not asked, as %d had proved it", left, proofs)
			return again, passed, unanswered
		case inARow >= hopelessVariants:
			open.add(CannotJudge(CodeNotAsked, "%s not asked, as %d in a row could not be judged", left, inARow), "", "")
			return append(again, todo[asked:]...), passed, unanswered
		}
		asked += len(some)
		for i, err := range v.askAll(ctx, t, some) {
			unanswered = isUnanswered(err)
			switch VerdictOf(err) {
			case Inconclusive:
				open.add(err, some[i].Name, "")
				again = append(again, some[i])
				inARow++
				continue
			case Pass:
				passed++
				result.Judged = append(result.Judged, some[i].Name)
			case Fail:
				proofs++
				fallthrough
			case Differs:
				result.Judged = append(result.Judged, some[i].Name)
				fallthrough
			default:
				found.add(err, some[i].Name, "")
			}
			inARow = 0
		}
	}
	return again, passed, unanswered
}

// sample draws the variants of a case that a run asks: all of them, or as many as make up the whole within
// a fortnight of runs whose seeds follow each other. Versions are asked different ones.
func (v *versionRun) sample(c Case) []Variant {
	const nights = 14
	if v.whole() || len(c.Variants) == 0 {
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

// starts tells that a case begins.
func (v *versionRun) starts(result Result) {
	v.results.Lock()
	defer v.results.Unlock()
	if v.OnStart != nil {
		v.OnStart(result.Case, result.Version)
	}
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

// passing reports whether a case cannot be judged for a reason that passes by itself: an answer was lost, or is a
// gateway's.
func (f *findings) passing() bool {
	return slices.ContainsFunc(f.list, func(p *problem) bool { return passing(p) })
}

func passing(err error) bool {
	p, ok := errors.AsType[*problem](err)
	return ok && (p.unanswered || p.Code == CodeUnavailable)
}

// another reports whether to try once more what could not be judged in so many attempts. Where the reason passes by
// itself it waits before, and more attempts are worth it.
func (r *runner) another(ctx context.Context, attempts int, passing bool) bool {
	if !passing || r.overload.nothingElse() {
		return attempts < r.tries() && ctx.Err() == nil
	}
	return attempts < 2*r.tries()-1 && pause(ctx, r.jitter(attempts-1)) == nil
}

// unanswered is the first finding that no answer came, or nil.
func (f *findings) unanswered() error {
	for _, p := range f.list {
		if p.unanswered {
			return p
		}
	}
	return nil
}

// isUnanswered reports whether a case ended for want of any answer.
func isUnanswered(err error) bool {
	var p *problem
	return errors.As(err, &p) && p.unanswered
}

// unanswered reports whether nothing that a case sent was answered, in all its attempts: it may have reached its limit
// while it waited for an answer.
func (r *Result) unanswered() bool {
	sent := 0
	for _, attempt := range r.Attempts {
		for _, exchange := range attempt.Exchanges {
			if sent++; exchange.Status != 0 {
				return false
			}
		}
	}
	return sent > 0
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

func appendNew[T comparable](list []T, more ...T) []T {
	for _, one := range more {
		if !slices.Contains(list, one) {
			list = append(list, one)
		}
	}
	return list
}
