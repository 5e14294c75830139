package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// Needs ends a case whose fixture does not name what it needs: a skip.
func (t *Trial) Needs(what string, ids ...string) error {
	if slices.Contains(ids, "") {
		return Skipped("the fixture names no %s; name it with --volume, --server and the like", what)
	}
	return nil
}

// DataPair is the data volume that the run uses, and its server: the fixture's volume, or the spare one
// where the endpoint broke that.
func (t *Trial) DataPair() (Pair, error) {
	f := t.fixture
	if err := t.Needs("volume and server", f.Volume, f.Server); err != nil {
		return Pair{}, err
	}
	for _, volume := range []string{f.Volume, f.SpareVolume} {
		if volume != "" && t.asideFor(volume) == "" {
			return Pair{volume, f.Server}, nil
		}
	}
	return Pair{}, CannotJudge(CodeSetup, "volume %s %s, and there is no other to use", f.Volume, t.asideFor(f.Volume))
}

// Attached sees to it that the data volume is attached to its server and in use.
func (t *Trial) Attached(ctx context.Context) (Pair, error) {
	p, err := t.DataPair()
	if err != nil {
		return p, err
	}
	return p, t.AttachedPair(ctx, p)
}

// AttachedPair sees to it that a volume is attached to a server and in use.
func (t *Trial) AttachedPair(ctx context.Context, p Pair) error {
	t.fixture.attaching.Lock()
	defer t.fixture.attaching.Unlock()
	volume, err := t.dataVolume(ctx, p)
	if err != nil {
		return err
	}
	there := AttachedTo(volume, p.Server)
	lagged, err := t.strayed(ctx, p, !there)
	if err != nil || there != lagged {
		return err
	}
	if err := t.attach(ctx, p); err != nil {
		return err
	}
	_, err = t.await(ctx, toAttach, p.Volume, func(v *volumes.Volume) bool { return settled(v) && AttachedTo(v, p.Server) })
	if err == nil {
		t.run.pending.looked(p, true)
	}
	return err
}

// Unattached sees to it that the data volume is attached to nothing.
func (t *Trial) Unattached(ctx context.Context) (Pair, error) {
	p, err := t.DataPair()
	if err != nil {
		return p, err
	}
	return p, t.UnattachedPair(ctx, p)
}

// UnattachedPair sees to it that a volume is not attached to a server.
func (t *Trial) UnattachedPair(ctx context.Context, p Pair) error {
	volume, err := t.dataVolume(ctx, p)
	if err != nil || !AttachedTo(volume, p.Server) {
		return err
	}
	if back, err := t.strayed(ctx, p, false); err != nil || back {
		return err
	}
	if err := t.setUp(ctx, Request{Operation: Detach, Pair: p, Expect: ExpectAccepted, About: "an attached volume"}); err != nil {
		return err
	}
	volume, away, err := t.AwaitDetached(ctx, p)
	if err == nil && !away {
		err = CannotJudge(CodeSetup, "set-up: the detach of volume %s was accepted, and it is %s at server %s still", p.Volume, volume.State, p.Server)
	}
	return err
}

// dataVolume shows a volume with which nothing is under way. A volume that an OS starts from cannot be
// judged by: refusing its detach is right.
func (t *Trial) dataVolume(ctx context.Context, p Pair) (*volumes.Volume, error) {
	volume, err := t.settle(ctx, p)
	usable := func(v *volumes.Volume) bool { return settled(v) && !Failed(v) }
	if err == nil && (volume == nil || !usable(volume)) {
		volume, err = t.await(ctx, toRest, p.Volume, usable)
	}
	switch {
	case err != nil:
		return nil, err
	case bootable(volume):
		return nil, CannotJudge(CodeSetup, "set-up: an OS starts from volume %s; name a data volume instead", p.Volume)
	case AttachedTo(volume, p.Server) && !InUse(volume):
		return nil, CannotJudge(CodeSetup, "set-up: volume %s is at server %s, and its state is %q: it should be in-use", p.Volume, p.Server, volume.State)
	}
	return volume, nil
}

