package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"go/format"
	"io"
	"io/fs"
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

// asCommand makes the binary of these tests the generator: what main alone decides is how it exits.
const asCommand = "VIRTUALSERVER_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

func TestGenIsFresh(t *testing.T) {
	const stale = "gen/ is stale: run `go generate ./...`"
	set, err := openapi.Load()
	require.NoError(t, err)
	want, err := codegen.All(set)
	require.NoError(t, err)

	found := map[string]bool{}
	onDisk := os.DirFS("gen")
	require.NoError(t, fs.WalkDir(onDisk, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		found[name] = true
		code, err := fs.ReadFile(onDisk, name)
		if err != nil {
			return err
		}
		// The files are long, and where they differ is for git to show.
		assert.True(t, bytes.Equal(want[name], code), "%s; gen/%s is not what the documents give", stale, name)
		return nil
	}))
	for name := range want {
		assert.True(t, found[name], "%s; gen/%s is missing", stale, name)
	}
}

// elsewhere is the root of another module, in which a test then runs.
func elsewhere(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/elsewhere\n"), 0o644))
	t.Chdir(dir)
	return dir
}

func newest(t *testing.T) string {
	t.Helper()
	set, err := openapi.Load()
	require.NoError(t, err)
	return set.Newest().Version.ID.String()
}

func TestWrongUsage(t *testing.T) {
	set, err := openapi.Load()
	require.NoError(t, err)
	var known []string
	for _, doc := range set.Versions {
		known = append(known, doc.Version.ID.String())
	}
	version := newest(t)
	for _, tt := range []struct {
		name string
		args []string
		says []string
	}{
		{"an unknown flag", []string{"-api-version", version}, []string{"-api-version"}},
		{"an argument", []string{"-version", version, "-o", "volumes", "volumes"}, []string{`"volumes"`, "-help"}},
		{"a version alone", []string{"-version", version}, []string{"-o"}},
		{"a folder alone", []string{"-o", "volumes"}, []string{"-version"}},
		{"a package alone", []string{"-package", "volumes"}, []string{"-version", "-o"}},
		{"a version and a package", []string{"-version", version, "-package", "volumes"}, []string{"-o"}},
		{"an unknown version", []string{"-version", "9.9", "-o", "volumes"}, append([]string{"9.9"}, known...)},
		{"not a version", []string{"-version", "newest", "-o", "volumes"}, []string{`"newest"`}},
		{"a flag without its value", []string{"-o"}, []string{"-o"}},
		{"a package with a hyphen", []string{"-version", version, "-package", "my-volumes", "-o", "volumes"}, []string{`"my-volumes"`}},
		{"a package that is a keyword", []string{"-version", version, "-package", "func", "-o", "volumes"}, []string{`"func"`}},
		{"a package without a name", []string{"-version", version, "-package", "_", "-o", "volumes"}, []string{`"_"`}},
		{"package main", []string{"-version", version, "-package", "main", "-o", "volumes"}, []string{`"main"`}},
		{"package documentation", []string{"-version", version, "-package", "documentation", "-o", "volumes"}, []string{`"documentation"`}},
		{"a folder called main", []string{"-version", version, "-o", "main"}, []string{`"main"`, "-package"}},
		{"a folder whose name cannot be a package's", []string{"-version", version, "-o", "my-volumes"}, []string{`"my-volumes"`, "-package"}},
		{"no flag in another module", nil, []string{codegen.Module, "-version"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := elsewhere(t)
			err := run(tt.args, io.Discard)
			var usage *usageError
			require.ErrorAs(t, err, &usage)
			for _, said := range tt.says {
				assert.ErrorContains(t, err, said)
			}
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Len(t, left, 1, "nothing is written")
		})
	}
}

func TestNoFlagOutsideOfAnyModule(t *testing.T) {
	t.Chdir(t.TempDir())
	var usage *usageError
	assert.ErrorAs(t, run(nil, io.Discard), &usage)
}

func TestHelp(t *testing.T) {
	elsewhere(t)
	var out strings.Builder
	require.ErrorIs(t, run([]string{"-help"}, &out), flag.ErrHelp)
	for _, said := range []string{"go tool virtualserver", "-version", "-package", "-o"} {
		assert.Contains(t, out.String(), said)
	}
}

// What a person wrote is not what the call was, so that is no wrong usage.
func TestAFileInTheWay(t *testing.T) {
	dir := elsewhere(t)
	file := filepath.Join(dir, "volumes", "client.gen.go")
	require.NoError(t, os.Mkdir(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte("package volumes\n"), 0o644))
	err := run([]string{"-version", newest(t), "-o", "volumes"}, io.Discard)
	require.Error(t, err)
	assert.ErrorContains(t, err, filepath.Join("volumes", "client.gen.go"))
	var usage *usageError
	assert.False(t, errors.As(err, &usage))
	left, err := os.ReadDir(filepath.Dir(file))
	require.NoError(t, err)
	assert.Len(t, left, 1, "nothing is written")
}

// Scripts go by how it exits, people by the one line it says.
func TestExit(t *testing.T) {
	binary, err := os.Executable()
	require.NoError(t, err)
	dir := elsewhere(t)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o644))
	for _, tt := range []struct {
		name string
		args []string
		code int
		says string
	}{
		{"done", []string{"-version", newest(t), "-package", "volumes", "-o", "volumes"}, 0, ""},
		{"help", []string{"-h"}, 0, "go tool virtualserver"},
		{"wrong usage", []string{"-version", "9.9", "-o", "volumes"}, 2, "virtualserver: unknown version 9.9"},
		{"cannot write", []string{"-version", newest(t), "-package", "volumes", "-o", filepath.Join("file", "volumes")}, 1, "virtualserver: "},
	} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), binary, tt.args...)
			cmd.Env = append(os.Environ(), asCommand+"=1", "GORACE=atexit_sleep_ms=0")
			out, err := cmd.CombinedOutput()
			code := 0
			var exit *exec.ExitError
			if errors.As(err, &exit) {
				code = exit.ExitCode()
			} else {
				require.NoError(t, err)
			}
			assert.Equal(t, tt.code, code, "%s", out)
			assert.Contains(t, string(out), tt.says)
			if tt.says == "" {
				assert.Empty(t, string(out))
			}
		})
	}
}

