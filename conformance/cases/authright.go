package cases

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing"
)

var authAlike = conformance.Clause{
	ID: "AUTH-RIGHT-ALIKE", Source: conformance.Assumed,
	Text: "A correctly signed request gets the same answer with a meaningless query, an account ID, a list of languages or a Content-Type.",
}

// positive is a request that is written in another way than usual, and correctly signed.
type positive struct {
	name, about string
	clause      conformance.Clause
	// write changes a request, and signs it in between or at the end.
	write func(t *conformance.Trial, req *http.Request, sign func())
	// alone is set where the request may be refused before anybody asks who sent it: then a wrong signature
	// shows nothing.
	alone bool
	// alike is set where nothing is different of what is asked for: the answer is that of any right request.
	alike bool
}

// rightRequests are let in: what is refused then are the IDs. Each stands beside the same request with a wrong
// signature, which is not.
func rightRequests() conformance.Case {
	c := conformance.Case{
		ID: "auth-right", Family: familyAuthentication,
		Summary: "a correctly signed request is let in however it is written, and the same request with a wrong signature is not",
		Clauses: []conformance.Clause{authURL, authHeaderCase, authSignedAccount, authLanguage, authTimestampWindow, authAlike},
		Harm:    conformance.HarmRefused,
	}
	for _, p := range append(positives(), besidePositives()...) {
		c.Variants = append(c.Variants, conformance.Variant{Name: p.name, Ask: p.ask})
	}
	for _, language := range []struct{ name, value string }{{"languages", "ko-KR,ko;q=0.9,en;q=0.5"}, {"any-language", "*"}} {
		c.Variants = append(c.Variants, conformance.Variant{Name: language.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			return shownIn(ctx, t, language.value)
		}})
	}
	return c
}

func positives() []positive {
	query := func(name, raw string) positive {
		return positive{
			name: name, about: "the query " + raw, clause: authURL,
			write: func(_ *conformance.Trial, req *http.Request, sign func()) {
				req.URL.RawQuery = raw
				sign()
			},
		}
	}
	path := func(name, about, format string, alone bool) positive {
		return positive{
			name: name, about: about, clause: authURL, alone: alone,
			write: func(t *conformance.Trial, req *http.Request, sign func()) {
				serverWritten(format)(req.URL)
				declareUnused(t, req)
				sign()
			},
		}
	}
	header := func(name, about string, clause conformance.Clause, change func(http.Header)) positive {
		return positive{
			name: name, about: about, clause: clause,
			write: func(_ *conformance.Trial, req *http.Request, sign func()) {
				sign()
				change(req.Header)
			},
		}
	}
	dated := func(name, about string, by time.Duration) positive {
		return positive{
			name: name, about: about, clause: authTimestampWindow,
			write: func(t *conformance.Trial, req *http.Request, sign func()) {
				at(t, req, t.Now().Add(by).UnixMilli())
				sign()
			},
		}
	}
	return []positive{
		header("lower-case-names", "header names in lower case", authHeaderCase, lowerCaseNames),
		header("vendor-spelling", "header names as the vendor's SDK writes them, and an empty account ID", authHeaderCase, func(h http.Header) {
			rename(h, signing.HeaderAccessKey, "Scp-AccessKey")
			rename(h, signing.HeaderAPIVersion, "Scp-API-Version")
			rename(h, signing.HeaderClientType, "Scp-ClientType")
			if h[signing.HeaderAccountID] == nil {
				h["Scp-AccountId"] = []string{""}
			}
		}),
		header("english", "Accept-Language: en-US", authLanguage, func(h http.Header) { h.Set(signing.HeaderLanguage, "en-US") }),
		header("korean", "Accept-Language: ko-KR", authLanguage, func(h http.Header) { h.Set(signing.HeaderLanguage, "ko-KR") }),
		path("percent-upper", "an ID with percent signs in upper case", "%%6A%s", false),
		path("percent-lower", "an ID with percent signs in lower case", "%%6a%s", false),
		path("percent-blank", "an ID with an encoded blank", "%%20%s", true),
		path("percent-percent", "an ID with an encoded percent sign", "%%2541%s", true),
		path("percent-korean", "an ID with Korean letters", "%%eb%%b3%%BC%s", true),
		path("plus", "an ID with a plus sign", "+%s", true),
		query("query", "a=1"),
		query("query-any-order", "b=2&a=1&c=3"),
		query("query-repeated", "a=2&a=1"),
		query("query-plus", "a=b+c"),
		query("query-blank", "a=b%20c"),
		query("query-encoded", "a=%41&b=%2f"),
		query("query-bare", "a"),
		query("query-equals", "a=b=c=="),
		query("query-empty-value", "a=&b="),
		query("query-empty-name", "=a"),
		query("query-semicolon", "a=1;b=2"),
		query("query-brackets", "a[]=1&a[]=2"),
		query("query-encoded-brackets", "a%5B%5D=1"),
		query("query-marks", "a=-._~!$'()*,:@/?"),
		query("query-encoded-marks", "a=%2D%2E%5F%7E%21%24%27%28%29%2A"),
		query("query-encoded-separators", "a=%26%3D%3B%23%2B"),
		query("query-percent", "a=%2525"),
		query("query-korean", "a=%EB%B3%BC%eb%a5%a8"),
		query("query-encoded-name", "%61=1"),
		query("query-capitals", "A=1&a=2"),
		{
			name: "query-empty", about: "an empty query", clause: authURL,
			write: func(_ *conformance.Trial, req *http.Request, sign func()) {
				req.URL.ForceQuery = true
				sign()
			},
		},
		dated("timestamp-old", "a timestamp of 45 seconds ago", -45*time.Second),
		dated("timestamp-ahead", "a timestamp of in 45 seconds", 45*time.Second),
		{
			name: "account-left-out", about: "a signature of five parts, without an account ID", clause: authSignedAccount,
			write: func(_ *conformance.Trial, req *http.Request, sign func()) {
				delete(req.Header, signing.HeaderAccountID)
				sign()
			},
		},
	}
}

