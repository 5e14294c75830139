package diff

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// Side is a version to compare: the documents that describe it, and what they say of its lifecycle.
type Side struct {
	name   string
	read   lifecycle.Version // the zero ID if unknown, no label if none was read
	header string
	specs  []document
}

// document loads a document afresh, for a caller that changes it.
type document func() (*openapi3.T, error)

// UnknownVersionError reports a version that has no document.
type UnknownVersionError struct {
	ID    lifecycle.ID
	Known []lifecycle.ID
}

func (e *UnknownVersionError) Error() string {
	names := make([]string, len(e.Known))
	for i, id := range e.Known {
		names[i] = id.String()
	}
	return fmt.Sprintf("unknown version %s: documents exist for %s", e.ID, strings.Join(names, ", "))
}

// Of returns a version that has a document in the set. The error is an *UnknownVersionError if it has none.
func Of(set *openapi.Set, id lifecycle.ID) (*Side, error) {
	doc := set.Lookup(id)
	if doc == nil {
		unknown := &UnknownVersionError{ID: id}
		for _, doc := range set.Versions {
			unknown.Known = append(unknown.Known, doc.Version.ID)
		}
		return nil, unknown
	}
	return &Side{
		name:   doc.File,
		read:   doc.Version,
		header: openapi.Service + " " + id.String(),
		specs:  []document{doc.Copy, volumesOf(set, id)},
	}, nil
}

// volumesOf loads the document that all versions share, without what a version's answers do not have yet.
func volumesOf(set *openapi.Set, id lifecycle.ID) document {
	return func() (*openapi3.T, error) {
		spec, err := set.Volumes.Copy()
		if err != nil {
			return nil, err
		}
		for path, item := range spec.Paths.Map() {
			for method, copied := range item.Operations() {
				op := openapi.Operation{Method: method, Path: path, Operation: copied}
				for _, later := range op.LaterFields(id) {
					delete(copied.Responses.Status(op.Accepted()).Value.Content.Get("application/json").Schema.Value.Properties, later)
				}
			}
		}
		return spec, nil
	}
}

// Limits on what is read of a document that is not ours.
const (
	maxDocument = 16 << 20 // bytes of one file
	maxFiles    = 1000     // files that it refers to
)

// File reads a version from a document of the caller's own, in YAML or JSON. References out of it are
// followed to other files in its folder and below, and nowhere else.
func File(name string) (*Side, error) {
	folder, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	files := make(map[string][]byte) // read once, as the document is loaded again for each comparison
	if _, err := readFile(folder, files, filepath.Base(name)); err != nil {
		return nil, err
	}
	side := &Side{name: filepath.Base(name)}
	spec, err := loadFrom(side.name, func(file string) ([]byte, error) { return readFile(folder, files, file) })
	if err != nil {
		return nil, &DocumentError{Name: side.name, Err: err}
	}
	side.describe(spec)
	side.specs = []document{func() (*openapi3.T, error) {
		return loadFrom(side.name, func(file string) ([]byte, error) { return files[file], nil })
	}}
	return side, nil
}

// DocumentError reports a file that can be read but is not a valid OpenAPI document.
type DocumentError struct {
	Name string
	Err  error
}

func (e *DocumentError) Error() string { return fmt.Sprintf("%s: %v", e.Name, e.Err) }
func (e *DocumentError) Unwrap() error { return e.Err }

// readFile reads a file of a folder, unless it has been read before. A symbolic link out of the folder is refused.
func readFile(folder *os.Root, files map[string][]byte, name string) ([]byte, error) {
	if data, ok := files[name]; ok {
		return data, nil
	}
	if len(files) >= maxFiles {
		return nil, fmt.Errorf("it refers to more than %d files", maxFiles)
	}
	info, err := folder.Stat(name) // before opening it: a named pipe would wait for a writer
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a regular file")}
	}
	file, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = &fs.PathError{Op: "read", Path: name, Err: fmt.Errorf("larger than %d MiB", maxDocument>>20)}
	}
	if err != nil {
		return nil, err
	}
	files[name] = data
	return data, nil
}

// loadFrom loads and validates a document; read reads it and the files that it refers to, by their names
// relative to its folder.
func loadFrom(name string, read func(name string) ([]byte, error)) (spec *openapi3.T, err error) {
	defer func() {
		if r := recover(); r != nil { // kin-openapi's: the document may be anybody's
			spec, err = nil, fmt.Errorf("it cannot be read: %v", r)
		}
	}()
	loader := openapi3.NewLoader()
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, location *url.URL) ([]byte, error) {
		if location.Scheme != "" || location.Host != "" || !filepath.IsLocal(filepath.FromSlash(location.Path)) {
			return nil, fmt.Errorf("the reference %q leads out of the document's folder, and is not followed", location.Redacted())
		}
		return read(filepath.Clean(filepath.FromSlash(location.Path)))
	}
	spec, err = loader.LoadFromURI(&url.URL{Path: name})
	if err != nil {
		return nil, err
	}
	if err := spec.Validate(context.Background()); err != nil {
		return nil, err
	}
	for _, item := range spec.Paths.Map() {
		if len(item.Operations()) > 0 {
			return spec, nil
		}
	}
	return nil, errors.New("it describes no operation")
}

// describe reads which version a document describes, and its lifecycle.
func (s *Side) describe(spec *openapi3.T) {
	each(spec, func(node any) {
		if param, ok := node.(*openapi3.Parameter); ok && isVersionHeader(param) && s.header == "" {
			s.header = pinned(param)
		}
	})
	number := spec.Info.Version
	if _, version, ok := strings.Cut(s.header, " "); ok {
		number = version
	}
	if id, err := lifecycle.ParseID(number); err == nil {
		s.read.ID = id
	}
	for _, item := range spec.Paths.Map() {
		for _, op := range item.Operations() {
			label, notBefore, err := openapi.Operation{Operation: op}.Lifecycle()
			if err != nil {
				continue // it says nothing, or nothing that can be told
			}
			s.read.Label, s.read.NotBefore = label, notBefore
			if op.OperationID == openapi.DetachOperation {
				return // the one that this project is about: the others may have versions of their own
			}
		}
	}
}

func isVersionHeader(param *openapi3.Parameter) bool {
	return param.In == openapi3.ParameterInHeader && strings.EqualFold(param.Name, signing.HeaderAPIVersion)
}

// pinned returns the only value that a header takes, or "".
func pinned(param *openapi3.Parameter) string {
	if param.Schema == nil || param.Schema.Value == nil || len(param.Schema.Value.Enum) != 1 {
		return ""
	}
	value, _ := param.Schema.Value.Enum[0].(string)
	return value
}

// version says what the side is on a day.
func (s *Side) version(day lifecycle.Date) Version {
	v := Version{Document: s.name, Header: s.header, NotBefore: s.read.NotBefore}
	if s.read.ID != (lifecycle.ID{}) {
		v.ID = s.read.ID.String()
	}
	if s.read.Label == "" {
		v.Standing = v.name() + ": its document says neither its state nor its date"
		return v
	}
	standing, _ := lifecycle.Table{Versions: []lifecycle.Version{s.read}}.At(day).Of(s.read.ID)
	v.State, v.Standing = standing.State, standing.String()
	return v
}
