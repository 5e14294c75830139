package report_test

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// down is a report of an endpoint that answers 500 to whatever is asked of it: a sentence for each ID, and clauses
// that are unjudged for it. One more case passes unless all is set.
func down(cases int, all bool) *conformance.Report {
	r := &conformance.Report{Verdict: conformance.Inconclusive, Headline: "it could not be judged", Seed: 1234567890123456789}
	for i := range cases {
		text := fmt.Sprintf("GET /v1/volumes/%04d is answered 500 Internal Server Error", i)
		for _, version := range []lifecycle.Version{oldest, middle} {
			r.Results = append(r.Results, result(version, "ids", fmt.Sprintf("case-%d", i), conformance.Inconclusive, reason(conformance.CodeUnavailable, text)))
		}
		r.Unjudged = append(r.Unjudged, conformance.Unjudged{Clause: fmt.Sprintf("CLAUSE-%d", i), Why: text})
	}
	if !all {
		r.Results = append(r.Results, result(oldest, "form", "form-detail", conformance.Pass))
	}
	return r
}

// TestWhatCouldNotBeJudged is one block for a reason code, whatever ID each sentence has.
func TestWhatCouldNotBeJudged(t *testing.T) {
	for _, tt := range []struct {
		name        string
		report      *conformance.Report
		cases, like string
		again       int // the cases that the command names
	}{
		{"one", down(1, false), "case-0 in 1.2, 1.9", "", 1},
		{"some", down(7, false), "case-5, case-6 in 1.2, 1.9", "; and 6 more like it", 7},
		{"as many as are asked again", down(8, false), "case-5 and 2 more in 1.2, 1.9", "; and 7 more like it", 8},
		{"more", down(50, false), "case-5 and 44 more in 1.2, 1.9", "; and 49 more like it", 8},
		{"all", down(50, true), "all cases in 1.2, 1.9", "; and 49 more like it", 8},
		{"all of a few", down(2, true), "case-0, case-1 in 1.2, 1.9", "; and 1 more like it", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var text, markdown bytes.Buffer
			require.NoError(t, report.Text{Width: 200}.Write(&text, tt.report))
			require.NoError(t, report.Markdown(&markdown, tt.report))
			assert.Contains(t, text.String(), tt.cases+"\n")
			for _, written := range []string{text.String(), strings.ReplaceAll(markdown.String(), "`", "")} {
				assert.Contains(t, written, tt.cases+"\n")
				assert.Equal(t, 2, strings.Count(written, "is answered 500 Internal Server Error"+tt.like), "in a block, and for the clauses")
				commands := regexp.MustCompile(`--case (\S+) --api-version 1\.2,1\.9`).FindAllStringSubmatch(written, -1)
				require.Len(t, commands, 1)
				assert.Len(t, strings.Split(commands[0][1], ","), tt.again)
				assert.Equal(t, tt.again < 8 || tt.name == "as many as are asked again", !strings.Contains(written, "Again (the first 8 of 50 cases):"))
			}
		})
	}
}

// TestCountsOfKnown: what a baseline accepts is known, and no failure.
func TestCountsOfKnown(t *testing.T) {
	known := breach(refusal, "accepted", 1)
	known.Known = &conformance.Known{Reason: "mended soon"}
	half := result(newest, "detach", "half", conformance.Fail, known, breach(detail, "new", 1))
	r := &conformance.Report{Results: []conformance.Result{
		result(newest, "detach", "good", conformance.Pass), result(newest, "detach", "bad", conformance.Fail, known), half,
		result(newest, "detach", "idle", conformance.Skip, reason(conformance.CodeNotApplicable, "not drawn")),
	}}
	for name, tt := range map[string]struct {
		results []conformance.Result
		want    string
	}{
		"known alone":   {[]conformance.Result{r.Results[0], r.Results[1], r.Results[3]}, "1 passed, 1 known, 1 skipped;"},
		"and a failure": {r.Results, "1 passed, 1 known, 1 failed, 1 skipped;"},
		"none":          {r.Results[:1], "1 passed, 0 failed;"},
	} {
		t.Run(name, func(t *testing.T) {
			var text bytes.Buffer
			require.NoError(t, report.Text{}.Write(&text, &conformance.Report{Results: tt.results}))
			assert.Contains(t, text.String(), tt.want)
		})
	}
}

// TestSeedStaysWithItsNumber in every width.
func TestSeedStaysWithItsNumber(t *testing.T) {
	for width := 40; width < 140; width++ {
		var text bytes.Buffer
		require.NoError(t, report.Text{Width: width}.Write(&text, down(3, false)))
		require.Contains(t, text.String(), "seed 1234567890123456789\n", width)
	}
}

// TestChangedAlike is one line for all versions in which a case changed alike.
func TestChangedAlike(t *testing.T) {
	change := func(version, what string) conformance.Change {
		return conformance.Change{Kind: conformance.ChangeNewFailure, Case: "plain", Version: version, Text: "plain in " + version + ": " + what}
	}
	r := &conformance.Report{Changes: &conformance.Changes{List: []conformance.Change{
		change("1.0", "passed, now fails (accepted)"), change("1.1", "passed, now fails (detached)"), change("1.2", "passed, now fails (accepted)"),
	}}}
	var text, markdown bytes.Buffer
	require.NoError(t, report.Text{}.Write(&text, r))
	require.NoError(t, report.Markdown(&markdown, r))
	for _, written := range []string{text.String(), strings.ReplaceAll(markdown.String(), "\\", ""), without(html(t, "en", r), machinery)} {
		assert.Contains(t, written, "New findings")
		assert.Equal(t, 1, strings.Count(written, "passed, now fails (accepted)"))
	}
	assert.Contains(t, text.String(), "- plain in 1.0, 1.2: passed, now fails (accepted)\n- plain in 1.1: passed, now fails (detached)\n")
}
