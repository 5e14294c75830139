package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Discovered is what an endpoint says of its versions.
type Discovered struct {
	Table lifecycle.Table
	// Announcement is what its headers said beside, should it send such headers. AnnouncementErr says
	// what made no sense in them.
	Announcement    lifecycle.Announcement
	AnnouncementErr error
}

// Discover asks an endpoint for the versions it speaks. It signs nothing, and reads no more than
// discovery.MaxBody bytes. An error is an endpoint that did not answer, or not with such a list.
func Discover(ctx context.Context, endpoint string, now func() time.Time, opts ...discovery.Option) (Discovered, error) {
	var discovered Discovered
	client, err := discovery.New(endpoint, opts...)
	if err != nil {
		return discovered, err
	}
	// Not ListVersionsWithResponse: a list that is wrong in one value is worth a better word than
	// encoding/json has for it.
	resp, err := client.ListVersions(ctx)
	if err != nil {
		return discovered, fmt.Errorf("ask %s for its versions: %w", endpoint, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return discovered, fmt.Errorf("ask %s for its versions: it answered %s", endpoint, describe(resp.StatusCode))
	}
	discovered.Announcement, discovered.AnnouncementErr = lifecycle.ParseHeaders(resp.Header)
	discovered.Table, err = lifecycle.ParseDiscovery(resp.Body, host(endpoint), now())
	if err != nil {
		return discovered, fmt.Errorf("ask %s for its versions: %w", endpoint, err)
	}
	return discovered, nil
}

// host is the host and port of an endpoint: a name for it without what else may stand in a URL.
func host(endpoint string) string {
	u, err := url.Parse(endpoint)
	if err != nil || u.Host == "" {
		return "an endpoint"
	}
	return u.Host
}

var discoveryCases = []Case{
	{
		ID:       "discovery-listed",
		Summary:  "GET / lists the version, with the state and date that its document promises for the day",
		Sentence: "GET / on the service's endpoint lists its versions, each with status and not_before.",
		Source:   Common,
		Harm:     Reads,
		ask: func(ctx context.Context, t *trial) error {
			listed, err := t.discover(ctx)
			if err != nil {
				return err
			}
			var failures []string
			for _, finding := range lifecycle.Diff(t.config.Table, listed, t.config.Day) {
				// What is wrong with the list as a whole is wrong in every version.
				if finding.Failure && (finding.ID == t.client.ID || finding.ID == lifecycle.ID{}) {
					failures = append(failures, finding.Text)
				}
			}
			if len(failures) > 0 {
				return failf("%s", strings.Join(failures, "; "))
			}
			return nil
		},
	},
}

// discover lists the versions that the endpoint speaks.
func (t *trial) discover(ctx context.Context) (lifecycle.Table, error) {
	discovered, err := Discover(ctx, t.config.Endpoint, t.config.Clock,
		discovery.WithTransport(t.wire), discovery.WithTimeout(t.config.Timeout))
	if err == nil {
		return discovered.Table, nil
	}
	exchange, _ := t.wire.last()
	switch {
	case errors.As(err, new(*GuardError)):
		return lifecycle.Table{}, err
	case exchange.Status == 0, exchange.Err != "":
		return lifecycle.Table{}, inconclusivef("GET / got no answer, or half of one: %w", root(err))
	}
	return lifecycle.Table{}, failf("%w", err)
}
