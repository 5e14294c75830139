package migrate_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/migrate"
)

const accepted = `
ignore:
  - rule: go-import
    path: docs/**
    reason: it tells
      what used to be
    expires: 2031-06-30
`

func loadIgnore(t *testing.T, text string) *migrate.Ignore {
	t.Helper()
	ignore, err := migrate.LoadIgnore(strings.NewReader(text), "ignore.yaml")
	require.NoError(t, err)
	return ignore
}

func TestLoadIgnore(t *testing.T) {
	assert.Equal(t, &migrate.Ignore{File: "ignore.yaml", Entries: []migrate.IgnoreEntry{
		{Rule: migrate.GoImport, Path: "docs/**", Reason: "it tells what used to be", Expires: loadIgnore(t, accepted).Entries[0].Expires, Line: 3},
	}}, loadIgnore(t, accepted))
	assert.Equal(t, "2031-06-30", loadIgnore(t, accepted).Entries[0].Expires.String())
	assert.Empty(t, loadIgnore(t, "ignore: []").Entries)
}

func TestLoadIgnoreRefuses(t *testing.T) {
	replace := func(old, by string) string { return strings.Replace(accepted, old, by, 1) }
	for name, c := range map[string]struct{ text, want string }{
		"nothing":               {" \n", "it is empty"},
		"comments alone":        {"# later\n", "it is empty"},
		"no mapping":            {"- a\n", "line 1: the keys ignore are missing"},
		"another key":           {"ignored: []\n", `line 1: unknown key "ignored": known are ignore`},
		"no list":               {"ignore: all\n", "line 1: ignore is not a list of entries"},
		"no entry":              {"ignore: [all]\n", "line 1: the keys rule, path, reason, expires are missing"},
		"an unknown key":        {replace("reason", "reasons"), `line 5: unknown key "reasons": known are rule, path, reason, expires`},
		"a key twice":           {replace("    path: docs/**", "    path: docs/**\n    path: src/**"), "line 5: "},
		"the whole twice":       {accepted + "ignore: []\n", "line 8: "},
		"no rule":               {replace("- rule: go-import\n    path", "- path"), "line 3: the key rule is missing"},
		"no path":               {replace("    path: docs/**\n", ""), "line 3: the key path is missing"},
		"no reason":             {replace("    reason: it tells\n      what used to be\n", ""), "line 3: the key reason is missing"},
		"no expiry":             {replace("    expires: 2031-06-30\n", ""), "line 3: the key expires is missing"},
		"an empty reason":       {replace("it tells\n      what used to be", `"  "`), "line 5: reason is empty"},
		"a reason that is none": {replace("it tells\n      what used to be", `[a]`), "line 5: reason is empty, or is not text"},
		"an unknown rule":       {replace("go-import", "go-*"), `line 3: unknown rule "go-*": known are go-import, `},
		"no date":               {replace("2031-06-30", "soon"), `line 7: expires "soon" is not a date such as 2026-08-31`},
		"a day that is none":    {replace("2031-06-30", "2031-06-31"), `line 7: expires "2031-06-31" is not a date`},
		"none as a date":        {replace("2031-06-30", `"-"`), `line 7: expires "-" is not a date`},
		"a broken pattern":      {replace("docs/**", `"docs/[a"`), `line 4: path "docs/[a" is not a pattern such as docs/**`},
		"an absolute path":      {replace("docs/**", "/docs/**"), `line 4: path "/docs/**" is not a pattern`},
		"a path that goes up":   {replace("docs/**", "../docs/**"), `line 4: path "../docs/**" is not a pattern`},
		"a path from here":      {replace("docs/**", "./docs/**"), `line 4: path "./docs/**" is not a pattern`},
		"an alias":              {"ignore:\n  - &a {rule: go-import, path: a, reason: b, expires: 2031-06-30}\n  - *a\n", "line 3: the keys"},
		"a merge":               {"ignore:\n  - &a {rule: go-import, path: a, reason: b, expires: 2031-06-30}\n  - <<: *a\n", `line 3: unknown key "<<"`},
		"two documents":         {accepted + "---\n" + accepted, ""},
		"not YAML":              {"ignore: [\n", "line "},
		"too large":             {accepted + strings.Repeat("#", 1<<20), "it is larger than 1 MiB"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := migrate.LoadIgnore(strings.NewReader(c.text), "ignore.yaml")
			require.Error(t, err)
			assert.Truef(t, strings.HasPrefix(err.Error(), c.want), "%v", err)
		})
	}
	_, err := migrate.LoadIgnore(iotest.ErrReader(assert.AnError), "ignore.yaml")
	require.ErrorIs(t, err, assert.AnError)
}

