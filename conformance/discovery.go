package conformance

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
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
		return discovered, fmt.Errorf("ask %s for its versions: %w", host(endpoint), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return discovered, fmt.Errorf("ask %s for its versions: it answered %s", host(endpoint), describe(resp.StatusCode))
	}
	discovered.Announcement, discovered.AnnouncementErr = lifecycle.ParseHeaders(resp.Header)
	discovered.Table, err = lifecycle.ParseDiscovery(resp.Body, host(endpoint), now())
	if err != nil {
		return discovered, fmt.Errorf("ask %s for its versions: %w", host(endpoint), err)
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

// discoveryCases hold what an endpoint says of its versions against the documents, and against itself.
var discoveryCases = []Case{
	{
		ID:       "discovery-answers",
		Summary:  "GET / answers 200 with a list of versions as JSON, without a signature",
		Clauses:  []string{"DISCOVERY-200", "DISCOVERY-UNSIGNED"},
		Harm:     HarmReads,
		anyState: true,
		ask: func(ctx context.Context, t *trial) error {
			_, err := t.discover(ctx)
			return err
		},
	},
	{
		ID:       "discovery-form",
		Summary:  "each version listed has an id with a leading v, a known status and an absolute link to itself",
		Clauses:  []string{"DISCOVERY-FORM", "VERSION-STATE"},
		Harm:     HarmReads,
		anyState: true,
		ask:      discoveryForm,
	},
	{
		ID:       "discovery-stable",
		Summary:  "GET / says the same when it is asked again",
		Clauses:  []string{"DISCOVERY-200"},
		Harm:     HarmReads,
		anyState: true,
		ask: func(ctx context.Context, t *trial) error {
			first, err := t.discover(ctx)
			if err != nil {
				return err
			}
			second, err := t.discover(ctx)
			if err != nil {
				return err
			}
			if a, b := fmt.Sprint(first.Versions), fmt.Sprint(second.Versions); a != b {
				return failf("GET / said %s, and then %s", a, b)
			}
			return nil
		},
	},
	found("discovery-listed", "the version is listed, or has ended; versions that the documents do not know are noted",
		[]string{"DISCOVERY-LISTED", "VERSION-NOT-BEFORE"},
		lifecycle.VersionGone, lifecycle.VersionEnded, lifecycle.VersionNew),
	found("discovery-date", "the version's date is that of its document, or later",
		[]string{"VERSION-NOT-BEFORE"},
		lifecycle.DateEarlier, lifecycle.DateWithdrawn, lifecycle.DateLater, lifecycle.DateSet),
	found("discovery-state", "the version's state is what its document and its own date give for the day",
		[]string{"VERSION-STATE", "VERSION-DEPRECATED"},
		lifecycle.LabelDiffers, lifecycle.LabelStale, lifecycle.LabelContradictsDate, lifecycle.GuaranteeLapsed),
	found("discovery-current", "exactly one version is CURRENT",
		[]string{"VERSION-CURRENT"},
		lifecycle.NoneCurrent, lifecycle.SeveralCurrent),
	found("discovery-order", "no version ends before an older one",
		[]string{"DISCOVERY-ORDER"},
		lifecycle.DatesOutOfOrder),
}

// found is a case about some kinds of what lifecycle finds in the endpoint's list.
func found(id, summary string, clauses []string, kinds ...lifecycle.Kind) Case {
	return Case{
		ID: id, Summary: summary, Clauses: clauses, Harm: HarmReads, anyState: true,
		ask: func(ctx context.Context, t *trial) error {
			listed, err := t.discover(ctx)
			if err != nil {
				return err
			}
			var failures []string
			for _, finding := range t.findings(listed) {
				switch {
				case !slices.Contains(kinds, finding.Kind):
				case finding.Failure:
					failures = append(failures, finding.Text)
				default:
					t.note("%s", finding.Text)
				}
			}
			if len(failures) > 0 {
				return failf("%s", strings.Join(failures, "; "))
			}
			return nil
		},
	}
}

// findings are those about the version of the trial, and about the list as a whole, which is wrong in
// every version if it is wrong in what no version can be asked about.
func (t *trial) findings(listed lifecycle.Table) []lifecycle.Finding {
	findings := lifecycle.Diff(t.config.Table, listed, t.config.Day)
	return slices.DeleteFunc(findings, func(f lifecycle.Finding) bool {
		_, documented := t.config.Table.At(t.config.Day).Of(f.ID)
		return documented && f.ID != t.client.ID
	})
}

// discoveryForm looks at what lifecycle.ParseDiscovery is generous about.
func discoveryForm(ctx context.Context, t *trial) error {
	if _, err := t.discover(ctx); err != nil {
		return err
	}
	exchange, _ := t.wire.last()
	var list discovery.Versions
	if err := json.Unmarshal(exchange.Body, &list); err != nil {
		return failf("GET / was answered what is no list of versions: %w", err)
	}
	for _, v := range list.Versions {
		if !strings.HasPrefix(v.ID, "v") {
			return failf("version %q has no leading v", v.ID)
		}
		if !slices.Contains([]string{"CURRENT", "SUPPORTED", "DEPRECATED", "PLANNED"}, v.Status) {
			return failf("version %s has the status %q, which is not written so", v.ID, v.Status)
		}
		if v.Links == nil || len(*v.Links) == 0 {
			return failf("version %s has no link", v.ID)
		}
		for _, link := range *v.Links {
			if u, err := url.Parse(link.Href); err != nil || u.Host == "" {
				return failf("version %s has the link %q, which is no URL", v.ID, link.Href)
			}
		}
	}
	return nil
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
	case exchange.Status == 0, exchange.Err != "":
		return lifecycle.Table{}, t.unanswered(err, "GET / got no answer, or half of one: %w", root(err))
	case exchange.unavailable() != nil:
		// No control has shown that the endpoint is up and lets this client ask.
		return lifecycle.Table{}, exchange.unavailable()
	}
	return lifecycle.Table{}, failf("%w", err)
}
