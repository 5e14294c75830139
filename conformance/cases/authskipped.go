package cases

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// stranger is a request of somebody who has not the secret key.
type stranger struct {
	name, about string
	clause      conformance.Clause // the zero one for that of the operation
	alter       alteration
}

var (
	wrongSecret = stranger{"wrong-secret", "a signature made with another secret key", conformance.Clause{}, func(t *conformance.Trial, req *http.Request) { t.WrongSecret(req) }}
	anonymous   = stranger{"unsigned", "no header of authentication", conformance.Clause{}, unsigned}
)

// strangers are the kinds of them that there are for every operation.
func strangers() []stranger {
	return []stranger{
		wrongSecret, anonymous,
		{"signature-missing", "no signature", conformance.Clause{}, header(signing.HeaderSignature)},
		{"signature-other", "a signature of no request", conformance.Clause{}, header(signing.HeaderSignature, wrongSignature)},
		{"access-key-unknown", "an unknown access key", conformance.Clause{}, func(t *conformance.Trial, req *http.Request) {
			req.Header.Set(signing.HeaderAccessKey, strings.Repeat("0123456789abcdef", 2))
			t.Resign(req, nil)
		}},
		{"method-other", "a signature made for another method", conformance.Clause{}, forged(func(p *forge.Parts) { p.Method = http.MethodDelete })},
		{"hour-old", "a timestamp of an hour ago", authTimestampWindow, func(t *conformance.Trial, req *http.Request) {
			at(t, req, t.Now().Add(-time.Hour).UnixMilli())
		}},
		{"hour-ahead", "a timestamp of in an hour", authTimestampWindow, func(t *conformance.Trial, req *http.Request) {
			at(t, req, t.Now().Add(time.Hour).UnixMilli())
		}},
		unversioned(wrongSecret), unversioned(anonymous), inEnglish(wrongSecret),
	}
}

// unversioned is a stranger who names no version.
func unversioned(s stranger) stranger {
	return stranger{s.name + "-unversioned", s.about + " and no Scp-Api-Version", s.clause, func(t *conformance.Trial, req *http.Request) {
		delete(req.Header, signing.HeaderAPIVersion)
		s.alter(t, req)
	}}
}

func inEnglish(s stranger) stranger {
	return stranger{s.name + "-english", s.about + " and Accept-Language: en-US", s.clause, func(t *conformance.Trial, req *http.Request) {
		req.Header.Set(signing.HeaderLanguage, "en-US")
		s.alter(t, req)
	}}
}

// breaks is the clause that an operation breaks that lets the stranger in.
func (s stranger) breaks(operation conformance.Clause) conformance.Clause {
	if s.clause.ID != "" {
		return s.clause
	}
	return operation
}

// sends sends a request as the stranger.
func (s stranger) sends(ctx context.Context, t *conformance.Trial, what string, r conformance.Request) (conformance.Exchange, error) {
	r.Expect, r.About = conformance.ExpectUnauthorized, what+" with "+s.about
	r.Change = func(req *http.Request) { s.alter(t, req) }
	return sendWrong(ctx, t, r)
}

// skippedForReads asks to see what strangers have no business with.
func skippedForReads() conformance.Case {
	c := conformance.Case{
		ID: "auth-show", Family: familyAuthentication,
		Summary: "showing any volume of the fixture without a correct signature is answered 401",
		Clauses: []conformance.Clause{show401, authTimestampWindow},
		Harm:    conformance.HarmReads,
	}
	for _, v := range []struct {
		name string
		of   func(conformance.Fixture) string
		by   []stranger
	}{
		{"volume", func(f conformance.Fixture) string { return f.Volume }, strangers()},
		{"spare-volume", func(f conformance.Fixture) string { return f.SpareVolume }, []stranger{wrongSecret, anonymous}},
		{"shared-volume", func(f conformance.Fixture) string { return f.SharedVolume }, []stranger{wrongSecret, anonymous}},
		{"os-volume", func(f conformance.Fixture) string { return f.OSVolume }, []stranger{wrongSecret, anonymous}},
	} {
		for _, s := range v.by {
			c.Variants = append(c.Variants, conformance.Variant{Name: v.name + "-" + s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				volume := v.of(t.Fixture())
				if err := t.Needs(strings.ReplaceAll(v.name, "-", " "), volume); err != nil {
					return err
				}
				return s.isShownNothing(ctx, t, volume)
			}})
		}
	}
	return c
}

