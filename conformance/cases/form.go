package cases

import "github.com/scp-openapi/virtualserver/conformance"

var formRedirect = conformance.Clause{ID: "FORM-REDIRECT", Source: conformance.Document, Text: "No answer is a redirect."}

func formCases() []conformance.Case { return nil }

// redirected is the finding that an answer leads elsewhere.
func redirected(e conformance.Exchange) error {
	return conformance.ShownBy(e, conformance.Broken(formRedirect, conformance.CodeRedirect,
		"%s (%s) was answered %s, which leads to %q", e, e.About, conformance.StatusText(e.Status), e.ResponseHeader.Get("Location")))
}
