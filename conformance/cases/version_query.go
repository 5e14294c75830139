package cases

import (
	"context"
	"net/http"

	"github.com/scp-openapi/virtualserver/conformance"
)

// versionInQuery shows a volume in a version that is unknown by its header, and known by its query.
func versionInQuery() conformance.Case {
	c := conformance.Case{
		ID: "version-in-query", Family: familyVersion,
		Summary: "a version in the query does not replace the one in Scp-Api-Version",
		Clauses: []conformance.Clause{versionPinned},
		Harm:    conformance.HarmReads, Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			v, err := shownByID(ctx, t)
			if err != nil {
				return err
			}
			e, err := t.Send(ctx, showUnknownVersion(v.ID, "", "an unknown version"))
			if err == nil && !e.Refused() {
				err = conformance.NotApplicable("a volume is shown in an unknown version, which version-written judges")
			}
			return err
		},
	}
	for _, name := range []string{"version", "api-version", "apiVersion", "Scp-Api-Version"} {
		for _, form := range []struct{ name, before string }{{"number", ""}, {"whole", "virtualserver%20"}} {
			c.Variants = append(c.Variants, conformance.Variant{Name: parameterSlug(name) + "-" + form.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				v, err := shownByID(ctx, t)
				if err != nil {
					return err
				}
				e, err := t.Send(ctx, showUnknownVersion(v.ID, "?"+name+"="+form.before+t.Version().String(), "an unknown version, and a known one in the query"))
				if err == nil && shows(e, v.ID) {
					err = conformance.ShownBy(e, conformance.Broken(versionPinned, conformance.CodeAccepted,
						"%s with Scp-Api-Version %q shows the volume, as the query names a version", e, farAway))
				}
				return err
			}})
		}
	}
	return c
}

// showUnknownVersion shows a volume in a version that no service has.
func showUnknownVersion(volume, query, about string) conformance.Request {
	return conformance.Request{
		Method: http.MethodGet, Path: "/v1/volumes/" + volume + query, Change: pinnedTo(farAway),
		Expect: conformance.ExpectOutside, About: about,
	}
}