// isShownNothing judges what a stranger is shown of a volume that is shown to who signs correctly.
func (s stranger) isShownNothing(ctx context.Context, t *conformance.Trial, volume string) error {
	if _, err := conformance.Shared(t, "shown "+volume, 2*time.Second, func() (bool, error) {
		_, err := t.Show(ctx, volume)
		return err == nil, err
	}); err != nil {
		return err
	}
	e, err := s.sends(ctx, t, "showing a volume", conformance.Request{Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}})
	switch {
	case err != nil, e.Status == http.StatusUnauthorized:
		return err
	case e.Status/100 == 5:
		return t.LeaveTo(wrongStatus(e))
	case e.Refused():
		return t.LeaveTo(wrongRefusal(e))
	}
	return oneFact(t, s.breaks(show401), s.name, conformance.ShownBy(e, conformance.Broken(s.breaks(show401), conformance.CodeLetIn,
		"%s was answered %s", e.About, conformance.StatusText(e.Status))))
}

// skippedForAttach attaches a volume to the server that it is at already: whoever is let in changes nothing.
func skippedForAttach() conformance.Case {
	c := conformance.Case{
		ID: "auth-attach", Family: familyAuthentication,
		Summary: "attaching a volume without a correct signature is answered 401",
		Clauses: []conformance.Clause{attach401, authTimestampWindow},
		Harm:    conformance.HarmDetaches,
	}
	for _, s := range strangers() {
		if s.name == "method-other" {
			s.alter = forged(func(p *forge.Parts) { p.Method = http.MethodPut })
		}
		c.Variants = append(c.Variants, conformance.Variant{Name: s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			control, err := t.Control(ctx)
			if err != nil {
				return err
			}
			p, err := t.Attached(ctx)
			if err != nil {
				return err
			}
			e, err := s.sends(ctx, t, "attaching a volume", conformance.Request{Operation: conformance.Attach, Pair: p})
			if err != nil {
				return err
			}
			return oneFact(t, s.breaks(attach401), s.name, failsAuthentication(t, e, control, s.breaks(attach401)))
		}})
	}
	return c
}

// skippedForUnused asks for a volume that does not exist: whoever is not let in does not get to know that.
func skippedForUnused() conformance.Case {
	c := conformance.Case{
		ID: "auth-skipped", Family: familyAuthentication,
		Summary: "asking for an unknown volume without a correct signature fails authentication before the volume is looked up",
		Clauses: []conformance.Clause{show401, attach401, detach401},
		Harm:    conformance.HarmRefused,
	}
	for _, o := range []struct {
		name, about string
		operation   conformance.Operation
		clause      conformance.Clause
	}{
		{"show", "showing an unknown volume", conformance.ShowVolume, show401},
		{"attach", "attaching an unknown volume", conformance.Attach, attach401},
	} {
		for _, s := range []stranger{wrongSecret, unversioned(wrongSecret)} {
			c.Variants = append(c.Variants, conformance.Variant{Name: o.name + "-" + s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				control, err := distinguishing(ctx, t)
				if err != nil {
					return err
				}
				r := conformance.Request{Operation: o.operation, Pair: t.Unused(), Expect: conformance.ExpectRefused, About: o.about}
				right, err := t.Send(ctx, r)
				if err != nil {
					return err
				}
				wrong, err := s.sends(ctx, t, o.about, r)
				if err != nil {
					return err
				}
				return unauthorized(t, wrong, conformance.Control{Right: right, Wrong: control.Wrong}, o.clause)
			}})
		}
	}
	c.Variants = append(c.Variants, conformance.Variant{Name: "detach-often", Ask: asksOften})
	for _, body := range []struct{ name, text string }{{"no-json", "{"}, {"no-server", "{}"}} {
		for _, s := range []stranger{wrongSecret, anonymous} {
			c.Variants = append(c.Variants, conformance.Variant{Name: "attach-" + body.name + "-" + s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				return s.asksBadly(ctx, t, "attaching with the body "+body.text, conformance.Request{Operation: conformance.Attach, Pair: t.Unused()},
					func(req *http.Request) { withBody(req, body.text) }, attach401)
			}})
		}
	}
	return c
}

