package cases

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// versionWritten asks for the attached data volume. What a wrong server does at worst is the detach that the
// class allows, so it is not dangerous.
func versionWritten() conformance.Case {
	return conformance.Case{
		ID: "version-written", Family: familyVersion,
		Summary: "an unknown or misspelled version is refused with 400 or 409, and detaches nothing",
		Clauses: []conformance.Clause{versionPinned, versionUnknown, detach400},
		Harm:    conformance.HarmDetaches,
		Rotates: true, SideBySide: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			if err := detachWorks(ctx, t); err != nil {
				return err
			}
			writing(t).begin()
			return nil
		},
		Variants: spellingVariants(attachedByWritten),
	}
}

// versionWrittenUnused asks for unused IDs, where a run may do no more. A version that is read all the same
// shows in the words of the refusal: they are those for an unknown volume.
func versionWrittenUnused() conformance.Case {
	return conformance.Case{
		ID: "version-written-unused", Family: familyVersion,
		Summary:  "an unknown or misspelled version is refused for the version, not for the unknown volume",
		Clauses:  []conformance.Clause{versionPinned, versionUnknown},
		Harm:     conformance.HarmRefused,
		Ask:      refusalsTellVersions,
		Variants: spellingVariants(unusedByWritten),
	}
}

func spellingVariants(ask func(context.Context, *conformance.Trial, []string) error) []conformance.Variant {
	var variants []conformance.Variant
	for _, s := range spellings() {
		variants = append(variants, conformance.Variant{Name: s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			values, err := s.of(ctx, t)
			if err != nil {
				return err
			}
			return ask(ctx, t, values)
		}})
	}
	return variants
}

// aboutWritten says what a request asks for, in a line.
func aboutWritten(values []string) string {
	return fmt.Sprintf("Scp-Api-Version %.80q", strings.Join(values, `" and "`))
}

// written is what the variants of a version share, as they are asked one after another.
type written struct {
	mu sync.Mutex
	// pair is attached, as it was just looked at.
	pair     conformance.Pair
	attached bool
	// proofs counts, by clause, the variants that were answered or took effect.
	proofs map[string]int
	// right is the refusal of unused IDs in a version that is correctly written.
	right conformance.Exchange
}

func writing(t *conformance.Trial) *written {
	return conformance.OfRun(t, "version-written "+t.Version().String(), func() *written {
		return &written{proofs: map[string]int{}}
	})
}

func (w *written) begin() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.attached, w.proofs = false, map[string]int{}
}

// enough is how many variants prove that a clause is broken: each costs another attach.
const enough = 12

// proved ends a variant where others have proved enough.
func (w *written) proved(clause conformance.Clause) error {
	if w.proofs[clause.ID] < enough {
		return nil
	}
	return conformance.NotApplicable("not asked, as others broke the clause already")
}

// attachedByWritten asks for the attached data volume: refused, it has to be attached still.
func attachedByWritten(ctx context.Context, t *conformance.Trial, values []string) error {
	w := writing(t)
	w.mu.Lock()
	defer w.mu.Unlock()
	clause := clauseOfWritten(values)
	if err := w.proved(clause); err != nil {
		return err
	}
	if !w.attached {
		var err error
		if w.pair, err = t.Attached(ctx); err != nil {
			return err
		}
	}
	w.attached = false
	e, err := t.Send(ctx, conformance.Request{
		Pair: w.pair, Expect: conformance.ExpectRefused, About: aboutWritten(values), Change: pinnedTo(values...),
	})
	if err != nil {
		return err
	}
	if err := versionRefused(t, e, clause); err != nil {
		w.proofs[clause.ID]++
		return err
	}
	if err := stillAttached(ctx, t, w.pair, e, clause); err != nil {
		w.proofs[clause.ID] += enough / 3 // and a wait, to be sure that the look does not lag
		return err
	}
	w.attached = true
	return nil
}

// refusalsTellVersions ends the case where another asks the same of a volume that exists, and where the
// endpoint refuses an unknown version in the words for an unknown volume.
func refusalsTellVersions(ctx context.Context, t *conformance.Trial) error {
	f := t.Fixture()
	if t.Allows(conformance.HarmDetaches) && f.Volume != "" && f.Server != "" {
		return conformance.NotApplicable("version-written asks the same of a volume that is attached")
	}
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	unknown, err := t.Send(ctx, unknownVersion(t))
	if err != nil {
		return err
	}
	if conformance.Same(control.Right, unknown) {
		return conformance.ShownBy(unknown, conformance.Skipped("an unknown version is refused in the same words as an unknown volume"))
	}
	w := writing(t)
	w.begin()
	w.right = control.Right
	return nil
}

// unusedByWritten asks for unused IDs.
func unusedByWritten(ctx context.Context, t *conformance.Trial, values []string) error {
	e, err := t.Send(ctx, conformance.Request{
		Pair: t.Unused(), Expect: conformance.ExpectRefused, About: aboutWritten(values), Change: pinnedTo(values...),
	})
	if err != nil {
		return err
	}
	clause := clauseOfWritten(values)
	if err := versionRefused(t, e, clause); err != nil {
		return err
	}
	if conformance.Same(e, writing(t).right) {
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeVersionAnswered,
			"%s was answered %s, in the same words as a version that is correctly written", e.About, conformance.StatusText(e.Status)))
	}
	return nil
}

// wellWritten is how a version is asked for.
var wellWritten = regexp.MustCompile(`^` + openapi.Service + ` (0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$`)

// clauseOfWritten is the clause that an answer breaks. A well-written number asks for that version and no
// other, by the document; that other ways to write one are refused is assumed.
func clauseOfWritten(values []string) conformance.Clause {
	if len(values) == 1 && wellWritten.MatchString(values[0]) {
		return versionPinned
	}
	return versionUnknown
}

// knownVersions are those of the table, of the run and, where it can be read, of the endpoint's list.
func knownVersions(ctx context.Context, t *conformance.Trial) (known []lifecycle.ID, fromList bool) {
	known = []lifecycle.ID{t.Version()}
	for _, v := range t.Table().Versions {
		known = append(known, v.ID)
	}
	l, err := listed(ctx, t)
	for _, v := range l.table.Versions {
		known = append(known, v.ID)
	}
	slices.SortFunc(known, lifecycle.ID.Compare)
	return slices.Compact(known), err == nil
}
