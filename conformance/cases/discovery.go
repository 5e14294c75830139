package cases

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// What an endpoint says of its versions, held to the documents and to itself.
var (
	discovery200 = conformance.Clause{
		ID: "DISCOVERY-200", Operation: opVersions, Status: http.StatusOK, Source: conformance.Common,
		Text: "GET / answers 200 with the versions as JSON.",
	}
	discoveryUnsigned = conformance.Clause{ID: "DISCOVERY-UNSIGNED", Source: conformance.Common, Text: "GET / needs no signature."}
	discoveryForm     = conformance.Clause{
		ID: "DISCOVERY-FORM", Source: conformance.Common,
		Text: "Each version has an id with a leading v, a status, a not_before that may be empty, and links.",
	}
	discoveryLinks = conformance.Clause{
		ID: "DISCOVERY-LINKS", Source: conformance.Assumed,
		Text: "The link of a version is an absolute URL of that version, at the endpoint that lists it.",
	}
	discoverySame = conformance.Clause{
		ID: "DISCOVERY-SAME", Source: conformance.Assumed,
		Text: "GET / gives the same list whatever the headers and the query.",
	}
	discoveryMethod = conformance.Clause{
		ID: "DISCOVERY-METHOD", Source: conformance.Assumed,
		Text: "Only GET lists the versions: no other method of / lists them or changes the list.",
	}
	discoveryListed   = conformance.Clause{ID: "DISCOVERY-LISTED", Source: conformance.Common, Text: "GET / lists every version that is supported."}
	discoveryAnswered = conformance.Clause{
		ID: "DISCOVERY-ANSWERED", Source: conformance.Assumed, Text: "A version that still answers is listed, even if it has ended.",
	}
	discoveryOrder = conformance.Clause{ID: "DISCOVERY-ORDER", Source: conformance.Assumed, Text: "No version ends before an older one."}
	discoveryDay   = conformance.Clause{
		ID: "DISCOVERY-DAY", Source: conformance.Assumed,
		Text: "A label changes on the day of its date, which begins at 00:00 in Korea.",
	}
	discoveryDateDay = conformance.Clause{
		ID: "DISCOVERY-DATE-DAY", Source: conformance.Assumed,
		Text: "A date that differs from the documented one differs by more than a day: a single day is a time zone error.",
	}
	discoveryForwarded = conformance.Clause{
		ID: "DISCOVERY-FORWARDED", Source: conformance.Assumed,
		Text: "Links do not follow the host or the scheme that a header of the request names.",
	}
	versionState = conformance.Clause{
		ID: "VERSION-STATE", Source: conformance.Document,
		Text: "Each version has a state: CURRENT, SUPPORTED or DEPRECATED.",
	}
	versionCurrent = conformance.Clause{ID: "VERSION-CURRENT", Source: conformance.Common, Text: "Only one version is CURRENT at a time."}
	versionNotice  = conformance.Clause{ID: "VERSION-DEPRECATED", Source: conformance.Common, Text: "DEPRECATED means that fewer than 90 days remain."}
)

