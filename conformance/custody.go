package conformance

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// custody is what a run owes the volumes of its fixture: no other run is at work on them, they are fit to be
// tried, and they end as they were found. It does nothing for a run that keeps no ledger.
type custody struct {
	run    *runner
	ledger *ledger
	locks  []*lock
	found  []entry // the volumes as they were before the run

	mu      sync.Mutex
	begun   bool      // whether the entries were written
	last    time.Time // when a change was last asked for, or answered
	refusal error     // why nothing may be changed
	trouble []string  // why the fixture could not be taken, or not be put back
	putBack []string  // what an earlier run had left
	notices []string  // what it left still
}

// take puts back what an earlier run left changed, and takes the volumes of the fixture: it locks them, and looks at
// them. A run that may change nothing says what is left to put back.
func (k *custody) take(ctx context.Context) {
	var err error
	switch {
	case !k.run.keepsLedger():
		return
	case k.run.aborted() != nil, k.run.Harm < HarmDetaches:
		k.remind()
		return
	case k.run.changes():
		if err = k.lock(); err != nil {
			k.refuse(err)
			k.run.giveUp(k.refused(), nil) // tell says it
			return
		}
	default:
		k.ledger, err = ledgerIn(k.run.StateDir)
	}
	if err == nil {
		err = k.recover(ctx)
	}
	if err == nil && len(k.locks) > 0 {
		err = k.look(ctx)
	}
	if err != nil {
		k.refuse(err)
	}
}

// keepsLedger reports whether a run remembers what its volumes were attached to.
func (c *Config) keepsLedger() bool { return c.Live || c.StateDir != "" }

// changes reports whether a case of the run may change a volume that its fixture names.
func (c *Config) changes() bool {
	return len(c.Fixture.volumes()) > 0 &&
		slices.ContainsFunc(c.Cases, func(asked Case) bool { return asked.Harm >= HarmDetaches && asked.Harm <= c.Harm })
}

// remind says which volumes of the endpoint an earlier run left changed, by any ledger of this machine, and how to put
// them back.
func (k *custody) remind() {
	own, err := ledgerIn(k.run.StateDir)
	if err == nil {
		own.dir, err = filepath.Abs(own.dir)
	}
	if err != nil {
		k.unknown(err)
		return
	}
	dirs, err := Ledgers()
	if err != nil {
		k.unknown(err)
	}
	for _, dir := range appendNew([]string{own.dir}, dirs...) {
		if err := k.remindOf(dir); err != nil {
			k.unknown(err)
		}
	}
	for _, text := range k.notices {
		k.note(text)
	}
}

func (k *custody) unknown(err error) {
	k.notices = append(k.notices, k.run.mask.text("What an earlier run may have left changed is not known: "+err.Error()+"."))
}

// remindOf does so for the ledger in a directory.
func (k *custody) remindOf(dir string) error {
	kept, entries, err := leftOf(dir, k.run.Endpoint)
	if err != nil {
		return err
	}
	for _, e := range entries {
		held, err := kept.lock(e.Endpoint, e.Volume)
		if errors.As(err, new(*HeldError)) { // a run is at work on it
			continue
		}
		if err == nil {
			held.release()
		}
		k.notices = append(k.notices, fmt.Sprintf("%s was left changed by a run of %s, and this run puts nothing back: %s does.",
			capital(e.String()), e.Since.Format(time.RFC3339), restoring(e.Endpoint, dir)))
	}
	return nil
}

// restoring is the command that puts back the volumes of an endpoint, by the ledger in a directory.
func restoring(endpoint, dir string) string {
	command := "scp-conformance restore --endpoint " + endpoint
	if usual, err := DefaultStateDir(); dir != "" && (err != nil || dir != usual) {
		command += " --state-dir " + dir
	}
	return command
}

func (f Fixture) volumes() []string {
	return slices.DeleteFunc([]string{f.Volume, f.SpareVolume, f.SharedVolume, f.OSVolume}, func(id string) bool { return id == "" })
}

// lock locks the volumes, and sees to it that the ledger can be read.
func (k *custody) lock() error {
	var err error
	if k.ledger, err = ledgerIn(k.run.StateDir); err != nil {
		return err
	}
	if err := k.ledger.create(); err != nil {
		return err
	}
	for _, volume := range k.run.Fixture.volumes() {
		held, err := k.ledger.lock(k.run.Endpoint, volume)
		if err != nil {
			return err
		}
		k.locks = append(k.locks, held)
		dir, err := k.ledger.elsewhere(k.run.Endpoint, volume)
		if err != nil {
			return err
		}
		if dir != "" {
			return fmt.Errorf("an earlier run left volume %s changed: put it back with %s", volume, restoring(k.run.Endpoint, dir))
		}
	}
	entries, err := k.ledger.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		if k.holds(e) && !sameService(e.Endpoint, k.run.Endpoint) {
			return fmt.Errorf("an earlier run left %s changed: put it back with %s", e, restoring(e.Endpoint, k.run.StateDir))
		}
	}
	return nil
}

