package format_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	generated "github.com/invopop/jsonschema"
	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// schemaFile is the schema of a report as JSON. It is made of the Go types, with -update.
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
	require.True(t, bytes.Equal(want, schema), "the types have changed: make the schema with -update, and raise schemaVersion if a meaning has")
}

// schemaOfTypes makes the schema of the Go types, with their comments.
func schemaOfTypes(t *testing.T) []byte {
	t.Helper()
	t.Chdir("../../..") // comments are found by paths within the module
	reflector := generated.Reflector{Mapper: mapped}
	require.NoError(t, reflector.AddGoComments("github.com/scp-openapi/virtualserver", "conformance/migrate", generated.WithFullComment()))
	schema := reflector.Reflect(&migrate.Report{})
	schema.ID = ""
	schema.Title = "A report of scp-conformance migrate"
	out, err := json.MarshalIndent(schema, "", "  ")
	require.NoError(t, err)
	return append(out, '\n')
}

// mapped are the schemas of types that write themselves, or have a few values only.
func mapped(of reflect.Type) *generated.Schema {
	switch of {
	case reflect.TypeFor[lifecycle.ID]():
		return &generated.Schema{Type: "string", Pattern: `^[0-9]+\.[0-9]+$`}
	case reflect.TypeFor[lifecycle.Date]():
		return &generated.Schema{Type: "string", Pattern: `^[0-9]{4}-[0-9]{2}-[0-9]{2}$`}
	case reflect.TypeFor[lifecycle.Days]():
		return &generated.Schema{OneOf: []*generated.Schema{{Type: "integer"}, {Type: "null"}}}
	case reflect.TypeFor[migrate.State]():
		return words(migrate.States())
	case reflect.TypeFor[migrate.Rule]():
		return words(migrate.Rules())
	case reflect.TypeFor[migrate.Sure]():
		return words([]migrate.Sure{migrate.Exact, migrate.Derived, migrate.Text})
	}
	return nil
}

func words[T any](list []T) *generated.Schema {
	schema := &generated.Schema{Type: "string"}
	for _, word := range list {
		schema.Enum = append(schema.Enum, word)
	}
	return schema
}

// TestSchemaHolds: what is written is what the schema says.
func TestSchemaHolds(t *testing.T) {
	schema := schemaIn(t, schemaFile)
	for name, r := range map[string]*migrate.Report{
		"everything": everything(t), "safe": safeReport(t), "nothing": nothing(t), "hostile": hostile(t),
	} {
		t.Run(name, func(t *testing.T) { require.NoError(t, schema.Validate(asJSON(t, written(t, format.JSON, r)))) })
	}
	wrong := everything(t)
	wrong.Findings[0].State = "fine"
	require.ErrorContains(t, schema.Validate(asJSON(t, written(t, format.JSON, wrong))), "/findings/0/state")
}

// schemaIn is the JSON schema in a file.
func schemaIn(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	file, err := os.ReadFile(name)
	require.NoError(t, err)
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	require.NoError(t, compiler.AddResource(name, asJSON(t, string(file))))
	schema, err := compiler.Compile(name)
	require.NoError(t, err)
	return schema
}

func asJSON(t *testing.T, text string) any {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	require.NoError(t, err)
	return value
}
