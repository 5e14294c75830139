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

// oapiLock makes callers wait for each other: oapi-codegen keeps its work in package variables.
var oapiLock sync.Mutex

// typedClient has oapi-codegen write the typed client of a document, and puts it behind the guard. params
// are the path parameters of the document.
func typedClient(doc *openapi.Document, name string, params []param) ([]byte, error) {
	spec, err := doc.Copy()
	if err != nil {
		return nil, err
	}
	fitForGo(spec)

	code, err := oapiGenerate(spec, oapi.Configuration{
		PackageName: name,
		Generate:    oapi.GenerateOptions{Client: true, Models: true},
		OutputOptions: oapi.OutputOptions{
			NameNormalizer:        string(oapi.NameNormalizerFunctionToCamelCaseWithInitialisms),
			AdditionalInitialisms: []string{"IOPS"},
			ClientTypeName:        rawClient,
			SkipFmt:               true, // guarded does it
			UserTemplates:         map[string]string{"imports.tmpl": importsTemplate},
		},
	})
	if err != nil {
		return nil, fmt.Errorf("oapi-codegen: %w", err)
	}
	return guarded([]byte(header(doc.File)+code), params)
}

// oapiGenerate calls oapi-codegen, which panics for some documents that it does not expect.
func oapiGenerate(spec *openapi3.T, config oapi.Configuration) (code string, err error) {
	oapiLock.Lock()
	defer oapiLock.Unlock()
	defer func() {
		if fault := recover(); fault != nil {
			err = fmt.Errorf("panic: %v", fault)
		}
	}()
	return oapi.Generate(spec, config)
}

// importsTemplate replaces oapi-codegen's imports.tmpl: what a client may need, of which the formatter
// keeps what is used.
const importsTemplate = `
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

	"` + Module + `/openapi/client"
)
`

// fitForGo makes the changes that only Go needs. The document itself stays true to its source.
func fitForGo(spec *openapi3.T) {
	// A shared parameter would become a type of its own; an inlined one stays a parameter.
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
		ref := schema.Properties[name]
		if ref == nil {
			continue // required, and described nowhere
		}
		if property := ref.Value; property.Type.Is(openapi3.TypeBoolean) && !property.Nullable {
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

// distinctType gives a path parameter a Go type of its own, so that variables cannot be swapped, and
// guarded finds the IDs that a method takes.
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
