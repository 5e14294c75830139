package cases

import (
	"bytes"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/scp-openapi/virtualserver/conformance"
)

var formError = conformance.Clause{
	ID: "FORM-ERROR", Source: conformance.Field,
	Text: "An error is JSON with a JSON content type, has a code and a message, and states the status of its answer.",
}

// formErrors judges the bodies of refusals. The document gives them no schema: no body, text, and a problem
// of RFC 9457 are free, and so are the fields of the service's own form.
func formErrors() conformance.Case {
	return conformance.Case{
		ID: "form-error", Family: familyForm,
		Summary: "the body of a refusal matches its content type, and does not contradict its status",
		Clauses: []conformance.Clause{formError},
		Harm:    conformance.HarmRefused,
		Ask:     seeRefusals,
		Watch: func(_ *conformance.Trial, e conformance.Exchange) error {
			if e.Status < http.StatusBadRequest || e.Method == http.MethodHead || e.Err != "" || e.CutOff() || e.Overloaded() {
				return nil
			}
			kind, fault := errorFault(e)
			if fault == "" {
				return nil
			}
			return conformance.Distinct(conformance.Broken(formError, conformance.CodeError, "%s (%s), answered %s: %s: %s",
				e, e.About, conformance.StatusText(e.Status), fault, excerpt(e.Body)), kind)
		},
	}
}

// errorFault is what is wrong with the body of a refusal: what kind of fault it is, and in words.
func errorFault(e conformance.Exchange) (kind, fault string) {
	body := bytes.TrimSpace(e.Body)
	if len(body) == 0 {
		return "", ""
	}
	types := e.ResponseHeader.Values("Content-Type")
	if len(types) > 1 {
		return "types", "it has several content types"
	}
	mediaType, params, err := mime.ParseMediaType(strings.Join(types, ""))
	isJSON := mediaType == "application/json" || strings.HasSuffix(mediaType, "+json")
	charset := strings.ToLower(params["charset"])
	switch {
	case err != nil && len(types) > 0:
		return "types", "its content type cannot be read"
	case mediaType == "text/plain":
		return "", ""
	case !isJSON && (e.Expected == conformance.ExpectOutside || tooLong(e)):
		return "", "" // a gateway answers those by itself, as a page
	case !isJSON:
		return "types", "it is neither JSON nor text, but " + strconv.Quote(mediaType)
	case charset != "" && charset != "utf-8" && charset != "utf8":
		return "charset", "it says that its JSON is in " + charset
	case !utf8.Valid(body):
		return "charset", "its JSON is not UTF-8"
	}
	var answer conformance.ErrorAnswer
	if err := json.Unmarshal(body, &answer); err != nil {
		return "json", "it claims to be JSON, and does not parse as an error"
	}
	return errorContent(e.Status, mediaType, body, answer)
}

// errorContent judges what a JSON error says.
func errorContent(status int, mediaType string, body []byte, answer conformance.ErrorAnswer) (kind, fault string) {
	said := []any{answer.Status}
	for _, entry := range answer.Errors {
		said = append(said, entry.Status)
	}
	for _, s := range said {
		if contradicts(s, status) {
			return "status", "its body says another status"
		}
	}
	switch {
	case mediaType == "application/problem+json", answer.Error != "":
		return "", ""
	case len(answer.Errors) == 0:
		return "empty", "it has no error in it"
	case strings.TrimSpace(answer.Errors[0].Code) == "":
		return "code", "its error has no code"
	case !hasMessage(answer.Errors[0].Detail) && strings.TrimSpace(answer.Errors[0].Title) == "" && !bytes.Contains(body, []byte(`"message"`)):
		return "message", "its error has no message"
	}
	return "", ""
}

// contradicts reports whether a status in a body, a number or the digits of one, is another than the
// answer's. Anything else says nothing.
func contradicts(said any, status int) bool {
	switch s := said.(type) {
	case float64:
		return int(s) != status
	case string:
		n, err := strconv.Atoi(strings.TrimSpace(s))
		return err == nil && n != status
	}
	return false
}

// hasMessage reports whether a detail is a string or an array of strings, with something in it.
func hasMessage(detail json.RawMessage) bool {
	var one string
	var many []string
	if json.Unmarshal(detail, &one) != nil && json.Unmarshal(detail, &many) != nil {
		return false
	}
	return strings.TrimSpace(one+strings.Join(many, "")) != ""
}
