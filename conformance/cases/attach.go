package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// What attaching a volume does. The vendor's page of the detach says nothing of it but for the OS's volume.
var (
	attachEffect = conformance.Clause{
		ID: "ATTACH-EFFECT", Source: conformance.SDK,
		Text: "An attach attaches the named volume to the named server, and does nothing else.",
	}
	attachOptional = conformance.Clause{
		ID: "ATTACH-OPTIONAL", Source: conformance.SDK,
		Text: "delete_on_termination is a bool or null, and may be left out.",
	}
	attachCharset = conformance.Clause{
		ID: "ATTACH-CHARSET", Source: conformance.Assumed,
		Text: "An application/json body is accepted with or without a charset.",
	}
	attachShown = conformance.Clause{
		ID: "ATTACH-SHOWN", Source: conformance.Assumed,
		Text: "A new attachment is shown with the device that the answer named, a device that no other volume of the server has, and an attached_at of just now.",
	}
)

func attachCases() []conformance.Case {
	return []conformance.Case{
		{
			ID: "attach-accepted", Family: familyDetach,
			Summary: "attaching an available volume is answered 202, takes effect, and changes nothing else",
			Clauses: []conformance.Clause{attach202, attachEffect, attachShown, detachOnly},
			Harm:    conformance.HarmDetaches,
			Rotates: true,
			Ask: func(ctx context.Context, t *conformance.Trial) error {
				seen, err := attachOnce(ctx, t)
				if err != nil {
					return err
				}
				return seen.judge(t)
			},
		},
		attachWays(),
		attachRefusals(),
	}
}

// attached is one attach of the data volume, with what is shown of it afterwards.
type attached struct {
	pair    conformance.Pair
	answer  conformance.Exchange
	after   *volumes.Volume // nil where the attach was not accepted
	there   bool
	before  picture
	besides []deviation // what else changed
}

// attachOnce attaches the data volume, once for all the cases of a version.
func attachOnce(ctx context.Context, t *conformance.Trial) (attached, error) {
	return conformance.Shared(t, "one attach", forever, func() (attached, error) {
		var seen attached
		var err error
		if seen.pair, err = t.Unattached(ctx); err != nil {
			return seen, err
		}
		if err := sharedAtBoth(ctx, t); err != nil {
			return seen, err
		}
		if seen.before, err = takePicture(ctx, t); err != nil {
			return seen, err
		}
		if seen.answer, err = attach(ctx, t, seen.pair, "an available volume", nil); err != nil || seen.answer.Status != http.StatusAccepted {
			return seen, err
		}
		if seen.after, seen.there, err = awaitAttached(ctx, t, seen.pair); err != nil {
			return seen, err
		}
		seen.besides, err = seen.before.deviations(ctx, t, seen.pair)
		return seen, err
	})
}

// sharedAtBoth sees to it that the volume for several servers, if there is one, is attached to both, so that it
// shows which attachments of other volumes an attach changes.
func sharedAtBoth(ctx context.Context, t *conformance.Trial) error {
	f := t.Fixture()
	for _, server := range []string{f.Server, f.OtherServer} {
		p := conformance.Pair{Volume: f.SharedVolume, Server: server}
		if p.Volume == "" || p.Server == "" {
			return nil
		}
		if err := t.AttachedPair(ctx, p); err != nil && conformance.VerdictOf(err) != conformance.Inconclusive { // which is for detach-shared
			return err
		}
	}
	return nil
}

// attach asks for an available volume to be attached, and asks again while the volume is busy.
func attach(ctx context.Context, t *conformance.Trial, p conformance.Pair, about string, change func(*http.Request)) (conformance.Exchange, error) {
	return t.SendBusy(ctx, conformance.Request{
		Operation: conformance.Attach, Pair: p, Change: change, Expect: conformance.ExpectAccepted, About: about,
	})
}

func awaitAttached(ctx context.Context, t *conformance.Trial, p conformance.Pair) (*volumes.Volume, bool, error) {
	return t.Await(ctx, p.Volume, t.Settle(), func(v *volumes.Volume) bool {
		return conformance.AttachedTo(v, p.Server) && !conformance.Moving(v)
	})
}

// judge judges the answer, what was done, and how it is shown.
func (a attached) judge(t *conformance.Trial) error {
	if err := acceptedAttach(t, a.answer, attach202); err != nil || a.after == nil {
		return err
	}
	if err := a.effect(t); err != nil {
		return err
	}
	if err := judge(t, a.besides, detachOnly, a.answer, "volume %s was attached to server %s", a.pair.Volume, a.pair.Server); err != nil {
		return err
	}
	return a.shown(t)
}

// effect judges whether an accepted attach was done.
func (a attached) effect(t *conformance.Trial) error {
	switch {
	case !a.there:
		return conformance.ShownBy(a.answer, conformance.Broken(attachEffect, conformance.CodeNotAttached,
			"the attach was accepted, and %s later volume %s is %s at %s", t.Settle(), a.pair.Volume, a.after.State, list(serversOf(a.after))))
	case !conformance.InUse(a.after), len(a.after.Servers) != 1:
		return conformance.ShownBy(a.answer, conformance.Broken(attachEffect, conformance.CodeState,
			"volume %s was attached to server %s, and is %s at %s", a.pair.Volume, a.pair.Server, a.after.State, list(serversOf(a.after))))
	}
	return nil
}

