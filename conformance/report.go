package conformance

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// report is what the results of a run come to, before it is concluded.
func (r *runner) report(results []Result) *Report {
	var listed []lifecycle.Version
	if r.listed != nil {
		listed = append(listed, r.listed.Versions...)
	}
	return &Report{
		SchemaVersion: SchemaVersion,
		Suite:         ThisSuite(),
		Endpoint:      r.Endpoint,
		ClockSkew:     r.turnstile.clocks.skew(),
		Day:           r.Day,
		Table:         Table{Source: r.Table.Source, Read: moment(r.Table.Read), Stale: r.Table.Stale(r.Day), Versions: slices.Clone(r.Table.Versions)},
		Listed:        listed,
		Harm:          r.Harm,
		Fixture:       r.Fixture,
		MoreFixtures:  r.More,
		Seed:          r.Seed,
		Options: Options{
			Timeout: Millis(r.Timeout), CaseLimit: Millis(r.CaseLimit), Limit: Millis(r.Limit),
			Settle: Millis(r.Settle), Linger: Millis(r.Linger), Rate: r.Rate, Live: r.Live, Attempts: r.Attempts, Parallel: r.Parallel, All: r.whole(), Strict: r.Strict, RequireComplete: r.RequireComplete,
		},
		Counts:   count(results, int(r.turnstile.requests.Load())),
		Trouble:  cmp.Or(r.trouble, r.troubleOf(results)),
		Drift:    r.drift(),
		Unjudged: unjudged(r.clauses(), results),
		Results:  results,
	}
}

// clauses are those that a complete run judges.
func (r *runner) clauses() []Clause {
	list := r.Clauses
	for _, c := range r.Cases {
		list = append(list, c.Clauses...)
	}
	return list
}

// troubleOf says why nothing could be judged, or nil.
func (r *runner) troubleOf(results []Result) *Trouble {
	switch counts := count(results, 0); {
	case r.keys.refused.Load() && !r.keys.taken.Load():
		return &Trouble{TroubleKeys, "The endpoint refuses these keys (401): check the access key, the secret key, and this machine's clock."}
	case r.unanswered >= maxUnanswered:
		return &Trouble{TroubleSilent, fmt.Sprintf("The endpoint was given up, as %d cases in a row got no answer in time.", maxUnanswered)}
	case counts.Pass+counts.Fail+counts.Differs == 0 && len(results) > 0:
		return &Trouble{TroubleNothingJudged, "Nothing could be judged. The first reason: " + results[0].Reason() + "."}
	}
	return nil
}

// drift is the version that the endpoint recommends, where no document of it is this new.
func (r *runner) drift() *lifecycle.Version {
	if r.listed == nil {
		return nil
	}
	listed, ok := r.listed.At(r.Day).Recommended()
	if !ok {
		return nil
	}
	for _, client := range r.Clients {
		if client.ID.Compare(listed.ID) >= 0 {
			return nil
		}
	}
	if r.clientOf(listed.ID).Detach != nil { // it has a client, and was not asked
		return nil
	}
	return &listed.Version
}

// unjudged are the clauses that no case came to a verdict about.
func unjudged(clauses []Clause, results []Result) []Unjudged {
	var list []Unjudged
	seen := map[string]bool{}
	for _, clause := range clauses {
		if seen[clause.ID] || clause.Exempt != "" {
			continue
		}
		seen[clause.ID] = true
		if why, is := whyUnjudged(clause, results); is {
			list = append(list, Unjudged{Clause: clause.ID, Why: why})
		}
	}
	return list
}

// whyUnjudged reports whether no case judged a clause, and why. A clause that does not apply to the endpoint
// is judged: there is nothing to judge.
func whyUnjudged(clause Clause, results []Result) (why string, is bool) {
	why = "no case that judges it was asked; see --case"
	for _, result := range results {
		if !slices.ContainsFunc(result.Case.Clauses, func(c Clause) bool { return c.ID == clause.ID }) {
			continue
		}
		switch {
		case slices.Contains([]Verdict{Pass, Fail, Differs}, result.Verdict):
			return "", false
		case slices.ContainsFunc(result.Findings, func(f Finding) bool { return f.Code == CodeNotApplicable }):
			return "", false
		case len(result.Findings) > 0:
			why = result.Reason()
		}
	}
	return why, true
}

