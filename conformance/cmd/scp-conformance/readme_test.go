//go:build unix

package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestREADMEControls runs the block of the README that controls the mock, as it is printed but for the ports, which
// others on this machine may use.
func TestREADMEControls(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("the block needs curl")
	}
	api, control := freeAddress(t), freeAddress(t)
	block := strings.NewReplacer("127.0.0.1:8080", api, "127.0.0.1:8081", control).Replace(controlBlock(t, "./scp-conformance mock"))
	// A mock that is not told where to listen takes 8080.
	block = strings.Replace(block, "scp-conformance mock", "scp-conformance mock --addr "+api, 1)
	dir := t.TempDir()
	command, err := exec.LookPath("scp-conformance")
	require.NoError(t, err)
	require.NoError(t, os.Symlink(command, filepath.Join(dir, "scp-conformance")))

	var script, asked strings.Builder
	script.WriteString("trap 'kill $! 2>/dev/null || :; wait' EXIT\n") // however it ends, the mock does too
	for line := range strings.Lines(block) {
		line, found := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		require.True(t, found, line)
		if strings.HasPrefix(line, "curl ") {
			line = strings.Replace(line, "curl ", "curl --noproxy '*' --silent --show-error --fail ", 1)
			fmt.Fprintln(&asked, line)
		}
		fmt.Fprintln(&script, strings.ReplaceAll(line, "%1", "$!")) // jobs have numbers at a prompt only
		if strings.HasSuffix(line, "&") {
			// As long as a person takes for the next line.
			fmt.Fprintf(&script, "until curl --noproxy '*' --silent --output /dev/null http://%s/world; do sleep 0.01; done\n", control)
		}
	}
	require.GreaterOrEqual(t, strings.Count(asked.String(), "\n"), 5, "the block has its commands")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-e")
	shell.Dir, shell.Stdin, shell.WaitDelay = dir, strings.NewReader(script.String()), 10*time.Second
	out, err := shell.CombinedOutput()
	require.NoError(t, err, "%s\n%s", script.String(), out)
	for _, want := range []string{`"id": "data"`, `"delay": "2s"`, `"day": "2026-08-31"`, `"operation": "listVersions"`, `"signature_valid": false`} {
		assert.Contains(t, string(out), want)
	}
	assert.NotContains(t, string(out), `"error":`)
}

// TestREADMEServesTheImage runs the command that the README gives to the image, on other ports.
func TestREADMEServesTheImage(t *testing.T) {
	line := regexp.MustCompile(`\$ docker run .* scp-conformance (mock .*)`).FindStringSubmatch(readme(t))
	require.Len(t, line, 2)
	args := strings.Fields(strings.NewReplacer(" :8080", " :0", " :8081", " :0").Replace(line[1]))
	require.Equal(t, 2, strings.Count(strings.Join(args, " "), " :0"))
	mock := exec.CommandContext(t.Context(), "scp-conformance", args...)
	said, err := mock.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, mock.Start())
	out := make([]byte, 4096)
	n := 0
	for err == nil && !strings.Contains(string(out[:n]), "control API") {
		var more int
		more, err = said.Read(out[n:])
		n += more
	}
	assert.NoError(t, err, string(out[:n]))
	require.NoError(t, mock.Process.Kill())
	require.Error(t, mock.Wait())
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../README.md")
	require.NoError(t, err)
	return string(text)
}

// controlBlock is the block of commands of the README that begins with a command and has --control.
func controlBlock(t *testing.T, command string) string {
	t.Helper()
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(readme(t), -1) {
		if strings.HasPrefix(block[1], "$ "+command) && strings.Contains(block[1], " --control ") {
			return block[1]
		}
	}
	t.Fatal("the README does not control the mock")
	return ""
}

func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer listener.Close()
	return listener.Addr().String()
}
