package cases

import (
	"context"
	"fmt"
	"net/http"

	"github.com/scp-openapi/virtualserver/conformance"
)

// How attaching is answered beyond what the cases of a detach see of it. The statuses are judged by form-status, as those of all other answers are.
var (
	attach400 = conformance.Clause{
		ID: "ATTACH-400", Operation: opAttach, Status: http.StatusBadRequest, Source: conformance.SDK,
		Text: "Attaching a volume answers 400 Bad Request.",
	}
	attach409 = conformance.Clause{
		ID: "ATTACH-409", Operation: opAttach, Status: http.StatusConflict, Source: conformance.SDK,
		Text: "Attaching a volume answers 409 Conflict.",
	}
	attachAlike = conformance.Clause{
		ID: "ATTACH-ALIKE", Source: conformance.Assumed,
		Text: "Attaching is answered alike whether its body comes in chunks or not, and however its media type is written.",
	}
)

// formAttachBody asks to attach an unknown volume, with a body that names no server. No body is longer than four
// bytes, which cannot name anything.
func formAttachBody() conformance.Case {
	c := conformance.Case{
		ID: "form-attach-body", Family: familyForm,
		Summary: "attaching with a body that names no server is refused with 400 or 409",
		Clauses: []conformance.Clause{attach400, aroundStatus},
		Harm:    conformance.HarmRefused,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := distinguishing(ctx, t)
			return err
		},
	}
	for _, body := range []struct{ name, text string }{
		{"empty", ""}, {"broken", "{"}, {"object", "{}"}, {"array", "[]"}, {"null", "null"}, {"text", `""`}, {"number", "1"}, {"page", "<a>"},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: body.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			e, err := t.Send(ctx, conformance.Request{
				Operation: conformance.Attach, Pair: t.Unused(), Expect: conformance.ExpectRefused,
				About:  fmt.Sprintf("attaching with the body %q", body.text),
				Change: func(req *http.Request) { withBody(req, body.text) },
			})
			if err != nil || e.Status/100 != 2 {
				return err
			}
			return conformance.ShownBy(e, conformance.Broken(attach400, conformance.CodeAccepted,
				"%s was answered %s; it has to be refused", e.About, conformance.StatusText(e.Status)))
		}})
	}
	return c
}

// formAttachAgain asks to attach a volume to the server that has it, which changes nothing. Where it is accepted
// all the same there is nothing to judge: that it has to be refused is written nowhere.
func formAttachAgain() conformance.Case {
	return conformance.Case{
		ID: "form-attach-again", Family: familyForm,
		Summary: "where attaching a volume to the server that has it is refused, the answer is 400 or 409",
		Clauses: []conformance.Clause{attach409, aroundStatus},
		Harm:    conformance.HarmDetaches,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			p, err := t.Attached(ctx)
			if err != nil {
				return err
			}
			e, err := t.Send(ctx, conformance.Request{
				Operation: conformance.Attach, Pair: p, Expect: conformance.ExpectRefused, About: "attaching a volume to the server that has it",
			})
			switch {
			case err != nil:
				return err
			case e.Status/100 == 2:
				return conformance.NotApplicable("%s is answered %s", e.About, conformance.StatusText(e.Status))
			case e.Status == http.StatusUnauthorized:
				return conformance.ShownBy(e, conformance.Broken(attach409, conformance.CodeKeptOut, "%s, rightly signed, is answered 401 Unauthorized", e.About))
			}
			return nil
		},
	}
}

// formAttachAlike sends the body of an attach in other ways than the typed client does.
func formAttachAlike() conformance.Case {
	c := conformance.Case{
		ID: "form-attach-alike", Family: familyForm,
		Summary: "attaching is answered alike however its body is sent",
		Clauses: []conformance.Clause{attachAlike},
		Harm:    conformance.HarmRefused,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			_, err := distinguishing(ctx, t)
			return err
		},
	}
	for _, b := range attachBodies() {
		c.Variants = append(c.Variants, conformance.Variant{Name: b.name, Ask: b.ask})
	}
	return c
}

// attachBody is a way to send the body of an attach, which is the same in all of them.
type attachBody struct {
	name, about string
	write       func(*http.Request)
}

func attachBodies() []attachBody {
	contentType := func(name, value string) attachBody {
		return attachBody{name, "Content-Type: " + value, func(req *http.Request) { req.Header.Set("Content-Type", value) }}
	}
	return []attachBody{
		{"chunked", "a body in chunks", func(req *http.Request) { req.ContentLength = -1 }},
		contentType("charset", "application/json; charset=utf-8"),
		contentType("charset-upper", "application/json;charset=UTF-8"),
		contentType("capitals", "Application/JSON"),
		{"accept-anything", "Accept: */*", func(req *http.Request) { req.Header.Set("Accept", "*/*") }},
		{"accept-list", "an Accept with weights", func(req *http.Request) { req.Header.Set("Accept", "application/json, text/plain;q=0.5, */*;q=0.1") }},
	}
}

// ask attaches an unknown volume, in the usual way and in this one. What is refused are the IDs.
func (b attachBody) ask(ctx context.Context, t *conformance.Trial) error {
	usual := conformance.Request{Operation: conformance.Attach, Pair: t.Unused(), Expect: conformance.ExpectOutside, About: "attaching an unknown volume"}
	other := usual
	other.Pair, other.About, other.Change = t.Unused(), usual.About+" with "+b.about, b.write
	difference, err := compare(ctx, t, usual, other)
	if err != nil || !difference.status {
		return err
	}
	return conformance.ShownBy(difference.other, conformance.Broken(attachAlike, conformance.CodeNotAccepted,
		"%s is answered %s, and in the usual way %s", other.About,
		conformance.StatusText(difference.other.Status), conformance.StatusText(difference.one.Status)))
}
