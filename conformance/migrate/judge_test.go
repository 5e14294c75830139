package migrate_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

var v10, v11, v12, v13 = lifecycle.V(1, 0), lifecycle.V(1, 1), lifecycle.V(1, 2), lifecycle.V(1, 3)

// table is a fixed table: 1.0 has a date in 2030, 1.1 and 1.2 have later ones, 1.3 is CURRENT without one.
func table() lifecycle.Table {
	return lifecycle.Table{
		Source: "virtualserver.example", Read: time.Date(2031, 4, 1, 3, 0, 0, 0, time.UTC),
		Versions: []lifecycle.Version{
			{ID: v10, Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2030, 12, 31)},
			{ID: v11, Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2031, 5, 31)},
			{ID: v12, Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 8, 31)},
			{ID: v13, Label: lifecycle.Current},
		},
	}
}

// with is the fixed table with other versions in place of its own, or beside them.
func with(versions ...lifecycle.Version) lifecycle.Table {
	t := table()
	for _, v := range versions {
		found := false
		for i := range t.Versions {
			if t.Versions[i].ID == v.ID {
				t.Versions[i], found = v, true
			}
		}
		if !found {
			t.Versions = append(t.Versions, v)
		}
	}
	return t
}

func day(t *testing.T, s string) lifecycle.Date {
	t.Helper()
	d, err := lifecycle.ParseDate(s)
	require.NoError(t, err)
	return d
}

// use is a use in a file, by a rule.
func use(rule migrate.Rule, file string, versions ...lifecycle.ID) migrate.Use {
	var names []string
	for _, v := range versions {
		names = append(names, v.String())
	}
	versions = append([]lifecycle.ID{}, versions...)
	return migrate.Use{File: file, Line: 3, Column: 5, Text: "virtualserver " + strings.Join(names, " "), Rule: rule, Sure: migrate.Exact, Versions: versions}
}

func scanned(uses ...migrate.Use) *migrate.Scanned {
	return &migrate.Scanned{Root: ".", Uses: uses, Files: 12}
}

