package cases

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

var detachIDEncoded = conformance.Clause{
	ID: "DETACH-ID-ENCODED", Source: conformance.Assumed,
	Text: "Letters, digits and hyphens of an ID may be percent-encoded: by RFC 3986, section 6.2.2.2, the path is the same.",
}

// percentEncoded writes the hyphens of an ID, or its first character where it has none, with percent signs, and
// signs the URL as it goes on the wire.
func percentEncoded(t *conformance.Trial, id string) func(*http.Request) {
	encoded := strings.ReplaceAll(id, "-", "%2D")
	if encoded == id && id != "" {
		encoded = fmt.Sprintf("%%%02X", id[0]) + id[1:]
	}
	return func(req *http.Request) {
		req.URL.RawPath = strings.Replace(req.URL.EscapedPath(), id, encoded, 1)
		t.Resign(req, nil)
	}
}

// showEncoded shows a volume by its ID with percent signs.
func showEncoded() conformance.Case {
	return conformance.Case{
		ID: "ids-encoded-show", Family: familyIDs,
		Summary: "a volume is shown if its ID is percent-encoded",
		Clauses: []conformance.Clause{detachIDEncoded},
		Harm:    conformance.HarmReads,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			volume := t.Fixture().Volume
			if err := t.Needs("volume", volume); err != nil {
				return err
			}
			if _, err := t.Show(ctx, volume); err != nil {
				return err
			}
			e, err := t.Send(ctx, conformance.Request{
				Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, Change: percentEncoded(t, volume),
				Expect: conformance.ExpectShown, About: "a volume whose ID is percent-encoded",
			})
			if err != nil || shows(e, volume) {
				return err
			}
			return otherwiseRead(e)
		},
	}
}

// detachEncoded detaches a volume by its ID with percent signs.
func detachEncoded() conformance.Case {
	return conformance.Case{
		ID: "ids-encoded", Family: familyIDs,
		Summary: "a volume is detached if its ID is percent-encoded",
		Clauses: []conformance.Clause{detachIDEncoded},
		Harm:    conformance.HarmDangerous, // a server may read such an ID in any way
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := t.Attached(ctx)
			if err != nil {
				return err
			}
			e, err := t.SendBusy(ctx, conformance.Request{
				Pair: p, Change: percentEncoded(t, p.Volume), Expect: conformance.ExpectAccepted, About: "an attached volume whose ID is percent-encoded",
			})
			if err != nil {
				return err
			}
			if e.Status != http.StatusAccepted {
				return otherwiseRead(e)
			}
			shown, away, err := t.AwaitDetached(ctx, p)
			if err != nil || away {
				return err
			}
			return conformance.ShownBy(e, conformance.Broken(detachIDEncoded, conformance.CodeNotDetached,
				"%s was accepted, and volume %s is still %s at server %s", e.About, p.Volume, shown.State, p.Server))
		},
	}
}

// otherwiseRead is the finding that an ID with percent signs is another one for the endpoint.
func otherwiseRead(e conformance.Exchange) error {
	if e.Status == http.StatusUnauthorized { // what was signed was read in another way, which is another fact
		return conformance.NotApplicable("a path with percent signs is not let in, which auth-right judges")
	}
	return conformance.ShownBy(e, conformance.Broken(detachIDEncoded, conformance.CodeNotAccepted,
		"%s (%s) was answered %s", e, e.About, conformance.StatusText(e.Status)))
}
