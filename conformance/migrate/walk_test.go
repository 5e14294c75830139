package migrate_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

// pins is the text of a file that speaks a version.
const pins = "h[\"Scp-Api-Version\"] = \"virtualserver 1.1\"\n"

// tree writes files, whose folders it makes, and returns their root.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		put(t, filepath.Join(root, filepath.FromSlash(name)), content)
	}
	return root
}

func put(t *testing.T, path, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, []byte(content), 0o644))
}

// git runs git as a person would who has no configuration of their own.
func git(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "git", append([]string{
		"-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "protocol.file.allow=always", "-C", dir,
	}, args...)...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
}

func scan(t *testing.T, o migrate.Options) *migrate.Scanned {
	t.Helper()
	scanned, err := migrate.Scan(t.Context(), o)
	require.NoError(t, err)
	return scanned
}

// spoken are the files that have a use, in order.
func spoken(s *migrate.Scanned) []string {
	files := []string{}
	for _, u := range s.Uses {
		files = append(files, u.File)
	}
	return files
}

// skips are the counts of what was skipped and the first of each, by the first words of the reason.
func skips(s *migrate.Scanned) map[string]any {
	all := map[string]any{}
	for _, skipped := range s.Skipped {
		why, _, _ := strings.Cut(skipped.Why, ":")
		all[why] = []any{skipped.Count, skipped.First}
	}
	return all
}

func TestWalkWithoutGit(t *testing.T) {
	root := tree(t, map[string]string{
		"a.py":                       pins,
		"deep/er/b.py":               pins,
		".hidden/c.py":               pins,
		"vendor/x/d.py":              pins,
		"web/node_modules/y/e.js":    pins,
		"infra/.terraform/modules/m": pins,
		".svn/f.py":                  pins,
		"picture.png":                "\x89PNG\x00\x00" + pins,
		"empty.py":                   "",
	})
	s := scan(t, migrate.Options{Root: root})
	assert.Equal(t, []string{".hidden/c.py", "a.py", "deep/er/b.py"}, spoken(s))
	assert.Equal(t, 4, s.Files)
	assert.Empty(t, s.Troubles)
	assert.Equal(t, map[string]any{
		"binary":                           []any{1, "picture.png"},
		"vendored":                         []any{3, "infra/.terraform"},
		"data of a version control system": []any{1, ".svn"},
	}, skips(s))
}

// TestBinarySource: a file that is called source and cannot be read as such hides what it speaks.
func TestBinarySource(t *testing.T) {
	for _, name := range []string{"a.go", "main.tf", "x/go.mod"} {
		s := scan(t, migrate.Options{Root: tree(t, map[string]string{name: "package a\x00" + pins})})
		if assert.Len(t, s.Troubles, 1, name) {
			assert.Equal(t, migrate.Trouble{File: name, Text: "is binary, though its name says that it is source"}, s.Troubles[0])
		}
		assert.Empty(t, s.Skipped, name)
	}
}

func TestWalkWithGit(t *testing.T) {
	root := tree(t, map[string]string{
		".gitignore":          "*.out\nbuild/\nnode_modules/\n",
		"tracked.py":          pins,
		"sub/tracked.py":      pins,
		"deleted.py":          pins,
		"ignored.out":         pins,
		"build/made.py":       pins,
		"vendor/v/tracked.py": pins,
		"vendor/w/tracked.py": pins,
		"node_modules/m/i.js": pins,
	})
	git(t, root, "init", "-q")
	git(t, root, "add", ".")
	git(t, root, "commit", "-qm", "x")
	put(t, filepath.Join(root, "untracked.py"), pins)
	put(t, filepath.Join(root, "Zählung\n.py"), pins)
	require.NoError(t, os.Remove(filepath.Join(root, "deleted.py")))

	s := scan(t, migrate.Options{Root: root})
	assert.Equal(t, []string{"Zählung\n.py", "sub/tracked.py", "tracked.py", "untracked.py"}, spoken(s))
	assert.Empty(t, s.Troubles)
	assert.Equal(t, map[string]any{
		"ignored by git": []any{2, "build"},
		"vendored":       []any{2, "node_modules"},
		"tracked by git, and not in the working tree": []any{1, "deleted.py"},
	}, skips(s))

	t.Run("a folder of it", func(t *testing.T) {
		s := scan(t, migrate.Options{Root: root, Paths: []string{"sub"}})
		assert.Equal(t, []string{"sub/tracked.py"}, spoken(s))
		s = scan(t, migrate.Options{Root: filepath.Join(root, "sub"), Paths: []string{"./..."}})
		assert.Equal(t, []string{"tracked.py"}, spoken(s))
	})
	t.Run("what it ignores, asked for", func(t *testing.T) {
		s := scan(t, migrate.Options{Root: root, Paths: []string{"build", "ignored.out", "build/made.py"}})
		assert.Equal(t, []string{"build/made.py", "ignored.out"}, spoken(s), "each once")
		assert.Equal(t, 2, s.Files)
	})
	t.Run("from a hook of another repository", func(t *testing.T) {
		t.Setenv("GIT_DIR", filepath.Join(t.TempDir(), ".git"))
		t.Setenv("GIT_INDEX_FILE", filepath.Join(t.TempDir(), "index"))
		s := scan(t, migrate.Options{Root: root})
		assert.Len(t, spoken(s), 4)
		assert.Empty(t, s.Troubles)
	})
	t.Run("without git on the machine", func(t *testing.T) {
		t.Setenv("PATH", t.TempDir())
		s := scan(t, migrate.Options{Root: root})
		assert.Contains(t, spoken(s), "ignored.out", "reads more, and not less")
		assert.Empty(t, s.Troubles)
	})
}

