package migrate

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Whatever a file has, scanning its text ends, and what is found stands where it is said to stand.
func FuzzScanText(f *testing.F) {
	require.NoError(f, filepath.WalkDir("testdata/corpus", func(file string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(file)
		f.Add(file, data)
		return err
	}))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		data = decoded(data)
		lines := bytes.Split(data, []byte("\n"))
		for _, u := range scanText(name, data) {
			require.Positive(t, u.Line)
			require.LessOrEqual(t, u.Line, len(lines))
			require.Positive(t, u.Column)
			require.LessOrEqual(t, u.Column-1, len(lines[u.Line-1]))
			require.LessOrEqual(t, len(u.Text), 3*maxText) // a byte that is no text takes three as U+FFFD
			require.NotContains(t, u.Text, "\n")
			if u.Rule != TextUnpinned {
				require.NotEqual(t, len(u.Versions) == 0, u.Unknown == "")
			}
			if bytes.Equal(bytes.ToValidUTF8(data, nil), data) {
				require.True(t, bytes.HasPrefix(lines[u.Line-1][u.Column-1:], []byte(u.Text)), u.Text)
			}
		}
		require.Equal(t, naive(data), mentions(data))
	})
}

// naive is mentions as one would write it first.
func naive(data []byte) bool {
	return bytes.Contains(data, []byte(service)) || bytes.Contains(data, []byte(capitals)) || bytes.Contains(bytes.ToLower(data), []byte("scp-"))
}
