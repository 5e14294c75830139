//go:build proof && unix

package codegen_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/codegen"
)

// A generator that is killed at any time leaves a new package whole or not there, and each file of an old
// one whole. The next run makes everything right.
func TestProofAKilledGeneratorLeavesWholeFiles(t *testing.T) {
	binary := filepath.Join(t.TempDir(), "generator")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".")
	build.Dir = root
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	set, err := openapi.Load()
	require.NoError(t, err)
	older, err := codegen.Package(set.Versions[0], "volumes")
	require.NoError(t, err)
	newer, err := codegen.Package(set.Current(), "volumes")
	require.NoError(t, err)
	generator := func() *exec.Cmd {
		return exec.CommandContext(t.Context(), binary, "-version", "current", "-package", "volumes", "-o", "volumes")
	}
	dir := t.TempDir()
	t.Chdir(dir)
	start := time.Now()
	require.NoError(t, generator().Run())
	whole := time.Since(start)

	const kills = 60
	done := 0
	for i := range kills {
		update := i%2 == 0
		require.NoError(t, os.RemoveAll("volumes"))
		if update {
			put(t, "volumes", older)
		}
		cmd := generator()
		require.NoError(t, cmd.Start())
		time.Sleep(whole * time.Duration(i) / (kills * 3 / 4)) // up to a third longer than a whole run
		_ = cmd.Process.Kill()                                 // which fails if it has ended
		_ = cmd.Wait()

		left := map[string]string{}
		if _, err := os.Stat("volumes"); err == nil {
			left = tree(t, "volumes")
		}
		for name, text := range left {
			if strings.HasPrefix(name, ".generating-") {
				delete(left, name)
				continue
			}
			isOlder, isNewer := bytes.Equal(older[name], []byte(text)), bytes.Equal(newer[name], []byte(text))
			assert.True(t, isNewer || update && isOlder, "%s is whole", name)
		}
		switch {
		case update:
			assert.Len(t, left, len(newer))
		case len(left) > 0:
			assert.Equal(t, want(newer), left)
		}
		if len(left) > 0 && left["client.gen.go"] == string(newer["client.gen.go"]) {
			done++
		}
		require.NoError(t, generator().Run())
		assert.Equal(t, want(newer), tree(t, "volumes"))
	}
	t.Logf("%d of %d were killed before they were done", kills-done, kills)
	assert.NotZero(t, kills-done, "some were killed early enough")
}
