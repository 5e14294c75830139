package main

import (
	"fmt"
	"io"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestAgainRuns has a shell run every command that a run with failures prints, as it is printed: it asks the
// case again, which fails again.
func TestAgainRuns(t *testing.T) {
	keys := signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("a-secret-of-mine")}
	defect, err := mock.DefectByName("conflict-423")
	require.NoError(t, err)
	handler, err := mock.New([]signing.Credentials{keys}, mock.WithDelay(time.Millisecond), mock.WithDefect(defect))
	require.NoError(t, err)
	endpoint := httptest.NewServer(handler)
	defer endpoint.Close()
	t.Setenv("SCP_ACCESS_KEY", keys.AccessKey)
	t.Setenv("SCP_SECRET_KEY", keys.SecretKey.Reveal())
	t.Setenv("TZ", "UTC")
	t.Setenv("XDG_STATE_HOME", t.TempDir())

	table := filepath.Join(t.TempDir(), "it's a $table.json")
	require.NoError(t, os.Rename(seedTable(t), table))

	command := fmt.Sprintf("scp-conformance run --endpoint %s --case detach-not-attached,detach-os-volume --quiet --verbose=false --strict --lifecycle %s",
		endpoint.URL, quote(table))
	out, err := exec.Command("sh", "-c", command).CombinedOutput()
	require.ErrorContains(t, err, "exit status 1", string(out))
	commands := regexp.MustCompile(`(?m)Again: (.*( --case .* --seed [0-9]+).*)$`).FindAllStringSubmatch(string(out), -1)
	require.NotEmpty(t, commands, string(out))
	for _, again := range commands {
		assert.NotContains(t, again[1], "a-secret-of-mine")
		assert.Contains(t, again[1], " --endpoint "+endpoint.URL)
		out, err := exec.Command("sh", "-c", again[1]).CombinedOutput()
		assert.ErrorContains(t, err, "exit status 1", "%s\n%s", again[1], out)
		assert.Contains(t, string(out), again[2], "it fails in the same way")
	}
}

// TestAgain: the flags that the run had are written for a shell, less those that say which case to ask and
// how to print.
func TestAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		args []string
		want string
	}{
		{"nothing", nil, ""},
		{"an endpoint", []string{"--endpoint", "HTTP://127.0.0.1:80/"}, " --endpoint http://127.0.0.1"},
		{"booleans", []string{"--all=false", "--strict"}, " --all=false --strict=true"},
		{"how to print", []string{"--quiet", "--grid", "--verbose", "--format", "json"}, ""},
		{"what to hold it against, and where to write", []string{"--baseline", "known.yaml", "--previous", "old.json", "--out", "report", "--lang", "ko", "--write-baseline", "new.yaml"}, ""},
		{"which case", []string{"--case", "a,b", "--api-version", "1.3", "--at", "2026-03-03", "--seed", "7"}, ""},
		{"durations", []string{"--timeout", "90s", "--limit", "1h"}, " --timeout 1m30s --limit 1h0m"},
		{"quotes", []string{"--credentials", "it's $HOME.json"}, ` --credentials 'it'\''s $HOME.json'`},
		{"what looks like a flag", []string{"--credentials=--x"}, " --credentials --x"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var run *cobra.Command
			for _, cmd := range rootCommand(io.Discard, io.Discard).Commands() {
				if cmd.Name() == "run" {
					run = cmd
				}
			}
			require.NoError(t, run.ParseFlags(tt.args))
			assert.Equal(t, program()+" run"+tt.want, again(run))
		})
	}
}
