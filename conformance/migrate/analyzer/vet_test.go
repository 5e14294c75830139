package analyzer

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const vetted = `package vetted

import "net/http"

var header = http.Header{"Scp-Api-Version": {"virtualserver 1.1"}}
`

// TestVet runs the analyzer as go vet does, in a module of its own.
func TestVet(t *testing.T) {
	tool := filepath.Join(t.TempDir(), "scp-vet")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", tool, "./cmd/scp-vet").CombinedOutput()
	require.NoError(t, err, "%s", out)
	dir := t.TempDir()
	file := filepath.Join(dir, "vetted.go")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/vetted\n\ngo 1.26\n"), 0o644))
	require.NoError(t, os.WriteFile(file, []byte(vetted), 0o644))
	vet := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "go", append([]string{"vet", "-vettool=" + tool}, args...)...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod", "GOPROXY=off")
		out, err := cmd.CombinedOutput()
		return string(out), err
	}

	said, err := vet("-target=1.3", ".")
	require.Error(t, err)
	assert.Contains(t, said, "vetted.go:5:46: speaks version 1.1: move to 1.3")
	said, err = vet(".")
	require.Error(t, err)
	assert.Contains(t, said, "move to "+newest().String())
	said, err = vet("-target=1.1", ".")
	require.NoError(t, err, said)
	said, err = vet("-target=latest", ".")
	require.Error(t, err)
	assert.Contains(t, said, "latest")

	said, err = vet("-fix", "-target=1.3", ".")
	require.NoError(t, err, said)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(text), `"virtualserver 1.3"`)
}
