package conformance_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestEveryClauseHasACaseOrADatedReason(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, clause := range conformance.Clauses() {
		assert.Regexp(t, `^[A-Z]+(-[A-Z0-9]+)+$`, clause.ID)
		assert.False(t, seen[clause.ID], "%s is there twice", clause.ID)
		seen[clause.ID] = true
		assert.NotEmpty(t, clause.Text, clause.ID)
		assert.NotEmpty(t, clause.Source, clause.ID)

		covered := slices.ContainsFunc(conformance.Cases(), func(c conformance.Case) bool {
			return slices.Contains(c.Clauses, clause.ID)
		})
		exempt := clause.Exempt != ""
		assert.NotEqual(t, covered, exempt, "%s has a case, or a reason for none, and not both", clause.ID)
		if exempt {
			day, err := lifecycle.ParseDate(clause.Dated)
			require.NoError(t, err, clause.ID)
			assert.False(t, day.IsZero(), "%s: a reason has the day on which it was looked at", clause.ID)
		}
	}
}

func TestEveryCaseHasClauses(t *testing.T) {
	t.Parallel()
	id := regexp.MustCompile(`^[a-z]+(-[a-z0-9]+)+$`)
	seen := map[string]bool{}
	for _, c := range conformance.Cases() {
		assert.Regexp(t, id, c.ID)
		assert.False(t, seen[c.ID], "%s is there twice", c.ID)
		seen[c.ID] = true
		assert.NotEmpty(t, c.Summary, c.ID)
		assert.NotEmpty(t, c.Clauses, "%s is held against nothing", c.ID)
		for _, clause := range c.Clauses {
			_, known := conformance.ClauseByID(clause)
			assert.True(t, known, "%s is held against %s, which there is not", c.ID, clause)
		}
	}
}

// TestEveryDocumentedAnswerHasAClause goes through every operation, status and version of the documents.
func TestEveryDocumentedAnswerHasAClause(t *testing.T) {
	t.Parallel()
	set, err := openapi.Load()
	require.NoError(t, err)
	answers := map[string]bool{}
	for _, clause := range conformance.Clauses() {
		answers[fmt.Sprint(clause.Operation, clause.Status)] = true
	}
	documents := append(slices.Clone(set.Versions), set.Discovery, set.Volumes)
	for _, doc := range documents {
		for _, op := range doc.Operations() {
			for code := range op.Responses.Map() {
				status, err := strconv.Atoi(code)
				require.NoError(t, err)
				assert.True(t, answers[fmt.Sprint(op.OperationID, status)], "%s: %s answers %d %s, and no clause says so",
					doc.File, op.OperationID, status, http.StatusText(status))
			}
		}
	}
}

// TestEveryClauseHasADefect: a clause that no defect breaks has no case that was seen to notice.
func TestEveryClauseHasADefect(t *testing.T) {
	t.Parallel()
	broken := map[string]bool{"FORM-TLS": true} // by TestOldTLSIsNoticed
	for name, e := range readGolden(t) {
		for _, id := range e.required {
			cases, err := conformance.Select(id)
			require.NoError(t, err, name)
			for _, clause := range cases[0].Clauses {
				broken[clause] = true
			}
		}
	}
	for _, clause := range conformance.Clauses() {
		if clause.Exempt == "" {
			assert.True(t, broken[clause.ID], "no defect breaks %s", clause.ID)
		}
	}
	assert.GreaterOrEqual(t, len(mock.Defects()), 40)
}
