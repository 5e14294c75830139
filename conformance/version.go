package conformance

import (
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// versionCases are about Scp-Api-Version, and about the life of a version.
var versionCases = append([]Case{
	{
		ID:       "version-answered",
		Summary:  "a version answers until its minimum guaranteed support date; whether it does so afterwards is noted",
		Clauses:  []string{"VERSION-NOT-BEFORE", "VERSION-ENDED", "VERSION-PINNED"},
		Harm:     HarmReads,
		anyState: true,
		ask:      versionAnswered,
	},
	{
		ID:      "version-absent",
		Summary: "without Scp-Api-Version a request is answered as by the newest CURRENT version",
		Clauses: []string{"VERSION-DEFAULT"},
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			newest, err := t.newest()
			if err != nil {
				return err
			}
			ids := detach{volume: t.unused.id(), server: t.unused.id()}
			without := ids
			ids.by, without.alter = &newest, versionHeader()
			if drifted := t.drifted(ctx, newest.ID); drifted {
				t.note("the endpoint has a newer CURRENT version than the documents know, which answers without the header")
				exchange, err := t.detach(ctx, without)
				if err != nil {
					return err
				}
				return exchange.expect(refusals...)
			}
			return t.sameAnswer(ctx, ids, without, true)
		},
	},
	{
		ID:      "version-absent-detaches",
		Summary: "without Scp-Api-Version an attached volume is detached",
		Clauses: []string{"VERSION-DEFAULT", "DETACH-202"},
		Harm:    HarmDetaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			without := t.ofFixture()
			without.alter = versionHeader()
			exchange, err := t.detach(ctx, without)
			if err != nil {
				return err
			}
			return exchange.expect(http.StatusAccepted)
		},
	},
	{
		ID:      "version-same",
		Summary: "the same request gets the same answer as in the newest version",
		Clauses: []string{"VERSION-SAME"},
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			newest, err := t.newest()
			if err != nil {
				return err
			}
			ids := detach{volume: t.unused.id(), server: t.unused.id()}
			here := ids
			ids.by = &newest
			return t.sameAnswer(ctx, ids, here, false)
		},
	},
	{
		ID:      "version-planned",
		Summary: "a PLANNED version cannot be called: it is refused with 400 or 409, and detaches nothing",
		Clauses: []string{"VERSION-PLANNED"},
		Harm:    HarmDetaches,
		ask: func(ctx context.Context, t *trial) error {
			for _, standing := range t.config.Table.At(t.config.Day) {
				if standing.State == lifecycle.Planned {
					return t.refusedVersion(ctx, pinned(standing.ID))
				}
			}
			return skipf("no version is PLANNED")
		},
	},
}, wrongVersions()...)

// wrongVersions ask for versions that there are not. They ask for an attached volume: for one that exists
// nowhere a version that does not matter would be refused all the same.
func wrongVersions() []Case {
	var cases []Case
	for _, wrong := range []struct {
		name, summary string
		write         func(id string) []string
	}{
		{"unknown", "a version that there is not", func(string) []string { return []string{openapi.Service + " 99.0"} }},
		{"unknown-minor", "a version that there may be one day", func(string) []string { return []string{openapi.Service + " 1.99"} }},
		{"older", "a version before the first", func(string) []string { return []string{openapi.Service + " 0.9"} }},
		{"major-only", "a version without its second number", func(string) []string { return []string{openapi.Service + " 1"} }},
		{"suffix", "a version with something behind it", func(id string) []string { return []string{openapi.Service + " " + id + "-beta"} }},
		{"separator", "a slash between service and version", func(id string) []string { return []string{openapi.Service + "/" + id} }},
		{"empty", "an empty version", func(string) []string { return []string{""} }},
		{"no-service", "a version without its service", func(id string) []string { return []string{id} }},
		{"other-service", "the version of another service", func(id string) []string { return []string{"baremetal " + id} }},
		{"other-case", "a service in other letter case", func(id string) []string { return []string{strings.ToUpper(openapi.Service) + " " + id} }},
		{"two-spaces", "two spaces before the version", func(id string) []string { return []string{openapi.Service + "  " + id} }},
		{"v-prefix", "a version with a leading v", func(id string) []string { return []string{openapi.Service + " v" + id} }},
		{"no-number", "a version that is no number", func(string) []string { return []string{openapi.Service + " latest"} }},
		{"longer", "a version with a third number", func(id string) []string { return []string{openapi.Service + " " + id + ".0"} }},
		{"zeros-behind", "a version with zeros behind it", func(id string) []string { return []string{openapi.Service + " " + id + "000"} }},
		{"zero-before", "a version with a zero before it", func(id string) []string { return []string{openapi.Service + " 0" + id} }},
		{"zero-within", "a version with a zero before its second number", func(id string) []string {
			return []string{openapi.Service + " " + strings.Replace(id, ".", ".0", 1)}
		}},
		{"comma-decimal", "a version with a comma for its point", func(id string) []string { return []string{openapi.Service + " " + strings.Replace(id, ".", ",", 1)} }},
		{"no-point", "a version with another letter for its point", func(id string) []string { return []string{openapi.Service + " " + strings.Replace(id, ".", "x", 1)} }},
		{"tab", "a tab before the version", func(id string) []string { return []string{openapi.Service + "\t" + id} }},
		{"no-space", "nothing before the version", func(id string) []string { return []string{openapi.Service + id} }},
		{"equals", "an equals sign before the version", func(id string) []string { return []string{openapi.Service + "=" + id} }},
		{"more", "another word behind the version", func(id string) []string { return []string{openapi.Service + " " + id + " x"} }},
		{"list", "two versions in a list", func(id string) []string {
			return []string{openapi.Service + " " + id + ", " + openapi.Service + " 99.0"}
		}},
		{"parameter", "a parameter behind the version", func(id string) []string { return []string{openapi.Service + " " + id + ";q=1"} }},
		{"quoted", "a version in quotation marks", func(id string) []string { return []string{`"` + openapi.Service + " " + id + `"`} }},
		{"service-longer", "a service whose name begins so", func(id string) []string { return []string{openapi.Service + "2 " + id} }},
		{"negative", "a negative version", func(id string) []string { return []string{openapi.Service + " -" + id} }},
		{"long", "a version of 4 kB", func(string) []string { return []string{openapi.Service + " " + strings.Repeat("1", 4<<10)} }},
		{"doubled-last", "Scp-Api-Version twice, last a version that there is not", func(id string) []string {
			return []string{openapi.Service + " " + id, openapi.Service + " 99.0"}
		}},
		{"doubled", "Scp-Api-Version twice, first a version that there is not", func(id string) []string {
			return []string{openapi.Service + " 99.0", openapi.Service + " " + id}
		}},
	} {
		cases = append(cases, Case{
			ID:      "version-" + wrong.name,
			Summary: wrong.summary + " is refused with 400 or 409, and detaches nothing",
			Clauses: []string{"VERSION-UNKNOWN", "DETACH-400"},
			Harm:    HarmDetaches,
			ask: func(ctx context.Context, t *trial) error {
				return t.refusedVersion(ctx, wrong.write(t.client.ID.String())...)
			},
		})
	}
	return cases
}

