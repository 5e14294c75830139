package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// tally is the number of results by verdict. Those that a baseline accepts are apart.
type tally struct {
	of    map[conformance.Verdict]int
	known int
}

func tallyOf(results []conformance.Result) tally {
	t := tally{of: map[conformance.Verdict]int{}}
	for _, result := range results {
		if allKnown(result) {
			t.known++
		} else {
			t.of[worstFirst[rank(result.Remaining())]]++
		}
	}
	return t
}

// allKnown reports whether a baseline accepts all that keeps a result from being a pass.
func allKnown(result conformance.Result) bool {
	return result.Known() && result.Remaining() == conformance.Pass
}

// countsText is the number of results by verdict: "3 passed, 1 known, 1 failed".
func countsText(r *conformance.Report) string {
	t := tallyOf(r.Results)
	var counts []string
	for _, w := range slices.Backward(words) {
		if n := t.of[w.verdict]; n > 0 || w.verdict == conformance.Pass || w.verdict == conformance.Fail && t.known == 0 {
			counts = append(counts, fmt.Sprintf("%d %s", n, w.counted))
		}
		if w.verdict == conformance.Pass && t.known > 0 {
			counts = append(counts, fmt.Sprintf("%d known", t.known))
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

// versionsText says what the versions were judged by.
func versionsText(r *conformance.Report) string {
	if len(r.Listed) > 0 {
		return "the endpoint's own list, held against " + r.Table.Source
	}
	if !r.Table.Stale {
		return r.Table.Source
	}
	return r.Table.Source + ", " + oldText(r)
}

// oldText says how old the table of versions was on the day judged.
func oldText(r *conformance.Report) string {
	if n, known := tableAge(r); known {
		return plural(n, "day", "days") + " old"
	}
	return "of unknown age"
}

func tableAge(r *conformance.Report) (days int, known bool) {
	documented, _ := tablesOf(r)
	return documented.Age(r.Day).Count()
}
