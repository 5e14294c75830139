package conformance

import "github.com/scp-openapi/virtualserver/signing"

// IsLive reports whether the endpoint is one that people use: any that is not on this machine, and one on this
// machine that Live says to treat so.
func (c Config) IsLive() bool {
	endpoint, err := signing.ParseEndpoint(c.Endpoint)
	return c.Live || err == nil && !endpoint.Loopback()
}
