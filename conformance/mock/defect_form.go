package mock

import (
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// never is a time that does not come.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)

const loginPage = "<!DOCTYPE html><html><title>Sign in</title><form action=/login></form></html>"

// everythingDefects answer whatever comes alike.
var everythingDefects = []Defect{
	{
		Name: "always-500", Summary: "answers 500 to everything",
		CaughtBy: []string{"detach-accepted", "auth-unsigned", "version-absent", "discovery-answers", "form-refused"},
		fault:    always(refuse(http.StatusInternalServerError, "ContactAdminForAssistance", "Something went wrong.")),
	},
	{
		Name: "always-202", Summary: "answers 202 to everything",
		CaughtBy: []string{"detach-unknown-both", "auth-unsigned", "discovery-answers"},
		fault:    always(answer{status: http.StatusAccepted}),
	},
	{
		Name: "always-401", Summary: "answers 401 to everything",
		CaughtBy: []string{"detach-accepted", "auth-unsigned", "discovery-answers"},
		fault:    always(refuse(http.StatusUnauthorized, "HmacValidFail", "Nobody is let in.")),
	},
	{
		Name: "always-429", Summary: "asks for fewer requests, always",
		CaughtBy: []string{"detach-accepted", "auth-unsigned", "discovery-answers"},
		fault:    always(refuse(http.StatusTooManyRequests, "TooManyRequests", "Not so fast.")),
	},
	{
		Name: "always-login", Summary: "answers 200 with a page to sign in at",
		CaughtBy: []string{"detach-accepted", "auth-unsigned", "discovery-answers"},
		fault:    always(answer{status: http.StatusOK, body: raw(loginPage), header: map[string]string{"Content-Type": "text/html"}}),
	},
	{
		Name: "echo", Summary: "answers 200 with what it was sent",
		CaughtBy: []string{"detach-accepted", "auth-unsigned", "discovery-answers"},
		fault: fault{answer: func(r *http.Request, _ answer) answer {
			return ok(http.StatusOK, map[string]any{"method": r.Method, "url": r.RequestURI, "headers": r.Header})
		}},
	},
}

func always(a answer) fault {
	return fault{answer: func(*http.Request, answer) answer { return a }}
}

// statusDefects answer with another status than is documented.
var statusDefects = []Defect{
	status("accepted-200", "answers 200 for an accepted detach", isAccepted, http.StatusOK, "detach-accepted"),
	status("accepted-204", "answers 204 for an accepted detach", isAccepted, http.StatusNoContent, "detach-accepted"),
	status("unauthorized-403", "answers 403 for 401", is(http.StatusUnauthorized), http.StatusForbidden, "auth-secret-other", "auth-unsigned"),
	status("unauthorized-400", "answers 400 for 401", is(http.StatusUnauthorized), http.StatusBadRequest, "auth-secret-other"),
	status("unauthorized-500", "answers 500 for 401", is(http.StatusUnauthorized), http.StatusInternalServerError, "auth-secret-other"),
	status("unauthorized-200", "answers 200 with the error of a 401", is(http.StatusUnauthorized), http.StatusOK, "auth-secret-other", "form-show-unauthorized"),
	status("unknown-404", "answers 404 for a volume that there is not", is(http.StatusBadRequest), http.StatusNotFound, "detach-unknown-volume", "detach-unknown-both"),
	status("unknown-500", "answers 500 for a volume that there is not", is(http.StatusBadRequest), http.StatusInternalServerError, "detach-unknown-volume"),
	status("conflict-500", "answers 500 for a volume that is not attached", is(http.StatusConflict), http.StatusInternalServerError, "detach-not-attached", "detach-os-volume"),
	status("conflict-423", "answers 423 for 409", is(http.StatusConflict), http.StatusLocked, "detach-not-attached"),
	status("conflict-200", "answers 200 with the error of a 409", is(http.StatusConflict), http.StatusOK, "detach-not-attached"),
	{
		Name: "unsigned-404", Summary: "answers 404 where there is no authentication header at all, as the live service was seen to",
		CaughtBy: []string{"auth-unsigned", "auth-attached-unsigned"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if rawPath(r) == "/" || r.Header.Get(signing.HeaderAccessKey)+r.Header.Get(signing.HeaderSignature)+r.Header.Get(signing.HeaderTimestamp) != "" {
				return a
			}
			return ok(http.StatusNotFound, map[string]any{
				"timestamp": time.Unix(0, 0).UTC().Format(time.RFC3339), "path": rawPath(r),
				"status": http.StatusNotFound, "error": "Not Found", "requestId": requestID(),
			})
		}},
	},
	{
		Name: "long-id-414", Summary: "answers 414 for a long ID",
		CaughtBy: []string{"detach-malformed-volume-id", "detach-malformed-server-id"},
		fault:    forPaths(func(path string) bool { return len(path) > 8<<10 }, http.StatusRequestURITooLong),
	},
	{
		Name: "null-byte-500", Summary: "breaks on a null byte",
		CaughtBy: []string{"detach-malformed-volume-id", "detach-malformed-server-id"},
		fault:    forPaths(func(path string) bool { return strings.Contains(path, "%00") }, http.StatusInternalServerError),
	},
	{
		Name: "quote-500", Summary: "breaks on a quotation mark, as if it made SQL of it",
		CaughtBy: []string{"detach-malformed-volume-id", "detach-malformed-server-id"},
		fault:    forPaths(func(path string) bool { return strings.Contains(path, "%27") }, http.StatusInternalServerError),
	},
	{
		Name: "unicode-500", Summary: "breaks on what is not ASCII",
		CaughtBy: []string{"detach-malformed-volume-id", "detach-malformed-server-id"},
		fault:    forPaths(func(path string) bool { return strings.Contains(path, "%EB") }, http.StatusInternalServerError),
	},
	{
		Name: "language-406", Summary: "speaks Korean alone",
		CaughtBy: []string{"form-language"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if strings.HasPrefix(r.Header.Get(signing.HeaderLanguage), "en") {
				return refuse(http.StatusNotAcceptable, "NotAcceptable", "한국어만 됩니다.")
			}
			return a
		}},
	},
}

