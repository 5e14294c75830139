package conformance

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// jitter is how long to wait before asking again for the first time (try 0), the second and so on: some time up to
// a bound that grows, so that those whom one trouble met do not come back together. On this machine troubles pass
// quickly.
func (r *runner) jitter(try int) time.Duration {
	const longest = 10 * time.Second
	first := 10 * time.Millisecond
	if r.Live {
		first = 250 * time.Millisecond
	}
	bound := longest
	if try < 8 { // and no overflow
		bound = min(longest, first<<(2*try)) // 10, 40, 160, 640 ms
	}
	return 1 + rand.N(bound) //nolint:gosec // no secret
}

// backOff waits before a request is sent again: for as long as the answer asks for, at least. A wait that the case
// has no time for is not begun.
func (t *Trial) backOff(ctx context.Context, answer Exchange, try int) error {
	asked := retryAfter(answer.ResponseHeader, t.run.Clock())
	if deadline, ok := ctx.Deadline(); ok && asked > time.Until(deadline) {
		return CannotJudge(CodeUnavailable, "%s is answered %s, and the endpoint asks to wait for %s (Retry-After), longer than the case may take",
			answer, StatusText(answer.Status), asked)
	}
	return t.pause(ctx, max(asked, t.run.jitter(try)))
}

// retryAfter is how long an answer asks to wait: in seconds, or until a date. It is 0 where it says nothing that
// makes sense.
func retryAfter(header http.Header, now time.Time) time.Duration {
	const longest = 24 * time.Hour // no overflow
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 32); err == nil {
		return min(longest, time.Duration(seconds)*time.Second)
	}
	if date, err := http.ParseTime(value); err == nil {
		return min(longest, max(0, date.Sub(now)))
	}
	return 0
}

// errCaseLimit is the cause of the end of a case that took too long.
var errCaseLimit = errors.New("the case reached its limit")

// limited bounds one case.
func (r *runner) limited(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, r.CaseLimit, fmt.Errorf("%w of %s", errCaseLimit, r.CaseLimit))
}

// stopped is the finding that a case was stopped before it was judged.
func stopped(ctx context.Context) error {
	switch cause := context.Cause(ctx); {
	case cause == nil: // a wait that would end too late is not begun
		return CannotJudge(CodeStopped, "no request could be sent any more within the limits of case and run")
	case errors.Is(cause, errCaseLimit):
		return CannotJudge(CodeStopped, "%w", cause)
	default:
		return CannotJudge(CodeStopped, "the run was stopped: %w", cause)
	}
}

// pause waits, unless ctx ends before.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
