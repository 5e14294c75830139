package cases

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// When an attach is refused.
var (
	attachAvailable = conformance.Clause{
		ID: "ATTACH-AVAILABLE", Source: conformance.SDK,
		Text: "A volume attaches only when it is available, and to several servers only if its type allows it.",
	}
	attachBody = conformance.Clause{
		ID: "ATTACH-BODY", Source: conformance.Assumed,
		Text: "An attach whose body is not a JSON object with a string server_id is refused with 400 or 409.",
	}
	attachUnknown = conformance.Clause{
		ID: "ATTACH-UNKNOWN", Source: conformance.Assumed,
		Text: "Attaching to an unknown server is refused with 400 or 409.",
	}
	attachRefused = conformance.Clause{
		ID: "ATTACH-REFUSED", Source: conformance.SDK,
		Text: "400 Bad Request, 401 Unauthorized and 409 Conflict refuse an attach: it is not carried out, then or later.",
	}
	attach400 = conformance.Clause{
		ID: "ATTACH-400", Operation: opAttach, Status: http.StatusBadRequest, Source: conformance.SDK,
		Text: "Attaching a volume answers 400 Bad Request.",
	}
	attach409 = conformance.Clause{
		ID: "ATTACH-409", Operation: opAttach, Status: http.StatusConflict, Source: conformance.SDK,
		Text: "Attaching a volume answers 409 Conflict.",
	}
)

// wrongAttach is an attach that has to be refused.
type wrongAttach struct {
	name, about string
	clause      conformance.Clause
	// inUse is set where the data volume has to be attached for it, and not to be available.
	inUse   bool
	request func(t *conformance.Trial, p conformance.Pair) conformance.Request
}

// wrongAttaches are the ways to ask for an attach that cannot be. A server that takes one for a right attach
// gives a volume of the fixture to a server of it, and no more.
func wrongAttaches() []wrongAttach {
	toServer := func(of func(*conformance.Trial, conformance.Pair) conformance.Pair) func(*conformance.Trial, conformance.Pair) conformance.Request {
		return func(t *conformance.Trial, p conformance.Pair) conformance.Request {
			return conformance.Request{Pair: of(t, p)}
		}
	}
	list := []wrongAttach{
		{"elsewhere", "a volume that is attached, to another server", attachAvailable, true, toServer(func(t *conformance.Trial, p conformance.Pair) conformance.Pair {
			return conformance.Pair{Volume: p.Volume, Server: t.Fixture().OtherServer}
		})},
		{"again", "a volume that is attached, to its own server", attachAvailable, true, toServer(func(_ *conformance.Trial, p conformance.Pair) conformance.Pair {
			return p
		})},
		{"os-volume-elsewhere", "the OS's default volume, to another server", detachOSVolume, true, toServer(func(t *conformance.Trial, _ conformance.Pair) conformance.Pair {
			return conformance.Pair{Volume: t.Fixture().OSVolume, Server: t.Fixture().OtherServer}
		})},
		{"os-volume-again", "the OS's default volume, to its own server", attachAvailable, true, toServer(func(t *conformance.Trial, p conformance.Pair) conformance.Pair {
			return conformance.Pair{Volume: t.Fixture().OSVolume, Server: p.Server}
		})},
		{"unknown-server", "an available volume, to an unknown server", attachUnknown, false, toServer(func(t *conformance.Trial, p conformance.Pair) conformance.Pair {
			return conformance.Pair{Volume: p.Volume, Server: t.UnusedID()}
		})},
		{"unknown-version", "an available volume, in an unknown version", versionUnknown, false, func(_ *conformance.Trial, p conformance.Pair) conformance.Request {
			return conformance.Request{Pair: p, Change: pinnedTo(farAway)}
		}},
	}
	for _, b := range []struct{ name, format string }{
		{"no-json", `{`},
		{"no-server", `{}`},
		{"no-object", `null`},
		{"server-null", `{"server_id":null}`},
		{"server-number", `{"server_id":1}`},
		{"server-list", `{"server_id":[%q]}`},
		{"server-object", `{"server_id":{"id":%q}}`},
		{"key-capitalized", `{"Server_ID":%q}`},
		{"key-camel-case", `{"serverId":%q}`},
		{"key-plural", `{"server_ids":[%q]}`},
		{"body-list", `[%q]`},
		{"body-text", `%q`},
		{"body-form", `server_id=%s`},
		{"flag-text", `{"delete_on_termination":"false","server_id":%q}`},
		{"flag-number", `{"delete_on_termination":0,"server_id":%q}`},
	} {
		list = append(list, wrongAttach{b.name, "an available volume, with a body like " + fmt.Sprintf(b.format, "ID"), attachBody, false, func(_ *conformance.Trial, p conformance.Pair) conformance.Request {
			return conformance.Request{Pair: p, Change: func(req *http.Request) { withBody(req, fmt.Sprintf(b.format, p.Server)) }}
		}})
	}
	return list
}

// attachRefusals asks for attaches that have to be refused, of what exists, and looks at what they left behind.
func attachRefusals() conformance.Case {
	c := conformance.Case{
		ID: "attach-refused", Family: familyDetach,
		Summary: "an invalid attach is refused with 400 or 409, and is not carried out later",
		Clauses: []conformance.Clause{attachAvailable, attachBody, attachUnknown, attachRefused, attach400, attach409, detachOSVolume, versionUnknown},
		Harm:    conformance.HarmDangerous,
		Rotates: true,
	}
	for _, w := range wrongAttaches() {
		c.Variants = append(c.Variants, conformance.Variant{Name: w.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			e, p, before, err := w.send(ctx, t)
			if err != nil {
				return err
			}
			if e.Status/100 == 2 {
				return w.undo(ctx, t, p, conformance.ShownBy(e, conformance.Broken(w.clause, conformance.CodeAccepted,
					"attaching %s was answered %s; it has to be refused", w.about, conformance.StatusText(e.Status))))
			}
			found, err := before.deviations(ctx, t)
			if err != nil {
				return err
			}
			return judge(t, found, attachRefused, e, "attaching %s was answered %s", w.about, conformance.StatusText(e.Status))
		}})
	}
	c.Variants = append(c.Variants, conformance.Variant{Name: "looked-at-later", Ask: refusedLater})
	return c
}

