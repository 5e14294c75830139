package openapi_test

import (
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// These tests use two documents, both made from one that the seed requires: adding or removing documents
// changes no test.
const (
	modelFile, modelVersion = "v1.3.yaml", "1.3"

	olderFile, olderVersion = "v1.9.yaml", "1.9"
	newerFile, newerVersion = "v1.10.yaml", "1.10"
)

// sound is a valid set: 1.9 and 1.10, discovery and volumes.
func sound(t testing.TB) fstest.MapFS {
	t.Helper()
	return fstest.MapFS{
		olderFile:        {Data: document(t, olderVersion, "SUPPORTED", `"20260831"`)},
		newerFile:        {Data: document(t, newerVersion, "CURRENT", `"-"`)},
		"discovery.yaml": {Data: embedded(t, "discovery.yaml")},
		"volumes.yaml":   {Data: embedded(t, "volumes.yaml")},
	}
}

// embedded is one of the documents that the package embeds. A test runs in their folder.
func embedded(t testing.TB, file string) []byte {
	t.Helper()
	data, err := fs.ReadFile(os.DirFS("."), file)
	require.NoError(t, err)
	return data
}

var (
	modelNumber = regexp.MustCompile(`\b` + regexp.QuoteMeta(modelVersion) + `\b`)
	lifeLines   = regexp.MustCompile(`(?m)^ {6}(?:x-api-status|x-not-before|deprecated|x-deprecated-reason):.*\n(?: {7,}.*\n)*`)
	versionLine = regexp.MustCompile(`(?m)^ {6}x-api-version:.*\n`)
)

// document is the document of another version. Its date is YAML, quotes included.
func document(t testing.TB, version, label, date string) []byte {
	t.Helper()
	life := "      x-api-status: " + label + "\n      x-not-before: " + date + "\n"
	if label == "DEPRECATED" {
		life += "      deprecated: true\n"
	}
	text := lifeLines.ReplaceAllString(string(embedded(t, modelFile)), "")
	require.Len(t, versionLine.FindAllString(text, -1), 1)
	text = versionLine.ReplaceAllString(text, "${0}"+life)
	return []byte(modelNumber.ReplaceAllString(text, version))
}

// replace changes the one place in a file that has a text.
func replace(file, before, after string) func(testing.TB, fstest.MapFS) {
	return func(t testing.TB, fsys fstest.MapFS) {
		t.Helper()
		text := string(fsys[file].Data)
		require.Equal(t, 1, strings.Count(text, before), "%s has %q once", file, before)
		fsys[file] = &fstest.MapFile{Data: []byte(strings.Replace(text, before, after, 1))}
	}
}

func add(file string, data []byte) func(testing.TB, fstest.MapFS) {
	return func(_ testing.TB, fsys fstest.MapFS) { fsys[file] = &fstest.MapFile{Data: data} }
}

func remove(files ...string) func(testing.TB, fstest.MapFS) {
	return func(_ testing.TB, fsys fstest.MapFS) {
		for _, file := range files {
			delete(fsys, file)
		}
	}
}

func TestReadFindsTheVersionsFromTheFiles(t *testing.T) {
	set, err := openapi.Read(sound(t))
	require.NoError(t, err)
	require.Len(t, set.Versions, 2)

	older, newer := set.Versions[0], set.Versions[1]
	assert.Equal(t, olderFile, older.File, "1.10 comes after 1.9, though not by the alphabet")
	assert.Equal(t, newerFile, newer.File)
	assert.Equal(t, lifecycle.V(1, 9), older.Version.ID)
	assert.Equal(t, lifecycle.V(1, 10), newer.Version.ID)
	assert.Equal(t, lifecycle.Supported, older.Version.Label)
	assert.Equal(t, "2026-08-31", older.Version.NotBefore.String())
	assert.Equal(t, lifecycle.Current, newer.Version.Label)
	assert.True(t, newer.Version.NotBefore.IsZero())

	assert.Same(t, newer, set.Newest())
	assert.Same(t, older, set.Lookup(lifecycle.V(1, 9)))
	assert.Nil(t, set.Lookup(lifecycle.V(1, 1)))
	assert.True(t, newer.Versioned())
	assert.False(t, set.Discovery.Versioned())
	assert.False(t, set.Volumes.Versioned())
}

// A PLANNED version cannot be called, so it is not one to move to.
func TestNewestPassesOverWhatIsPlanned(t *testing.T) {
	fsys := sound(t)
	add("v1.11.yaml", document(t, "1.11", "PLANNED", `"-"`))(t, fsys)
	set, err := openapi.Read(fsys)
	require.NoError(t, err)
	require.Len(t, set.Versions, 3)
	assert.Equal(t, newerFile, set.Newest().File)
}

// A caller may change a Copy: the shared document stays as it was.
func TestCopyIsNotShared(t *testing.T) {
	set, err := openapi.Read(sound(t))
	require.NoError(t, err)
	doc := set.Newest()
	spec, err := doc.Copy()
	require.NoError(t, err)
	original := doc.Operations()[0]
	changed := spec.Paths.Value(original.Path).GetOperation(original.Method)
	require.NotNil(t, changed)
	changed.Description, changed.Parameters = "changed", nil
	assert.NotEqual(t, "changed", doc.Operations()[0].Description)
	assert.NotEmpty(t, doc.Operations()[0].Parameters)
}

// Writers forget quotes, and YAML reads a date without them as a number or a time.
func TestReadAcceptsADateWithOrWithoutQuotes(t *testing.T) {
	for _, tt := range []struct{ name, written, want string }{
		{"compact, quoted", `"20260831"`, "2026-08-31"},
		{"compact, bare", `20260831`, "2026-08-31"},
		{"with hyphens, quoted", `"2026-08-31"`, "2026-08-31"},
		{"with hyphens, bare", `2026-08-31`, "2026-08-31"},
		{"a hyphen", `"-"`, "-"},
		{"empty", `""`, "-"},
		{"nothing", ``, "-"},
		{"null", `null`, "-"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := sound(t)
			add(olderFile, document(t, olderVersion, "SUPPORTED", tt.written))(t, fsys)
			set, err := openapi.Read(fsys)
			require.NoError(t, err)
			assert.Equal(t, tt.want, set.Versions[0].Version.NotBefore.String())
		})
	}
}

