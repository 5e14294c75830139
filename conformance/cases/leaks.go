package cases

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/discovery"
	"github.com/scp-openapi/virtualserver/signing"
	"github.com/scp-openapi/virtualserver/signing/forge"
)

// What no answer shows.
var (
	formSecrets = conformance.Clause{
		ID: "FORM-CREDENTIALS", Source: conformance.Assumed,
		Text: "No answer contains the secret key or a signature, and only a 401 may name the access key.",
	}
	formInsides = conformance.Clause{
		ID: "FORM-LEAKS", Source: conformance.Assumed,
		Text: "No answer reveals the internals of the service: stack traces, SQL, internal hosts and files, passwords.",
	}
)

// formCredentials looks for the caller's keys and signatures in every answer, wherever it has room for them.
func formCredentials() conformance.Case {
	return conformance.Case{
		ID: "form-credentials", Family: familyForm,
		Summary: "no answer contains the secret key, a signature of a request, or the signature that it should have had",
		Clauses: []conformance.Clause{formSecrets},
		Harm:    conformance.HarmRefused,
		Ask:     seeRefusals,
		Watch: func(t *conformance.Trial, e conformance.Exchange) error {
			keys := t.Credentials()
			secret := keys.SecretKey.Reveal()
			ofKey, accessKey := spelledOnce(t, "secret key", secret), spelledOnce(t, "access key", keys.AccessKey)
			ofRequest := sync.OnceValue(func() conformance.Secrets { return conformance.SecretsOf(signaturesOf(e)...) })
			ofRight := sync.OnceValue(func() conformance.Secrets { return conformance.SecretsOf(rightSignature(e, secret)) })
			sent := signaturesSent(t)
			for _, signature := range signaturesOf(e) {
				sent.Store(signature, true)
			}
			for place, text := range placesOf(e) {
				what, code, dense := "", conformance.CodeSecret, hasRoomForSignature(text)
				switch {
				case ofKey.In(text):
					what = "the secret key"
				case showsPiece(secret, text, e, keys.AccessKey):
					what = "a piece of the secret key"
				case dense && ofRequest().In(text):
					what = "the signature of the request"
				case dense && ofRight().In(text):
					what = "the signature that the request should have had"
				case dense && hasOne(text, sent):
					what = "the signature of another request"
				case e.Status != http.StatusUnauthorized && accessKey.In(text):
					what, code = "the access key", conformance.CodeLeak
				default:
					continue
				}
				return conformance.Distinct(conformance.Broken(formSecrets, code,
					"%s (%s), answered %s: %s of the answer has %s in it", e, e.About, conformance.StatusText(e.Status), place, what), place+what)
			}
			return nil
		},
	}
}

// spelledOnce is how a value may be written that is the same in all of a run.
func spelledOnce(t *conformance.Trial, name, value string) conformance.Secrets {
	return conformance.OfRun(t, "spellings of the "+name, func() conformance.Secrets { return conformance.SecretsOf(value) })
}

// placesOf are the texts of an answer, by where they stand.
func placesOf(e conformance.Exchange) map[string]string {
	places := map[string]string{}
	if len(e.Body) > 0 {
		places["the body"] = string(e.Body)
	}
	for where, header := range map[string]http.Header{
		"the header": e.ResponseHeader, "the trailer": e.Trailer, "the 1xx header": e.Informational,
	} {
		for _, name := range slices.Sorted(maps.Keys(header)) {
			places[where+" "+name] = strings.Join(header[name], "\n")
		}
	}
	return places
}

// showsPiece reports whether a text has so much of a secret in it, in one piece, that it is no accident. What
// the access key has in common with it, or the request said, is no secret.
func showsPiece(secret, text string, e conformance.Exchange, accessKey string) bool {
	const piece = 8
	if len(secret) < 2*piece {
		return false
	}
	for i := range len(secret) - piece + 1 {
		part := secret[i : i+piece]
		if strings.Contains(text, part) && !strings.Contains(accessKey, part) && !said(e, part) {
			return true
		}
	}
	return false
}

// said reports whether a request has a text in it.
func said(e conformance.Exchange, text string) bool {
	for _, values := range e.RequestHeader {
		if strings.Contains(strings.Join(values, "\n"), text) {
			return true
		}
	}
	return strings.Contains(e.URL, text)
}

// signaturesOf are the signatures of a request that are secret. A case may send any word as one.
func signaturesOf(e conformance.Exchange) []string {
	const short = 40 // of base64, a signature has 44
	var list []string
	for name, values := range e.RequestHeader {
		if http.CanonicalHeaderKey(name) != signing.HeaderSignature {
			continue
		}
		for _, value := range values {
			if len(value) >= short && !strings.Contains(value, " ") {
				list = append(list, value)
			}
		}
	}
	return list
}

