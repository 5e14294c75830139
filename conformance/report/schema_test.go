package report_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	generated "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// schemaFile is the schema of a report as JSON, which users read it by. It is made of the Go types, with -update.
const schemaFile = "report.schema.json"

// TestSchema: the schema is that of the types.
func TestSchema(t *testing.T) {
	file, err := filepath.Abs(schemaFile)
	require.NoError(t, err)
	schema := schemaOfTypes(t)
	if *update {
		require.NoError(t, os.WriteFile(file, schema, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "make it with -update")
	require.True(t, bytes.Equal(want, schema), "the types have changed: make the schema with -update, and raise SchemaVersion if a meaning has")
}

// schemaOfTypes makes the schema of the Go types, with their comments.
func schemaOfTypes(t *testing.T) []byte {
	t.Helper()
	t.Chdir("../..") // comments are found by paths within the module
	reflector := generated.Reflector{Mapper: mapped}
	require.NoError(t, reflector.AddGoComments("github.com/scp-openapi/virtualserver", "conformance", generated.WithFullComment()))
	schema := reflector.Reflect(&conformance.Report{})
	schema.ID = ""
	schema.Title = "A report of scp-conformance"
	for _, definition := range schema.Definitions {
		nullable(definition)
	}
	out, err := json.MarshalIndent(schema, "", "  ")
	require.NoError(t, err)
	return append(out, '\n')
}

// mapped are the schemas of types that write themselves.
func mapped(of reflect.Type) *generated.Schema {
	words := func(list ...any) *generated.Schema { return &generated.Schema{Type: "string", Enum: list} }
	switch of {
	case reflect.TypeFor[conformance.Millis]():
		return &generated.Schema{Type: "number", Description: "in milliseconds"}
	case reflect.TypeFor[conformance.Body]():
		object := &generated.Schema{Type: "object", Properties: generated.NewProperties(), Required: []string{"base64"}, AdditionalProperties: generated.FalseSchema}
		object.Properties.Set("base64", &generated.Schema{Type: "string", ContentEncoding: "base64"})
		return &generated.Schema{OneOf: []*generated.Schema{{Type: "string"}, object}, Description: "text where it is UTF-8, else base64"}
	case reflect.TypeFor[lifecycle.ID]():
		return &generated.Schema{Type: "string", Pattern: `^[0-9]+\.[0-9]+$`}
	case reflect.TypeFor[lifecycle.Date]():
		return &generated.Schema{Type: "string", Pattern: `^([0-9]{4}-[0-9]{2}-[0-9]{2})?$`}
	case reflect.TypeFor[lifecycle.State]():
		return words(lifecycle.Planned, lifecycle.Current, lifecycle.Supported, lifecycle.Deprecated)
	case reflect.TypeFor[conformance.Harm]():
		var names []any
		for _, name := range conformance.HarmNames() {
			names = append(names, name)
		}
		return words(names...)
	case reflect.TypeFor[conformance.Verdict]():
		return words(conformance.Pass, conformance.Fail, conformance.Differs, conformance.Inconclusive, conformance.Skip, conformance.Error)
	case reflect.TypeFor[conformance.Source]():
		return words(conformance.Document, conformance.Common, conformance.SDK, conformance.Field, conformance.Assumed)
	case reflect.TypeFor[conformance.BaselineKind]():
		return words(conformance.BaselineStale, conformance.BaselineExpired, conformance.BaselineChanged)
	}
	return nil
}

// nullable lets lists and maps that are always there be null, as Go writes empty ones.
func nullable(definition *generated.Schema) {
	if definition.Properties == nil {
		return
	}
	for pair := definition.Properties.Oldest(); pair != nil; pair = pair.Next() {
		list := pair.Value.Type == "array" || strings.HasSuffix(pair.Value.Ref, "/Header")
		if list && slices.Contains(definition.Required, pair.Key) {
			pair.Value = &generated.Schema{AnyOf: []*generated.Schema{pair.Value, {Type: "null"}}}
		}
	}
}

// TestSchemaHolds: what is written is what the schema says, of a report of every kind of thing, and of real runs.
func TestSchemaHolds(t *testing.T) {
	for name, of := range map[string]func(*testing.T) *conformance.Report{
		"the fixed tree": func(t *testing.T) *conformance.Report { return tree(t) },
		"a run":          func(t *testing.T) *conformance.Report { return realReport(t, liveEndpoint(t)) },
		"a run in vain":  func(t *testing.T) *conformance.Report { return realReport(t, "http://127.0.0.1:1") },
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, validate(t, of(t)))
		})
	}
	wrong := tree(t)
	wrong.Results[0].Verdict = "fine"
	require.ErrorContains(t, validate(t, wrong), "/results/0/verdict")
}

// validate holds a report as JSON against the schema that is stored.
func validate(t *testing.T, r *conformance.Report) error {
	t.Helper()
	file, err := os.ReadFile(schemaFile)
	require.NoError(t, err)
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(file))
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource(schemaFile, document))
	schema, err := compiler.Compile(schemaFile)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, report.JSON(&out, r))
	written, err := jsonschema.UnmarshalJSON(&out)
	require.NoError(t, err)
	return schema.Validate(written)
}

var keys = signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("a-secret-of-mine")}

// liveEndpoint is a mock that deviates from the documents as the live service does.
func liveEndpoint(t *testing.T) string {
	t.Helper()
	handler, err := mock.New([]signing.Credentials{keys}, mock.Live())
	require.NoError(t, err)
	endpoint := httptest.NewServer(handler)
	t.Cleanup(endpoint.Close)
	return endpoint.URL
}

// realReport is the report of a run of a few cases.
func realReport(t *testing.T, endpoint string) *conformance.Report {
	t.Helper()
	chosen, err := cases.Select("auth-*", "form-*")
	require.NoError(t, err)
	r, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: endpoint, Credentials: keys, Cases: chosen, Harm: conformance.HarmRefused,
		Fixture: conformance.Fixture{Volume: mock.VolumeID, Server: mock.ServerID},
	})
	require.NoError(t, err)
	require.NotEmpty(t, r.Results)
	return r
}
