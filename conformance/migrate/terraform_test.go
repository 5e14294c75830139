package migrate

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The parsers of HCL have no bound of their own on what they nest: enough of it ends the whole process.
func TestTooMuchTerraform(t *testing.T) {
	const block, end = "provider \"samsungcloudplatformv2\" {\n", "}\n"
	for _, tt := range []struct {
		name, file, text, trouble string
	}{
		{"blocks side by side", "a.tf", strings.Repeat(block+end, 1000), ""},
		{"blocks in blocks", "a.tf", strings.Repeat(block, 100) + strings.Repeat(end, 100), ""},
		{"blocks that do not end", ".terraform.lock.hcl", strings.Repeat(block, 20_000), "cannot be parsed: more than 250 brackets are open at once"},
		{"lists in JSON", "a.tf.json", strings.Repeat(`{"samsungcloudplatformv2":[`, 20_000), "cannot be parsed: more than 250 brackets are open at once"},
		{"a large file", "a.tf", strings.Repeat(block+end, 50_000), "cannot be parsed: it is larger than 1 MiB"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &scan{}
			s.terraform(tt.file, []byte(tt.text), &found{})
			var result Scanned
			s.notes.into(&result)
			var want []Trouble
			if tt.trouble != "" {
				want = []Trouble{{File: tt.file, Text: tt.trouble}}
			}
			assert.Equal(t, want, result.Troubles)
		})
	}
}
