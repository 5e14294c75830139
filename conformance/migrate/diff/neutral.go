package diff

import (
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	oasdiff "github.com/oasdiff/oasdiff/diff"
)

// alike loads two documents without what differs between any two versions, or only looks different.
func alike(older, newer document) (a, b *openapi3.T, err error) {
	spelling := make(map[string]string)
	if a, err = neutral(older, spelling); err != nil {
		return nil, nil, err
	}
	if b, err = neutral(newer, spelling); err != nil {
		return nil, nil, err
	}
	nameAlike(a, b)
	return a, b, nil
}

// neutral loads a document and takes out of it
//
//   - the value of the version header: it is the migration itself;
//   - how the publisher announces and labels a removal: with a date in x-sunset that has passed, or an
//     operation that is labelled as a draft, oasdiff has nothing to say about the removal;
//   - how the version of OpenAPI that it is written in says that a value may be null;
//   - how the document spells the name of a header, since case does not matter in one, and what it calls a
//     security scheme or a part of a path, since no request has those names.
func neutral(load document, spelling map[string]string) (*openapi3.T, error) {
	spec, err := load()
	if err != nil {
		return nil, err
	}
	spelled := func(name string) string {
		canonical := http.CanonicalHeaderKey(name)
		if _, ok := spelling[canonical]; !ok {
			spelling[canonical] = name
		}
		return spelling[canonical]
	}
	each(spec, func(node any) {
		switch n := node.(type) {
		case *openapi3.Operation:
			unannounced(n.Extensions)
			n.ExternalDocs = nil
		case *openapi3.Schema:
			nullAlike(n)
			unannounced(n.Extensions)
			n.ExternalDocs = nil
		case *openapi3.Parameter:
			unannounced(n.Extensions)
			if isVersionHeader(n) {
				n.Schema = openapi3.NewSchemaRef("", openapi3.NewStringSchema())
			}
			if n.In == openapi3.ParameterInHeader {
				n.Name = spelled(n.Name)
			}
		case *openapi3.SecurityScheme:
			if n.In == openapi3.ParameterInHeader {
				n.Name = spelled(n.Name)
			}
		case *openapi3.Response:
			headers := make(openapi3.Headers, len(n.Headers))
			for name, header := range n.Headers {
				headers[spelled(name)] = header
			}
			n.Headers = headers
		}
	})
	nameSchemes(spec)
	return spec, nil
}

// nullAlike writes a schema that allows null as OpenAPI 3.0 does, with nullable.
func nullAlike(schema *openapi3.Schema) {
	for _, branches := range []openapi3.SchemaRefs{schema.AnyOf, schema.OneOf} {
		rest := slices.DeleteFunc(slices.Clone(branches), func(ref *openapi3.SchemaRef) bool { return ref.Value.Type.Is(openapi3.TypeNull) })
		if len(branches) == 2 && len(rest) == 1 {
			*schema = *rest[0].Value
			schema.Nullable = true
		}
	}
	if schema.Type != nil && len(*schema.Type) > 1 && schema.Type.Includes(openapi3.TypeNull) {
		types := slices.DeleteFunc(slices.Clone(*schema.Type), func(t string) bool { return t == openapi3.TypeNull })
		schema.Type, schema.Nullable = &types, true
	}
}

func unannounced(extensions map[string]any) {
	delete(extensions, oasdiff.SunsetExtension)
	delete(extensions, oasdiff.XStabilityLevelExtension)
}

// nameSchemes names the security schemes after what a request has to have: "header Scp-Signature".
func nameSchemes(spec *openapi3.T) {
	if spec.Components == nil {
		return
	}
	names := make(map[string]string)
	schemes := make(openapi3.SecuritySchemes, len(spec.Components.SecuritySchemes))
	for name, scheme := range spec.Components.SecuritySchemes {
		names[name] = name
		switch s := scheme.Value; s.Type {
		case "apiKey":
			names[name] = s.In + " " + s.Name
		case "http":
			names[name] = "HTTP " + strings.ToLower(s.Scheme)
		}
		schemes[names[name]] = scheme
	}
	spec.Components.SecuritySchemes = schemes
	rename := func(requirements openapi3.SecurityRequirements) {
		for i, requirement := range requirements {
			renamed := make(openapi3.SecurityRequirement, len(requirement))
			for name, scopes := range requirement {
				if n, ok := names[name]; ok {
					name = n
				}
				renamed[name] = scopes
			}
			requirements[i] = renamed
		}
	}
	rename(spec.Security)
	each(spec, func(node any) {
		if op, ok := node.(*openapi3.Operation); ok && op.Security != nil {
			rename(*op.Security)
		}
	})
}

var pathParameter = regexp.MustCompile(`\{[^{}]*\}`)

// nameAlike gives the parts of the newer document's paths the names that they have in the older one.
func nameAlike(older, newer *openapi3.T) {
	shape := func(path string) string { return pathParameter.ReplaceAllString(path, "{}") }
	known := make(map[string]string)
	for path := range older.Paths.Map() {
		known[shape(path)] = path
	}
	for path, item := range newer.Paths.Map() {
		to, ok := known[shape(path)]
		if !ok || to == path || newer.Paths.Value(to) != nil {
			continue
		}
		names := make(map[string]string)
		was := pathParameter.FindAllString(to, -1)
		for i, name := range pathParameter.FindAllString(path, -1) {
			names[strings.Trim(name, "{}")] = strings.Trim(was[i], "{}")
		}
		renameParameters(item.Parameters, names)
		for _, op := range item.Operations() {
			renameParameters(op.Parameters, names)
		}
		newer.Paths.Delete(path)
		newer.Paths.Set(to, item)
	}
}

// renameParameters renames path parameters. It copies them, as other paths may share them.
func renameParameters(parameters openapi3.Parameters, names map[string]string) {
	for i, ref := range parameters {
		if name, ok := names[ref.Value.Name]; ok && ref.Value.In == openapi3.ParameterInPath {
			renamed := *ref.Value
			renamed.Name = name
			parameters[i] = &openapi3.ParameterRef{Value: &renamed}
		}
	}
}

// each visits every object of a document once, however often the document refers to it. Visit gets a pointer
// to it, such as an *openapi3.Schema.
func each(spec *openapi3.T, visit func(node any)) {
	seen := make(map[any]bool)
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() || seen[v.Interface()] {
				return
			}
			seen[v.Interface()] = true
			visit(v.Interface())
			if items := v.MethodByName("Map"); items.IsValid() { // Paths, Responses and Callback hide theirs
				walk(items.Call(nil)[0])
			}
			walk(v.Elem())
		case reflect.Struct:
			for i := range v.NumField() {
				if v.Type().Field(i).IsExported() {
					walk(v.Field(i))
				}
			}
		case reflect.Map:
			for _, key := range v.MapKeys() {
				walk(v.MapIndex(key))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		}
	}
	walk(reflect.ValueOf(spec))
}
