package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
)

// TestAgain: the command that asks a failed case again has the flags that the run had, quoted for a shell.
func TestAgain(t *testing.T) {
	t.Setenv("SCP_ACCESS_KEY", "an-access-key")
	t.Setenv("SCP_SECRET_KEY", "a-secret-key")
	endpoint := httptest.NewServer(http.NotFoundHandler())
	defer endpoint.Close()
	code, out, _ := call(t, "run", "--endpoint", endpoint.URL, "--volume", "vol-1", "--harm", "reads", "--at", "2026-03-03",
		"--case", "discovery-answers", "--seed", "7", "--timeout", "3s")
	assert.Equal(t, 1, code)
	assert.Contains(t, out, "Again: scp-conformance run --endpoint '"+endpoint.URL+"' --harm 'reads' --timeout '3s' --volume 'vol-1' --case discovery-answers --api-version ")
	assert.Contains(t, out, " --at 2026-03-03 --seed 7\n")
}
