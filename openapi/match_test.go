package openapi_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi"
)

func TestMatch(t *testing.T) {
	set := load(t)
	versioned := set.Lookup(parseID(t, modelVersion))
	const volume, server = "3f500f00-ed80-4566-a057-e31760226f9a", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"
	for _, tt := range []struct {
		name   string
		doc    *openapi.Document
		method string
		path   string
		want   string // operation ID, or "" for no match
		params map[string]string
	}{
		{"detach", versioned, "DELETE", "/v1/volumes/" + volume + "/servers/" + server, openapi.DetachOperation, map[string]string{"volume_id": volume, "server_id": server}},
		{"show", set.Volumes, "GET", "/v1/volumes/" + volume, openapi.ShowOperation, map[string]string{"volume_id": volume}},
		{"attach", set.Volumes, "POST", "/v1/volumes/" + volume + "/servers", openapi.AttachOperation, map[string]string{"volume_id": volume}},
		{"list versions", set.Discovery, "GET", "/", openapi.VersionsOperation, map[string]string{}},

		{"values stay encoded", versioned, "DELETE", "/v1/volumes/a%2Fb/servers/%2e%2e", openapi.DetachOperation, map[string]string{"volume_id": "a%2Fb", "server_id": "%2e%2e"}},
		{"dots are values", versioned, "DELETE", "/v1/volumes/../servers/.", openapi.DetachOperation, map[string]string{"volume_id": "..", "server_id": "."}},
		{"empty values", versioned, "DELETE", "/v1/volumes//servers/", openapi.DetachOperation, map[string]string{"volume_id": "", "server_id": ""}},
		{"an empty value of show", set.Volumes, "GET", "/v1/volumes/", openapi.ShowOperation, map[string]string{"volume_id": ""}},

		{"delete a volume", versioned, "DELETE", "/v1/volumes/" + volume, "", nil},
		{"delete a server", versioned, "DELETE", "/v1/servers/" + server, "", nil},
		{"other method", versioned, "PUT", "/v1/volumes/" + volume + "/servers/" + server, "", nil},
		{"method in lower case", versioned, "delete", "/v1/volumes/" + volume + "/servers/" + server, "", nil},
		{"path in upper case", versioned, "DELETE", "/V1/volumes/" + volume + "/servers/" + server, "", nil},
		{"trailing slash", versioned, "DELETE", "/v1/volumes/" + volume + "/servers/" + server + "/", "", nil},
		{"double slash", versioned, "DELETE", "//v1/volumes/" + volume + "/servers/" + server, "", nil},
		{"encoded slash", versioned, "DELETE", "/v1/volumes/" + volume + "%2Fservers/" + server, "", nil},
		{"encoded letter of the template", versioned, "DELETE", "/v1/%76olumes/" + volume + "/servers/" + server, "", nil},
		{"not cleaned", versioned, "DELETE", "/v1/../v1/volumes/" + volume + "/servers/" + server, "", nil},
		{"no path", set.Discovery, "GET", "", "", nil},
		{"two slashes", set.Discovery, "GET", "//", "", nil},
		{"operation of another document", set.Volumes, "DELETE", "/v1/volumes/" + volume + "/servers/" + server, "", nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			op, params := tt.doc.Match(tt.method, tt.path)
			if tt.want == "" {
				assert.Nil(t, op)
				assert.Nil(t, params)
				return
			}
			require.NotNil(t, op)
			assert.Equal(t, tt.want, op.OperationID)
			assert.Equal(t, tt.params, params)
			assert.Same(t, tt.doc.Operation(tt.want), op)
		})
	}
}

// The four operations are where the constants say, and every document of a version has the detach.
func TestOperation(t *testing.T) {
	set := load(t)
	for _, doc := range set.Versions {
		detach := doc.Operation(openapi.DetachOperation)
		require.NotNil(t, detach, doc.File)
		assert.Equal(t, http.MethodDelete, detach.Method)
		assert.Equal(t, "/v1/volumes/{volume_id}/servers/{server_id}", detach.Path)
	}
	assert.NotNil(t, set.Volumes.Operation(openapi.AttachOperation))
	assert.NotNil(t, set.Volumes.Operation(openapi.ShowOperation))
	assert.NotNil(t, set.Discovery.Operation(openapi.VersionsOperation))
	assert.Nil(t, set.Discovery.Operation(openapi.DetachOperation))
}