// The root of this module is known by its go.mod: there, no flag means all of gen/.
func TestNoFlagWritesGen(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module "+codegen.Module+"\n\ngo 1.26.0\n"), 0o644))
	stale := filepath.Join(dir, "gen", "v0.9", "client.gen.go")
	require.NoError(t, os.MkdirAll(filepath.Dir(stale), 0o755))
	require.NoError(t, os.WriteFile(stale, []byte("// Code generated by "+codegen.Module+" from v0.9.yaml. DO NOT EDIT.\n"), 0o644))
	want, err := filepath.Abs("gen")
	require.NoError(t, err)

	t.Chdir(dir)
	require.NoError(t, run(nil, io.Discard))
	assert.Equal(t, contents(t, want), contents(t, "gen"), "gen/ is stale: run `go generate ./...`")
	assert.NoDirExists(t, filepath.Dir(stale))
}

// contents is the text of each file below dir.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	fsys := os.DirFS(dir)
	require.NoError(t, fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		code, err := fs.ReadFile(fsys, name)
		files[name] = string(code)
		return err
	}))
	return files
}

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
	checkout, err := filepath.Abs(".")
	require.NoError(t, err)
	// On a fresh clone this fetches what a client needs; from here on nothing is fetched.
	require.NotEmpty(t, packages(t, "list", "-deps", "./gen/v1.3"))
	// Every requirement is written out, as `go mod tidy` does: without that the Go tool would look
	// into modules that no package comes from, and that were never fetched.
	mod, err := os.ReadFile("go.mod")
	require.NoError(t, err)
	requirements, found := strings.CutPrefix(string(mod), "module "+codegen.Module+"\n")
	require.True(t, found)
	sum, err := os.ReadFile("go.sum")
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

// TestDownstream writes a client into another module, the way its go:generate line does, and has the
// real compiler judge what comes of it.
func TestDownstream(t *testing.T) {
	dir := downstream(t, map[string]string{
		"main.go":            detaching,
		"swapped/swapped.go": swapped,
		"around/around.go":   aroundProgram(),
	})
	t.Chdir(dir)
	require.NoError(t, run([]string{"-version", "1.3", "-package", "volumes", "-o", "volumes"}, io.Discard))
	written := contents(t, "volumes")
	require.Equal(t, []string{"client.gen.go", "virtualserver.gen.go"}, slices.Sorted(maps.Keys(written)))
	for name, code := range written {
		formatted, err := format.Source([]byte(code))
		require.NoError(t, err)
		assert.Equal(t, string(formatted), code, name)
	}

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

// packages is what the Go tool lists in this module.
func packages(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// assertLight: whoever imports a client compiles the runtime of the clients, the signer, and
// oapi-codegen/runtime with what that needs, beside the standard library and what is generated.
func assertLight(t *testing.T, list []string) {
	t.Helper()
	assert.Contains(t, list, codegen.Module+"/signing", "this is the list of a client")
	for _, dep := range list {
		first, _, _ := strings.Cut(dep, "/")
		standard := !strings.Contains(first, ".")
		light := slices.ContainsFunc([]string{
			codegen.Module + "/signing", codegen.Module + "/openapi/client",
			codegen.Module + "/gen", codegen.Module + "/openapi/lifecycle", // of the registry
			"github.com/oapi-codegen/runtime", "github.com/apapsch/go-jsonmerge/v2", "github.com/google/uuid",
			"example.com/downstream",
		}, func(allowed string) bool { return dep == allowed || strings.HasPrefix(dep, allowed+"/") })
		assert.True(t, standard || light, "%s is compiled into a client", dep)
	}
}

// Of all that is generated, the registry over the versions included.
func TestClientsAreLight(t *testing.T) {
	for pattern, listed := range map[string]string{"./gen/v1.3": "/gen/v1.3", "./gen/...": "/gen"} {
		t.Run(pattern, func(t *testing.T) {
			list := packages(t, "list", "-deps", pattern)
			assert.Contains(t, list, codegen.Module+listed)
			assertLight(t, list)
		})
	}
}

// What signs and what judges dates is reviewed once: it has no code of others.
func TestSigningAndLifecycleImportTheStandardLibraryOnly(t *testing.T) {
	for _, name := range []string{"signing", "openapi/lifecycle"} {
		t.Run(name, func(t *testing.T) {
			list := packages(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./"+name)
			assert.Equal(t, []string{codegen.Module + "/" + name}, list)
		})
	}
}

// The runtime of the clients adds the signer to that.
func TestTheRuntimeImportsTheSignerOnly(t *testing.T) {
	list := packages(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./openapi/client")
	assert.Equal(t, []string{codegen.Module + "/signing", codegen.Module + "/openapi/client"}, list)
}

// TestREADMERetries runs the retrying client as the README prints it, against an endpoint that answers
// 503: it tries again, with a fresh signature each time, prints nothing, and the status is in the error.
func TestREADMERetries(t *testing.T) {
	readme, err := os.ReadFile("README.md")
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
