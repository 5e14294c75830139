package deploy

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/itchyny/gojq"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

const workflows = top + "/.github/workflows/"

// workflow is what of a workflow bears on rights, and what a test reads.
type workflow struct {
	Permissions *map[string]string
	Concurrency struct {
		CancelInProgress bool `yaml:"cancel-in-progress"`
	}
	Jobs map[string]struct {
		Permissions map[string]string
		Timeout     int `yaml:"timeout-minutes"`
		Strategy    struct {
			Matrix struct{ Include []pair }
		}
		Steps []struct {
			Uses string
			With map[string]any
			Run  string
		}
	}
}

type pair struct{ Region, Environment string }

func readWorkflow(t *testing.T, name string) workflow {
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	var w workflow
	require.NoError(t, yaml.Unmarshal(data, &w))
	return w
}

// TestWorkflowRights: no job has a right that its subject does not need, none runs for ever, and each action is
// the one that was looked at.
func TestWorkflowRights(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(workflows + "*.yml")
	require.NoError(t, err)
	require.Len(t, files, 2)
	pinned := regexp.MustCompile(`^ *(- )?uses: [a-z/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+`)
	for _, name := range files {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		for line := range strings.Lines(string(data)) {
			if strings.Contains(line, "uses:") {
				assert.Regexp(t, pinned, line, name)
			}
		}
		w := readWorkflow(t, name)
		require.NotNil(t, w.Permissions, name)
		assert.Empty(t, *w.Permissions, name)
		require.NotEmpty(t, w.Jobs)
		for id, job := range w.Jobs {
			want := map[string]string{"contents": "read"}
			if id == "issue" {
				want = map[string]string{"issues": "write"}
			}
			assert.Equal(t, want, job.Permissions, id)
			assert.Positive(t, job.Timeout, id)
			for _, step := range job.Steps {
				if strings.HasPrefix(step.Uses, "actions/checkout@") {
					assert.Equal(t, false, step.With["persist-credentials"], id)
				}
				assert.NotContains(t, step.Run, "${{", "%s: an expression in a script is code", id)
			}
		}
	}
}

// TestNightlyPairs: the nights are those of every endpoint of the documents, and two never overlap.
func TestNightlyPairs(t *testing.T) {
	t.Parallel()
	set, err := openapi.Load()
	require.NoError(t, err)
	spec, err := set.Newest().Copy()
	require.NoError(t, err)
	var want []pair
	environment := regexp.MustCompile(`\{region\}\.([a-z]+)\.`)
	for _, server := range spec.Servers {
		for _, region := range server.Variables["region"].Enum {
			want = append(want, pair{region, environment.FindStringSubmatch(server.URL)[1]})
		}
	}
	nightly := readWorkflow(t, workflows+"nightly.yml")
	require.NotEmpty(t, want)
	assert.Equal(t, want, nightly.Jobs["judge"].Strategy.Matrix.Include)
	assert.False(t, nightly.Concurrency.CancelInProgress)
}

// TestNew: an issue is about what fails and did not, and about nothing else.
func TestNew(t *testing.T) {
	t.Parallel()
	program, err := os.ReadFile(top + "/.github/new.jq")
	require.NoError(t, err)
	query, err := gojq.Parse(string(program))
	require.NoError(t, err)

	failing := func(id string, minor int, known *conformance.Known) conformance.Result {
		return conformance.Result{
			Case: conformance.CaseFacts{ID: id}, Version: lifecycle.Version{ID: lifecycle.V(1, minor)}, Verdict: conformance.Fail,
			Findings: []conformance.Finding{{Verdict: conformance.Fail, Code: "accepted", Clause: "DETACH-409", Text: "@everybody", Known: known}},
		}
	}
	differing := failing("differing", 2, nil)
	differing.Verdict = conformance.Differs
	changed := func(kind conformance.ChangeKind) *conformance.Changes {
		return &conformance.Changes{List: []conformance.Change{
			{Kind: kind, Case: "failing", Version: "1.2"},
			{Kind: kind, Case: "failing", Version: "1.10"},
			{Kind: conformance.ChangeNewFailure, Case: "failing", Version: "1.11"},
			{Kind: conformance.ChangeNewFailure, Case: "differing", Version: "1.2"},
		}}
	}
	const line = "- https://one.example: `failing` in 1.2, 1.10 breaks `DETACH-409` (`accepted`)"
	for _, tt := range []struct {
		name    string
		changes *conformance.Changes
		known   *conformance.Known
		want    []string
	}{
		{"new", changed(conformance.ChangeNewFailure), nil, []string{line}},
		{"in another way", changed(conformance.ChangeOtherFailure), nil, []string{line}},
		{"still", changed(conformance.ChangeStillFailing), nil, nil},
		{"nothing changed", &conformance.Changes{}, nil, nil},
		{"no earlier report", nil, nil, []string{line}},
		{"new and known", changed(conformance.ChangeNewFailure), &conformance.Known{Reason: "tracked"}, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			report := conformance.Report{Endpoint: "https://one.example", Changes: tt.changes, Results: []conformance.Result{
				failing("failing", 2, tt.known), failing("failing", 10, tt.known), differing,
			}}
			assert.Equal(t, tt.want, lines(t, query, report))
			other := report
			other.Endpoint = "https://two.example"
			assert.Len(t, lines(t, query, []conformance.Report{report, other}), 2*len(tt.want), "of several reports")
		})
	}
}

// lines is what a jq program makes of a value.
func lines(t *testing.T, query *gojq.Query, value any) []string {
	t.Helper()
	data, err := json.Marshal(value)
	require.NoError(t, err)
	var input any
	require.NoError(t, json.Unmarshal(data, &input))
	var made []string
	for results := query.Run(input); ; {
		result, more := results.Next()
		if !more {
			return made
		}
		line, ok := result.(string)
		require.True(t, ok, result)
		made = append(made, line)
	}
}