// TestFinding: what one use comes to, when that ends, and what to do.
func TestFinding(t *testing.T) {
	generated := use(migrate.GoImport, "a.go", v11)
	generated.Generated = true
	unknown := use(migrate.TerraformLock, ".terraform.lock.hcl")
	unknown.Unknown = "the table of providers does not have 9.9.9"
	partly := use(migrate.TerraformProvider, "main.tf", v13)
	partly.Unknown = "the constraint also allows releases that the table of providers does not have"
	partlyEnded := partly
	partlyEnded.Versions = []lifecycle.ID{v10, v13}
	v14, v15 := lifecycle.V(1, 4), lifecycle.V(1, 5)
	endedTarget := with(lifecycle.Version{ID: v13, Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 6, 30)})
	withNewer := with(lifecycle.Version{ID: v13, Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 6, 30)}, lifecycle.Version{ID: v15, Label: lifecycle.Current})
	lapsed := with(lifecycle.Version{ID: v13, Label: lifecycle.Current, NotBefore: lifecycle.Day(2031, 3, 1)})
	for name, c := range map[string]struct {
		use   migrate.Use
		on    string
		table lifecycle.Table
		state migrate.State
		ends  string
		left  string
		do    string
	}{
		"supported":                  {use(migrate.GoImport, "a.go", v13), "2031-04-01", table(), migrate.Supported, "-", "unknown", ""},
		"supported, and has a date":  {use(migrate.GoImport, "a.go", v12), "2031-04-01", table(), migrate.Supported, "2031-08-31", "152 days", ""},
		"the last day outside":       {use(migrate.GoImport, "a.go", v12), "2031-06-01", table(), migrate.Supported, "2031-08-31", "91 days", ""},
		"the first day within":       {use(migrate.GoImport, "a.go", v12), "2031-06-02", table(), migrate.Ending, "2031-08-31", "90 days", "move to 1.3: 1.2 ends on 2031-08-31, 90 days after the day judged"},
		"the day before":             {use(migrate.GoImport, "a.go", v12), "2031-08-30", table(), migrate.Ending, "2031-08-31", "1 day", "move to 1.3: 1.2 ends on 2031-08-31, 1 day after the day judged"},
		"the day itself":             {use(migrate.GoImport, "a.go", v12), "2031-08-31", table(), migrate.Ended, "2031-08-31", "0 days", "move to 1.3: 1.2 ends on 2031-08-31, the day judged"},
		"the day after":              {use(migrate.GoImport, "a.go", v12), "2031-09-01", table(), migrate.Ended, "2031-08-31", "-1 day", "move to 1.3: 1.2 ended on 2031-08-31, 1 day before the day judged"},
		"generated":                  {generated, "2031-06-12", table(), migrate.Ended, "2031-05-31", "-12 days", "move to 1.3, by changing what generates this file: 1.1 ended on 2031-05-31, 12 days before the day judged"},
		"the SDK":                    {use(migrate.GoModule, "go.mod", v11), "2031-06-12", table(), migrate.Ended, "2031-05-31", "-12 days", "move to 1.3 by importing library/virtualserver/1.3 of the SDK: 1.1 ended on 2031-05-31, 12 days before the day judged"},
		"several, the first decides": {use(migrate.TextDerived, "a.py", v11, v12, v13), "2031-08-31", table(), migrate.Ended, "2031-05-31", "-92 days", "move to 1.3: 1.1 ended on 2031-05-31, 92 days before the day judged"},
		"several, one ends soon":     {use(migrate.TextDerived, "a.py", v12, v13), "2031-08-01", table(), migrate.Ending, "2031-08-31", "30 days", "move to 1.3: 1.2 ends on 2031-08-31, 30 days after the day judged"},
		"unpinned":                   {use(migrate.GoUnpinned, "a.go"), "2031-04-01", table(), migrate.Unpinned, "-", "unknown", `pin it: set Scp-Api-Version to "virtualserver 1.3"`},
		"unpinned, and the target has ended": {
			use(migrate.GoUnpinned, "a.go"), "2031-07-01", endedTarget, migrate.Unpinned, "-", "unknown",
			"pin it: ask the vendor to which version, as none is recommended on 2031-07-01",
		},
		"unknown":              {unknown, "2031-04-01", table(), migrate.CannotJudge, "-", "unknown", "find out which version this speaks: the table of providers does not have 9.9.9"},
		"unknown in part":      {partly, "2031-04-01", table(), migrate.CannotJudge, "-", "unknown", "find out which version this speaks: the constraint also allows releases that the table of providers does not have"},
		"newer than the table": {use(migrate.TextHeader, "a.sh", v14), "2031-04-01", table(), migrate.CannotJudge, "-", "unknown", "judge it by a table that has it, with --lifecycle: unknown version 1.4"},
		"ended, and unknown":   {use(migrate.TextHeader, "a.sh", v10, v14), "2031-04-01", table(), migrate.Ended, "2030-12-31", "-91 days", "move to 1.3: 1.0 ended on 2030-12-31, 91 days before the day judged"},
		"planned": {
			use(migrate.TextHeader, "a.sh", v14),
			"2031-04-01", with(lifecycle.Version{ID: v14, Label: lifecycle.Planned}), migrate.NotSafe, "-", "unknown", "move to 1.3: 1.4 is PLANNED and cannot be called",
		},
		"deprecated without a date": {
			use(migrate.TextHeader, "a.sh", v12),
			"2031-04-01", with(lifecycle.Version{ID: v12, Label: lifecycle.Deprecated}), migrate.NotSafe, "-", "unknown", "move to 1.3: 1.2 is DEPRECATED with no end known",
		},
		"the target has ended": {
			use(migrate.GoImport, "a.go", v11),
			"2031-07-01", endedTarget, migrate.Ended, "2031-05-31", "-31 days",
			"ask the vendor which version to move to, as none is recommended on 2031-07-01: 1.1 ended on 2031-05-31, 31 days before the day judged",
		},
		"the target has ended, and all others": {
			use(migrate.GoImport, "a.go", v13),
			"2031-10-01", endedTarget, migrate.Ended, "2031-06-30", "-93 days",
			"ask the vendor which version to move to, as none is recommended on 2031-10-01: 1.3 ended on 2031-06-30, 93 days before the day judged",
		},
		"the target has ended, and there is a newer one": {
			use(migrate.GoImport, "a.go", v13),
			"2031-10-01", withNewer, migrate.Ended, "2031-06-30", "-93 days", "move to 1.5: 1.3 ended on 2031-06-30, 93 days before the day judged",
		},
		"the target ends soon": {
			use(migrate.GoImport, "a.go", v13),
			"2031-06-01", endedTarget, migrate.Ending, "2031-06-30", "29 days", "watch it: 1.3 ends on 2031-06-30, 29 days after the day judged",
		},
		"the guarantee has lapsed": {
			use(migrate.GoImport, "a.go", v13), "2031-04-01", lapsed, migrate.Ending, "-", "unknown",
			"watch it: 1.3 is CURRENT, but its guarantee lapsed on 2031-03-01, 31 days before the day judged",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := migrate.Judge(scanned(c.use), migrate.Question{Day: day(t, c.on), Target: v13, Table: c.table, WarnWithin: 90})
			require.Len(t, r.Findings, 1)
			f := r.Findings[0]
			assert.Equal(t, c.state, f.State)
			assert.Equal(t, c.ends, f.Ends.String())
			assert.Equal(t, c.left, f.Left.String())
			assert.Equal(t, c.do, f.Do)
			assert.Equal(t, 1, r.Counts[c.state])
			assert.Equal(t, c.use, f.Use)
		})
	}
}