// shown judges the device and the time that the new attachment is shown with.
func (a attached) shown(t *conformance.Trial) error {
	const recent = 24 * time.Hour // whatever time zone was forgotten
	at := attachmentTo(a.after, a.pair.Server)
	broken := func(key, format string, args ...any) error {
		return conformance.ShownBy(a.answer, conformance.Distinct(conformance.Broken(attachShown, conformance.CodeAnswer, format, args...), key))
	}
	if at.AttachedAt != nil {
		since, err := time.Parse(time.RFC3339Nano, *at.AttachedAt)
		if err == nil && t.Now().Sub(since).Abs() > recent {
			return broken("since", "volume %s was attached just now, and is shown as attached since %.60q", a.pair.Volume, *at.AttachedAt)
		}
	}
	if answered := attachmentIn(a.answer); answered.Device != nil && textOf(answered.Device) != textOf(at.Device) {
		return broken("device", "the answer says that the device is %s, and volume %s is shown with %s",
			textOf(answered.Device), a.pair.Volume, textOf(at.Device))
	}
	for _, id := range slices.Sorted(maps.Keys(a.before)) {
		v := a.before[id]
		other := attachmentTo(&v, a.pair.Server)
		if id != a.pair.Volume && other.Device != nil && textOf(other.Device) == textOf(at.Device) {
			return broken("taken", "volumes %s and %s have the same device %s at server %s", a.pair.Volume, id, textOf(at.Device), a.pair.Server)
		}
	}
	return nil
}

// attachmentIn is the attachment that the answer to an attach names; the zero one where that cannot be read.
func attachmentIn(e conformance.Exchange) volumes.Attachment {
	var named volumes.Attachment
	if json.Unmarshal(e.Body, &named) != nil {
		return volumes.Attachment{}
	}
	return named
}

// attachmentTo is what is shown of a volume's attachment to a server; the zero one where there is none.
func attachmentTo(v *volumes.Volume, server string) volumes.AttachedServer {
	for _, s := range v.Servers {
		if strings.EqualFold(s.ID, server) {
			return s
		}
	}
	return volumes.AttachedServer{}
}

// acceptedAttach judges the answer to an attach that has to be accepted. Another status than the documented ones
// is for form-status to judge.
func acceptedAttach(t *conformance.Trial, e conformance.Exchange, clause conformance.Clause) error {
	switch {
	case e.Status == http.StatusAccepted:
		return nil
	case e.Status == http.StatusUnauthorized:
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeKeptOut,
			"%s (%s), rightly signed, was answered %s", e, e.About, conformance.StatusText(e.Status)))
	case e.Refused():
		return conformance.ShownBy(e, conformance.Broken(clause, conformance.CodeNotAccepted,
			"%s (%s) was answered %s each time it was asked; it has to be answered 202 Accepted", e, e.About, conformance.StatusText(e.Status)))
	}
	return t.LeaveTo(conformance.ShownBy(e, statusAround(e)))
}

// attachedShared attaches a volume for several servers to one more of them, and judges a refusal: the set-up of
// other cases only says that it cannot go on.
func attachedShared(ctx context.Context, t *conformance.Trial, p conformance.Pair) error {
	err := t.AttachedPair(ctx, p)
	e, answered := conformance.ExchangeOf(err)
	if err == nil || !answered || !asks(e, opAttach) || !e.Refused() {
		return err
	}
	shown, err := t.Show(ctx, p.Volume)
	if err != nil || conformance.Moving(shown) || conformance.Failed(shown) || conformance.AttachedTo(shown, p.Server) {
		return err
	}
	return acceptedAttach(t, e, attach202)
}

// attachWays attaches in each way that is right.
func attachWays() conformance.Case {
	c := conformance.Case{
		ID: "attach-ways", Family: familyDetach,
		Summary: "an attach is accepted and takes effect however it is written",
		Clauses: []conformance.Clause{attachOptional, attachCharset, attachEffect},
		Harm:    conformance.HarmDetaches, Rotates: true,
	}
	for _, w := range []struct {
		name, about string
		clause      conformance.Clause
		change      func(server string) func(*http.Request)
	}{
		{"null", "delete_on_termination: null", attachOptional, terminating("null")},
		{"false", "delete_on_termination: false", attachOptional, terminating("false")},
		{"charset", "Content-Type: application/json; charset=utf-8", attachCharset, func(string) func(*http.Request) {
			return func(req *http.Request) { req.Header.Set("Content-Type", "application/json; charset=utf-8") }
		}},
	} {
		c.Variants = append(c.Variants, conformance.Variant{Name: w.name, Ask: func(ctx context.Context, t *conformance.Trial) error {
			plain, err := attachOnce(ctx, t)
			if err != nil {
				return err
			}
			if plain.answer.Status != http.StatusAccepted && w.clause.ID != attachOptional.ID {
				return conformance.NotApplicable("an attach is answered %s in any way", conformance.StatusText(plain.answer.Status))
			}
			seen := attached{}
			if seen.pair, err = t.Unattached(ctx); err != nil {
				return err
			}
			if seen.answer, err = attach(ctx, t, seen.pair, "an available volume, with "+w.about, w.change(seen.pair.Server)); err != nil {
				return err
			}
			if err := acceptedAttach(t, seen.answer, w.clause); err != nil || seen.answer.Status != http.StatusAccepted {
				return err
			}
			if seen.after, seen.there, err = awaitAttached(ctx, t, seen.pair); err != nil {
				return err
			}
			return seen.effect(t)
		}})
	}
	return c
}

// terminating says whether the volume is to be deleted together with its server.
func terminating(value string) func(server string) func(*http.Request) {
	return func(server string) func(*http.Request) {
		return func(req *http.Request) {
			withBody(req, fmt.Sprintf(`{"delete_on_termination":%s,"server_id":%q}`, value, server))
		}
	}
}
