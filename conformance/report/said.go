package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// countsText is the number of results by verdict: "3 passed, 1 failed".
func countsText(r *conformance.Report) string {
	var counts []string
	for _, w := range slices.Backward(words) {
		if n := r.Counts.Of(w.verdict); n > 0 || w.verdict == conformance.Pass || w.verdict == conformance.Fail {
			counts = append(counts, fmt.Sprintf("%d %s", n, w.counted))
		}
	}
	return strings.Join(counts, ", ")
}

// driftText says that the endpoint is newer than every document. The report has a Drift.
func driftText(r *conformance.Report) string {
	return fmt.Sprintf("The endpoint lists %s as %s, and there is no document of it: the newest version was not judged.", r.Drift.ID, r.Drift.Label)
}

// plural is a number with a word for one or for several.
func plural(n int, one, several string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, several)
}