// TestAnswer: the sentence at the end, and the exit code.
func TestAnswer(t *testing.T) {
	ended := []migrate.Use{use(migrate.GoImport, "a.go", v11), use(migrate.GoImport, "a.go", v11), use(migrate.TextHeader, "b.sh", v10)}
	supported := use(migrate.GoImport, "c.go", v13)
	ending := use(migrate.GoImport, "d.go", v12)
	unpinned := use(migrate.TextUnpinned, "e.py")
	newer := use(migrate.TextHeader, "f.sh", lifecycle.V(1, 4))
	planned := with(lifecycle.Version{ID: lifecycle.V(1, 4), Label: lifecycle.Planned})
	lapsed := with(lifecycle.Version{ID: v13, Label: lifecycle.Current, NotBefore: lifecycle.Day(2031, 3, 1)})
	lapsed.Read = time.Date(2031, 6, 12, 3, 0, 0, 0, time.UTC)
	trouble := []migrate.Trouble{{File: "g.go", Text: "it does not parse"}, {File: "g.go", Text: "it is odd"}}
	for name, c := range map[string]struct {
		uses     []migrate.Use
		troubles []migrate.Trouble
		files    int
		on       string
		table    lifecycle.Table
		want     string
		code     int
	}{
		"safe":                  {[]migrate.Use{supported}, nil, 9, "2031-06-12", table(), "safe on 2031-06-12", 0},
		"nothing speaks it":     {nil, nil, 1, "2031-06-12", table(), "safe on 2031-06-12: nothing here speaks the API, in 1 file read", 0},
		"nothing in many files": {nil, nil, 9, "2031-06-12", table(), "safe on 2031-06-12: nothing here speaks the API, in 9 files read", 0},
		"nothing was read":      {nil, nil, 0, "2031-06-12", table(), "cannot judge: no file was read", 3},
		"nothing could be read": {nil, trouble, 0, "2031-06-12", table(), "cannot judge: 1 file could not be read", 3},
		"one ended":             {ended[:1], nil, 9, "2031-06-12", table(), "not safe: 1 use in 1 file ends before it, on 2031-05-31", 1},
		"several ended":         {ended, nil, 9, "2031-06-12", table(), "not safe: 3 uses in 2 files end before it; the first on 2030-12-31", 1},
		"one ends on the day":   {ended[:1], nil, 9, "2031-05-31", table(), "not safe: 1 use in 1 file ends on that day, 2031-05-31", 1},
		"one ends on the day, others before": {
			ended, nil, 9, "2031-05-31", table(),
			"not safe: 3 uses in 2 files end before it or on it; the first on 2030-12-31", 1,
		},
		"ended, and more": {
			append(ended, unpinned, newer, supported), trouble, 9, "2031-06-12", table(),
			"not safe: 3 uses in 2 files end before it; the first on 2030-12-31; 1 use pins no version; 1 use speaks an unknown version; 1 file could not be read", 1,
		},
		"planned": {[]migrate.Use{newer}, nil, 9, "2031-06-12", planned, "not safe: 1 use in 1 file speaks a version that is not safe then", 1},
		"cannot judge": {
			[]migrate.Use{supported, unpinned, unpinned, newer, newer},
			trouble, 9, "2031-06-12", table(),
			"cannot judge: 2 uses pin no version, 2 uses speak unknown versions, 1 file could not be read", 3,
		},
		"ends soon":                {[]migrate.Use{supported, ending}, nil, 9, "2031-06-12", table(), "safe on 2031-06-12; 1 use in 1 file ends soon after, on 2031-08-31", 0},
		"the guarantee has lapsed": {[]migrate.Use{supported, supported}, nil, 9, "2031-06-12", lapsed, "safe on 2031-06-12; 2 uses in 1 file speak a version whose guarantee has lapsed", 0},
	} {
		t.Run(name, func(t *testing.T) {
			q := migrate.Question{Day: day(t, c.on), Target: v13, Table: c.table, WarnWithin: 90}
			s := &migrate.Scanned{Root: ".", Uses: c.uses, Troubles: c.troubles, Files: c.files}
			r := migrate.Judge(s, q)
			assert.Equal(t, c.want, r.Headline)
			assert.Equal(t, c.code, r.ExitCode)

			q.OnlyEnded = true
			only := migrate.Judge(s, q)
			assert.Equal(t, c.want, only.Headline, "it is about all")
			assert.Equal(t, c.code, only.ExitCode)
			assert.Equal(t, r.Counts, only.Counts)
			assert.Len(t, only.Findings, r.Counts[migrate.Ended]+r.Counts[migrate.NotSafe])
		})
	}
	assert.Equal(t, []int{0, 1, 3}, []int{conformance.ExitOK, conformance.ExitFailed, conformance.ExitNotJudged})
}

