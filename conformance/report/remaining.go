package report

import "github.com/scp-openapi/virtualserver/conformance"

// fails reports whether a verdict is a reason for exit code 1.
func fails(r *conformance.Report, v conformance.Verdict) bool {
	return v == conformance.Fail || v == conformance.Differs && r.Options.Strict
}

// only is the report with those findings alone that keep chooses.
func only(r *conformance.Report, keep func(conformance.Finding) bool) *conformance.Report {
	chosen := *r
	chosen.Results = make([]conformance.Result, 0, len(r.Results))
	for _, result := range r.Results {
		var findings []conformance.Finding
		for _, f := range result.Findings {
			if keep(f) {
				findings = append(findings, f)
			}
		}
		result.Findings = findings
		chosen.Results = append(chosen.Results, result)
	}
	return &chosen
}

func accepted(f conformance.Finding) bool { return f.Known != nil }

func unaccepted(f conformance.Finding) bool { return f.Known == nil }
