//go:build proof

package codegen_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// checkout is a copy of this module, in which a proof may do as it likes.
type checkout string

// copyModule copies what is committed here, or would be: nothing that git ignores. Versions that are
// being worked on are proved as they are.
func copyModule(t *testing.T) checkout {
	t.Helper()
	dir := checkout(t.TempDir())
	cmd := exec.CommandContext(t.Context(), "git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	list, err := cmd.Output()
	require.NoError(t, err)
	for name := range strings.SplitSeq(strings.TrimRight(string(list), "\x00"), "\x00") {
		source := filepath.Join(root, filepath.FromSlash(name))
		info, err := os.Stat(source)
		if errors.Is(err, fs.ErrNotExist) {
			continue // removed, and not committed yet
		}
		require.NoError(t, err)
		data, err := os.ReadFile(source)
		require.NoError(t, err)
		dir.write(t, name, data, info.Mode().Perm())
	}
	return dir
}

func (c checkout) path(name string) string { return filepath.Join(string(c), filepath.FromSlash(name)) }

func (c checkout) write(t *testing.T, name string, data []byte, mode fs.FileMode) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(c.path(name)), 0o755))
	require.NoError(t, os.WriteFile(c.path(name), data, mode))
}

// run runs a command in the copy, which has to end well, and returns what it said on stdout.
func (c checkout) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = string(c)
	var faults strings.Builder
	cmd.Stderr = &faults
	out, err := cmd.Output()
	require.NoError(t, err, "%s %s\n%s\n%s", name, strings.Join(args, " "), faults.String(), out)
	return string(out)
}