func discoveryCases() []conformance.Case {
	return []conformance.Case{
		aboutList("discovery-answers", "GET / answers 200 with a list of versions as JSON, without a signature",
			discoveryAnswers, discovery200, discoveryUnsigned),
		aboutList("discovery-form", "each version listed has an id with a leading v and a known status",
			discoveryFormed, discoveryForm, versionState),
		aboutList("discovery-links", "the links of a version are absolute, and lead to that version at the endpoint that lists it",
			linksLeadHere, discoveryLinks),
		aboutList("discovery-stable", "GET / gives the same list each time",
			discoveryStable, discovery200),
		{
			ID: "discovery-headers", Family: familyDiscovery,
			Summary: "GET / gives the same list whatever the headers and the query: signed, for a version, in any language",
			Clauses: []conformance.Clause{discoverySame, discoveryForwarded},
			Harm:    conformance.HarmReads, AnyState: true,
			Ask:      comparesLists,
			Variants: discoveryHeaders(),
		},
		{
			ID: "discovery-methods", Family: familyDiscovery,
			Summary: "only GET lists the versions, and no method changes the list",
			Clauses: []conformance.Clause{discoveryMethod},
			Harm:    conformance.HarmRefused, AnyState: true,
			Ask:      comparesLists,
			Variants: discoveryMethods(),
		},
		aboutList("discovery-current", "exactly one version is CURRENT",
			func(ctx context.Context, t *conformance.Trial) error {
				return found(ctx, t, versionCurrent, lifecycle.NoneCurrent, lifecycle.SeveralCurrent)
			}, versionCurrent),
		aboutVersion("discovery-listed", "the version is listed, or has ended; versions without a document are noted",
			discoveryListed, lifecycle.VersionGone, lifecycle.VersionEnded, lifecycle.VersionNew),
		{
			ID: "discovery-answered", Family: familyDiscovery,
			Summary: "an ended version that still answers is listed",
			Clauses: []conformance.Clause{discoveryAnswered},
			Harm:    conformance.HarmReads,
			Ask:     answeredIsListed,
		},
		{
			ID: "discovery-date", Family: familyDiscovery,
			Summary: "the version's date is the documented one or later, and not a single day off",
			Clauses: []conformance.Clause{versionNotBefore, discoveryDateDay},
			Harm:    conformance.HarmReads, AnyState: true,
			Ask: dateIsDocumented,
		},
		aboutVersion("discovery-state", "the version's label is the documented one for the day",
			versionState, lifecycle.LabelDiffers, lifecycle.LabelStale),
		{
			ID: "discovery-day", Family: familyDiscovery,
			Summary: "the version's label fits its own date to the day: SUPPORTED with 90 days left, DEPRECATED with 89",
			Clauses: []conformance.Clause{versionNotice, discoveryDay},
			Harm:    conformance.HarmReads, AnyState: true,
			Ask: labelFitsDate,
		},
		aboutVersion("discovery-order", "the version does not end before an older one",
			discoveryOrder, lifecycle.DatesOutOfOrder),
	}
}

// aboutList is a case about the list as a whole, which is asked once in a run.
func aboutList(id, summary string, ask func(context.Context, *conformance.Trial) error, clauses ...conformance.Clause) conformance.Case {
	return conformance.Case{
		ID: id, Family: familyDiscovery, Summary: summary, Clauses: clauses, Harm: conformance.HarmReads, AnyState: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			if err := t.AskedOnce(); err != nil {
				return err
			}
			return ask(ctx, t)
		},
	}
}

// aboutVersion is a case about some kinds of what package lifecycle finds in the list about one version.
func aboutVersion(id, summary string, clause conformance.Clause, kinds ...lifecycle.Kind) conformance.Case {
	return conformance.Case{
		ID: id, Family: familyDiscovery, Summary: summary, Clauses: []conformance.Clause{clause},
		Harm: conformance.HarmReads, AnyState: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error { return found(ctx, t, clause, kinds...) },
	}
}

// listing is what the endpoint lists.
type listing struct {
	table  lifecycle.Table
	answer conformance.Exchange
}

// listed is the list of versions, asked for once for the cases of a version. A list that cannot be read is
// judged by discovery-answers: every other case cannot judge it.
func listed(ctx context.Context, t *conformance.Trial) (listing, error) {
	const keep = time.Minute
	return conformance.Shared(t, "list of versions", keep, func() (listing, error) {
		table, e, err := t.Discover(ctx)
		if err != nil && conformance.VerdictOf(err) != conformance.Inconclusive && !guarded(err) {
			err = conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup, "the list of versions cannot be read: %w", err))
		}
		return listing{table, e}, err
	})
}

func guarded(err error) bool { return errors.As(err, new(*conformance.GuardError)) }

// discoveryAnswers judges whether there is a list.
func discoveryAnswers(ctx context.Context, t *conformance.Trial) error {
	_, e, err := t.Discover(ctx)
	noteAnnouncement(t, e)
	switch {
	case err == nil, guarded(err), conformance.VerdictOf(err) == conformance.Inconclusive:
		return err
	case e.Status == http.StatusUnauthorized, e.Status == http.StatusForbidden:
		return conformance.ShownBy(e, conformance.Broken(discoveryUnsigned, conformance.CodeDiscovery, "%w", err))
	}
	return conformance.ShownBy(e, conformance.Broken(discovery200, conformance.CodeDiscovery, "%w", err))
}

