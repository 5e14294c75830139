package cases

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
)

var formSteady = conformance.Clause{
	ID: "FORM-STEADY", Source: conformance.Assumed,
	Text: "The same request gets the same answer each time, whatever else is asked concurrently.",
}

var languages = []string{"ko-KR", "en-US"}

func inLanguage(language string) func(*http.Request) {
	return func(req *http.Request) { req.Header.Set(signing.HeaderLanguage, language) }
}

// formLanguage asks for the same in both languages. In which of them a message comes is free.
func formLanguage() conformance.Case {
	c := conformance.Case{
		ID: "form-language", Family: familyForm,
		Summary: "requests in ko-KR and in en-US get the same status",
		Clauses: []conformance.Clause{authLanguage},
		Harm:    conformance.HarmRefused,
		Ask:     seeRefusals,
	}
	for _, ask := range []struct {
		name    string
		request func(*conformance.Trial) conformance.Request
	}{
		{"refused", func(t *conformance.Trial) conformance.Request {
			return conformance.Request{Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown volume and server"}
		}},
		{"unauthorized", func(t *conformance.Trial) conformance.Request {
			return conformance.Request{Pair: t.Unused(), Change: t.WrongSecret, Expect: conformance.ExpectUnauthorized, About: "a signature made with another secret key"}
		}},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: ask.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			in := func(language string) conformance.Request {
				r := ask.request(t)
				change := r.Change
				r.Change = func(req *http.Request) {
					inLanguage(language)(req)
					if change != nil {
						change(req)
					}
				}
				return r
			}
			difference, err := compare(ctx, t, in(languages[0]), in(languages[1]))
			if err != nil || !difference.status {
				return err
			}
			return conformance.ShownBy(difference.other, conformance.Broken(authLanguage, conformance.CodeUnstable, "%s in %s is answered %s, in %s %s",
				difference.one.About, languages[0], conformance.StatusText(difference.one.Status), languages[1], conformance.StatusText(difference.other.Status)))
		}})
	}
	return c
}

// formLanguageAccepted detaches in both languages.
func formLanguageAccepted() conformance.Case {
	return conformance.Case{
		ID: "form-language-accepted", Family: familyForm,
		Summary: "a detach is accepted in both languages, ko-KR and en-US",
		Clauses: []conformance.Clause{authLanguage},
		Harm:    conformance.HarmDetaches,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			status := map[string]int{}
			for _, language := range languages {
				var err error
				if status[language], err = detachIn(ctx, t, language); err != nil {
					return err
				}
			}
			korean, english := status[languages[0]], status[languages[1]]
			switch {
			case korean == http.StatusAccepted && english == http.StatusAccepted:
				return nil
			case korean == english:
				return conformance.CannotJudge(conformance.CodeSetup, "a detach is answered %s in either language", conformance.StatusText(korean))
			}
			return conformance.Broken(authLanguage, conformance.CodeUnstable, "a detach in %s is answered %s, in %s %s",
				languages[0], conformance.StatusText(korean), languages[1], conformance.StatusText(english))
		},
	}
}

// detachIn detaches the data volume in a language. A look may have lagged behind, and the volume not be
// attached at all: only a status that comes each time is the answer.
func detachIn(ctx context.Context, t *conformance.Trial, language string) (status int, err error) {
	const times = 3
	for range times {
		p, err := t.Attached(ctx)
		if err != nil {
			return 0, err
		}
		e, err := t.SendBusy(ctx, conformance.Request{
			Pair: p, Change: inLanguage(language), Expect: conformance.ExpectAccepted, About: "an attached volume, in " + language,
		})
		if err != nil || e.Status == http.StatusAccepted {
			return e.Status, err
		}
		status = e.Status
	}
	return status, nil
}

// formConcurrent sends requests that have different answers at the same time.
func formConcurrent() conformance.Case {
	return conformance.Case{
		ID: "form-concurrent", Family: familyForm,
		Summary: "concurrent requests each get their own answer",
		Clauses: []conformance.Clause{formSteady},
		Harm:    conformance.HarmRefused,
		Rotates: true,
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			f := t.Fixture()
			if err := t.Needs("volume", f.Volume); err != nil {
				return err
			}
			control, err := distinguishing(ctx, t)
			if err != nil {
				return err
			}
			return eachItsOwn(ctx, t, control)
		},
	}
}

