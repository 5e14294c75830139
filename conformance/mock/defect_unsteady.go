package mock

import (
	"net/http"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/signing"
)

// unsteadyDefects answer wrongly now and then, or as something has it that should not matter.
var unsteadyDefects = []Defect{
	nowAndThen("now-and-then-401", "answers 401 to one correctly signed request in 23", 23, func(c *call) {
		if c.refused == nil && c.doc != nil {
			c.answer = refuse(http.StatusUnauthorized, "HmacValidFail", "The signature does not match.")
		}
	}),
	nowAndThen("now-and-then-404", "answers 404 to one refused request in 19", 19, func(c *call) {
		if c.answer.status == http.StatusBadRequest {
			c.answer = refuse(http.StatusNotFound, "NotFound", "There is nothing here.")
		}
	}),
	nowAndThen("now-and-then-409", "answers 409 in place of 400 to one request in 13", 13, func(c *call) {
		if c.answer.status == http.StatusBadRequest {
			c.answer = refuse(http.StatusConflict, "Conflict", "Something else is under way.")
		}
	}),
	nowAndThen("now-and-then-202", "answers 202 to one unknown volume in 17", 17, func(c *call) {
		if c.answer.status == http.StatusBadRequest && c.answer.unknownID {
			c.answer = answer{status: http.StatusAccepted}
		}
	}),
	nowAndThen("now-and-then-html", "answers one refused request in 29 with a page", 29, func(c *call) {
		if c.answer.status >= http.StatusBadRequest {
			c.answer.body, c.answer.header = raw(loginPage), map[string]string{"Content-Type": "text/html"}
		}
	}),
	nowAndThen("now-and-then-redirected", "redirects one request in 31", 31, func(c *call) {
		c.answer = redirect(http.StatusTemporaryRedirect, "https://other.example.com"+c.path)
	}),
	nowAndThen("now-and-then-stack", "prints a stack trace in one answer in 37", 37, func(c *call) {
		if c.answer.status >= http.StatusBadRequest {
			c.answer = refuse(c.answer.status, "ValidationError", "goroutine 1 [running]: main.detach(0xc000012345) /srv/app/detach.go:42")
		}
	}),
	replying("language-conflict", "answers 409 in English where it answers 400 in Korean", func(c *call) {
		if c.answer.status == http.StatusBadRequest && c.request.Header.Get(signing.HeaderLanguage) == "en-US" {
			c.answer = refuse(http.StatusConflict, "Conflict", "It cannot be.")
		}
	}),
	replying("language-conflict-500", "answers 500 in English where it answers 409 in Korean", func(c *call) {
		if c.answer.status == http.StatusConflict && c.request.Header.Get(signing.HeaderLanguage) == "en-US" {
			c.answer = refuse(http.StatusInternalServerError, "ContactAdminForAssistance", "No message found for locale en_US.")
		}
	}),
	replying("language-none-500", "answers 500 without Accept-Language where it answers 409 with it", func(c *call) {
		if c.answer.status == http.StatusConflict && c.request.Header.Get(signing.HeaderLanguage) == "" {
			c.answer = refuse(http.StatusInternalServerError, "ContactAdminForAssistance", "No message found for locale null.")
		}
	}),
	replying("language-not-attached", "accepts a detach in English of a volume that is not attached to the server", func(c *call) {
		if v, at := c.pair(); v != nil && at == nil && c.asks(openapi.DetachOperation) &&
			c.answer.status == http.StatusConflict && c.request.Header.Get(signing.HeaderLanguage) == "en-US" {
			c.answer = c.detach()
		}
	}),
	replying("language-show-500", "answers 500 in English to a look at an unknown volume", func(c *call) {
		if c.asks(openapi.ShowOperation) && c.volume() == nil && c.answer.status == http.StatusBadRequest && c.request.Header.Get(signing.HeaderLanguage) == "en-US" {
			c.answer = refuse(http.StatusInternalServerError, "ContactAdminForAssistance", "No message found for locale en_US.")
		}
	}),
	replying("language-detach", "detaches for who speaks English alone", func(c *call) {
		if c.accepted() && c.request.Header.Get(signing.HeaderLanguage) != "en-US" {
			_, at := c.pair()
			at.state = StateInUse
			c.answer = refuse(http.StatusBadRequest, "ValidationError", "영어만 됩니다.")
		}
	}),
	sending("now-and-then-nothing", "closes the connection in place of one refusal in 41", func(c *call) bool {
		if c.answer.status < http.StatusBadRequest || c.number%41 != 0 {
			return false
		}
		panic(http.ErrAbortHandler)
	}),
	sending("crossed-answers", "mixes up the answers to requests at the same time", crossed),
}

// nowAndThen is a defect of one request in so many.
func nowAndThen(name, summary string, every uint64, do func(*call)) Defect {
	return replying(name, summary, func(c *call) {
		if c.number%every == 0 {
			do(c)
		}
	})
}

// crossed answers a request that comes while another is under way with the answer to that one.
func crossed(c *call) bool {
	const underWay = time.Millisecond
	if other := c.server.underWay.Load(); other != nil {
		other.write(c.writer)
		return true
	}
	c.server.underWay.Store(&c.answer)
	defer c.server.underWay.Store(nil)
	return c.pause(underWay)
}
