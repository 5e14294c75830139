package cases

import (
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
)

// formLanguageRefused asks for each kind of refusal in English, and without Accept-Language, beside the same in
// Korean. What is refused in each language is for other cases to judge.
func formLanguageRefused() conformance.Case {
	c := conformance.Case{
		ID: "form-language-refused", Family: familyForm,
		Summary: "a request that is refused in one language is refused in the others with the same status, and is not carried out",
		Clauses: []conformance.Clause{authLanguage},
		Harm:    conformance.HarmDangerous,
		Rotates: true, SideBySide: true,
	}
	for _, kind := range languageKinds() {
		for _, language := range []string{"en-US", ""} {
			name := language
			if name == "" {
				name = "none"
			}
			c.Variants = append(c.Variants, conformance.Variant{Name: kind.name + "-" + strings.ToLower(name), Ask: func(ctx context.Context, t *conformance.Trial) error {
				return kind.alike(ctx, t, language)
			}})
		}
	}
	return c
}

// languageKind is one way to be refused. Request gets the attached data volume.
type languageKind struct {
	name    string
	request func(context.Context, *conformance.Trial, conformance.Pair) (conformance.Request, error)
}

func languageKinds() []languageKind {
	type request = conformance.Request
	of := func(name string, request func(*conformance.Trial, conformance.Pair) request) languageKind {
		return languageKind{name, func(_ context.Context, t *conformance.Trial, p conformance.Pair) (conformance.Request, error) {
			r := request(t, p)
			return r, t.Needs(r.About, r.Pair.Volume, r.Pair.Server)
		}}
	}
	return []languageKind{
		{"not-attached", notAttachedAlready},
		of("other-server", func(t *conformance.Trial, p conformance.Pair) request {
			return request{Pair: conformance.Pair{Volume: p.Volume, Server: t.Fixture().OtherServer}, About: "a volume that is attached to another server"}
		}),
		of("os-volume", func(t *conformance.Trial, _ conformance.Pair) request {
			return request{Pair: conformance.Pair{Volume: t.Fixture().OSVolume, Server: t.Fixture().Server}, About: "the OS's default volume"}
		}),
		of("unknown-volume", func(t *conformance.Trial, _ conformance.Pair) request {
			return request{Pair: t.Unused(), About: "an unknown volume and server"}
		}),
		of("unknown-version", func(_ *conformance.Trial, p conformance.Pair) request {
			return request{Pair: p, About: "an unknown version", Change: func(req *http.Request) {
				req.Header.Set(signing.HeaderAPIVersion, "virtualserver 99.9")
			}}
		}),
		of("unauthorized", func(t *conformance.Trial, p conformance.Pair) request {
			return request{Pair: p, About: "a signature made with another secret key", Expect: conformance.ExpectUnauthorized, Change: t.WrongSecret}
		}),
		of("shown", func(t *conformance.Trial, _ conformance.Pair) request {
			return request{Operation: conformance.ShowVolume, Pair: t.Unused(), About: "a look at an unknown volume"}
		}),
	}
}

// notAttachedAlready asks for the spare volume, which is attached to nothing.
func notAttachedAlready(ctx context.Context, t *conformance.Trial, _ conformance.Pair) (conformance.Request, error) {
	r := conformance.Request{Pair: conformance.Pair{Volume: t.Fixture().SpareVolume, Server: t.Fixture().Server}, About: "a volume that is attached to nothing"}
	if err := t.Needs("spare volume and server", r.Pair.Volume, r.Pair.Server); err != nil {
		return r, err
	}
	shown, err := t.Show(ctx, r.Pair.Volume)
	if err == nil && !conformance.Available(shown) {
		err = conformance.CannotJudge(conformance.CodeSetup, "set-up: the spare volume %s is %s", r.Pair.Volume, shown.State)
	}
	return r, err
}

// alike holds the answer in a language to that in Korean, and looks whether the data volume stays. An endpoint may
// require the header: without it 400 is as good.
func (k languageKind) alike(ctx context.Context, t *conformance.Trial, language string) error {
	p, err := attachedAlready(ctx, t)
	if err != nil {
		return err
	}
	r, err := k.request(ctx, t, p)
	if err != nil {
		return err
	}
	korean, err := sendIn(ctx, t, r, languages[0])
	if err != nil {
		return err
	}
	if !korean.Refused() {
		return keptAttached(ctx, t, p, korean, conformance.NotApplicable("%s is answered %s in Korean, which other cases judge", r.About, conformance.StatusText(korean.Status)))
	}
	e, err := sendIn(ctx, t, r, language)
	if err != nil {
		return err
	}
	found := k.sameStatus(ctx, t, r, korean, e, language)
	if found == nil {
		found = stillAttached(ctx, t, p, e, authLanguage)
	}
	return keptAttached(ctx, t, p, e, found)
}

// sameStatus compares two answers. One in Korean that differs from time to time shows nothing.
func (k languageKind) sameStatus(ctx context.Context, t *conformance.Trial, r conformance.Request, korean, e conformance.Exchange, language string) error {
	if e.Status == korean.Status || language == "" && e.Status == http.StatusBadRequest {
		return nil
	}
	in, code := "in "+language, conformance.CodeUnstable
	if language == "" {
		in = "without Accept-Language"
	}
	if e.Status == http.StatusAccepted {
		code = conformance.CodeAccepted
	} else if again, err := sendIn(ctx, t, r, languages[0]); err != nil {
		return err
	} else if again.Status != korean.Status {
		return conformance.NotApplicable("%s is answered now %s, now %s in Korean, which form-repeats judges",
			r.About, conformance.StatusText(korean.Status), conformance.StatusText(again.Status))
	}
	return conformance.ShownBy(e, conformance.Broken(authLanguage, code, "%s is answered %s %s, and %s in %s",
		r.About, conformance.StatusText(e.Status), in, conformance.StatusText(korean.Status), languages[0]))
}

// sendIn sends a request in a language, or without one.
func sendIn(ctx context.Context, t *conformance.Trial, r conformance.Request, language string) (conformance.Exchange, error) {
	change := r.Change
	if r.Expect == "" {
		r.Expect = conformance.ExpectRefused
	}
	r.Change = func(req *http.Request) {
		req.Header.Del(signing.HeaderLanguage)
		if language != "" {
			inLanguage(language)(req)
		}
		if change != nil {
			change(req)
		}
	}
	return t.Send(ctx, r)
}