// A repository can have a program of its own started by git. A scan starts none.
func TestWalkRunsNothing(t *testing.T) {
	root := tree(t, map[string]string{"a.py": pins, "hook": "#!/bin/sh\ntouch \"$0.ran\"\n"})
	require.NoError(t, os.Chmod(filepath.Join(root, "hook"), 0o755))
	git(t, root, "init", "-q")
	git(t, root, "config", "core.fsmonitor", filepath.Join(root, "hook"))
	assert.Equal(t, []string{"a.py"}, spoken(scan(t, migrate.Options{Root: root})))
	assert.NoFileExists(t, filepath.Join(root, "hook.ran"))
}

func TestWalkRepositoriesInside(t *testing.T) {
	other := tree(t, map[string]string{"lib.py": pins, "lib.out": pins, ".gitignore": "*.out\n"})
	git(t, other, "init", "-q")
	git(t, other, "add", ".")
	git(t, other, "commit", "-qm", "x")

	root := tree(t, map[string]string{"a.py": pins, "clone/b.py": pins, "clone/b.out": pins, "clone/.gitignore": "*.out\n"})
	git(t, filepath.Join(root, "clone"), "init", "-q")
	git(t, root, "init", "-q")
	git(t, root, "submodule", "--quiet", "add", other, "module")
	s := scan(t, migrate.Options{Root: root})
	assert.Equal(t, []string{"a.py", "clone/b.py", "module/lib.py"}, spoken(s))
	assert.Empty(t, s.Troubles)

	t.Run("below a folder without git", func(t *testing.T) {
		s := scan(t, migrate.Options{Root: filepath.Dir(root), Paths: []string{filepath.Base(root)}})
		assert.Len(t, spoken(s), 3)
	})
	t.Run("not checked out", func(t *testing.T) {
		git(t, root, "add", "a.py")
		git(t, root, "commit", "-qm", "x")
		git(t, root, "submodule", "--quiet", "deinit", "-f", "module")
		s := scan(t, migrate.Options{Root: root})
		assert.Equal(t, []string{"a.py", "clone/b.py"}, spoken(s))
		assert.Equal(t, []migrate.Trouble{{
			File: "module", Text: "is a submodule that is not checked out: run git submodule update --init",
		}}, s.Troubles)
	})
}

func TestWalkLinks(t *testing.T) {
	outside := tree(t, map[string]string{"shared.py": pins, "folder/x.py": pins})
	root := tree(t, map[string]string{"a.py": pins, "sub/b.py": pins})
	for name, target := range map[string]string{
		"again.py":    "a.py",
		"shared.py":   filepath.Join(outside, "shared.py"),
		"folder":      filepath.Join(outside, "folder"),
		"nothing.py":  "not.py",
		"self.py":     "self.py",
		"there.py":    "back.py",
		"back.py":     "there.py",
		"sub/up":      "..",
		"sub/here":    ".",
		"beside":      "sub",
		"sub/special": os.DevNull,
	} {
		require.NoError(t, os.Symlink(target, filepath.Join(root, name)))
	}
	check := func(t *testing.T) {
		s := scan(t, migrate.Options{Root: root})
		assert.Equal(t, []string{"a.py", "shared.py", "sub/b.py"}, spoken(s))
		const loop = "is a symbolic link in a loop"
		assert.Equal(t, []migrate.Trouble{
			{File: "back.py", Text: loop},
			{File: "folder", Text: "is a symbolic link to a folder that is not scanned: scan that folder too"},
			{File: "nothing.py", Text: "is a symbolic link to nothing"},
			{File: "self.py", Text: loop},
			{File: "sub/here", Text: loop + ": it leads back to a folder it is in"},
			{File: "sub/up", Text: loop + ": it leads back to a folder it is in"},
			{File: "there.py", Text: loop},
		}, s.Troubles)
		assert.Equal(t, map[string]any{
			"symbolic links to files that are read by themselves": []any{1, "again.py"},
			"symbolic links to folders":                           []any{1, "beside"},
			"not regular files":                                   []any{1, "sub/special"},
		}, skips(s))
	}
	t.Run("without git", check)
	git(t, root, "init", "-q")
	git(t, root, "add", ".")
	t.Run("with git", check)
	t.Run("to what git ignores", func(t *testing.T) {
		root := tree(t, map[string]string{"built/a.py": pins, ".gitignore": "built"})
		require.NoError(t, os.Symlink("built/a.py", filepath.Join(root, "a.py")))
		git(t, root, "init", "-q")
		assert.Equal(t, []string{"a.py"}, spoken(scan(t, migrate.Options{Root: root})))
	})
	t.Run("to what no PATH has", func(t *testing.T) {
		root := tree(t, map[string]string{"one/one.txt": "", "other/a.py": pins, "folder/b.py": pins})
		for link, target := range map[string]string{"one/a.py": "../other/a.py", "one/folder": "../folder"} {
			require.NoError(t, os.Symlink(target, filepath.Join(root, filepath.FromSlash(link))))
		}
		s := scan(t, migrate.Options{Root: root, Paths: []string{"one"}})
		assert.Equal(t, []string{"one/a.py"}, spoken(s))
		assert.Equal(t, []migrate.Trouble{{File: "one/folder", Text: "is a symbolic link to a folder that is not scanned: scan that folder too"}}, s.Troubles)
		s = scan(t, migrate.Options{Root: root, Paths: []string{"one", "folder", "other"}})
		assert.Equal(t, []string{"folder/b.py", "other/a.py"}, spoken(s))
		assert.Empty(t, s.Troubles)
	})
	t.Run("by the name of another language", func(t *testing.T) {
		root := tree(t, map[string]string{"a.txt": "package a\n\nimport _ \"github.com/scp-openapi/virtualserver/gen/v1.1\"\n"})
		require.NoError(t, os.Symlink("a.txt", filepath.Join(root, "a.go")))
		assert.Equal(t, []string{"a.go"}, spoken(scan(t, migrate.Options{Root: root})))
	})
	t.Run("as the root", func(t *testing.T) {
		link := filepath.Join(t.TempDir(), "link")
		require.NoError(t, os.Symlink(filepath.Join(root, "sub"), link))
		assert.Equal(t, []string{"b.py"}, spoken(scan(t, migrate.Options{Root: link})))
	})
}

