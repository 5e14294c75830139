//go:build unix

package diff

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestNamedPipe reads a pipe that nobody writes to, which would take for ever.
func TestNamedPipe(t *testing.T) {
	file := filepath.Join(t.TempDir(), "pipe.yaml")
	require.NoError(t, syscall.Mkfifo(file, 0o600))
	_, err := File(file)
	assert.ErrorContains(t, err, "not a regular file")
}
