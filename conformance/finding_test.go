package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// TestProblemOf has errors as cases return them, and what each stands for.
func TestProblemOf(t *testing.T) {
	blocked := &GuardError{Method: "DELETE", URL: "http://127.0.0.1/", Harm: HarmReads, Why: "it would"}
	for _, c := range []struct {
		name    string
		err     error
		verdict Verdict
		code    Code
		clause  string
		text    string
	}{
		{"the document is broken", Broken(promised, CodeStatus, "it said %d", 500), Fail, CodeStatus, promised.ID, "it said 500"},
		{"the common reference is broken", Broken(Clause{ID: "C", Source: Common}, "own", "no"), Fail, "own", "C", "no"},
		{"the SDK is broken", Broken(Clause{ID: "S", Source: SDK}, "own", "no"), Fail, "own", "S", "no"},
		{"unlike the field", Broken(seenLive, CodeError, "no"), Differs, CodeError, seenLive.ID, "no"},
		{"unlike what is assumed", Broken(Clause{ID: "A", Source: Assumed}, CodeState, "no"), Differs, CodeState, "A", "no"},
		{"inconclusive", CannotJudge(CodeNoAnswer, "no answer: %w", io.EOF), Inconclusive, CodeNoAnswer, "", "no answer: EOF"},
		{"skipped", Skipped("no volume"), Skip, CodeNotAsked, "", "no volume"},
		{"not applicable", NotApplicable("no version is PLANNED"), Skip, CodeNotApplicable, "", "no version is PLANNED"},
		{"wrapped", fmt.Errorf("set-up: %w", Broken(promised, CodeStatus, "no")), Fail, CodeStatus, promised.ID, "set-up: no"},
		{"wrapped twice", fmt.Errorf("a: %w", fmt.Errorf("b: %w", Skipped("c"))), Skip, CodeNotAsked, "", "a: b: c"},
		{"joined with another error", errors.Join(io.EOF, Broken(promised, CodeStatus, "no")), Fail, CodeStatus, promised.ID, "EOF\nno"},
		{"made of another finding", CannotJudge(CodeSetup, "after: %w", Broken(promised, CodeStatus, "no")), Inconclusive, CodeSetup, "", "after: no"},
		{"no finding", io.ErrUnexpectedEOF, Error, CodeSuite, "", "unexpected EOF"},
		{"a context that ended", context.DeadlineExceeded, Error, CodeSuite, "", "context deadline exceeded"},
		{"the guard", blocked, Error, CodeSuite, "", blocked.Error()},
		{"the guard within an inconclusive", CannotJudge(CodeSetup, "show: %w", blocked), Error, CodeSuite, "", "show: " + blocked.Error()},
		{"the guard within a fail, wrapped", fmt.Errorf("x: %w", Broken(promised, CodeStatus, "y: %w", blocked)), Error, CodeSuite, "", "x: y: " + blocked.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := problemOf(c.err)
			assert.Equal(t, c.verdict, got.Verdict)
			assert.Equal(t, c.verdict, VerdictOf(c.err))
			assert.Equal(t, c.code, got.Code)
			assert.Equal(t, c.clause, got.Clause)
			assert.Equal(t, c.text, got.Text)
		})
	}
	assert.Equal(t, Pass, VerdictOf(nil))
	require.ErrorIs(t, CannotJudge(CodeNoAnswer, "no answer: %w", io.EOF), io.EOF, "the cause can be asked for")
}

// TestShownBy keeps the first exchange that is attached, and leaves other errors alone.
func TestShownBy(t *testing.T) {
	first, second := Exchange{Method: http.MethodDelete, Status: 404}, Exchange{Method: http.MethodGet}
	err := ShownBy(second, fmt.Errorf("wrapped: %w", ShownBy(first, Broken(promised, CodeStatus, "no"))))
	shown, ok := ExchangeOf(err)
	assert.True(t, ok)
	assert.Equal(t, first, shown)
	assert.Equal(t, &first, problemOf(err).Exchange)

	assert.Equal(t, io.EOF, ShownBy(first, io.EOF))
	require.NoError(t, ShownBy(first, nil))
	for _, none := range []error{nil, io.EOF, Skipped("no volume")} {
		_, ok := ExchangeOf(none)
		assert.False(t, ok)
	}
}

