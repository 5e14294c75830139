package cases

import (
	"context"
	"fmt"
	"net/http"

	"github.com/scp-openapi/virtualserver/conformance"
)

var detachInPath = conformance.Clause{
	ID: "DETACH-IN-PATH", Source: conformance.Document,
	Text: "volume_id and server_id are path parameters: query and body do not name what is detached.",
}

// namedElsewhere asks for an unused ID in the path, and names the attached volume, or its server, in a query or a
// body.
func namedElsewhere() conformance.Case {
	c := conformance.Case{
		ID: "ids-named-elsewhere", Family: familyIDs,
		Summary: "a volume or a server that only the query or the body names is not detached",
		Clauses: []conformance.Clause{detachInPath},
		Harm:    conformance.HarmDangerous, Rotates: true, SideBySide: true,
	}
	add := func(name string, ask func(p conformance.Pair, unused string) (path, query, body string)) {
		c.Variants = append(c.Variants, conformance.Variant{Name: name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := attachedAlready(ctx, t)
			if err != nil {
				return err
			}
			path, query, body := ask(p, t.UnusedID())
			r := conformance.Request{
				Method: http.MethodDelete, Path: path + query, Expect: conformance.ExpectOutside, About: "an ID beside the path: " + name,
			}
			if body != "" {
				r.Change = carrying("application/json", body)
			}
			e, err := t.Send(ctx, r)
			if err != nil {
				return err
			}
			return refusedAndKept(ctx, t, p, e, detachInPath)
		}})
	}
	const path = "/v1/volumes/%s/servers/%s"
	for _, field := range []string{"server_id", "serverId", "server"} {
		add("query-"+parameterSlug(field), func(p conformance.Pair, unused string) (string, string, string) {
			return fmt.Sprintf(path, p.Volume, unused), "?" + field + "=" + p.Server, ""
		})
		add("body-"+parameterSlug(field), func(p conformance.Pair, unused string) (string, string, string) {
			return fmt.Sprintf(path, p.Volume, unused), "", fmt.Sprintf(`{%q:%q}`, field, p.Server)
		})
	}
	for _, field := range []string{"volume_id", "volumeId", "volume", "id"} {
		add("query-"+parameterSlug(field), func(p conformance.Pair, unused string) (string, string, string) {
			return fmt.Sprintf(path, unused, p.Server), "?" + field + "=" + p.Volume, ""
		})
		add("body-"+parameterSlug(field), func(p conformance.Pair, unused string) (string, string, string) {
			return fmt.Sprintf(path, unused, p.Server), "", fmt.Sprintf(`{%q:%q}`, field, p.Volume)
		})
	}
	return c
}
