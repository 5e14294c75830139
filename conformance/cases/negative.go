package cases

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// alteration makes a request wrong that was signed correctly.
type alteration func(*conformance.Trial, *http.Request)

// negative is a request that is wrong in its authentication, and in nothing else.
type negative struct {
	// name is that of the variant, and about what is wrong, in a few words.
	name, about string
	clause      conformance.Clause
	// malformed is set where 400 is as good an answer as 401: the request is broken, not just unauthorized.
	malformed bool
	// ways are the ways to make such a request. Most have one.
	ways []alteration
	// blame, unless it is nil, chooses the clause that a request breaks that was let in.
	blame func(context.Context, *conformance.Trial, conformance.Control) (conformance.Clause, error)
}

// family is all the negatives of one kind. All are asked for unused IDs, beside a request that is right in the
// one thing; and many for a volume that is attached, which has to stay.
type family struct {
	// name is that of its cases behind auth- and auth-attached-, and what is what it is about: "a request
	// with a header missing".
	name, what string
	negatives  []negative
	// attached are the names of those that are asked for an attached volume; nil for all. The malformed ones
	// are, too: what refuses them for unused IDs may be the words for any bad request.
	attached []string
}

// clauses are those of the negatives, each once.
func (f family) clauses(others ...conformance.Clause) []conformance.Clause {
	list := others
	seen := map[string]bool{}
	for _, n := range f.negatives {
		if !seen[n.clause.ID] {
			seen[n.clause.ID] = true
			list = append(list, n.clause)
		}
	}
	return list
}

func (f family) ofUnusedIDs() conformance.Case {
	c := conformance.Case{
		ID: "auth-" + f.name, Family: familyAuthentication,
		Summary: f.what + " fails authentication",
		Clauses: f.clauses(detach401),
		Harm:    conformance.HarmRefused,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := distinguishing(ctx, t)
			return err
		},
	}
	for _, n := range f.negatives {
		c.Variants = append(c.Variants, conformance.Variant{Name: n.name, Ask: n.ofUnusedIDs})
	}
	return c
}

func (f family) ofAttachedVolume() conformance.Case {
	c := conformance.Case{
		ID: "auth-attached-" + f.name, Family: familyAuthentication,
		Summary: f.what + " fails authentication for an attached volume, and detaches nothing",
		Clauses: f.clauses(detach401, detachEffect),
		Harm:    conformance.HarmDangerous, Rotates: true, SideBySide: true,
	}
	c.Ask = func(ctx context.Context, t *conformance.Trial) error {
		if _, err := t.Control(ctx); err != nil {
			return err
		}
		h := hold(t, c.ID)
		err := h.attach(ctx, t)
		h.sure = false // another version may detach it before the variants are asked
		return err
	}
	for _, name := range f.attached {
		if !slices.ContainsFunc(f.negatives, func(n negative) bool { return n.name == name }) {
			c.Variants = append(c.Variants, conformance.Variant{Name: name}) // which no run accepts
		}
	}
	for _, n := range f.negatives {
		if f.attached != nil && !n.malformed && !slices.Contains(f.attached, n.name) {
			continue
		}
		c.Variants = append(c.Variants, conformance.Variant{Name: n.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			return n.ofAttachedVolume(ctx, t, c.ID)
		}})
	}
	return c
}

func (n negative) ofUnusedIDs(ctx context.Context, t *conformance.Trial) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	asked := false
	for _, way := range n.ways {
		e, wrong, err := n.send(ctx, t, t.Unused(), way)
		if err != nil {
			return err
		}
		asked = asked || wrong
		if !wrong {
			continue
		}
		err = unauthorized(t, e, control, n.clause)
		if proved(err) {
			return n.blamed(ctx, t, e, control, err)
		}
		if err != nil {
			return err
		}
	}
	if !asked {
		return sameAsRight(n)
	}
	return nil
}

// anyKind stands for all kinds of wrong requests that break a clause.
const anyKind = "*"

// oneFact passes on the first finding of a version about one kind of wrong request. Where another case sends the same
// kind, that it is let in there, too, is no other fact.
func oneFact(t *conformance.Trial, clause conformance.Clause, kind string, err error) error {
	if !proved(err) {
		return err
	}
	e, _ := conformance.ExchangeOf(err)
	foundBy := conformance.OfRun(t, "kinds of wrong requests that are let in in "+t.Version().String(), func() *sync.Map { return new(sync.Map) })
	foundBy.LoadOrStore(clause.ID+" "+anyKind, e.Case)
	first, again := foundBy.LoadOrStore(clause.ID+" "+kind, e.Case)
	if again && first != e.Case {
		return conformance.NotApplicable("%w (judged by %s)", err, first)
	}
	return err
}

// blamed is the finding that a request was let in, under the clause that this breaks.
func (n negative) blamed(ctx context.Context, t *conformance.Trial, e conformance.Exchange, control conformance.Control, found error) error {
	if n.blame == nil {
		return oneFact(t, n.clause, n.name, found)
	}
	clause, err := n.blame(ctx, t, control)
	if err != nil || clause.ID == n.clause.ID {
		return oneFact(t, n.clause, n.name, found)
	}
	return oneFact(t, clause, anyKind, unauthorized(t, e, control, clause))
}

