//go:build proof

package conformancetest_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// root is that of this module.
const root = "../.."

// TestProofAStrangersTests does in an empty folder what the README says: the test as printed passes, and -run selects
// one case.
func TestProofAStrangersTests(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, section, found := strings.Cut(string(readme), "\n## Test your own code\n")
	require.True(t, found)
	section, _, _ = strings.Cut(section, "\n## ")
	code := regexp.MustCompile("(?s)```go\n(.*?)```").FindStringSubmatch(section)
	commands := regexp.MustCompile("(?s)```console\n(.*?)```").FindStringSubmatch(section)
	require.NotNil(t, code)
	require.NotNil(t, commands)

	parent := t.TempDir()
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(checkout, filepath.Join(parent, "virtualserver")))
	dir := filepath.Join(parent, "detaching")
	require.NoError(t, os.Mkdir(dir, 0o755))
	shell := func(line string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", line)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	lines := []string{"go mod init example.com/detaching", "go mod edit -replace github.com/scp-openapi/virtualserver=../virtualserver"}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "detach_test.go"), []byte(code[1]), 0o644))
	for line := range strings.Lines(commands[1]) {
		lines = append(lines, strings.TrimPrefix(strings.TrimSpace(line), "$ "))
	}
	var last string
	for _, line := range lines {
		last, err = shell(line)
		require.NoError(t, err, "%s\n%s", line, last)
	}
	assert.Contains(t, last, "--- PASS: TestStandIn/1.3/detach-accepted")
	assert.NotContains(t, last, "TestDetach")
	assert.Equal(t, 1, strings.Count(last, "=== RUN   TestStandIn/1.3/"), "one case: %s", last)
	assert.NotContains(t, last, "TestStandIn/1.2")

	// Where the service is broken, it is told with what it breaks, and the command that is printed asks that again.
	broken := strings.NewReplacer(
		"conformancetest.Run(t, conformancetest.NewMock(t),", "conformancetest.Run(t, broken(t),",
	).Replace(code[1]) + `
func broken(t *testing.T) *conformancetest.Mock {
	defect, err := mock.DefectByName("accepted-200")
	if err != nil {
		t.Fatal(err)
	}
	return conformancetest.NewMock(t, mock.WithDefect(defect))
}
`
	require.NoError(t, os.WriteFile(filepath.Join(dir, "detach_test.go"), []byte(broken), 0o644))
	out, err := shell(lines[len(lines)-1])
	require.Error(t, err, out)
	again := regexp.MustCompile(`again: +(go test .*)`).FindStringSubmatch(out)
	require.NotNil(t, again, out)
	out, err = shell(again[1])
	require.Error(t, err, out)
	assert.Contains(t, out, "--- FAIL: TestStandIn/1.3/detach-accepted")
	assert.Contains(t, out, "200 OK")
	assert.Equal(t, 1, strings.Count(out, "again: "), out)
}
