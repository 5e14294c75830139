package conformance

import (
	"errors"
	"fmt"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// Defaults for zero Config fields where the endpoint is live: what takes milliseconds on this machine takes
// minutes there.
const (
	DefaultLiveTimeout = 30 * time.Second
	DefaultLiveSettle  = 2 * time.Minute
)

// IsLive reports whether the endpoint is one that people use: any that is not on this machine, and one on this
// machine that Live says to treat so.
func (c Config) IsLive() bool {
	endpoint, err := signing.ParseEndpoint(c.Endpoint)
	return c.Live || err == nil && !endpoint.Loopback()
}

// DefaultHarm is the most that a run may ask where nobody said more: everything of an endpoint on this machine,
// and of a live one what changes nothing.
func DefaultHarm(live bool) Harm {
	if live {
		return HarmRefused
	}
	return HarmDangerous
}

// checkHarm refuses a run of a live endpoint that may change what nobody named for it. A server that may come to harm
// has to be the one to try, whatever the run may do.
func (c *Config) checkHarm() error {
	named := !Pair{c.Fixture.Volume, c.Fixture.Server}.incomplete()
	switch {
	case c.SacrificeServer != "" && !plainID.MatchString(c.SacrificeServer):
		return fmt.Errorf("--sacrifice-server: ID %q has characters other than letters, digits, hyphens and underscores", c.SacrificeServer)
	case c.SacrificeServer != "" && c.Fixture.Server != "" && c.SacrificeServer != c.Fixture.Server:
		return errors.New("--sacrifice-server and --server name two servers: the one that may come to harm is the one to try")
	case !c.Live || c.Harm < HarmDetaches:
		return nil
	case !named:
		return fmt.Errorf("%s is live: to allow the class %s, name the volume and the server to try with --volume and --server", c.Endpoint, c.Harm)
	case c.Harm == HarmDangerous && c.SacrificeServer == "":
		return fmt.Errorf("%s is live: to allow the class %s, say that server %s may come to harm with --sacrifice-server %[3]s",
			c.Endpoint, c.Harm, c.Fixture.Server)
	}
	return nil
}

// allowing are the flags that a case of a class is asked with.
func (c *Config) allowing(harm Harm) string {
	flags := "--allow " + harm.String()
	if !c.Live || harm < HarmDetaches {
		return flags
	}
	if c.Fixture.Volume == "" {
		flags += " --volume ID"
	}
	if c.Fixture.Server == "" {
		flags += " --server ID"
	}
	if harm == HarmDangerous && c.SacrificeServer == "" {
		flags += " --sacrifice-server ID"
	}
	return flags
}
