package cases

import (
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/conformance"
)

var aroundStatus = conformance.Clause{
	ID: "VOLUMES-STATUS", Source: conformance.SDK,
	Text: "Attaching a volume answers only 202, 400, 401 or 409; showing one answers only 200, 400 or 401.",
}

// formStatus judges the status of every answer that no other case is about.
func formStatus() conformance.Case {
	return conformance.Case{
		ID: "form-status", Family: familyForm,
		Summary: "every answer has a documented status, and no 5xx answer persists",
		Clauses: []conformance.Clause{detachStatus, detach401, aroundStatus},
		Harm:    conformance.HarmRefused,
		Ask:     seeRefusals,
		Watch: func(t *conformance.Trial, e conformance.Exchange) error {
			switch {
			case e.Status == http.StatusUnauthorized && !t.KeysTaken():
				return nil // the keys are wrong, for all that is known
			case e.Status == 0, e.Repeated, e.Status/100 == 3, e.Overloaded() && !e.Stayed, tooLong(e):
				return nil // no answer, asked again, for another case, or a gateway's
			case e.Expected == conformance.ExpectOutside:
				return statusOutside(e)
			case asks(e, opDetach):
				return statusOfDetach(e)
			case asks(e, opAttach, opShow):
				return statusAround(e)
			}
			return nil
		},
	}
}

// statusOutside judges the refusal of what is no operation: any 4xx, or the two 5xx that say so.
func statusOutside(e conformance.Exchange) error {
	if e.Status/100 != 5 || e.Status == http.StatusNotImplemented || e.Status == http.StatusHTTPVersionNotSupported {
		return nil
	}
	return wrongStatus(e)
}

// statusOfDetach judges by what was expected. What was accepted and should not be, or the other way round,
// is for the case that asked.
func statusOfDetach(e conformance.Exchange) error {
	if e.Status/100 == 5 {
		return wrongStatus(e)
	}
	documented := []int{http.StatusAccepted, http.StatusBadRequest, http.StatusConflict}
	switch e.Expected {
	case conformance.ExpectUnauthorized, conformance.ExpectMalformed:
		return nil // auth-status is about these
	case conformance.ExpectAccepted:
		if e.Refused() || e.Status == http.StatusAccepted {
			return nil
		}
	case conformance.ExpectRefused:
		if e.Status/100 == 2 {
			return nil
		}
	case conformance.ExpectBadID:
		if e.Status/100 == 2 || e.Status == http.StatusUnauthorized {
			return nil
		}
	default:
		documented = append(documented, http.StatusUnauthorized)
	}
	if slices.Contains(documented, e.Status) {
		return nil
	}
	return wrongStatus(e)
}

// statusAround judges attaching and showing, by the documents. That a volume is no longer shown is for
// detach-nothing-else, and that unknown IDs are answered 404 is one fact, which their detach shows.
func statusAround(e conformance.Exchange) error {
	op := operationOf(e)
	lost := slices.Contains([]int{http.StatusNotFound, http.StatusGone}, e.Status)
	unsigned := e.Expected == conformance.ExpectUnauthorized || e.Expected == conformance.ExpectMalformed
	if op.Responses.Status(e.Status) != nil || e.Refused() && (lost || unsigned) {
		return nil
	}
	code := conformance.CodeStatus
	if e.Status/100 == 5 {
		code = conformance.CodeServerError
	}
	return conformance.Distinct(conformance.Broken(aroundStatus, code, "%s (%s) was answered %s, which is not documented",
		e, e.About, conformance.StatusText(e.Status)), op.OperationID+http.StatusText(e.Status))
}
