package lifecycle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"
)

// Bounds of what is read from an endpoint or a file. A service has a handful of
// versions, in a few hundred bytes.
const (
	maxSize     = 1 << 20 // bytes
	maxVersions = 1000
)

// ParseDiscovery reads the answer of an endpoint to GET /, by the vendor's
// common API reference
//
//	{"versions":[{"id":"v1.3","links":[…],"not_before":"2026-08-31","status":"SUPPORTED"}]}
//
// where not_before may be empty, null or absent, and is read in both spellings
// of [ParseDate]. The source is the host that answered, read the time it did.
//
// At most 1 MiB is read; how long that may take is for the caller's context to
// say. Anything but such a list is an error, which names the version and the
// value where there is one: more than 1 MiB, something after the list, an empty
// list, more than 1000 versions, one twice, an unknown status, a date that is
// none. An error of r is wrapped.
func ParseDiscovery(r io.Reader, source string, read time.Time) (Table, error) {
	var list struct {
		Versions []entry `json:"versions"`
	}
	// Unknown fields are let pass: there are links, and there may be more.
	err := decode(r, &list, false)
	if err != nil {
		return Table{}, fmt.Errorf("version discovery of %s: %w", source, err)
	}
	versions, err := parseEntries(list.Versions)
	if err != nil {
		return Table{}, fmt.Errorf("version discovery of %s: %w", source, err)
	}
	return Table{Source: source, Read: read, Versions: versions}, nil
}

// entry is a version as discovery writes it.
type entry struct {
	ID        string `json:"id"`
	Status    string `json:"status"`
	NotBefore any    `json:"not_before,omitempty"` // a string or nil; else an error can show it
}

// parseEntries reads a list of versions, each of which may stand there once.
func parseEntries(entries []entry) ([]Version, error) {
	if len(entries) == 0 {
		return nil, errors.New("no version is listed")
	}
	if len(entries) > maxVersions {
		return nil, fmt.Errorf("%d versions are listed, more than %d", len(entries), maxVersions)
	}
	versions := make([]Version, 0, len(entries))
	seen := make(map[ID]bool, len(entries))
	for _, e := range entries {
		v, err := e.parse()
		if err != nil {
			return nil, err
		}
		if seen[v.ID] {
			return nil, fmt.Errorf("version %s is listed twice", v.ID)
		}
		seen[v.ID] = true
		versions = append(versions, v)
	}
	return versions, nil
}

func (e entry) parse() (Version, error) {
	id, err := ParseID(e.ID)
	if err != nil {
		return Version{}, err
	}
	label, err := ParseLabel(e.Status)
	if err != nil {
		return Version{}, fmt.Errorf("version %s: %w", id, err)
	}
	text, ok := e.NotBefore.(string)
	if !ok && e.NotBefore != nil {
		written, _ := json.Marshal(e.NotBefore) // it was JSON a moment ago
		return Version{}, fmt.Errorf("version %s: date %.40s is not a string", id, written)
	}
	date, err := ParseDate(text)
	if err != nil {
		return Version{}, fmt.Errorf("version %s: %w", id, err)
	}
	return Version{ID: id, Label: label, NotBefore: date}, nil
}

// decode reads one JSON value of at most maxSize bytes, and nothing after it.
func decode(r io.Reader, into any, strict bool) error {
	body, err := io.ReadAll(io.LimitReader(r, maxSize+1))
	if err != nil {
		return err
	}
	if len(body) > maxSize {
		return fmt.Errorf("longer than %d bytes", maxSize)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if strict {
		d.DisallowUnknownFields()
	}
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("not the JSON expected: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON")
	}
	return nil
}
