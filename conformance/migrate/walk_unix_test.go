//go:build unix

package migrate_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

// A file or a folder that may not be read is a trouble, and the rest is read. The scan runs as somebody who
// is not root, since root may read everything.
func TestWalkForbidden(t *testing.T) {
	if root := os.Getenv("SCAN_FORBIDDEN"); root != "" {
		s := scan(t, migrate.Options{Root: root})
		require.NoError(t, json.NewEncoder(os.Stderr).Encode(s))
		return
	}
	// Neither the temporary folder of a test nor the test itself can be reached by others.
	base, err := os.MkdirTemp("", "forbidden")
	require.NoError(t, err)
	t.Cleanup(func() { _ = os.RemoveAll(base) })
	program := filepath.Join(base, "scan.test")
	self, err := os.ReadFile(os.Args[0])
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(program, self, 0o755))
	root := filepath.Join(base, "tree")
	put(t, filepath.Join(root, "a.py"), pins)
	put(t, filepath.Join(root, "secret.py"), pins)
	put(t, filepath.Join(root, "closed", "b.py"), pins)
	require.NoError(t, os.Chmod(filepath.Join(root, "secret.py"), 0))
	require.NoError(t, os.Chmod(filepath.Join(root, "closed"), 0))
	t.Cleanup(func() { _ = os.Chmod(filepath.Join(root, "closed"), 0o700) })

	check := func(t *testing.T) {
		cmd := exec.CommandContext(t.Context(), program, "-test.run", "^TestWalkForbidden$")
		cmd.Dir = base
		cmd.Env = append(os.Environ(), "SCAN_FORBIDDEN="+root, "HOME="+base)
		if os.Geteuid() == 0 {
			require.NoError(t, os.Chmod(base, 0o755))
			require.NoError(t, chown(root, 65534))
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		}
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		require.NoError(t, err, "%s%s", out, stderr.String())
		var s migrate.Scanned
		require.NoError(t, json.Unmarshal([]byte(stderr.String()), &s), stderr.String())
		assert.Equal(t, []string{"a.py"}, spoken(&s))
		require.Len(t, s.Troubles, 2, s.Troubles)
		text := s.Troubles[0].File + " " + s.Troubles[0].Text + "\n" + s.Troubles[1].File + " " + s.Troubles[1].Text
		assert.Contains(t, text, "secret.py cannot be read: permission denied")
		assert.Contains(t, text, "closed")
	}
	t.Run("without git", check)
	git(t, root, "init", "-q")
	t.Run("with git", check)
}

// chown gives a tree to a user.
func chown(root string, user int) error {
	return filepath.WalkDir(root, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, user, user)
	})
}

// A pipe blocks who opens it until somebody writes to it.
func TestScanPipe(t *testing.T) {
	root := tree(t, map[string]string{"a.py": pins})
	out, err := exec.CommandContext(t.Context(), "mkfifo", filepath.Join(root, "pipe.py")).CombinedOutput()
	require.NoError(t, err, string(out))
	s := scan(t, migrate.Options{Root: root})
	assert.Equal(t, []string{"a.py"}, spoken(s))
	assert.Equal(t, map[string]any{"not regular files": []any{1, "pipe.py"}}, skips(s))
}
