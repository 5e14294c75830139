package lifecycle

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"
)

// saved is the form of a table in a file.
type saved struct {
	Schema   int       `json:"schema"` // fileSchema
	Source   string    `json:"source"`
	Read     time.Time `json:"read"` // RFC 3339
	Versions []entry   `json:"versions"`
}

// fileSchema is the version of the form. Raise it with every change of meaning.
const fileSchema = 1

// Save writes a table that was read from an endpoint as JSON, for [Load]. It
// refuses what Load would: a table without source, time or versions, or with
// two entries for one version.
func (t Table) Save(w io.Writer) error {
	file := saved{Schema: fileSchema, Source: t.Source, Read: t.Read.UTC()}
	for _, v := range t.Versions {
		e := entry{ID: v.ID.String(), Status: string(v.Label)}
		if !v.NotBefore.IsZero() {
			e.NotBefore = v.NotBefore.String()
		}
		file.Versions = append(file.Versions, e)
	}
	if _, err := file.table(); err != nil {
		return fmt.Errorf("saving the lifecycle of %s: %w", t.Source, err)
	}
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(file); err != nil {
		return fmt.Errorf("saving the lifecycle of %s: %w", t.Source, err)
	}
	return nil
}

// Load reads a table that [Table.Save] wrote, of at most 1 MiB. Anything else is
// an error that names the value or key: one that is there twice, or in another
// letter case, or unknown, for a misspelt not_before would otherwise pass for a
// version without an end.
func Load(r io.Reader) (Table, error) {
	var file saved
	err := decode(r, &file, fileKeys, true)
	if err != nil {
		return Table{}, fmt.Errorf("loading a lifecycle: %w", err)
	}
	table, err := file.table()
	if err != nil {
		return Table{}, fmt.Errorf("loading a lifecycle: %w", err)
	}
	return table, nil
}

// table returns the table in the file, or an error if any part of it is invalid.
func (s saved) table() (Table, error) {
	if s.Schema != fileSchema {
		return Table{}, fmt.Errorf("unknown schema %d, want %d", s.Schema, fileSchema)
	}
	// The source is printed to terminals.
	if s.Source == "" || len(s.Source) > 255 || strings.ContainsFunc(s.Source, unicode.IsControl) {
		return Table{}, fmt.Errorf("source %.40q does not name a host", s.Source)
	}
	if On(s.Read).IsZero() {
		return Table{}, errors.New("no time of reading")
	}
	versions, err := parseEntries(s.Versions)
	if err != nil {
		return Table{}, err
	}
	return Table{Source: s.Source, Read: s.Read, Versions: versions}, nil
}
