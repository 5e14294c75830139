package mock

import (
	"net/http"

	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// leakDefects show what nobody should see: keys and signatures, wherever an answer has room for them, and
// the insides of the service.
var leakDefects = []Defect{
	leaks("leaks-expected-signature", "names the right signature in a 401", expectedSignature),
	leaks("leaks-secret-start", "names most of the secret key in a 401", func(c *call) string {
		secret := c.server.credentials[0].SecretKey.Reveal()
		return secret[:len(secret)-2] + "**"
	}),
	leaks("leaks-secret-half", "names half of the secret key in a 401", func(c *call) string {
		secret := c.server.credentials[0].SecretKey.Reveal()
		return secret[len(secret)/4 : len(secret)*3/4]
	}),
	leaksInHeader("leaks-secret-header", "names the secret key in a header", "X-Debug", func(c *call) string {
		return c.server.credentials[0].SecretKey.Reveal()
	}),
	leaksInHeader("leaks-secret-cookie", "sets a cookie with the secret key", "Set-Cookie", func(c *call) string {
		return "session=" + c.server.credentials[0].SecretKey.Reveal() + "; Path=/"
	}),
	leaksInHeader("leaks-signature-header", "names the right signature in a header", "X-Expected-Signature", expectedSignature),
	sending("leaks-trailer", "repeats the signature in a trailer", func(c *call) bool {
		c.writer.Header().Set("Trailer", "X-Signature")
		c.answer.write(c.writer)
		c.writer.Header().Set("X-Signature", c.request.Header.Get(signing.HeaderSignature))
		return true
	}),
	sending("leaks-early-hints", "repeats the signature in a 103", func(c *call) bool {
		c.writer.Header().Set("X-Signature", c.request.Header.Get(signing.HeaderSignature))
		c.writer.WriteHeader(http.StatusEarlyHints)
		c.writer.Header().Del("X-Signature")
		return false
	}),
	replying("leaks-in-202", "repeats the signature in the body of a 202", func(c *call) {
		if c.accepted() {
			c.answer.body = map[string]string{"signed": c.request.Header.Get(signing.HeaderSignature)}
		}
	}),
	replying("leaks-access-key-in-400", "repeats the access key in a 400", func(c *call) {
		if c.answer.status == http.StatusBadRequest {
			c.answer = refuse(c.answer.status, "ValidationError", "no such volume of "+c.request.Header.Get(signing.HeaderAccessKey))
		}
	}),
	inside("leaks-java-stack", "a stack trace of Java",
		"java.lang.NullPointerException: volume\n\tat com.vendor.vs.VolumeService.detach(VolumeService.java:214)"),
	inside("leaks-python-stack", "a stack trace of Python",
		"Traceback (most recent call last):\n  File \"/opt/app/volume.py\", line 88, in detach\nKeyError: 'volume'"),
	inside("leaks-node-stack", "a stack trace of Node.js",
		"TypeError: Cannot read properties of undefined\n    at detach (/srv/api/volume.js:41:17)"),
	inside("leaks-dotnet-stack", "a stack trace of .NET",
		"System.NullReferenceException: Object reference not set\n   at Vs.Volume.Detach() in C:\\src\\Volume.cs:line 12"),
	inside("leaks-sql-error", "an error of its database",
		"ERROR: syntax error at or near \"'\" (SQLSTATE 42601)"),
	inside("leaks-sql-statement", "a statement of its database",
		"UPDATE volumes SET server_id = NULL WHERE id = $1: no rows"),
	inside("leaks-internal-host", "the name of a host inside", "dial tcp: lookup cinder-api.storage.svc.cluster.local: no such host"),
	inside("leaks-internal-address", "an address inside", "upstream 10.20.31.7:8776 refused the connection"),
	inside("leaks-connection-string", "how it reaches its database", "postgres://vs:hunter2@db/vs?sslmode=disable"),
	inside("leaks-elixir-error", "an error of Elixir", "** (FunctionClauseError) no function clause matching in Vs.detach/2"),
	inside("leaks-go-error", "an error of Go", "runtime error: invalid memory address or nil pointer dereference"),
	inside("leaks-ruby-error", "an error of Ruby", "undefined method `detach' for nil"),
	inside("leaks-mysql-error", "an error of MySQL", "ERROR 1146 (42S02): Table 'vs.attachments' doesn't exist"),
	inside("leaks-postgres-error", "an error of PostgreSQL", `relation "attachments" does not exist`),
	inside("leaks-mongodb-error", "an error of MongoDB", "E11000 duplicate key error collection: vs.volumes"),
	inside("leaks-internal-ipv6", "an IPv6 address inside", "upstream [fd12:3456:789a:1::7]:8443 refused the connection"),
	inside("leaks-environment", "a variable of its environment", "VS_DB_PASSWORD=hunter2"),
	inside("leaks-token", "a token of its own", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ2cyJ9.c2lnbmF0dXJl"),
	{Name: "leaks-previous-signature", Summary: "names the signature of the request before in a header", hooks: hooks{reply: func(c *call) {
		if last := c.server.lastSignature; last != "" && c.answer.status >= http.StatusBadRequest {
			c.answer.header = map[string]string{"X-Previous": last}
		}
		c.server.lastSignature = c.request.Header.Get(signing.HeaderSignature)
	}}},
	leaksInHeader("leaks-stack-header", "prints a stack trace in a header", "X-Exception", func(*call) string {
		return "at com.vendor.vs.VolumeService.detach(VolumeService.java:214)"
	}),
}

// expectedSignature is the signature that a request should have had.
func expectedSignature(c *call) string {
	return forge.Received(c.request, c.server.credentials[0].SecretKey.Reveal()).Signature()
}

// inside is a defect that prints something of the service's insides in a 400.
func inside(name, what, text string) Defect {
	return replying(name, "prints "+what+" in a 400", func(c *call) {
		if c.answer.status == http.StatusBadRequest {
			c.answer = refuse(c.answer.status, "ValidationError", text)
		}
	})
}

// leaksInHeader is a defect of a header of every refusal.
func leaksInHeader(name, summary, header string, what func(*call) string) Defect {
	return replying(name, summary, func(c *call) {
		if c.answer.status >= http.StatusBadRequest {
			c.answer.header = map[string]string{header: what(c)}
		}
	})
}
