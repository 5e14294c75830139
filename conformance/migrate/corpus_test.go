package migrate_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

// The corpus has small files in the shapes in which public code speaks the API, and in those that look like
// it. What is to be found in each stands in corpus.txt, and files that are not there have nothing.
func TestCorpus(t *testing.T) {
	expected := strings.Split(strings.TrimSpace(string(read(t, "testdata/corpus.txt"))), "\n")
	expected = slices.DeleteFunc(expected, func(line string) bool { return strings.HasPrefix(line, "#") })

	scanned, err := migrate.Scan(t.Context(), migrate.Options{Root: "testdata/corpus"})
	require.NoError(t, err)
	assert.Empty(t, scanned.Troubles)
	var found []string
	for _, u := range scanned.Uses {
		found = append(found, line(u))
	}

	files, findings := 0, 0
	require.NoError(t, filepath.WalkDir("testdata/corpus", func(_ string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && d.Name() != ".gitattributes" {
			files++
		}
		return err
	}))
	for _, f := range found {
		if slices.Contains(expected, f) {
			findings++
		} else {
			t.Errorf("not expected: %s", f)
		}
	}
	for _, e := range expected {
		if !slices.Contains(found, e) {
			t.Errorf("not found:    %s", e)
		}
	}
	t.Logf("%d files, %d findings: precision %.1f %%, recall %.1f %%", files, len(expected),
		100*float64(findings)/float64(max(len(found), 1)), 100*float64(findings)/float64(len(expected)))
	assert.GreaterOrEqual(t, files, 60)
}

// line is a use as corpus.txt has it.
func line(u migrate.Use) string {
	speaks := "unpinned"
	if len(u.Versions) > 0 || u.Unknown != "" {
		speaks = strings.Trim(fmt.Sprint(u.Versions), "[]")
	}
	if u.Unknown != "" {
		speaks = strings.TrimSpace(speaks + " unknown")
	}
	return fmt.Sprintf("%s:%d:%d: %s %s", u.File, u.Line, u.Column, u.Rule, speaks)
}

func read(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return data
}
