package cases

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
)

// segment is a path segment, percent-encoded, that cannot be an ID.
type segment struct {
	name string
	text string
	// moves is set where a server or a gateway may take the path for another one, or refuse it by itself:
	// any 4xx will do.
	moves bool
}

var malformedSegments = []segment{
	{"empty", "", true},
	{"dot", ".", true},
	{"dots", "..", true},
	{"three-dots", "...", false},
	{"encoded-dot", "%2e", true},
	{"encoded-dots", "%2e%2e", true},
	{"half-encoded-dots", "%2E.", true},
	{"dots-encoded-twice", "%252e%252e", true},
	{"dots-and-semicolon", "..;", true},
	{"dots-and-slash", "..%2f", true},
	{"dots-and-backslash", "..%5c..", true},
	{"slash", "%2f", true},
	{"slash-within", "a%2fb", true},
	{"slash-encoded-twice", "a%252fb", true},
	{"null", "%00", true},
	{"null-within", "a%00b", true},
	{"blank", "%20", true},
	{"tab", "%09", true},
	{"line", "%0d%0aScp-Signature:%20x", true},
	{"quote", "%22", false},
	{"sql", "%27%20OR%20%271%27=%271", true},
	{"markup", "%3Cscript%3E", true},
	{"percent", "%25", false},
	{"question-mark", "%3f", false},
	{"number-sign", "%23", false},
	{"asterisk", "*", false},
	{"negative", "-1", false},
	{"null-word", "null", false},
	{"template", "%7Bid%7D", true},
	{"expression", "$%7Bjndi:x%7D", true},
	{"korean", url.PathEscape("볼륨"), false},
	{"emoji", url.PathEscape("🙂"), false},
	{"not-utf-8", "%ff%fe", true},
	{"long", strings.Repeat("z", 300), false},
	{"very-long", strings.Repeat("z", 4<<10), true},
}

// drawn is how many segments are drawn from the seed of the run.
const drawn = 6

// malformedIDs asks for IDs that cannot be, beside unused ones: whatever a server or a gateway makes of such
// a path, it finds nothing to change. No typed client sends them.
func malformedIDs() conformance.Case {
	c := conformance.Case{
		ID: "ids-malformed", Family: familyIDs,
		Summary: "a malformed ID is answered 4xx, and never with a redirect or a 5xx",
		Clauses: []conformance.Clause{detachVolumeID, detachServerID, detach400},
		Harm:    conformance.HarmRefused,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := distinguishing(ctx, t)
			return err
		},
	}
	for _, place := range []struct {
		name   string
		clause conformance.Clause
		path   func(segment, unused string) string
	}{
		{"volume", detachVolumeID, func(segment, unused string) string { return "/v1/volumes/" + segment + "/servers/" + unused }},
		{"server", detachServerID, func(segment, unused string) string { return "/v1/volumes/" + unused + "/servers/" + segment }},
		{"both", detachVolumeID, func(segment, unused string) string {
			return "/v1/volumes/" + segment + "-" + unused + "/servers/" + segment + "-" + unused
		}},
	} {
		ask := func(name string, segment func(*conformance.Trial) segment) {
			c.Variants = append(c.Variants, conformance.Variant{Name: place.name + "-" + name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				s := segment(t)
				e, err := unusedPath(ctx, t, place.path(s.text, t.UnusedID()), s.moves, "a malformed ID: "+name)
				if err != nil {
					return err
				}
				return refused(t, e, place.clause)
			}})
		}
		for _, s := range malformedSegments {
			ask(s.name, func(*conformance.Trial) segment { return s })
		}
		for i := range drawn {
			ask(fmt.Sprintf("drawn-%d", i+1), func(t *conformance.Trial) segment {
				return segment{text: drawSegment(t.Seed(), place.name, i), moves: true}
			})
		}
	}
	return c
}

// unusedPath sends a DELETE to a path none of whose segments names anything.
func unusedPath(ctx context.Context, t *conformance.Trial, path string, moves bool, about string) (conformance.Exchange, error) {
	if err := t.UnusedPath(path); err != nil {
		return conformance.Exchange{}, err
	}
	expect := conformance.ExpectBadID
	if moves {
		expect = conformance.ExpectOutside
	}
	return t.Send(ctx, conformance.Request{Method: http.MethodDelete, Path: path, Expect: expect, About: about})
}

// drawSegment draws a segment of up to twelve characters, from controls to emoji. Dots and slashes are among
// the others: drawn, they could lead to where something is.
func drawSegment(seed uint64, place string, i int) string {
	const longest = 12
	random := rand.New(rand.NewPCG(seed, uint64(len(place)*drawn+i))) //nolint:gosec // text that can be made again, no secrets
	ranges := [][2]rune{{0x01, 0x1f}, {' ', '~'}, {0xa0, 0xff}, {0x3b1, 0x3c9}, {0xac00, 0xd7a3}, {0x1f600, 0x1f64f}, {0x2000, 0x206f}}
	var text strings.Builder
	for range 1 + random.IntN(longest) {
		r := ranges[random.IntN(len(ranges))]
		if c := r[0] + random.Int32N(r[1]-r[0]+1); !strings.ContainsRune("./\\", c) {
			text.WriteRune(c)
		}
	}
	return url.PathEscape(text.String() + "x")
}
