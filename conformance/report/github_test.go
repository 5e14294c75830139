package report_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/report"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
)

// command is a workflow command, as GitHub reads one.
type command struct{ level, title, message string }

var workflowCommand = regexp.MustCompile(`^::(error|warning|notice) title=([^:,]*)::(.*)$`)

func writtenGitHub(t *testing.T, reports ...*conformance.Report) (written string, commands []command) {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, report.GitHub(&out, reports...))
	unescape := strings.NewReplacer("%0A", "\n", "%0D", "\r", "%3A", ":", "%2C", ",", "%25", "%").Replace
	for line := range strings.Lines(out.String()) {
		parts := workflowCommand.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		require.NotNil(t, parts, line)
		commands = append(commands, command{parts[1], unescape(parts[2]), unescape(parts[3])})
	}
	return out.String(), commands
}

func TestGitHub(t *testing.T) {
	written, commands := writtenGitHub(t, tree(t))
	requireGolden(t, "tree.github.txt", []byte(written))
	assert.Equal(t, "error", commands[0].level)
	assert.Contains(t, commands[0].message, "FAIL: https://virtualserver.example does not behave as documented")
	assert.Contains(t, commands[1].title, "in 1.9", "new failures are the first")
	for _, c := range commands {
		assert.NotContains(t, c.title, "detach-twice in 1.2", "what is known is no annotation")
	}
}

// TestGitHubLevels: the level of the verdict is that of the exit code.
func TestGitHubLevels(t *testing.T) {
	strict := passed()
	strict.Verdict, strict.ExitCode, strict.Options.Strict = conformance.Fail, conformance.ExitFailed, true
	strict.Results = append(strict.Results, result(newest, "form", "form-detail", conformance.Differs, breach(detail, "an error has no detail", 1)))
	loose := passed()
	loose.ExitCode, loose.Results = conformance.ExitOK, strict.Results
	ok := passed()
	ok.ExitCode = conformance.ExitOK
	silent := unreachable()
	silent.ExitCode = conformance.ExitNotJudged
	for _, tt := range []struct {
		name    string
		reports []*conformance.Report
		levels  []string
	}{
		{"passed", []*conformance.Report{ok}, []string{"notice"}},
		{"differs", []*conformance.Report{loose}, []string{"notice", "warning"}},
		{"differs in a strict run", []*conformance.Report{strict}, []string{"error", "error"}},
		{"unreachable", []*conformance.Report{silent}, []string{"warning", "warning", "warning"}},
		{"the worst of several", []*conformance.Report{ok, silent, ok}, []string{"warning", "warning", "warning"}},
		{"none", nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, commands := writtenGitHub(t, tt.reports...)
			var levels []string
			for _, c := range commands {
				levels = append(levels, c.level)
			}
			assert.Equal(t, tt.levels, levels)
		})
	}
}

// TestGitHubShowsTen of each level, however many there are, and says how many are left out.
func TestGitHubShowsTen(t *testing.T) {
	big := bigTree(t, 1000)
	_, commands := writtenGitHub(t, big, treeOf(t, "second.example"))
	of := map[string][]command{}
	for _, c := range commands {
		of[c.level] = append(of[c.level], c)
	}
	for _, level := range []string{"error", "warning"} {
		require.Len(t, of[level], 10, level)
		assert.Regexp(t, `^\d+ more`, of[level][9].message)
	}
	assert.Equal(t, "Not as documented: signature-wrong in 1.9 of https://second.example", commands[1].title, "new failures are the first, of whatever endpoint")
}

func TestGitHubHostile(t *testing.T) {
	written, commands := writtenGitHub(t, hostile(t), hostile(t))
	safetest.RequireHarmless(t, written)
	_, plain := writtenGitHub(t, tree(t), tree(t))
	assert.Len(t, commands, len(plain), "no word made a command of its own")
}
