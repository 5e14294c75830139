package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen"
)

func TestMigrateDiff(t *testing.T) {
	clients := gen.Clients()
	oldest, newest := clients[0].ID.String(), clients[len(clients)-1].ID.String()
	const base = "../../migrate/diff/testdata/base.yaml"
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	data, err := os.ReadFile(base)
	require.NoError(t, err)
	refusalGone := write("broken.yaml", string(bytes.Replace(data, []byte(`        "409": {description: Conflict}`+"\n"), nil, 1)))
	called := write("callback.yaml", string(bytes.Replace(data, []byte("operationId: attach\n"),
		[]byte("operationId: attach\n      callbacks: {done: {'{$request.query.url}': {post: {responses: {'200': {description: OK}}}}}}\n"), 1)))

	tests := []struct {
		name string
		args []string
		code int
		out  string // standard output has these words
		err  string // the error says this
	}{
		{name: "no break", args: []string{"--from", oldest, "--to", newest}, out: "that is the migration itself, and no"},
		{name: "to the newest", args: []string{"--from", oldest}, out: "to " + newest},
		{name: "the same", args: []string{"--from", newest, "--to", newest}, out: "the documents describe the same"},
		{name: "lifecycle on a day", args: []string{"--from", "1.2", "--on", "2026-08-30"}, out: "1.2 is DEPRECATED until 2026-08-31, 1 day left"},
		{name: "lifecycle on its last day", args: []string{"--from", "1.2", "--on", "2026-08-31"}, out: "1.2 has ENDED, on 2026-08-31, the day judged"},
		{name: "own document", args: []string{"--from", newest, "--spec-to", "../../migrate/diff/testdata/own/next.yaml"}, out: "9.9 is CURRENT"},
		{name: "a break", args: []string{"--spec-from", base, "--spec-to", refusalGone}, code: conformance.ExitFailed, out: "1 break"},
		{name: "a break, in Markdown", args: []string{"--spec-from", base, "--spec-to", refusalGone, "--format", "markdown"}, code: conformance.ExitFailed, out: "### Breaks - `DELETE /v1"},
		{name: "what no rule judges", args: []string{"--spec-from", base, "--spec-to", called}, code: conformance.ExitNotJudged, out: "1 difference could not be judged"},
		{name: "no version", code: conformance.ExitUsage, err: "name a version with --from, or a document with --spec-from"},
		{name: "both", args: []string{"--from", newest, "--spec-from", base}, code: conformance.ExitUsage, err: "--from and --spec-from name the same side"},
		{name: "unknown version", args: []string{"--from", "0.9"}, code: conformance.ExitUsage, err: "unknown version 0.9: documents exist for " + oldest + ", "},
		{name: "no version at all", args: []string{"--from", oldest, "--to", "latest"}, code: conformance.ExitUsage, err: `version "latest" is not a number`},
		{name: "no file", args: []string{"--spec-from", "missing.yaml"}, code: conformance.ExitUsage, err: "no such file: missing.yaml"},
		{name: "a folder", args: []string{"--spec-from", "."}, code: conformance.ExitUsage, err: "not a regular file"},
		{name: "no document", args: []string{"--spec-from", write("text.yaml", "Dear all")}, code: conformance.ExitNotJudged, err: "--spec-from: text.yaml: "},
		{name: "unknown format", args: []string{"--from", oldest, "--format", "xml"}, code: conformance.ExitUsage, err: "xml"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out, code, err := migrateDiff(t, tt.args...)
			assert.Equal(t, tt.code, code, "%v", err)
			assert.Contains(t, strings.Join(strings.Fields(out), " "), tt.out)
			if tt.err == "" {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, tt.err)
				assert.Empty(t, out)
			}
		})
	}

	t.Run("JSON agrees with the exit code", func(t *testing.T) {
		out, code, _ := migrateDiff(t, "--spec-from", base, "--spec-to", refusalGone, "--format", "json")
		var read struct {
			ExitCode int `json:"exit_code"`
		}
		require.NoError(t, json.Unmarshal([]byte(out), &read))
		assert.Equal(t, code, read.ExitCode)
	})
}

// migrateDiff runs the command, and returns what it prints, its exit code and its error, as execute reads them.
func migrateDiff(t *testing.T, args ...string) (out string, code int, err error) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	root := rootCommand(&stdout, &stderr)
	root.AddCommand(migrateDiffCommand())
	root.SetArgs(append([]string{"diff"}, args...))
	began := false
	root.PersistentPreRun = func(*cobra.Command, []string) { began = true }
	_, err = root.ExecuteC()
	var ended *exit
	switch {
	case errors.As(err, &ended):
		return stdout.String(), ended.code, ended.error
	case err != nil && !began:
		return stdout.String(), conformance.ExitUsage, err
	case err != nil:
		return stdout.String(), conformance.ExitNotJudged, err
	}
	return stdout.String(), conformance.ExitOK, nil
}
