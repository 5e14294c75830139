package conformance

import (
	"iter"
	"slices"
)

// Known reports whether the result fails or differs in no other way than a baseline accepts.
func (r Result) Known() bool {
	if !r.Verdict.bad() {
		return false
	}
	known := false
	for _, f := range r.Findings {
		if f.proved() && f.Known == nil {
			return false
		}
		known = known || f.Known != nil
	}
	return known
}

// Remaining is the verdict of what no baseline accepts.
func (r Result) Remaining() Verdict {
	if !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Known != nil }) {
		return r.Verdict
	}
	most := Pass
	for _, f := range r.Findings {
		if f.Known == nil && f.Verdict != Skip {
			most = worst(most, f.Verdict)
		}
	}
	return most
}

// judged reports whether the case came to a verdict, with nothing left that could not be judged.
func (r Result) judged() bool {
	return slices.Contains([]Verdict{Pass, Fail, Differs}, r.Verdict) &&
		!slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Verdict == Inconclusive || f.Verdict == Error })
}

// sawAll reports whether the case of a result met all that it judges. A case that judges what others meet did so
// if every case of the catalogue was judged in that version, with all its variants.
func (r *Report) sawAll(of Result, catalogue iter.Seq[string]) bool {
	if !of.Case.Collects {
		return true
	}
	settled := map[string]bool{}
	for _, result := range r.Results {
		if result.Version.ID == of.Version.ID {
			settled[result.Case.ID] = result.judged() || result.notApplicable()
		}
	}
	for id := range catalogue {
		if !settled[id] {
			return false
		}
	}
	return r.Options.All
}

// notApplicable reports whether there was nothing to judge.
func (r Result) notApplicable() bool {
	return r.Verdict == Skip && !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Code != CodeNotApplicable })
}

// proved reports whether the finding says that a clause is broken.
func (f Finding) proved() bool { return f.Verdict == Fail || f.Verdict == Differs }

// status is that of the answer that shows the finding, or 0.
func (f Finding) status() int {
	if f.Exchange == nil {
		return 0
	}
	return f.Exchange.Status
}