// besidePositives say something beside what they ask for, which an endpoint need not know and should not mind.
func besidePositives() []positive {
	query := func(name, about, raw string) positive {
		return positive{name: name, about: about, write: func(_ *conformance.Trial, req *http.Request, sign func()) {
			req.URL.RawQuery = raw
			sign()
		}}
	}
	header := func(name, header, value string) positive {
		return positive{name: name, about: header + ": " + value, write: func(_ *conformance.Trial, req *http.Request, sign func()) {
			req.Header.Set(header, value)
			sign()
		}}
	}
	list := []positive{
		query("query-parameter-empty", "the query a=1&&b=2, with an empty parameter", "a=1&&b=2"),
		query("query-ends-in-ampersand", "the query a=1&", "a=1&"),
		query("query-long", "a query of 500 characters", "a="+strings.Repeat("z", 498)),
		header("content-type", "Content-Type", "application/json"),
		header("account-sent", signing.HeaderAccountID, "project-x"),
	}
	for i := range list {
		list[i].clause, list[i].alone, list[i].alike = authAlike, true, true
	}
	return list
}

func (p positive) ask(ctx context.Context, t *conformance.Trial) error {
	control, err := distinguishing(ctx, t)
	if err != nil {
		return err
	}
	expect := conformance.ExpectRefused
	if p.alike { // another refusal is judged here, as nobody promised that there is none
		expect = conformance.ExpectOutside
	}
	right, err := t.Send(ctx, conformance.Request{
		Pair: t.Unused(), Expect: expect, About: p.about + ", correctly signed",
		Change: func(req *http.Request) { p.write(t, req, func() { t.Resign(req, nil) }) },
	})
	if err != nil {
		return err
	}
	switch {
	case right.Status == http.StatusUnauthorized, conformance.Same(right, control.Wrong):
		return conformance.ShownBy(right, conformance.Broken(p.clause, conformance.CodeKeptOut,
			"%s was answered %s", right.About, conformance.StatusText(right.Status)))
	case right.Status/100 == 5:
		return t.LeaveTo(wrongStatus(right))
	case p.alike && !conformance.Same(right, control.Right):
		if steady, err := steadyRefusal(ctx, t, control, right); err != nil || !steady {
			return err
		}
		return conformance.ShownBy(right, conformance.Broken(p.clause, conformance.CodeNotAccepted,
			"%s was answered %s with %s, and %s %s with %s", right.About, conformance.StatusText(right.Status), excerpt(right.Body),
			control.Right.About, conformance.StatusText(control.Right.Status), excerpt(control.Right.Body)))
	case p.alone:
		return nil
	}
	wrong, err := sendWrong(ctx, t, conformance.Request{
		Pair: t.Unused(), Expect: conformance.ExpectUnauthorized, About: p.about + ", with a signature made with another secret key",
		Change: func(req *http.Request) { p.write(t, req, func() { t.WrongSecret(req) }) },
	})
	if err != nil {
		return err
	}
	return unauthorized(t, wrong, conformance.Control{Right: right, Wrong: control.Wrong}, authSecret)
}

// steadyRefusal reports whether an endpoint refuses in the same words each time. Where it repeats the request
// in them, only status and code say whether it is the same refusal.
func steadyRefusal(ctx context.Context, t *conformance.Trial, control conformance.Control, right conformance.Exchange) (bool, error) {
	alike := right.Status == control.Right.Status && conformance.ErrorCode(right.Body) == conformance.ErrorCode(control.Right.Body)
	if _, query, _ := strings.Cut(right.URL, "?"); alike && query != "" && strings.Contains(string(right.Body), query) {
		return false, nil
	}
	again, err := t.Send(ctx, conformance.Request{Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown volume and server, again"})
	return err == nil && conformance.Same(again, control.Right), err
}

// shownIn shows a volume in one of several languages. A refusal would say something else in each of them.
func shownIn(ctx context.Context, t *conformance.Trial, languages string) error {
	volume := t.Fixture().Volume
	if err := t.Needs("volume", volume); err != nil {
		return err
	}
	if _, err := t.Show(ctx, volume); err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{
		Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, Change: inLanguage(languages),
		Expect: conformance.ExpectShown, About: "a volume of the fixture, in " + languages,
	})
	switch {
	case err != nil, e.Status == http.StatusOK:
		return err
	case e.Status/100 == 5:
		return t.LeaveTo(wrongStatus(e))
	}
	return conformance.ShownBy(e, conformance.Broken(authAlike, conformance.CodeNotAccepted,
		"showing a volume with Accept-Language: %s is answered %s, and with ko-KR alone it is shown", languages, conformance.StatusText(e.Status)))
}
