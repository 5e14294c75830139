package conformance

import (
	"fmt"
	"net/http"
	"sync"
	"time"
)

// maxSkew is how far the clocks of endpoint and signer may differ before a report warns of it. How old a timestamp
// may be is not documented; clocks that are set by NTP differ by less than a second.
const maxSkew = 30 * time.Second

// clocks compares the clock of the endpoint, by the Date of its first answer, with the one that signs.
type clocks struct {
	now func() time.Time

	mu       sync.Mutex
	compared bool
	ahead    time.Duration // of the endpoint's
}

// compare takes the header of an answer to a request, and when that was sent.
func (c *clocks) compare(header http.Header, sent time.Time) {
	received := c.now()
	date, err := http.ParseTime(header.Get("Date"))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.compared || err != nil {
		return
	}
	c.compared, c.ahead = true, skew(date, sent, received)
}

// skew is how far at least the clock is ahead that wrote a Date, which leaves out what is less than a second,
// at some time between two times of another clock. It is negative where it is behind.
func skew(date, sent, received time.Time) time.Duration {
	earliest, latest := date.Sub(received), date.Add(time.Second).Sub(sent)
	switch {
	case earliest > 0:
		return earliest
	case latest < 0:
		return latest
	}
	return 0
}

func (c *clocks) skew() Millis {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Millis(c.ahead.Truncate(time.Microsecond))
}

// ClockWarning says that the clocks of the endpoint and of the machine that signed differ too much, without a full
// stop; it is empty where they do not.
func (r *Report) ClockWarning() string {
	ahead := time.Duration(r.ClockSkew)
	switch {
	case ahead > maxSkew:
		return fmt.Sprintf("this machine's clock is %s behind the endpoint's", ahead.Round(time.Second))
	case ahead < -maxSkew:
		return fmt.Sprintf("this machine's clock is %s ahead of the endpoint's", (-ahead).Round(time.Second))
	}
	return ""
}