// asksOften sends one right request several times, and then a wrong one that asks for the same: what was let in before
// is authenticated all the same.
func asksOften(ctx context.Context, t *conformance.Trial) error {
	const times = 12
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	r := conformance.Request{Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown volume and server"}
	var right conformance.Exchange
	for range times {
		if right, err = t.Send(ctx, r); err != nil {
			return err
		}
	}
	wrong, err := wrongSecret.sends(ctx, t, "what was asked for several times", r)
	if err != nil {
		return err
	}
	return unauthorized(t, wrong, conformance.Control{Right: right, Wrong: control.Wrong}, detach401)
}

// asksBadly sends a request that is bad in itself, as the stranger: who has the secret key is told so, and
// nobody else. That the answer is the one to who signs correctly has to be seen only where it is no 401.
func (s stranger) asksBadly(
	ctx context.Context, t *conformance.Trial, what string, r conformance.Request, spoil func(*http.Request), clause conformance.Clause,
) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	r.Expect, r.About = conformance.ExpectUnauthorized, what+" with "+s.about
	r.Change = func(req *http.Request) {
		spoil(req)
		t.Resign(req, nil)
		s.alter(t, req)
	}
	wrong, err := sendWrong(ctx, t, r)
	if err != nil || wrong.Status == http.StatusUnauthorized {
		return err
	}
	r.Expect, r.About = conformance.ExpectOutside, what
	r.Change = func(req *http.Request) {
		spoil(req)
		t.Resign(req, nil)
	}
	right, err := t.Send(ctx, r)
	if err != nil {
		return err
	}
	return unauthorized(t, wrong, conformance.Control{Right: right, Wrong: control.Wrong}, clause)
}

// withBody gives a request another body.
func withBody(req *http.Request, text string) {
	req.ContentLength = int64(len(text))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(text)), nil }
	req.Body, _ = req.GetBody()
}

// oddPaths is a detach of IDs that a filter of a gateway takes for something else, which needs no signature:
// a picture, a page, or a question after the health of the service.
func oddPaths() conformance.Case {
	c := conformance.Case{
		ID: "auth-paths", Family: familyAuthentication,
		Summary: "a wrongly signed detach fails authentication, whatever its path ends in",
		Clauses: []conformance.Clause{detach401, authSecret},
		Harm:    conformance.HarmRefused,
	}
	for _, end := range []struct{ name, server string }{
		{"json", "{unused}.json"},
		{"ico", "{unused}.ico"},
		{"html", "{unused}.html"},
		{"js", "{unused}.js"},
		{"health", "health"},
		{"metrics", "metrics"},
		{"api-docs", "api-docs"},
		{"malformed", "x"},
		{"query", "{unused}?a=.ico"},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: end.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			path := fmt.Sprintf(plainDetach, t.UnusedID(), strings.ReplaceAll(end.server, "{unused}", t.UnusedID()))
			plain, _, _ := strings.Cut(path, "?")
			if err := t.UnusedPath(plain); err != nil {
				return err
			}
			return wrongSecret.asksBadly(ctx, t, "detaching from "+end.server, conformance.Request{Method: http.MethodDelete, Path: path},
				func(*http.Request) {}, authSecret)
		}})
	}
	return c
}

// skippedForExisting asks for a detach of everything there is, in every way that a server may take for one: a
// server that authenticates in one place may not in another.
func skippedForExisting() conformance.Case {
	c := conformance.Case{
		ID: "auth-attached-skipped", Family: familyAuthentication,
		Summary: "no path and no method detaches a volume, or reveals anything about one, without a correct signature",
		Clauses: []conformance.Clause{detach401, authSecret, detachEffect},
		Harm:    conformance.HarmDangerous, Rotates: true,
	}
	for _, s := range []stranger{wrongSecret, anonymous, unversioned(wrongSecret), unversioned(anonymous)} {
		for _, v := range []struct {
			name string
			of   func(conformance.Fixture) conformance.Pair
		}{
			{"os-volume", func(f conformance.Fixture) conformance.Pair {
				return conformance.Pair{Volume: f.OSVolume, Server: f.Server}
			}},
			{"shared-volume", func(f conformance.Fixture) conformance.Pair {
				return conformance.Pair{Volume: f.SharedVolume, Server: f.Server}
			}},
			{"shared-volume-elsewhere", func(f conformance.Fixture) conformance.Pair {
				return conformance.Pair{Volume: f.SharedVolume, Server: f.OtherServer}
			}},
			{"spare-volume", func(f conformance.Fixture) conformance.Pair {
				return conformance.Pair{Volume: f.SpareVolume, Server: f.Server}
			}},
		} {
			c.Variants = append(c.Variants, conformance.Variant{Name: v.name + "-" + s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				p := v.of(t.Fixture())
				if err := t.Needs(v.name+" and server", p.Volume, p.Server); err != nil {
					return err
				}
				return s.detachesNothing(ctx, t, p, strings.ReplaceAll(v.name, "-", " "))
			}})
		}
	}
	for _, s := range []stranger{wrongSecret, unversioned(anonymous)} {
		for _, w := range []struct{ name, method, format string }{
			{"slash", http.MethodDelete, "/v1/volumes/%s/servers/%s/"},
			{"upper-case", http.MethodDelete, "/V1/VOLUMES/%s/SERVERS/%s"},
			{"capitalized", http.MethodDelete, "/v1/Volumes/%s/Servers/%s"},
			{"head", http.MethodHead, plainDetach},
			{"options", http.MethodOptions, plainDetach},
			{"get", http.MethodGet, plainDetach},
			{"post", http.MethodPost, plainDetach},
			{"put", http.MethodPut, plainDetach},
			{"patch", http.MethodPatch, plainDetach},
		} {
			c.Variants = append(c.Variants, conformance.Variant{Name: w.name + "-" + s.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
				p, err := t.Attached(ctx)
				if err != nil {
					return err
				}
				return s.asksInVain(ctx, t, p, conformance.Request{Method: w.method, Path: fmt.Sprintf(w.format, p.Volume, p.Server)})
			}})
		}
	}
	c.Variants = append(c.Variants, conformance.Variant{Name: "on-its-way", Ask: asksOnItsWay}, conformance.Variant{Name: "after-others", Ask: asksAfterOthers})
	return c
}

