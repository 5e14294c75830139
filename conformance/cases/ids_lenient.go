package cases

import (
	"context"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// lenientVolume writes the ID of an attached volume in ways that a lenient server takes for it.
func lenientVolume() conformance.Case {
	c := conformance.Case{
		ID: "ids-lenient-volume", Family: familyIDs,
		Summary: "text that resembles the volume's ID is refused, and the volume stays attached",
		Clauses: []conformance.Clause{detachVolumeID, detachIDText},
		Harm:    conformance.HarmDangerous, Rotates: true, SideBySide: true,
	}
	for _, s := range slices.Concat(idSpellings, kinds("vol", "volume")) {
		c.Variants = append(c.Variants, s.variant(detachVolumeID, conformance.ExpectBadID, func(p conformance.Pair, write func(string) string) string {
			return "/v1/volumes/" + write(p.Volume) + "/servers/" + p.Server
		}))
	}
	return c
}

// lenientServer writes the ID of its server so, and what could stand for any server.
func lenientServer() conformance.Case {
	c := conformance.Case{
		ID: "ids-lenient-server", Family: familyIDs,
		Summary: "text that resembles the server's ID is refused, and the volume stays attached",
		Clauses: []conformance.Clause{detachServerID, detachIDText},
		Harm:    conformance.HarmDangerous, Rotates: true, SideBySide: true,
	}
	path := func(p conformance.Pair, write func(string) string) string {
		return "/v1/volumes/" + p.Volume + "/servers/" + write(p.Server)
	}
	for _, s := range slices.Concat(idSpellings, kinds("srv", "server"), serverWords) {
		c.Variants = append(c.Variants, s.variant(detachServerID, conformance.ExpectBadID, path))
	}
	for _, s := range cutSpellings { // which a gateway may refuse by itself
		c.Variants = append(c.Variants, s.variant(detachServerID, conformance.ExpectOutside, path))
	}
	c.Variants = append(c.Variants,
		conformance.Variant{Name: "volume", Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := attachedAlready(ctx, t)
			if err != nil {
				return err
			}
			return inPlaceOfServer(ctx, t, p, p.Volume, "the volume in place of the server")
		}},
		conformance.Variant{Name: "device", Ask: serverByDevice},
	)
	return c
}

// inPlaceOfServer asks for an attached volume and a word that is no server.
func inPlaceOfServer(ctx context.Context, t *conformance.Trial, p conformance.Pair, word, about string) error {
	return lenientlyRead(ctx, t, p, conformance.Request{
		Path: "/v1/volumes/" + p.Volume + "/servers/" + word, Expect: conformance.ExpectBadID, About: about,
	}, detachServerID)
}

// serverByDevice names the device that the volume is at its server.
func serverByDevice(ctx context.Context, t *conformance.Trial) error {
	p, err := attachedAlready(ctx, t)
	if err != nil {
		return err
	}
	shown, err := t.Show(ctx, p.Volume)
	if err != nil {
		return err
	}
	for _, s := range shown.Servers {
		if s.Device == nil || !strings.EqualFold(s.ID, p.Server) {
			continue
		}
		if device := path.Base(*s.Device); isWord(device) {
			return inPlaceOfServer(ctx, t, p, device, "the device in place of the server")
		}
	}
	return conformance.NotApplicable("the volume is shown without a device")
}

// isWord reports whether a text is a short word of letters and digits, such as vdb.
func isWord(text string) bool {
	const longest = 7
	return text != "" && len(text) <= longest && !strings.ContainsFunc(text, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

// variant asks for an attached volume with one of the IDs written so.
func (s idSpelling) variant(clause conformance.Clause, expect conformance.Expectation, path func(conformance.Pair, func(string) string) string) conformance.Variant {
	if s.sameUUID {
		clause = detachIDText
	}
	return conformance.Variant{Name: s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
		p, err := attachedAlready(ctx, t)
		if err != nil {
			return err
		}
		asked := path(p, func(id string) string { return s.write(id, t.UnusedID()) })
		if asked == path(p, func(id string) string { return id }) || strings.Contains(asked, "//") {
			return conformance.NotApplicable("the ID has nothing in it to write %s", s.name)
		}
		return lenientlyRead(ctx, t, p, conformance.Request{Path: asked, Expect: expect, About: "an ID written in another way: " + s.name}, clause)
	}}
}

// lenientlyRead sends a DELETE that a lenient server takes for the detach of an attached volume, which has to stay
// so.
func lenientlyRead(ctx context.Context, t *conformance.Trial, p conformance.Pair, r conformance.Request, clause conformance.Clause) error {
	r.Method = http.MethodDelete
	e, err := t.Send(ctx, r)
	if err != nil {
		return err
	}
	return refusedAndKept(ctx, t, p, e, clause)
}
