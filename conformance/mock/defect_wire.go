package mock

import (
	"bytes"
	"net/http"
	"path"
	"strings"
	"time"
)

// wireDefects are those of paths and connections.
var wireDefects = []Defect{
	{
		Name: "path-cleaned", Summary: "cleans a path before it routes it",
		hooks: hooks{receive: func(c *call) { c.path = path.Clean(c.path) }},
	},
	{
		Name: "path-undecoded", Summary: "looks up the ID of a volume as it is in the path, percent signs and all",
		hooks: hooks{operate: func(c *call) {
			if strings.Contains(c.path, "%2D") {
				c.ids.volume = strings.ReplaceAll(c.ids.volume, "-", "%2D")
			}
		}},
	},
	replying("path-redirected", "redirects to the cleaned path", func(c *call) {
		if raw := rawPath(c.request); path.Clean(raw) != raw {
			c.answer = redirect(http.StatusTemporaryRedirect, path.Clean(raw))
		}
	}),
	replying("slash-redirected", "redirects from a path with a trailing slash to one without", func(c *call) {
		if raw := rawPath(c.request); raw != "/" && strings.HasSuffix(raw, "/") {
			c.answer = redirect(http.StatusMovedPermanently, strings.TrimSuffix(raw, "/"))
		}
	}),
	slow(Defect{
		Name: "get-detaches", Summary: "detaches on GET, too",
		hooks: hooks{receive: func(c *call) {
			if c.method == http.MethodGet && strings.Contains(c.path, "/servers/") {
				c.method = http.MethodDelete
			}
		}},
	}),
	{
		Name: "path-any-case", Summary: "reads the words of a path in any letter case",
		hooks: hooks{receive: func(c *call) {
			segments := strings.Split(c.path, "/")
			for i, segment := range segments {
				if lower := strings.ToLower(segment); lower == "v1" || lower == "volumes" || lower == "servers" {
					segments[i] = lower
				}
			}
			c.path = strings.Join(segments, "/")
		}},
	},
	{
		Name: "path-longer", Summary: "ignores what follows the server in a path",
		hooks: hooks{receive: func(c *call) {
			const detach = 6 // segments of the path of a detach, the empty one before the first slash included
			if segments := strings.Split(c.path, "/"); c.method == http.MethodDelete && len(segments) > detach {
				c.path = strings.Join(segments[:detach], "/")
			}
		}},
	},
	replying("login-redirected", "redirects to a login page instead of answering 401", func(c *call) {
		if c.answer.status == http.StatusUnauthorized {
			c.answer = redirect(http.StatusFound, "/login")
		}
	}),
	slow(sending("slow", "answers after 40 seconds", func(c *call) bool { return c.pause(40 * time.Second) })),
	slow(sending("detach-slow", "answers a detach after 40 seconds", func(c *call) bool {
		return c.request.Method == http.MethodDelete && c.pause(40*time.Second)
	})),
	sending("connection-cut", "cuts the connection instead of answering", func(*call) bool { panic(http.ErrAbortHandler) }),
	sending("body-cut", "cuts the connection in the middle of a body", func(c *call) bool {
		if c.answer.body == nil {
			return false
		}
		c.writer.Header().Set("Content-Type", "application/json")
		c.writer.Header().Set("Content-Length", "500")
		c.writer.WriteHeader(c.answer.status)
		_, _ = c.writer.Write([]byte(`{"errors":[`))
		panic(http.ErrAbortHandler)
	}),
	slow(sending("body-endless", "never ends the body of an error", func(c *call) bool {
		return c.answer.status >= http.StatusBadRequest && c.writeForever()
	})),
	slow(sending("accepted-endless", "never ends the body of a 202", func(c *call) bool {
		return c.accepted() && c.writeForever()
	})),
}

// sending is a defect of how an answer is sent. Its hook reports whether it sent it.
func sending(name, summary string, send func(*call) bool) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{send: func(c *call) { c.sent = send(c) }}}
}

func redirect(status int, location string) answer {
	return answer{status: status, header: map[string]string{"Location": location}}
}

// pause waits, and reports whether the client hung up meanwhile.
func (c *call) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return false
	case <-c.request.Context().Done():
		return true
	}
}

// writeForever sends the answer's status and blanks until the client hangs up.
func (c *call) writeForever() bool {
	c.writer.Header().Set("Content-Type", "application/json")
	c.writer.WriteHeader(c.answer.status)
	blanks := bytes.Repeat([]byte(" "), 4<<10)
	for c.request.Context().Err() == nil {
		if _, err := c.writer.Write(blanks); err != nil {
			break
		}
	}
	return true
}
