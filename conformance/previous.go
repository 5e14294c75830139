package conformance

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Compare sets the changes of a report from an earlier one, which was read from a file. Verdict and exit code
// stay what they are.
func (r *Report) Compare(previous *Report, file string) {
	r.Changes = &Changes{File: file, Started: previous.Started, Endpoint: previous.Endpoint}
	before, now := byAsked(previous), byAsked(r)
	oldCases, newCases := casesOf(previous), casesOf(r)
	for _, result := range r.Results {
		c := comparison{now: result, sawAll: r.sawAll(result, maps.Keys(oldCases))}
		if was, known := before[askedOf(result)]; known {
			c.before = &was
		}
		kind, text := c.change()
		if kind == "" && !oldCases[result.Case.ID] {
			kind, text = ChangeNewCase, "a new case: "+string(result.Verdict)
		}
		r.Changes.add(kind, text, c.before, &result)
	}
	for _, was := range previous.Results {
		if _, still := now[askedOf(was)]; !still && !newCases[was.Case.ID] {
			r.Changes.add(ChangeGoneCase, "no longer asked", &was, nil)
		}
	}
	slices.SortStableFunc(r.Changes.List, func(a, b Change) int {
		return cmp.Compare(slices.Index(changeKinds, a.Kind), slices.Index(changeKinds, b.Kind))
	})
}

// changeKinds are in the order of the list.
var changeKinds = []ChangeKind{
	ChangeNewFailure, ChangeOtherFailure, ChangeStillFailing, ChangeFlaky, ChangeNewlySkipped, ChangeFixed,
	ChangeNewCase, ChangeGoneCase,
}

// asked is what results of two runs are matched by.
type asked struct{ id, version string }

func askedOf(r Result) asked { return asked{r.Case.ID, r.Version.ID.String()} }

func byAsked(r *Report) map[asked]Result {
	results := map[asked]Result{}
	for _, result := range r.Results {
		results[askedOf(result)] = result
	}
	return results
}

// casesOf are the IDs of the cases of a report.
func casesOf(r *Report) map[string]bool {
	ids := map[string]bool{}
	for _, result := range r.Results {
		ids[result.Case.ID] = true
	}
	return ids
}

// add adds a change of a kind, unless there is none. The text says what changed: case and version come before it.
func (c *Changes) add(kind ChangeKind, text string, before, now *Result) {
	if kind == "" {
		return
	}
	change := Change{Kind: kind}
	if before != nil {
		change.Case, change.Version = before.Case.ID, before.Version.ID.String()
		change.Before, change.CodesBefore = before.Verdict, before.codes()
	}
	if now != nil {
		change.Case, change.Version = now.Case.ID, now.Version.ID.String()
		change.Now, change.CodesNow = now.Verdict, now.codes()
	}
	change.Text = fmt.Sprintf("%s in %s: %s", change.Case, change.Version, text)
	c.List = append(c.List, change)
}

// codes are the reason codes of the findings, sorted.
func (r Result) codes() []Code {
	var list []Code
	for _, f := range r.Findings {
		list = append(list, f.Code)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// broke are the reason codes of what was proved, each with the variants that came to it.
func (r Result) broke() map[Code][]string {
	broke := map[Code][]string{}
	for _, f := range r.Findings {
		if f.proved() {
			broke[f.Code] = append(broke[f.Code], f.Variants...)
		}
	}
	return broke
}

func (v Verdict) bad() bool { return v == Fail || v == Differs }

// comparison is one case of one version in two runs. There is no result before where it was not asked.
type comparison struct {
	before *Result
	now    Result
	// sawAll is set if the case met all that it judges, now.
	sawAll bool
}

// change is what differs, in words, or nothing. What was not asked now has not changed: a sample draws other
// variants from night to night.
func (c comparison) change() (ChangeKind, string) {
	was := Verdict("")
	if c.before != nil {
		was = c.before.Verdict
	}
	judgedBefore := was == Pass || was.bad()
	switch now := c.now.Verdict; {
	case now.bad() && !was.bad():
		return ChangeNewFailure, fmt.Sprintf("%s, now %s (%s)", c.past(), present[now], codesOf(c.now.broke()))
	case now.bad():
		return c.failure()
	case now == Pass && was.bad() && c.comparable():
		return ChangeFixed, c.past() + ", now passes"
	case c.now.wavered():
		return ChangeFlaky, "ended differently when it was asked again: " + attemptsOf(c.now)
	case (now == Inconclusive || now == Error) && judgedBefore && !c.now.Unasked:
		return ChangeFlaky, c.past() + ", now could not be judged"
	case now == Skip && judgedBefore && !c.now.notApplicable():
		return ChangeNewlySkipped, fmt.Sprintf("%s, now skipped: %s", c.past(), c.now.Reason())
	}
	return "", ""
}

var (
	present = map[Verdict]string{Fail: "fails", Differs: "differs"}
	past    = map[Verdict]string{Pass: "passed", Fail: "failed", Differs: "differed"}
)

// past is how the case ended before: "failed (accepted)".
func (c comparison) past() string {
	switch {
	case c.before == nil || c.before.Verdict == Skip:
		return "not asked before"
	case c.before.Verdict.bad():
		return fmt.Sprintf("%s (%s)", past[c.before.Verdict], codesOf(c.before.broke()))
	case c.before.Verdict == Pass:
		return past[Pass]
	}
	return "could not be judged before"
}

// failure is whether a case that failed and fails does so in the same way.
func (c comparison) failure() (ChangeKind, string) {
	before, now := c.before.broke(), c.now.broke()
	other := c.before.Verdict != c.now.Verdict
	for code := range now {
		if _, same := before[code]; !same {
			other = true
		}
	}
	for code, variants := range before {
		if _, same := now[code]; !same && c.comparableIn(variants) {
			other = true
		}
	}
	if !other {
		return ChangeStillFailing, fmt.Sprintf("still %s (%s)", present[c.now.Verdict], codesOf(now))
	}
	return ChangeOtherFailure, fmt.Sprintf("%s, now %s (%s)", c.past(), present[c.now.Verdict], codesOf(now))
}

// comparable reports whether all that failed before was asked now.
func (c comparison) comparable() bool {
	for _, variants := range c.before.broke() {
		if !c.comparableIn(variants) {
			return false
		}
	}
	return true
}

// comparableIn reports whether what variants came to before was asked now.
func (c comparison) comparableIn(variants []string) bool {
	return c.sawAll && c.now.judged() && !slices.ContainsFunc(variants, func(v string) bool { return !slices.Contains(c.now.Judged, v) })
}

// wavered reports whether the attempts of a run came to different verdicts.
func (r Result) wavered() bool {
	return slices.ContainsFunc(r.Attempts, func(a Attempt) bool { return a.Verdict != r.Attempts[0].Verdict })
}

func attemptsOf(r Result) string {
	var verdicts []string
	for _, a := range r.Attempts {
		verdicts = append(verdicts, string(a.Verdict))
	}
	return strings.Join(verdicts, ", ")
}

// codesOf names the codes of what was proved.
func codesOf(broke map[Code][]string) string {
	var codes []string
	for _, code := range slices.Sorted(maps.Keys(broke)) {
		codes = append(codes, string(code))
	}
	return strings.Join(codes, ", ")
}
