//go:build proof

package codegen_test

import (
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/codegen"
	"github.com/scp-openapi/virtualserver/signing"
)

const (
	maxModules = 3         // in a stranger's binary, besides ours
	maxSize    = 1_500_000 // bytes over a program that uses net/http alone
	// maxCold is how much CPU time go generate of all versions may take once the generator is built: it
	// does nothing but compute, and what else the machine does must not fail the test.
	maxCold = 5 * time.Second
)

// setUp makes a module with a tool line and these go:generate lines, as the README says.
func (s stranger) setUp(t *testing.T, lines ...string) {
	t.Helper()
	s.run(t, "go", "mod", "init", "example.com/detaching")
	s.run(t, "go", "mod", "edit", "-replace", codegen.Module+"=../virtualserver")
	s.run(t, "go", "get", "-tool", codegen.Module)
	s.write(t, "generate.go", "package detaching\n\n//go:generate "+strings.Join(lines, "\n//go:generate ")+"\n")
}

func directive(version, folder string) string {
	return fmt.Sprintf("go tool virtualserver -version %s -package volumes -o %s", version, folder)
}

// Whoever generates a client of any version gets one that compiles, signs, and tells the documented
// answers apart, and that brings next to nothing along.
func TestProofAStrangersClient(t *testing.T) {
	bare := newStranger(t)
	bare.run(t, "go", "mod", "init", "example.com/bare")
	bare.write(t, "main.go", bareProgram)
	bareSize := bare.build(t)

	for _, client := range gen.Clients() {
		version := client.ID.String()
		t.Run(version, func(t *testing.T) {
			s := newStranger(t)
			s.setUp(t, directive(version, "volumes"))
			s.run(t, "go", "generate", "./...")
			s.run(t, "go", "mod", "tidy")
			before := tree(t, s.dir)
			require.Contains(t, before, "volumes/client.gen.go")
			s.run(t, "go", "generate", "./...")
			s.run(t, "go", "mod", "tidy")
			require.Empty(t, differing(before, tree(t, s.dir)), "the same bytes")

			s.write(t, "cmd/main.go", answersProgram)
			s.run(t, "go", "mod", "tidy")
			s.run(t, "go", "vet", "./...")
			size := s.build(t, "./cmd")
			s.assertAnswers(t)

			modules := regexp.MustCompile(`(?m)^\tdep\t(\S+)`).FindAllStringSubmatch(s.run(t, "go", "version", "-m", s.binary()), -1)
			var others []string
			for _, m := range modules {
				if m[1] != codegen.Module {
					others = append(others, m[1])
				}
			}
			assert.Len(t, modules, len(others)+1, "ours is one of them")
			assert.LessOrEqual(t, len(others), maxModules, others)
			assert.Less(t, size-bareSize, int64(maxSize))
			t.Logf("modules besides ours: %d %v; bytes over net/http: %d of %d", len(others), others, size-bareSize, size)
		})
	}
}

// assertAnswers runs the program against the mock, which verifies every signature.
func (s stranger) assertAnswers(t *testing.T) {
	t.Helper()
	service, err := mock.New([]signing.Credentials{{AccessKey: "ak", SecretKey: signing.Secret("sk")}}, mock.WithDelay(time.Hour))
	require.NoError(t, err)
	endpoint := httptest.NewServer(service)
	defer endpoint.Close()
	assert.Equal(t, `accepted: <nil>
busy: conflict 409
unknown: bad request 400
wrong key: unauthorized 401
`, s.run(t, s.binary(), endpoint.URL, mock.VolumeID, mock.ServerID))
}

func (s stranger) binary() string { return filepath.Join(s.dir, "program") }

// build builds a program and returns its size in bytes.
func (s stranger) build(t *testing.T, args ...string) int64 {
	t.Helper()
	s.run(t, "go", append([]string{"build", "-o", s.binary()}, args...)...)
	info, err := os.Stat(s.binary())
	require.NoError(t, err)
	return info.Size()
}

// Generating all versions is quick once the generator is compiled.
func TestProofGenerateIsQuick(t *testing.T) {
	s := newStranger(t)
	var lines []string
	for _, client := range gen.Clients() {
		lines = append(lines, directive(client.ID.String(), "v"+strings.ReplaceAll(client.ID.String(), ".", "_")))
	}
	s.setUp(t, lines...)
	s.run(t, "go", "tool", "virtualserver", "-list") // which builds it
	start := time.Now()
	took := s.timed(t, "go", "generate", "./...").cpu
	waited := time.Since(start)
	for _, line := range lines {
		assert.DirExists(t, filepath.Join(s.dir, line[strings.LastIndex(line, " ")+1:]))
	}
	assert.Less(t, took, maxCold)
	t.Logf("%d versions: %s of CPU time, in %s", len(lines), took.Round(time.Millisecond), waited.Round(time.Millisecond))
}

// bareProgram makes a request, and knows no client.
const bareProgram = `package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
)

func main() {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodDelete, os.Args[1], nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp, err := http.DefaultClient.Do(req)
	if errors.Is(err, context.Canceled) {
		return
	}
	fmt.Println(resp, err)
}
`

// answersProgram detaches, and prints what it makes of each answer.
const answersProgram = `package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"example.com/detaching/volumes"

	"github.com/scp-openapi/virtualserver/signing"
)

func main() {
	endpoint, volumeID, serverID := os.Args[1], volumes.VolumeID(os.Args[2]), volumes.ServerID(os.Args[3])
	detach("accepted", endpoint, "sk", volumeID, serverID)
	detach("busy", endpoint, "sk", volumeID, serverID)
	detach("unknown", endpoint, "sk", "11111111-1111-4111-8111-111111111111", serverID)
	detach("wrong key", endpoint, "other", volumeID, serverID)
}

func detach(name, endpoint, secretKey string, volumeID volumes.VolumeID, serverID volumes.ServerID) {
	signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret(secretKey)})
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := volumes.New(endpoint, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(name + ":", describe(client.Detach(context.Background(), volumeID, serverID)))
}

func describe(err error) string {
	var answer *volumes.Error
	if err == nil || !errors.As(err, &answer) {
		return fmt.Sprint(err)
	}
	kind := "other"
	switch {
	case errors.Is(err, volumes.ErrBadRequest):
		kind = "bad request"
	case errors.Is(err, volumes.ErrUnauthorized):
		kind = "unauthorized"
	case errors.Is(err, volumes.ErrConflict):
		kind = "conflict"
	}
	return fmt.Sprint(kind, " ", answer.StatusCode)
}
`
