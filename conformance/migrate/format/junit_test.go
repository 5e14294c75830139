package format_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/joshdk/go-junit"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
)

// TestJUnitIsAsRedAsTheAnswer, whatever made it so: read by a reader that is not ours.
func TestJUnitIsAsRedAsTheAnswer(t *testing.T) {
	hidden := everything(t)
	hidden.Findings, hidden.Troubles = nil, nil
	unread := nothing(t)
	unread.Files, unread.ExitCode = 0, 3
	for name, c := range map[string]struct {
		report *migrate.Report
		want   junit.Totals
	}{
		"everything":               {everything(t), junit.Totals{Tests: 13, Passed: 2, Skipped: 1, Failed: 5, Error: 5}},
		"safe":                     {safeReport(t), junit.Totals{Tests: 2, Passed: 2}},
		"nothing":                  {nothing(t), junit.Totals{Tests: 1, Passed: 1}},
		"unpinned":                 {unpinned(t), junit.Totals{Tests: 1, Error: 1}},
		"nothing was read":         {unread, junit.Totals{Tests: 1, Error: 1}},
		"no finding says why":      {hidden, junit.Totals{Tests: 2, Skipped: 1, Failed: 1}},
		"no word makes an element": {hostile(t), junit.Totals{Tests: 13, Passed: 2, Skipped: 1, Failed: 5, Error: 5}},
	} {
		t.Run(name, func(t *testing.T) {
			suites, err := junit.Ingest([]byte(written(t, format.JUnit, c.report)))
			require.NoError(t, err)
			require.Len(t, suites, 1)
			got := suites[0].Totals
			got.Duration = 0
			assert.Equal(t, c.want, got)
		})
	}
}

// TestJUnitSchema holds files against Surefire's schema.
func TestJUnitSchema(t *testing.T) {
	xmllint, err := exec.LookPath("xmllint")
	if err != nil {
		t.Skip("there is no xmllint here: Debian's package libxml2-utils has it")
	}
	for name, r := range map[string]*migrate.Report{"everything": everything(t), "safe": safeReport(t), "nothing": nothing(t), "hostile": hostile(t)} {
		t.Run(name, func(t *testing.T) {
			check := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", "--huge", "--schema", "../../report/testdata/surefire/testsuites.xsd", "-")
			check.Stdin = strings.NewReader(written(t, format.JUnit, r))
			said, err := check.CombinedOutput()
			require.NoError(t, err, "%s", said)
		})
	}
}
