//go:build benchscan

package migrate_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

// The tree has as many files and bytes as a large repository has. In one file of 500 there is something to
// find.
const (
	benchFiles = 50_000
	benchBytes = 450 << 20
	benchRuns  = 5
)

// searched is what ripgrep is asked for: the names that a scan looks for before it looks closer.
const searched = `virtualserver|scp-(api-version|signature|accesskey)`

// TestMain runs a scan alone if a folder is named, so that the memory of its process can be measured.
func TestMain(m *testing.M) {
	root := os.Getenv("BENCH_SCAN")
	if root == "" {
		os.Exit(m.Run())
	}
	scanned, err := migrate.Scan(context.Background(), migrate.Options{Root: root})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(scanned.Files, len(scanned.Uses), len(scanned.Troubles))
}

// TestBenchScan measures a scan beside ripgrep, in turns, on the same files.
func TestBenchScan(t *testing.T) {
	rg, err := exec.LookPath("rg")
	require.NoError(t, err, "ripgrep is needed: apt-get install -y ripgrep")
	root := t.TempDir()
	planted := plant(t, root)

	var scans, greps []time.Duration
	var memory int64
	for range benchRuns + 1 { // the first reads the tree into the system's memory
		greps = append(greps, timed(t, func() {
			out, err := exec.CommandContext(t.Context(), rg, "--ignore-case", "--hidden", "--no-ignore", "--files-with-matches", searched, root).Output()
			require.NoError(t, err)
			require.Equal(t, planted, bytes.Count(out, []byte("\n")))
		}))
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), "BENCH_SCAN="+root)
		scans = append(scans, timed(t, func() {
			out, err := cmd.CombinedOutput()
			require.NoError(t, err, string(out))
			require.Equal(t, fmt.Sprintf("%d %d 0\n", benchFiles, planted), string(out))
		}))
		memory = max(memory, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss<<10)
	}
	scan, grep := median(scans[1:]), median(greps[1:])
	t.Logf("%d files, %d MB: scan %v, ripgrep %v, ratio %.2f; %d MB of memory",
		benchFiles, benchBytes>>20, scan.Round(time.Millisecond), grep.Round(time.Millisecond), scan.Seconds()/grep.Seconds(), memory>>20)
	assert.LessOrEqual(t, scan.Seconds(), 1.5*grep.Seconds())
	assert.Less(t, memory>>20, int64(300))
}

func timed(t *testing.T, run func()) time.Duration {
	t.Helper()
	start := time.Now()
	run()
	return time.Since(start)
}

func median(all []time.Duration) time.Duration {
	slices.Sort(all)
	return all[len(all)/2]
}

// plant writes the tree, the same one each time, and returns how many files have something to find.
func plant(t *testing.T, root string) (planted int) {
	t.Helper()
	lines := sourceLines(t)
	endings := []string{"py", "js", "yaml", "json", "md", "sh", "ts", "java", "c", "txt", "html", "css", "rb", "xml"}
	r := rand.New(rand.NewPCG(9, 12))
	var b bytes.Buffer
	for i := range benchFiles {
		b.Reset()
		// Sizes of files are spread widely: many small ones, a few large ones.
		size := int(r.ExpFloat64() * benchBytes / benchFiles)
		for b.Len() < size {
			b.Write(lines[r.IntN(len(lines))])
		}
		ending := endings[i%len(endings)]
		if i%500 == 0 {
			planted++
			ending = "py"
			b.WriteString("\nh[\"Scp-Api-Version\"] = \"virtualserver 1.1\"\n")
		}
		dir := filepath.Join(root, fmt.Sprintf("d%02d", i%40), fmt.Sprintf("e%02d", i/40%50))
		require.NoError(t, os.MkdirAll(dir, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, fmt.Sprintf("f%d.%s", i, ending)), b.Bytes(), 0o644))
	}
	return planted
}

// sourceLines returns lines as people write them: those of Go's own source that have nothing to find.
func sourceLines(t *testing.T) (lines [][]byte) {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	for _, dir := range []string{"net/http", "go/types", "crypto/tls", "runtime"} {
		files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(root)), "src", dir, "*.go"))
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			for line := range bytes.Lines(read(t, file)) {
				if lower := bytes.ToLower(line); !bytes.Contains(lower, []byte("scp-")) && !bytes.Contains(lower, []byte("virtualserver")) {
					lines = append(lines, line)
				}
			}
		}
	}
	return lines
}