func TestReadTakesALabelAsThePagesWriteIt(t *testing.T) {
	fsys := sound(t)
	add(newerFile, document(t, newerVersion, "ACTIVE (CURRENT)", `"-"`))(t, fsys)
	set, err := openapi.Read(fsys)
	require.NoError(t, err)
	assert.Equal(t, lifecycle.Current, set.Newest().Version.Label)
}

func TestReadNamesWhatIsWrong(t *testing.T) {
	const (
		infoVersion = "\n  version: \"1.10\"\n"
		apiVersion  = `x-api-version: "1.10"`
		status      = "x-api-status: CURRENT"
		date        = `x-not-before: "-"`
		pin         = "schema: {type: string, enum: [virtualserver 1.10]}\n          example: virtualserver 1.10\n"
		pinHeader   = "- name: Scp-Api-Version\n          in: header\n          required: true\n"
		volume      = "- name: volume_id\n"
	)
	for _, tt := range []struct {
		name  string
		spoil func(testing.TB, fstest.MapFS)
		// names are what the error must contain: the file, and what is wrong with it.
		names []string
	}{
		{"another info.version", replace(newerFile, infoVersion, "\n  version: \"9.9\"\n"), []string{newerFile, "info.version", `"9.9"`}},
		{"another x-api-version", replace(newerFile, apiVersion, `x-api-version: "9.9"`), []string{newerFile, "x-api-version", `"9.9"`}},
		{"x-api-version that YAML shortens", replace(newerFile, apiVersion, `x-api-version: 1.10`), []string{newerFile, "x-api-version", `"1.1"`}},
		{"no x-api-version", replace(newerFile, apiVersion, `x-other: ""`), []string{newerFile, "x-api-version", `""`}},

		{"a pin to another version", replace(newerFile, pin, "schema: {type: string, enum: [virtualserver 9.9]}\n          example: virtualserver 9.9\n"), []string{newerFile, "Scp-Api-Version", `"virtualserver 9.9"`}},
		{"a pin to another service", replace(newerFile, pin, "schema: {type: string, enum: [baremetal 1.10]}\n          example: baremetal 1.10\n"), []string{newerFile, "Scp-Api-Version", `"baremetal 1.10"`}},
		{"a pin to a second version too", replace(newerFile, pin, "schema: {type: string, enum: [virtualserver 1.10, virtualserver 1.9]}\n          example: virtualserver 1.10\n"), []string{newerFile, "Scp-Api-Version", `"virtualserver 1.9"`}},
		{"a pin to nothing", replace(newerFile, pin, "schema: {type: string}\n"), []string{newerFile, "Scp-Api-Version"}},
		{"Scp-Api-Version missing", replace(newerFile, pinHeader, strings.Replace(pinHeader, "Scp-Api", "Api", 1)), []string{newerFile, "Scp-Api-Version", "required"}},
		{"Scp-Api-Version optional", replace(newerFile, pinHeader, strings.Replace(pinHeader, "true", "false", 1)), []string{newerFile, "Scp-Api-Version", "required"}},
		{"Scp-Api-Version in the query", replace(newerFile, pinHeader, strings.Replace(pinHeader, "header", "query", 1)), []string{newerFile, "Scp-Api-Version", "header"}},

		{"an unknown state", replace(newerFile, status, "x-api-status: RETIRED"), []string{newerFile, "x-api-status", `"RETIRED"`}},
		{"a state that no document writes", replace(newerFile, status, "x-api-status: ENDED"), []string{newerFile, "x-api-status", `"ENDED"`}},
		{"no state", replace(newerFile, status, `x-other: ""`), []string{newerFile, "x-api-status", `""`}},
		{"a date in words", replace(newerFile, date, "x-not-before: soon"), []string{newerFile, "x-not-before", `"soon"`}},
		{"a day that is in no calendar", replace(newerFile, date, `x-not-before: 20260231`), []string{newerFile, "x-not-before", `"20260231"`}},
		{"a date that is a list", replace(newerFile, date, `x-not-before: [20260831]`), []string{newerFile, "x-not-before"}},
		{"deprecated, but CURRENT", replace(newerFile, date, date+"\n      deprecated: true"), []string{newerFile, "deprecated is true", "CURRENT"}},
		{"DEPRECATED, but not deprecated", replace(olderFile, "x-api-status: SUPPORTED", "x-api-status: DEPRECATED"), []string{olderFile, "deprecated is false", "DEPRECATED"}},

		{"two CURRENT", add(olderFile, document(t, olderVersion, "CURRENT", `"-"`)), []string{"CURRENT", olderFile, newerFile}},
		{"none CURRENT", replace(newerFile, status, "x-api-status: SUPPORTED"), []string{"CURRENT", "0 documents"}},
		{"no version at all", remove(olderFile, newerFile), []string{"no document of a version"}},
		{"no discovery", remove("discovery.yaml"), []string{"discovery.yaml"}},
		{"no volumes", remove("volumes.yaml"), []string{"volumes.yaml"}},

		{"not YAML", add(newerFile, []byte("openapi: 3.0.3\n\t- {")), []string{newerFile}},
		{"a list", add(newerFile, []byte("- openapi: 3.0.3\n")), []string{newerFile}},
		{"empty", add(newerFile, nil), []string{newerFile}},
		{"no OpenAPI", add(newerFile, []byte("title: a list of things to do\n")), []string{newerFile}},
		{"another method", replace(newerFile, "    delete:", "    post:"), []string{newerFile, "POST"}},
		{"another path", replace(newerFile, "/v1/volumes/{volume_id}/servers/{server_id}:", "/v1/servers/{server_id}/volumes/{volume_id}:"), []string{newerFile, "/v1/servers/{server_id}"}},
		{"another operation", replace(newerFile, "operationId: detachVolumeFromVirtualServer", "operationId: detachVolume"), []string{newerFile, "detachVolumeFromVirtualServer"}},
		{"no 202", replace(newerFile, `"202":`, `"203":`), []string{newerFile, "202"}},
		{"no operation", add(newerFile, []byte("openapi: 3.0.3\ninfo: {title: none, version: \"1.10\"}\npaths: {}\n")), []string{newerFile, "no operation"}},
		{"a path without its parameter", replace(newerFile, volume, "- name: disk_id\n"), []string{newerFile, "volume_id"}},
		{"a fault in discovery", replace("discovery.yaml", `"#/components/schemas/Link"`, `"#/components/schemas/Chain"`), []string{"discovery.yaml", "#/components/schemas/Chain"}},

		{"a version without its minor number", add("v1.yaml", document(t, "1", "SUPPORTED", `"-"`)), []string{"v1.yaml"}},
		{"a version with a leading zero", add("v01.3.yaml", document(t, "01.3", "SUPPORTED", `"-"`)), []string{"v01.3.yaml", `"01.3"`}},
		{"a version out of range", add("v1.99999.yaml", document(t, "1.99999", "SUPPORTED", `"-"`)), []string{"v1.99999.yaml", `"1.99999"`}},
		{"a version with three numbers", add("v1.9.1.yaml", document(t, "1.9.1", "SUPPORTED", `"-"`)), []string{"v1.9.1.yaml"}},
		{"a version in capitals", add("V1.9.yaml", document(t, olderVersion, "SUPPORTED", `"-"`)), []string{"V1.9.yaml"}},
		{"another name", add("foo.yaml", document(t, olderVersion, "SUPPORTED", `"-"`)), []string{"foo.yaml"}},
		{"a copy under another version's name", add("v1.8.yaml", document(t, olderVersion, "SUPPORTED", `"-"`)), []string{"v1.8.yaml", `"1.9"`, `"1.8"`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := sound(t)
			tt.spoil(t, fsys)
			set, err := openapi.Read(fsys)
			require.Error(t, err)
			assert.Nil(t, set)
			for _, name := range tt.names {
				assert.ErrorContains(t, err, name)
			}
		})
	}
}

