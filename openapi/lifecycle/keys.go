package lifecycle

import (
	"encoding/json"
	"fmt"
	"strings"
)

// keys are those of a JSON object that are read, each with the keys of the object,
// or of the list of objects, that it holds; nil for any other value.
type keys map[string]keys

// The keys of what is read from an endpoint and from a file.
var (
	entryKeys     = keys{"id": nil, "status": nil, "not_before": nil}
	discoveryKeys = keys{"versions": entryKeys}
	fileKeys      = keys{"schema": nil, "source": nil, "read": nil, "versions": entryKeys}
)

// check reads the next value of d and refuses a key that is there twice, or in
// another letter case than the one that is read. encoding/json would take each
// for the same key, and mix the values of several.
func (k keys) check(d *json.Decoder) error {
	if k == nil {
		return d.Decode(new(json.RawMessage))
	}
	open, err := d.Token()
	if err != nil {
		return err
	}
	if open != json.Delim('{') && open != json.Delim('[') {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		held := k
		if open == json.Delim('{') {
			token, err := d.Token()
			if err != nil {
				return err
			}
			name, _ := token.(string)
			if seen[name] {
				return fmt.Errorf("key %.40q is there twice", name)
			}
			seen[name] = true
			if err := k.checkCase(name); err != nil {
				return err
			}
			held = k[name]
		}
		if err := held.check(d); err != nil {
			return err
		}
	}
	_, err = d.Token() // the closing bracket
	return err
}

func (k keys) checkCase(name string) error {
	if _, ok := k[name]; ok {
		return nil
	}
	for known := range k {
		if strings.EqualFold(name, known) {
			return fmt.Errorf("key %.40q: write it as %q", name, known)
		}
	}
	return nil
}
