package mock

import (
	"net/url"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// accessKeyDefects take other access keys for a known one.
var accessKeyDefects = []Defect{
	lookedUp("access-key-start", "looks up access keys by their first characters", func(got, known string) bool {
		return got != "" && strings.HasPrefix(known, got)
	}),
	lookedUp("access-key-longer", "accepts anything after an access key", strings.HasPrefix),
	lookedUp("access-key-pattern", "takes % in an access key for anything", func(got, known string) bool {
		start, end, found := strings.Cut(got, "%")
		return found && strings.HasPrefix(known, start) && strings.HasSuffix(known, end)
	}),
	lookedUp("access-key-list", "accepts a list with a known access key in it", func(got, known string) bool {
		return slices.Contains(strings.Split(got, ","), known)
	}),
	lookedUp("access-key-quotes", "takes quotation marks off an access key", func(got, known string) bool {
		return strings.Trim(got, `"'`) == known
	}),
	lookedUp("access-key-decoded", "decodes percent signs in an access key", func(got, known string) bool {
		decoded, err := url.PathUnescape(got)
		return err == nil && decoded == known
	}),
	lookedUp("access-key-injected", "puts an access key into a query as it is", func(got, _ string) bool {
		return strings.Contains(got, "' OR '")
	}),
	letsIn("access-key-alias", "takes X-Access-Key for a missing access key", func(c *call) bool {
		key := c.request.Header.Get("X-Access-Key")
		if key == "" || c.request.Header.Get(signing.HeaderAccessKey) != "" {
			return false
		}
		known, found := c.server.credentialsOf(key)
		p := forge.Received(c.request, known.SecretKey.Reveal())
		p.AccessKey = key
		return found && p.Signature() == c.request.Header.Get(signing.HeaderSignature)
	}),
	letsIn("access-key-without-secret", "has an empty secret key for an unknown access key", func(c *call) bool {
		_, known := c.parts()
		return !known && forge.Received(c.request, "").Signature() == c.request.Header.Get(signing.HeaderSignature)
	}),
}

// lookedUp is a defect that finds a known access key by another. What is signed is the one that was found, or
// the one that was sent.
func lookedUp(name, summary string, means func(got, known string) bool) Defect {
	return letsIn(name, summary, func(c *call) bool {
		got := c.request.Header.Get(signing.HeaderAccessKey)
		return slices.ContainsFunc(c.server.credentials, func(known signing.Credentials) bool {
			if got == known.AccessKey || !means(got, known.AccessKey) {
				return false
			}
			sent := forge.Received(c.request, known.SecretKey.Reveal())
			found := sent
			found.AccessKey = known.AccessKey
			signature := c.request.Header.Get(signing.HeaderSignature)
			return signature == sent.Signature() || signature == found.Signature()
		})
	})
}