// send sets up what the attach is about, looks at it, and asks. What the status of a refusal is, is for form-status
// to judge.
func (w wrongAttach) send(ctx context.Context, t *conformance.Trial) (e conformance.Exchange, p conformance.Pair, before picture, err error) {
	if w.inUse {
		p, err = t.Attached(ctx)
	} else {
		p, err = t.Unattached(ctx)
	}
	if err != nil {
		return e, p, nil, err
	}
	r := w.request(t, p)
	r.Operation, r.Expect, r.About = conformance.Attach, conformance.ExpectRefused, w.about
	if err := t.Needs("other server, or OS volume", r.Pair.Volume, r.Pair.Server); err != nil {
		return e, p, nil, err
	}
	if before, err = takePicture(ctx, t, r.Pair.Volume); err != nil { // refusedLater looks at all of them
		return e, r.Pair, before, err
	}
	e, err = t.Send(ctx, r)
	return e, r.Pair, before, err
}

// undo takes back an attach of the data volume that should have been refused, and returns the finding. The OS's
// volume is left where it is: what such an endpoint makes of its detach is not to be tried.
func (w wrongAttach) undo(ctx context.Context, t *conformance.Trial, p conformance.Pair, finding error) error {
	shown, _, err := t.Await(ctx, p.Volume, t.Settle(), func(v *volumes.Volume) bool { return !conformance.Moving(v) })
	if err != nil {
		return finding // it says more
	}
	f := t.Fixture()
	if p.Volume != f.OSVolume && p.Server == f.OtherServer && conformance.AttachedTo(shown, p.Server) {
		if e, err := detach(ctx, t, p); err == nil && e.Status == http.StatusAccepted {
			if away, _, err := t.AwaitDetached(ctx, p); err == nil {
				shown = away
			}
		}
	}
	t.Relearn(shown)
	return finding
}

// refusedLater asks for attaches that have to be refused, of a volume in use and of an available one, and looks at
// all the volumes a while later: a queue may keep what was refused until it can be done.
func refusedLater(ctx context.Context, t *conformance.Trial) error {
	const while = 40 * time.Millisecond
	p, err := t.Attached(ctx)
	if err != nil {
		return err
	}
	before, err := takePicture(ctx, t)
	if err != nil {
		return err
	}
	for _, w := range wrongAttaches() {
		if w.inUse {
			if err := refusedOr(ctx, t, w.request(t, p), w.about); err != nil {
				return err
			}
		}
	}
	later := func(by ...conformance.Pair) error {
		if err := t.Pause(ctx, min(t.Linger(), while)); err != nil {
			return err
		}
		found, err := before.deviations(ctx, t, by...)
		if err != nil {
			return err
		}
		return judge(t, found, attachRefused, conformance.Exchange{}, "several attaches were refused")
	}
	if err := later(); err != nil {
		return err
	}
	if p, err = t.Unattached(ctx); err != nil {
		return err
	}
	for _, r := range []conformance.Request{
		{About: "an available volume, with " + wrongSecret.about, Expect: conformance.ExpectUnauthorized, Change: func(req *http.Request) { wrongSecret.alter(t, req) }},
		{About: "an available volume, with " + anonymous.about, Expect: conformance.ExpectUnauthorized, Change: func(req *http.Request) { anonymous.alter(t, req) }},
		{About: "an available volume, in an unknown version", Change: pinnedTo(farAway)},
	} {
		r.Pair = p
		if err := refusedOr(ctx, t, r, r.About); err != nil {
			return err
		}
	}
	if err := later(p); err != nil {
		return err
	}
	return staysAvailable(ctx, t, p)
}

// refusedOr asks for an attach. Where it is not refused, there is nothing that could be done all the same: that it
// should be is for attach-refused, and for auth-attach.
func refusedOr(ctx context.Context, t *conformance.Trial, r conformance.Request, about string) error {
	r.Operation, r.About = conformance.Attach, about
	if r.Expect == "" {
		r.Expect = conformance.ExpectRefused
	}
	if slices.Contains([]string{r.Pair.Volume, r.Pair.Server}, "") {
		return nil // the fixture names no such volume or server
	}
	e, err := t.Send(ctx, r)
	if err == nil && e.Status/100 == 2 {
		err = conformance.NotApplicable("attaching %s was answered %s, which is for other cases to judge", about, conformance.StatusText(e.Status))
		if shown, _, look := t.Await(ctx, r.Pair.Volume, t.Settle(), func(v *volumes.Volume) bool { return !conformance.Moving(v) }); look == nil {
			t.Relearn(shown)
		}
	}
	return err
}

// staysAvailable judges whether a volume that was detached is attached to nothing.
func staysAvailable(ctx context.Context, t *conformance.Trial, p conformance.Pair) error {
	shown, still, err := t.Await(ctx, p.Volume, t.ConfirmFor(), func(v *volumes.Volume) bool {
		return conformance.Available(v) && len(v.Servers) == 0
	})
	if err != nil || still {
		return err
	}
	t.Relearn(shown)
	return conformance.Broken(attachRefused, conformance.CodeChanged,
		"attaches of volume %s were refused while it was attached, and after its detach; now it is %s at %s", p.Volume, shown.State, list(serversOf(shown)))
}
