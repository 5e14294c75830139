package report_test

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// tree is the fixed report that every writer's golden file is made from. It has all that a report can
// have but trouble: every verdict, three versions, known findings, every problem of a baseline, every
// kind of change, and exchanges with text, JSON and binary bodies, with trailers, with a 1xx answer and
// with no answer.
func tree(t testing.TB) *conformance.Report {
	t.Helper()
	return treeOf(t, "virtualserver.example")
}

// treeOf is the fixed report as of an endpoint on another host, for reports of several.
func treeOf(t testing.TB, host string) *conformance.Report {
	t.Helper()
	data, err := os.ReadFile("testdata/tree.json")
	require.NoError(t, err)
	var r conformance.Report
	require.NoError(t, json.Unmarshal(bytes.ReplaceAll(data, []byte("virtualserver.example"), []byte(host)), &r))
	return &r
}

// bigTree is the tree with so many results: those it has, over and over, as those of other cases.
func bigTree(t testing.TB, results int) *conformance.Report {
	t.Helper()
	r := tree(t)
	few := r.Results
	r.Results = nil
	for i := range results {
		result := few[i%len(few)]
		result.Case.ID += "-" + string(rune('a'+i/len(few)%26)) + string(rune('a'+i/len(few)/26))
		r.Results = append(r.Results, result)
	}
	r.Counts = countsOf(r.Results, results)
	return r
}

// countsOf counts results by their verdict.
func countsOf(results []conformance.Result, requests int) conformance.Counts {
	counts := conformance.Counts{Requests: requests}
	of := map[conformance.Verdict]*int{
		conformance.Pass: &counts.Pass, conformance.Fail: &counts.Fail, conformance.Differs: &counts.Differs,
		conformance.Inconclusive: &counts.Inconclusive, conformance.Skip: &counts.Skip, conformance.Error: &counts.Error,
	}
	for _, result := range results {
		*of[result.Verdict]++
	}
	return counts
}

// TestTree: the fixed report is written as the file it is read from, with nothing left out, and it has
// everything that it is there to have.
func TestTree(t *testing.T) {
	r := tree(t)
	var out bytes.Buffer
	require.NoError(t, report.JSON(&out, r))
	requireGolden(t, "tree.json", out.Bytes())

	counts := countsOf(r.Results, r.Counts.Requests)
	known := 0
	for _, result := range r.Results {
		accepted, judged := 0, 0
		for _, f := range result.Findings {
			if f.Verdict == conformance.Fail || f.Verdict == conformance.Differs {
				judged++
			}
			if f.Known != nil {
				accepted++
			}
		}
		if judged > 0 && judged == accepted {
			known++
		}
	}
	assert.Equal(t, counts, r.Counts, "counts are those of the results")
	assert.Equal(t, known, r.Baseline.Known)
	for _, verdict := range []conformance.Verdict{
		conformance.Pass, conformance.Fail, conformance.Differs, conformance.Inconclusive, conformance.Skip, conformance.Error,
	} {
		assert.Positive(t, counts.Of(verdict), verdict)
	}
	problems := map[conformance.BaselineKind]bool{}
	for _, p := range r.Baseline.Problems {
		problems[p.Kind] = true
	}
	assert.Len(t, problems, 3)
	changes := map[conformance.ChangeKind]bool{}
	for _, c := range r.Changes.List {
		changes[c.Kind] = true
	}
	assert.Len(t, changes, 8)
}