// TestWarnings: what is odd about the question is said.
func TestWarnings(t *testing.T) {
	for name, c := range map[string]struct {
		on    string
		table lifecycle.Table
		want  []string // the beginnings
	}{
		"none":                 {"2031-04-01", table(), nil},
		"the target is safe":   {"2031-04-01", with(lifecycle.Version{ID: v13, Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 7, 1)}), nil},
		"the target ends soon": {"2031-04-02", with(lifecycle.Version{ID: v13, Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 7, 1)}), []string{"1.3 is the target, and 1.3 is SUPPORTED until 2031-07-01, 90 days left"}},
		"the target has ended": {"2031-04-02", with(lifecycle.Version{ID: v13, Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 4, 2)}), []string{"1.3, the target, is not safe on 2031-04-02: 1.3 has ENDED, on 2031-04-02, the day judged"}},
		"an unknown target":    {"2031-04-01", lifecycle.Table{Source: "x", Read: table().Read, Versions: table().Versions[:2]}, []string{"whether 1.3, the target, is safe cannot be judged"}},
		"an old table":         {"2031-12-01", table(), []string{"the table of versions is more than 90 days old"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := migrate.Judge(scanned(), migrate.Question{Day: day(t, c.on), Target: v13, Table: c.table, WarnWithin: 90})
			require.Len(t, r.Warnings, len(c.want))
			for i, begins := range c.want {
				assert.True(t, strings.HasPrefix(r.Warnings[i], begins), r.Warnings[i])
			}
		})
	}
}

// TestFingerprint: it tells uses apart, and stays while lines come and go above.
func TestFingerprint(t *testing.T) {
	a := use(migrate.GoImport, "a.go", v11)
	moved, spaced, other, rule := a, a, a, a
	moved.Line, moved.Column = 90, 1
	spaced.Text = "  virtualserver\t1.1 "
	other.File = "b.go"
	rule.Rule = migrate.GoHeader
	of := func(uses ...migrate.Use) []string {
		var list []string
		for _, f := range migrate.Judge(scanned(uses...), migrate.Question{Day: day(t, "2031-06-12"), Target: v13, Table: table()}).Findings {
			list = append(list, f.Fingerprint)
		}
		return list
	}
	first := of(a)[0]
	assert.Regexp(t, `^[0-9a-f]{32}$`, first)
	assert.Equal(t, first, of(moved)[0])
	assert.Equal(t, first, of(spaced)[0])
	assert.Equal(t, first, of(other, rule, a)[2])
	assert.NotEqual(t, first, of(other)[0])
	assert.NotEqual(t, first, of(rule)[0])
	twice := of(a, moved)
	assert.Equal(t, first, twice[0])
	assert.NotEqual(t, first, twice[1], "it is the second of its kind")
}

// TestRules: every rule has its summary, which writers print.
func TestRules(t *testing.T) {
	for _, rule := range migrate.Rules() {
		assert.NotEmpty(t, rule.Summary(), rule)
		assert.True(t, rule.Known())
	}
	file, err := parser.ParseFile(token.NewFileSet(), "migrate.go", nil, 0)
	require.NoError(t, err)
	declared := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if ok {
			if of, named := spec.Type.(*ast.Ident); named && of.Name == "Rule" {
				declared++
			}
		}
		return true
	})
	assert.Len(t, migrate.Rules(), declared, "all that are declared")
	assert.False(t, migrate.Rule("text").Known())
	assert.Empty(t, migrate.Rule("text").Summary())
}

// TestProvider: Terraform is told which releases of the provider speak the target.
func TestProvider(t *testing.T) {
	for target, want := range map[lifecycle.ID]string{
		v13:               "move to 1.3 with a release of the provider from 3.3.0 to 4.2.0: 1.0 ended on 2030-12-31, 91 days before the day judged",
		v12:               "move to 1.2 with release 3.2.0 of the provider: 1.0 ended on 2030-12-31, 91 days before the day judged",
		lifecycle.V(9, 0): "move to 9.0 with a release of the provider that speaks 9.0: the table of ",
	} {
		t.Run(target.String(), func(t *testing.T) {
			q := migrate.Question{Day: day(t, "2031-04-01"), Target: target, Table: table()}
			r := migrate.Judge(scanned(use(migrate.TerraformProvider, "main.tf", v10), use(migrate.TerraformProvider, "main.tf")), q)
			assert.True(t, strings.HasPrefix(r.Findings[0].Do, want), r.Findings[0].Do)
			assert.True(t, strings.HasPrefix(r.Findings[1].Do, "pin it: require "), r.Findings[1].Do)
		})
	}
}
