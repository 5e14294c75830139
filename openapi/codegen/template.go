package codegen

import (
	"bytes"
	"embed"
	"fmt"
	"go/format"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/getkin/kin-openapi/openapi3"
	oapi "github.com/oapi-codegen/oapi-codegen/v2/pkg/codegen"

	"github.com/scp-openapi/virtualserver/openapi"
)

//go:embed *.tmpl
var templateFiles embed.FS

var templates = template.Must(template.New("").
	Funcs(template.FuncMap{"quote": strconv.Quote, "comment": comment}).
	ParseFS(templateFiles, "*.tmpl"))

// comment breaks a text into lines of a comment.
func comment(text string) string {
	const width = 100
	var b strings.Builder
	line := 0
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == 0:
			line, _ = b.WriteString("// " + word)
		case line+len(" "+word) > width:
			line, _ = b.WriteString("\n// " + word)
		default:
			n, _ := b.WriteString(" " + word)
			line += n
		}
	}
	return b.String()
}

// render executes a template and formats its output.
func render(name string, data any) ([]byte, error) {
	var out bytes.Buffer
	if err := templates.ExecuteTemplate(&out, name, data); err != nil {
		return nil, fmt.Errorf("execute %s: %w", name, err)
	}
	code, err := format.Source(out.Bytes())
	if err != nil {
		return nil, fmt.Errorf("format the output of %s: %w", name, err)
	}
	return code, nil
}

// wrapper is the data of virtualserver.tmpl and detach.tmpl: one document.
type wrapper struct {
	Header, Package, Module, Service string
	Command                          string // that generates it; empty if the document has no name for the command

	// Version is set for a document of one version. Its client speaks that version only.
	Version *version
	Signed  bool
	// Endpoints are the URLs of the service, by the document's servers.
	Endpoints  []endpoint
	Params     []param
	Operations []operation
	// Detach is the operation of that name, if the document has it.
	Detach *operation
	// Shows reports whether the document is the built-in one that can show a volume.
	Shows bool
}

type version struct {
	ID, Label, NotBefore string // NotBefore is empty where there is none
	Deprecated           string // the reason, where the document says DEPRECATED
}

// GoID is the ID in the form of arguments of lifecycle.V.
func (v *version) GoID() string { return strings.ReplaceAll(v.ID, ".", ", ") }

// GoLabel is the name of the label in package lifecycle.
func (v *version) GoLabel() string { return v.Label[:1] + strings.ToLower(v.Label[1:]) }

// GoDate is the date in the form of arguments of lifecycle.Day.
func (v *version) GoDate() string {
	return strings.NewReplacer("-0", ", ", "-", ", ").Replace(v.NotBefore)
}

type endpoint struct{ Region, Environment, URL string }

type param struct {
	Name    string // volume_id
	Type    string // VolumeID
	Subject string // volume
}

type operation struct {
	Name         string // in Go: DetachVolumeFromVirtualServer
	Method, Path string
	Summary      string
	Accepted     int
}

// The operations that the templates know.
const (
	detachOperation = openapi.DetachOperation
	showOperation   = openapi.ShowOperation
)

func wrapperOf(doc *openapi.Document, name string) wrapper {
	w := wrapper{
		Header: header(doc.File), Package: name, Module: Module, Service: openapi.Service,
		Endpoints: endpointsOf(doc.Spec.Servers),
	}
	for _, op := range doc.Operations() {
		w.Signed = w.Signed || op.Signed(doc.Spec)
		w.addParams(op)
		described := operation{
			Name:     oapi.UppercaseFirstCharacter(op.OperationID),
			Method:   op.Method,
			Path:     op.Path,
			Summary:  op.Summary,
			Accepted: op.Accepted(),
		}
		w.Operations = append(w.Operations, described)
		if op.OperationID == detachOperation {
			w.Detach = &described
		}
		// The document of a version may describe volumes in another way.
		w.Shows = w.Shows || op.OperationID == showOperation && !doc.Versioned()
		if doc.Versioned() {
			w.Version = versionOf(doc, op)
		}
	}
	return w
}

// endpointsOf spells out servers of the form https://service.{region}.environment.domain.
func endpointsOf(servers openapi3.Servers) []endpoint {
	const variable = "{region}"
	var list []endpoint
	for _, server := range servers {
		_, rest, found := strings.Cut(server.URL, variable+".")
		if !found || server.Variables["region"] == nil {
			continue
		}
		environment, _, _ := strings.Cut(rest, ".")
		for _, region := range server.Variables["region"].Enum {
			list = append(list, endpoint{region, environment, strings.ReplaceAll(server.URL, variable, region)})
		}
	}
	return list
}

func (w *wrapper) addParams(op openapi.Operation) {
	for _, ref := range op.Parameters {
		p := param{
			Name:    ref.Value.Name,
			Type:    typeName(ref.Value.Name),
			Subject: strings.TrimSuffix(ref.Value.Name, "_id"),
		}
		if ref.Value.In == openapi3.ParameterInPath && !slices.Contains(w.Params, p) {
			w.Params = append(w.Params, p)
		}
	}
}

func versionOf(doc *openapi.Document, op openapi.Operation) *version {
	v := &version{
		ID:    doc.Version.ID.String(),
		Label: string(doc.Version.Label),
	}
	if !doc.Version.NotBefore.IsZero() {
		v.NotBefore = doc.Version.NotBefore.String()
	}
	if op.Deprecated {
		v.Deprecated = "Deprecated: version " + v.ID + " is DEPRECATED."
		if reason, ok := op.Extensions["x-deprecated-reason"].(string); ok {
			v.Deprecated = "Deprecated: " + reason
		}
	}
	return v
}

// registry is the data of clients.tmpl: all versions.
type registry struct {
	Header, Module string
	Clients        []registered
}

type registered struct {
	Folder string // v1.3
	Alias  string // v1_3
	*version
}

func registryOf(set *openapi.Set) registry {
	r := registry{Header: header("the documents of the versions"), Module: Module}
	for _, doc := range set.Versions {
		r.Clients = append(r.Clients, registered{
			Folder:  folder(doc),
			Alias:   strings.ReplaceAll(folder(doc), ".", "_"),
			version: versionOf(doc, doc.Operations()[0]),
		})
	}
	return r
}