// holds reports whether the run has locked the volume of an entry.
func (k *custody) holds(e entry) bool {
	return slices.ContainsFunc(k.run.Fixture.volumes(), func(volume string) bool {
		return volumeKey(k.run.Endpoint, volume) == volumeKey(e.Endpoint, e.Volume)
	})
}

// recover puts back what runs left changed that did not come to their end.
func (k *custody) recover(ctx context.Context) error {
	entries, err := k.ledger.entries()
	if err != nil {
		return err
	}
	var errs []error
	since := time.Now() // what a killed run asked for last may not be shown yet
	for _, e := range entries {
		if !sameService(e.Endpoint, k.run.Endpoint) {
			continue
		}
		said, err := k.restore(ctx, e, since)
		switch {
		case errors.As(err, new(*HeldError)): // it has not come to its end
		case errors.As(err, new(silentError)):
			return err // nor would the others be put back
		case err != nil:
			errs = append(errs, err)
		default:
			k.putBack = append(k.putBack, said)
			k.note(said)
		}
	}
	return errors.Join(errs...)
}

// restore puts one volume back that an earlier run left changed, drops its entry, and says what it did. The run
// changed nothing after since.
func (k *custody) restore(ctx context.Context, e entry, since time.Time) (said string, err error) {
	if !k.holds(e) {
		held, err := k.ledger.lock(e.Endpoint, e.Volume)
		if err != nil {
			return "", fmt.Errorf("%s cannot be put back: %w", e, err)
		}
		defer held.release()
		if !k.ledger.has(e) { // who held it put it back
			return fmt.Sprintf("%s is as it was before.", capital(e.String())), nil
		}
	}
	ctx, cancel := context.WithTimeout(ctx, k.run.Settle)
	defer cancel()
	changed, err := k.run.putBack(ctx, e, since)
	if err != nil {
		return "", fmt.Errorf("%s was left changed by a run of %s, and could not be put back: %w (the ledger keeps it: %s)",
			e, e.Since.Format(time.RFC3339), err, k.ledger.path(e))
	}
	if err := k.ledger.remove(e); err != nil {
		return "", err
	}
	if changed {
		return fmt.Sprintf("%s was left changed by a run of %s. It was put back: it is attached to %s.",
			capital(e.String()), e.Since.Format(time.RFC3339), serversText(e.Attached)), nil
	}
	return fmt.Sprintf("%s is as it was before a run of %s that did not come to its end: attached to %s.",
		capital(e.String()), e.Since.Format(time.RFC3339), serversText(e.Attached)), nil
}

// look finds out what the volumes are attached to. Of a live endpoint, one that is not fit to be tried is an error.
func (k *custody) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, k.run.Settle)
	defer cancel()
	f := k.run.Fixture
	for _, id := range f.volumes() {
		shown, err := k.run.atRest(ctx, id)
		if err != nil && !k.run.Live {
			continue // the cases say more, and nobody's volume comes to harm
		}
		if err == nil && k.run.Live {
			err = f.unfit(shown)
		}
		if err != nil {
			return fmt.Errorf("set-up: volume %s cannot be tried: %w", id, err)
		}
		e := entry{Endpoint: k.run.Endpoint, Volume: id, Since: moment(k.run.Clock()), Attached: serversOf(shown), Servers: []string{}}
		for _, server := range []string{f.Server, f.OtherServer} {
			if server != "" && id != f.OSVolume {
				e.Servers = append(e.Servers, server)
			}
		}
		k.found = append(k.found, e)
	}
	return nil
}

// unfit says why a volume of the fixture is not one that the suite may attach and detach.
func (f Fixture) unfit(v *volumes.Volume) error {
	allowed := []string{f.Server}
	switch v.ID {
	case f.OSVolume:
		return nil // it is never detached by a server that is in order
	case f.SharedVolume:
		allowed = append(allowed, f.OtherServer)
	}
	switch {
	case bootable(v):
		return errors.New("an OS starts from it; name a data volume")
	case !Available(v) && !InUse(v):
		return fmt.Errorf("its state is %q, and it has to be available or in-use", v.State)
	case InUse(v) != (len(v.Servers) > 0):
		return fmt.Errorf("its state is %q, and it is attached to %s", v.State, serversText(serversOf(v)))
	}
	for _, s := range v.Servers {
		if !slices.ContainsFunc(allowed, func(server string) bool { return strings.EqualFold(server, s.ID) }) {
			return fmt.Errorf("it is attached to server %s, which the run does not name for it", s.ID)
		}
	}
	return nil
}

