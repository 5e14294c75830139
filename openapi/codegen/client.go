package codegen

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
	oapi "github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/scp-openapi/virtualserver/openapi"
)

// oapi-codegen keeps what it works on in package variables: one document after another.
var oapiLock sync.Mutex

// typedClient has oapi-codegen write the typed client of a document.
func typedClient(doc *openapi.Document, name string) ([]byte, error) {
	spec, err := doc.Copy()
	if err != nil {
		return nil, err
	}
	fitForGo(spec)

	oapiLock.Lock()
	defer oapiLock.Unlock()
	code, err := oapi.Generate(spec, oapi.Configuration{
		PackageName: name,
		Generate:    oapi.GenerateOptions{Client: true, Models: true},
		OutputOptions: oapi.OutputOptions{
			NameNormalizer:        string(oapi.NameNormalizerFunctionToCamelCaseWithInitialisms),
			AdditionalInitialisms: []string{"IOPS"},
			UserTemplates:         map[string]string{"imports.tmpl": header(doc.File) + imports},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("oapi-codegen: %w", err)
	}
	return []byte(code), nil
}

// imports stands in for oapi-codegen's template of the same name: what a client may need, of which
// its formatter keeps what is used.
const imports = `
package {{.PackageName}}

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/oapi-codegen/runtime"
)
`

// fitForGo changes what only Go needs on a document that stays true to its source everywhere else.
func fitForGo(spec *openapi3.T) {
	// A shared parameter would become a type of its own; inlined it is no more than a parameter.
	if spec.Components != nil {
		spec.Components.Parameters = nil
		for _, schema := range spec.Components.Schemas {
			pointersToBooleans(schema.Value)
		}
	}
	for path, item := range spec.Paths.Map() {
		for method, operation := range item.Operations() {
			operation.Parameters = withoutHeaders(operation.Parameters)
			for _, param := range operation.Parameters {
				param.Ref = ""
				distinctType(param.Value)
			}
			// oapi-codegen's deprecation comment lacks the blank line that tools need to see it. The
			// package comment of our own template says it once, for the whole package.
			operation.Deprecated = false
			item.SetOperation(method, operation)
		}
		spec.Paths.Set(path, item)
	}
}

// pointersToBooleans makes the required booleans of a schema pointers in Go. oapi-codegen would make them
// values, and a client could not tell an absent bootable from false: it would detach an OS volume.
func pointersToBooleans(schema *openapi3.Schema) {
	for _, name := range schema.Required {
		if property := schema.Properties[name].Value; property.Type.Is(openapi3.TypeBoolean) && !property.Nullable {
			property.Extensions = map[string]any{"x-go-type": "*bool"}
		}
	}
}

// withoutHeaders leaves the header parameters to the transport, which sets all six on every attempt:
// no call can leave one out, or speak another version by accident.
func withoutHeaders(params openapi3.Parameters) openapi3.Parameters {
	return slices.DeleteFunc(slices.Clone(params), func(p *openapi3.ParameterRef) bool {
		return p.Value.In == openapi3.ParameterInHeader
	})
}

// distinctType gives a path parameter a Go type of its own. It cannot be swapped with another, and
// refuses what would make a request for another path: see virtualserver.tmpl.
func distinctType(param *openapi3.Parameter) {
	if param.In != openapi3.ParameterInPath {
		return
	}
	schema := *param.Schema.Value
	schema.Extensions = map[string]any{"x-go-type": typeName(param.Name)}
	param.Schema = schema.NewRef()
}

// typeName is the Go type of a path parameter: VolumeID for volume_id.
func typeName(param string) string {
	name := oapi.ToCamelCaseWithDigits(param)
	if stem, found := strings.CutSuffix(name, "Id"); found {
		return stem + "ID"
	}
	return name
}
