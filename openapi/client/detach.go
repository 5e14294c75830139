package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// How DetachAndWait waits.
const (
	// MaxWait limits DetachAndWait where its context has no deadline.
	MaxWait = 10 * time.Minute

	firstPause   = 100 * time.Millisecond
	longestPause = 10 * time.Second
	confirmPause = 500 * time.Millisecond // between two looks that prove the volume away
	lostAnswer   = 30 * time.Second       // how long a volume is watched after no answer to a detach came
)

// Why DetachAndWait requested no detach, for [errors.Is].
var (
	// ErrOSVolume is returned for a volume that an OS starts from: the service does not detach it [seed].
	ErrOSVolume = errors.New("an OS starts from it")
	// ErrNotAttached is returned if there is nothing to detach. An earlier call may have done it.
	ErrNotAttached = errors.New("it is not attached to that server")
)

// A DetachOption changes how DetachAndWait works.
type DetachOption func(*detachment)

// BootableAt lets a bootable volume be detached if the service shows it at this device of the server,
// such as /dev/vdb: a data disk with a boot loader on it. The first disk of a server (vda, sda, xvda,
// hda) is its OS device [assumed], and is never detached.
func BootableAt(device string) DetachOption {
	return func(d *detachment) { d.bootableAt = device }
}

// WithProgress calls report after each look at the volume and after each request to detach it.
func WithProgress(report func(Progress)) DetachOption {
	return func(d *detachment) {
		if report != nil {
			d.report = report
		}
	}
}

// Progress is how far a detach has come.
type Progress struct {
	Requests int   // for a detach, so far
	State    State // of the volume when it was last shown; empty before
	Attached bool  // whether it was shown at the server then
	Err      error // of the last look or request, if it failed
}

// Steps are the calls that a careful detach is made of.
type Steps struct {
	// Show returns the answer to showing the volume.
	Show func(context.Context) (*http.Response, error)
	// Detach requests the detach, and returns nil when it was accepted.
	Detach func(context.Context) error
}

// detachment is one careful detach.
type detachment struct {
	Steps
	volumeID, serverID string
	bootableAt         string
	report             func(Progress)

	progress Progress
	away     int // how many looks in a row proved the volume away
	pause    time.Duration
}

// DetachAndWait detaches a volume and returns nil when it is away from the server; that a detach was
// accepted (202) says only that it began.
//
// It shows the volume first and waits for a change that is under way. It refuses a volume that an OS
// starts from (ErrOSVolume) or that is not attached to the server (ErrNotAttached). Then it requests the
// detach, and does so again after a 409, a 429 or a 5xx while the volume is still attached: these are
// common for seconds after a neighbouring operation [field]. It shows the volume, less and less often,
// until it was away twice in a row, or until a 404 after the 202 says that it no longer exists.
//
// After any other refusal, or if no answer came, DetachAndWait looks at the volume again: if it is away,
// an earlier attempt detached it, which counts as success; otherwise it returns the refusal. It gives up
// when ctx ends, or after MaxWait if ctx has no deadline.
//
// DetachAndWait cannot look into the guest. Unmount the volume there, or set its disk offline,
// beforehand, or the server may hang [seed].
func DetachAndWait(ctx context.Context, volumeID, serverID string, steps Steps, opts ...DetachOption) error {
	d := &detachment{
		Steps: steps, volumeID: volumeID, serverID: serverID,
		report: func(Progress) {}, pause: firstPause,
	}
	err := Before(ctx, Param{"volume_id", volumeID}, Param{"server_id", serverID})
	switch {
	case err != nil:
		return fmt.Errorf("no detach was requested: %w", err)
	case steps.Show == nil || steps.Detach == nil:
		return errors.New("no detach was requested: the function to show or to detach the volume is nil")
	}
	for i, opt := range opts {
		if opt == nil {
			return fmt.Errorf("no detach was requested: option %d is nil", i+1)
		}
		opt(d)
	}
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, MaxWait)
		defer cancel()
	}
	if err := d.poll(ctx, d.ready); err != nil {
		return fmt.Errorf("no detach of volume %q from server %q was requested: %w", volumeID, serverID, err)
	}
	return d.run(ctx)
}

// run requests the detach until it is done or refused.
func (d *detachment) run(ctx context.Context) error {
	for {
		refused := d.request(ctx)
		judge, again := d.accepted, false
		switch {
		case refused == nil:
			d.pause = firstPause
		case ctx.Err() != nil:
			return refused
		case passing(refused):
			again = true
			judge = d.attachedStill
			if err := d.sleep(ctx); err != nil {
				return fmt.Errorf("%w; %w", refused, err)
			}
		case isRefusal(refused):
			judge = d.awayOrRefused
		default:
			d.pause = firstPause
			judge = d.lost(time.Now())
		}
		err := d.poll(ctx, judge)
		switch {
		case again && errors.Is(err, errAttached):
			continue
		case err == nil:
			return nil
		case refused == nil:
			return fmt.Errorf("the detach of volume %q from server %q was accepted, but: %w", d.volumeID, d.serverID, err)
		}
		return fmt.Errorf("%w; then: %w", refused, err)
	}
}

func (d *detachment) request(ctx context.Context) error {
	err := d.Detach(ctx)
	d.progress.Requests++
	d.progress.Err = err
	d.report(d.progress)
	return err
}

// errAttached ends a poll after a refusal: the volume is at the server as before.
var errAttached = errors.New("the volume is still attached to the server")

// A judgement says of a look whether the poll is over, and with what error.
type judgement func(v *volume, err error) (over bool, result error)

