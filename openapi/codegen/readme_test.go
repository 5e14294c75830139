package codegen_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/codegen"
)

// stranger is an empty folder with a checkout of this module beside it, in ../virtualserver.
type stranger struct{ dir string }

func newStranger(t *testing.T) stranger {
	t.Helper()
	parent := t.TempDir()
	checkout, err := filepath.Abs(root)
	require.NoError(t, err)
	require.NoError(t, os.Symlink(checkout, filepath.Join(parent, "virtualserver")))
	s := stranger{filepath.Join(parent, "detaching")}
	require.NoError(t, os.Mkdir(s.dir, 0o755))
	return s
}

// fetching is the environment of the Go tool: without a network if all that a stranger needs is in the
// module cache. That of a fresh machine may lack the go.mod of a module that nothing is compiled from.
var fetching = sync.OnceValue(func() []string {
	offline := []string{"GOPROXY=off", "GOSUMDB=off"}
	dir, err := os.MkdirTemp("", "stranger")
	if err != nil {
		return nil
	}
	defer os.RemoveAll(dir)
	checkout, err := filepath.Abs(root)
	if err != nil {
		return nil
	}
	s := stranger{dir}
	for _, args := range [][]string{
		{"mod", "init", "example.com/stranger"},
		{"mod", "edit", "-replace", codegen.Module + "=" + checkout},
		{"get", "-tool", codegen.Module},
	} {
		if _, err := s.command(offline, "go", args...); err != nil {
			return nil
		}
	}
	return offline
})

// command runs a command, and also returns the CPU time that it and what it ran took.
func (s stranger) command(env []string, name string, args ...string) (said output, err error) {
	var out, faults strings.Builder
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	// Nothing of this machine's settings decides.
	cmd.Env = append(append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOTOOLCHAIN=local"), env...)
	cmd.Stdout, cmd.Stderr = &out, &faults
	err = cmd.Run()
	said = output{stdout: out.String(), stderr: faults.String()}
	if cmd.ProcessState != nil {
		said.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	}
	return said, err
}

type output struct {
	stdout, stderr string
	cpu            time.Duration
}

// run runs a command that has to end well, and returns what it printed.
func (s stranger) run(t *testing.T, name string, args ...string) string {
	t.Helper()
	return s.timed(t, name, args...).stdout
}

func (s stranger) timed(t *testing.T, name string, args ...string) output {
	t.Helper()
	said, err := s.command(fetching(), name, args...)
	require.NoError(t, err, "%s %s\n%s%s", name, strings.Join(args, " "), said.stdout, said.stderr)
	return said
}

func (s stranger) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(s.dir, filepath.FromSlash(name))
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

// section is a section of the README: its blocks of code, each with its language.
func section(t *testing.T, title string) (blocks [][2]string) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join(root, "README.md"))
	require.NoError(t, err)
	_, text, found := strings.Cut(string(readme), "\n## "+title+"\n")
	require.True(t, found)
	text, _, _ = strings.Cut(text, "\n## ")
	parts := strings.Split(text, "```")
	require.Equal(t, 1, len(parts)%2, "every block ends")
	for i := 1; i < len(parts); i += 2 {
		language, code, _ := strings.Cut(parts[i], "\n")
		blocks = append(blocks, [2]string{language, code})
	}
	return blocks
}

// TestREADMEGenerates does what the README says, in an empty folder: each command as printed, in order.
// The line that is printed below a command is the first that it prints; those after it are those of the
// versions there were. Then everything once more, and the files are as they were.
func TestREADMEGenerates(t *testing.T) {
	s := newStranger(t)
	commands := 0
	for _, block := range section(t, "Generate a client into your own module") {
		switch language, code := block[0], block[1]; language {
		case "go":
			s.write(t, "generate.go", code)
		case "console":
			for _, part := range strings.Split("\n"+code, "\n$ ")[1:] {
				line, printed, _ := strings.Cut(part, "\n")
				args := strings.Fields(line)
				out := s.run(t, args[0], args[1:]...)
				if want, _, _ := strings.Cut(printed, "\n"); want != "" {
					first, _, _ := strings.Cut(out, "\n")
					assert.Equal(t, want, first, line)
				}
				commands++
			}
		}
	}
	require.GreaterOrEqual(t, commands, 8, "the section has its commands")

	written := tree(t, s.dir)
	require.Contains(t, written, "volumes/client.gen.go")
	require.Contains(t, written, "own/volumes/client.gen.go")
	s.run(t, "go", "generate", "./...")
	s.run(t, "go", "mod", "tidy")
	s.run(t, "go", "vet", "./...")
	assert.Empty(t, differing(written, tree(t, s.dir)), "go.mod and go.sum too")
}

// differing is the names of the files that are not the same in two trees: the files are long.
func differing(a, b map[string]string) (names []string) {
	for name, text := range a {
		if other, found := b[name]; !found || other != text {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, found := a[name]; !found {
			names = append(names, name)
		}
	}
	return names
}
