package main

import (
	"bytes"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/gen"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"scp-conformance": main})
}

// TestScripts runs the built command, as a shell would. A script may name $CASE, the ID of a case, and
// $VERSION and $OLDEST, two versions: which there are is no matter of this test.
func TestScripts(t *testing.T) {
	clients := gen.Clients()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("CASE", cases.All()[0].ID)
			env.Setenv("VERSION", clients[len(clients)-1].ID.String())
			env.Setenv("OLDEST", clients[0].ID.String())
			env.Setenv("GORACE", "atexit_sleep_ms=10") // a binary with -race waits a second when it ends
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
			"free":  free,
			"await": await,
		},
	})
}

// exits runs a command that has to end with an exit code, within a time if one is given:
//
//	exits 3 [in 5s] scp-conformance run
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits code [in time] command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	args = args[1:]
	var limit time.Duration
	if args[0] == "in" {
		limit, err = time.ParseDuration(args[1])
		ts.Check(err)
		args = args[2:]
	}
	began := time.Now()
	code := 0
	if err := ts.Exec(args[0], args[1:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("%s: %v", args[0], err)
		}
		code = exit.ExitCode()
	}
	if code != want {
		ts.Fatalf("it ended with %d, not with %d", code, want)
	}
	if took := time.Since(began); limit > 0 && took > limit {
		ts.Fatalf("it took %s, longer than %s", took, limit)
	}
}

// free sets a variable to an address of this machine on which nothing listens.
func free(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: free variable")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Setenv(args[0], listener.Addr().String())
	ts.Check(listener.Close())
}

// await goes on once something listens at an address.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: await address")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", args[0])
		if err == nil {
			ts.Check(conn.Close())
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("nothing listens at %s: %v", args[0], err)
		}
	}
}

// TestColorful has no colour on what is no terminal. What is one is tried in the scripts.
func TestColorful(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	require.NoError(t, err)
	defer file.Close()
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	require.NoError(t, err)
	defer null.Close()
	assert.False(t, colorful(new(bytes.Buffer)))
	assert.False(t, colorful(file))
	assert.False(t, colorful(null))
}