// count counts results by their verdict.
func count(results []Result, requests int) Counts {
	counts := Counts{Requests: requests}
	for _, r := range results {
		counts.add(r.Verdict, 1)
	}
	return counts
}

// remaining counts the results by the verdict of what no baseline accepts.
func (r *Report) remaining() Counts {
	counts := r.Counts
	for _, result := range r.Results {
		counts.add(result.Verdict, -1)
		counts.add(result.Remaining(), 1)
	}
	return counts
}

func (c *Counts) add(v Verdict, n int) {
	switch v {
	case Pass:
		c.Pass += n
	case Fail:
		c.Fail += n
	case Differs:
		c.Differs += n
	case Inconclusive:
		c.Inconclusive += n
	case Skip:
		c.Skip += n
	default:
		c.Error += n
	}
}

// conclude computes verdict, exit code and headline. A run that judged nothing is never a pass; what a baseline
// accepts is judged, and fails nothing.
func (r *Report) conclude() {
	judged := r.Counts.Pass + r.Counts.Fail + r.Counts.Differs
	left := r.remaining()
	r.Headline = "could not be judged"
	switch {
	case left.Fail > 0, r.Options.Strict && left.Differs > 0:
		r.Verdict, r.ExitCode, r.Headline = Fail, ExitFailed, "does not behave as documented"
	case r.Baseline != nil && len(r.Baseline.Problems) > 0:
		r.Verdict, r.ExitCode, r.Headline = Fail, ExitFailed, "does not behave as its baseline says"
	case left.Inconclusive > 0, left.Error > 0, judged == 0, r.Trouble != nil,
		r.Options.RequireComplete && len(r.Unjudged) > 0:
		r.Verdict, r.ExitCode = Inconclusive, ExitNotJudged
		if judged > 0 {
			r.Headline = "could not be judged in full"
		}
	case left.Differs > 0:
		r.Verdict, r.ExitCode, r.Headline = Differs, ExitOK, "behaves as documented"
	default:
		r.Verdict, r.ExitCode, r.Headline = Pass, ExitOK, "behaves as documented"
		if r.Baseline != nil && r.Baseline.Known > 0 {
			r.Headline = "deviates from the documents only in known ways"
		}
	}
	if r.leaksSecret() { // whatever else there is to say
		r.Headline = "repeats the secret key or a signature in its answers, and " + r.Headline
	}
	r.Headline = fmt.Sprintf("%s %s on %s%s", r.Endpoint, r.Headline, r.Day, r.remarks())
}

// remarks are what a headline adds to the verdict.
func (r *Report) remarks() string {
	said := ""
	if r.sampled() && (r.Verdict == Pass || r.Verdict == Differs) {
		said += ", as far as a sample shows"
	}
	if r.Verdict == Differs {
		said += ", and differs where nothing is promised"
	}
	if b := r.Baseline; b != nil {
		if b.Known > 0 {
			said += fmt.Sprintf("; %d known", b.Known)
		}
		if n := len(b.Problems); n > 0 {
			said += "; " + plural(n, "problem with the baseline", "problems with the baseline")
		}
	}
	if warning := r.ClockWarning(); warning != "" {
		said += "; " + warning
	}
	if n := len(r.Unjudged); n > 0 {
		said += fmt.Sprintf("; %s not judged", plural(n, "clause was", "clauses were"))
	}
	if r.Drift != nil {
		said += fmt.Sprintf("; its CURRENT version %s is newer than the documents", r.Drift.ID)
	}
	return said
}

// leaksSecret reports whether an answer had the secret key or a signature in it. No document forbids that, and nothing
// that a run can find is worse.
func (r *Report) leaksSecret() bool {
	return slices.ContainsFunc(r.Results, func(result Result) bool {
		return slices.ContainsFunc(result.Findings, func(f Finding) bool { return f.Code == CodeSecret })
	})
}

// sampled reports whether the run asked a part of what there is to ask, by its seed.
func (r *Report) sampled() bool {
	return !r.Options.All && slices.ContainsFunc(r.Results, func(result Result) bool {
		return result.Case.Asked < result.Case.Variants && result.Verdict != Skip
	})
}

// plural is a number with a word for one or for several.
func plural(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
