package openapi_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
)

func TestLaterFields(t *testing.T) {
	set := load(t)
	added := []string{"max_iops", "max_throughput"} // Source: the vendor's public Go SDK
	for _, tt := range []struct {
		version string
		want    []string
	}{
		{"1.0", added}, {"1.1", added}, {"1.2", nil}, {"1.3", nil}, {"1.10", nil}, {"2.0", nil},
	} {
		t.Run(tt.version, func(t *testing.T) {
			id := parseID(t, tt.version)
			assert.Equal(t, tt.want, set.Volumes.Operation(openapi.ShowOperation).LaterFields(id))
			assert.Nil(t, set.Volumes.Operation(openapi.AttachOperation).LaterFields(id))
		})
	}
	detach := set.Lookup(parseID(t, modelVersion)).Operation(openapi.DetachOperation)
	assert.Nil(t, detach.LaterFields(parseID(t, "1.0")), "a 202 without a body has no fields")
}

func TestReadRefusesAnUnreadableSince(t *testing.T) {
	for _, tt := range []struct{ name, written, says string }{
		{"not a version", `"soon"`, "soon"},
		{"a number", `1.10`, "in quotes"}, // YAML reads it as 1.1
		{"empty", `""`, "x-since-version"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fsys := sound(t)
			replace("volumes.yaml", "nullable: true\n          x-since-version: \"1.2\"\n          description: In MiB", "x-since-version: "+tt.written+"\n          description: In MiB")(t, fsys)
			_, err := openapi.Read(fsys)
			require.Error(t, err)
			for _, name := range []string{"volumes.yaml", "max_throughput", "x-since-version", tt.says} {
				assert.ErrorContains(t, err, name)
			}
		})
	}
}
