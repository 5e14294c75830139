package migrate

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEdited(t *testing.T) {
	const old = "one two three"
	for _, tt := range []struct {
		name  string
		edits []Edit
		want  string // "" if the edits are refused
	}{
		{"none", nil, old},
		{"in any order", []Edit{{"f", 8, 13, "3"}, {"f", 0, 3, "1"}}, "1 two 3"},
		{"one twice", []Edit{{"f", 0, 3, "1"}, {"f", 0, 3, "1"}}, "1 two three"},
		{"side by side", []Edit{{"f", 0, 3, "1"}, {"f", 3, 4, ""}}, "1two three"},
		{"two that overlap", []Edit{{"f", 0, 5, "1"}, {"f", 3, 4, ""}}, ""},
		{"two of one place", []Edit{{"f", 0, 3, "1"}, {"f", 0, 3, "2"}}, ""},
		{"beyond the end", []Edit{{"f", 8, 14, "3"}}, ""},
		{"backwards", []Edit{{"f", 3, 0, ""}}, ""},
		{"before the beginning", []Edit{{"f", -1, 0, ""}}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := edited([]byte(old), tt.edits)
			if tt.want == "" {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, tt.want, string(got))
		})
	}
}

func TestWriteKeepsTheMode(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.go")
	require.NoError(t, os.WriteFile(file, []byte("old\r\n"), 0o600))
	require.NoError(t, os.Chmod(file, 0o750))
	require.NoError(t, Write(dir, []Change{{"a.go", []byte("old\r\n"), []byte("new\r\n")}}))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "new\r\n", string(data))
	info, err := os.Stat(file)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o750), info.Mode())
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, entries, 1, "no temporary file stays")
}

func TestWriteThroughASymbolicLink(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	file := filepath.Join(elsewhere, "real.go")
	require.NoError(t, os.WriteFile(file, []byte("old"), 0o644))
	require.NoError(t, os.Symlink(file, filepath.Join(dir, "link.go")))
	require.NoError(t, Write(dir, []Change{{"link.go", []byte("old"), []byte("new")}}))
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, "new", string(data))
	target, err := os.Readlink(filepath.Join(dir, "link.go"))
	require.NoError(t, err)
	assert.Equal(t, file, target)
}

func TestWriteRefusesAFileThatHasChanged(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.go": "newer", "b.go": "old"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	changes := []Change{{"a.go", []byte("old"), []byte("new")}, {"b.go", []byte("old"), []byte("new")}, {"c.go", nil, nil}}
	err := Write(dir, changes)
	require.ErrorIs(t, err, ErrChanged)
	require.ErrorIs(t, err, os.ErrNotExist)
	assert.ErrorContains(t, err, "writing a.go")
	for name, want := range map[string]string{"a.go": "newer", "b.go": "new"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		assert.Equal(t, want, string(data))
	}
}

func TestDiff(t *testing.T) {
	assert.Equal(t, `--- a/x/a.go
+++ b/x/a.go
@@ -1,2 +1,2 @@
 one
-two
+three
--- a/b.go
+++ b/b.go
@@ -1 +1 @@
-old
\ No newline at end of file
+new
`, string(Diff([]Change{{"x/a.go", []byte("one\ntwo\n"), []byte("one\nthree\n")}, {"b.go", []byte("old"), []byte("new\n")}})))

	// Lines that stay are not among those that change, however often they are there.
	old := "c := v11.New()\nif err != nil {\n\treturn err\n}\nd := v11.New()\nif err != nil {\n\treturn err\n}\n"
	assert.Equal(t, `--- a/a.go
+++ b/a.go
@@ -1,8 +1,8 @@
-c := v11.New()
+c := v13.New()
 if err != nil {
 	return err
 }
-d := v11.New()
+d := v13.New()
 if err != nil {
 	return err
 }
`, string(Diff([]Change{{"a.go", []byte(old), []byte(strings.ReplaceAll(old, "v11", "v13"))}})))

	// A hunk after one with several changes begins where it is.
	old = "one\ntwo\none\n" + strings.Repeat("\n", 9) + "one\n"
	assert.Contains(t, string(Diff([]Change{{"a.go", []byte(old), []byte(strings.ReplaceAll(old, "one", "1\n1"))}})), "@@ -10,4 +12,5 @@\n")
}
