package conformance

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"pgregory.net/rapid"
)

// malformedCases ask for IDs that cannot be IDs, beside others that exist unused: whatever a server or
// a proxy makes of such a path, it finds nothing to destroy. No typed client sends them.
var malformedCases = []Case{
	malformed("detach-malformed-volume-id", "volume_id", "DETACH-VOLUME-ID", func(segment, nowhere string) string {
		return "/v1/volumes/" + segment + "/servers/" + nowhere
	}),
	malformed("detach-malformed-server-id", "server_id", "DETACH-SERVER-ID", func(segment, nowhere string) string {
		return "/v1/volumes/" + nowhere + "/servers/" + segment
	}),
	malformed("detach-malformed-both-ids", "volume_id and server_id", "DETACH-VOLUME-ID", func(segment, nowhere string) string {
		return "/v1/volumes/" + segment + nowhere + "/servers/" + segment + nowhere
	}),
}

func malformed(id, what, clause string, path func(segment, nowhere string) string) Case {
	return Case{
		ID:      id,
		Summary: "a malformed " + what + " is answered with a documented 4xx, and never with a redirect or a 5xx",
		Clauses: []string{clause, "DETACH-400", "DETACH-STATUS", "FORM-REDIRECT"},
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			if _, err := t.control(ctx, detach{volume: t.unused.id(), server: t.unused.id()}); err != nil {
				return err
			}
			for _, segment := range t.malformedSegments() {
				path := path(segment, t.unused.id())
				t.unused.add(path)
				exchange, err := t.raw(ctx, path)
				if err != nil {
					return err
				}
				// 401 is documented too: a server that cleans the path first finds another one signed.
				if err := exchange.expect(http.StatusBadRequest, http.StatusConflict, http.StatusUnauthorized); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// malformedSegments are path segments, encoded: those that break things everywhere, and some drawn from
// the seed of the run.
func (t *trial) malformedSegments() []string {
	const drawn = 6
	segments := []string{
		"", ".", "..", "...", "%2e", "%2e%2e", "%2E.", "%252e%252e", "..%2f", "%2f", "a%2fb", "..%5c..", "..;", "%00", "a%00b",
		"%20", "%09", "%0d%0aScp-Signature:%20x", "%22", "%27%20OR%20%271%27=%271", "%3Cscript%3E", "%25", "%3f", "%23", "*", "-1", "null",
		url.PathEscape("볼륨"), url.PathEscape("🙂"), "%ff%fe", strings.Repeat("a", 10<<10),
	}
	for i := range drawn {
		text := rapid.String().Example(int(t.config.Seed) + i) //nolint:gosec // any number will do for a seed
		// Dots and slashes are above. Drawn, they could lead to where something is.
		segments = append(segments, url.PathEscape(strings.NewReplacer("/", "", ".", "").Replace(text)))
	}
	return segments
}

// add makes known that the segments of a path exist nowhere, encoded or not.
func (n *unusedIDs) add(path string) {
	decoded, err := url.PathUnescape(path)
	if err != nil {
		decoded = path
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, reading := range []string{path, decoded} {
		for segment := range strings.SplitSeq(reading, "/") {
			n.ids[segment] = true
		}
	}
}
