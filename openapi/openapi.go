// Package openapi embeds the OpenAPI documents of the Samsung Cloud Platform Virtual Server API: one for
// each version of the detach operation, named after it (v1.3.yaml), one for version discovery, and one for
// attaching and showing volumes.
//
// The files are the list of versions: to add a version, add its document. [Load] returns the embedded
// documents, [ReadFile] reads one that is not embedded.
package openapi

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// The directive is in this package, and not beside the generator, because `go generate ./...` visits
// packages in order and fails on a file that disappears before its turn: gen/ comes before openapi/.
//
//go:generate go run -C .. .

//go:embed [a-z]*.yaml
var embedded embed.FS

// The documents that all versions share.
const (
	discoveryFile = "discovery.yaml"
	volumesFile   = "volumes.yaml"
)

// Set is a set of documents, each parsed and valid.
type Set struct {
	// Versions has one document for each version, the oldest first: 1.10 comes after 1.9.
	Versions []*Document
	// Discovery describes GET /, which lists the versions that an endpoint speaks.
	Discovery *Document
	// Volumes describes attaching and showing a volume.
	Volumes *Document
}

// Load returns the embedded documents. It fails only if one of them is invalid. The set is parsed once
// and shared: change a Copy of a document.
func Load() (*Set, error) {
	return builtIn()
}

var builtIn = sync.OnceValues(func() (*Set, error) { return Read(embedded) })

// Read parses and validates every document (*.yaml) at the top of fsys. Its error joins those of all
// documents; each names its file.
func Read(fsys fs.FS) (*Set, error) {
	files, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("openapi: list the documents: %w", err)
	}
	set := new(Set)
	var faults []error
	for _, file := range files {
		if err := set.add(fsys, file); err != nil {
			faults = append(faults, fmt.Errorf("openapi: %s: %w", file, err))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	slices.SortFunc(set.Versions, func(a, b *Document) int {
		return a.Version.ID.Compare(b.Version.ID)
	})
	if err := set.validate(); err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	return set, nil
}

func (s *Set) add(fsys fs.FS, file string) error {
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return err
	}
	doc, err := parse(path.Base(file), data)
	if err != nil {
		return err
	}
	switch file {
	case discoveryFile:
		s.Discovery = doc
	case volumesFile:
		s.Volumes = doc
	default:
		s.Versions = append(s.Versions, doc)
	}
	return nil
}

// validate checks what concerns the documents together.
func (s *Set) validate() error {
	switch {
	case len(s.Versions) == 0:
		return errors.New("no document of a version, such as v1.3.yaml")
	case s.Discovery == nil:
		return errors.New("no " + discoveryFile)
	case s.Volumes == nil:
		return errors.New("no " + volumesFile)
	}
	var current []string
	for _, doc := range s.Versions {
		if doc.Version.Label == lifecycle.Current {
			current = append(current, doc.File)
		}
	}
	// Source: the vendor's Common API reference, "only one at a time".
	if len(current) != 1 {
		return fmt.Errorf("exactly one version must be CURRENT, but %d documents say CURRENT: %q", len(current), current)
	}
	return nil
}

// Newest returns the document with the highest version that is not PLANNED, or nil if every version is.
func (s *Set) Newest() *Document {
	for _, doc := range slices.Backward(s.Versions) {
		if doc.Version.Label != lifecycle.Planned {
			return doc
		}
	}
	return nil
}

// Current returns the document whose version is labelled CURRENT. There is exactly one.
func (s *Set) Current() *Document {
	i := slices.IndexFunc(s.Versions, func(d *Document) bool { return d.Version.Label == lifecycle.Current })
	return s.Versions[i]
}

// Lookup returns the document of a version, or nil if there is none.
func (s *Set) Lookup(id lifecycle.ID) *Document {
	for _, doc := range s.Versions {
		if doc.Version.ID == id {
			return doc
		}
	}
	return nil
}
