package format_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/migrate"
	"github.com/scp-openapi/virtualserver/conformance/migrate/format"
	"github.com/scp-openapi/virtualserver/conformance/report/safe/safetest"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

var update = flag.Bool("update", false, "write the golden files anew")

// requireGolden compares got with a file in testdata.
func requireGolden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "make it with -update")
	require.Equal(t, string(want), string(got))
}

// question is the fixed question that reports are about.
func question(t testing.TB) migrate.Question {
	t.Helper()
	file, err := os.Open("testdata/ignore.yaml")
	require.NoError(t, err)
	defer file.Close()
	ignore, err := migrate.LoadIgnore(file, "ignore.yaml")
	require.NoError(t, err)
	return migrate.Question{
		Day: lifecycle.Day(2031, 7, 15), Target: lifecycle.V(1, 3), WarnWithin: 90, Ignore: ignore,
		Table: lifecycle.Table{
			Source: "virtualserver.example", Read: time.Date(2031, 4, 1, 3, 0, 0, 0, time.UTC),
			Versions: []lifecycle.Version{
				{ID: lifecycle.V(1, 0), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2030, 12, 31)},
				{ID: lifecycle.V(1, 1), Label: lifecycle.Deprecated, NotBefore: lifecycle.Day(2031, 5, 31)},
				{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2031, 8, 31)},
				{ID: lifecycle.V(1, 3), Label: lifecycle.Current},
				{ID: lifecycle.V(1, 10), Label: lifecycle.Planned},
			},
		},
	}
}

func scanned(t testing.TB) *migrate.Scanned {
	t.Helper()
	data, err := os.ReadFile("testdata/scanned.json")
	require.NoError(t, err)
	var s migrate.Scanned
	require.NoError(t, json.Unmarshal(data, &s))
	return &s
}

// everything is a report that has findings of every state, and all else that a report can have.
func everything(t testing.TB) *migrate.Report { return migrate.Judge(scanned(t), question(t)) }

// only is the report of those uses alone that keep chooses.
func only(t testing.TB, keep func(migrate.Use) bool) *migrate.Report {
	s := scanned(t)
	var uses []migrate.Use
	for _, u := range s.Uses {
		if keep(u) {
			uses = append(uses, u)
		}
	}
	q := question(t)
	q.Ignore = nil
	return migrate.Judge(&migrate.Scanned{Root: ".", Uses: uses, Files: s.Files}, q)
}

func isSupported(u migrate.Use) bool { return strings.HasSuffix(u.Text, `"1.3")`) }

func safeReport(t testing.TB) *migrate.Report { return only(t, isSupported) }

func nothing(t testing.TB) *migrate.Report {
	return only(t, func(migrate.Use) bool { return false })
}

func unpinned(t testing.TB) *migrate.Report {
	return only(t, func(u migrate.Use) bool { return u.Rule == migrate.GoUnpinned })
}

// elsewhere is everything as found in a folder that is not the working directory.
func elsewhere(t testing.TB) *migrate.Report {
	s := scanned(t)
	s.Root = "/srv/code, all of it"
	return migrate.Judge(s, question(t))
}

// hostile is everything, with hostile words in each text that comes from a file.
func hostile(t testing.TB) *migrate.Report {
	r := everything(t)
	spoil := func(texts ...*string) {
		for _, text := range texts {
			*text += safetest.Hostile
		}
	}
	for i := range r.Findings {
		f := &r.Findings[i]
		spoil(&f.File, &f.Text, &f.Unknown, &f.Do)
	}
	for i := range r.Ignored {
		f := &r.Ignored[i]
		spoil(&f.File, &f.Text, &f.Do, &f.Reason)
	}
	for i := range r.Troubles {
		spoil(&r.Troubles[i].File, &r.Troubles[i].Text)
	}
	for i := range r.Skipped {
		spoil(&r.Skipped[i].Why, &r.Skipped[i].First)
	}
	for i := range r.Stale {
		spoil(&r.Stale[i])
	}
	spoil(&r.Root, &r.Table, &r.Headline, &r.Warnings[0])
	return r
}