// hasRoomForSignature reports whether a text has so many characters in a row that a signature may be written with,
// in base64 or escaped. Most answers have not, which is sooner seen than that they have none of its spellings.
func hasRoomForSignature(text string) bool {
	const shortest = 43 // without the = at its end
	inARow := 0
	for _, b := range []byte(text) {
		switch {
		case b == '"' || b == ',' || b == ':' || b == '{' || b == '}' || b <= ' ':
			inARow = 0
		default:
			inARow++
		}
		if inARow >= shortest {
			return true
		}
	}
	return false
}

// signaturesSent are the signatures of all the requests of a run.
func signaturesSent(t *conformance.Trial) *sync.Map {
	return conformance.OfRun(t, "signatures sent", func() *sync.Map { return new(sync.Map) })
}

// hasOne reports whether a text has one of several signatures in it: 32 bytes in base64, which end with one "=".
func hasOne(text string, signatures *sync.Map) bool {
	const size = 44
	for end := size; end <= len(text); end++ {
		if text[end-1] != '=' {
			continue
		}
		if _, sent := signatures.Load(text[end-size : end]); sent {
			return true
		}
	}
	return false
}

// rightSignature is what a server computes for a request, and compares with what was sent.
func rightSignature(e conformance.Exchange, secret string) string {
	req, err := http.NewRequestWithContext(context.Background(), e.Method, e.URL, nil)
	if err != nil || e.RequestHeader.Get(signing.HeaderTimestamp) == "" {
		return ""
	}
	req.Header = e.RequestHeader
	return forge.Of(req, secret).Signature()
}

// insides are what shows how a service is built. A text without any of the hints has nothing of it, which is
// sooner seen than by the pattern.
var insides = []struct {
	name    string
	hints   string
	pattern *regexp.Regexp
}{
	{"a stack trace", "goroutine|.go:|panic|.java:|.kt:|.scala:|.groovy:|java|jakarta.|com.|org.|io.|Caused by|Traceback|.py|js:|ts:|node_modules|.cs:|System.|.php|Stack trace|.rb:|.ex:|.exs:", regexp.MustCompile(
		`goroutine \d+ \[|\.go:\d+\b|panic: |thread '[^']*' panicked|` + // Go, Rust
			`\bat [\w.$<>]+\([\w$]+\.(?:java|kt|scala|groovy):\d+\)|\b(?:java|javax|jakarta|org|com|io)\.[\w.]+(?:Exception|Error)\b|Caused by: |` + // Java
			`Traceback \(most recent call last\)|File "[^"]+\.py", line \d+|` + // Python
			`\bat .{1,200}\.[cm]?[jt]s:\d+:\d+\)?|node_modules/|` + // Node.js
			`\.cs:line \d+|\bSystem\.\w+Exception\b|` + // .NET
			`\.php on line \d+|Stack trace:|\.rb:\d+:in |\.exs?:\d+\b`)}, // PHP, Ruby, Elixir
	{"the error of a program", "runtime error|nil pointer|Error: |Error) |Exception|has no attribute|not set to an instance|undefined|bad_alloc|egmentation|core dumped", regexp.MustCompile(
		`runtime error: |nil pointer dereference|` + // Go
			`\b(?:NullPointer|ClassCast|IllegalState|IllegalArgument|IndexOutOfBounds|NullReference|InvalidOperation|NumberFormat)Exception\b|not set to an instance of an object|` + // Java, .NET
			`\b(?:Key|Attribute|Type|Value|Name|Index|Reference|Range|NoMethod)Error: |\(\w+Error\) |object has no attribute|` + // Python, JavaScript, Ruby, Elixir
			`(?i:undefined (?:method|index|offset|variable|is not))|properties of (?:undefined|null)|` + // Ruby, PHP, JavaScript
			`std::bad_alloc|[Ss]egmentation fault|core dumped`)},
	{"SQL", "elect|ELECT|nsert|NSERT|pdate|PDATE|elete|ELETE|SQL|sql|ORA-|syntax|psycopg2|violates|column|relation| table|Table '|pq:|ERROR|uplicate|eadlock|E11000|prepared", regexp.MustCompile(
		`(?i)\bselect\b.{1,300}\bfrom\b.{1,300}\bwhere\b|\binsert\s+into\b|\bupdate\b.{1,100}\bset\b.{1,100}=|\bdelete\s+from\b|` +
			`\bSQLSTATE\b|\bORA-\d{5}\b|syntax error at or near|in your SQL syntax|\bsqlalchemy\b|\bpsycopg2\b|\bSQLITE_|violates [\w-]+(?: \w+)* constraint|Unknown column '|` +
			`\brelation \\?"[\w.]+|\btable '[\w.]+'|\bno such (?:table|column)\b|\bpq: |\berror \d{4} \(\w{5}\)|duplicate (?:key error|entry ')|\bE11000\b|deadlock (?:found|detected)|prepared statement`)},
	{"a host or an address inside", "10.|192.168.|172.|169.254.|100.|127.|.svc.|.internal|.intranet|.corp|.lan|ip-10-|localhost:|[fc|[fd|[fe80|::", regexp.MustCompile(
		`\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])|127\.\d{1,3})\.\d{1,3}\.\d{1,3}\b|\.svc\.cluster\.local\b|\.(?:internal|intranet|corp|lan)\b|\bip-10-\d+-\d+-\d+\b|` +
			`\blocalhost:\d+|(?i:\b(?:f[cd][0-9a-f]{2}|fe80)(?::[0-9a-f]{0,4}){2,7})`)},
	{"a file inside", "/etc/|/var/|/usr/|/opt/|/srv/|/home/|/root/|/proc/|/tmp/|/app/|:\\", regexp.MustCompile(
		`(?:^|[\s"'(=])/(?:etc|var|usr|opt|srv|home|root|proc|tmp|app)/[\w.-]+/?[\w./-]*|\b[A-Z]:\\{1,2}[\w.-]+\\`)},
	{"how it reaches another service", "://|assword|ASSWORD|PRIVATE KEY|object at 0x", regexp.MustCompile(
		`(?i)\b(?:jdbc:\w+|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|redis|amqps?|mariadb|oracle)://|\bpassword\s*[=:]\s*\S|-----BEGIN [A-Z ]*PRIVATE KEY|<\w[\w.]* object at 0x`)},
	{"a key of its own", "SECRET|TOKEN|PASS|API_KEY|ACCESS_KEY|CREDENTIAL|AKIA|eyJ|earer ", regexp.MustCompile(
		`\b[A-Z][A-Z0-9_]*(?:SECRET|TOKEN|PASSWORD|PASSWD|API_KEY|ACCESS_KEY|CREDENTIALS?)[A-Z0-9_]*\s*[=:]\s*\S|\bAKIA[0-9A-Z]{16}\b|\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*|[Bb]earer [\w.~+/-]{20,}`)},
}

