package cases

import (
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

var detachPath = conformance.Clause{
	ID: "DETACH-PATH", Source: conformance.Document,
	Text: "Detaching is DELETE /v1/volumes/{volume_id}/servers/{server_id}: no other path detaches.",
}

var showPath = conformance.Clause{
	ID: "SHOW-PATH", Source: conformance.SDK,
	Text: "Showing a volume is GET /v1/volumes/{volume_id}: no other path shows one.",
}

var pathUnknown = conformance.Clause{
	ID: "PATH-UNKNOWN", Source: conformance.Assumed,
	Text: "A path outside the API is refused, and never answered with a web page.",
}

// pathOf writes the two IDs of a pair, an unused one for "{more}", and the version that is asked, into a path.
func pathOf(template string, p conformance.Pair, t *conformance.Trial) string {
	return strings.NewReplacer("{volume}", p.Volume, "{server}", p.Server, "{more}", t.UnusedID(), "{version}", t.Version().String()).Replace(template)
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
		Summary: "a path outside the API is refused, and not redirected",
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
		Summary: "a path that resembles that of a detach is refused, and the volume stays attached",
		Clauses: []conformance.Clause{detachPath},
		Harm:    conformance.HarmDangerous, Rotates: true, SideBySide: true,
	}
	for _, path := range attachedPaths {
		c.Variants = append(c.Variants, conformance.Variant{Name: path.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			if path.deletes && t.Live() {
				return conformance.NotApplicable("a router that drops what it does not know deletes the volume; only a server on this machine is asked")
			}
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

// attachedPaths are paths that a lenient router takes for that of a detach, and for nothing else. Letters of the
// words percent-encoded are not among them: by RFC 3986, 6.2.2.2, that is the same path. Nor are doubled slashes,
// which the gateway of the service was seen to merge [field].
var attachedPaths = []struct {
	name, template string
	// deletes is set where a router that drops what it does not know deletes the volume.
	deletes bool
}{
	{"slash-after", "/v1/volumes/{volume}/servers/{server}/", false},
	{"version-in-capitals", "/V1/volumes/{volume}/servers/{server}", false},
	{"volumes-in-capitals", "/v1/VOLUMES/{volume}/servers/{server}", false},
	{"volumes-with-a-capital", "/v1/Volumes/{volume}/servers/{server}", false},
	{"servers-in-capitals", "/v1/volumes/{volume}/SERVERS/{server}", false},
	{"capitals", "/V1/VOLUMES/{volume}/SERVERS/{server}", false},
	{"version-2", "/v2/volumes/{volume}/servers/{server}", false},
	{"version-in-full", "/v{version}/volumes/{volume}/servers/{server}", false},
	{"version-twice", "/v1/v1/volumes/{volume}/servers/{server}", false},
	{"no-version", "/volumes/{volume}/servers/{server}", false},
	{"api-before", "/api/v1/volumes/{volume}/servers/{server}", false},
	{"api-for-version", "/api/volumes/{volume}/servers/{server}", false},
	{"service-before", "/virtualserver/v1/volumes/{volume}/servers/{server}", false},
	{"singular", "/v1/volume/{volume}/server/{server}", false},
	{"slash-encoded", "/v1%2Fvolumes/{volume}/servers/{server}", false},
	{"slashes-encoded", "/v1%2Fvolumes%2F{volume}%2Fservers%2F{server}", false},
	{"backslash", "/v1%5Cvolumes/{volume}/servers/{server}", false},
	{"backslashes", "/v1%5Cvolumes%5C{volume}%5Cservers%5C{server}", false},
	{"more", "/v1/volumes/{volume}/servers/{server}/{more}", false},
	{"last-slash-encoded", "/v1/volumes/{volume}/servers%2F{server}", true},
	{"last-backslash", "/v1/volumes/{volume}/servers%5C{server}", true},
	{"all-servers", "/v1/volumes/{volume}/servers", true},
	{"all-servers-slash", "/v1/volumes/{volume}/servers/", true},
}

// otherPathsShown shows a volume at unknown paths.
func otherPathsShown() conformance.Case {
	c := conformance.Case{
		ID: "ids-paths-shown", Family: familyIDs,
		Summary: "a path outside the API shows neither a volume nor a web page",
		Clauses: []conformance.Clause{showPath, pathUnknown},
		Harm:    conformance.HarmReads, Rotates: true, Collects: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := shownByID(ctx, t)
			return err
		},
	}
	for _, path := range []struct{ name, template string }{
		{"slash-after", "/v1/volumes/{volume}/"},
		{"word-after", "/v1/volumes/{volume}/x"},
		{"more", "/v1/volumes/{volume}/{more}"},
		{"more-and-more", "/v1/volumes/{volume}/x/{more}"},
		{"another-before", "/v1/volumes/{more}/{volume}"},
		{"version-in-capitals", "/V1/volumes/{volume}"},
		{"volumes-in-capitals", "/v1/VOLUMES/{volume}"},
		{"volumes-with-a-capital", "/v1/Volumes/{volume}"},
		{"version-2", "/v2/volumes/{volume}"},
		{"version-in-full", "/v{version}/volumes/{volume}"},
		{"version-twice", "/v1/v1/volumes/{volume}"},
		{"no-version", "/volumes/{volume}"},
		{"no-word", "/v1/{volume}"},
		{"api-before", "/api/v1/volumes/{volume}"},
		{"service-before", "/virtualserver/v1/volumes/{volume}"},
		{"more-before", "/{more}/v1/volumes/{volume}"},
		{"singular", "/v1/volume/{volume}"},
		{"slash-encoded", "/v1%2Fvolumes/{volume}"},
		{"last-slash-encoded", "/v1/volumes%2F{volume}"},
		{"slashes-encoded", "/v1%2Fvolumes%2F{volume}"},
		{"backslash", "/v1%5Cvolumes/{volume}"},
		{"last-backslash", "/v1/volumes%5C{volume}"},
		{"unknown", "/{more}"},
		{"unknown-in-version", "/v1/{more}"},
		{"unknown-in-word", "/v1/{more}/x"},
		{"unknown-after-volume", "/v1/volumes/{more}/x"},
		{"unknown-page", "/{more}.html"},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: path.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			v, err := shownByID(ctx, t)
			if err != nil {
				return err
			}
			return showsNothing(ctx, t, pathOf(path.template, conformance.Pair{Volume: v.ID}, t), "a path outside the API: "+path.name, showPath)
		}})
	}
	return c
}
