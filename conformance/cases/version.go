package cases

import (
	"context"
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// The version header, and the life of a version.
var (
	versionPinned = conformance.Clause{
		ID: "VERSION-PINNED", Source: conformance.Document,
		Text: "A request chooses its version with the header Scp-Api-Version: virtualserver, a space and the version.",
	}
	versionDefault = conformance.Clause{
		ID: "VERSION-DEFAULT", Source: conformance.Common,
		Text: "Without Scp-Api-Version, the newest CURRENT version answers.",
	}
	versionUnknown = conformance.Clause{
		ID: "VERSION-UNKNOWN", Source: conformance.Assumed,
		Text: "A version header that is not virtualserver, a space and a known version is refused with 400 or 409.",
	}
	versionFields = conformance.Clause{
		ID: "VERSION-FIELDS", Source: conformance.Assumed,
		Text: "A newer version shows every field of a volume that an older one shows.",
	}
	versionSame = conformance.Clause{
		ID: "VERSION-SAME", Source: conformance.Document,
		Text: "Path, parameters and responses are the same in every version.",
	}
	versionNotBefore = conformance.Clause{
		ID: "VERSION-NOT-BEFORE", Source: conformance.Document,
		Text: "A version is supported at least until its minimum guaranteed support date.",
	}
	versionEnded = conformance.Clause{
		ID: "VERSION-ENDED", Source: conformance.Document,
		Text: "Deprecated versions whose Not Before date has arrived or expired are no longer supported.",
	}
	versionPlanned = conformance.Clause{
		ID: "VERSION-PLANNED", Source: conformance.Common,
		Text: "A PLANNED version is documented, and cannot be called.",
	}
)

func versionCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "version-answered", Family: familyVersion,
			Summary: "a version answers until its minimum guaranteed support date; a note says whether it still does later",
			Clauses: []conformance.Clause{versionNotBefore, versionEnded, versionPinned},
			Harm:    conformance.HarmReads, AnyState: true,
			Ask: versionAnswered,
		},
		{
			ID: "version-same", Family: familyVersion,
			Summary: "the same request gets the same answer as in the newest version",
			Clauses: []conformance.Clause{versionSame},
			Harm:    conformance.HarmRefused,
			Variants: []conformance.Variant{
				{Name: "unknown-ids", Ask: sameRefusal("an unknown volume and server", nil)},
				{Name: "wrong-secret", Ask: sameRefusal("a signature made with another secret key", (*conformance.Trial).WrongSecret)},
			},
		},
		{
			ID: "version-across", Family: familyVersion,
			Summary: "an attach or a detach in one version shows in the newest and without Scp-Api-Version, and the other way round",
			Clauses: []conformance.Clause{versionSame, detachEffect, versionSeen},
			Harm:    conformance.HarmDetaches,
			Rotates: true,
			Variants: []conformance.Variant{
				{Name: "detached-here", Ask: detachedHere},
				{Name: "detached-in-newest", Ask: detachedInNewest},
			},
		},
		versionInQuery(),
		{
			ID: "version-absent", Family: familyVersion,
			Summary: "without Scp-Api-Version, a request gets the answer of the newest CURRENT version",
			Clauses: []conformance.Clause{versionDefault},
			Harm:    conformance.HarmRefused, AnyState: true,
			Ask: versionAbsent,
		},
		{
			ID: "version-absent-steady", Family: familyVersion,
			Summary: "without Scp-Api-Version the newest CURRENT version shows a volume, whatever version was asked for before",
			Clauses: []conformance.Clause{versionDefault},
			Harm:    conformance.HarmReads, AnyState: true, Rotates: true,
			Ask: versionAbsentSteady,
		},
		{
			ID: "version-absent-shows", Family: familyVersion,
			Summary: "without Scp-Api-Version, a volume is shown with the fields of the newest CURRENT version",
			Clauses: []conformance.Clause{versionDefault, versionFields},
			Harm:    conformance.HarmReads, AnyState: true,
			Ask: versionAbsentShows,
		},
		{
			ID: "version-absent-detaches", Family: familyVersion,
			Summary: "without Scp-Api-Version, detaching an attached volume is answered 202",
			Clauses: []conformance.Clause{versionDefault, detach202},
			Harm:    conformance.HarmDetaches,
			Ask:     versionAbsentDetaches,
		},
		{
			ID: "version-absent-effect", Family: familyVersion,
			Summary: "a detach that was accepted without Scp-Api-Version takes effect",
			Clauses: []conformance.Clause{detachEffect},
			Harm:    conformance.HarmDetaches,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				seen, err := detachUnversioned(ctx, t)
				if err != nil {
					return err
				}
				return seen.effect(t)
			},
		},
		{
			ID: "version-planned", Family: familyVersion,
			Summary: "a PLANNED version cannot be called: its detach is refused, and detaches nothing",
			Clauses: []conformance.Clause{versionPlanned},
			Harm:    conformance.HarmDetaches,
			Ask:     plannedRefused,
		},
		versionSameShown(),
		versionUnknownShows(),
		versionWritten(),
		versionWrittenUnused(),
	}
}