// eachItsOwn asks several things at once, in rounds, and holds each answer to that of the same request alone.
func eachItsOwn(ctx context.Context, t *conformance.Trial, control conformance.Control) error {
	const rounds = 2
	asked := []struct {
		request func() conformance.Request
		alone   conformance.Exchange
	}{
		{func() conformance.Request {
			return conformance.Request{Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown volume, beside other requests"}
		}, control.Right},
		{func() conformance.Request {
			return conformance.Request{
				Pair: t.Unused(), Change: t.WrongSecret, Expect: conformance.ExpectUnauthorized,
				About: "a signature made with another secret key, beside other requests",
			}
		}, control.Wrong},
	}
	for _, volume := range []string{t.Fixture().Volume, t.Fixture().OSVolume} {
		if volume == "" {
			continue
		}
		request := conformance.Request{
			Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, Expect: conformance.ExpectShown, About: "a volume of the fixture, beside other requests",
		}
		alone, err := t.Send(ctx, request)
		if err != nil {
			return err
		}
		asked = append(asked, struct {
			request func() conformance.Request
			alone   conformance.Exchange
		}{func() conformance.Request { return request }, alone})
	}
	var asking sync.WaitGroup
	found := make([]error, rounds*len(asked))
	for i := range found {
		one := asked[i%len(asked)]
		asking.Go(func() {
			e, err := t.Send(ctx, one.request())
			if err == nil {
				err = asAlone(e, one.alone)
			}
			found[i] = err
		})
	}
	asking.Wait()
	for _, err := range found {
		if err != nil {
			return err
		}
	}
	return nil
}

// asAlone holds an answer to that of the same request with nothing beside it.
func asAlone(e, alone conformance.Exchange) error {
	if answerOf(e) == answerOf(alone) && strings.Contains(string(alone.Body), idOf(alone)) == strings.Contains(string(e.Body), idOf(e)) {
		return nil
	}
	return conformance.ShownBy(e, conformance.Broken(formSteady, conformance.CodeUnstable,
		"%s is answered %s with %s, and alone %s with %s", e.About, conformance.StatusText(e.Status), excerpt(e.Body),
		conformance.StatusText(alone.Status), excerpt(alone.Body)))
}

// idOf is the volume that a request names.
func idOf(e conformance.Exchange) string {
	_, rest, _ := strings.Cut(e.Path(), "/v1/volumes/")
	id, _, _ := strings.Cut(rest, "/")
	if plain, err := url.PathUnescape(id); err == nil {
		return plain
	}
	return id
}

// answerOf is what stays the same of the answers to one request: status, kind, and code of an error.
func answerOf(e conformance.Exchange) string {
	mediaType, _, _ := mime.ParseMediaType(e.ResponseHeader.Get("Content-Type"))
	return fmt.Sprint(e.Status, mediaType, conformance.ErrorCode(e.Body))
}

// formRepeats sends the same requests over and over. What an endpoint does once in so many times shows only
// so.
func formRepeats() conformance.Case {
	const times, rounds = 10, 4
	c := conformance.Case{
		ID: "form-repeats", Family: familyForm,
		Summary: "the same request gets the same answer each time",
		Clauses: []conformance.Clause{formSteady},
		Harm:    conformance.HarmRefused,
		Rotates: true,
		Ask:     seeRefusals,
	}
	for _, ask := range []struct {
		name    string
		request func(*conformance.Trial, conformance.Pair) conformance.Request
	}{
		{"refused", func(_ *conformance.Trial, unused conformance.Pair) conformance.Request {
			return conformance.Request{Pair: unused, Expect: conformance.ExpectRefused, About: "an unknown volume and server, again"}
		}},
		{"unauthorized", func(t *conformance.Trial, unused conformance.Pair) conformance.Request {
			return conformance.Request{Pair: unused, Change: t.WrongSecret, Expect: conformance.ExpectUnauthorized, About: "a signature made with another secret key, again"}
		}},
		{"shown", func(t *conformance.Trial, _ conformance.Pair) conformance.Request {
			return conformance.Request{
				Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: t.Fixture().Volume}, Expect: conformance.ExpectShown, About: "a volume of the fixture, again",
			}
		}},
	} {
		for round := range rounds {
			c.Variants = append(c.Variants, conformance.Variant{
				Name: fmt.Sprintf("%s-%d", ask.name, round+1),
				Ask: func(ctx context.Context, t *conformance.Trial) error {
					request := ask.request(t, t.Unused())
					if request.Operation == conformance.ShowVolume {
						if err := t.Needs("volume", request.Pair.Volume); err != nil {
							return err
						}
					}
					return sameEachTime(ctx, t, request, times)
				},
			})
		}
	}
	return c
}

// sameEachTime holds the answers to one request to each other.
func sameEachTime(ctx context.Context, t *conformance.Trial, r conformance.Request, times int) error {
	var first conformance.Exchange
	for i := range times {
		e, err := t.Send(ctx, r)
		switch {
		case err != nil:
			return err
		case i == 0:
			first = e
		case answerOf(e) != answerOf(first):
			return conformance.ShownBy(e, conformance.Broken(formSteady, conformance.CodeUnstable,
				"%s: asked %d times, it is answered %s with %s, and before %s with %s", r.About, i+1, conformance.StatusText(e.Status), excerpt(e.Body),
				conformance.StatusText(first.Status), excerpt(first.Body)))
		}
	}
	return nil
}