// found judges some kinds of what is found in the list: about the version of the trial and, once in a run,
// about versions without a document and about the list as a whole.
func found(ctx context.Context, t *conformance.Trial, clause conformance.Clause, kinds ...lifecycle.Kind) error {
	l, err := listed(ctx, t)
	if err != nil {
		return err
	}
	var failures []string
	for _, finding := range aboutTrial(t, lifecycle.Diff(t.Table(), l.table, t.Day())) {
		switch {
		case !slices.Contains(kinds, finding.Kind):
		case finding.Failure:
			failures = append(failures, finding.Text)
		default:
			t.Note("%s", finding.Text)
		}
	}
	if len(failures) == 0 {
		return nil
	}
	return conformance.ShownBy(l.answer, conformance.Broken(clause, conformance.CodeDiscovery, "%s", strings.Join(failures, "; ")))
}

// dateIsDocumented judges the date of a version. The documents promise a minimum, so a later one is noted.
func dateIsDocumented(ctx context.Context, t *conformance.Trial) error {
	err := found(ctx, t, versionNotBefore,
		lifecycle.DateEarlier, lifecycle.DateWithdrawn, lifecycle.DateLater, lifecycle.DateSet, lifecycle.GuaranteeLapsed)
	if err != nil {
		return err
	}
	l, err := listed(ctx, t)
	if err != nil {
		return err
	}
	for _, f := range aboutTrial(t, lifecycle.Diff(t.Table(), l.table, t.Day())) {
		if f.Kind == lifecycle.DateLater && f.Listed.NotBefore.String() == f.Documented.NotBefore.Plus(1).String() {
			return conformance.ShownBy(l.answer, conformance.Broken(discoveryDateDay, conformance.CodeDiscovery, "%s", f.Text))
		}
	}
	return nil
}

// answeredIsListed judges a version that is still answered. One that has not ended has to be listed in any
// case, which discovery-listed judges.
func answeredIsListed(ctx context.Context, t *conformance.Trial) error {
	l, err := listed(ctx, t)
	if err != nil {
		return err
	}
	if t.Standing().State != lifecycle.Ended {
		return conformance.NotApplicable("%s", t.Standing())
	}
	if slices.ContainsFunc(l.table.Versions, func(v lifecycle.Version) bool { return v.ID == t.Version() }) {
		return nil
	}
	e, answered, err := t.Answered(ctx)
	if err != nil || !answered {
		return err
	}
	return conformance.ShownBy(l.answer, conformance.Broken(discoveryAnswered, conformance.CodeDiscovery,
		"GET / does not list version %s, which %s is answered in: %s", t.Version(), e, conformance.StatusText(e.Status)))
}

// aboutTrial are the findings for the version of the trial to judge.
func aboutTrial(t *conformance.Trial, findings []lifecycle.Finding) []lifecycle.Finding {
	return slices.DeleteFunc(findings, func(f lifecycle.Finding) bool {
		_, documented := t.Standings().Of(f.ID)
		if documented {
			return f.ID != t.Version()
		}
		return t.AskedOnce() != nil
	})
}

// labelFitsDate judges labels by the dates beside them. Where a day more or less makes a label right, only
// our assumption of when a day begins is broken.
func labelFitsDate(ctx context.Context, t *conformance.Trial) error {
	l, err := listed(ctx, t)
	if err != nil {
		return err
	}
	contradictions := func(day lifecycle.Date) []lifecycle.Finding {
		return slices.DeleteFunc(aboutTrial(t, lifecycle.Diff(t.Table(), l.table, day)), func(f lifecycle.Finding) bool {
			return f.Kind != lifecycle.LabelContradictsDate
		})
	}
	var far, near []string
	for _, f := range contradictions(t.Day()) {
		same := func(other lifecycle.Finding) bool { return other.ID == f.ID }
		if slices.ContainsFunc(contradictions(t.Day().Plus(-1)), same) && slices.ContainsFunc(contradictions(t.Day().Plus(1)), same) {
			far = append(far, f.Text)
		} else {
			near = append(near, f.Text)
		}
	}
	switch {
	case len(far) > 0:
		err = conformance.Broken(versionNotice, conformance.CodeDiscovery, "%s", strings.Join(far, "; "))
	case len(near) > 0:
		err = conformance.Broken(discoveryDay, conformance.CodeDiscovery, "%s: a day off", strings.Join(near, "; "))
	}
	return conformance.ShownBy(l.answer, err)
}
