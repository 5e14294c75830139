package report_test

import (
	"io"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
)

// writers are the writers of files that others read.
var writers = []struct {
	name  string
	write func(io.Writer, ...*conformance.Report) error
}{
	{"JUnit", report.JUnit},
	{"Markdown", report.Markdown},
	{"GitHub", report.GitHub},
	{"HAR", report.HAR},
}

// TestWritersOfManyResults: 10 000 results take less than 200 MB of memory, all in all.
func TestWritersOfManyResults(t *testing.T) {
	r := bigTree(t, 10_000)
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			require.NoError(t, w.write(io.Discard, r))
			runtime.ReadMemStats(&after)
			assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(200_000_000))
		})
	}
}

func BenchmarkWriters(b *testing.B) {
	r := bigTree(b, 10_000)
	for _, w := range writers {
		b.Run(w.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				require.NoError(b, w.write(io.Discard, r))
			}
		})
	}
	b.Run("JSON", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, report.JSON(io.Discard, r))
		}
	})
}

// TestWritersFail: a report that could not be written is no success.
func TestWritersFail(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			require.ErrorIs(t, w.write(fullDisk{}, tree(t)), errDisk)
		})
	}
}

// TestWritersOfPartOfAReport: a report that is stored by somebody else may lack what ours have.
func TestWritersOfPartOfAReport(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			require.NoError(t, w.write(io.Discard, &conformance.Report{}))
			require.NoError(t, w.write(io.Discard, &conformance.Report{
				Verdict: "other", Results: []conformance.Result{{Verdict: "other", Findings: []conformance.Finding{{Verdict: "other"}, {Exchange: &conformance.Exchange{}}}}},
				Changes: &conformance.Changes{List: []conformance.Change{{Kind: "other"}}}, Baseline: &conformance.BaselineResult{Problems: []conformance.BaselineProblem{{}}},
			}))
		})
	}
}
