package migrate

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConfigOf(t *testing.T) {
	for _, tt := range []struct {
		name, file, text string
		want             goConfig
		none             bool
	}{
		{name: "a tag", file: "a.go", text: "//go:build integration\n", want: goConfig{tags: "integration"}},
		{name: "two tags", file: "a.go", text: "//go:build integration && !short && (e2e || slow)\n", want: goConfig{tags: "e2e,integration"}},
		{name: "a system in the name", file: "a_windows.go", want: goConfig{goos: "windows"}},
		{name: "a system and an architecture in the name of a test", file: "a_plan9_386_test.go", want: goConfig{goos: "plan9", goarch: "386"}},
		{name: "a system in a constraint", file: "a.go", text: "// Copyright\n\n//go:build darwin || windows\n", want: goConfig{goos: "darwin"}},
		{name: "no constraint", file: "a.go", none: true},
		{name: "what holds here", file: "a.go", text: "//go:build gc\n", none: true},
		{name: "what never holds", file: "a.go", text: "//go:build x && !x\n", none: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), tt.file)
			require.NoError(t, os.WriteFile(path, []byte(tt.text+"\npackage a\n"), 0o644))
			got, ok := configOf(path)
			assert.Equal(t, !tt.none, ok)
			assert.Equal(t, tt.want, got)
		})
	}
}
