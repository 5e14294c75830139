package conformance

import "sync"

// overload decides how often an answer that may be a gateway's, or that was lost, is asked for again. Where
// nothing else comes any more, asking again gains nothing.
type overload struct {
	mu     sync.Mutex
	inARow int // requests that stayed so
	stayed int // all of them
}

const (
	// repeats is how often one request is sent again: with two answers in a hundred a gateway's, one in
	// ten million requests stays so.
	repeats = 4
	// fewer is how often where often requests stayed so: the endpoint has a fault that asking again does
	// not end, and a stray answer has passed by then all the same.
	fewer, often = 2, 6
	// hopeless is how many requests in a row may stay so before none is sent again.
	hopeless = 3
)

// again reports whether to send a request again that was sent try times again already.
func (o *overload) again(try int) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.inARow >= hopeless {
		return false
	}
	if try < fewer || try < repeats && o.stayed < often {
		return true
	}
	o.inARow++
	o.stayed++
	return false
}

// nothingElse reports whether nothing else came lately.
func (o *overload) nothingElse() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.inARow >= hopeless
}

// unanswered records a request that got no answer, and is not sent again.
func (o *overload) unanswered() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inARow++
}

// passed records another answer.
func (o *overload) passed() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.inARow = 0
}
