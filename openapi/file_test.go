package openapi_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// own writes a document of the caller's own to a file.
func own(t *testing.T, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, data, 0o644))
	return file
}

func TestReadFile(t *testing.T) {
	data := document(t, newerVersion, "CURRENT", `"20991231"`)
	for _, name := range []string{newerFile, "mine.yml", "v9.9.yaml", "discovery.yaml", "문서.yaml"} {
		t.Run(name, func(t *testing.T) {
			doc, err := openapi.ReadFile(own(t, name, data))
			require.NoError(t, err)
			assert.Equal(t, name, doc.File)
			assert.Equal(t, lifecycle.V(1, 10), doc.Version.ID, "the document says it, not the name")
			assert.Equal(t, "2099-12-31", doc.Version.NotBefore.String())
			assert.True(t, doc.Versioned())
			assert.Equal(t, string(data), string(doc.YAML()))
		})
	}
}

// Parameters of a path are those of each of its operations.
func TestReadFileFindsTheParametersOfAPath(t *testing.T) {
	text := string(document(t, newerVersion, "CURRENT", `"-"`))
	const param = `        - name: volume_id
          in: path
          required: true
          description: 볼륨 ID
          schema: {type: string}
          example: 3f500f00-ed80-4566-a057-e31760226f9a
`
	require.Contains(t, text, param)
	moved := bytes.Replace([]byte(text), []byte(param), nil, 1)
	moved = bytes.Replace(moved, []byte("    delete:\n"), []byte("    parameters:\n"+param+"    delete:\n"), 1)
	doc, err := openapi.ReadFile(own(t, "mine.yaml", moved))
	require.NoError(t, err)
	assert.NotNil(t, doc.Operation(openapi.DetachOperation).Parameters.GetByInAndName("path", "volume_id"))
}

func TestReadFileNamesTheFileAndWhatIsWrong(t *testing.T) {
	sound := document(t, newerVersion, "CURRENT", `"-"`)
	with := func(before, after string) []byte {
		require.Contains(t, string(sound), before)
		return bytes.ReplaceAll(sound, []byte(before), []byte(after))
	}
	const ref = "- $ref: params.yaml\n        - name: volume_id\n"
	for _, tt := range []struct {
		name string
		data []byte
		says string
	}{
		{"no version", with(`  version: "1.10"`, `  version: "2026-08"`), "info.version"},
		{"no number of a version", with(newerVersion, "0.0"), "info.version"},
		{"the spelling of discovery", with(`  version: "1.10"`, `  version: "v1.10"`), "info.version"},
		{"another version in the operation", with(`x-api-version: "1.10"`, `x-api-version: "1.9"`), "x-api-version"},
		{"no state", with("x-api-status: CURRENT", `x-other: ""`), "x-api-status"},
		{"a wrong date", with(`x-not-before: "-"`, `x-not-before: soon`), "x-not-before"},
		{"another operation", with("operationId: detachVolumeFromVirtualServer", "operationId: other"), "detachVolumeFromVirtualServer"},
		{"volumes.yaml", embedded(t, "volumes.yaml"), "info.version"},
		{"a reference to another file", with("- name: volume_id\n", ref), "params.yaml"},
		{"no YAML", []byte("\t{"), "read"},
		{"empty", nil, "openapi"},
		{"too long", append(bytes.Repeat([]byte("#\n"), openapi.MaxFile/2), sound...), "longer than 4194304 bytes"},
		{"aliases of aliases", bomb(), "read"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			file := own(t, "mine.yaml", tt.data)
			_, err := openapi.ReadFile(file)
			require.Error(t, err)
			assert.ErrorContains(t, err, file)
			assert.ErrorContains(t, err, tt.says)
		})
	}
}

// bomb is a short document that would fill the memory if each alias were a copy.
func bomb() []byte {
	text := []byte("openapi: 3.0.3\nx-0: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := range 12 {
		name, before := string(rune('b'+i)), string(rune('a'+i))
		if i == 0 {
			before = "a0"
		}
		text = append(text, "x-"+name+": &"+name+" ["+string(bytes.Repeat([]byte("*"+before+", "), 10))+"]\n"...)
	}
	return text
}

func TestReadFileReadsRegularFilesOnly(t *testing.T) {
	dir := t.TempDir()
	_, err := openapi.ReadFile(dir)
	require.ErrorContains(t, err, dir+" is not a file")
	_, err = openapi.ReadFile(filepath.Join(dir, "none.yaml"))
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "none.yaml")
}