// A reference out of the document is not followed, even to a valid parameter: its target is neither
// embedded nor reviewed.
func TestReadFollowsNoReferenceOutOfTheDocument(t *testing.T) {
	const param = "{name: dry_run, in: query, schema: {type: string}}\n"
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("a reference was followed: %s", r.RequestURI)
		_, _ = io.WriteString(w, param)
	}))
	defer srv.Close()
	file := filepath.ToSlash(filepath.Join(t.TempDir(), "param.yaml"))
	require.NoError(t, os.WriteFile(file, []byte(param), 0o644))
	for _, tt := range []struct{ name, ref string }{
		{"to a file", file},
		{"to a file URL", "file://" + file},
		{"to a server", srv.URL + "/param.yaml"},
		{"to the document beside it", olderFile + "#/paths/~1v1~1volumes~1{volume_id}~1servers~1{server_id}/delete/parameters/0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := sound(t)
			replace(newerFile, "- name: volume_id\n", "- $ref: \""+tt.ref+"\"\n        - name: volume_id\n")(t, fsys)
			_, err := openapi.Read(fsys)
			require.Error(t, err)
			assert.ErrorContains(t, err, newerFile)
			assert.ErrorContains(t, err, tt.ref)
		})
	}
}

// A version has one state: the operations of its document must agree.
func TestReadRefusesOperationsThatDisagree(t *testing.T) {
	_, operation, found := strings.Cut(string(document(t, newerVersion, "SUPPORTED", `"20260831"`)), "  /v1/volumes/{volume_id}/servers/{server_id}:\n")
	require.True(t, found)
	operation, _, found = strings.Cut(operation, "components:\n")
	require.True(t, found)
	operation = strings.Replace(operation, "detachVolumeFromVirtualServer", "detachOtherwise", 1)

	fsys := sound(t)
	replace(newerFile, "components:\n", "  /v2/volumes/{volume_id}/servers/{server_id}:\n"+operation+"components:\n")(t, fsys)
	_, err := openapi.Read(fsys)
	require.Error(t, err)
	for _, name := range []string{newerFile, "detachOtherwise", "SUPPORTED", "detachVolumeFromVirtualServer", "CURRENT"} {
		assert.ErrorContains(t, err, name)
	}
}

// The error names every faulty document at once.
func TestReadNamesEveryFaultyDocument(t *testing.T) {
	fsys := sound(t)
	add(newerFile, []byte("{"))(t, fsys)
	add("foo.yaml", []byte("{"))(t, fsys)
	_, err := openapi.Read(fsys)
	require.Error(t, err)
	assert.ErrorContains(t, err, newerFile)
	assert.ErrorContains(t, err, "foo.yaml")
	assert.NotContains(t, err.Error(), olderFile)
}

func TestReadReportsAFolderThatCannotBeRead(t *testing.T) {
	fsys := sound(t)
	fsys["v1.4.yaml/inside"] = &fstest.MapFile{} // a folder where a document belongs
	_, err := openapi.Read(fsys)
	require.Error(t, err)
	assert.ErrorContains(t, err, "v1.4.yaml")
}