func is(status int) func(*http.Request, answer) bool {
	return func(r *http.Request, a answer) bool { return a.status == status && rawPath(r) != "/" }
}

func isAccepted(r *http.Request, a answer) bool {
	return r.Method == http.MethodDelete && a.status == http.StatusAccepted
}

// status is a defect that answers with another status.
func status(name, summary string, when func(*http.Request, answer) bool, instead int, turns ...string) Defect {
	// Of a detach that is not answered 202 nobody knows that it is under way.
	waits := instead < http.StatusMultipleChoices
	return Defect{Name: name, Summary: summary, CaughtBy: turns, Slow: waits, fault: fault{
		answer: func(r *http.Request, a answer) answer {
			if when(r, a) {
				a.status = instead
				if body, isError := a.body.(errorBody); isError {
					body.Errors[0].Status = instead
				}
			}
			return a
		},
	}}
}

func forPaths(matches func(string) bool, status int) fault {
	return fault{answer: func(r *http.Request, a answer) answer {
		if matches(rawPath(r)) {
			return refuse(status, "ContactAdminForAssistance", "Something went wrong.")
		}
		return a
	}}
}

// formDefects answer rightly, in the wrong form.
var formDefects = []Defect{
	errorForm("error-html", "answers errors with a page", raw("<html><h1>Error</h1></html>"), "text/html"),
	errorForm("error-text", "answers errors with a line of text", raw("no"), "text/plain"),
	errorForm("error-empty", "answers errors with nothing", raw(""), "application/json"),
	errorForm("error-broken", "answers errors with JSON that breaks off", raw(`{"errors":[{"code":"Val`), "application/json"),
	errorForm("error-mislabelled", "answers errors with a page and calls it JSON", raw(loginPage), "application/json"),
	errorForm("error-array", "answers errors with other JSON", raw(`["no"]`), "application/json"),
	errorForm("error-no-code", "answers errors without a code", raw(`{"errors":[{"detail":["no"],"status":0}]}`), "application/json"),
	errorForm("error-no-message", "answers errors without a message", raw(`{"errors":[{"code":"ValidationError","detail":[],"status":0}]}`), "application/json"),
	errorForm("error-none", "answers errors with a list of none", raw(`{"errors":[]}`), "application/json"),
	errorForm("error-other-status", "answers errors whose body says another status", raw(`{"errors":[{"code":"E","detail":"no","status":599}]}`), "application/json"),
	errorForm("error-latin", "answers errors in another encoding than UTF-8",
		raw("{\"errors\":[{\"code\":\"E\",\"detail\":\"\xc7\xd1\",\"status\":0}]}"), "application/json"),
	{
		Name: "error-unlabelled", Summary: "answers errors as JSON without a content type",
		CaughtBy: []string{"form-refused"},
		fault: fault{answer: func(_ *http.Request, a answer) answer {
			if a.status >= http.StatusBadRequest {
				a.header = map[string]string{"Content-Type": "application/octet-stream"}
			}
			return a
		}},
	},
	{
		Name: "accepted-body", Summary: "answers 202 with JSON",
		CaughtBy: []string{"form-accepted"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if isAccepted(r, a) {
				a.body = map[string]string{"job_id": "1"}
			}
			return a
		}},
	},
	{
		Name: "accepted-page", Summary: "answers 202 with a page",
		CaughtBy: []string{"form-accepted"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if isAccepted(r, a) {
				a.body, a.header = raw(loginPage), map[string]string{"Content-Type": "text/html"}
			}
			return a
		}},
	},
	{
		Name: "accepted-location", Summary: "answers 202 with a Location to go to",
		CaughtBy: []string{"form-accepted"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if isAccepted(r, a) {
				a.header = map[string]string{"Location": "/v1/jobs/1"}
			}
			return a
		}},
	},
	echoes("echo-signature", "says in an error which signature it got", func(r *http.Request) string {
		return r.Header.Get(signing.HeaderSignature)
	}),
	echoes("echo-access-key", "says in an error which access key it got", func(r *http.Request) string {
		return r.Header.Get(signing.HeaderAccessKey)
	}),
	{
		Name: "echo-header", Summary: "sends the caller's signature back in a header",
		CaughtBy: []string{"form-refused", "detach-accepted"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			a.header = map[string]string{"X-Signature": r.Header.Get(signing.HeaderSignature)}
			return a
		}},
	},
	{
		Name: "leaks-secret", Summary: "says in an error which secret key it expected",
		CaughtBy: []string{"form-refused"},
		fault: fault{letsIn: func(s *Server, r *http.Request, _ error) bool {
			r.Header.Set("X-Leak", s.credentials[0].SecretKey.Reveal())
			return false
		}, answer: func(r *http.Request, a answer) answer {
			if leak := r.Header.Get("X-Leak"); leak != "" {
				return refuse(a.status, "HmacValidFail", "The secret key should have been "+leak+".")
			}
			return a
		}},
	},
	{
		Name: "shows-nothing", Summary: "shows volumes without their servers",
		Slow:     true,
		CaughtBy: []string{"detach-accepted"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if r.Method == http.MethodGet && rawPath(r) != "/" && a.status == http.StatusOK {
				return ok(http.StatusOK, map[string]string{"id": a.ids.volume, "state": StateInUse})
			}
			return a
		}},
	},
	{
		Name: "shows-another", Summary: "shows another volume than was asked for",
		CaughtBy: []string{"detach-accepted"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if r.Method == http.MethodGet && rawPath(r) != "/" && a.status == http.StatusOK {
				return ok(http.StatusOK, map[string]any{"id": SpareID, "state": StateAvailable, "servers": []string{}})
			}
			return a
		}},
	},
	{
		Name: "attach-no-answer", Summary: "accepts an attach without saying what it accepted",
		CaughtBy: []string{"detach-takes-effect"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if r.Method == http.MethodPost && a.status == http.StatusAccepted {
				a.body = map[string]string{}
			}
			return a
		}},
	},
}

