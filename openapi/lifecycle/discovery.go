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

// ParseDiscovery reads the answer of an endpoint to GET / [common],
//
//	{"versions":[{"id":"v1.3","links":[…],"not_before":"2026-08-31","status":"SUPPORTED"}]}
//
// where not_before may be empty, null or absent, and is read in both spellings
// of [ParseDate]. The source is the host that answered, read the time it did.
//
// At most 1 MiB is read; the caller's context bounds the time that may take.
// Anything but such a list is an error, which names the version and the value if
// there is one: more than 1 MiB, more text after the list, an empty list, more
// than 1000 versions, a version or key listed twice, a key in another letter
// case, an unknown status, an invalid date. Other keys are ignored. An error of r
// is wrapped.
func ParseDiscovery(r io.Reader, source string, read time.Time) (Table, error) {
	var list struct {
		Versions []entry `json:"versions"`
	}
	// Unknown keys are allowed: there are links, and there may be more.
	err := decode(r, &list, discoveryKeys, false)
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
	NotBefore any    `json:"not_before,omitempty"` // a string or nil; an error shows anything else
}

// parseEntries reads a list of versions, none of which may be there twice.
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

// decode reads one JSON value of at most maxSize bytes, and nothing after it. Only
// the known keys are allowed if strict.
func decode(r io.Reader, into any, known keys, strict bool) error {
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
		return errors.New("more text after the JSON")
	}
	return known.check(json.NewDecoder(bytes.NewReader(body)))
}
