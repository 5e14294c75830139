package report_test

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestVersionsText prints for terminals of several widths.
func TestVersionsText(t *testing.T) {
	day := lifecycle.Day(2031, time.April, 1)
	table := lifecycle.Table{Source: "seed.example", Read: time.Date(2030, time.June, 2, 3, 0, 0, 0, time.UTC), Versions: []lifecycle.Version{oldest, middle, newest}}
	versions := report.NewVersions(table, day, 180, nil)
	versions.Compare(table, conformance.Discovered{Table: lifecycle.Table{Source: "live.example", Versions: []lifecycle.Version{
		middle, {ID: lifecycle.V(1, 10), Label: lifecycle.Supported}, {ID: lifecycle.V(1, 11), Label: lifecycle.Current},
	}}})
	for name, width := range map[string]int{"versions-40.txt": 40, "versions-60.txt": 60, "versions-80.txt": 80, "versions-120.txt": 120} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, versions.Text(&out, table, width))
			for line := range strings.Lines(out.String()) {
				assert.LessOrEqual(t, utf8.RuneCountInString(strings.TrimRight(line, "\n")), max(width, 60), line)
			}
			assert.NotRegexp(t, `(?m) $`, out.String(), "no blanks at the end of a line")
			requireGolden(t, name, out.Bytes())
		})
	}
}
