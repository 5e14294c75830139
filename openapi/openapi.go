// Package openapi holds the OpenAPI documents everything else follows from: one for each version
// of the detach operation, named after it (v1.3.yaml), one for version discovery and one for the
// operations a detach needs around it.
//
// The versions are found from the files. Adding one is adding its document; no list of versions
// stands anywhere.
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

// It stands here, and not beside the generator, as `go generate ./...` takes the packages in order and
// fails on a file of gen/ that is removed before it was looked at: gen/ has to be behind it by now.
//
//go:generate go run -C .. .

//go:embed [a-z]*.yaml
var embedded embed.FS

// The documents that belong to no version.
const (
	discoveryFile = "discovery.yaml"
	volumesFile   = "volumes.yaml"
)

// Set is all the documents, each read and found valid.
type Set struct {
	// Versions has one document for each version, the oldest first: 1.10 comes after 1.9.
	Versions []*Document
	// Discovery describes GET /, which lists the versions that an endpoint speaks.
	Discovery *Document
	// Volumes describes attaching and showing a volume.
	Volumes *Document
}

// Load returns the documents that are built in. It fails only where one of them is at fault. The set is
// read once, and shared: change a Copy of a document.
func Load() (*Set, error) {
	return builtIn()
}

var builtIn = sync.OnceValues(func() (*Set, error) { return Read(embedded) })

// Read reads and validates every document (*.yaml) at the top of fsys. An error names the document,
// what is wrong with it, and joins what is wrong with the others.
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

// validate checks what no document can know of itself.
func (s *Set) validate() error {
	switch {
	case len(s.Versions) == 0:
		return errors.New("there is no document of a version (v1.3.yaml, say)")
	case s.Discovery == nil:
		return errors.New("there is no " + discoveryFile)
	case s.Volumes == nil:
		return errors.New("there is no " + volumesFile)
	}
	var current []string
	for _, doc := range s.Versions {
		if doc.Version.Label == lifecycle.Current {
			current = append(current, doc.File)
		}
	}
	// Source: the vendor's Common API reference, "only one at a time".
	if len(current) != 1 {
		return fmt.Errorf("exactly one version is CURRENT at a time, but %d documents say so: %q", len(current), current)
	}
	return nil
}

// Newest returns the document with the highest version number that can be called: one that is only
// PLANNED is passed over.
func (s *Set) Newest() *Document {
	for _, doc := range slices.Backward(s.Versions) {
		if doc.Version.Label != lifecycle.Planned {
			return doc
		}
	}
	return nil
}

// Lookup returns the document of a version, or nil when there is none.
func (s *Set) Lookup(id lifecycle.ID) *Document {
	for _, doc := range s.Versions {
		if doc.Version.ID == id {
			return doc
		}
	}
	return nil
}
