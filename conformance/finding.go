package conformance

import (
	"errors"
	"fmt"
	"slices"
)

// A problem is a finding on its way up from a case, as an error.
type problem struct {
	Finding
	cause error
	// seers are the other cases that met the fact.
	seers []string
	// key tells apart the facts of one clause and code that are not one fact.
	key string
	// unanswered is set where no answer came at all, and dialed is then what net/http says of it.
	unanswered bool
	dialed     error
	// inDoubt is set where it may have been carried out all the same.
	inDoubt bool
}

// Error implements error.
func (p *problem) Error() string { return p.Text }

// Unwrap returns the cause, if the sentence wraps one.
func (p *problem) Unwrap() error { return p.cause }

// Broken is the finding that the endpoint breaks a clause. It is a fail where somebody promised what the
// clause says, and a difference where the clause was only observed in the field or is assumed.
func Broken(clause Clause, code Code, format string, args ...any) error {
	p := problemf(clause.Source.verdict(), code, format, args...)
	p.Clause, p.Statement, p.Source = clause.ID, clause.Text, clause.Source
	return p
}

// CannotJudge is the finding that the case could not be judged. A run asks such a case again.
func CannotJudge(code Code, format string, args ...any) error {
	return problemf(Inconclusive, code, format, args...)
}

// NotApplicable is the finding that nothing is to be judged, as where no version is PLANNED.
func NotApplicable(format string, args ...any) error {
	return problemf(Skip, CodeNotApplicable, format, args...)
}

// Skipped is the finding that the case cannot be asked, as the run allows too little or the fixture names
// too little. What it is about stays unjudged.
func Skipped(format string, args ...any) error {
	return problemf(Skip, CodeNotAsked, format, args...)
}

func problemf(verdict Verdict, code Code, format string, args ...any) *problem {
	err := fmt.Errorf(format, args...)
	return &problem{Finding: Finding{Verdict: verdict, Code: code, Text: err.Error()}, cause: errors.Unwrap(err)}
}

// ShownBy attaches the exchange that shows a finding. Other errors pass through.
func ShownBy(e Exchange, err error) error {
	if p, ok := errors.AsType[*problem](err); ok && p.Exchange == nil {
		p.Exchange = &e
	}
	return err
}

// Distinct keeps a finding apart from others of the same clause and code: without a key, all of them are
// taken for one fact, which several requests show.
func Distinct(err error, key string) error {
	if p, ok := errors.AsType[*problem](err); ok {
		p.key = key
	}
	return err
}

// VerdictOf is the verdict that an error of a case stands for: the worst of several that are joined.
func VerdictOf(err error) Verdict {
	verdict := Pass
	for _, one := range joined(err) {
		verdict = worst(verdict, problemOf(one).Verdict)
	}
	return verdict
}

// joined are the findings that errors.Join made one error of, or else the error by itself.
func joined(err error) []error {
	if err == nil {
		return nil
	}
	several, ok := err.(interface{ Unwrap() []error }) // not errors.As: what is wrapped further down has text around it
	if !ok {
		return []error{err}
	}
	var list []error
	for _, one := range several.Unwrap() {
		if _, finding := errors.AsType[*problem](one); !finding {
			return []error{err}
		}
		list = append(list, joined(one)...)
	}
	return list
}

// problemOf is what an error of a case says. What is no finding is a fault of the suite; so is a request
// that the guard blocked, whatever the case made of that.
func problemOf(err error) *problem {
	var p *problem
	if guarded := errors.As(err, new(*GuardError)); !guarded && errors.As(err, &p) {
		found := *p
		found.Text = err.Error()
		return &found
	}
	return problemf(Error, CodeSuite, "%w", err)
}

// findings collects the facts of one case in one version.
type findings struct {
	list []*problem
	keys []string
}

// add adds what an error says. A fact that is there already counts one request more.
func (f *findings) add(err error, variant, seenBy string) {
	for _, one := range joined(err) {
		f.addFact(problemOf(one), variant, seenBy)
	}
}

func (f *findings) addFact(p *problem, variant, seenBy string) {
	key := fmt.Sprint(p.Verdict, p.Code, p.Clause, p.key)
	i := slices.Index(f.keys, key)
	if i < 0 {
		p.SeenBy = seenBy
		f.list, f.keys = append(f.list, p), append(f.keys, key)
		i = len(f.list) - 1
	}
	known := f.list[i]
	known.Requests++
	if seenBy != "" {
		known.seers = appendNew(known.seers, seenBy)
	}
	if variant != "" && !slices.Contains(known.Variants, variant) {
		known.Variants = append(known.Variants, variant)
	}
}

// merge adds the facts of other findings.
func (f *findings) merge(other *findings) {
	for i, p := range other.list {
		known := slices.Index(f.keys, other.keys[i])
		if known < 0 {
			f.list, f.keys = append(f.list, p), append(f.keys, other.keys[i])
			continue
		}
		f.list[known].Requests += p.Requests
		f.list[known].seers = appendNew(f.list[known].seers, p.seers...)
		for _, variant := range p.Variants {
			if !slices.Contains(f.list[known].Variants, variant) {
				f.list[known].Variants = append(f.list[known].Variants, variant)
			}
		}
	}
}

// verdict is the worst of the facts. A skip among others is no verdict: the others are.
func (f *findings) verdict(asked bool) Verdict {
	most := Pass
	skipped := false
	for _, p := range f.list {
		if p.Verdict == Skip {
			skipped = true
			continue
		}
		most = worst(most, p.Verdict)
	}
	if most == Pass && skipped && !asked {
		return Skip
	}
	return most
}

// result is the facts as a report has them, the worst first.
func (f *findings) result() []Finding {
	var list []Finding
	for _, p := range f.worstFirst() {
		list = append(list, p.Finding)
	}
	return list
}

func (f *findings) worstFirst() []*problem {
	return slices.SortedStableFunc(slices.Values(f.list), func(a, b *problem) int {
		return slices.Index(severity, b.Verdict) - slices.Index(severity, a.Verdict)
	})
}

// ExchangeOf is the exchange that shows a finding, and false where there is none.
func ExchangeOf(err error) (Exchange, bool) {
	if p, ok := errors.AsType[*problem](err); ok && p.Exchange != nil {
		return *p.Exchange, true
	}
	return Exchange{}, false
}