// ready waits until the volume is at rest, and says whether it may be detached.
func (d *detachment) ready(v *volume, err error) (bool, error) {
	switch {
	case err != nil && passing(err):
		return false, nil
	case err != nil:
		return true, err
	case v.State.Moving():
		return false, nil
	}
	device, attached := v.device(d.serverID)
	if !attached {
		return d.isAway(v), ErrNotAttached
	}
	switch {
	case v.Bootable == nil:
		return true, errors.New("the service does not say whether an OS starts from it")
	case *v.Bootable && (d.bootableAt == "" || device != d.bootableAt || isFirstDisk(device)):
		return true, ErrOSVolume
	}
	return true, nil
}

// isFirstDisk reports whether a device is where a server's OS is [assumed].
func isFirstDisk(device string) bool {
	return slices.Contains([]string{"vda", "sda", "xvda", "hda"}, strings.TrimPrefix(device, "/dev/"))
}

// accepted waits, after a 202, until the volume is away. Right after it the volume may still be shown
// as it was.
func (d *detachment) accepted(v *volume, err error) (bool, error) {
	switch {
	case errors.Is(err, ErrNotFound):
		return true, nil // there is no volume left to be attached
	case err != nil:
		return isDefinite(err), err
	}
	return d.isAway(v), nil
}

// attachedStill waits, after a refusal that may pass, until the volume is away, or at rest at the
// server. While it is moving, somebody's detach is under way: perhaps this one, perhaps that of another
// server of the same volume.
func (d *detachment) attachedStill(v *volume, err error) (bool, error) {
	if err != nil {
		return isDefinite(err), err
	}
	if _, attached := v.device(d.serverID); attached && !v.State.Moving() {
		return true, errAttached
	}
	return d.isAway(v), nil
}

// awayOrRefused decides, after a definite refusal, whether the volume is away all the same.
func (d *detachment) awayOrRefused(v *volume, err error) (bool, error) {
	switch {
	case err != nil:
		return true, err
	case !v.provesAway(d.serverID):
		return true, fmt.Errorf("the volume is %q, not proved away from the server", v.State)
	}
	return d.isAway(v), nil
}

// lost watches a volume after no answer to the detach came: it may be under way, and looks may be stale.
func (d *detachment) lost(since time.Time) judgement {
	return func(v *volume, err error) (bool, error) {
		over := time.Since(since) >= lostAnswer
		switch {
		case err != nil:
			return over || isDefinite(err), err
		case v.State.Moving():
			return false, nil
		case over && !v.provesAway(d.serverID):
			return true, errAttached
		}
		return d.isAway(v), nil
	}
}

// isAway reports whether this look and the one before it prove the volume away.
func (d *detachment) isAway(v *volume) bool {
	if !v.provesAway(d.serverID) {
		d.away = 0
		return false
	}
	d.away++
	return d.away >= 2
}

// poll shows the volume, less and less often, until judge says that it is over.
func (d *detachment) poll(ctx context.Context, judge judgement) error {
	d.away = 0
	for {
		v, err := d.look(ctx)
		if err == nil && v.State.Failed() {
			return fmt.Errorf("the volume is in state %q: see what is wrong with it first", v.State)
		}
		if err != nil {
			d.away = 0
		}
		if over, result := judge(v, err); over {
			return result
		}
		if stopped := d.sleep(ctx); stopped != nil {
			if err != nil {
				return fmt.Errorf("%w; when last shown: %w", stopped, err)
			}
			return fmt.Errorf("%w; when last shown it was %q", stopped, v.State)
		}
	}
}

func (d *detachment) look(ctx context.Context) (*volume, error) {
	resp, err := d.Show(ctx) //nolint:bodyclose // readVolume closes it
	var v *volume
	if err == nil {
		v, err = readVolume(d.volumeID, resp)
	}
	d.progress.Err = err
	if err != nil {
		d.report(d.progress)
		return nil, fmt.Errorf("show the volume: %w", withoutURL(err))
	}
	d.progress.State = v.State
	_, d.progress.Attached = v.device(d.serverID)
	d.report(d.progress)
	return v, nil
}

// sleep waits before the next look, twice as long each time.
func (d *detachment) sleep(ctx context.Context) error {
	pause := d.pause
	if d.away > 0 {
		pause = confirmPause
	} else {
		d.pause = min(2*d.pause, longestPause)
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("the wait ended: %w", context.Cause(ctx))
	}
}

// passing reports whether an answer is likely to be another soon: 409, 429 and 5xx.
func passing(err error) bool {
	var answer *Error
	if !errors.As(err, &answer) {
		return false
	}
	return answer.StatusCode == http.StatusConflict || answer.StatusCode == http.StatusTooManyRequests ||
		answer.StatusCode >= http.StatusInternalServerError
}

// isDefinite reports whether an error of a show is the endpoint's last word, or ours: not one that may
// pass, and not a lost answer.
func isDefinite(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.StatusCode != 0 && !passing(err) || neverSent(err)
}

// isRefusal reports whether an error of a detach says that it was not accepted, and will not be. A
// success other than 202 says no such thing.
func isRefusal(err error) bool {
	var answer *Error
	return errors.As(err, &answer) && answer.StatusCode >= http.StatusMultipleChoices && !passing(err) || neverSent(err)
}

// neverSent reports whether an error stopped a request in this program.
func neverSent(err error) bool {
	var id *IDError
	var host *signing.HostError
	return errors.As(err, &id) || errors.As(err, &host) || errors.Is(err, ErrNotOpen)
}