// watch is the transport of a case that may change the fixture: before the first change, the ledger is written.
func (k *custody) watch(base http.RoundTripper) http.RoundTripper {
	if k.ledger == nil {
		return base
	}
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if req.Method == http.MethodGet && !detachPath.MatchString(req.URL.EscapedPath()) {
			return base.RoundTrip(req)
		}
		if err := k.begin(); err != nil {
			if req.Body != nil {
				req.Body.Close()
			}
			return nil, err
		}
		defer k.changed()
		return base.RoundTrip(req)
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// begin writes the ledger, once.
func (k *custody) begin() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.refusal != nil {
		return k.refusal
	}
	k.last = time.Now()
	if k.begun {
		return nil
	}
	k.begun = true
	for _, e := range k.found {
		if err := k.ledger.put(e); err != nil {
			k.trouble = append(k.trouble, err.Error())
			k.refusal = CannotJudge(CodeSetup, "%w", err)
			return k.refusal
		}
	}
	return nil
}

func (k *custody) changed() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last = time.Now()
}

func (k *custody) refuse(err error) {
	err = k.run.mask.error(err)
	k.mu.Lock()
	defer k.mu.Unlock()
	k.trouble = append(k.trouble, err.Error())
	k.refusal = CannotJudge(CodeSetup, "%w", err)
}

// refused is why no case may change anything, or nil.
func (k *custody) refused() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.refusal
}

// graceful is how long a run that is interrupted may take to put its volumes back. Kubernetes kills a container
// 30 s after it asked it to end.
const graceful = 20 * time.Second

// giveBack puts the volumes back as they were found, however the run ended, and lets go of them.
func (k *custody) giveBack(ctx context.Context) {
	defer func() {
		for _, held := range k.locks {
			held.release()
		}
	}()
	k.mu.Lock()
	begun, last := k.begun, k.last
	k.mu.Unlock()
	if !begun {
		return
	}
	limit := k.run.Settle
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		limit = min(limit, graceful)
	case k.run.waits.hopeless(): // nor will it do this
		limit = min(limit, usual)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	var working sync.WaitGroup
	for _, e := range k.found {
		working.Go(func() {
			if !k.ledger.has(e) {
				return
			}
			_, err := k.run.putBack(ctx, e, last)
			if err == nil {
				err = k.ledger.remove(e)
			} else {
				err = k.run.mask.error(fmt.Errorf("volume %s could not be put back: %w; put it back with %s", e.Volume, err, restoring(e.Endpoint, k.run.StateDir)))
			}
			if err != nil {
				k.mu.Lock()
				defer k.mu.Unlock()
				k.trouble = append(k.trouble, err.Error())
			}
		})
	}
	working.Wait()
}

// tell says in a report what became of the fixture.
func (k *custody) tell(report *Report) {
	report.PutBack, report.Notices = k.putBack, append(report.Notices, k.notices...)
	for _, volume := range k.run.fixtures[0].attachments.strayed {
		if !k.run.keepsLedger() { // nobody else knows the endpoint
			break
		}
		report.Notices = append(report.Notices, fmt.Sprintf("Volume %s was attached or detached during the run, and not by the run: "+
			"by the endpoint, which is at fault then, or by somebody else who uses it. If somebody does, ask again without them.", volume))
	}
	if len(k.trouble) == 0 || report.Trouble != nil && report.Trouble.Kind == TroubleKeys {
		return
	}
	text := sentences(k.trouble)
	if report.Trouble != nil && report.Trouble.Kind == TroubleStopped {
		text = report.Trouble.Text + " " + text
	}
	report.Trouble = &Trouble{TroubleFixture, text}
}

func (k *custody) note(text string) {
	if k.run.OnNote != nil {
		k.run.OnNote(text)
	}
}

// sentences begins each text with a capital, and ends it with a full stop.
func sentences(texts []string) string {
	var list []string
	for _, text := range texts {
		list = append(list, capital(strings.TrimSuffix(text, "."))+".")
	}
	return strings.Join(list, " ")
}

func capital(text string) string { return strings.ToUpper(text[:1]) + text[1:] }

func serversOf(v *volumes.Volume) []string {
	servers := []string{}
	for _, s := range v.Servers {
		servers = append(servers, s.ID)
	}
	slices.Sort(servers)
	return slices.Compact(servers)
}

func serversText(servers []string) string {
	if len(servers) == 0 {
		return "no server"
	}
	return "server " + strings.Join(servers, " and server ")
}
