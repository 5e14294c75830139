package mock

import (
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

const loginPage = "<!DOCTYPE html><html><title>Sign in</title><form action=/login></form></html>"

// everythingDefects answer every request alike.
var everythingDefects = []Defect{
	always("always-500", "answers 500 to everything",
		refuse(http.StatusInternalServerError, "ContactAdminForAssistance", "Something went wrong.")),
	always("always-202", "answers 202 to everything", answer{status: http.StatusAccepted}),
	always("always-401", "answers 401 to everything", refuse(http.StatusUnauthorized, "HmacValidFail", "Nobody may enter.")),
	always("always-429", "answers 429 to everything", refuse(http.StatusTooManyRequests, "TooManyRequests", "Slow down.")),
	always("always-login", "answers everything with 200 and a login page",
		answer{status: http.StatusOK, body: raw(loginPage), header: map[string]string{"Content-Type": "text/html"}}),
	replying("echo", "answers 200 with the request", func(c *call) {
		r := c.request
		c.answer = ok(http.StatusOK, map[string]any{"method": r.Method, "url": r.RequestURI, "headers": r.Header})
	}),
}

func always(name, summary string, a answer) Defect {
	return replying(name, summary, func(c *call) { c.answer = a })
}

// statusDefects answer with an undocumented status.
var statusDefects = []Defect{
	status("accepted-200", "answers 200 to an accepted detach", (*call).accepted, http.StatusOK),
	status("accepted-204", "answers 204 to an accepted detach", (*call).accepted, http.StatusNoContent),
	status("unauthorized-403", "answers 403 instead of 401", has(http.StatusUnauthorized), http.StatusForbidden),
	status("unauthorized-400", "answers 400 instead of 401", has(http.StatusUnauthorized), http.StatusBadRequest),
	status("unauthorized-500", "answers 500 instead of 401", has(http.StatusUnauthorized), http.StatusInternalServerError),
	status("unauthorized-200", "answers 200 with the error of a 401", has(http.StatusUnauthorized), http.StatusOK),
	status("unknown-404", "answers 404 instead of 400", has(http.StatusBadRequest), http.StatusNotFound),
	status("unknown-500", "answers 500 instead of 400", has(http.StatusBadRequest), http.StatusInternalServerError),
	status("conflict-500", "answers 500 instead of 409", has(http.StatusConflict), http.StatusInternalServerError),
	status("conflict-423", "answers 423 instead of 409", has(http.StatusConflict), http.StatusLocked),
	status("conflict-200", "answers 200 with the error of a 409", has(http.StatusConflict), http.StatusOK),
	{
		Name: "unsigned-404", Summary: "answers 404 to a request without authentication headers",
		hooks: gatewayNotFound,
	},
	breaksOn("null-byte-500", "fails on a null byte in the path", http.StatusInternalServerError, contains("%00")),
	breaksOn("quote-500", "fails on a quotation mark in the path, as if it made SQL of it", http.StatusInternalServerError, contains("%27")),
	breaksOn("unicode-500", "fails on a path that is not ASCII", http.StatusInternalServerError, contains("%EB")),
	replying("language-406", "speaks Korean only", func(c *call) {
		if strings.HasPrefix(c.request.Header.Get(signing.HeaderLanguage), "en") {
			c.answer = refuse(http.StatusNotAcceptable, "NotAcceptable", "한국어만 됩니다.")
		}
	}),
}

// has reports, of a signed operation, whether it was answered with a status.
func has(status int) func(*call) bool {
	return func(c *call) bool { return c.answer.status == status && !c.asks(openapi.VersionsOperation) }
}

// status is a defect that answers with another status.
func status(name, summary string, when func(*call) bool, instead int) Defect {
	d := replying(name, summary, func(c *call) {
		if !when(c) {
			return
		}
		c.answer.status = instead
		if body, isError := c.answer.body.(errorBody); isError {
			body.Errors[0].Status = instead
		}
	})
	// A run cannot know that a detach is pending if it was not answered 202, and waits for it.
	d.Slow = instead < http.StatusMultipleChoices
	return d
}

// breaksOn is a defect of a kind of path.
func breaksOn(name, summary string, status int, path func(string) bool) Defect {
	return replying(name, summary, func(c *call) {
		if path(rawPath(c.request)) {
			c.answer = refuse(status, "ContactAdminForAssistance", "Something went wrong.")
		}
	})
}

func contains(part string) func(string) bool {
	return func(path string) bool { return strings.Contains(path, part) }
}
