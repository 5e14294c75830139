//go:build unix

package signing_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/signing"
)

func TestCredentialsFileThatIsAFIFO(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	_, err := signing.FindCredentials(path)
	require.ErrorContains(t, err, path+" is not a regular file")
}
