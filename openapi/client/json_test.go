package client

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestUniqueKeys(t *testing.T) {
	for _, tt := range []struct {
		document string
		want     string
	}{
		{`{"id":"v","servers":[{"id":"s"},{"id":"t"}],"a":{"id":1}}`, ""},
		{`[1,{"a":"a"},{"a":["a","a"]}]`, ""},
		{`"id"`, ""},
		{``, ""},
		{`{"id`, ""},
		{`{"id":"v","id":"w"}`, `"id"`},
		{`{"id":"v","ID":"w"}`, `"id"`},
		{`{"servers":[{"id":"s","Id":"t"}]}`, `"id"`},
		{`{"a":{"b":{}},"A":null}`, `"a"`},
		{`{"":1,"":2}`, `""`},
	} {
		err := uniqueKeys([]byte(tt.document))
		if tt.want == "" {
			assert.NoError(t, err, tt.document)
		} else {
			assert.ErrorContains(t, err, tt.want, tt.document)
		}
	}
}
