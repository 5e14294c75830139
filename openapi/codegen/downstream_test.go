package codegen_test

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/codegen"
)

// root is that of this module.
const root = "../.."

// tool runs the Go tool in dir, without a network: all it needs is there, or it fails.
func tool(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// The programs of a downstream module: one as people write it, and two that must not compile.
const (
	detaching = `package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/downstream/volumes"

	"github.com/scp-openapi/virtualserver/signing"
)

func main() {
	if err := detach(context.Background(), "v", "s"); err != nil && !errors.Is(err, volumes.ErrConflict) {
		fmt.Println(volumes.APIVersion, err)
	}
}

func detach(ctx context.Context, volumeID volumes.VolumeID, serverID volumes.ServerID) error {
	signer, err := signing.New(signing.Credentials{AccessKey: "a", SecretKey: signing.Secret("s")})
	if err != nil {
		return err
	}
	client, err := volumes.New("https://127.0.0.1:1", signer, volumes.WithTimeout(time.Second))
	if err != nil {
		return err
	}
	return client.Detach(ctx, volumeID, serverID)
}
`
	swapped = `package swapped

import (
	"context"

	"example.com/downstream/volumes"
)

func Detach(client *volumes.ClientWithResponses, volumeID volumes.VolumeID, serverID volumes.ServerID) error {
	return client.Detach(context.Background(), serverID, volumeID)
}
`
)

// around are the ways around New: to a client that is not signed, or not guarded.
var around = []string{
	"NewClient(endpoint)",
	"NewClientWithResponses(endpoint)",
	"WithHTTPClient(http.DefaultClient)",
	"WithBaseURL(endpoint)",
	"WithRequestEditorFn(nil)",
	"Client{Server: endpoint, Client: http.DefaultClient}",
	"caller{Server: endpoint, Client: http.DefaultClient}",
	`NewDetachVolumeFromVirtualServerRequest(endpoint, "v", "s")`,
	`newDetachVolumeFromVirtualServerRequest(endpoint, "v", "s")`,
}

// downstream is another module with these files, which uses this one as it stands.
func downstream(t *testing.T, files map[string]string) string {
	t.Helper()
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	// On a fresh clone this fetches what a client needs; from here on nothing is fetched.
	require.NotEmpty(t, packages(t, "list", "-deps", "./gen/v1.3"))
	// Every requirement is written out, as `go mod tidy` does: without that the Go tool would look
	// into modules that no package comes from, and that were never fetched.
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	requirements, found := strings.CutPrefix(string(mod), "module "+codegen.Module+"\n")
	require.True(t, found)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	files["go.mod"] = "module example.com/downstream\n" + requirements + "\nrequire " + codegen.Module + " v0.0.0\n\nreplace " +
		codegen.Module + " => " + checkout + "\n"
	files["go.sum"] = string(sum)
	dir := t.TempDir()
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	return dir
}

// TestDownstream writes a client into another module, and has the real compiler judge what comes of it.
func TestDownstream(t *testing.T) {
	dir := downstream(t, map[string]string{
		"main.go":            detaching,
		"swapped/swapped.go": swapped,
		"around/around.go":   aroundProgram(),
	})
	set, err := openapi.Load()
	require.NoError(t, err)
	files, err := codegen.Package(set.Current(), "volumes")
	require.NoError(t, err)
	require.Equal(t, []string{"client.gen.go", "virtualserver.gen.go"}, slices.Sorted(maps.Keys(files)))
	for name, code := range files {
		parse(t, name, code)
	}
	require.NoError(t, writePackage(files, filepath.Join(dir, "volumes")))

	out, err := tool(t.Context(), dir, "build", "-o", os.DevNull, ".", "./volumes")
	require.NoError(t, err, out)
	out, err = tool(t.Context(), dir, "vet", ".", "./volumes")
	require.NoError(t, err, out)

	out, err = tool(t.Context(), dir, "build", "./swapped")
	require.Error(t, err, "a ServerID is no VolumeID")
	assert.Regexp(t, `cannot use serverID .*ServerID.* as volumes\.VolumeID`, out)
	assert.Regexp(t, `cannot use volumeID .*VolumeID.* as volumes\.ServerID`, out)

	out, err = tool(t.Context(), dir, "build", "-gcflags=-e", "./around")
	require.Error(t, err, "nothing but New opens a client")
	for _, way := range around {
		name, _, _ := strings.Cut(strings.ReplaceAll(way, "{", "("), "(")
		assert.Regexp(t, `(undefined: volumes\.`+name+`\b|name `+name+` not exported by package volumes)`, out)
	}

	out, err = tool(t.Context(), dir, "list", "-deps", "./volumes")
	require.NoError(t, err, out)
	assertLight(t, strings.Fields(out))
	assert.NotContains(t, strings.Fields(out), codegen.Module+"/openapi", "nor the documents")
}

func aroundProgram() string {
	program := "package around\n\nimport (\n\t\"net/http\"\n\n\t\"example.com/downstream/volumes\"\n)\n\n" +
		"const endpoint = \"https://127.0.0.1:1\"\n\nvar _ = http.DefaultClient\n"
	for _, way := range around {
		program += "\nfunc _() { _ = volumes." + way + " }\n"
	}
	return program
}

// TestREADMERetries runs the retrying client as the README prints it, against an endpoint that answers
// 503: it tries again, with a fresh signature each time, prints nothing, and the status is in the error.
func TestREADMERetries(t *testing.T) {
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	var block string
	for part := range strings.SplitSeq(string(readme), "```go\n") {
		if code, _, closed := strings.Cut(part, "```"); closed && strings.Contains(code, "retryablehttp.NewClient") {
			block = code
		}
	}
	require.NotEmpty(t, block)
	dir := downstream(t, map[string]string{"main.go": strings.Replace(retries, "// README", block, 1)})

	signatures := map[string]bool{}
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		signatures[r.Header.Get("Scp-Signature")] = true
		w.Header().Set("Retry-After", "0") // so that the test does not wait
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w, `{"errors":[{"code":"ContactAdminForAssistance"}]}`)
	}))
	defer endpoint.Close()
	out, err := tool(t.Context(), dir, "run", ".", endpoint.URL)
	require.NoError(t, err, out)
	assert.Equal(t, "503 ContactAdminForAssistance\n", out)
	assert.Len(t, signatures, 5, "one attempt, and four more")
}

const retries = `package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

func main() {
	err := detach(os.Args[1])
	var answer *virtualserver.Error
	if errors.As(err, &answer) {
		fmt.Println(answer.StatusCode, answer.Code)
		return
	}
	fmt.Println(err)
}

// clock is a second later each time: signatures of the same millisecond would be the same.
func clock() func() time.Time {
	now := time.Now()
	return func() time.Time { now = now.Add(time.Second); return now }
}

func detach(endpoint string) error {
	signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}, signing.WithClock(clock()))
	if err != nil {
		return err
	}
	// README
	if err != nil {
		return err
	}
	return client.Detach(context.Background(), "v", "s")
}
`
