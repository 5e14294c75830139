package codegen_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	_ "github.com/oapi-codegen/runtime" // imported by clients with query parameters, such as the one below
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/codegen"
)

// showServer is an operation that no document has yet.
const showServer = `paths:
  /v1/servers/{server_id}:
    get:
      operationId: showServer
      x-api-version: "1.10"
      x-api-status: CURRENT
      x-not-before: "-"
      tags: [volumes]
      summary: Show Server
      description: Shows a server.
      parameters:
        - {name: server_id, in: path, required: true, description: The ID., schema: {type: string}}
        - {name: verbose, in: query, description: How much., schema: {type: array, items: {type: string}}}
        - name: Scp-Api-Version
          in: header
          required: true
          description: The service and the version.
          schema: {type: string, enum: [virtualserver 1.10]}
      responses:
        "200":
          description: OK
          content:
            application/json:
              schema:
                type: object
                required: [id]
                properties: {id: {type: string}}
        "404": {description: Not Found}
`

// callsShowServer is how a program calls it.
const callsShowServer = `package calls

import (
	"context"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.10"
)

func Show(ctx context.Context, c *virtualserver.ClientWithResponses, id virtualserver.ServerID) (string, error) {
	resp, err := c.ShowServerWithResponse(ctx, id, &virtualserver.ShowServerParams{})
	if err != nil {
		return "", err
	}
	if err := resp.Err(); err != nil {
		return "", err
	}
	return resp.JSON200.ID, nil
}
`

// A plain new operation takes no change of the generator: its document is enough for a client that
// compiles, is guarded, and has typed IDs, answers and errors.
func TestAnOperationIsItsDocument(t *testing.T) {
	fsys := world(t)
	document := strings.Replace(string(fsys["v1.10.yaml"].Data), "paths:\n", showServer, 1)
	fsys["v1.10.yaml"] = &fstest.MapFile{Data: []byte(document)}
	files, err := codegen.Package(read(t, fsys).Newest(), codegen.ClientPackage)
	require.NoError(t, err)
	assert.Contains(t, string(files["virtualserver.gen.go"]), `{Method: "GET", Path: "/v1/servers/{server_id}"},`)
	assert.Contains(t, string(files["client.gen.go"]), `client.Before(ctx, client.Param{Name: "server_id", Value: string(serverID)})`)

	// The Go tool takes these files for files of this module.
	dir := t.TempDir()
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	add := func(place, text string) {
		file := filepath.Join(dir, strings.ReplaceAll(place, "/", "_"))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		overlay.Replace[filepath.Join(root, filepath.FromSlash(place))] = file
	}
	for name, code := range files {
		add("gen/v1.10/"+name, string(code))
	}
	add("gen/calls/calls.go", callsShowServer)
	data, err := json.Marshal(overlay)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), data, 0o644))
	cmd := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "./gen/calls")
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
}
