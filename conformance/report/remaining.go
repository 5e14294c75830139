package report

import "github.com/scp-openapi/virtualserver/conformance"

// remaining is the verdict of what no baseline accepts in a result. The worst of its findings comes first.
func remaining(result conformance.Result) conformance.Verdict {
	known := false
	for _, f := range result.Findings {
		if f.Known == nil && f.Verdict != conformance.Skip {
			return f.Verdict
		}
		known = known || f.Known != nil
	}
	if known {
		return conformance.Pass
	}
	return result.Verdict
}

// isKnown reports whether a result fails or differs in no other way than the baseline accepts.
func isKnown(result conformance.Result) bool {
	return result.Verdict != conformance.Pass && remaining(result) == conformance.Pass
}

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
