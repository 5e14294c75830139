package report

import "github.com/scp-openapi/virtualserver/conformance"

// noticesOf is what a person should know before the results: that the clocks of endpoint and signer differ, which is
// the commonest reason for a 401, what was put back, and what else the run has to say.
func noticesOf(r *conformance.Report) []string {
	var list []string
	if warning := r.ClockWarning(); warning != "" {
		list = append(list, "Warning: "+warning+". An endpoint may refuse requests (401) for that.")
	}
	list = append(list, r.PutBack...)
	return append(list, r.Notices...)
}
