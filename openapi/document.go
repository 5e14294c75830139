package openapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Service is the name that Scp-Api-Version puts before the version: "virtualserver 1.3".
const Service = "virtualserver"

// The extensions that carry the lifecycle of an operation, named as in the vendor's own documents.
const (
	extVersion   = "x-api-version"
	extStatus    = "x-api-status"
	extNotBefore = "x-not-before"
)

const apiVersionHeader = "Scp-Api-Version"

// operationID matches the IDs that clients have methods for.
var operationID = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

var versionFile = regexp.MustCompile(`^v([0-9]+\.[0-9]+)\.yaml$`)

// Document is one OpenAPI document.
type Document struct {
	// File is its name without a folder, such as v1.3.yaml.
	File string
	// Version is the version that the document describes; zero for discovery and volumes.
	Version lifecycle.Version
	// Spec is the parsed document. It is shared: change a Copy.
	Spec *openapi3.T

	data       []byte
	operations []Operation
}

// Copy parses the document again, for a caller that changes it.
func (d *Document) Copy() (*openapi3.T, error) {
	return load(d.data)
}

// YAML returns the document as it was written.
func (d *Document) YAML() []byte {
	return bytes.Clone(d.data)
}

// Versioned reports whether the document describes one version of the API.
func (d *Document) Versioned() bool {
	return d.Version.ID != lifecycle.ID{}
}

func load(data []byte) (*openapi3.T, error) {
	loader := openapi3.NewLoader() // follows no reference out of the document
	spec, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	for _, item := range spec.Paths.Map() {
		shareParameters(item)
	}
	return spec, nil
}

// shareParameters gives each operation of a path the parameters of the path, so that nobody has to look in
// two places. An operation's own parameter of the same name wins.
func shareParameters(item *openapi3.PathItem) {
	for _, operation := range item.Operations() {
		for _, param := range item.Parameters {
			if param.Value != nil && operation.Parameters.GetByInAndName(param.Value.In, param.Value.Name) == nil {
				operation.Parameters = append(operation.Parameters, param)
			}
		}
	}
	item.Parameters = nil
}

// parse reads a document that is named after what it describes.
func parse(file string, data []byte) (*Document, error) {
	doc, err := parseAny(file, data)
	if err != nil || file == discoveryFile || file == volumesFile {
		return doc, err
	}
	match := versionFile.FindStringSubmatch(file)
	if match == nil {
		return nil, fmt.Errorf("want the name %s, %s, or a version such as v1.3.yaml", discoveryFile, volumesFile)
	}
	if doc.Spec.Info.Version != match[1] {
		return nil, fmt.Errorf("info.version is %q, but the file name says %q", doc.Spec.Info.Version, match[1])
	}
	return doc, doc.readVersion()
}

