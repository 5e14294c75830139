package migrate

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"go.yaml.in/yaml/v4"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// IgnoreFile is the name of the ignore file that is read from the root of a scan if no other is named.
const IgnoreFile = ".scp-migrate.yaml"

const maxIgnore = 1 << 20 // bytes

// Ignore is the findings that are accepted for a time.
type Ignore struct {
	File    string // where it was read from
	Entries []IgnoreEntry
}

// IgnoreEntry accepts the findings of one rule in the files that a pattern matches.
type IgnoreEntry struct {
	Rule Rule

	// Path is a pattern for a file's path, relative to the root of the scan, with slashes. In it, * stands for any
	// characters but a slash, ? for one of them, ** as a whole segment for any number of folders, [a-z] for one
	// character of a class, and {a,b} for either text.
	Path string

	Reason  string
	Expires lifecycle.Date // the last day judged on which the findings are accepted

	Line int // where the entry begins in the file
}

// LoadIgnore reads an ignore file, which is YAML:
//
//	ignore:
//	  - rule: text-header
//	    path: docs/history/**
//	    reason: it tells what used to be
//	    expires: 2026-12-31
//
// All four keys are required. An unknown rule or key, a key that stands twice, an empty value, and what is not a
// date or a pattern are errors that name the line.
func LoadIgnore(r io.Reader, file string) (*Ignore, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxIgnore+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxIgnore {
		return nil, fmt.Errorf("it is larger than %d MiB", maxIgnore>>20)
	}
	if !saysAnything(data) {
		return nil, errors.New("it is empty: list entries below ignore, or remove the file")
	}
	var document yaml.Node
	if err := yaml.Load(data, &document); err != nil {
		return nil, plainYAML(err)
	}
	whole, err := ignoreKeys(document.Content[0], "ignore")
	if err != nil {
		return nil, err
	}
	list := whole["ignore"]
	if list.Kind != yaml.SequenceNode {
		return nil, fmt.Errorf("line %d: ignore is not a list of entries", list.Line)
	}
	ignore := &Ignore{File: file}
	for _, node := range list.Content {
		entry, err := ignoreEntry(node)
		if err != nil {
			return nil, err
		}
		ignore.Entries = append(ignore.Entries, entry)
	}
	return ignore, nil
}

// saysAnything reports whether a YAML file has more than blank lines and comments.
func saysAnything(data []byte) bool {
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return true
		}
	}
	return false
}

// plainYAML is an error of a YAML parser with its line, and without the parser's other words.
func plainYAML(err error) error {
	if first, ok := errors.AsType[*yaml.LoadError](err); ok && first.Mark.Line > 0 {
		return fmt.Errorf("line %d: %s", first.Mark.Line, first.Message)
	}
	return err
}

// ignoreKeys returns the values of a mapping that has these keys, each once, and no others.
func ignoreKeys(node *yaml.Node, keys ...string) (map[string]*yaml.Node, error) {
	if node.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: the keys %s are missing", node.Line, strings.Join(keys, ", "))
	}
	values := map[string]*yaml.Node{}
	for i := 0; i < len(node.Content); i += 2 {
		key, value := node.Content[i], node.Content[i+1]
		switch {
		case !slices.Contains(keys, key.Value):
			return nil, fmt.Errorf("line %d: unknown key %.40q: known are %s", key.Line, key.Value, strings.Join(keys, ", "))
		case values[key.Value] != nil:
			return nil, fmt.Errorf("line %d: the key %s stands twice", key.Line, key.Value)
		}
		values[key.Value] = value
	}
	for _, key := range keys {
		if values[key] == nil {
			return nil, fmt.Errorf("line %d: the key %s is missing", node.Line, key)
		}
	}
	return values, nil
}

func ignoreEntry(node *yaml.Node) (IgnoreEntry, error) {
	keys := []string{"rule", "path", "reason", "expires"}
	values, err := ignoreKeys(node, keys...)
	if err != nil {
		return IgnoreEntry{}, err
	}
	for _, key := range keys {
		value := values[key]
		if value.Kind != yaml.ScalarNode || strings.TrimSpace(value.Value) == "" {
			return IgnoreEntry{}, fmt.Errorf("line %d: %s is empty, or is not text", value.Line, key)
		}
	}
	entry := IgnoreEntry{
		Rule: Rule(values["rule"].Value), Path: values["path"].Value,
		Reason: strings.Join(strings.Fields(values["reason"].Value), " "), Line: node.Line,
	}
	if !entry.Rule.Known() {
		return entry, fmt.Errorf("line %d: unknown rule %.40q: known are %s", values["rule"].Line, entry.Rule, strings.Join(ruleNames(), ", "))
	}
	if !doublestar.ValidatePattern(entry.Path) || path.IsAbs(entry.Path) || path.Clean(entry.Path) != entry.Path || strings.HasPrefix(entry.Path, "..") {
		return entry, fmt.Errorf("line %d: path %.80q is not a pattern such as docs/**, relative to the root of the scan", values["path"].Line, entry.Path)
	}
	entry.Expires, err = lifecycle.ParseDate(values["expires"].Value)
	if err != nil || entry.Expires.IsZero() {
		return entry, fmt.Errorf("line %d: expires %.40q is not a date such as 2026-08-31", values["expires"].Line, values["expires"].Value)
	}
	return entry, nil
}

func ruleNames() []string {
	var names []string
	for _, rule := range Rules() {
		names = append(names, string(rule))
	}
	return names
}

// matches reports whether the entry is about a use, on whatever day.
func (e IgnoreEntry) matches(u Use) bool {
	return e.Rule == u.Rule && doublestar.MatchUnvalidated(e.Path, u.File)
}

// ignoring is an ignore file on the day judged, and which of its entries have matched a use.
type ignoring struct {
	*Ignore
	day     lifecycle.Date
	matched []bool
}

// on returns the file on a day. It is used for one scan.
func (i *Ignore) on(day lifecycle.Date) *ignoring {
	if i == nil {
		i = &Ignore{}
	}
	return &ignoring{i, day, make([]bool, len(i.Entries))}
}

// accepting returns the first entry that accepts a use on the day, or nil.
func (i *ignoring) accepting(u Use) *IgnoreEntry {
	var first *IgnoreEntry
	for n, e := range i.Entries {
		if !e.matches(u) {
			continue
		}
		i.matched[n] = true
		if first == nil && !i.expired(e) {
			first = &i.Entries[n]
		}
	}
	return first
}

func (i *ignoring) expired(e IgnoreEntry) bool {
	return !lifecycle.Window{Last: e.Expires}.Contains(i.day)
}

// stale says which entries have matched nothing, or have expired.
func (i *ignoring) stale() []string {
	list := []string{}
	for n, e := range i.Entries {
		where := fmt.Sprintf("the entry for %s in %s (%s:%d)", e.Rule, e.Path, i.File, e.Line)
		switch {
		case !i.matched[n]:
			list = append(list, where+" matches nothing: remove it")
		case i.expired(e):
			list = append(list, fmt.Sprintf("%s expired on %s: what it accepted counts again", where, e.Expires))
		}
	}
	return list
}
