package migrate

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/codegen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// The modules of these tests speak versions of this module's documents, and are moved to this one.
var to = lifecycle.V(1, 3)

// tool runs the go command in a folder, without a network.
func tool(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=", "GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// goMod is the go.mod of a module that uses this one as it stands.
func goMod(t *testing.T, module string) (mod, sum string) {
	t.Helper()
	checkout, err := filepath.Abs("../..")
	require.NoError(t, err)
	text, err := os.ReadFile(filepath.Join(checkout, "go.mod"))
	require.NoError(t, err)
	sums, err := os.ReadFile(filepath.Join(checkout, "go.sum"))
	require.NoError(t, err)
	_, requirements, found := strings.Cut(string(text), "module "+codegen.Module+"\n")
	require.True(t, found)
	return "module " + module + "\n" + requirements + "\nrequire " + codegen.Module + " v0.0.0\n\nreplace " +
		codegen.Module + " => " + checkout + "\n", string(sums)
}

// downstream writes an archive to a folder, as a module that uses this one, and returns its Go files.
func downstream(t *testing.T, dir, archive string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", "downstream", archive))
	require.NoError(t, err)
	mod, sum := goMod(t, "example.com/downstream")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(mod), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), []byte(sum), 0o644))
	return goFilesOf(t, dir, string(data))
}

// findings scans Go files.
func findings(t *testing.T, dir string, files []string) []Finding {
	t.Helper()
	uses, troubles := scanGo(t.Context(), dir, files)
	require.Empty(t, troubles)
	var list []Finding
	for _, use := range uses {
		list = append(list, Finding{Use: use})
	}
	return list
}

func TestFixDownstream(t *testing.T) {
	dir := t.TempDir()
	files := downstream(t, dir, "twelve.txtar")
	set, err := openapi.Load()
	require.NoError(t, err)
	client, err := codegen.Package(set.Lookup(lifecycle.V(1, 1)), "volumes")
	require.NoError(t, err)
	changes, err := client.Compare(filepath.Join(dir, "generated", "volumes"))
	require.NoError(t, err)
	require.NoError(t, changes.Apply())
	files = append(files, "generated/volumes/client.gen.go", "generated/volumes/virtualserver.gen.go")

	before := treeOf(t, dir)
	fixed, err := PlanFix(t.Context(), dir, findings(t, dir, files), to)
	require.NoError(t, err)
	assert.Equal(t, before, treeOf(t, dir), "a plan writes nothing")
	require.NoError(t, Write(dir, fixed.Changes))
	var left []string
	for _, l := range fixed.Left {
		left = append(left, l.File+": "+l.Why)
	}
	assert.Equal(t, []string{"generated/volumes/virtualserver.gen.go: the file is generated: run its generator with 1.3"}, left)

	for _, name := range files {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		if !strings.HasSuffix(name, ".gen.go") {
			assert.NotRegexp(t, `1\.[01]\b|v?1_?[01]\b`, string(text), name)
		}
	}
	both, err := os.ReadFile(filepath.Join(dir, "both", "both.go"))
	require.NoError(t, err)
	assert.Equal(t, 1, strings.Count(string(both), "gen/v1.3"), "the imports of one package are merged: %s", both)
	for _, args := range [][]string{{"vet", "-tags=integration", "./tags"}, {"test", "./..."}} {
		out, err := tool(t.Context(), dir, args...)
		assert.NoError(t, err, out)
	}

	after := treeOf(t, dir)
	again, err := Fix(t.Context(), dir, findings(t, dir, files), to)
	require.NoError(t, err)
	assert.Empty(t, again.Changes)
	assert.Equal(t, after, treeOf(t, dir), "a second run changes nothing")
}

// What would not compile stays as it is, byte for byte, and is explained.
func TestFixLeavesWhatWouldNotCompile(t *testing.T) {
	dir := t.TempDir()
	files := downstream(t, dir, "stuck.txtar")
	before := treeOf(t, dir)
	fixed, err := Fix(t.Context(), dir, findings(t, dir, files), to)
	require.NoError(t, err)
	var changed []string
	for _, c := range fixed.Changes {
		changed = append(changed, c.File)
		delete(before, filepath.Join(dir, c.File))
	}
	assert.Equal(t, []string{"crossed/aside.go", "moved/moved.go", "twice/other.go"}, changed)
	after := treeOf(t, dir)
	for path, text := range before {
		assert.Equal(t, text, after[path], path)
	}
	why := map[string]string{}
	for _, l := range fixed.Left {
		why[l.File] = l.Why
	}
	for file, says := range map[string]string{
		"twice/twice.go":           "it would not compile: duplicate case",
		"crossed/crossed.go":       "it would not compile: cannot use volume()",
		"crossed/generated.go":     "the file is generated: run its generator with 1.3",
		"dependent/dependent.go":   "it would not compile: duplicate case",
		"dependency/dependency.go": "it would not compile while",
		"broken/broken.go":         "its package does not compile as it is: cannot use 1",
		"shared/shared.go":         "version, that is used for something else too",
	} {
		assert.Contains(t, why[file], says, file)
		delete(why, file)
	}
	assert.Empty(t, why)
}

