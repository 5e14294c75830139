package codegen_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/openapi/codegen"
)

// packages is what the Go tool lists in this module.
func packages(t *testing.T, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", args...)
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	return strings.Fields(string(out))
}

// assertLight: whoever imports a client compiles the runtime of the clients, the signer, and
// oapi-codegen/runtime with what that needs, beside the standard library and what is generated.
func assertLight(t *testing.T, list []string) {
	t.Helper()
	assert.Contains(t, list, codegen.Module+"/signing", "this is the list of a client")
	for _, dep := range list {
		first, _, _ := strings.Cut(dep, "/")
		standard := !strings.Contains(first, ".")
		light := slices.ContainsFunc([]string{
			codegen.Module + "/signing", codegen.Module + "/openapi/client",
			codegen.Module + "/gen", codegen.Module + "/openapi/lifecycle", // of the registry
			"github.com/oapi-codegen/runtime", "github.com/apapsch/go-jsonmerge/v2", "github.com/google/uuid",
			"example.com/downstream",
		}, func(allowed string) bool { return dep == allowed || strings.HasPrefix(dep, allowed+"/") })
		assert.True(t, standard || light, "%s is compiled into a client", dep)
	}
}

// Of all that is generated, the registry over the versions included.
func TestClientsAreLight(t *testing.T) {
	for pattern, listed := range map[string]string{"./gen/v1.3": "/gen/v1.3", "./gen/...": "/gen"} {
		t.Run(pattern, func(t *testing.T) {
			list := packages(t, "list", "-deps", pattern)
			assert.Contains(t, list, codegen.Module+listed)
			assertLight(t, list)
		})
	}
}

// What signs and what judges dates is reviewed once: it has no code of others.
func TestSigningAndLifecycleImportTheStandardLibraryOnly(t *testing.T) {
	for _, name := range []string{"signing", "openapi/lifecycle"} {
		t.Run(name, func(t *testing.T) {
			list := packages(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./"+name)
			assert.Equal(t, []string{codegen.Module + "/" + name}, list)
		})
	}
}

// The runtime of the clients adds the signer to that.
func TestTheRuntimeImportsTheSignerOnly(t *testing.T) {
	list := packages(t, "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "./openapi/client")
	assert.Equal(t, []string{codegen.Module + "/signing", codegen.Module + "/openapi/client"}, list)
}
