package conformance

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Discovered is what an endpoint says of its versions.
type Discovered struct {
	Table lifecycle.Table
	// Announcement is what its headers say beside, should it send such headers. AnnouncementErr says what
	// makes no sense in them.
	Announcement    lifecycle.Announcement
	AnnouncementErr error
}

// Discover asks an endpoint for the versions it speaks. It signs nothing, and reads at most
// discovery.MaxBody bytes. An error is an endpoint that did not answer, or not with such a list.
func Discover(ctx context.Context, endpoint string, now func() time.Time, opts ...discovery.Option) (Discovered, error) {
	var discovered Discovered
	client, err := discovery.New(endpoint, opts...)
	if err != nil {
		return discovered, err
	}
	// Not ListVersionsWithResponse: package lifecycle has a better word for a list that is wrong in one
	// value than encoding/json.
	resp, err := client.ListVersions(ctx)
	if err != nil {
		return discovered, fmt.Errorf("ask %s for its versions: %w", hostOf(endpoint), err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return discovered, fmt.Errorf("ask %s for its versions: it answered %s", hostOf(endpoint), StatusText(resp.StatusCode))
	}
	discovered.Announcement, discovered.AnnouncementErr = lifecycle.ParseHeaders(resp.Header)
	discovered.Table, err = lifecycle.ParseDiscovery(resp.Body, hostOf(endpoint), now())
	if err != nil {
		return discovered, fmt.Errorf("ask %s for its versions: %w", hostOf(endpoint), err)
	}
	return discovered, nil
}

// parseDiscovery reads the list of versions from an answer to GET /.
func parseDiscovery(e Exchange, endpoint string, now time.Time) (lifecycle.Table, error) {
	switch {
	case e.Err != "":
		return lifecycle.Table{}, fmt.Errorf("the answer to GET / broke off: %s", e.Err)
	case e.Status != http.StatusOK:
		return lifecycle.Table{}, fmt.Errorf("GET / is answered %s", StatusText(e.Status))
	}
	return lifecycle.ParseDiscovery(bytes.NewReader(e.Body), hostOf(endpoint), now)
}

// hostOf is the host and port of an endpoint: a name for it without what else may stand in a URL.
func hostOf(endpoint string) string {
	e, err := signing.ParseEndpoint(endpoint)
	if err != nil {
		return "an endpoint"
	}
	_, host, _ := strings.Cut(e.String(), "://")
	return host
}
