package cases_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// slug is how cases, families and variants are named: reports, baselines and commands repeat the names. A dot is
// that of a version.
var slug = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+|\.[0-9]+)*$`)

// TestEveryClauseHasACaseOrADatedReason, and none has both.
func TestEveryClauseHasACaseOrADatedReason(t *testing.T) {
	sources := []conformance.Source{conformance.Document, conformance.Common, conformance.SDK, conformance.Field, conformance.Assumed}
	seen := map[string]bool{}
	for _, clause := range cases.Clauses() {
		assert.Regexp(t, `^[A-Z]+(-[A-Z0-9]+)+$`, clause.ID)
		assert.False(t, seen[clause.ID], "%s is there twice", clause.ID)
		seen[clause.ID] = true
		assert.NotEmpty(t, clause.Text, clause.ID)
		assert.Contains(t, sources, clause.Source, clause.ID)

		covered := slices.ContainsFunc(cases.All(), func(c conformance.Case) bool {
			return slices.ContainsFunc(c.Clauses, func(own conformance.Clause) bool { return own.ID == clause.ID })
		})
		exempt := clause.Exempt != ""
		assert.NotEqual(t, covered, exempt, "%s has a case, or a reason for none, and not both", clause.ID)
		assert.Equal(t, exempt, clause.Dated != "", "%s: a reason has the day on which it was looked at", clause.ID)
		if exempt {
			_, err := lifecycle.ParseDate(clause.Dated)
			require.NoError(t, err, clause.ID)
		}
		found, ok := cases.Clause(clause.ID)
		assert.True(t, ok)
		assert.Equal(t, clause, found)
	}
	_, ok := cases.Clause("NO-SUCH-CLAUSE")
	assert.False(t, ok)
}

// TestEveryCase has a name, a summary and clauses; families are together, and clauses of one ID are one clause.
func TestEveryCase(t *testing.T) {
	seen, clauses := map[string]bool{}, map[string]conformance.Clause{}
	var families []string
	for _, c := range cases.All() {
		assert.Regexp(t, slug, c.ID)
		assert.False(t, seen[c.ID], "%s is there twice", c.ID)
		seen[c.ID] = true
		assert.Regexp(t, slug, c.Family, c.ID)
		if len(families) == 0 || families[len(families)-1] != c.Family {
			assert.NotContains(t, families, c.Family, "the cases of a family are together")
			families = append(families, c.Family)
		}
		assert.NotEmpty(t, c.Summary, c.ID)
		assert.NotRegexp(t, `\.$`, c.Summary, "%s: a summary is part of a line", c.ID)
		assert.NotEmpty(t, c.Clauses, "%s is held to nothing", c.ID)
		for _, clause := range c.Clauses {
			if known, ok := clauses[clause.ID]; ok {
				assert.Equal(t, known, clause, "two clauses are called %s", clause.ID)
			}
			clauses[clause.ID] = clause
		}
		names := map[string]bool{}
		for _, v := range c.Variants {
			assert.Regexp(t, slug, v.Name, c.ID)
			assert.False(t, names[v.Name], "%s has variant %s twice", c.ID, v.Name)
			names[v.Name] = true
			assert.NotNil(t, v.Ask, "%s/%s", c.ID, v.Name)
		}
	}
	assert.Equal(t, []string{"detach", "ids", "authentication", "version", "discovery", "form"}, families)
}

// TestEveryDocumentedAnswerHasAClause goes through every operation, status and version of the documents.
func TestEveryDocumentedAnswerHasAClause(t *testing.T) {
	set, err := openapi.Load()
	require.NoError(t, err)
	answers := map[string]bool{}
	for _, clause := range cases.Clauses() {
		answers[fmt.Sprint(clause.Operation, clause.Status)] = true
	}
	for _, doc := range append(slices.Clone(set.Versions), set.Discovery, set.Volumes) {
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

// TestEachClauseIsWatchedByOneCase: LeaveTo leaves a finding to the one that watches.
func TestEachClauseIsWatchedByOneCase(t *testing.T) {
	watcher := map[string]string{}
	for _, c := range cases.All() {
		if c.Watch == nil {
			continue
		}
		for _, clause := range c.Clauses {
			assert.Empty(t, watcher[clause.ID], "%s watches %s, and so does another", c.ID, clause.ID)
			watcher[clause.ID] = c.ID
		}
	}
}

func TestSelect(t *testing.T) {
	all := cases.All()
	ids := func(list []conformance.Case) []string {
		named := []string{}
		for _, c := range list {
			named = append(named, c.ID)
		}
		return named
	}
	first, last := all[0].ID, all[len(all)-1].ID
	for _, c := range []struct {
		name string
		ask  []string
		want []string
	}{
		{"none is all", nil, ids(all)},
		{"one", []string{last}, []string{last}},
		{"in the order of the catalogue, each once", []string{last, first, last}, []string{first, last}},
		{"every one by a star", []string{"*"}, ids(all)},
		{"one twice, by a star too", []string{first, "*"}, ids(all)},
		{"one whose ID begins another's", []string{"detach-o*"}, []string{"detach-other-methods", "detach-os-volume", "detach-other-server"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := cases.Select(c.ask...)
			require.NoError(t, err)
			assert.Equal(t, c.want, ids(got))
		})
	}
	for _, unknown := range []string{"", "no-such-case", "no-such-*", first[1:], first + "-", "[a-z]*", "no-such-case/x", "detach-other*/x"} {
		t.Run("unknown "+unknown, func(t *testing.T) {
			_, err := cases.Select(first, unknown)
			require.ErrorContains(t, err, fmt.Sprintf("%q", unknown))
		})
	}
}

// TestSelectVariants leaves a case the variants that are named, and all of them where the case itself is named.
func TestSelectVariants(t *testing.T) {
	variants := func(names ...string) (list []string) {
		got, err := cases.Select(names...)
		require.NoError(t, err)
		for _, c := range got {
			for _, v := range c.Variants {
				list = append(list, c.ID+"/"+v.Name)
			}
		}
		return list
	}
	one, two := "detach-repeated/while-detaching", "detach-repeated/at-once"
	assert.Equal(t, []string{one}, variants(one))
	assert.Equal(t, []string{one, two}, variants(one, two))
	assert.Equal(t, []string{one, two}, variants(one, "detach-repeated"))
	assert.Equal(t, []string{one, two}, variants("detach-repeated", one))
	assert.Equal(t, []string{one, two}, variants(one, "detach-rep*"))
	assert.Equal(t, []string{one, two}, variants(two, one), "in the order of the catalogue")
	assert.Equal(t, []string{one}, variants(one, one))
	_, err := cases.Select("detach-repeated/no-such")
	require.ErrorContains(t, err, `no variant "no-such"`)
}