// SendBusy sends a request that should be accepted. Right after a neighbouring operation on a volume 409 is
// common, and passes: the request is sent again until it is not answered 409, or Settle is over. Where that time was
// cut short, a 409 shows nothing.
func (t *Trial) SendBusy(ctx context.Context, r Request) (Exchange, error) {
	const first, longest = 10 * time.Millisecond, time.Second
	busy := awaited{t.askedWith(r), toAccept}
	limit, cut := t.run.waits.limit(busy, min(t.run.Settle, busyFor))
	began := time.Now()
	deadline := began.Add(limit)
	anyLost := false
	for pause := first; ; pause = min(2*pause, longest) {
		exchange, lost, err := t.send(ctx, r)
		anyLost = anyLost || lost
		if err == nil && anyLost && exchange.Refused() {
			err = t.doneUnseen(ctx, r, exchange)
		}
		switch {
		case err != nil:
			return exchange, err
		case exchange.Status != http.StatusConflict:
			t.run.waits.cameOff(busy, time.Since(began))
			return exchange, nil
		case time.Now().Add(pause).Before(deadline):
		case cut:
			err := CannotJudge(CodeUnsettled, "%s (%s) was answered 409 Conflict for %s, %w, as such answers did not pass in time (%d before)",
				exchange, r.About, limit, errCutShort, t.run.waits.runOuts(busy.what))
			t.run.waits.gaveUp(busy)
			return exchange, ShownBy(exchange, err)
		default:
			t.run.waits.gaveUp(busy)
			return exchange, nil
		}
		t.repeated()
		if err := t.pause(ctx, pause); err != nil {
			return exchange, err
		}
	}
}

// errUnseen is why a case cannot be judged whose request was done, and whose answer was lost.
var errUnseen = errors.New("a gateway answered in place of the service")

// doneUnseen ends a case whose request was done, as a look shows, though a gateway answered it: that it is refused
// when it is sent again is right.
func (t *Trial) doneUnseen(ctx context.Context, r Request, exchange Exchange) error {
	shown, err := t.Show(ctx, r.Pair.Volume)
	if err != nil || AttachedTo(shown, r.Pair.Server) != (r.Operation == Attach) {
		return err
	}
	return ShownBy(exchange, CannotJudge(CodeUnavailable, "%s (%s) was done, but %w", exchange, r.About, errUnseen))
}

// attach asks for a volume to be attached.
func (t *Trial) attach(ctx context.Context, p Pair) error {
	return t.setUp(ctx, Request{Operation: Attach, Pair: p, Expect: ExpectAccepted, About: "an available volume"})
}

// BeginAttach asks for a volume to be attached, and does not wait for it.
func (t *Trial) BeginAttach(ctx context.Context, p Pair) error { return t.attach(ctx, p) }

// Show shows a volume. Without an answer that shows it, the case cannot be judged.
func (t *Trial) Show(ctx context.Context, volume string) (*volumes.Volume, error) {
	shown, _, err := t.show(ctx, volume)
	return shown, err
}

func (t *Trial) show(ctx context.Context, volume string) (*volumes.Volume, Exchange, error) {
	exchange, err := t.Send(ctx, showing(volume))
	if err != nil {
		return nil, exchange, err
	}
	shown, err := t.shownIn(exchange, volume)
	return shown, exchange, err
}

// showing asks to see a volume of the fixture.
func showing(volume string) Request {
	return Request{Operation: ShowVolume, Pair: Pair{Volume: volume}, Expect: ExpectShown, About: "a volume of the fixture"}
}

// shownIn is the volume that an answer shows.
func (t *Trial) shownIn(exchange Exchange, volume string) (*volumes.Volume, error) {
	t.run.keys.see(exchange.Status)
	if exchange.Status != http.StatusOK {
		return nil, ShownBy(exchange, CannotJudge(CodeSetup, "showing volume %s was answered %s", volume, StatusText(exchange.Status)))
	}
	var shown volumes.Volume
	if err := json.Unmarshal(exchange.Body, &shown); err != nil {
		return nil, ShownBy(exchange, CannotJudge(CodeSetup, "showing volume %s was answered 200 with something else than a volume: %w", volume, err))
	}
	if !strings.EqualFold(shown.ID, volume) {
		return nil, ShownBy(exchange, CannotJudge(CodeSetup, "showing volume %s was answered 200 with another volume (%.60q)", volume, shown.ID))
	}
	return &shown, nil
}

// confirm is for how long a look may lag behind what was done (assumed): until then, one that shows what was
// before is confirmed by others.
const confirm = 600 * time.Millisecond