// pinnedTo sets Scp-Api-Version to values, which may be none.
func pinnedTo(values ...string) func(*http.Request) {
	return func(req *http.Request) {
		req.Header.Del(signing.HeaderAPIVersion)
		for _, value := range values {
			req.Header.Add(signing.HeaderAPIVersion, value)
		}
	}
}

// versionAnswered shows the fixture's volume in the version: an ended one need not answer.
func versionAnswered(ctx context.Context, t *conformance.Trial) error {
	standing := t.Standing()
	if standing.State == lifecycle.Planned {
		return conformance.NotApplicable("%s", standing)
	}
	e, answered, err := t.Answered(ctx)
	if err != nil {
		return err
	}
	if answered && !shows(e, t.Fixture().Volume) {
		return conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup,
			"showing volume %s was answered 200 with something else than that volume", t.Fixture().Volume))
	}
	noteAnnouncement(t, e)
	switch ended := standing.State == lifecycle.Ended; {
	case ended && answered:
		t.Note("%s, and answers still", standing)
	case ended:
		t.Note("%s, and answers no longer", standing)
	case !answered:
		return conformance.ShownBy(e, conformance.Broken(versionNotBefore, conformance.CodeVersionRefused,
			"%s, but the endpoint answers it with %s", standing, conformance.StatusText(e.Status)))
	}
	return nil
}

// noteAnnouncement notes what the headers of an answer say of the version, where it has such headers.
func noteAnnouncement(t *conformance.Trial, e conformance.Exchange) {
	announced, err := lifecycle.ParseHeaders(e.ResponseHeader)
	if err != nil {
		t.Note("what the headers announce makes no sense: %s", err)
	}
	if announced.Deprecated {
		t.Note("the headers say that the version is deprecated (%s)", announced.DeprecatedOn)
	}
	if !announced.Sunset.IsZero() {
		t.Note("the headers say that the version ends on %s", announced.Sunset)
	}
}

// plannedRefused asks for each PLANNED version with a detach of the attached volume. Not to be callable is
// what PLANNED means: only a version that answers all the same is a finding.
func plannedRefused(ctx context.Context, t *conformance.Trial) error {
	if err := t.AskedOnce(); err != nil {
		return err
	}
	planned := plannedVersions(ctx, t)
	if len(planned) == 0 {
		return conformance.NotApplicable("no version is PLANNED")
	}
	if err := detachWorks(ctx, t); err != nil {
		return err
	}
	for _, id := range planned {
		p, err := t.Attached(ctx)
		if err != nil {
			return err
		}
		e, err := t.Send(ctx, conformance.Request{
			Pair: p, Expect: conformance.ExpectRefused, About: "the PLANNED version " + id.String(),
			Change: pinnedTo(conformance.PinnedTo(id)),
		})
		if err != nil {
			return err
		}
		if err := versionRefused(t, e, versionPlanned); err != nil {
			return err
		}
		if err := stillAttached(ctx, t, p, e, versionPlanned); err != nil {
			return err
		}
	}
	return nil
}

// plannedVersions are the versions that are PLANNED by what the endpoint says today, and by the table where
// the endpoint does not list them.
func plannedVersions(ctx context.Context, t *conformance.Trial) []lifecycle.ID {
	var listedNow lifecycle.Standings
	if l, err := listed(ctx, t); err == nil {
		listedNow = l.table.At(t.Day())
	}
	var planned []lifecycle.ID
	for _, standing := range slices.Concat(listedNow, t.Standings()) {
		if now, is := listedNow.Of(standing.ID); is {
			standing = now
		}
		if standing.State == lifecycle.Planned && !slices.Contains(planned, standing.ID) {
			planned = append(planned, standing.ID)
		}
	}
	return planned
}

// detachWorks ends a case where a detach is not accepted in the version: no refusal shows anything there.
func detachWorks(ctx context.Context, t *conformance.Trial) error {
	seen, err := detachOnce(ctx, t)
	if err == nil && seen.answer.Status != http.StatusAccepted {
		err = conformance.ShownBy(seen.answer, conformance.CannotJudge(conformance.CodeNoDistinction,
			"a detach in version %s is answered %s, so its refusals show nothing", t.Version(), conformance.StatusText(seen.answer.Status)))
	}
	return err
}

// versionRefused judges the answer to a request for a version that must not answer.
func versionRefused(t *conformance.Trial, e conformance.Exchange, clause conformance.Clause) error {
	if e.Status/100 != 2 {
		return refused(t, e, clause)
	}
	return carriedOut(t, conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeVersionAnswered,
		"%s was answered %s; it should have been refused", e.About, conformance.StatusText(e.Status))))
}
