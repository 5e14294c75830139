package format_test

import (
	"encoding/json"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
)

// sarifSchema is the schema that OASIS published: see testdata/ORIGINS.md.
const sarifSchema = "testdata/sarif-schema-2.1.0.json"

func TestSARIFSchema(t *testing.T) {
	schema := schemaIn(t, sarifSchema)
	for name, r := range map[string]*migrate.Report{
		"everything": everything(t), "elsewhere": elsewhere(t), "safe": safeReport(t), "nothing": nothing(t), "unpinned": unpinned(t), "hostile": hostile(t),
	} {
		t.Run(name, func(t *testing.T) { require.NoError(t, schema.Validate(asJSON(t, written(t, format.SARIF, r)))) })
	}
	wrong := everything(t)
	wrong.Findings[0].Line = 0
	require.ErrorContains(t, schema.Validate(asJSON(t, written(t, format.SARIF, wrong))), "startLine", "the schema is one that can fail")
}

// sarif is what a reader looks at.
type sarif struct {
	Runs []struct {
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []struct{ Level string }
		}
		OriginalURIBaseIDs map[string]struct{ URI string } `json:"originalUriBaseIds"`
		Results            []struct {
			RuleID, Level string
			Locations     []struct {
				PhysicalLocation struct {
					ArtifactLocation struct {
						URI       string
						URIBaseID string `json:"uriBaseId"`
					}
				}
			}
			PartialFingerprints map[string]string
			Suppressions        []struct{ Justification string }
		}
	}
}

func sarifOf(t *testing.T, r *migrate.Report) sarif {
	t.Helper()
	var log sarif
	require.NoError(t, json.Unmarshal([]byte(written(t, format.SARIF, r)), &log))
	require.Len(t, log.Runs, 1)
	return log
}

func TestSARIF(t *testing.T) {
	r := everything(t)
	run := sarifOf(t, r).Runs[0]
	suppressed := 0
	fingerprints := map[string]bool{}
	for _, result := range run.Results {
		fingerprints[result.PartialFingerprints["primaryLocationLineHash"]] = true
		suppressed += len(result.Suppressions)
	}
	assert.Len(t, run.Results, len(r.Findings)+len(r.Ignored)-r.Counts[migrate.Supported], "what needs nothing done is no result")
	assert.Len(t, fingerprints, len(run.Results))
	assert.Equal(t, len(r.Ignored), suppressed)
	assert.True(t, run.Invocations[0].ExecutionSuccessful)
	assert.False(t, sarifOf(t, unpinned(t)).Runs[0].Invocations[0].ExecutionSuccessful)
	assert.Equal(t, "error", run.Results[0].Level)
}

// TestSARIFFiles: paths are URIs, relative to where the code is.
func TestSARIFFiles(t *testing.T) {
	r := elsewhere(t)
	run := sarifOf(t, r).Runs[0]
	assert.Equal(t, "file:///srv/code,%20all%20of%20it/", run.OriginalURIBaseIDs["ROOT"].URI)
	var files []string
	for _, result := range run.Results {
		artifact := result.Locations[0].PhysicalLocation.ArtifactLocation
		assert.Equal(t, "ROOT", artifact.URIBaseID)
		u, err := url.Parse(artifact.URI)
		require.NoError(t, err)
		files = append(files, u.Path)
	}
	assert.Contains(t, files, "infra/.terraform.lock.hcl")
	assert.Empty(t, sarifOf(t, everything(t)).Runs[0].OriginalURIBaseIDs)
}