// TestIgnore: what an entry accepts, and what is said of one that accepts nothing.
func TestIgnore(t *testing.T) {
	ended := use(migrate.GoImport, "docs/old/a.go", v11)
	other := use(migrate.GoHeader, "docs/old/a.go", v11)
	for name, c := range map[string]struct {
		path, on, headline string
		ignored            int
		stale              string
	}{
		"folders below":      {"docs/**", "2031-06-30", "not safe: 1 use in 1 file ends before it, on 2031-05-31", 1, ""},
		"any folder":         {"**/a.go", "2031-06-30", "not safe: 1 use in 1 file ends before it, on 2031-05-31", 1, ""},
		"the file":           {"docs/old/a.go", "2031-06-30", "not safe: 1 use in 1 file ends before it, on 2031-05-31", 1, ""},
		"alternatives":       {"docs/{new,old}/[a-c].go", "2031-06-30", "not safe: 1 use in 1 file ends before it, on 2031-05-31", 1, ""},
		"one level is not":   {"docs/*", "2031-06-30", "not safe: 2 uses in 1 file end before it; the first on 2031-05-31", 0, "the entry for go-import in docs/* (ignore.yaml:3) matches nothing: remove it"},
		"a folder alone":     {"docs", "2031-06-30", "not safe: 2 uses in 1 file end before it; the first on 2031-05-31", 0, "the entry for go-import in docs (ignore.yaml:3) matches nothing: remove it"},
		"the day after":      {"docs/**", "2031-07-01", "not safe: 2 uses in 1 file end before it; the first on 2031-05-31", 0, "the entry for go-import in docs/** (ignore.yaml:3) expired on 2031-06-30: what it accepted counts again"},
		"expired and unused": {"src/**", "2031-07-01", "not safe: 2 uses in 1 file end before it; the first on 2031-05-31", 0, "the entry for go-import in src/** (ignore.yaml:3) matches nothing: remove it"},
	} {
		t.Run(name, func(t *testing.T) {
			q := migrate.Question{Day: day(t, c.on), Target: v13, Table: table(), WarnWithin: 90}
			q.Ignore = loadIgnore(t, strings.Replace(accepted, "docs/**", fmt.Sprintf("%q", c.path), 1))
			r := migrate.Judge(scanned(ended, other), q)
			assert.Equal(t, c.headline, r.Headline)
			assert.Len(t, r.Ignored, c.ignored)
			for _, i := range r.Ignored {
				assert.Equal(t, "it tells what used to be", i.Reason)
				assert.Equal(t, "2031-06-30", i.Expires.String())
				assert.Equal(t, migrate.Ended, i.State)
			}
			if c.stale == "" {
				assert.Empty(t, r.Stale)
			} else {
				assert.Equal(t, []string{c.stale}, r.Stale)
			}
			assert.Equal(t, 1, r.ExitCode)
		})
	}
	t.Run("all", func(t *testing.T) {
		r := migrate.Judge(scanned(ended), migrate.Question{Day: day(t, "2031-06-30"), Target: v13, Table: table(), Ignore: loadIgnore(t, accepted)})
		assert.Equal(t, "safe on 2031-06-30; 1 use ignored", r.Headline)
		assert.Equal(t, 0, r.ExitCode)
	})
	t.Run("the second of two entries", func(t *testing.T) {
		both := loadIgnore(t, accepted+strings.Replace(strings.TrimPrefix(accepted, "\nignore:\n"), "2031-06-30", "2031-09-30", 1))
		r := migrate.Judge(scanned(ended), migrate.Question{Day: day(t, "2031-07-01"), Target: v13, Table: table(), Ignore: both})
		require.Len(t, r.Ignored, 1)
		assert.Equal(t, "2031-09-30", r.Ignored[0].Expires.String())
		assert.Len(t, r.Stale, 1)
	})
}
