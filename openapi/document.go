package openapi

import (
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

var versionFile = regexp.MustCompile(`^v([0-9]+\.[0-9]+)\.yaml$`)

// Document is one OpenAPI document.
type Document struct {
	// File is its name, v1.3.yaml.
	File string
	// Version is what the document says of its version; zero for discovery and volumes.
	Version lifecycle.Version
	// Spec is the document as it was read. It is shared: change a Copy.
	Spec *openapi3.T

	data       []byte
	operations []Operation
}

// Copy reads the document afresh, for a caller that changes it.
func (d *Document) Copy() (*openapi3.T, error) {
	return load(d.data)
}

// Versioned reports whether the document describes one version of the API.
func (d *Document) Versioned() bool {
	return versionFile.MatchString(d.File)
}

func load(data []byte) (*openapi3.T, error) {
	loader := openapi3.NewLoader() // which follows no reference out of the document
	spec, err := loader.LoadFromData(data)
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return spec, nil
}

func parse(file string, data []byte) (*Document, error) {
	spec, err := load(data)
	if err != nil {
		return nil, err
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	doc := &Document{File: file, Spec: spec, data: data, operations: operationsOf(spec)}
	if file == discoveryFile || file == volumesFile {
		return doc, nil
	}
	match := versionFile.FindStringSubmatch(file)
	if match == nil {
		return nil, fmt.Errorf("a document is called %s, %s, or after its version, v1.3.yaml", discoveryFile, volumesFile)
	}
	if doc.Version, err = doc.readVersion(match[1]); err != nil {
		return nil, err
	}
	return doc, nil
}

// readVersion reads the lifecycle of the operations, and holds every place that names the version
// against the name of the file.
func (d *Document) readVersion(number string) (lifecycle.Version, error) {
	var version lifecycle.Version
	id, err := lifecycle.ParseID(number)
	if err != nil {
		return version, err
	}
	if d.Spec.Info.Version != number {
		return version, fmt.Errorf("info.version is %q, but the name says %q", d.Spec.Info.Version, number)
	}
	operations := d.Operations()
	if len(operations) == 0 {
		return version, errors.New("it has no operation")
	}
	for i, op := range operations {
		read, err := op.readVersion(id)
		if err != nil {
			return version, fmt.Errorf("%s: %w", op.OperationID, err)
		}
		if i > 0 && fmt.Sprint(read) != fmt.Sprint(version) {
			return version, fmt.Errorf("%s is %v, but %s is %v", op.OperationID, read, operations[0].OperationID, version)
		}
		version = read
	}
	return version, d.checkDetach()
}

// What every document of a version describes. The generator, the mock and the suite rely on it.
const (
	detachID   = "detachVolumeFromVirtualServer"
	detachPath = "/v1/volumes/{volume_id}/servers/{server_id}"
)

// checkDetach holds the one operation that a document of a version has to have against what it has to
// be: a method or a path gone wrong would make a detach something else.
func (d *Document) checkDetach() error {
	i := slices.IndexFunc(d.operations, func(o Operation) bool { return o.OperationID == detachID })
	if i < 0 {
		return fmt.Errorf("it has no operation %s", detachID)
	}
	op := d.operations[i]
	switch {
	case op.Method != http.MethodDelete || op.Path != detachPath:
		return fmt.Errorf("%s is %s %s, and has to be %s %s", detachID, op.Method, op.Path, http.MethodDelete, detachPath)
	case op.Accepted() != http.StatusAccepted:
		return fmt.Errorf("%s has to be answered 202, and by no other success", detachID)
	case !op.Signed(d.Spec):
		return fmt.Errorf("%s has to be signed: it has no security", detachID)
	case len(d.Spec.Servers) == 0:
		return errors.New("it has no servers")
	}
	for _, param := range op.Parameters {
		if in := param.Value.In; in != openapi3.ParameterInPath && in != openapi3.ParameterInHeader {
			return fmt.Errorf("%s has the %s parameter %s, which no client would send", detachID, in, param.Value.Name)
		}
	}
	return nil
}

// Operation is one operation of a document, with where it is found.
type Operation struct {
	Method string
	// Path is the template, /v1/volumes/{volume_id}.
	Path string
	*openapi3.Operation
}

// Operations lists the operations of the document by path, then by method.
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

// Signed reports whether a request has to carry a signature.
func (o Operation) Signed(spec *openapi3.T) bool {
	requirements := &spec.Security
	if o.Security != nil {
		requirements = o.Security
	}
	return len(*requirements) > 0
}

// Accepted returns the documented status of success, 202 say, or 0 where there is none.
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
		return version, fmt.Errorf("%s is %q, but the name of the file says %q", extVersion, got, id)
	}
	if err := o.checkPin(id); err != nil {
		return version, err
	}
	var err error
	if version.Label, err = lifecycle.ParseLabel(extension(o.Operation, extStatus)); err != nil {
		return version, fmt.Errorf("%s: %w", extStatus, err)
	}
	if version.NotBefore, err = lifecycle.ParseDate(extension(o.Operation, extNotBefore)); err != nil {
		return version, fmt.Errorf("%s: %w", extNotBefore, err)
	}
	if deprecated := version.Label == lifecycle.Deprecated; o.Deprecated != deprecated {
		return version, fmt.Errorf("deprecated is %t, but %s is %s", o.Deprecated, extStatus, version.Label)
	}
	return version, nil
}

// checkPin holds Scp-Api-Version against the version: a document that let another through would
// make a client of one version speak another.
func (o Operation) checkPin(id lifecycle.ID) error {
	want := Service + " " + id.String()
	param := o.Parameters.GetByInAndName(openapi3.ParameterInHeader, apiVersionHeader)
	if param == nil || !param.Required || param.Schema == nil || param.Schema.Value == nil {
		return fmt.Errorf("it has no required header parameter %s", apiVersionHeader)
	}
	if enum := param.Schema.Value.Enum; len(enum) != 1 || enum[0] != want {
		return fmt.Errorf("%s allows %q, but the name of the file says %q", apiVersionHeader, enum, want)
	}
	return nil
}

// extension returns an extension as text. YAML reads an unquoted 20260831 as a number, which means the
// day as it stands there.
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
