package migrate

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile are texts in which each place leads to all others, or each is a part of one long line.
var hostile = []struct {
	name, file string
	unit       func(i int) string
}{
	{"pairs and one variable", "x.py", each(`call("virtualserver", "1.1")` + "\n" + `h["Scp-Api-Version"] = version` + "\n")},
	{"pairs and many variables", "x.py", func(i int) string {
		return fmt.Sprintf("call(\"virtualserver\", \"1.1\")\nh[\"Scp-Api-Version\"] = v%d\n", i)
	}},
	{"variables of each other", "x.py", each("version = a + b\na = version\nb = a\nh[\"Scp-Api-Version\"] = version + a + b\n")},
	{"one constant", "x.py", each("SIGNATURE = \"Scp-Signature\"\n")},
	{"many constants", "x.py", func(i int) string { return fmt.Sprintf("NAME_%d = \"Scp-Signature\"\n", i) }},
	{"a collection in one line", "x.json", each(`{"key":"Scp-Api-Version","value":"virtualserver 1.1"},`)},
	{"a collection of variables", "x.json", func(i int) string { return fmt.Sprintf(`{"key":"Scp-Api-Version","value":"{{v%d}}"},`, i) }},
	{"a script in one line", "x.js", each(`raise({h:"Scp-Api-Version",v:q,s:"virtualserver"});`)},
	{"headers and nothing else", "x.http", each("Scp-Api-Version Scp-Signature Scp-Accesskey ")},
	{"the service and nothing else", "x.py", each(`"virtualserver", `)},
	{"calls that do not end", "x.py", each(`f("virtualserver 1.1", `)},
	{"prose without an end", "x.md", each("`Scp-Api-Version: virtualserver 1.1` and more ")},
	{"docstrings", "x.py", each("\"\"\"\nvirtualserver 1.1\n'''\n")},
}

func each(text string) func(int) string { return func(int) string { return text } }

// looked scans a text of so many units, and returns how many places it looked at.
func looked(file string, unit func(int) string, units int) int {
	var b strings.Builder
	for i := range units {
		b.WriteString(unit(i))
	}
	t := newText(file, []byte(b.String()))
	t.find()
	return t.steps
}

// Twice the text takes twice the steps at most, and no text more than so many.
func TestStepsOfHostileText(t *testing.T) {
	for _, h := range hostile {
		t.Run(h.name, func(t *testing.T) {
			const units = 300
			once, twice := looked(h.file, h.unit, units), looked(h.file, h.unit, 2*units)
			assert.LessOrEqual(t, twice, 2*once+10)
			assert.LessOrEqual(t, looked(h.file, h.unit, 10*units), maxSteps+1)
		})
	}
}

// What is left out of a text that has too much is said.
func TestTooManyPlaces(t *testing.T) {
	uses := scanText("x.py", []byte(strings.Repeat("h[\"Scp-Api-Version\"] = \"virtualserver 1.1\"\n", maxSteps+10)))
	require.Len(t, uses, maxSteps+1)
	assert.Contains(t, uses[maxSteps].Unknown, "too many places")
	assert.Equal(t, maxSteps+1, uses[maxSteps].Line)
}
