package conformance

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// negative is a request that is wrong in its authentication, and in nothing else.
type negative struct {
	name, summary string
	clauses       []string
	// alter makes the request wrong, after it was signed rightly.
	alter func(*trial, *http.Request)
	// malformed is set where 400 is as good an answer as 401: the request is broken, not just unsigned.
	malformed bool
	// real is set where the same is asked of an attachment that exists, too.
	real bool
}

// authenticationCases send each negative for IDs that exist nowhere, beside a control that is right in
// the one thing; and some of them for an attachment that exists, which has to be there still.
var authenticationCases = func() []Case {
	var cases []Case
	for _, n := range negatives {
		cases = append(cases, n.ofUnusedIDs())
	}
	for _, n := range negatives {
		if n.real || n.malformed {
			cases = append(cases, n.attached())
		}
	}
	for _, p := range positives {
		cases = append(cases, p.ofUnusedIDs())
	}
	return cases
}()

// positive is a request that is written in another way than usual, and rightly signed.
type positive struct {
	name, summary string
	clauses       []string
	// path is that of the request, if it is another than that of a detach of IDs that exist nowhere.
	path  func(t *trial) string
	alter func(*trial, *http.Request)
}

// ofUnusedIDs expects to be let in: what is refused then are the IDs.
func (p positive) ofUnusedIDs() Case {
	return Case{
		ID:      "auth-" + p.name,
		Summary: p.summary + " is let in",
		Clauses: p.clauses,
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			ids := detach{volume: t.unused.id(), server: t.unused.id()}
			if _, err := t.control(ctx, ids); err != nil {
				return err
			}
			ids.alter = func(req *http.Request) { p.alter(t, req) }
			send := func() (Exchange, error) { return t.detach(ctx, ids) }
			if p.path != nil {
				send = func() (Exchange, error) { return t.raw(ctx, p.path(t)) }
			}
			exchange, err := send()
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		},
	}
}

var positives = []positive{
	{
		name: "header-case", summary: "a request whose header names are in lower case",
		clauses: []string{"AUTH-HEADER-CASE"},
		alter: func(_ *trial, req *http.Request) {
			for _, name := range []string{
				signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp, signing.HeaderClientType, signing.HeaderAPIVersion,
			} {
				rename(req.Header, name, strings.ToLower(name))
			}
		},
	},
	{
		name: "vendor-spelling", summary: "a request as the vendor's SDK spells it, with an empty account ID",
		clauses: []string{"AUTH-HEADER-CASE", "AUTH-SIGNATURE-ACCOUNT"},
		alter: func(_ *trial, req *http.Request) {
			rename(req.Header, signing.HeaderAccessKey, "Scp-AccessKey")
			rename(req.Header, signing.HeaderAPIVersion, "Scp-API-Version")
			req.Header["Scp-AccountId"] = []string{""}
		},
	},
	{
		name: "url-encoded", summary: "an ID with percent signs in it, signed as it is on the wire",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		path: func(t *trial) string {
			path := "/v1/volumes/" + url.PathEscape("볼륨 ") + t.unused.id() + "/servers/%eb%b3%bc" + t.unused.id()
			t.unused.add(path)
			return path
		},
	},
	{
		name: "query-right", summary: "a request with a query, signed with it",
		clauses: []string{"AUTH-SIGNATURE-URL"},
		alter: func(t *trial, req *http.Request) {
			req.URL.RawQuery = addedQuery
			t.resign(req, nil)
		},
	},
	{
		name: "timestamp-four-minutes-old", summary: "a timestamp of four minutes ago",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(-4*time.Minute)) },
	},
	{
		name: "timestamp-four-minutes-ahead", summary: "a timestamp of in four minutes",
		clauses: []string{"AUTH-TIMESTAMP-WINDOW"},
		alter:   func(t *trial, req *http.Request) { t.at(req, t.millis(4*time.Minute)) },
	},
}

// rename writes the name of a header as it says, and not in net/http's way.
func rename(h http.Header, name, spelling string) {
	values := h[name]
	delete(h, name)
	h[spelling] = values
}

func (n negative) ofUnusedIDs() Case {
	return Case{
		ID:      "auth-" + n.name,
		Summary: n.summary + " is answered " + describe(n.statuses()...),
		Clauses: append([]string{"DETACH-401"}, n.clauses...),
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			ids := detach{volume: t.unused.id(), server: t.unused.id()}
			control, err := t.control(ctx, ids)
			if err != nil {
				return err
			}
			ids.alter = func(req *http.Request) { n.alter(t, req) }
			exchange, err := t.detach(ctx, ids)
			if err != nil {
				return err
			}
			if err := exchange.expect(n.statuses()...); err != nil {
				return err
			}
			// Where 400 will do, it has to be for this, and not for what the control was refused for. A server
			// may have the same words for both; for a volume that is attached it cannot: see attached.
			if exchange.Status == control.Status && errorText(exchange.Body) == errorText(control.Body) {
				return inconclusivef("%s was answered %s, word for word as when it is rightly signed: it may have been let in",
					exchange, describe(exchange.Status))
			}
			return nil
		},
	}
}

func (n negative) attached() Case {
	return Case{
		ID:      "auth-attached-" + n.name,
		Summary: n.summary + " is answered " + describe(n.statuses()...) + " for a volume that is attached, and detaches nothing",
		Clauses: append([]string{"DETACH-401", "DETACH-EFFECT"}, n.clauses...),
		Harm:    HarmDangerous,
		ask:     n.detachesNothing,
	}
}

// detachesNothing asks for a volume that is attached, which has to be there still.
func (n negative) detachesNothing(ctx context.Context, t *trial) error {
	if err := t.attached(ctx); err != nil {
		return err
	}
	wrong := t.ofFixture()
	wrong.alter = func(req *http.Request) { n.alter(t, req) }
	exchange, err := t.detach(ctx, wrong)
	if err != nil {
		return err
	}
	if err := exchange.expect(n.statuses()...); err != nil {
		return err
	}
	return t.stillAttached(ctx, t.fixturePair())
}

func (n negative) statuses() []int {
	if n.malformed {
		return []int{http.StatusUnauthorized, http.StatusBadRequest}
	}
	return []int{http.StatusUnauthorized}
}
