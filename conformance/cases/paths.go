package cases

import (
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

var detachPath = conformance.Clause{
	ID: "DETACH-PATH", Source: conformance.Document,
	Text: "Detaching is DELETE /v1/volumes/{volume_id}/servers/{server_id}: no other path is one.",
}

// pathOf writes the two IDs of a pair, and an unused one for "{more}", into a path.
func pathOf(template string, p conformance.Pair, t *conformance.Trial) string {
	return strings.NewReplacer("{volume}", p.Volume, "{server}", p.Server, "{more}", t.UnusedID()).Replace(template)
}

// unusedPaths are paths that a router may clean, or send who asks somewhere else for.
var unusedPaths = []struct{ name, template string }{
	{"slash-after", "/v1/volumes/{volume}/servers/{server}/"},
	{"slash-before", "//v1/volumes/{volume}/servers/{server}"},
	{"slash-within", "/v1//volumes/{volume}/servers/{server}"},
	{"slash-between", "/v1/volumes/{volume}//servers/{server}"},
	{"slashes-after", "/v1/volumes/{volume}/servers/{server}//"},
	{"dot-within", "/v1/./volumes/{volume}/servers/{server}"},
	{"dot-after", "/v1/volumes/{volume}/servers/{server}/."},
	{"dots-for-servers", "/v1/volumes/{volume}/../{server}"},
	{"dots-after", "/v1/volumes/{volume}/servers/{server}/.."},
	{"dots-before", "/../v1/volumes/{volume}/servers/{server}"},
	{"version-2", "/v2/volumes/{volume}/servers/{server}"},
	{"no-version", "/volumes/{volume}/servers/{server}"},
	{"capitals", "/V1/VOLUMES/{volume}/SERVERS/{server}"},
	{"more", "/v1/volumes/{volume}/servers/{server}/{more}"},
	{"less", "/v1/volumes/{volume}/servers"},
	{"pair", "/v1/volumes/{volume}/{server}"},
	{"servers-first", "/v1/servers/{server}/volumes/{volume}"},
}

// otherPaths asks for paths that are none of the API, for unused IDs.
func otherPaths() conformance.Case {
	c := conformance.Case{
		ID: "ids-paths", Family: familyIDs,
		Summary: "a path outside the API is refused, and nobody is redirected",
		Clauses: []conformance.Clause{detachPath, formRedirect},
		Harm:    conformance.HarmRefused,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := distinguishing(ctx, t)
			return err
		},
	}
	for _, path := range unusedPaths {
		c.Variants = append(c.Variants, conformance.Variant{Name: path.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			e, err := unusedPath(ctx, t, pathOf(path.template, t.Unused(), t), true, "a path outside the API: "+path.name)
			if err != nil {
				return err
			}
			return refused(t, e, detachPath)
		}})
	}
	return c
}

// otherPathsAttached asks for paths around that of an attached volume.
func otherPathsAttached() conformance.Case {
	c := conformance.Case{
		ID: "ids-paths-attached", Family: familyIDs,
		Summary: "a path that is not that of a detach is refused for a volume that is attached, which stays so",
		Clauses: []conformance.Clause{detachPath},
		Harm:    conformance.HarmDangerous,
	}
	for _, path := range []struct{ name, template string }{
		{"slash-after", "/v1/volumes/{volume}/servers/{server}/"},
		{"version-in-capitals", "/V1/volumes/{volume}/servers/{server}"},
		{"volumes-in-capitals", "/v1/VOLUMES/{volume}/servers/{server}"},
		{"volumes-with-a-capital", "/v1/Volumes/{volume}/servers/{server}"},
		{"servers-in-capitals", "/v1/volumes/{volume}/SERVERS/{server}"},
		{"capitals", "/V1/VOLUMES/{volume}/SERVERS/{server}"},
		{"version-2", "/v2/volumes/{volume}/servers/{server}"},
		{"more", "/v1/volumes/{volume}/servers/{server}/{more}"},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: path.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := attachedAlready(ctx, t)
			if err != nil {
				return err
			}
			e, err := t.Send(ctx, conformance.Request{
				Method: http.MethodDelete, Path: pathOf(path.template, p, t), Expect: conformance.ExpectOutside,
				About: "a path around that of an attached volume: " + path.name,
			})
			if err != nil {
				return err
			}
			return refusedAndKept(ctx, t, p, e, detachPath)
		}})
	}
	return c
}
