package conformance

import (
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/signing"
)

// authenticationCases send requests that are wrong in one thing, for IDs that exist nowhere, each
// beside a control that is right in it.
var authenticationCases = []Case{
	withoutHeader("auth-access-key-missing", signing.HeaderAccessKey),
	withoutHeader("auth-signature-missing", signing.HeaderSignature),
	withoutHeader("auth-timestamp-missing", signing.HeaderTimestamp),
	{
		ID:       "auth-signature-wrong",
		Summary:  "a signature made with another secret key is answered 401",
		Sentence: "Scp-Signature is made with the secret key. 401 Unauthorized",
		Source:   Document,
		Harm:     Refused,
		ask: func(ctx context.Context, t *trial) error {
			forged := t.config.Credentials
			forged.SecretKey = strings.ToUpper(forged.SecretKey) + "-forged"
			return t.unauthorized(ctx, detach{as: &forged})
		},
	},
	{
		ID:       "auth-access-key-unknown",
		Summary:  "an access key that there is not is answered 401",
		Sentence: "Scp-Accesskey names the key of an account. 401 Unauthorized",
		Source:   Document,
		Harm:     Refused,
		ask: func(ctx context.Context, t *trial) error {
			stranger := t.config.Credentials
			stranger.AccessKey = strings.ReplaceAll(t.nowhere.id(), "-", "")
			return t.unauthorized(ctx, detach{as: &stranger})
		},
	},
}

func withoutHeader(id, header string) Case {
	return Case{
		ID:       id,
		Summary:  "a request without " + header + " is answered 401",
		Sentence: "The request header has " + header + ". 401 Unauthorized",
		Source:   Document,
		Harm:     Refused,
		ask: func(ctx context.Context, t *trial) error {
			return t.unauthorized(ctx, detach{alter: func(req *http.Request) { req.Header.Del(header) }})
		},
	}
}

// unauthorized expects 401 for a detach that is wrong in its authentication and in nothing else.
func (t *trial) unauthorized(ctx context.Context, wrong detach) error {
	wrong.volume, wrong.server = t.nowhere.id(), t.nowhere.id()
	if err := t.control(ctx, detach{volume: wrong.volume, server: wrong.server}); err != nil {
		return err
	}
	exchange, err := t.detach(ctx, wrong)
	if err != nil {
		return err
	}
	return exchange.expect(http.StatusUnauthorized)
}
