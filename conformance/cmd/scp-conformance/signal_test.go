//go:build unix

package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestInterrupted: a command that is interrupted while it waits for an answer ends in order, and tells what it
// knows by then.
func TestInterrupted(t *testing.T) {
	t.Setenv("SCP_ACCESS_KEY", "ak")
	t.Setenv("SCP_SECRET_KEY", "sk")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	for _, tt := range []struct {
		name string
		args []string
		says string
	}{
		{"run", []string{"run", "--limit", "5m", "--timeout", "5m"}, "The run was stopped"},
		{"run as JSON", []string{"run", "--limit", "5m", "--timeout", "5m", "--format", "json"}, `"kind": "stopped"`},
		{"versions", []string{"versions", "--timeout", "5m"}, "for its versions"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := make(chan struct{})
			var once sync.Once
			endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				once.Do(func() { close(asked) })
				<-r.Context().Done()
			}))
			defer endpoint.Close()
			var said bytes.Buffer
			cmd := exec.CommandContext(t.Context(), "scp-conformance", append(tt.args, "--endpoint", endpoint.URL)...)
			cmd.Stdout, cmd.Stderr = &said, &said
			require.NoError(t, cmd.Start())
			<-asked
			require.NoError(t, cmd.Process.Signal(os.Interrupt))
			require.ErrorContains(t, cmd.Wait(), "exit status 3", said.String())
			assert.Contains(t, said.String(), tt.says)
		})
	}
}