func TestScanRefuses(t *testing.T) {
	root := tree(t, map[string]string{"a.py": pins})
	_, err := migrate.Scan(t.Context(), migrate.Options{Root: root, Paths: []string{"a.py", "b.py"}})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = migrate.Scan(t.Context(), migrate.Options{Root: filepath.Join(root, "none")})
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = migrate.Scan(t.Context(), migrate.Options{Root: root, Paths: []string{os.DevNull}})
	require.ErrorContains(t, err, "neither a file nor a folder")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = migrate.Scan(ctx, migrate.Options{Root: root})
	require.ErrorIs(t, err, context.Canceled)
}

func TestScanLarge(t *testing.T) {
	root := tree(t, map[string]string{})
	dump := filepath.Join(root, "dump.sql")
	filler := strings.Repeat(strings.Repeat("insert into t values (1);\n", 64), 1<<15) // 52 MiB
	put(t, dump, filler+pins)
	put(t, filepath.Join(root, "second.sql"), filler[:5<<20]+pins)
	s := scan(t, migrate.Options{Root: root})
	assert.Equal(t, []string{"dump.sql", "second.sql"}, spoken(s))
	assert.Equal(t, 64<<15+1, s.Uses[0].Line)

	require.NoError(t, os.Truncate(dump, 1<<30))
	s = scan(t, migrate.Options{Root: root})
	assert.Equal(t, []migrate.Trouble{{
		File: "dump.sql", Text: "is larger than 64 MiB, which is as much as is read of one file",
	}}, s.Troubles)
	assert.Equal(t, 1, s.Files)
}

func TestScanProgress(t *testing.T) {
	files := map[string]string{}
	for i := range 1100 {
		files[strings.Repeat("d/", i%3)+strings.Repeat("f", i/3%200)+string(rune('a'+i%7))+".py"] = ""
	}
	root := tree(t, files)
	var told []int
	s := scan(t, migrate.Options{Root: root, Progress: func(n int) { told = append(told, n) }})
	require.NotEmpty(t, told)
	assert.IsNonDecreasing(t, told)
	assert.Equal(t, s.Files, told[len(told)-1])
	assert.Equal(t, len(files), s.Files)
}

func TestScanDoesNotParse(t *testing.T) {
	root := tree(t, map[string]string{
		"broken.tf":      "terraform {\n  required_providers {\n    samsungcloudplatformv2 = {\n",
		"broken.tf.json": `{"terraform": {"required_providers": {"samsungcloudplatformv2": `,
		"m/go.mod":       "module m\nrequire github.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2/v3\n",
		"other.tf":       "this is { no HCL",
	})
	s := scan(t, migrate.Options{Root: root})
	var files []string
	for _, trouble := range s.Troubles {
		files = append(files, trouble.File)
		assert.Contains(t, trouble.Text, "cannot be parsed: ")
		assert.NotContains(t, trouble.Text, root)
	}
	assert.Equal(t, []string{"broken.tf", "broken.tf.json", "m/go.mod"}, files)
}
