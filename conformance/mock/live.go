package mock

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Switch is one way in which the live service was seen to differ from what is documented. All are [field]:
// third parties observed them in mid-2026.
type Switch struct {
	// Name is in the form of a flag: gateway-404.
	Name    string
	Summary string
	Option  Option
}

// The defaults of the switches that take a value. How often and how long is [assumed].
const (
	LiveErrorRate = 0.02 // of all requests
	LiveErrorSeed = 1
	LiveBusy      = time.Second
)

// Switches returns every switch, with its default value where it takes one. [Live] turns on all of them.
func Switches() []Switch {
	return []Switch{
		{"gateway-404", "answer 404 to a request without authentication headers", WithGatewayNotFound()},
		{"unknown-404", "answer 404 for unknown and malformed IDs", WithUnknownNotFound()},
		{"options-403", "answer 403 to OPTIONS", WithOptionsForbidden()},
		{"merge-slashes", "read several slashes in a path as one", WithMergedSlashes()},
		{"long-path-414", "answer 414 and HTML to a path over 8 kB", WithLongPathRefused()},
		{
			"gateway-errors", fmt.Sprintf("answer 502 or 503 to %g %% of all requests", 100*LiveErrorRate),
			WithGatewayErrors(LiveErrorRate, LiveErrorSeed),
		},
		{
			"busy", fmt.Sprintf("answer 409 for %s after an operation on the same volume", LiveBusy),
			WithBusy(LiveBusy),
		},
		{"newer-versions", "list versions that are newer than the documents", WithNewerVersions()},
	}
}

// Live makes the mock deviate from the documents in every way that the live service was seen to. Two facts
// hold without it: a bad signature is 401 HmacValidFail, and messages are English whatever
// Accept-Language says.
func Live() Option {
	return func(c *config) {
		for _, s := range Switches() {
			s.Option(c)
		}
	}
}

// WithGatewayNotFound answers 404, in the gateway's form, to a request that has no authentication header
// at all. The document says 401. [field]: 58 services of 58.
func WithGatewayNotFound() Option { return withHooks("gateway-404", gatewayNotFound) }

var gatewayNotFound = hooks{receive: func(c *call) {
	if c.path != "/" && !c.triesToAuthenticate() {
		c.answer = c.gatewayError(http.StatusNotFound)
	}
}}

// triesToAuthenticate reports whether the request has any of the headers that prove who calls.
func (c *call) triesToAuthenticate() bool {
	for _, name := range []string{signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp} {
		if c.request.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// gatewayError is an error in the form of the gateway in front of the service [field].
func (c *call) gatewayError(status int) answer {
	text := http.StatusText(status)
	a := ok(status, map[string]any{
		"timestamp": c.server.now().UTC().Format(time.RFC3339), "path": rawPath(c.request),
		"status": status, "error": text, "requestId": requestID(),
	})
	a.why = "gateway: " + text
	return a
}

// WithUnknownNotFound answers 404 for unknown and malformed IDs, which is documented nowhere. [field]: on
// the service's reads. That detaching and attaching do the same is [assumed].
func WithUnknownNotFound() Option {
	return withHooks("unknown-404", hooks{reply: func(c *call) {
		body, isError := c.answer.body.(errorBody)
		if isError && (c.answer.unknownID || c.malformed != nil) && c.answer.status == http.StatusBadRequest {
			c.answer.status, body.Errors[0].Status = http.StatusNotFound, http.StatusNotFound
		}
	}})
}

// WithOptionsForbidden answers 403 to OPTIONS [field].
func WithOptionsForbidden() Option {
	return withHooks("options-403", hooks{receive: func(c *call) {
		if c.method == http.MethodOptions {
			c.answer = c.gatewayError(http.StatusForbidden)
		}
	}})
}

// WithMergedSlashes reads several slashes in a path as one, as the gateway does [field]. The signature is
// that of the path as it was sent.
func WithMergedSlashes() Option { return withHooks("merge-slashes", mergedSlashes) }

var (
	slashes       = regexp.MustCompile(`/{2,}`)
	mergedSlashes = hooks{receive: func(c *call) { c.path = slashes.ReplaceAllString(c.path, "/") }}
)

// WithLongPathRefused answers 414, with an HTML page, to a path of more than 8 kB. [field]: the status and
// the page. The length is [assumed].
func WithLongPathRefused() Option {
	const longest = 8 << 10
	return withHooks("long-path-414", hooks{receive: func(c *call) {
		if len(rawPath(c.request)) > longest {
			c.answer = answer{
				status: http.StatusRequestURITooLong, why: "gateway: the path is too long",
				body:   raw("<html><head><title>414 Request-URI Too Large</title></head></html>\n"),
				header: map[string]string{"Content-Type": "text/html"},
			}
		}
	}})
}

// WithGatewayErrors answers 502 or 503 to a share of all requests, 0 to 1, instead of passing them on.
// The same seed draws the same requests, by their number. [field]: "now and then".
func WithGatewayErrors(rate float64, seed uint64) Option {
	if !(rate >= 0 && rate <= 1) { // NaN is neither
		return func(c *config) { c.err = fmt.Errorf("WithGatewayErrors: rate %g is not between 0 and 1", rate) }
	}
	return withHooks("gateway-errors", hooks{receive: func(c *call) {
		drawn := rand.New(rand.NewPCG(seed, c.number)) //nolint:gosec // which request fails is no secret
		if drawn.Float64() >= rate {
			return
		}
		c.answer = c.gatewayError([]int{http.StatusBadGateway, http.StatusServiceUnavailable}[drawn.IntN(2)])
	}})
}

// WithBusy answers 409 to attaching and detaching a volume for some time after another such operation on
// it was accepted. [field]: "for some seconds".
func WithBusy(after time.Duration) Option {
	if after < 0 {
		return func(c *config) { c.err = fmt.Errorf("WithBusy: %s is negative", after) }
	}
	changes := func(c *call) bool { return c.asks(openapi.DetachOperation) || c.asks(openapi.AttachOperation) }
	return withHooks("busy", hooks{
		operate: func(c *call) {
			if v := c.volume(); v != nil && changes(c) && c.server.now().Before(v.busyUntil) {
				c.answer = busy(v)
			}
		},
		reply: func(c *call) {
			if v := c.volume(); v != nil && changes(c) && c.answer.status == http.StatusAccepted {
				v.busyUntil = c.server.now().Add(after)
			}
		},
	})
}

// WithNewerVersions lists the two versions after the newest of the documents, the second of them CURRENT, as
// the vendor's page listed 1.4 and 1.5 beside documents up to 1.3 on 2026-09-18 [field]. The version that is
// CURRENT in the documents becomes SUPPORTED, without an end date. The mock answers neither of the two.
func WithNewerVersions() Option {
	return func(c *config) { c.newer = true }
}

// withNewer returns a table with the versions of WithNewerVersions.
func withNewer(table lifecycle.Table) lifecycle.Table {
	versions := slices.Clone(table.Versions)
	var newest lifecycle.ID
	for i, v := range versions {
		if v.Label == lifecycle.Current {
			versions[i].Label = lifecycle.Supported
		}
		if newest.Compare(v.ID) < 0 {
			newest = v.ID
		}
	}
	next := newest.Next()
	versions = append(versions, lifecycle.Version{ID: next, Label: lifecycle.Supported}, lifecycle.Version{ID: next.Next(), Label: lifecycle.Current})
	table.Versions = versions
	return table
}
