package codegen_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen/discovery"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi"
)

// TestEndpoint: each pair that the document lists has its URL, and no other pair has one.
func TestEndpoint(t *testing.T) {
	t.Parallel()
	set, err := openapi.Load()
	require.NoError(t, err)
	const environments = "seg"
	regions := map[string]bool{"": true, "us-west1": true, "KR-WEST1": true}
	listed := map[[2]string]string{}
	for _, server := range set.Newest().Spec.Servers {
		environment := strings.Split(server.URL, ".")[2]
		for _, region := range server.Variables["region"].Enum {
			regions[region] = true
			listed[[2]string{region, environment}] = strings.ReplaceAll(server.URL, "{region}", region)
		}
	}
	require.Len(t, listed, 7, "the Common API reference lists seven")
	for _, of := range []func(region, environment string) (string, error){
		virtualserver.Endpoint, volumes.Endpoint, discovery.Endpoint,
	} {
		for region := range regions {
			for _, environment := range append(strings.Split(environments, ""), "", "x") {
				got, err := of(region, environment)
				want, known := listed[[2]string{region, environment}]
				assert.Equal(t, want, got)
				if known {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, "kr-west1 in e", "it says which there are")
				}
			}
		}
	}
}
