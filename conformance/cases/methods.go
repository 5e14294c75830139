package cases

import (
	"context"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// otherMethod is a request to the path of a detach that has another method, and that a lenient server takes for a
// detach.
type otherMethod struct {
	name, method string
	query        string
	change       func(*http.Request)
}

// otherMethods are all of them, each a variant.
func otherMethods() []conformance.Variant {
	var list []otherMethod
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPost, http.MethodPut, http.MethodPatch} {
		list = append(list, otherMethod{name: strings.ToLower(method), method: method})
	}
	for _, method := range []string{"DETACH", "REMOVE", "UNLINK", "DELETES", "FOO"} {
		list = append(list, otherMethod{name: strings.ToLower(method), method: method})
	}
	list = append(list,
		otherMethod{name: "delete-in-small-letters", method: "delete"},
		otherMethod{name: "delete-with-a-capital", method: "Delete"},
		otherMethod{name: "override-in-form", method: http.MethodPost, change: carrying("application/x-www-form-urlencoded", "_method=DELETE")},
	)
	for _, header := range []string{"X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"} {
		for _, method := range []string{http.MethodPost, http.MethodGet} {
			list = append(list, otherMethod{
				name: strings.ToLower(header + "-of-" + method), method: method,
				change: func(req *http.Request) { req.Header.Set(header, http.MethodDelete) },
			})
		}
	}
	for _, name := range []string{"_method", "_httpmethod", "http_method"} {
		list = append(list, otherMethod{name: "override-in-query-" + strings.TrimPrefix(parameterSlug(name), "-"), method: http.MethodPost, query: "?" + name + "=DELETE"})
	}
	var variants []conformance.Variant
	for _, m := range list {
		variants = append(variants, conformance.Variant{Name: m.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			return m.ask(ctx, t, m.change)
		}})
		if strings.Contains(m.name, "delete-") || strings.Contains(m.name, "override") { // before or after it is verified
			variants = append(variants, conformance.Variant{Name: m.name + "-signed-as-delete", Ask: func(ctx context.Context, t *conformance.Trial) error {
				return m.ask(ctx, t, func(req *http.Request) {
					if m.change != nil {
						m.change(req)
					}
					t.Resign(req, func(p *forge.Parts) { p.Method = http.MethodDelete })
				})
			}})
		}
	}
	return variants
}

// ask asks for an attached volume, which has to stay so.
func (m otherMethod) ask(ctx context.Context, t *conformance.Trial, change func(*http.Request)) error {
	p, err := attachedAlready(ctx, t)
	if err != nil {
		return err
	}
	e, err := t.Send(ctx, conformance.Request{
		Method: m.method, Path: "/v1/volumes/" + p.Volume + "/servers/" + p.Server + m.query, Change: change,
		Expect: conformance.ExpectOutside, About: m.method + " on the path of a detach: " + m.name,
	})
	if err != nil {
		return err
	}
	if e.Status == http.StatusAccepted {
		return keptAttached(ctx, t, p, e, conformance.ShownBy(e, conformance.Broken(detachMethod, conformance.CodeAccepted,
			"%s (%s) was answered 202, as a detach is", e, e.About)))
	}
	return keptAttached(ctx, t, p, e, stillAttached(ctx, t, p, e, detachMethod))
}

// carrying gives a request a body, which is not signed.
func carrying(contentType, body string) func(*http.Request) {
	return func(req *http.Request) {
		req.Header.Set("Content-Type", contentType)
		withBody(req, body)
	}
}
