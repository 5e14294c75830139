package conformance

import (
	"errors"
	"fmt"
)

// Verdict is how a case ended.
type Verdict string

// The verdicts.
const (
	// Pass: the endpoint does what is documented.
	Pass Verdict = "pass"
	// Fail: it does not.
	Fail Verdict = "fail"
	// Inconclusive: it could not be judged, because of the network, a limit, or a set-up that failed.
	Inconclusive Verdict = "inconclusive"
	// Skip: it was not asked, for a reason that the result gives.
	Skip Verdict = "skip"
	// Error: the suite itself is at fault.
	Error Verdict = "error"
)

// finding is a verdict on its way up from a case, as an error: whatever part of a case comes to one
// ends the case with it.
type finding struct {
	verdict Verdict
	reason  string
	cause   error
	// unanswered is set where no answer came at all.
	unanswered bool
}

func (f *finding) Error() string { return f.reason }
func (f *finding) Unwrap() error { return f.cause }

// failf ends a case: the endpoint did not do what is documented.
func failf(format string, args ...any) error {
	return findingf(Fail, format, args...)
}

// inconclusivef ends a case: it could not be judged.
func inconclusivef(format string, args ...any) error {
	return findingf(Inconclusive, format, args...)
}

// skipf ends a case that cannot be asked.
func skipf(format string, args ...any) error {
	return findingf(Skip, format, args...)
}

func findingf(verdict Verdict, format string, args ...any) *finding {
	err := fmt.Errorf(format, args...)
	return &finding{verdict: verdict, reason: err.Error(), cause: errors.Unwrap(err)}
}

// judge turns what a case returned into its verdict. An error that is no finding is the suite's own.
func judge(err error) (Verdict, string) {
	if err == nil {
		return Pass, ""
	}
	// What the guard held back is the suite's own fault, whatever the case made of it.
	var guarded *GuardError
	if errors.As(err, &guarded) {
		return Error, err.Error()
	}
	var f *finding
	if errors.As(err, &f) {
		return f.verdict, err.Error()
	}
	return Error, err.Error()
}

// isUnanswered reports whether a case ended for want of any answer.
func isUnanswered(err error) bool {
	var f *finding
	return errors.As(err, &f) && f.unanswered
}

// The exit codes of every command.
const (
	ExitOK        = 0 // everything asked for was judged, and holds
	ExitFailed    = 1 // something was proved not to hold
	ExitUsage     = 2 // wrong usage or configuration
	ExitNotJudged = 3 // nothing failed, but something could not be judged, or nothing was
)

// ExitCode is that of a run with these results. A run that judged nothing is never 0.
func ExitCode(results []Result) int {
	count := Count(results)
	switch {
	case count[Fail] > 0:
		return ExitFailed
	case count[Inconclusive] > 0, count[Error] > 0, count[Pass] == 0:
		return ExitNotJudged
	}
	return ExitOK
}

// Count counts results by their verdict.
func Count(results []Result) map[Verdict]int {
	count := map[Verdict]int{}
	for _, r := range results {
		count[r.Verdict]++
	}
	return count
}