// TestFindingsAreFacts: what is said of one clause with one code is one fact, however many requests show it.
func TestFindingsAreFacts(t *testing.T) {
	one, two := Exchange{URL: "http://one"}, Exchange{URL: "http://two"}
	f := new(findings)
	f.add(nil, "ignored", "")
	f.add(Broken(seenLive, CodeError, "an odd body"), "b", "")
	f.add(ShownBy(one, Broken(promised, CodeStatus, "the first: 404")), "a", "other-case")
	f.add(ShownBy(two, Broken(promised, CodeStatus, "the second: 404")), "b", "third-case")
	f.add(Broken(promised, CodeStatus, "the third: 404"), "b", "")
	f.add(Distinct(Broken(promised, CodeStatus, "418"), "418"), "c", "")
	f.add(Distinct(Broken(promised, CodeStatus, "418 again"), "418"), "d", "")
	f.add(Broken(promised, CodeAccepted, "another code"), "", "")

	got := f.result()
	require.Len(t, got, 4)
	assert.Equal(t, Finding{
		Verdict: Fail, Code: CodeStatus, Clause: promised.ID, Statement: promised.Text, Source: Document, Text: "the first: 404",
		Variants: []string{"a", "b"}, Requests: 3, SeenBy: "other-case", Exchange: &one,
	}, got[0], "the first request that showed it speaks for all of them")
	assert.Equal(t, "418", got[1].Text)
	assert.Equal(t, []string{"c", "d"}, got[1].Variants)
	assert.Equal(t, 2, got[1].Requests)
	assert.Equal(t, CodeAccepted, got[2].Code)
	assert.Empty(t, got[2].Variants)
	assert.Equal(t, Differs, got[3].Verdict, "the worst come first")
}

// TestFindingsMerge adds up what two lists say of one fact.
func TestFindingsMerge(t *testing.T) {
	f, more := new(findings), new(findings)
	f.add(Broken(promised, CodeStatus, "first"), "a", "")
	more.add(Broken(promised, CodeStatus, "again"), "a", "")
	more.add(Broken(promised, CodeStatus, "and again"), "b", "")
	more.add(Broken(seenLive, CodeStatus, "of another clause"), "", "elsewhere")
	f.merge(more)
	got := f.result()
	require.Len(t, got, 2)
	assert.Equal(t, "first", got[0].Text)
	assert.Equal(t, []string{"a", "b"}, got[0].Variants)
	assert.Equal(t, 3, got[0].Requests)
	assert.Equal(t, "of another clause", got[1].Text)
	assert.Equal(t, 1, got[1].Requests)
	assert.Equal(t, "elsewhere", got[1].SeenBy)
}

// TestFindingsVerdict is the worst of what was found, whatever the order. A skip among passes is a pass.
func TestFindingsVerdict(t *testing.T) {
	differs, fails, inconclusive := Broken(seenLive, CodeError, "d"), Broken(promised, CodeStatus, "f"), CannotJudge(CodeSetup, "i")
	skips, suite := Skipped("s"), io.EOF
	for _, c := range []struct {
		name   string
		found  []error
		passed bool // something was asked, and passed
		want   Verdict
	}{
		{"nothing", nil, true, Pass},
		{"nothing was asked", nil, false, Pass},
		{"a skip", []error{skips}, false, Skip},
		{"a skip among passes", []error{skips}, true, Pass},
		{"a skip and a difference", []error{skips, differs}, false, Differs},
		{"a difference that cannot be judged in full", []error{differs, inconclusive}, true, Inconclusive},
		{"a fail hides behind nothing", []error{inconclusive, skips, fails, differs}, true, Fail},
		{"an error of the suite", []error{fails, suite, inconclusive}, true, Error},
	} {
		t.Run(c.name, func(t *testing.T) {
			for range len(c.found) + 1 { // in every rotation, forwards and backwards
				for _, order := range [][]error{c.found, reversed(c.found)} {
					f := new(findings)
					for _, err := range order {
						f.add(err, "", "")
					}
					assert.Equal(t, c.want, f.verdict(c.passed))
				}
				if len(c.found) > 0 {
					c.found = append(c.found[1:], c.found[0])
				}
			}
		})
	}
}

