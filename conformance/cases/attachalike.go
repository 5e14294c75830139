package cases

import (
	"context"
	"net/http"

	"github.com/scp-openapi/virtualserver/conformance"
)

var attachAlike = conformance.Clause{
	ID: "ATTACH-ALIKE", Source: conformance.Assumed,
	Text: "An attach gets the same answer whether or not its body is chunked, and however its media types are written.",
}

// formAttachAlike asks to attach an unknown volume, with the body sent in other ways than the typed client does.
// What is refused are the IDs.
func formAttachAlike() conformance.Case {
	c := conformance.Case{
		ID: "form-attach-alike", Family: familyForm,
		Summary: "an attach gets the same answer however its body is sent",
		Clauses: []conformance.Clause{attachAlike},
		Harm:    conformance.HarmRefused,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := distinguishing(ctx, t)
			return err
		},
	}
	set := func(header, value string) func(*http.Request) {
		return func(req *http.Request) { req.Header.Set(header, value) }
	}
	for _, w := range []struct {
		name, about string
		change      func(*http.Request)
	}{
		{"chunked", "a chunked body", func(req *http.Request) { req.ContentLength = -1 }},
		{"media-type-capitals", "Content-Type: Application/JSON", set("Content-Type", "Application/JSON")},
		{"accept-anything", "Accept: */*", set("Accept", "*/*")},
		{"accept-weights", "weights in Accept", set("Accept", "application/json, text/plain;q=0.5, */*;q=0.1")},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: w.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			usual := conformance.Request{Operation: conformance.Attach, Pair: t.Unused(), Expect: conformance.ExpectOutside, About: "attaching an unknown volume"}
			other := usual
			other.Pair, other.About, other.Change = t.Unused(), usual.About+" with "+w.about, w.change
			difference, err := compare(ctx, t, usual, other)
			if err != nil || !difference.status {
				return err
			}
			return difference.broken(attachAlike, "%s is answered %s, and in the usual way %s", other.About,
				conformance.StatusText(difference.other.Status), conformance.StatusText(difference.one.Status))
		}})
	}
	return c
}
