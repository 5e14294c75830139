package conformancetest

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Target is what Run judges: an [Endpoint], or a [Mock].
type Target interface {
	configure(*conformance.Config)
}

// Endpoint is a service at a URL, with keys that it accepts.
type Endpoint struct {
	URL         string
	Credentials signing.Credentials
}

func (e Endpoint) configure(c *conformance.Config) {
	c.Endpoint, c.Credentials = e.URL, e.Credentials
	c.SampleIfSlow = true
}

// Option changes how Run judges. What has no option here is set by a function literal:
//
//	func(c *conformance.Config) error { c.Baseline = known; return nil }
type Option func(*conformance.Config) error

// WithHarm allows cases up to a harm class. Of a live endpoint, HarmDetaches needs a fixture with a volume and a
// server, and HarmDangerous WithSacrifice as well.
func WithHarm(most conformance.Harm) Option {
	return func(c *conformance.Config) error { c.Harm = most; return nil }
}

// WithFixture names the volumes and servers that cases may use. Those of a mock are found in its world.
func WithFixture(fixture conformance.Fixture) Option {
	return func(c *conformance.Config) error { c.Fixture = fixture; return nil }
}

// WithSacrifice names the server of the fixture once more: its owner accepts that a faulty endpoint may harm it.
func WithSacrifice(server string) Option {
	return func(c *conformance.Config) error { c.SacrificeServer = server; return nil }
}

// WithVersions asks only these versions, such as "1.3".
func WithVersions(ids ...string) Option {
	return func(c *conformance.Config) error {
		c.Clients = nil
		var known []string
		for _, client := range gen.Clients() {
			known = append(known, client.ID.String())
			if slices.Contains(ids, client.ID.String()) {
				c.Clients = append(c.Clients, client)
			}
		}
		for _, id := range ids {
			if !slices.Contains(known, id) {
				return fmt.Errorf("unknown version %q: there are documents of %s", id, strings.Join(known, ", "))
			}
		}
		if len(ids) == 0 {
			return errors.New("no versions are named")
		}
		return nil
	}
}

// WithCases asks only these cases. A name is as for [cases.Select]: the ID of a case, the start of IDs and a *, or
// an ID, a slash and the name of a variant.
func WithCases(names ...string) Option {
	return func(c *conformance.Config) (err error) {
		if len(names) == 0 {
			return errors.New("no cases are named")
		}
		c.Cases, err = cases.Select(names...)
		return err
	}
}

// WithDay judges states and dates as of a day instead of today, or of the day of the mock. It moves no clock.
func WithDay(day lifecycle.Date) Option {
	return func(c *conformance.Config) error { c.Day = day; return nil }
}

// WithSettle sets how long attaching and detaching may take. The default is 30 seconds on this machine, and 2
// minutes elsewhere.
func WithSettle(limit time.Duration) Option {
	return func(c *conformance.Config) error { c.Settle = limit; return nil }
}

// WithTransport sends requests through a transport: one that trusts a private CA, say.
func WithTransport(transport http.RoundTripper) Option {
	return func(c *conformance.Config) error { c.Transport = transport; return nil }
}

// WithSeed draws samples and unused IDs by a number. The default is that of the day, so that a run repeats an
// earlier one of the same day, and a fortnight of daily runs asks everything.
func WithSeed(seed uint64) Option {
	return func(c *conformance.Config) error { c.Seed = seed; return nil }
}

// WithAll asks every variant of each case, or a sample of them. The default is a sample where the endpoint is live
// or its answers are slow.
func WithAll(all bool) Option {
	return func(c *conformance.Config) error { c.All, c.SampleIfSlow = all, false; return nil }
}

// Strict fails on what differs from what was only observed of the live service, or is assumed.
func Strict() Option {
	return func(c *conformance.Config) error { c.Strict = true; return nil }
}

// configure is the config for a target with options.
func configure(t *testing.T, target Target, options []Option) (conformance.Config, error) {
	t.Helper()
	config := conformance.Config{
		Clients: gen.Clients(), Cases: cases.All(), Seed: today(),
		OnNote: func(note string) { t.Log(note) },
	}
	if target == nil {
		return config, errors.New("there is no target to judge")
	}
	target.configure(&config)
	live := config.IsLive()
	config.Harm, config.All = conformance.DefaultHarm(live), !live
	for i, option := range options {
		if option == nil {
			return config, fmt.Errorf("option %d is nil", i+1)
		}
		if err := option(&config); err != nil {
			return config, err
		}
	}
	if config.Parallel == 0 {
		config.Parallel = len(config.Clients)
	}
	if len(config.Cases) == 0 {
		return config, errors.New("there are no cases to ask")
	}
	return config, nil
}

// today is the number of the day.
func today() uint64 { return uint64(time.Now().Unix()) / (24 * 60 * 60) }
