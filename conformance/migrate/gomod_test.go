package migrate_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

// The requirement of the vendor's SDK speaks what the Go files of the module import of it.
func TestModule(t *testing.T) {
	const (
		sdk     = "github.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2/v3"
		require = "module m\n\ngo 1.26\n\nrequire " + sdk + " v3.1.0\n"
		other   = "package m\n\nimport _ \"" + sdk + "/library/vpc/1.1\"\n"
		ours    = "package m\n\nimport _ \"" + sdk + "/library/virtualserver/1.2\"\n"
		shared  = "package m\n\nimport _ \"" + sdk + "/client\"\n"
	)
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"our service", map[string]string{"m/a.go": ours}, []string{"m/a.go go-import 1.2", "m/go.mod go-module 1.2"}},
		{"another service", map[string]string{"m/a.go": other}, nil},
		{"both", map[string]string{"m/a.go": ours, "m/b.go": other}, []string{"m/a.go go-import 1.2", "m/go.mod go-module 1.2"}},
		{"what all services share", map[string]string{"m/a.go": shared}, []string{"m/go.mod go-module "}},
		{"nothing", map[string]string{"m/a.go": "package m\n"}, []string{"m/go.mod go-module "}},
		{"another service in a module below", map[string]string{"m/n/go.mod": require, "m/n/a.go": other}, []string{"m/go.mod go-module "}},
		{"another service beside the module", map[string]string{"a.go": other}, []string{"m/go.mod go-module "}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.files["m/go.mod"] = require
			assert.Equal(t, tt.want, told(scan(t, migrate.Options{Root: tree(t, tt.files)})))
		})
	}
}

// told are the uses by file, rule and version.
func told(s *migrate.Scanned) (all []string) {
	for _, u := range s.Uses {
		version := ""
		if len(u.Versions) > 0 {
			version = u.Versions[0].String()
		}
		all = append(all, u.File+" "+string(u.Rule)+" "+version)
	}
	return all
}

// A place that sets the header for any service and version is told of only if nothing else is: whoever calls it says
// the version.
func TestPlaceForAnyService(t *testing.T) {
	const (
		python   = "def headers(api, version):\n    return {\"Scp-Api-Version\": f\"{api} {version}\"}\n"
		golang   = "package m\n\nimport \"net/http\"\n\nfunc Set(h http.Header, version string) { h.Set(\"Scp-Api-Version\", version) }\n"
		ours     = "package m\n\nimport \"net/http\"\n\nfunc Set(h http.Header, v string) { h.Set(\"Scp-Api-Version\", \"virtualserver \"+v) }\n"
		pins     = "call(\"virtualserver\", \"1.1\")\n"
		importer = "package m\n\nimport _ \"github.com/scp-openapi/virtualserver/gen/v1.1\"\n"
	)
	for _, tt := range []struct {
		name  string
		files map[string]string
		want  []string
	}{
		{"nobody calls it", map[string]string{"a.py": python}, []string{"a.py text-derived "}},
		{"code calls it", map[string]string{"a.py": python, "b/b.py": pins}, []string{"b/b.py text-derived 1.1"}},
		{"code in another language", map[string]string{"a.py": python, "b.ts": pins}, []string{"a.py text-derived ", "b.ts text-derived 1.1"}},
		{
			"data has the versions",
			map[string]string{"a.py": python, "b.json": `{"api_versions": {"virtualserver": "1.1"}}`},
			[]string{"b.json text-derived 1.1"},
		},
		{"the environment has the version", map[string]string{
			"a.py": "h = {\"Scp-Api-Version\": os.environ[\"VERSION\"]}\n", "b.py": pins,
		}, []string{"a.py text-derived ", "b.py text-derived 1.1"}},
		{"Go, and nobody calls it", map[string]string{"go.mod": "module m\n", "m.go": golang}, []string{"m.go go-header "}},
		{"Go, and a client is imported", map[string]string{
			"go.mod": "module m\n", "m.go": golang, "n/n.go": importer,
		}, []string{"n/n.go go-import 1.1"}},
		{"Go that names the service", map[string]string{
			"go.mod": "module m\n", "m.go": ours, "n/n.go": importer,
		}, []string{"m.go go-header ", "n/n.go go-import 1.1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			assert.Equal(t, tt.want, told(scan(t, migrate.Options{Root: tree(t, tt.files)})))
		})
	}
}