func reversed[T any](list []T) []T {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// TestLeaveTo leaves a finding to the case of the run that watches for breaches of its clause.
func TestLeaveTo(t *testing.T) {
	finding := ShownBy(Exchange{}, Broken(promised, CodeStatus, "404 where 400 is documented"))
	watcher := Case{
		ID: "watcher", Family: "tests", Clauses: []Clause{promised}, Harm: HarmReads, Ask: listVersions,
		Watch: func(*Trial, Exchange) error { return nil },
	}
	noWatch := watcher
	noWatch.Watch = nil
	asker := ask("asker", HarmReads, func(_ context.Context, t *Trial) error { return t.LeaveTo(finding) })
	endpoint := startServer(t, newMock(t))
	for _, c := range []struct {
		name  string
		cases []Case
		want  Verdict
		notes []string
	}{
		{"a case watches", []Case{asker, watcher}, Pass, []string{"404 where 400 is documented (judged by watcher)"}},
		{"the case that watches comes first", []Case{watcher, asker}, Pass, []string{"404 where 400 is documented (judged by watcher)"}},
		{"nothing watches", []Case{asker}, Fail, nil},
		{"a case judges the clause, and watches nothing", []Case{asker, noWatch}, Fail, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			report := run(t, configFor(t, endpoint, c.cases...))
			i := slices.IndexFunc(report.Results, func(r Result) bool { return r.Case.ID == "asker" })
			assert.Equal(t, c.want, report.Results[i].Verdict)
			assert.Equal(t, c.notes, report.Results[i].Notes)
		})
	}

	t.Run("the case that watches finds it itself", func(t *testing.T) {
		own := watcher
		own.Ask = func(_ context.Context, t *Trial) error { return t.LeaveTo(finding) }
		assert.Equal(t, Fail, runOne(t, configFor(t, endpoint, own)).Verdict)
	})
	t.Run("what is no finding", func(t *testing.T) {
		trial := &Trial{run: &runner{Config: Config{Cases: []Case{watcher}}}, asked: asker}
		assert.Equal(t, io.EOF, trial.LeaveTo(io.EOF))
		require.NoError(t, trial.LeaveTo(nil))
		setup := CannotJudge(CodeSetup, "no volume")
		assert.Equal(t, setup, trial.LeaveTo(setup), "it breaks no clause")
	})
}

// TestCollect has a case report what two others left to it, as one fact.
func TestCollect(t *testing.T) {
	leaves := func(id string) Case {
		return ask(id, HarmReads, func(ctx context.Context, t *Trial) error {
			e, err := t.Send(ctx, Request{Operation: ListVersions})
			if err != nil {
				return err
			}
			return t.LeaveTo(ShownBy(e, Broken(promised, CodeStatus, "403 where 401 is documented")))
		})
	}
	collector := Case{
		ID: "collector", Family: "tests", Clauses: []Clause{promised}, Harm: HarmReads, Collects: true, Ask: listVersions,
	}
	report := run(t, configFor(t, startServer(t, newMock(t)), collector, leaves("one"), leaves("other")))
	require.Len(t, report.Results, 3)
	collected := report.Results[0]
	assert.Equal(t, Fail, collected.Verdict)
	require.Len(t, collected.Findings, 1)
	assert.Equal(t, 2, collected.Findings[0].Requests)
	assert.Equal(t, "one", collected.Findings[0].SeenBy)
	for _, left := range report.Results[1:] {
		assert.Equal(t, Pass, left.Verdict)
		assert.Equal(t, []string{"answers here break TEST-PROMISED, which collector judges"}, left.Notes)
	}
}

