package migrate

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The modules of these archives are compiled with one another, and with clients that have little in them.
const (
	clients = `
-- client/go.mod --
module github.com/scp-openapi/virtualserver

go 1.26
-- client/gen/v1.0/v.go --
package virtualserver

type VolumeID string
-- client/gen/v1.1/v.go --
package virtualserver

type VolumeID string
-- client/gen/v1.3/v.go --
package virtualserver

type VolumeID string
`
	lib = `
-- lib/lib.go --
package lib

import vs "github.com/scp-openapi/virtualserver/gen/v1.1"

func ID() vs.VolumeID { return "a" }
`
	app = `
-- app/app.go --
package app

import (
	"example.com/lib"
	vs "github.com/scp-openapi/virtualserver/gen/v1.1"
)

var Volume vs.VolumeID = lib.ID()
`
	stuck = `
-- stuck/stuck.go --
package stuck

import (
	v10 "github.com/scp-openapi/virtualserver/gen/v1.0"
	v11 "github.com/scp-openapi/virtualserver/gen/v1.1"
)

func Take(v11.VolumeID) {}

func old(id any) bool {
	switch id.(type) {
	case v10.VolumeID:
		return true
	case v11.VolumeID:
	}
	return false
}
`
	between = `
-- between/between.go --
package between

import (
	"example.com/lib"
	"example.com/stuck"
)

func Take() { stuck.Take(lib.ID()) }
`
)

// requiring is the go.mod of a module that replaces modules by the folders of that name beside it.
func requiring(name string, modules ...string) string {
	mod := "\n-- " + name + "/go.mod --\nmodule example.com/" + name + "\n\ngo 1.26\n"
	for _, m := range modules {
		path := "example.com/" + m
		if m == "client" {
			path = "github.com/scp-openapi/virtualserver"
		}
		mod += "\nrequire " + path + " v0.0.0\n\nreplace " + path + " => ../" + m + "\n"
	}
	return mod
}

func TestFixKeepsModulesCompilingTogether(t *testing.T) {
	for name, c := range map[string]struct {
		archive       string
		changed, left []string
	}{
		"a replacement": {
			archive: clients + requiring("lib", "client") + lib + requiring("app", "client", "lib") + app,
			changed: []string{"app/app.go", "lib/lib.go"},
		},
		"a go.work": {
			archive: clients + requiring("lib") + lib + requiring("app") + app +
				"\n-- go.work --\ngo 1.26\n\nuse (\n\t./app\n\t./client\n\t./lib\n)\n",
			changed: []string{"app/app.go", "lib/lib.go"},
		},
		"a module without a use of its own": {
			archive: clients + requiring("lib", "client") + lib + requiring("stuck", "client") + stuck +
				requiring("between", "client", "lib", "stuck") + between,
			left: []string{"lib/lib.go", "stuck/stuck.go"},
		},
		"modules on their own": {
			archive: clients + requiring("lib", "client") + lib + requiring("stuck", "client") + stuck,
			changed: []string{"lib/lib.go"},
			left:    []string{"stuck/stuck.go"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			files := goFilesOf(t, dir, c.archive)
			fixed, err := Fix(t.Context(), dir, findings(t, dir, files), to)
			require.NoError(t, err)
			var changed []string
			for _, change := range fixed.Changes {
				changed = append(changed, change.File)
			}
			left := map[string]string{}
			for _, l := range fixed.Left {
				left[l.File] = l.Why
			}
			assert.Equal(t, c.changed, changed)
			assert.ElementsMatch(t, c.left, slices.Collect(maps.Keys(left)), "%v", left)
			if why, ok := left["lib/lib.go"]; ok {
				assert.Contains(t, why, "it would not compile while stuck/stuck.go is left: between/between.go: cannot use lib.ID()")
			}
			for _, module := range []string{"lib", "app", "stuck", "between"} {
				if !strings.Contains(c.archive, "-- "+module+"/go.mod") {
					continue
				}
				out, err := tool(t.Context(), dir, "-C", module, "vet", "./...")
				assert.NoError(t, err, out)
			}
		})
	}
}

// A module of the repository that is not part of the scan must go on to compile, too.
func TestFixOfOneModuleOfARepository(t *testing.T) {
	dir := t.TempDir()
	files := goFilesOf(t, dir, clients+requiring("lib", "client")+lib+requiring("app", "client", "lib")+app)
	require.Contains(t, files, "lib/lib.go")
	require.NoError(t, os.Mkdir(filepath.Join(dir, ".git"), 0o755))
	root := filepath.Join(dir, "lib")
	before := treeOf(t, root)
	fixed, err := Fix(t.Context(), root, findings(t, root, []string{"lib.go"}), to)
	require.NoError(t, err)
	assert.Empty(t, fixed.Changes)
	require.Len(t, fixed.Left, 1)
	assert.Contains(t, fixed.Left[0].Why, "it would not compile: ../app/app.go: cannot use lib.ID()")
	assert.Equal(t, before, treeOf(t, root))
}

// What is left says what a person is to do.
func TestFixExplainsWhatItLeaves(t *testing.T) {
	const use = "\n\nimport vs \"github.com/scp-openapi/virtualserver/gen/v1.1\"\n\nvar Volume vs.VolumeID\n"
	older := strings.ReplaceAll(clients, "gen/v1.3/", "gen/v0.9/")
	for name, c := range map[string]struct{ archive, beside, why string }{
		"cgo": {
			clients + requiring("a", "client") + "-- a/a.go --\npackage a\n\nimport \"C\"" + use, "",
			"it uses cgo, and is not type-checked: edit it by hand",
		},
		"a release without the target": {
			older + requiring("a", "client") + "-- a/a.go --\npackage a" + use, "",
			"it would not compile: the module required here has no package github.com/scp-openapi/virtualserver/gen/v1.3: require a release that has it",
		},
		"a file that does not parse beside it": {
			clients + requiring("a", "client") + "-- a/a.go --\npackage a" + use, "-- a/b.go --\npackage a\n\nfunc {\n",
			"its package does not compile as it is: b.go:3:6: expected 'IDENT', found '{'",
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			list := findings(t, dir, goFilesOf(t, dir, c.archive))
			goFilesOf(t, dir, c.beside)
			before := treeOf(t, dir)
			fixed, err := Fix(t.Context(), dir, list, to)
			require.NoError(t, err)
			require.Len(t, fixed.Left, 1)
			assert.Equal(t, c.why, fixed.Left[0].Why)
			assert.Equal(t, before, treeOf(t, dir))
		})
	}
}