// StillAttached reports whether a volume is at a server, in use and at rest. A look may lag behind: one that
// says otherwise is confirmed by others for a while.
func (t *Trial) StillAttached(ctx context.Context, p Pair) (*volumes.Volume, bool, error) {
	rests := func(v *volumes.Volume) bool { return AttachedTo(v, p.Server) && settled(v) }
	shown, still, err := t.poll(ctx, p.Volume, t.ConfirmFor(), rests)
	if err == nil && !still {
		t.Confirmed()
	}
	return shown, still, err
}

// AwaitDetached shows a volume until it is away from a server and at rest, and reports whether it is within Settle.
// Where that was cut short, the case cannot be judged. A volume that is not shown any more is one that was deleted,
// or so it seems: shown is nil then.
func (t *Trial) AwaitDetached(ctx context.Context, p Pair) (shown *volumes.Volume, away bool, err error) {
	of := awaited{t.client.ID, toDetach}
	shown, away, err = t.wait(ctx, of, time.Now(), p.Volume, func(v *volumes.Volume) bool { return settled(v) && !AttachedTo(v, p.Server) })
	if err == nil && !away || errors.Is(err, errCutShort) {
		t.notDone(p)
	}
	return shown, away, err
}

// notDone forgets what was accepted for a pair and was not done: that is one finding. Where the volume has to be is
// unknown from then on.
func (t *Trial) notDone(p Pair) {
	if _, found := t.run.pending.get(p); found {
		t.run.pending.looked(p, false)
		t.fixture.attachments.unsure(p)
	}
}

// settle waits for what was accepted of a pair and may not be shown yet: right after a 202 the volume may
// still be shown as it was, and for a moment it may be shown now so and now so. It returns the look that shows
// it, or nil where nothing was accepted lately. What does not come is for the case to judge.
func (t *Trial) settle(ctx context.Context, p Pair) (*volumes.Volume, error) {
	change, found := t.run.pending.get(p)
	if !found {
		return nil, nil
	}
	done := func(v *volumes.Volume) bool { return settled(v) && AttachedTo(v, p.Server) == change.attach }
	if change.shown {
		shown, _, err := t.poll(ctx, p.Volume, confirm-time.Since(change.at), done)
		return shown, err
	}
	shown, ok, err := t.wait(ctx, awaited{change.by, toDo(change.attach)}, change.at, p.Volume, done)
	switch {
	case ok:
		t.run.pending.looked(p, true)
	case err == nil, errors.Is(err, errCutShort):
		t.notDone(p)
		return shown, nil
	}
	return shown, err
}

// await shows a volume until it is as it should be. A volume that is not in time is set aside: no other
// case of the version waits for it.
func (t *Trial) await(ctx context.Context, what, volume string, done func(*volumes.Volume) bool) (*volumes.Volume, error) {
	shown, ok, err := t.wait(ctx, awaited{t.client.ID, what}, time.Now(), volume, done)
	if err == nil && !ok {
		err = CannotJudge(CodeUnsettled, "volume %s is still %s after %s", volume, shown.State, t.run.Settle)
		if !settled(shown) || Failed(shown) {
			t.setAside(volume, "stays "+shown.State)
		}
	}
	return shown, err
}

// wait polls for as long as a volume may be on its way. Where that was cut short and ran out, nothing is known.
// Since is when what is waited for was asked for.
func (t *Trial) wait(ctx context.Context, of awaited, since time.Time, volume string, done func(*volumes.Volume) bool) (*volumes.Volume, bool, error) {
	limit, cut := t.run.waits.limit(of, t.run.Settle)
	shown, ok, err := t.poll(ctx, volume, limit, done)
	switch {
	case err != nil:
	case ok:
		t.run.waits.cameOff(of, time.Since(since))
	case cut:
		err = CannotJudge(CodeUnsettled, "volume %s is %s after %s, %w, as %s were not done within %s (%d before)",
			volume, shown.State, limit, errCutShort, of.what, t.run.Settle, t.run.waits.runOuts(of.what))
		t.run.waits.gaveUp(of)
	default:
		t.run.waits.gaveUp(of)
	}
	return shown, ok, err
}