// TestWatchersName the case whose request showed what they found, and how to ask for it again.
func TestWatchersName(t *testing.T) {
	about := func(text string) Case {
		return ask(text, HarmRefused, func(ctx context.Context, t *Trial) error {
			_, err := t.Send(ctx, Request{Pair: t.Unused(), Expect: ExpectRefused, About: text})
			return err
		})
	}
	judge := func(e Exchange) error {
		return Distinct(Broken(promised, CodeStatus, "%s is answered %d", e.About, e.Status), e.About)
	}
	watcher := Case{ID: "watcher", Family: "tests", Clauses: []Clause{promised}, Harm: HarmReads, Ask: listVersions, Watch: func(_ *Trial, e Exchange) error {
		switch e.About {
		case "first", "second":
			return judge(e)
		case "third":
			return Broken(seenLive, CodeError, "%s has an odd body", e.About)
		case "version discovery":
			return CannotJudge(CodeSetup, "its own request")
		}
		return nil
	}}
	// "first" shows the same fact from two cases, and "third" comes between its two findings by severity.
	also := about("first")
	also.ID = "also"
	config := configFor(t, startServer(t, newMock(t)), watcher, about("first"), about("third"), about("second"), about("fourth"), also)
	config.Command = "scp-conformance run"
	report := run(t, config)
	require.Equal(t, "watcher", report.Results[0].Case.ID, "results are in the order of the cases")
	result := report.Results[0]
	assert.Equal(t, Fail, result.Verdict)
	var seen []string
	for _, f := range result.Findings {
		seen = append(seen, fmt.Sprintf("%s %s by %q", f.Verdict, f.Text, f.SeenBy))
		require.NotNil(t, f.Exchange)
	}
	assert.Equal(t, []string{
		`fail first is answered 400 by "first"`,
		`fail second is answered 400 by "second"`,
		`inconclusive its own request by ""`,
		`differs third has an odd body by "third"`,
	}, seen)
	assert.Equal(t, "scp-conformance run --case watcher --case first --case also --case second --case third --api-version "+newestClient()[0].ID.String()+" --at 2026-04-01 --seed 1", result.Again)
	for _, r := range report.Results[1:] {
		assert.Equal(t, Pass, r.Verdict, "%s: what it met is judged once", r.Case.ID)
	}
}

// TestAgainNamesEachCaseOnce where one case showed several facts, and another came between.
func TestAgainNamesEachCaseOnce(t *testing.T) {
	r := &runner{Config: Config{Command: "run", Day: judged, All: true}}
	client := gen.Client{Version: lifecycle.Version{ID: lifecycle.V(1, 3)}}
	assert.Equal(t, "run --case a --case b --case c --api-version 1.3 --at 2026-04-01 --seed 0 --all",
		r.again(client, "a", "b", "c", "b", "a"))
	r.Command = "run --all"
	assert.Equal(t, "run --all --case a --api-version 1.3 --at 2026-04-01 --seed 0", r.again(client, "a"))
}

// TestGuardBlocks is an error of the suite, whatever a case makes of it.
func TestGuardBlocks(t *testing.T) {
	endpoint := startServer(t, newMock(t))
	beyond := func(ctx context.Context, t *Trial) error {
		_, err := t.Send(ctx, Request{Pair: Pair{mockFixture.Volume, mockFixture.Server}})
		return err
	}
	for name, question := range map[string]func(context.Context, *Trial) error{
		"returned":  beyond,
		"swallowed": func(ctx context.Context, t *Trial) error { _ = beyond(ctx, t); return nil },
		"retold":    func(ctx context.Context, t *Trial) error { return CannotJudge(CodeSetup, "no: %v", beyond(ctx, t)) },
		"called one": func(ctx context.Context, t *Trial) error {
			return Broken(promised, CodeStatus, "no: %w", beyond(ctx, t))
		},
		"skipped": func(ctx context.Context, t *Trial) error { _ = beyond(ctx, t); return Skipped("not today") },
	} {
		variant := Case{ID: "blocked", Family: "tests", Harm: HarmRefused, Variants: []Variant{{Name: "one", Ask: question}}}
		between := ask("blocked", HarmRefused, listVersions)
		between.Between = question
		for kind, c := range map[string]Case{"ask": ask("blocked", HarmRefused, question), "variant": variant, "between": between} {
			t.Run(name+" in "+kind, func(t *testing.T) {
				result := runOne(t, configFor(t, endpoint, c))
				assert.Equal(t, Error, result.Verdict)
				assert.Contains(t, result.Reason(), "guard blocked DELETE")
				assert.Len(t, result.Attempts, 1, "a fault of the suite is not asked again")
			})
		}
	}
}