func TestFixOfTheVendorsSDK(t *testing.T) {
	dir := t.TempDir()
	data, err := os.ReadFile("testdata/downstream/sdk.txtar")
	require.NoError(t, err)
	files := goFilesOf(t, dir, string(data))
	before := treeOf(t, dir)
	list := findings(t, dir, files)
	fixed, err := Fix(t.Context(), dir, list, to)
	require.NoError(t, err)
	require.Len(t, fixed.Changes, 1)
	assert.Equal(t, "app/name/name.go", fixed.Changes[0].File)
	require.Len(t, fixed.Left, 1)
	assert.Equal(t, "app/zone/zone.go", fixed.Left[0].File)
	assert.Contains(t, fixed.Left[0].Why, "it would not compile: v.Zone undefined")
	zone := filepath.Join(dir, "app", "zone", "zone.go")
	assert.Equal(t, before[zone], treeOf(t, dir)[zone])

	missing, err := PlanFix(t.Context(), dir, []Finding{fixed.Left[0].Finding}, lifecycle.V(1, 4))
	require.NoError(t, err)
	assert.Empty(t, missing.Changes)
	require.Len(t, missing.Left, 1)
	assert.Contains(t, missing.Left[0].Why, "library/virtualserver/1.4")
}

// The vendor folder has the old client only, until go mod vendor is run.
func TestFixOfAVendoredModule(t *testing.T) {
	dir := t.TempDir()
	files := downstream(t, dir, "vendored.txtar")
	out, err := tool(t.Context(), dir, "mod", "vendor")
	require.NoError(t, err, out)
	require.NoDirExists(t, filepath.Join(dir, "vendor", codegen.Module, "gen", "v1.3"))
	vendored := treeOf(t, filepath.Join(dir, "vendor"))

	fixed, err := Fix(t.Context(), dir, findings(t, dir, files), to)
	require.NoError(t, err)
	assert.Empty(t, fixed.Left)
	assert.Len(t, fixed.Changes, 1)
	assert.Equal(t, []string{"run `go mod vendor` in ., whose vendor folder lacks what is imported now"}, fixed.Then)
	assert.Equal(t, vendored, treeOf(t, filepath.Join(dir, "vendor")))
	for _, args := range [][]string{{"mod", "vendor"}, {"vet", "./..."}} {
		out, err := tool(t.Context(), dir, args...)
		require.NoError(t, err, out)
	}
}

// Lines that end in CR LF stay so, and a file behind a symbolic link is edited where it is.
func TestFixKeepsLineEndingsAndLinks(t *testing.T) {
	dir := t.TempDir()
	files := goFilesOf(t, dir, `
-- go.mod --
module example.com/a

go 1.26
-- a.go --
package a

import "net/http"

var header = http.Header{"Scp-Api-Version": {"virtualserver 1.1"}}
`)
	file := filepath.Join(dir, "a.go")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	old := strings.ReplaceAll(string(text), "\n", "\r\n")
	linked := filepath.Join(dir, "real.txt")
	require.NoError(t, os.WriteFile(linked, []byte(old), 0o600))
	require.NoError(t, os.Remove(file))
	require.NoError(t, os.Symlink("real.txt", file))

	fixed, err := Fix(t.Context(), dir, findings(t, dir, files), to)
	require.NoError(t, err)
	assert.Empty(t, fixed.Left)
	text, err = os.ReadFile(linked)
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(old, "1.1", "1.3"), string(text))
	target, err := os.Readlink(file)
	require.NoError(t, err)
	assert.Equal(t, "real.txt", target)
}

// A finding that is not in its file any more belongs to another text.
func TestFixOfAFileThatHasChanged(t *testing.T) {
	dir := t.TempDir()
	files := goFilesOf(t, dir, "-- go.mod --\nmodule example.com/a\n\ngo 1.26\n-- a.go --\n"+sending+"virtualserver 1.1\")\n}\n")
	list := findings(t, dir, files)
	require.Len(t, list, 1)
	changed := []byte("// New.\n" + sending + "virtualserver 1.1\")\n}\n")
	require.NoError(t, os.WriteFile(filepath.Join(dir, "a.go"), changed, 0o644))
	fixed, err := Fix(t.Context(), dir, list, to)
	require.NoError(t, err)
	assert.Empty(t, fixed.Changes)
	require.Len(t, fixed.Left, 1)
	assert.Equal(t, ErrChanged.Error(), fixed.Left[0].Why)
}

const sending = "package a\n\nimport \"net/http\"\n\nfunc set(h http.Header) {\n\th.Set(\"Scp-Api-Version\", \""
