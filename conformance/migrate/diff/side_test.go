package diff

import (
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/scp-openapi/virtualserver/openapi"
)

// TestFile compares a built-in document with one that is not: other names, several files, one more refusal.
func TestFile(t *testing.T) {
	set, err := openapi.Load()
	require.NoError(t, err)
	older, err := Of(set, set.Newest().Version.ID)
	require.NoError(t, err)
	newer, err := File("testdata/own/next.yaml")
	require.NoError(t, err)
	changes, err := Between(older, newer, judged)
	require.NoError(t, err)

	assert.Equal(t, "9.9 is CURRENT with no end known", changes.To.Standing)
	assert.Equal(t, "virtualserver 9.9", changes.To.Header)
	assert.Empty(t, changes.Unjudged)
	require.Len(t, changes.Changes, 1, "%v", changes.Changes)
	assert.Equal(t, "response-non-success-status-added", changes.Changes[0].ID)
	assert.Zero(t, changes.Breaks)
}

// TestReferences tries to lead the reader out of the document's folder.
func TestReferences(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, "type: string")
	}))
	defer server.Close()
	root := t.TempDir()
	outside := filepath.Join(root, "outside.yaml")
	require.NoError(t, os.WriteFile(outside, []byte("type: string"), 0o600))
	folder := filepath.Join(root, "folder")
	require.NoError(t, os.Mkdir(folder, 0o700))
	require.NoError(t, os.WriteFile(filepath.Join(folder, "inside.yaml"), []byte("type: string"), 0o600))
	require.NoError(t, os.Symlink("inside.yaml", filepath.Join(folder, "link.yaml")))
	require.NoError(t, os.Symlink(outside, filepath.Join(folder, "out.yaml")))
	require.NoError(t, os.Symlink("loop.yaml", filepath.Join(folder, "loop.yaml")))
	require.NoError(t, os.Mkdir(filepath.Join(folder, "dir.yaml"), 0o700))

	tests := []struct {
		ref string
		err string // what the error says, if there is one
	}{
		{ref: "inside.yaml"},
		{ref: "./inside.yaml"},
		{ref: "link.yaml"},
		{ref: "../folder/inside.yaml", err: "leads out of the document's folder"},
		{ref: "../outside.yaml", err: "leads out of the document's folder"},
		{ref: "%2e%2e/outside.yaml", err: "leads out of the document's folder"},
		{ref: outside, err: "leads out of the document's folder"},
		{ref: "file://" + outside, err: "leads out of the document's folder"},
		{ref: server.URL + "/outside.yaml", err: "leads out of the document's folder"},
		{ref: "//" + strings.TrimPrefix(server.URL, "http://") + "/outside.yaml", err: "leads out of the document's folder"},
		{ref: "http://user:secret@127.0.0.1/outside.yaml", err: "leads out of the document's folder"},
		{ref: "out.yaml", err: "escapes"},
		{ref: "loop.yaml", err: "loop.yaml"},
		{ref: "dir.yaml", err: "not a regular file"},
		{ref: "missing.yaml", err: "no such file"},
	}
	for _, tt := range tests {
		t.Run(tt.ref, func(t *testing.T) {
			text := "openapi: 3.0.3\ninfo: {title: T, version: \"1.4\"}\npaths:\n  /a:\n    get:\n" +
				"      parameters: [{name: a, in: query, schema: {$ref: '" + tt.ref + "'}}]\n      responses: {'200': {description: OK}}\n"
			file := filepath.Join(folder, "document.yaml")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, err := File(file)
			if tt.err == "" {
				assert.NoError(t, err)
				return
			}
			var invalid *DocumentError
			require.ErrorAs(t, err, &invalid)
			assert.ErrorContains(t, err, tt.err)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
	assert.Zero(t, asked.Load(), "nothing is read from a network")
}

// TestNoDocument reads files that are no documents.
func TestNoDocument(t *testing.T) {
	const valid = "openapi: 3.0.3\ninfo: {title: T, version: \"1.4\"}\npaths: {/a: {get: {responses: {'200': {description: OK}}}}}\n"
	laughs := "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n"
	for i := range 9 {
		laughs += fmt.Sprintf("a%d: &a%[1]d [*a%d, *a%[2]d, *a%[2]d, *a%[2]d, *a%[2]d, *a%[2]d, *a%[2]d, *a%[2]d, *a%[2]d, *a%[2]d]\n", i+1, i)
	}
	tests := map[string]string{
		"empty":             "",
		"text":              "To whom it may concern",
		"a list":            "- a\n- b\n",
		"binary":            "\x00\x01\xff\xfe",
		"no paths":          "openapi: 3.0.3\ninfo: {title: T, version: \"1.4\"}\npaths: {}\n",
		"no info":           "openapi: 3.0.3\npaths: {/a: {get: {responses: {'200': {description: OK}}}}}\n",
		"null operation":    "openapi: 3.0.3\ninfo: {title: T, version: \"1.4\"}\npaths: {/a: null}\n",
		"null response":     strings.Replace(valid, "{description: OK}", "null", 1),
		"null parameter":    strings.Replace(valid, "get: {", "get: {parameters: [null], ", 1),
		"no schema":         strings.Replace(valid, "get: {", "get: {parameters: [{name: a, in: query}], ", 1),
		"Swagger":           "swagger: '2.0'\ninfo: {title: T, version: '1.4'}\npaths: {/a: {get: {responses: {'200': {description: OK}}}}}\n",
		"unknown reference": strings.Replace(valid, "{description: OK}", "{$ref: '#/components/responses/No'}", 1),
		"itself":            strings.Replace(valid, "{description: OK}", "{$ref: 'document.yaml#/paths/~1a/get/responses/200'}", 1),
		"billion laughs":    laughs + valid,
		"a scheme too many": valid + "security: [{nobody: []}]\n",
		"too large":         valid + "#" + strings.Repeat("x", maxDocument),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "document.yaml")
			require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
			_, err := File(file)
			assert.Error(t, err)
		})
	}
	_, err := File(filepath.Join(t.TempDir(), "missing.yaml"))
	assert.ErrorIs(t, err, fs.ErrNotExist)
	_, err = File(t.TempDir())
	assert.ErrorContains(t, err, "not a regular file")
}

