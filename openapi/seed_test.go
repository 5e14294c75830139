package openapi_test

import (
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// seedVersion is what the vendor's page says of one version, in its own words. testdata/seed.json has all
// of them; it is never updated.
type seedVersion struct {
	Version     string
	Method      string
	Path        string
	Description []string
	State       string
	Notice      string
	NotBefore   string `json:"not_before"`
	Parameters  []struct {
		Type, Name, Description, Example, Schema, Default string
		Required                                          bool
	}
	Responses []struct{ Code, Description, Schema string }
	Headers   []struct{ Name, Example string }
}

func readSeed(t testing.TB) []seedVersion {
	t.Helper()
	data, err := os.ReadFile("testdata/seed.json")
	require.NoError(t, err)
	var seed struct{ Versions []seedVersion }
	require.NoError(t, json.Unmarshal(data, &seed))
	require.NotEmpty(t, seed.Versions)
	return seed.Versions
}

func load(t testing.TB) *openapi.Set {
	t.Helper()
	set, err := openapi.Load()
	require.NoError(t, err)
	return set
}

func parseID(t testing.TB, version string) lifecycle.ID {
	t.Helper()
	id, err := lifecycle.ParseID(version)
	require.NoError(t, err)
	return id
}

func TestDocumentsSayWhatTheSeedSays(t *testing.T) {
	set, seed := load(t), readSeed(t)
	latest := slices.MaxFunc(seed, func(a, b seedVersion) int {
		return parseID(t, a.Version).Compare(parseID(t, b.Version))
	})
	for _, said := range seed {
		t.Run(said.Version, func(t *testing.T) {
			doc := set.Lookup(parseID(t, said.Version))
			require.NotNil(t, doc, "there is a document of version %s", said.Version)
			assert.Equal(t, "v"+said.Version+".yaml", doc.File)

			operations := doc.Operations()
			require.Len(t, operations, 1)
			op := operations[0]
			assert.Equal(t, strings.ToUpper(said.Method), op.Method)
			assert.Equal(t, said.Path, op.Path)
			assert.Equal(t, strings.Join(said.Description, "\n\n"), strings.TrimSpace(op.Description))
			assert.Equal(t, "Detach Volume from Virtual Server", op.Summary)
			assert.Equal(t, "detachVolumeFromVirtualServer", op.OperationID)
			assert.Nil(t, op.RequestBody)

			holdParameters(t, said, op)
			holdResponses(t, said, op)
			holdHeaders(t, said, doc.Spec, op)

			// The page was printed when its newest version was CURRENT. A newer one makes it SUPPORTED,
			// with a date that the page cannot know. Older versions keep the label that was read.
			newest := set.Versions[len(set.Versions)-1].Version.ID
			if said.Version == latest.Version && newest.Compare(parseID(t, said.Version)) > 0 {
				assert.Contains(t, []lifecycle.State{lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated}, doc.Version.Label)
				return
			}
			holdLifecycle(t, said, doc, op)
		})
	}
}

// holdParameters checks the path parameters: the page's, in its order, with nothing added.
func holdParameters(t *testing.T, said seedVersion, op openapi.Operation) {
	t.Helper()
	inPath := slices.DeleteFunc(slices.Clone(op.Parameters), func(p *openapi3.ParameterRef) bool {
		return p.Value.In == openapi3.ParameterInHeader
	})
	require.Len(t, inPath, len(said.Parameters))
	for i, want := range said.Parameters {
		got := inPath[i].Value
		require.NotNil(t, got.Schema, want.Name)
		assert.Equal(t, want.Type, got.In, want.Name)
		assert.Equal(t, want.Name, got.Name)
		assert.Equal(t, want.Required, got.Required, want.Name)
		assert.Equal(t, want.Description, got.Description, want.Name)
		assert.Equal(t, want.Example, got.Example, want.Name)
		require.Equal(t, "None", want.Default)
		// Equal to a bare schema: no default, no format, no pattern.
		assert.Equal(t, &openapi3.Schema{Type: &openapi3.Types{want.Schema}}, bare(got.Schema.Value), want.Name)
	}
}

// bare is a schema without its place in the file.
func bare(schema *openapi3.Schema) *openapi3.Schema {
	copied := *schema
	copied.Origin = nil
	return &copied
}

// holdResponses checks the responses: the page's and no others, without a schema.
func holdResponses(t *testing.T, said seedVersion, op openapi.Operation) {
	t.Helper()
	assert.Equal(t, len(said.Responses), op.Responses.Len())
	for _, want := range said.Responses {
		got := op.Responses.Value(want.Code)
		require.NotNil(t, got, "response %s", want.Code)
		require.NotNil(t, got.Value.Description, want.Code)
		assert.Equal(t, want.Description, *got.Value.Description, want.Code)
		require.Equal(t, "None", want.Schema)
		assert.Empty(t, got.Value.Content, want.Code)
		assert.Empty(t, got.Value.Headers, want.Code)
	}
	assert.Equal(t, http.StatusAccepted, op.Accepted())
}

// holdHeaders checks that each header of the example request is in one place: those that authenticate the
// caller in one security requirement, the others as required parameters with the page's example.
func holdHeaders(t *testing.T, said seedVersion, spec *openapi3.T, op openapi.Operation) {
	t.Helper()
	assert.Nil(t, op.Security, "the security of the document holds for the operation")
	assert.True(t, op.Signed(spec))
	require.Len(t, spec.Security, 1, "one requirement: all of its schemes together")
	proof := map[string]bool{}
	for name := range spec.Security[0] {
		scheme := spec.Components.SecuritySchemes[name]
		require.NotNil(t, scheme, name)
		assert.Equal(t, "apiKey", scheme.Value.Type, name)
		assert.Equal(t, openapi3.ParameterInHeader, scheme.Value.In, name)
		proof[scheme.Value.Name] = true
	}
	assert.Len(t, spec.Components.SecuritySchemes, len(proof), "no scheme without use")
	assert.Equal(t, map[string]bool{"Scp-Accesskey": true, "Scp-Signature": true, "Scp-Timestamp": true}, proof)

	headers := map[string]*openapi3.Parameter{}
	for _, param := range op.Parameters {
		if param.Value.In == openapi3.ParameterInHeader {
			headers[param.Value.Name] = param.Value
		}
	}
	assert.Len(t, said.Headers, len(proof)+len(headers), "every header of the page, and no other")
	for _, want := range said.Headers {
		if proof[want.Name] {
			continue
		}
		got := headers[want.Name]
		require.NotNil(t, got, "header %s", want.Name)
		assert.True(t, got.Required, want.Name)
		assert.Equal(t, want.Example, got.Example, want.Name)
		assert.NoError(t, got.Schema.Value.VisitJSON(want.Example), "the page's example of %s", want.Name)
	}
	assert.Equal(t, []any{"Openapi"}, headers["Scp-ClientType"].Schema.Value.Enum)
	assert.Equal(t, []any{"virtualserver " + said.Version}, headers["Scp-Api-Version"].Schema.Value.Enum)
}

// holdLifecycle checks state and date, both as the document spells them and as they are read from it.
func holdLifecycle(t *testing.T, said seedVersion, doc *openapi.Document, op openapi.Operation) {
	t.Helper()
	assert.Equal(t, said.State, "ACTIVE ("+op.Extensions["x-api-status"].(string)+")")
	assert.Equal(t, said.NotBefore, op.Extensions["x-not-before"])
	assert.Equal(t, said.Version, op.Extensions["x-api-version"])

	label, err := lifecycle.ParseLabel(said.State)
	require.NoError(t, err)
	date, err := lifecycle.ParseDate(said.NotBefore)
	require.NoError(t, err)
	assert.Equal(t, label, doc.Version.Label)
	assert.Equal(t, date.String(), doc.Version.NotBefore.String())

	// The page prints the same notice beside each DEPRECATED version, and beside no other.
	assert.Equal(t, said.Notice != "", op.Deprecated)
	if said.Notice == "" {
		assert.NotContains(t, op.Extensions, "x-deprecated-reason")
	} else {
		assert.Equal(t, "Deprecated versions whose Not Before date has arrived or expired are no longer supported; the latest version is recommended.",
			op.Extensions["x-deprecated-reason"], "the notice in English")
	}
}

// One URL with two variables would allow pairs that do not exist.
func TestServersAreTheRegionsOfEachEnvironment(t *testing.T) {
	// Source: the vendor's Common API reference.
	want := []string{
		"https://virtualserver.kr-east1.e.samsungsdscloud.com",
		"https://virtualserver.kr-east1.s.samsungsdscloud.com",
		"https://virtualserver.kr-south1.g.samsungsdscloud.com",
		"https://virtualserver.kr-south2.g.samsungsdscloud.com",
		"https://virtualserver.kr-south3.g.samsungsdscloud.com",
		"https://virtualserver.kr-west1.e.samsungsdscloud.com",
		"https://virtualserver.kr-west1.s.samsungsdscloud.com",
	}
	set := load(t)
	docs := []*openapi.Document{set.Discovery, set.Volumes}
	for _, said := range readSeed(t) {
		docs = append(docs, set.Lookup(parseID(t, said.Version)))
	}
	for _, doc := range docs {
		require.NotNil(t, doc)
		t.Run(doc.File, func(t *testing.T) {
			assert.Len(t, doc.Spec.Servers, 3, "one for each environment")
			var urls []string
			for _, server := range doc.Spec.Servers {
				region := server.Variables["region"]
				require.NotNil(t, region, server.URL)
				assert.Len(t, server.Variables, 1, server.URL)
				assert.Contains(t, region.Enum, region.Default, server.URL)
				for _, name := range region.Enum {
					urls = append(urls, strings.Replace(server.URL, "{region}", name, 1))
				}
			}
			slices.Sort(urls)
			assert.Equal(t, want, urls, "every pair, and each once")
		})
	}
}

// Source: the vendor's Common API reference and public Go SDK.
func TestDiscoveryListsVersionsWithoutASignature(t *testing.T) {
	doc := load(t).Discovery
	operations := doc.Operations()
	require.Len(t, operations, 1)
	op := operations[0]
	assert.Equal(t, http.MethodGet, op.Method)
	assert.Equal(t, "/", op.Path)
	assert.False(t, op.Signed(doc.Spec))
	assert.Equal(t, http.StatusOK, op.Accepted())

	answer := op.Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value
	for name, body := range map[string]string{
		"a date":        `{"versions":[{"id":"v1.3","links":[{"href":"https://x/v1","rel":"self"}],"not_before":"2026-08-31","status":"SUPPORTED"}]}`,
		"an empty date": `{"versions":[{"id":"v1.3","not_before":"","status":"CURRENT"}]}`,
		"null":          `{"versions":[{"id":"v1.3","not_before":null,"status":"CURRENT"}]}`,
		"no date":       `{"versions":[{"id":"v1.3","status":"CURRENT"}]}`,
		"no version":    `{"versions":[]}`,
	} {
		t.Run(name, func(t *testing.T) {
			var value any
			require.NoError(t, json.Unmarshal([]byte(body), &value))
			assert.NoError(t, answer.VisitJSON(value))
		})
	}
	for name, body := range map[string]string{
		"no list":   `{}`,
		"no id":     `{"versions":[{"status":"CURRENT"}]}`,
		"no status": `{"versions":[{"id":"v1.3"}]}`,
	} {
		t.Run("not "+name, func(t *testing.T) {
			var value any
			require.NoError(t, json.Unmarshal([]byte(body), &value))
			assert.Error(t, answer.VisitJSON(value))
		})
	}
}

// Source: the vendor's public Go SDK.
func TestVolumesAttachesAndShows(t *testing.T) {
	doc := load(t).Volumes
	type route struct {
		method, path string
		accepted     int
	}
	var routes []route
	for _, op := range doc.Operations() {
		routes = append(routes, route{op.Method, op.Path, op.Accepted()})
		assert.True(t, op.Signed(doc.Spec), op.OperationID)
	}
	assert.Subset(t, routes, []route{
		{http.MethodGet, "/v1/volumes/{volume_id}", http.StatusOK},
		{http.MethodPost, "/v1/volumes/{volume_id}/servers", http.StatusAccepted},
	})

	body := doc.Spec.Paths.Value("/v1/volumes/{volume_id}/servers").Post.RequestBody.Value
	assert.True(t, body.Required)
	schema := body.Content.Get("application/json").Schema.Value
	assert.NoError(t, schema.VisitJSON(map[string]any{"server_id": "s"}))
	assert.NoError(t, schema.VisitJSON(map[string]any{"server_id": "s", "delete_on_termination": nil}))
	assert.Error(t, schema.VisitJSON(map[string]any{"delete_on_termination": true}))
}

// The models of the vendor's Go SDK require these fields, and refuse unknown ones. Source: the vendor's
// public Go SDK. The lists are written by hand: they are what volumes.yaml has to say.
func TestVolumesRequiresWhatTheSDKRequires(t *testing.T) {
	schemas := load(t).Volumes.Spec.Components.Schemas
	for _, tt := range []struct {
		schema             string
		required, optional []string
	}{
		{
			"Volume",
			[]string{
				"bootable", "created_at", "encrypted", "id", "modified_at", "multiattach", "name", "servers",
				"size", "state", "user_id", "volume_type", "volume_type_id",
			},
			[]string{"max_iops", "max_throughput"}, // since 1.2
		},
		{"AttachedServer", []string{"attached_at", "device", "id"}, nil},
		{"Attachment", []string{"delete_on_termination", "device", "server_id", "volume_id"}, nil},
		{"AttachRequest", []string{"server_id"}, []string{"delete_on_termination"}},
	} {
		t.Run(tt.schema, func(t *testing.T) {
			schema := schemas[tt.schema].Value
			assert.ElementsMatch(t, tt.required, schema.Required)
			var properties []string
			for name := range schema.Properties {
				properties = append(properties, name)
			}
			assert.ElementsMatch(t, append(tt.required, tt.optional...), properties)
		})
	}
}

// Linters and readers ask this of every document.
func TestDocumentsSayWhatTheyAre(t *testing.T) {
	set := load(t)
	for _, doc := range append(slices.Clone(set.Versions), set.Discovery, set.Volumes) {
		t.Run(doc.File, func(t *testing.T) {
			info := doc.Spec.Info
			assert.NotEmpty(t, info.Description)
			require.NotNil(t, info.Contact)
			assert.NotEmpty(t, info.Contact.URL)
			require.NotNil(t, info.License)
			assert.Equal(t, "Apache 2.0", info.License.Name)
			for _, tag := range doc.Spec.Tags {
				assert.NotEmpty(t, tag.Description, tag.Name)
			}
		})
	}
}