// parseAny reads a document and validates what holds for all of them.
func parseAny(file string, data []byte) (*Document, error) {
	spec, err := load(data)
	if err != nil {
		return nil, err
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	if err := checkSince(spec); err != nil {
		return nil, err
	}
	return &Document{File: file, Spec: spec, data: data, operations: operationsOf(spec)}, nil
}

// readVersion reads the version and its lifecycle, and checks that every place that names the version
// agrees with info.version.
func (d *Document) readVersion() (err error) {
	d.Version, err = d.versionOfOperations()
	if err != nil {
		return err
	}
	return d.checkDetach()
}

func (d *Document) versionOfOperations() (lifecycle.Version, error) {
	var version lifecycle.Version
	id, err := lifecycle.ParseID(d.Spec.Info.Version)
	if err != nil {
		return version, fmt.Errorf("info.version: %w", err)
	}
	if id == (lifecycle.ID{}) || id.String() != d.Spec.Info.Version {
		return version, fmt.Errorf("info.version is %q, want a version such as 1.3", d.Spec.Info.Version)
	}
	operations := d.Operations()
	if len(operations) == 0 {
		return version, errors.New("no operations")
	}
	for i, op := range operations {
		if !operationID.MatchString(op.OperationID) {
			return version, fmt.Errorf("%s %s: operationId is %q, want a name such as %s", op.Method, op.Path, op.OperationID, ShowOperation)
		}
		for _, param := range op.Parameters {
			if param.Value.In == openapi3.ParameterInPath && param.Value.Schema == nil {
				return version, fmt.Errorf("%s: the path parameter %s has no schema", op.OperationID, param.Value.Name)
			}
		}
		read, err := op.readVersion(id)
		if err != nil {
			return version, fmt.Errorf("%s: %w", op.OperationID, err)
		}
		if i > 0 && fmt.Sprint(read) != fmt.Sprint(version) {
			return version, fmt.Errorf("%s is %v, but %s is %v", op.OperationID, read, operations[0].OperationID, version)
		}
		version = read
	}
	return version, nil
}

// checkDetach checks the operation that every document of a version must have: a wrong method or path
// would turn a detach into something else.
func (d *Document) checkDetach() error {
	op := d.Operation(DetachOperation)
	switch {
	case op == nil:
		return fmt.Errorf("no operation %s", DetachOperation)
	case op.Method != DetachMethod || op.Path != DetachPath:
		return fmt.Errorf("%s is %s %s, want %s %s", DetachOperation, op.Method, op.Path, DetachMethod, DetachPath)
	case op.Accepted() != http.StatusAccepted:
		return fmt.Errorf("%s must document 202, and no other success", DetachOperation)
	case !op.Signed(d.Spec):
		return fmt.Errorf("%s has no security: its requests would not be signed", DetachOperation)
	case len(d.Spec.Servers) == 0:
		return errors.New("no servers")
	}
	for _, param := range op.Parameters {
		if in := param.Value.In; in != openapi3.ParameterInPath && in != openapi3.ParameterInHeader {
			return fmt.Errorf("%s has the %s parameter %s, but clients send path and header parameters only", DetachOperation, in, param.Value.Name)
		}
	}
	return nil
}

// Operation is one operation of a document, with its method and path.
type Operation struct {
	Method string
	// Path is a template such as /v1/volumes/{volume_id}.
	Path string
	*openapi3.Operation
}

// Operations returns the operations of the document, sorted by path, then by method.
func (d *Document) Operations() []Operation {
	return d.operations
}

func operationsOf(spec *openapi3.T) []Operation {
	var list []Operation
	for path, item := range spec.Paths.Map() {
		for method, operation := range item.Operations() {
			list = append(list, Operation{Method: method, Path: path, Operation: operation})
		}
	}
	slices.SortFunc(list, func(a, b Operation) int {
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return list
}

// Signed reports whether the document, spec, requires that requests of the operation are signed.
func (o Operation) Signed(spec *openapi3.T) bool {
	requirements := &spec.Security
	if o.Security != nil {
		requirements = o.Security
	}
	return len(*requirements) > 0
}

// Accepted returns the documented status of success, such as 202, or 0 if there is none.
func (o Operation) Accepted() int {
	for status := http.StatusOK; status < http.StatusMultipleChoices; status++ {
		if o.Responses.Status(status) != nil {
			return status
		}
	}
	return 0
}

// readVersion reads the lifecycle extensions of one operation.
func (o Operation) readVersion(id lifecycle.ID) (lifecycle.Version, error) {
	version := lifecycle.Version{ID: id}
	if got := extension(o.Operation, extVersion); got != id.String() {
		return version, fmt.Errorf("%s is %q, but info.version says %q", extVersion, got, id)
	}
	if err := o.checkPin(id); err != nil {
		return version, err
	}
	var err error
	if version.Label, version.NotBefore, err = o.Lifecycle(); err != nil {
		return version, err
	}
	if deprecated := version.Label == lifecycle.Deprecated; o.Deprecated != deprecated {
		return version, fmt.Errorf("deprecated is %t, but %s is %s", o.Deprecated, extStatus, version.Label)
	}
	return version, nil
}

// Lifecycle returns the state of the operation's version, as it was labelled, and the end of its guaranteed
// support, or no date. The error names an extension that is absent or cannot be read.
func (o Operation) Lifecycle() (label lifecycle.State, notBefore lifecycle.Date, err error) {
	if label, err = lifecycle.ParseLabel(extension(o.Operation, extStatus)); err != nil {
		return "", notBefore, fmt.Errorf("%s: %w", extStatus, err)
	}
	if notBefore, err = lifecycle.ParseDate(extension(o.Operation, extNotBefore)); err != nil {
		return "", notBefore, fmt.Errorf("%s: %w", extNotBefore, err)
	}
	return label, notBefore, nil
}

// checkPin checks that Scp-Api-Version allows no other version: a client of the document could send it.
func (o Operation) checkPin(id lifecycle.ID) error {
	want := Service + " " + id.String()
	param := o.Parameters.GetByInAndName(openapi3.ParameterInHeader, apiVersionHeader)
	if param == nil || !param.Required || param.Schema == nil || param.Schema.Value == nil {
		return fmt.Errorf("no required header parameter %s", apiVersionHeader)
	}
	if enum := param.Schema.Value.Enum; len(enum) != 1 || enum[0] != want {
		return fmt.Errorf("%s allows %q, but info.version says %q", apiVersionHeader, enum, want)
	}
	return nil
}

// extension returns an extension of an operation as text, or "" if it is absent. YAML reads an unquoted
// 20260831 as a number; its digits are the text.
func extension(o *openapi3.Operation, name string) string {
	switch value := o.Extensions[name].(type) {
	case nil:
		return ""
	case string:
		return value
	case float64:
		return strconv.FormatFloat(value, 'f', -1, 64)
	default:
		return fmt.Sprint(value)
	}
}