// formLeaks looks for the insides of the service in every answer.
func formLeaks() conformance.Case {
	return conformance.Case{
		ID: "form-leaks", Family: familyForm,
		Summary: "no answer reveals the internals of the service: stack traces, SQL, internal hosts and files, passwords",
		Clauses: []conformance.Clause{formInsides},
		Harm:    conformance.HarmRefused,
		Ask:     seeRefusals,
		Watch: func(t *conformance.Trial, e conformance.Exchange) error {
			_, own, _ := strings.Cut(t.Endpoint().String(), "://")
			host, _, _ := strings.Cut(own, ":")
			links := linksIn(e)
			for place, text := range placesOf(e) {
				for _, link := range links { // where they lead is for discovery-links to judge
					text = strings.ReplaceAll(text, link, "")
				}
				text = strings.ReplaceAll(text, host, "")
				for _, inside := range insides {
					if !containsAny(text, inside.hints) {
						continue
					}
					if found := inside.pattern.FindString(text); found != "" {
						return conformance.Distinct(conformance.Broken(formInsides, conformance.CodeLeak, "%s (%s), answered %s: %s of the answer shows %s: %s",
							e, e.About, conformance.StatusText(e.Status), place, inside.name, excerpt([]byte(found))), inside.name)
					}
				}
			}
			return nil
		},
	}
}

// linksIn are the links of the versions that an answer lists.
func linksIn(e conformance.Exchange) []string {
	var list discovery.Versions
	if e.Path() != "/" || !asks(e, opVersions) || json.Unmarshal(e.Body, &list) != nil {
		return nil
	}
	var links []string
	for _, v := range list.Versions {
		if v.Links == nil {
			continue
		}
		for _, link := range *v.Links {
			if link.Href != "" {
				links = append(links, link.Href)
			}
		}
	}
	return links
}

// containsAny reports whether a text contains one of the words between bars.
func containsAny(text, words string) bool {
	for word := range strings.SplitSeq(words, "|") {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}
