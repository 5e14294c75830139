package cases

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

var attachServerID = conformance.Clause{
	ID: "ATTACH-SERVER-ID", Source: conformance.SDK,
	Text: "The server_id of an attach is the ID of a server: any other text attaches nothing.",
}

// lenientAttached writes the ID of a server in the body of an attach in ways that a lenient server takes for it: what
// is attached so cannot be told from what is detached so.
func lenientAttached() conformance.Case {
	c := conformance.Case{
		ID: "ids-lenient-attached", Family: familyIDs,
		Summary: "text that resembles the server's ID attaches nothing",
		Clauses: []conformance.Clause{attachServerID, detachIDText},
		Harm:    conformance.HarmDangerous, Rotates: true,
	}
	for _, s := range idSpellings {
		switch s.name {
		case "upper-case", "one-capital", "no-hyphens", "urn", "braces", "quotes", "blank-after", "blank-before", "comma", "extension",
			"letter", "without-last", "one-asterisk", "one-underscore", "list", "full-width":
			c.Variants = append(c.Variants, conformance.Variant{Name: s.name, Ask: s.attach})
		}
	}
	return c
}

// attach asks for a volume that is attached to nothing to be attached to a server whose ID is written so.
func (s idSpelling) attach(ctx context.Context, t *conformance.Trial) error {
	const while = 100 * time.Millisecond
	clause := attachServerID
	if s.sameUUID {
		clause = detachIDText
	}
	p, err := t.Unattached(ctx)
	if err != nil {
		return err
	}
	server, err := url.PathUnescape(s.write(p.Server, t.UnusedID()))
	if err != nil || server == p.Server {
		return conformance.NotApplicable("the ID has nothing in it to write %s", s.name)
	}
	body, err := json.Marshal(volumes.AttachRequest{ServerID: server})
	if err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{
		Method: http.MethodPost, Path: "/v1/volumes/" + p.Volume + "/servers", Change: carrying("application/json", string(body)),
		Expect: conformance.ExpectOutside, About: "an attach to a server whose ID is written in another way: " + s.name,
	})
	if err != nil {
		return err
	}
	found := refused(t, e, clause)
	limit := time.Duration(0)
	if found != nil {
		limit = min(while, t.Settle())
	}
	shown, attached, err := t.Await(ctx, p.Volume, limit, func(v *volumes.Volume) bool {
		return !conformance.Moving(v) && conformance.AttachedTo(v, p.Server)
	})
	if err != nil {
		return err
	}
	if attached {
		t.Moved(shown)
		if found == nil {
			found = conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeAccepted,
				"%s was answered %s, and volume %s is attached to server %s", e.About, conformance.StatusText(e.Status), p.Volume, p.Server))
		}
	}
	return found
}
