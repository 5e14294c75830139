package conformancetest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/conformancetest"
	"github.com/scp-openapi/virtualserver/gen"
)

// TestRun runs every case on the mock, as a stranger does, in two versions: one that is old, and the newest.
func TestRun(t *testing.T) {
	t.Parallel()
	clients := gen.Clients()
	conformancetest.Run(t, conformancetest.NewMock(t),
		conformancetest.WithVersions(clients[0].ID.String(), clients[len(clients)-1].ID.String()))
}

// TestVerdicts: what becomes of each verdict, and of a run that judges nothing.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		child  string
		flags  []string
		failed bool
		says   []string
	}{
		{"pass", []string{"-test.v"}, false, []string{"--- PASS: TestChild/1.3/case", "behaves as documented"}},
		{"fail", nil, true, []string{
			"--- FAIL: TestChild/1.3/case", "it is otherwise", "TEST-PROMISED (document): It is promised.", "DELETE http://127.0.0.1:", ": 400 Bad Request",
			`again:  go test -run '^TestChild$/^1\.3$/^case$'`, "does not behave as documented",
		}},
		{"differs", []string{"-test.v"}, false, []string{"--- PASS: TestChild/1.3/case", "differs: ", "it is unusual", "TEST-ASSUMED (assumed)"}},
		{"differs strict", nil, true, []string{"--- FAIL: TestChild/1.3/case", "differs: it is unusual", "TEST-ASSUMED (assumed)"}},
		{"inconclusive", nil, true, []string{"--- FAIL: TestChild/1.3/case", "inconclusive: nothing can be seen", "again:  go test"}},
		{"skip", []string{"-test.v"}, true, []string{"--- SKIP: TestChild/1.3/case", "it is not allowed", "Nothing could be judged"}},
		{"error", nil, true, []string{"--- FAIL: TestChild/1.3/case", "the suite is at fault: the case is wrong"}},
		{"unreachable", nil, true, []string{"--- FAIL: TestChild/1.3/detach-accepted", "inconclusive: ", "Nothing answers at http://127.0.0.1:1"}},
		{"broken endpoint", nil, true, []string{"--- FAIL: TestChild/1.3/case", "or:     scp-conformance run --endpoint http://127.0.0.1:", "--case case --api-version 1.3 --at "}},
		{"broken mock", []string{"-test.run", `/1\.3/^detach-accepted$`}, true, []string{"--- FAIL: TestChild/1.3/detach-accepted", "200 OK"}},
		{"slow", []string{"-test.timeout=8s"}, true, []string{"inconclusive: ", "-timeout of go test allows more time"}},
		{"several", []string{"-test.run", "TestChild/1.3/four"}, true, []string{"no case is selected", "TestChild/1.0/one"}},
		{"several", []string{"-test.run", "TestChild/9.9"}, true, []string{"no case is selected"}},
		{"live", []string{"-test.v"}, false, []string{"--- SKIP: TestChild/1.3/detach-accepted", "no more than refused", "--- PASS: TestChild/1.3/ids-malformed"}},
		{"live detaches", nil, true, []string{"is live", "name the volume and the server"}},
		{"parallel", []string{"-test.v"}, false, []string{"--- PASS: TestChild/suite#02/1.3/two"}},
		{"parallel", []string{"-test.v", "-test.parallel=1"}, false, []string{"--- PASS: TestChild/suite#02/1.3/two"}},
		{"environment", []string{"-test.v"}, false, []string{"--- PASS: TestChild/1.3/one"}},
		{"no target", nil, true, []string{"no target"}},
		{"unknown version", nil, true, []string{`unknown version "9.9": there are documents of 1.0, `}},
		{"unknown case", nil, true, []string{`unknown case "nothing"`}},
		{"not https", nil, true, []string{"write https"}},
	} {
		t.Run(tt.child, func(t *testing.T) {
			t.Parallel()
			got := child(t, tt.child, tt.flags...)
			assert.Equal(t, tt.failed, got.failed, got.out)
			for _, text := range tt.says {
				assert.Contains(t, got.out, text)
			}
			assert.NotContains(t, got.out, "panic")
		})
	}
}

// TestSelection: -run and -skip select what is sent, and not only what is shown.
func TestSelection(t *testing.T) {
	t.Parallel()
	every := map[string]int{}
	for _, client := range gen.Clients() {
		every[client.ID.String()] = 3
	}
	without := func(version string, n int) map[string]int {
		counts := map[string]int{}
		for v, all := range every {
			counts[v] = all
		}
		if counts[version] = n; n == 0 {
			delete(counts, version)
		}
		return counts
	}
	for _, tt := range []struct {
		name  string
		flags []string
		want  map[string]int
	}{
		{"all", nil, every},
		{"a version", []string{"-test.run", `TestChild/^1\.3$`}, map[string]int{"1.3": 3}},
		{"a case of a version", []string{"-test.run", "TestChild/^1.2$/^two$"}, map[string]int{"1.2": 1}},
		{"cases by the start of their names", []string{"-test.run", "TestChild/^1.2$/^t"}, map[string]int{"1.2": 2}},
		{"another case in each of two versions", []string{"-test.run", "TestChild/^1.2$/^two$|TestChild/^1.3$/^t"}, map[string]int{"1.2": 1, "1.3": 2}},
		{"without a version", []string{"-test.skip", "TestChild/^1.2$"}, without("1.2", 0)},
		{"without a case of a version", []string{"-test.skip", "TestChild/^1.2$/^two$"}, without("1.2", 2)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := child(t, "several", tt.flags...)
			require.False(t, got.failed, got.out)
			assert.Equal(t, tt.want, got.detaches())
		})
	}
}

// TestExamples runs what the examples of the package show. Examples have no testing.T of their own.
func TestExamples(t *testing.T) {
	t.Parallel()
	t.Run("Run", testStandIn)
	t.Run("NewMock", testRelease)
}