const plainDetach = "/v1/volumes/%s/servers/%s"

// detachesNothing asks for a detach of a volume that need not be attached.
func (s stranger) detachesNothing(ctx context.Context, t *conformance.Trial, p conformance.Pair, what string) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	before, err := t.Show(ctx, p.Volume)
	if err != nil {
		return err
	}
	e, err := s.sends(ctx, t, "detaching the "+what, conformance.Request{Pair: p})
	if err != nil {
		return err
	}
	if err := failsAuthentication(t, e, control, authSecret); err != nil || !conformance.AttachedTo(before, p.Server) {
		return err
	}
	return stillAttached(ctx, t, p, e, authSecret)
}

// asksInVain sends a request that is no operation, but that a lenient server takes for a detach. Any answer
// will do but one that says that it was done, and the volume has to stay.
func (s stranger) asksInVain(ctx context.Context, t *conformance.Trial, p conformance.Pair, r conformance.Request) error {
	r.Change = func(req *http.Request) { s.alter(t, req) }
	r.Expect, r.About = conformance.ExpectOutside, r.Method+" with "+s.about
	e, err := sendWrong(ctx, t, r)
	if err != nil {
		return err
	}
	if e.Status == http.StatusAccepted {
		return conformance.ShownBy(e, conformance.Broken(authSecret, conformance.CodeLetIn, "%s (%s) was answered 202, as a detach is", e, e.About))
	}
	return stillAttached(ctx, t, p, e, authSecret)
}

// asksOnItsWay asks for a volume whose detach was just accepted, and then for one whose attach was.
func asksOnItsWay(ctx context.Context, t *conformance.Trial) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	first, err := detach(ctx, t, p)
	if err != nil {
		return err
	}
	if first.Status != http.StatusAccepted {
		return conformance.ShownBy(first, conformance.CannotJudge(conformance.CodeSetup,
			"set-up: the detach was answered %s", conformance.StatusText(first.Status)))
	}
	if err := areKeptOut(ctx, t, "detaching a volume that is being detached", p, control); err != nil {
		return err
	}
	if p, err = t.Unattached(ctx); err != nil {
		return err
	}
	if err := t.BeginAttach(ctx, p); err != nil {
		return err
	}
	return areKeptOut(ctx, t, "detaching a volume that is being attached", p, control)
}

// areKeptOut asks as several strangers.
func areKeptOut(ctx context.Context, t *conformance.Trial, what string, p conformance.Pair, control conformance.Control) error {
	for _, s := range []stranger{wrongSecret, anonymous} {
		e, err := s.sends(ctx, t, what, conformance.Request{Pair: p})
		if err == nil {
			err = failsAuthentication(t, e, control, authSecret)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// asksAfterOthers asks right after each kind of answer to who signs correctly.
func asksAfterOthers(ctx context.Context, t *conformance.Trial) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	for _, before := range []struct {
		about   string
		request conformance.Request
	}{
		{"a volume was shown", conformance.Request{Operation: conformance.ShowVolume, Pair: p, Expect: conformance.ExpectShown}},
		{"an unknown volume was asked for", conformance.Request{Pair: t.Unused(), Expect: conformance.ExpectRefused}},
		{"a volume was to be attached that is", conformance.Request{Operation: conformance.Attach, Pair: p, Expect: conformance.ExpectRefused}},
	} {
		before.request.About = before.about
		if _, err := t.Send(ctx, before.request); err != nil {
			return err
		}
		e, err := wrongSecret.sends(ctx, t, "detaching a volume right after "+before.about, conformance.Request{Pair: p})
		if err == nil {
			err = failsAuthentication(t, e, control, authSecret)
		}
		if err == nil {
			err = stillAttached(ctx, t, p, e, authSecret)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
