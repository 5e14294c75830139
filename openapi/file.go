package openapi

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// MaxFile is how many bytes ReadFile reads of a file; a longer one is an error.
const MaxFile = 4 << 20

// ReadFile reads and validates a document of one version from a file of the caller's own, such as that of
// a version which is not built in. The file may have any name; the document has the form of the built-in
// ones: info.version, and x-api-version, x-api-status, x-not-before and a pinned Scp-Api-Version in each
// operation. References out of the document are errors, and are not followed. Errors name the file.
func ReadFile(name string) (*Document, error) {
	data, err := readBounded(name)
	if err != nil {
		return nil, fmt.Errorf("openapi: %w", err)
	}
	doc, err := parseAny(filepath.Base(name), data)
	if err == nil {
		err = doc.readVersion()
	}
	if err != nil {
		return nil, fmt.Errorf("openapi: %s: %w", name, err)
	}
	return doc, nil
}

// readBounded reads a regular file: a pipe might never end, and a device never does.
func readBounded(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", name)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxFile {
		return nil, fmt.Errorf("%s is longer than %d bytes", name, MaxFile)
	}
	return data, nil
}