// TestRecursiveSchema compares documents whose schemas refer to themselves.
func TestRecursiveSchema(t *testing.T) {
	recursive := edit{"        size: {type: integer}", "        size: {type: integer}\n        parent: {$ref: '#/components/schemas/Volume'}"}
	changes := between(t, edited(t, []edit{recursive}), edited(t, []edit{recursive, {"required: [id, state]", "required: [id]"}}))
	assert.Positive(t, changes.Breaks)
}

// TestDamagedDocument replaces each node of a document with null, in turn: it is refused or compared, and
// nothing panics.
func TestDamagedDocument(t *testing.T) {
	data, err := os.ReadFile("testdata/base.yaml")
	require.NoError(t, err)
	whole, err := File("testdata/base.yaml")
	require.NoError(t, err)
	var document yaml.Node
	require.NoError(t, yaml.Unmarshal(data, &document))
	file := filepath.Join(t.TempDir(), "document.yaml")
	compared := 0
	var damage func(node *yaml.Node)
	damage = func(node *yaml.Node) {
		kept := *node
		*node = yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Value: "null"}
		text, err := yaml.Marshal(&document)
		require.NoError(t, err)
		*node = kept
		require.NoError(t, os.WriteFile(file, text, 0o600))
		if damaged, err := File(file); err == nil {
			for _, pair := range [][2]*Side{{whole, damaged}, {damaged, whole}} {
				changes, err := Between(pair[0], pair[1], judged)
				if err != nil {
					continue
				}
				assert.NotEmpty(t, changes.Headline)
				compared++
			}
		}
		for i, child := range node.Content {
			if node.Kind != yaml.MappingNode || i%2 == 1 {
				damage(child)
			}
		}
	}
	damage(document.Content[0])
	assert.Greater(t, compared, 20)
}