// many is everything with so many times its findings.
func many(t testing.TB, times int) *migrate.Report {
	r := everything(t)
	few := r.Findings
	for range times - 1 {
		r.Findings = append(r.Findings, few...)
	}
	return r
}

// TestEverything has what the reports that tests are made of are there to have.
func TestEverything(t *testing.T) {
	r := everything(t)
	for _, state := range migrate.States() {
		assert.Positive(t, r.Counts[state], state)
	}
	assert.NotEmpty(t, r.Ignored)
	assert.Len(t, r.Stale, 2)
	assert.NotEmpty(t, r.Warnings)
	assert.NotEmpty(t, r.Troubles)
	assert.NotEmpty(t, r.Skipped)
	assert.Equal(t, conformance.ExitFailed, r.ExitCode)
	assert.Equal(t, conformance.ExitOK, safeReport(t).ExitCode)
	assert.Equal(t, conformance.ExitOK, nothing(t).ExitCode)
	assert.Equal(t, conformance.ExitNotJudged, unpinned(t).ExitCode)
}

// writers are all forms.
var writers = []struct {
	name, golden string
	write        func(io.Writer, *migrate.Report) error
}{
	{"text", "everything.txt", format.Text{}.Write},
	{"JSON", "everything.json", format.JSON},
	{"Markdown", "everything.md", format.Markdown},
	{"JUnit", "everything.junit.xml", format.JUnit},
	{"SARIF", "everything.sarif", format.SARIF},
	{"GitHub", "everything.github.txt", format.GitHub},
}

func written(t *testing.T, write func(io.Writer, *migrate.Report) error, r *migrate.Report) string {
	t.Helper()
	var out bytes.Buffer
	require.NoError(t, write(&out, r))
	return out.String()
}

func TestGolden(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			requireGolden(t, w.golden, []byte(written(t, w.write, everything(t))))
		})
	}
}

func TestHostile(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			safetest.RequireHarmless(t, written(t, w.write, hostile(t)))
		})
	}
}

// TestNoCommands: no line is a workflow command of a file's, in a form that may be printed in a workflow's log. Text is
// printed there between commands that turn commands off.
func TestNoCommands(t *testing.T) {
	r := everything(t)
	const command = "::error title=owned::owned"
	for i := range r.Findings {
		r.Findings[i].File, r.Findings[i].Text = command, command
	}
	r.Troubles[0] = migrate.Trouble{File: command, Text: command}
	r.Stale[0], r.Skipped[0] = command, migrate.Skipped{Why: command, First: command, Count: 1}
	for _, w := range writers {
		if w.name == "text" {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			for line := range strings.Lines(written(t, w.write, r)) {
				assert.False(t, strings.HasPrefix(strings.TrimSpace(line), command), line)
			}
		})
	}
}

// TestOfPartOfAReport: a report that is made by somebody else may lack what ours have.
func TestOfPartOfAReport(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			require.NoError(t, w.write(io.Discard, &migrate.Report{}))
			require.NoError(t, w.write(io.Discard, &migrate.Report{Findings: []migrate.Finding{{}, {State: "other"}}, ExitCode: 7}))
		})
	}
}

var errDisk = errors.New("no space left on device")

// disk is full after so many bytes.
type disk struct{ room int }

func (d *disk) Write(p []byte) (int, error) {
	d.room -= len(p)
	if d.room < 0 {
		return 0, errDisk
	}
	return len(p), nil
}

// TestWritersFail: a report that could not be written in full is no success.
func TestWritersFail(t *testing.T) {
	for _, w := range writers {
		t.Run(w.name, func(t *testing.T) {
			size := len(written(t, w.write, everything(t)))
			require.NoError(t, w.write(&disk{size}, everything(t)))
			for _, room := range []int{0, 1, size - 1} {
				require.ErrorIs(t, w.write(&disk{room}, everything(t)), errDisk)
			}
		})
	}
}
