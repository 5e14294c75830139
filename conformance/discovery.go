package conformance

import (
	"bytes"
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

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
			for _, finding := range lifecycle.Diff(documented(), listed, t.config.Day) {
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

// documented is what the documents say of their versions.
func documented() lifecycle.Table {
	table := lifecycle.Table{Source: "the documents"}
	for _, client := range gen.Clients() {
		table.Versions = append(table.Versions, client.Version)
	}
	return table
}

// discover lists the versions that the endpoint speaks.
func (t *trial) discover(ctx context.Context) (lifecycle.Table, error) {
	resp, err := t.listVersions(ctx)
	if err != nil {
		return lifecycle.Table{}, err
	}
	if err := resp.expect(http.StatusOK); err != nil {
		return lifecycle.Table{}, err
	}
	table, err := lifecycle.ParseDiscovery(bytes.NewReader(resp.Body), t.config.Endpoint, t.config.Clock())
	if err != nil {
		return table, failf("GET / was answered what is no list of versions: %w", err)
	}
	return table, nil
}
