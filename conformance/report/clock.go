package report

import "github.com/scp-openapi/virtualserver/conformance"

// clock writes that the clocks of endpoint and signer differ too much: the commonest reason for a 401.
func clock(p *page, r *conformance.Report) {
	if warning := r.ClockWarning(); warning != "" {
		p.paragraph("", "Warning: "+warning+". An endpoint may refuse requests (401) for that.")
		p.gap()
	}
}
