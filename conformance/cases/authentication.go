package cases

import (
	"context"
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
)

// Who may ask.
var (
	authAccessKey = conformance.Clause{
		ID: "AUTH-ACCESS-KEY", Source: conformance.Document, Text: "The request header has Scp-Accesskey.",
	}
	authSignature = conformance.Clause{
		ID: "AUTH-SIGNATURE", Source: conformance.Document, Text: "The request header has Scp-Signature.",
	}
	authClientType = conformance.Clause{
		// The document has the header in its example, and says nowhere that another value is refused.
		ID: "AUTH-CLIENT-TYPE", Source: conformance.Assumed,
		Text: "A request whose Scp-ClientType is missing or not Openapi is refused with 401 or 400, even if it is correctly signed.",
	}
	authHeaderOnce = conformance.Clause{
		ID: "AUTH-HEADER-ONCE", Source: conformance.Assumed,
		Text: "A request that repeats an authentication header is refused with 401 or 400.",
	}
	authHeaderCase = conformance.Clause{
		ID: "AUTH-HEADER-CASE", Source: conformance.SDK,
		Text: "Header names are case-insensitive; the vendor's SDK sends Scp-AccessKey, and an empty Scp-AccountId.",
	}
	authLanguage = conformance.Clause{
		ID: "AUTH-LANGUAGE", Source: conformance.Document, Text: "The request header has Accept-Language = ko-KR; the English pages have en-US.",
	}
	show401 = conformance.Clause{
		ID: "SHOW-401", Operation: opShow, Status: http.StatusUnauthorized, Source: conformance.SDK,
		Text: "Showing a volume answers 401 Unauthorized.",
	}
	attach401 = conformance.Clause{
		ID: "ATTACH-401", Operation: opAttach, Status: http.StatusUnauthorized, Source: conformance.SDK,
		Text: "Attaching a volume answers 401 Unauthorized.",
	}
)

// authenticationHeaders prove who asks.
var authenticationHeaders = []string{signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp}

func authenticationCases() []conformance.Case {
	families := []family{
		headerNegatives(), messageNegatives(), characterNegatives(), spellingNegatives(), digestNegatives(),
		secretNegatives(), nothingNegatives(), accessKeyNegatives(), timestampNegatives(), besideNegatives(),
	}
	list := []conformance.Case{encodedNegatives().ofUnusedIDs()}
	for _, f := range families {
		list = append(list, f.ofUnusedIDs())
	}
	for _, f := range families {
		list = append(list, f.ofAttachedVolume())
	}
	return append(list, skippedForReads(), skippedForAttach(), skippedForUnused(), oddPaths(), skippedForExisting(), rightRequests(), authStatus())
}

// authStatus collects what the other cases meet: however many requests were refused with another status than
// 401, it is one fact.
func authStatus() conformance.Case {
	return conformance.Case{
		ID: "auth-status", Family: familyAuthentication,
		Summary:  "failed authentication is answered 401, whatever the request asks for",
		Clauses:  []conformance.Clause{detach401},
		Harm:     conformance.HarmRefused,
		Collects: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			control, err := t.Control(ctx)
			switch {
			case err != nil:
				return err
			case control.Distinguishes():
				return failsAuthentication(t, control.Wrong, control, authSecret)
			}
			return refusedFirst(ctx, t, control)
		},
	}
}

// refusedFirst judges an endpoint that answers a detach of unused IDs in the same way whether it is rightly
// signed or not. It may refuse whatever comes; where it authenticates who asks for a volume that exists, it
// looks for the volume before it asks who wants to know.
func refusedFirst(ctx context.Context, t *conformance.Trial, control conformance.Control) error {
	unknown := conformance.ShownBy(control.Wrong, conformance.CannotJudge(conformance.CodeNoDistinction,
		"a request is answered %s whether or not it is correctly signed, so its refusals show nothing", conformance.StatusText(control.Right.Status)))
	volume := t.Fixture().Volume
	if volume == "" {
		return unknown
	}
	if _, err := t.Show(ctx, volume); err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{
		Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, Change: t.WrongSecret,
		Expect: conformance.ExpectUnauthorized, About: "showing a volume with a signature made with another secret key",
	})
	if err != nil {
		return err
	}
	if e.Status != http.StatusUnauthorized {
		return unknown
	}
	return conformance.ShownBy(control.Wrong, conformance.Broken(detach401, conformance.CodeLetIn,
		"a detach of an unknown volume is answered %s whether it is correctly signed or not, though the same wrong signature is answered 401 for a volume that exists",
		conformance.StatusText(control.Wrong.Status)))
}

// failsAuthentication judges the answer to a request that is wrong in the same way as the wrong one of the
// control, and asks for something that exists: 400 and 409 say that it was judged on its merits.
func failsAuthentication(t *conformance.Trial, e conformance.Exchange, control conformance.Control, clause conformance.Clause) error {
	switch {
	case e.Status == http.StatusUnauthorized:
		return nil
	case e.Status/100 == 5:
		return t.LeaveTo(wrongStatus(e))
	case tooLong(e) && !conformance.Same(e, control.Right):
		return nil
	case e.Refused() && (conformance.Same(e, control.Wrong) || !slices.Contains(refusals, e.Status)):
		return t.LeaveTo(wrongRefusal(e))
	}
	return carriedOut(t, conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeLetIn,
		"%s was answered %s: it was let in", e.About, conformance.StatusText(e.Status))))
}
