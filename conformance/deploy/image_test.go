package deploy

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// top is the directory that images are built from.
const top = "../.."

// TestImage holds the last stage of the Dockerfile, which is what runs: nothing but the command and certificates,
// and no user that may do anything.
func TestImage(t *testing.T) {
	t.Parallel()
	lines := instructions(t, "Dockerfile")
	last := 0
	for i, line := range lines {
		if strings.HasPrefix(line, "FROM ") {
			last = i
		}
	}
	stages := strings.Join(lines[:last], "\n")
	assert.Contains(t, stages, " make build")
	assert.NotContains(t, stages, "go mod download", "a closed network builds with vendor/")

	image := lines[last:]
	assert.Equal(t, "FROM scratch", image[0])
	assert.Contains(t, image, "USER 65532:65532")
	assert.Contains(t, image, `ENTRYPOINT ["/usr/local/bin/scp-conformance"]`)
	assert.Contains(t, image, "COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/")
	for _, line := range image {
		assert.NotRegexp(t, `^(RUN|ADD|CMD|SHELL) `, line)
		assert.NotRegexp(t, `(?i)(access|secret).?key`, line)
	}
}

// instructions are those of a Dockerfile, without comments and with their continuation lines joined.
func instructions(t *testing.T, name string) []string {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	text := regexp.MustCompile(`(?m)^#.*\n`).ReplaceAllString(string(data), "")
	text = regexp.MustCompile(`\\\n\s*`).ReplaceAllString(text, "")
	return regexp.MustCompile(`\n+`).Split(strings.TrimSpace(text), -1)
}

// TestBuild builds the command as the image does. It has to run with nothing around it.
func TestBuild(t *testing.T) {
	t.Parallel()
	command := filepath.Join(t.TempDir(), "scp-conformance")
	build := exec.CommandContext(t.Context(), "make", "build", "COMMAND="+command)
	build.Dir = top
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))

	file, err := elf.Open(command)
	require.NoError(t, err)
	defer file.Close()
	libraries, err := file.ImportedLibraries()
	require.NoError(t, err)
	assert.Empty(t, libraries)
	for _, segment := range file.Progs {
		assert.NotEqual(t, elf.PT_INTERP, segment.Type, "it needs a dynamic linker")
	}

	run := exec.CommandContext(t.Context(), command, "version")
	run.Env, run.Dir = []string{}, t.TempDir()
	out, err = run.CombinedOutput()
	require.NoError(t, err, string(out))
	assert.Regexp(t, `^scp-conformance `, string(out))
}
