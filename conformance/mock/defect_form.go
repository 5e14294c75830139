package mock

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/signing"
)

// formDefects answer with the right status, in the wrong form.
var formDefects = []Defect{
	errorForm("error-html", "answers errors with an HTML page", raw("<html><h1>Error</h1></html>"), "text/html"),
	errorForm("error-broken", "answers errors with JSON that breaks off", raw(`{"errors":[{"code":"Val`), "application/json"),
	errorForm("error-mislabelled", "answers errors with an HTML page that it calls JSON", raw(loginPage), "application/json"),
	errorForm("error-array", "answers errors with other JSON", raw(`["no"]`), "application/json"),
	errorForm("error-no-code", "answers errors without a code", raw(`{"errors":[{"detail":["no"],"status":0}]}`), "application/json"),
	errorForm("error-no-message", "answers errors without a message", raw(`{"errors":[{"code":"ValidationError","detail":[],"status":0}]}`), "application/json"),
	errorForm("error-none", "answers errors with an empty list of errors", raw(`{"errors":[]}`), "application/json"),
	errorForm("error-other-status", "answers errors whose body has another status", raw(`{"errors":[{"code":"E","detail":"no","status":599}]}`), "application/json"),
	errorForm("error-latin", "answers errors in another encoding than UTF-8",
		raw("{\"errors\":[{\"code\":\"E\",\"detail\":\"\xc7\xd1\",\"status\":0}]}"), "application/json"),
	replying("error-unlabelled", "answers errors as JSON without its content type", func(c *call) {
		if c.answer.status >= http.StatusBadRequest {
			c.answer.header = map[string]string{"Content-Type": "application/octet-stream"}
		}
	}),
	acceptedForm("accepted-body", "answers 202 with JSON", func(a *answer) { a.body = map[string]string{"job_id": "1"} }),
	acceptedForm("accepted-page", "answers 202 with an HTML page", func(a *answer) {
		a.body, a.header = raw(loginPage), map[string]string{"Content-Type": "text/html"}
	}),
	leaks("echo-signature", "repeats the signature in a 401", func(c *call) string { return c.request.Header.Get(signing.HeaderSignature) }),
	leaks("leaks-secret", "names the secret key in a 401", func(c *call) string { return c.server.credentials[0].SecretKey.Reveal() }),
	leaks("leaks-stack", "prints a stack trace in a 401", func(*call) string {
		return "goroutine 1 [running]: main.verify(0xc000012345) /srv/app/auth.go:42"
	}),
	leaks("leaks-sql", "prints the query of its database in a 401", func(*call) string {
		return "SELECT secret FROM access_keys WHERE id = 'x' returned no rows"
	}),
	replying("echo-header", "repeats the signature in a header", func(c *call) {
		c.answer.header = map[string]string{"X-Signature": c.request.Header.Get(signing.HeaderSignature)}
	}),
	replying("garbage-now-and-then", "answers one request in forty with garbage", func(c *call) {
		if c.number%40 == 0 {
			c.answer.body = raw("\x00\x01\x02{")
			c.answer.header = map[string]string{"Content-Type": "application/json"}
		}
	}),
}

// errorForm is a defect of the bodies of errors. A status of 0 in the body stands for the right one.
func errorForm(name, summary string, body raw, contentType string) Defect {
	return replying(name, summary, func(c *call) {
		if c.answer.status >= http.StatusBadRequest {
			c.answer.body = raw(strings.Replace(string(body), `"status":0`, fmt.Sprintf(`"status":%d`, c.answer.status), 1))
			c.answer.header = map[string]string{"Content-Type": contentType}
		}
	})
}

// acceptedForm is a defect of the answer to an accepted detach.
func acceptedForm(name, summary string, change func(*answer)) Defect {
	return replying(name, summary, func(c *call) {
		if c.accepted() {
			change(&c.answer)
		}
	})
}

// leaks is a defect of a 401 that says what it should not.
func leaks(name, summary string, what func(*call) string) Defect {
	return replying(name, summary, func(c *call) {
		if c.answer.status == http.StatusUnauthorized {
			c.answer = refuse(c.answer.status, "HmacValidFail", "The signature does not match: "+what(c))
		}
	})
}
