package format_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
)

var workflowCommand = regexp.MustCompile(`^::(error|warning|notice) (?:file=([^:,]+),)?(?:line=(\d+),col=(\d+),)?title=([^:,]*)::(.*)\n$`)

// annotations are the commands of a report, as GitHub reads them.
func annotations(t *testing.T, r *migrate.Report) [][]string {
	t.Helper()
	var list [][]string
	unescape := strings.NewReplacer("%0A", "\n", "%0D", "\r", "%3A", ":", "%2C", ",", "%25", "%")
	for line := range strings.Lines(written(t, format.GitHub, r)) {
		parts := workflowCommand.FindStringSubmatch(line)
		require.NotNil(t, parts, line)
		for i := range parts {
			parts[i] = unescape.Replace(parts[i])
		}
		list = append(list, parts[1:])
	}
	return list
}

func TestGitHub(t *testing.T) {
	list := annotations(t, everything(t))
	assert.Equal(t, []string{"error", "", "", "", "API versions on 2031-07-15"}, list[0][:5])
	assert.Contains(t, list[0][5], "Not safe: 4 uses in 4 files end before it; the first on 2030-12-31")
	assert.Equal(t, []string{
		"error", "cmd/attach/main.go", "12", "2", "Speaks 1.1, which ended on 2031-05-31",
		"Move to 1.3: 1.1 ended on 2031-05-31, 45 days before the day judged.\nvirtualserver \"github.com/scp-openapi/virtualserver/gen/v1.1\"",
	}, list[1])
	for _, each := range list {
		assert.NotContains(t, each[4], "Supported", "there is nothing to do")
	}
	assert.Equal(t, "notice", annotations(t, safeReport(t))[0][0])
	assert.Equal(t, "warning", annotations(t, unpinned(t))[0][0])
}

// TestGitHubShowsTen of each level, however many there are, and says how many are left out.
func TestGitHubShowsTen(t *testing.T) {
	levels := map[string][][]string{}
	for _, each := range annotations(t, many(t, 100)) {
		levels[each[0]] = append(levels[each[0]], each)
	}
	for _, level := range []string{"error", "warning"} {
		require.Len(t, levels[level], 10)
		assert.Regexp(t, `^\d+ more`, levels[level][9][5])
	}
}

func TestGitHubHostile(t *testing.T) {
	assert.Len(t, annotations(t, hostile(t)), len(annotations(t, everything(t))), "no word made a command of its own")
}