// Where the generator runs shows in what Go writes into a binary: commit, version, whether the tree is
// clean. None of that may show in what it generates.
func TestProofGenIsTheSameHoweverTheGeneratorIsBuilt(t *testing.T) {
	c := copyModule(t)
	gen := c.path("gen")
	want := tree(t, gen)
	require.NotEmpty(t, want)
	c.run(t, "git", "init", "--quiet")
	c.run(t, "git", "add", "--all")
	c.run(t, "git", "-c", "user.name=proof", "-c", "user.email=proof@example.com", "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "proof")

	binaries := t.TempDir()
	type generator struct {
		name    string
		command []string
	}
	generators := []generator{{"go generate", []string{"go", "generate", "./..."}}}
	for _, stamp := range []string{"-buildvcs=true", "-buildvcs=false"} {
		binary := filepath.Join(binaries, "generator"+stamp)
		// -o is outside of the copy, and its tree is clean: with a stamp, it is that of a commit.
		c.run(t, "go", "build", stamp, "-o", binary, ".")
		info := c.run(t, "go", "version", "-m", binary)
		require.Equal(t, stamp == "-buildvcs=true", strings.Contains(info, "vcs.revision"), "the two differ in their stamp\n%s", info)
		generators = append(generators,
			generator{"a binary " + stamp, []string{binary}},
			generator{"go run " + stamp, []string{"go", "run", stamp, "."}})
	}
	for _, g := range generators {
		t.Run(g.name, func(t *testing.T) {
			require.NoError(t, os.RemoveAll(gen)) // so that all of it is written anew
			require.NoError(t, os.Mkdir(gen, 0o755))
			c.run(t, g.command[0], g.command[1:]...)
			assert.Equal(t, want, tree(t, gen))
			c.run(t, g.command[0], g.command[1:]...)
			assert.Equal(t, want, tree(t, gen), "twice in a row")
		})
	}
	assert.Empty(t, c.run(t, "git", "status", "--porcelain"))
}

// Adding a version is adding its document, and taking one away removing it. Nothing else is edited:
// tests and suite find the versions by themselves.
func TestProofAVersionIsItsDocument(t *testing.T) {
	c := copyModule(t)
	gen := c.path("gen")
	before := tree(t, gen)
	set, err := openapi.Load()
	require.NoError(t, err)
	var current *openapi.Document
	for _, doc := range set.Versions {
		if doc.Version.Label == lifecycle.Current {
			current = doc
		}
	}
	require.NotNil(t, current)
	currentFile := "openapi/" + current.File
	original, err := os.ReadFile(c.path(currentFile))
	require.NoError(t, err)

	// The next number, and one of another length: 1.10 is not between 1.1 and 1.2.
	number := current.Version.ID.String()
	next, far := following(t, set.Versions[len(set.Versions)-1].Version.ID.String())
	supported := []string{"x-api-status: SUPPORTED", `x-not-before: "20991231"`}
	c.write(t, "openapi/v"+next+".yaml", relabel(t, original, number, next, supported...), 0o644)
	c.write(t, "openapi/v"+far+".yaml", relabel(t, original, number, far, "x-api-status: CURRENT", `x-not-before: "-"`), 0o644)
	c.write(t, currentFile, relabel(t, original, number, number, supported...), 0o644)

	c.run(t, "go", "generate", "./...")
	assert.DirExists(t, filepath.Join(gen, "v"+next))
	assert.DirExists(t, filepath.Join(gen, "v"+far))

	t.Run("go test", func(t *testing.T) {
		passed := c.test(t)
		for _, version := range []string{next, far} {
			// The tests of the clients have a subtest for each version in the registry.
			assert.Contains(t, passed, "TestNoRequestLeavesForWhatIsNoID/"+version)
			assert.Contains(t, passed, "TestEveryVersionSendsTheSixHeaders/"+version+"_TLS_true")
		}
	})
	t.Run("the suite", func(t *testing.T) {
		out := c.run(t, "go", "run", "./conformance/cmd/scp-conformance", "run", "--grid") // exits 0, or fails
		versions := []string{next, far}
		for _, doc := range set.Versions {
			versions = append(versions, doc.Version.ID.String())
		}
		for _, version := range versions {
			assert.Regexp(t, `(?m)(?:^|\s)`+regexp.QuoteMeta(version)+`(?:\s|$)`, out)
		}
	})
	if t.Failed() {
		return
	}

	require.NoError(t, os.Remove(c.path("openapi/v"+next+".yaml")))
	require.NoError(t, os.Remove(c.path("openapi/v"+far+".yaml")))
	c.write(t, currentFile, original, 0o644)
	c.run(t, "go", "generate", "./...")
	assert.Equal(t, before, tree(t, gen), "gen/ is as before, with no folder left over")
}

// following is the version after another, and the next one after that which ends in a zero.
func following(t *testing.T, version string) (next, far string) {
	t.Helper()
	major, minor, found := strings.Cut(version, ".")
	require.True(t, found)
	n, err := strconv.Atoi(minor)
	require.NoError(t, err)
	return major + "." + strconv.Itoa(n+1), major + "." + strconv.Itoa((n+11)/10*10)
}

// relabel makes the document of one version that of another, or gives it another state.
func relabel(t *testing.T, document []byte, from, to string, life ...string) []byte {
	t.Helper()
	text := lifeLines.ReplaceAllString(string(document), "")
	require.NotEmpty(t, versionLine.FindAllString(text, -1))
	text = versionLine.ReplaceAllString(text, "${0}      "+strings.Join(life, "\n      ")+"\n")
	return []byte(regexp.MustCompile(`\b`+regexp.QuoteMeta(from)+`\b`).ReplaceAllString(text, to))
}

// test runs all tests of the copy, which have to pass, and returns their names. Of what they say it
// shows what the failing ones said.
func (c checkout) test(t *testing.T) map[string]bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "test", "-json", "./...")
	cmd.Dir = string(c)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	passed, said := map[string]bool{}, map[string]string{}
	for line := range strings.Lines(string(out)) {
		var event struct{ Action, Package, ImportPath, Test, Output string }
		require.NoError(t, json.Unmarshal([]byte(line), &event), line)
		key := event.Package + event.ImportPath + " " + event.Test
		switch event.Action {
		case "output", "build-output":
			said[key] += event.Output
		case "pass":
			passed[event.Test] = true
		case "fail", "build-fail":
			t.Errorf("%s\n%s", key, said[key])
		}
	}
	require.NoError(t, err)
	return passed
}