// ofAttachedVolume asks for a volume that is attached. Where requests that break a clause have had it detached
// twice, that is proved, and the rest of their kind is not asked.
func (n negative) ofAttachedVolume(ctx context.Context, t *conformance.Trial, caseID string) error {
	const often = 2
	control, err := t.Control(ctx)
	if err != nil {
		return err
	}
	h := hold(t, caseID)
	if lost := h.lost[n.clause.ID]; lost >= often {
		return conformance.Skipped("not asked, as requests of this kind have detached the volume %d times", lost)
	}
	if err := h.attach(ctx, t); err != nil {
		return err
	}
	h.sure = false
	var last conformance.Exchange
	asked := false
	for _, way := range n.ways {
		e, wrong, err := n.send(ctx, t, h.pair, way)
		if err != nil {
			return err
		}
		if !wrong {
			continue
		}
		last, asked = e, true
		if err := n.refusedAttached(t, e); proved(err) {
			h.lost[n.clause.ID]++
			return n.blamed(ctx, t, e, control, err)
		} else if err != nil {
			return err
		}
	}
	if !asked {
		return sameAsRight(n)
	}
	err = stillAttached(ctx, t, h.pair, last, n.clause)
	if proved(err) {
		h.lost[n.clause.ID]++
	}
	h.sure = err == nil
	return err
}

// refusedAttached judges the answer to a negative for a volume that is attached.
func (n negative) refusedAttached(t *conformance.Trial, e conformance.Exchange) error {
	switch {
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusBadRequest && n.malformed, tooLong(e):
		return nil
	case e.Status/100 == 5:
		return t.LeaveTo(wrongStatus(e))
	case e.Refused():
		return t.LeaveTo(wrongRefusal(e))
	}
	return carriedOut(t, conformance.ShownBy(e, conformance.Broken(n.clause, conformance.CodeLetIn,
		"%s, for a volume that is attached, was answered %s", n.about, conformance.StatusText(e.Status))))
}

// send sends a negative. Where it would be the same as a right request, as a key without letters is in upper
// case, wrong is false, and another wrong one goes out: a right one would do what it asks for.
func (n negative) send(ctx context.Context, t *conformance.Trial, p conformance.Pair, way alteration) (e conformance.Exchange, wrong bool, err error) {
	expect := conformance.ExpectUnauthorized
	if n.malformed {
		expect = conformance.ExpectMalformed
	}
	e, err = sendWrong(ctx, t, conformance.Request{Pair: p, Expect: expect, About: n.about, Change: func(req *http.Request) {
		right := req.Clone(ctx)
		way(t, req)
		wrong = right.URL.String() != req.URL.String() || !reflect.DeepEqual(right.Header, req.Header)
		if !wrong {
			t.WrongSecret(req)
		}
	}})
	return e, wrong, err
}

// sendWrong sends a request that has to fail authentication. Where one was answered 5xx time after time, the
// others are not sent again for it: an endpoint that fails on what it should refuse does so each time.
func sendWrong(ctx context.Context, t *conformance.Trial, r conformance.Request) (conformance.Exchange, error) {
	fails := conformance.OfRun(t, "fails on what fails authentication", func() *atomic.Bool { return new(atomic.Bool) })
	r.Once = fails.Load()
	e, err := t.Send(ctx, r)
	if err == nil && e.Overloaded() {
		fails.Store(true)
	}
	return e, err
}

func sameAsRight(n negative) error {
	return conformance.NotApplicable("%s is the same as a right one with these keys, at this endpoint", n.about)
}

// proved reports whether a finding says that the endpoint is at fault, and not that it cannot be judged.
func proved(err error) bool {
	verdict := conformance.VerdictOf(err)
	return err != nil && (verdict == conformance.Fail || verdict == conformance.Differs)
}

// held is the attached volume that a family of wrong requests asks for. No case that changes the fixture comes in between.
type held struct {
	pair conformance.Pair
	sure bool           // the last look showed it attached, and nothing was sent since
	lost map[string]int // how often it was detached, by the clause that this broke
}

// hold returns what a case of a version holds.
func hold(t *conformance.Trial, caseID string) *held {
	return conformance.OfRun(t, "held by "+caseID+" in "+t.Version().String(), func() *held { return &held{lost: map[string]int{}} })
}

func (h *held) attach(ctx context.Context, t *conformance.Trial) error {
	if h.sure {
		return nil
	}
	var err error
	h.pair, err = t.Attached(ctx)
	h.sure = err == nil
	return err
}

// forged makes the signature of a request that of another.
func forged(change func(*forge.Parts)) alteration {
	return func(t *conformance.Trial, req *http.Request) { t.Resign(req, change) }
}

// header gives a header these values, and leaves the signature as it is.
func header(name string, values ...string) alteration {
	return func(_ *conformance.Trial, req *http.Request) { req.Header[name] = values }
}

// rewritten writes the right signature in another way.
func rewritten(write func(right string) string) alteration {
	return func(_ *conformance.Trial, req *http.Request) {
		req.Header.Set(signing.HeaderSignature, write(req.Header.Get(signing.HeaderSignature)))
	}
}