// errorForm is a defect of the bodies of errors.
func errorForm(name, summary string, body raw, contentType string) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: []string{"form-refused", "auth-secret-other", "detach-unknown-both"}, fault: fault{
		answer: func(_ *http.Request, a answer) answer {
			if a.status >= http.StatusBadRequest {
				a.body = raw(strings.Replace(string(body), `"status":0`, fmt.Sprintf(`"status":%d`, a.status), 1))
				a.header = map[string]string{"Content-Type": contentType}
			}
			return a
		},
	}}
}

// echoes is a defect of an error that says what it should not.
func echoes(name, summary string, what func(*http.Request) string) Defect {
	return Defect{Name: name, Summary: summary, CaughtBy: []string{"form-refused"}, fault: fault{
		answer: func(r *http.Request, a answer) answer {
			if a.status == http.StatusUnauthorized {
				return refuse(a.status, "HmacValidFail", "It does not fit: "+what(r))
			}
			return a
		},
	}}
}

// wireDefects are those of paths and connections.
var wireDefects = []Defect{
	{
		Name: "path-cleaned", Summary: "cleans paths before it looks where they lead",
		CaughtBy: []string{"detach-malformed-volume-id", "detach-malformed-server-id"},
		fault:    fault{path: path.Clean},
	},
	{
		Name: "path-redirected", Summary: "redirects to the cleaned path",
		CaughtBy: []string{"detach-malformed-volume-id", "detach-malformed-server-id"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if raw := rawPath(r); path.Clean(raw) != raw {
				return answer{status: http.StatusTemporaryRedirect, header: map[string]string{"Location": path.Clean(raw)}}
			}
			return a
		}},
	},
	{
		Name: "slash-redirected", Summary: "redirects from a path with a slash at its end to one without",
		CaughtBy: []string{"form-paths"},
		fault: fault{answer: func(r *http.Request, a answer) answer {
			if raw := rawPath(r); raw != "/" && strings.HasSuffix(raw, "/") {
				return answer{status: http.StatusMovedPermanently, header: map[string]string{"Location": strings.TrimSuffix(raw, "/")}}
			}
			return a
		}},
	},
	{
		Name: "get-detaches", Summary: "detaches whatever the method is",
		Slow:     true,
		CaughtBy: []string{"detach-other-methods"},
		fault: fault{method: func(method, path string) string {
			if method == http.MethodGet && strings.Contains(path, "/servers/") {
				return http.MethodDelete
			}
			return method
		}},
	},
	{
		Name: "login-redirected", Summary: "redirects who is not let in to a page to sign in at",
		CaughtBy: []string{"auth-unsigned", "auth-secret-other", "form-refused"},
		fault: fault{answer: func(_ *http.Request, a answer) answer {
			if a.status == http.StatusUnauthorized {
				return answer{status: http.StatusFound, header: map[string]string{"Location": "/login"}}
			}
			return a
		}},
	},
	{
		Name: "slow", Summary: "answers after 40 seconds",
		Slow:     true,
		CaughtBy: []string{"detach-accepted", "discovery-answers"},
		fault: fault{send: func(_ http.ResponseWriter, r *http.Request, _ answer) bool {
			const delay = 40 * time.Second
			select {
			case <-time.After(delay):
				return false
			case <-r.Context().Done():
				return true
			}
		}},
	},
	{
		Name: "detach-slow", Summary: "answers a detach after 40 seconds, and anything else at once",
		Slow:     true,
		CaughtBy: []string{"detach-accepted", "auth-unsigned"},
		fault: fault{send: func(_ http.ResponseWriter, r *http.Request, _ answer) bool {
			if r.Method != http.MethodDelete {
				return false
			}
			const delay = 40 * time.Second
			select {
			case <-time.After(delay):
				return false
			case <-r.Context().Done():
				return true
			}
		}},
	},
	{
		Name: "connection-cut", Summary: "cuts the connection instead of answering",
		CaughtBy: []string{"detach-accepted", "discovery-answers"},
		fault:    fault{send: func(http.ResponseWriter, *http.Request, answer) bool { panic(http.ErrAbortHandler) }},
	},
	{
		Name: "body-cut", Summary: "cuts the connection in the middle of a body",
		CaughtBy: []string{"form-refused", "discovery-answers"},
		fault: fault{send: func(w http.ResponseWriter, _ *http.Request, a answer) bool {
			if a.body == nil {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("Content-Length", "500")
			w.WriteHeader(a.status)
			_, _ = w.Write([]byte(`{"errors":[`))
			panic(http.ErrAbortHandler)
		}},
	},
	{
		Name: "body-endless", Summary: "never ends the body of an error",
		Slow:     true,
		CaughtBy: []string{"form-refused", "auth-secret-other"},
		fault: fault{send: func(w http.ResponseWriter, r *http.Request, a answer) bool {
			if a.status < http.StatusBadRequest {
				return false
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(a.status)
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat(" ", 4<<10))); err != nil {
					break
				}
			}
			return true
		}},
	},
	{
		Name: "accepted-endless", Summary: "never ends the body of a 202",
		Slow:     true,
		CaughtBy: []string{"form-accepted"},
		fault: fault{send: func(w http.ResponseWriter, r *http.Request, a answer) bool {
			if !isAccepted(r, a) {
				return false
			}
			w.WriteHeader(a.status)
			for r.Context().Err() == nil {
				if _, err := w.Write([]byte(strings.Repeat(" ", 4<<10))); err != nil {
					break
				}
			}
			return true
		}},
	},
}
