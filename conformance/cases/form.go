package cases

import (
	"context"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi"
)

// The cases of this family watch: they judge the answers to what all the other cases ask. Their own question
// sees to it that there is an answer of the kind to look at.
func formCases() []conformance.Case {
	return []conformance.Case{
		formStatus(),
		formErrors(),
		formAccepted(),
		formRedirects(),
		formCompletes(),
		formCredentials(),
		formLeaks(),
		formShow(),
		formModified(),
		formAttach(),
		formAttachAlike(),
		formLanguage(),
		formLanguageAccepted(),
		formLanguageRefused(),
		formConcurrent(),
		formRepeats(),
		formTLS(),
	}
}

// seeRefusals sees to it that there are refusals to look at, of a right signature and of a wrong one, and
// that they differ.
func seeRefusals(ctx context.Context, t *conformance.Trial) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	if !control.Right.Refused() || !control.Wrong.Refused() {
		return conformance.CannotJudge(conformance.CodeNoDistinction, "no refusal was seen to look at: an unknown volume is answered %s, a wrong signature %s",
			conformance.StatusText(control.Right.Status), conformance.StatusText(control.Wrong.Status))
	}
	return nil
}

// operationOf is the operation that an exchange asked for, by the documents, and nil where it asked for none.
func operationOf(e conformance.Exchange) *openapi.Operation {
	documents, err := openapi.Load()
	if err != nil {
		return nil // a run with documents that cannot be read does not begin
	}
	path, _, _ := strings.Cut(e.Path(), "?")
	for _, doc := range []*openapi.Document{documents.Newest(), documents.Volumes, documents.Discovery} {
		if op, _ := doc.Match(e.Method, path); op != nil {
			return op
		}
	}
	return nil
}

// asks reports whether an exchange asked for one of several operations.
func asks(e conformance.Exchange, operations ...string) bool {
	op := operationOf(e)
	return op != nil && slices.Contains(operations, op.OperationID)
}

// excerpt is the start of a body, quoted.
func excerpt(body []byte) string {
	const most = 120
	text := string(body)
	if len(text) > most {
		text = text[:most] + "…"
	}
	return `"` + strings.Map(func(r rune) rune {
		if r < ' ' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD")) + `"`
}
