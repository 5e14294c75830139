package cases

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// The documented answers of a detach.
var (
	detach202 = conformance.Clause{
		ID: "DETACH-202", Operation: opDetach, Status: http.StatusAccepted, Source: conformance.Document,
		Text: "Detach Volume from Virtual Server answers 202 Accepted.",
	}
	detach400 = conformance.Clause{
		ID: "DETACH-400", Operation: opDetach, Status: http.StatusBadRequest, Source: conformance.Document,
		Text: "Detach Volume from Virtual Server answers 400 Bad Request.",
	}
	detach401 = conformance.Clause{
		ID: "DETACH-401", Operation: opDetach, Status: http.StatusUnauthorized, Source: conformance.Document,
		Text: "Detach Volume from Virtual Server answers 401 Unauthorized.",
	}
	detach409 = conformance.Clause{
		ID: "DETACH-409", Operation: opDetach, Status: http.StatusConflict, Source: conformance.Document,
		Text: "Detach Volume from Virtual Server answers 409 Conflict.",
	}
	detachStatus = conformance.Clause{
		ID: "DETACH-STATUS", Source: conformance.Document,
		Text: "A detach answers only 202, 400, 401 or 409.",
	}
)

// refusals are the documented ones of a detach that cannot be. Which of them belongs to which cause is
// documented nowhere, so either will do (assumed).
var refusals = []int{http.StatusBadRequest, http.StatusConflict}

// refused judges the answer to a request that has to be refused on its merits: clause says why. How the
// refusal is written is for form-status to judge.
func refused(t *conformance.Trial, e conformance.Exchange, clause conformance.Clause) error {
	switch {
	case slices.Contains(refusals, e.Status):
		return nil
	case e.Refused() && e.Expected == conformance.ExpectOutside, e.Expected == conformance.ExpectOutside && e.Status == http.StatusNotImplemented:
		return nil
	case e.Status == http.StatusUnauthorized && e.Expected == conformance.ExpectBadID:
		return nil
	case tooLong(e):
		return nil
	case e.Status/100 == 3:
		return t.LeaveTo(redirected(e))
	case e.Refused():
		return t.LeaveTo(wrongStatus(e))
	case e.Overloaded(), e.Status/100 == 5:
		return t.LeaveTo(wrongStatus(e))
	}
	return carriedOut(t, conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeAccepted,
		"%s (%s) was answered %s; it should have been refused", e, e.About, conformance.StatusText(e.Status))))
}

// tooLong reports whether an answer is one that any gateway gives by itself to a request whose path or header is
// as long as this one's.
func tooLong(e conformance.Exchange) bool {
	const long = 2000 // bytes, of the path or of one header
	if !slices.Contains([]int{
		http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong, http.StatusRequestHeaderFieldsTooLarge,
	}, e.Status) {
		return false
	}
	longest := len(e.Path())
	for _, values := range e.RequestHeader {
		longest = max(longest, len(strings.Join(values, ", ")))
	}
	return longest >= long
}

// accepted judges the answer to a detach that has to be accepted.
func accepted(t *conformance.Trial, e conformance.Exchange) error {
	switch {
	case e.Status == http.StatusAccepted:
		return nil
	case e.Status == http.StatusUnauthorized:
		return conformance.ShownBy(e, conformance.Broken(detach202, conformance.CodeKeptOut,
			"%s (%s), correctly signed, was answered %s", e, e.About, conformance.StatusText(e.Status)))
	case e.Refused():
		return conformance.ShownBy(e, conformance.Broken(detach202, conformance.CodeNotAccepted,
			"%s (%s) was answered %s; 202 Accepted is documented", e, e.About, conformance.StatusText(e.Status)))
	}
	return t.LeaveTo(wrongStatus(e))
}

// wrongStatus is the finding that an answer has a status that is documented nowhere, or that does not fit
// what was asked. All answers of one such status are one fact.
func wrongStatus(e conformance.Exchange) error {
	code := conformance.CodeStatus
	if e.Status/100 == 5 {
		code = conformance.CodeServerError
	}
	err := conformance.Broken(detachStatus, code, "%s (%s) was answered %s; only 202, 400, 401 and 409 are documented",
		e, e.About, conformance.StatusText(e.Status))
	if e.Status == http.StatusUnauthorized {
		err = conformance.Broken(detach401, code, "%s (%s) was answered 401 Unauthorized, though it is correctly signed", e, e.About)
	}
	return conformance.ShownBy(e, conformance.Distinct(err, http.StatusText(e.Status)))
}

// unauthorized judges the answer to a request that has to fail authentication, beside a control that differs
// in what is wrong with it. How the refusal is written is for auth-status to judge.
func unauthorized(t *conformance.Trial, e conformance.Exchange, control conformance.Control, clause conformance.Clause) error {
	malformed := e.Expected == conformance.ExpectMalformed
	switch {
	case e.Status == http.StatusUnauthorized:
		return nil
	case e.Status/100 == 5:
		return t.LeaveTo(wrongStatus(e))
	case !e.Refused():
		return carriedOut(t, conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeLetIn,
			"%s was answered %s", e.About, conformance.StatusText(e.Status))))
	case !conformance.Same(e, control.Right):
		if tooLong(e) || malformed && e.Status == http.StatusBadRequest {
			return nil
		}
		return t.LeaveTo(wrongRefusal(e))
	case malformed && e.Status == http.StatusBadRequest:
		// It may be refused for what is wrong with it, in the words for any bad request.
		return conformance.Skipped("%s is answered in the same words as a request that is correctly signed; the case of a volume that is attached tells them apart", e.About)
	}
	return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeLetIn,
		"%s was answered %s, in the same words as a request that is correctly signed", e.About, conformance.StatusText(e.Status)))
}

// wrongRefusal is the finding that authentication fails with another status than 401.
func wrongRefusal(e conformance.Exchange) error {
	answers := ""
	if e.Status == http.StatusNotFound {
		answers = " (a gateway may answer before the service)"
	}
	err := conformance.Broken(detach401, conformance.CodeUnauthorized, "%s is answered %s, and not 401 Unauthorized%s",
		e.About, conformance.StatusText(e.Status), answers)
	return conformance.ShownBy(e, conformance.Distinct(err, http.StatusText(e.Status)))
}

// distinguishing returns a control whose two answers differ: without one, no refusal shows anything.
func distinguishing(ctx context.Context, t *conformance.Trial) (conformance.Control, error) {
	control, err := t.Control(ctx)
	if err == nil && !control.Distinguishes() {
		err = conformance.ShownBy(control.Wrong, conformance.CannotJudge(conformance.CodeNoDistinction,
			"a request is answered %s whether or not it is correctly signed, so its refusals show nothing", conformance.StatusText(control.Right.Status)))
	}
	return control, err
}

// stillAttached judges what a refused detach left behind.
func stillAttached(ctx context.Context, t *conformance.Trial, p conformance.Pair, e conformance.Exchange, clause conformance.Clause) error {
	shown, still, err := t.StillAttached(ctx, p)
	if err != nil || still {
		return err
	}
	return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeDetached,
		"%s was answered %s, and volume %s is no longer in use at server %s: it is %s",
		e.About, conformance.StatusText(e.Status), p.Volume, p.Server, shown.State))
}
