package client

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// uniqueKeys refuses a JSON document in which an object has a key twice, in whatever case:
// [json.Unmarshal] would mix the values of the two. What is wrong with the rest is for Unmarshal to say.
func uniqueKeys(data []byte) error {
	type level struct {
		keys  map[string]bool // nil in an array
		value bool            // whether the next token is a value, and not a key
	}
	var open []level
	decoder := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := decoder.Token()
		if err != nil {
			return nil //nolint:nilerr // the end, or what Unmarshal reports
		}
		if token == json.Delim('}') || token == json.Delim(']') {
			open = open[:len(open)-1]
			continue
		}
		if n := len(open) - 1; n >= 0 && open[n].keys != nil {
			isKey := !open[n].value
			open[n].value = isKey
			if isKey {
				key := strings.ToLower(token.(string))
				if open[n].keys[key] {
					return fmt.Errorf("it has the key %q twice", key)
				}
				open[n].keys[key] = true
			}
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{keys: map[string]bool{}})
		case json.Delim('['):
			open = append(open, level{})
		}
	}
}