// refusedVersion expects a detach that asks for a version in a way to be refused.
func (t *trial) refusedVersion(ctx context.Context, values ...string) error {
	wrong := t.ofFixture()
	wrong.alter = versionHeader(values...)
	return t.refusedAndStill(ctx, wrong)
}

// versionAnswered shows the fixture's volume in the version: an ended one need not answer.
func versionAnswered(ctx context.Context, t *trial) error {
	answered, err := t.answersVersion(ctx)
	if err != nil {
		return err
	}
	switch ended := t.standing.State == lifecycle.Ended; {
	case ended && answered:
		t.note("%s, and answers still", t.standing)
	case ended:
		t.note("%s, and answers no longer", t.standing)
	case !answered:
		return failf("%s, but the endpoint does not answer it", t.standing)
	}
	return nil
}

// answersVersion reports whether the endpoint answers the version: whether it shows a volume in it that
// it shows in the newest.
func (t *trial) answersVersion(ctx context.Context) (bool, error) {
	volume := t.config.Fixture.Volume
	if err := t.needs("volume", volume); err != nil {
		return false, err
	}
	newest, err := t.newest()
	if err != nil {
		return false, err
	}
	control := *t
	control.client = newest
	if _, err := control.show(ctx, volume); err != nil {
		return false, err
	}
	_, err = t.show(ctx, volume)
	exchange, _ := t.wire.last()
	t.noteAnnouncement(exchange)
	if err != nil && (exchange.Status == 0 || exchange.unavailable() != nil) {
		return false, err
	}
	return err == nil, nil
}

// noteAnnouncement notes what an answer announces of the version, should it have such headers.
func (t *trial) noteAnnouncement(e Exchange) {
	announced, err := lifecycle.ParseHeaders(e.ResponseHeader)
	if err != nil {
		t.note("what the headers announce makes no sense: %s", err)
	}
	if announced.Deprecated {
		t.note("the headers say that it is deprecated (%s)", announced.DeprecatedOn)
	}
	if !announced.Sunset.IsZero() {
		t.note("the headers say that it ends on %s", announced.Sunset)
	}
}

// drifted reports whether the endpoint recommends a newer version than the documents do.
func (t *trial) drifted(ctx context.Context, newest lifecycle.ID) bool {
	listed, err := t.discover(ctx)
	recommended, ok := listed.At(t.config.Day).Recommended()
	return err == nil && ok && recommended.ID.Compare(newest) > 0
}

// sameAnswer makes two detaches, and expects answers of the same status and form, and of the same error
// code if it is the same version that answers. Codes are documented unused: in another version another
// one is noted.
func (t *trial) sameAnswer(ctx context.Context, one, other detach, codes bool) error {
	first, err := t.control(ctx, one)
	if err != nil {
		return err
	}
	second, err := t.detach(ctx, other)
	if err != nil {
		return err
	}
	if err := second.expect(first.Status); err != nil {
		return failf("the newest version answers %s, this one %s", describe(first.Status), describe(second.Status))
	}
	switch was, is := errorCode(first.Body), errorCode(second.Body); {
	case was != is && codes:
		return failf("the newest version answers %s with code %q, this one with %q", describe(first.Status), was, is)
	case was != is:
		t.note("the newest version answers %s with code %q, this one with %q", describe(first.Status), was, is)
	}
	if was, is := mediaType(first.ResponseHeader), mediaType(second.ResponseHeader); was != is {
		return failf("the newest version answers in %q, this one in %q", was, is)
	}
	return nil
}