// poll shows a volume until it is as it should be, less and less often, or the time is over.
func (t *Trial) poll(ctx context.Context, volume string, limit time.Duration, done func(*volumes.Volume) bool) (shown *volumes.Volume, ok bool, err error) {
	const longestPause = 500 * time.Millisecond
	deadline := time.Now().Add(limit)
	for pause := t.firstPause(); ; pause = min(2*pause, longestPause) {
		shown, err = t.Show(ctx, volume)
		if err != nil || done(shown) {
			return shown, err == nil, err
		}
		left := time.Until(deadline)
		if left <= 0 {
			return shown, false, nil
		}
		if err := t.pause(ctx, min(pause, left)); err != nil {
			return shown, false, err
		}
	}
}

// firstPause is how soon to look again: at once on this machine, where a detach may take a millisecond, and
// with some patience where it is live, and each look is a request more.
func (t *Trial) firstPause() time.Duration {
	if t.run.Live {
		return 200 * time.Millisecond
	}
	return time.Millisecond
}

// pending are the attaches and detaches that were accepted, until they can no longer be shown as not done.
type pending struct {
	mu    sync.Mutex
	pairs map[Pair]change
}

// change is one attach or detach that was accepted.
type change struct {
	attach bool
	by     lifecycle.ID // the version that accepted it
	at     time.Time
	shown  bool // a look showed it
}

func (u *pending) put(p Pair, attach bool, by lifecycle.ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.pairs[p] = change{attach: attach, by: by, at: time.Now()}
}

func (u *pending) get(p Pair) (c change, found bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	c, found = u.pairs[p]
	if found && c.shown && time.Since(c.at) > confirm {
		delete(u.pairs, p)
		return change{}, false
	}
	return c, found
}

// looked records whether the change was shown. One that was not is waited for no longer.
func (u *pending) looked(p Pair, shown bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if c, found := u.pairs[p]; found && shown {
		c.shown = true
		u.pairs[p] = c
		return
	}
	delete(u.pairs, p)
}

// drop forgets the changes of a volume.
func (u *pending) drop(volume string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	maps.DeleteFunc(u.pairs, func(p Pair, _ change) bool { return p.Volume == volume })
}

// of lists the pairs of a volume whose change was not shown yet.
func (u *pending) of(volume string) []Pair {
	u.mu.Lock()
	defer u.mu.Unlock()
	var list []Pair
	for p, c := range u.pairs {
		if p.Volume == volume && !c.shown {
			list = append(list, p)
		}
	}
	return list
}

// aside are the volumes that an endpoint broke, and how, as a version shows them: another may be right.
type aside struct {
	mu  sync.Mutex
	why map[brokenFor]string
}

type brokenFor struct {
	version lifecycle.ID
	volume  string
}

func (t *Trial) setAside(volume, why string) {
	t.run.aside.mu.Lock()
	defer t.run.aside.mu.Unlock()
	t.run.aside.why[brokenFor{t.client.ID, volume}] = why
}

// asideFor is why a volume was set aside, or nothing.
func (t *Trial) asideFor(volume string) string {
	t.run.aside.mu.Lock()
	defer t.run.aside.mu.Unlock()
	return t.run.aside.why[brokenFor{t.client.ID, volume}]
}

// State is the state of a volume in one spelling. The service has several: In-use, IN-USE, in_use [field].
func State(v *volumes.Volume) string {
	return strings.ToLower(strings.ReplaceAll(v.State, "_", "-"))
}

// InUse reports whether a volume says that it is attached.
func InUse(v *volumes.Volume) bool { return State(v) == "in-use" }

// Available reports whether a volume says that it is attached to nothing.
func Available(v *volumes.Volume) bool { return State(v) == "available" }

// Failed reports whether a volume is in one of the error states.
func Failed(v *volumes.Volume) bool { return strings.HasPrefix(State(v), "error") }

// Moving reports whether a volume is in a state that passes by itself.
func Moving(v *volumes.Volume) bool {
	return slices.Contains([]string{"creating", "reserved", "attaching", "detaching"}, State(v))
}

// AttachedTo reports whether a volume is attached to a server.
func AttachedTo(v *volumes.Volume, server string) bool {
	return slices.ContainsFunc(v.Servers, func(s volumes.AttachedServer) bool { return strings.EqualFold(s.ID, server) })
}

// bootable reports whether an OS starts from a volume.
func bootable(v *volumes.Volume) bool { return v.Bootable != nil && *v.Bootable }

// settled is a volume with which nothing is under way.
func settled(v *volumes.Volume) bool { return !Moving(v) }
