package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
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

// TestScripts runs the built command, as a shell would. A script may name $CASE, the ID of a case, $VERSION
// and $OLDEST, two versions, $NEWER, what the live profile lists as CURRENT, and $DEFECT and $CAUGHTBY, a
// defect and a case that fails with it. It is not about which cases and versions there are.
func TestScripts(t *testing.T) {
	clients := gen.Clients()
	goCache, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE").Output()
	require.NoError(t, err)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("CASE", cases.All()[0].ID)
			env.Setenv("VERSION", clients[len(clients)-1].ID.String())
			env.Setenv("OLDEST", clients[0].ID.String())
			env.Setenv("NEWER", clients[len(clients)-1].ID.Next().Next().String())
			env.Setenv("DEFECT", "accepted-200")
			env.Setenv("CAUGHTBY", "detach-accepted")
			env.Setenv("XDG_STATE_HOME", env.WorkDir)
			env.Setenv("GOCACHE", strings.TrimSpace(string(goCache))) // for scans of Go code
			env.Setenv("GORACE", "atexit_sleep_ms=10")                // a binary with -race waits a second when it ends
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"unprinted": unprinted,
			"free":      free,
			"await":     await,
			"closed":    awaitClosed,
			"half":      halfRequest,
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

// unprinted runs the command with a standard output that is full, and with one that is closed. It has to end
// with an exit code, and with one sentence about it:
//
//	unprinted 3 versions
func unprinted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: unprinted code arguments...")
	}
	for to, why := range map[string]string{">/dev/full": "no space left on device", ">&-": "it is closed"} {
		script := fmt.Sprintf(`scp-conformance "$@" %s; test $? = %s`, to, args[0])
		ts.Check(ts.Exec("sh", append([]string{"-c", script, "sh"}, args[1:]...)...))
		said := ts.ReadFile("stderr")
		if !strings.HasSuffix(said, "scp-conformance: writing to standard output: "+why+"\n") || strings.Contains(said, "--help") {
			ts.Fatalf("with %s it said %q", to, said)
		}
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

// awaitClosed goes on once nothing listens at an address.
func awaitClosed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: closed address")
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("tcp", args[0])
		if err != nil {
			return
		}
		ts.Check(conn.Close())
		if time.Now().After(deadline) {
			ts.Fatalf("something listens at %s still", args[0])
		}
	}
}

// halfRequest sends a request to an address without its body, and leaves it at that once the server is
// waiting for the body.
func halfRequest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: half address")
	}
	conn, err := net.Dial("tcp", args[0])
	ts.Check(err)
	ts.Defer(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n", args[0])
	ts.Check(err)
	line, err := bufio.NewReader(conn).ReadString('\n')
	ts.Check(err)
	if !strings.Contains(line, "100 Continue") {
		ts.Fatalf("the server is not waiting: %q", line)
	}
}

// TestColorful has no colour where there is no terminal. The scripts have one.
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
