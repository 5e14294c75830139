package cases

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// drifted reports whether the endpoint recommends a version that is newer than every document. What it
// answers without a version header is then only noted: no document says how that version answers.
func drifted(ctx context.Context, t *conformance.Trial, newest lifecycle.ID) bool {
	l, err := listed(ctx, t)
	if err != nil {
		return false
	}
	recommended, ok := l.table.At(t.Day()).Recommended()
	if !ok || recommended.ID.Compare(newest) <= 0 {
		return false
	}
	t.Note("the endpoint's CURRENT version %s is newer than the documents, and answers requests without Scp-Api-Version", recommended.ID)
	return true
}

// versionAbsent compares a refusal in the newest version with one without a version header. The endpoint has
// to tell requests apart by what it answers, or the comparison shows nothing.
func versionAbsent(ctx context.Context, t *conformance.Trial) error {
	if err := t.AskedOnce(); err != nil {
		return err
	}
	newest, err := t.Newest()
	if err != nil {
		return err
	}
	if _, err := distinguishing(ctx, t); err != nil {
		return err
	}
	without := conformance.Request{
		By: newest, Pair: t.Unused(), Expect: conformance.ExpectRefused,
		About: "an unknown volume and server, without Scp-Api-Version", Change: pinnedTo(),
	}
	if drifted(ctx, t, newest) {
		e, err := t.Send(ctx, without)
		if err != nil || e.Refused() {
			return err
		}
		return refused(t, e, versionDefault)
	}
	difference, err := compare(ctx, t, conformance.Request{
		By: newest, Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown volume and server",
	}, without)
	switch {
	case err != nil:
		return err
	case difference.status:
		return difference.broken(versionDefault, "without Scp-Api-Version the answer is %s, in version %s it is %s",
			conformance.StatusText(difference.other.Status), newest, conformance.StatusText(difference.one.Status))
	case difference.code:
		return difference.broken(versionDefault, "without Scp-Api-Version the refusal has the code %q, in version %s it has %q",
			conformance.ErrorCode(difference.other.Body), newest, conformance.ErrorCode(difference.one.Body))
	}
	unknown, err := t.Send(ctx, unknownVersion(t))
	if err == nil && conformance.Same(difference.other, unknown) {
		err = conformance.Skipped("a request without Scp-Api-Version is refused in the same words as one for an unknown version; version-absent-detaches tells them apart")
	}
	return err
}

// unknownVersion is a request of unused IDs for a version that no service has.
func unknownVersion(t *conformance.Trial) conformance.Request {
	return conformance.Request{
		Pair: t.Unused(), Expect: conformance.ExpectRefused, About: "an unknown version", Change: pinnedTo(farAway),
	}
}

// fields are the names of the fields that a volume is shown with, in order.
type fields struct {
	names  []string
	answer conformance.Exchange
}

// lacks reports whether a volume was shown, and without a field that others have.
func (f fields) lacks(others fields) bool {
	return f.answer.Status == http.StatusOK && slices.ContainsFunc(others.names, func(name string) bool { return !slices.Contains(f.names, name) })
}

// versionAbsentShows compares the fields of a volume, of which newer versions have more.
func versionAbsentShows(ctx context.Context, t *conformance.Trial) error {
	if err := t.AskedOnce(); err != nil {
		return err
	}
	newest, err := t.Newest()
	if err != nil {
		return err
	}
	in, err := shownFields(ctx, t, newest, nil)
	if err != nil {
		return err
	}
	if in.answer.Status != http.StatusOK {
		return conformance.ShownBy(in.answer, conformance.CannotJudge(conformance.CodeSetup,
			"showing a volume in version %s was answered %s", newest, conformance.StatusText(in.answer.Status)))
	}
	without, err := shownFields(ctx, t, newest, pinnedTo())
	if err != nil {
		return err
	}
	switch {
	case drifted(ctx, t, newest) && without.lacks(in):
		return conformance.ShownBy(without.answer, conformance.Broken(versionFields, conformance.CodeVersionsDiffer,
			"without Scp-Api-Version a newer version than %s should answer, and a volume is shown with the fields %s, where %s has %s",
			newest, strings.Join(without.names, ", "), newest, strings.Join(in.names, ", ")))
	case drifted(ctx, t, newest):
		return conformance.NotApplicable("no document describes the version that answers without Scp-Api-Version")
	case without.answer.Status != http.StatusOK:
		return conformance.ShownBy(without.answer, conformance.Broken(versionDefault, conformance.CodeVersionRefused,
			"without Scp-Api-Version showing a volume was answered %s, in version %s 200 OK", conformance.StatusText(without.answer.Status), newest))
	case slices.Equal(in.names, without.names):
		return otherFields(ctx, t, in)
	}
	return conformance.ShownBy(without.answer, conformance.Broken(versionDefault, conformance.CodeVersionsDiffer,
		"without Scp-Api-Version a volume is shown with the fields %s, in version %s with %s",
		strings.Join(without.names, ", "), newest, strings.Join(in.names, ", ")))
}

// otherFields ends the case where no version shows other fields than the newest: any could have answered.
func otherFields(ctx context.Context, t *conformance.Trial, newest fields) error {
	for _, client := range gen.Clients() {
		other, err := shownFields(ctx, t, client.ID, nil)
		if err != nil {
			return err
		}
		if other.answer.Status == http.StatusOK && !slices.Equal(other.names, newest.names) {
			return nil
		}
	}
	return conformance.NotApplicable("every version shows a volume with the same fields")
}

// shownFields shows the fixture's volume in a version.
func shownFields(ctx context.Context, t *conformance.Trial, by lifecycle.ID, change func(*http.Request)) (fields, error) {
	volume := t.Fixture().Volume
	if err := t.Needs("volume", volume); err != nil {
		return fields{}, err
	}
	e, err := t.Send(ctx, conformance.Request{
		Operation: conformance.ShowVolume, Pair: conformance.Pair{Volume: volume}, By: by,
		Change: change, Expect: conformance.ExpectShown, About: "a volume of the fixture",
	})
	if err != nil || e.Status != http.StatusOK {
		return fields{answer: e}, err
	}
	var shown map[string]json.RawMessage
	if json.Unmarshal(e.Body, &shown) != nil || !shows(e, volume) {
		return fields{}, conformance.ShownBy(e, conformance.CannotJudge(conformance.CodeSetup, "showing volume %s was answered 200 with something else than that volume", volume))
	}
	return fields{names: slices.Sorted(maps.Keys(shown)), answer: e}, nil
}

// shows reports whether an answer shows a volume.
func shows(e conformance.Exchange, id string) bool {
	var shown volumes.Volume
	return e.Status == http.StatusOK && json.Unmarshal(e.Body, &shown) == nil && strings.EqualFold(shown.ID, id)
}

// detachUnversioned detaches the data volume without a version header, once for the cases about it.
func detachUnversioned(ctx context.Context, t *conformance.Trial) (detached, error) {
	const forever = 1 << 62
	if err := t.AskedOnce(); err != nil {
		return detached{}, err
	}
	return conformance.Shared(t, "one detach without a version", forever, func() (detached, error) {
		var seen detached
		var err error
		if seen.pair, err = t.Attached(ctx); err != nil {
			return seen, err
		}
		seen.answer, err = t.SendBusy(ctx, conformance.Request{
			Pair: seen.pair, Change: pinnedTo(), Expect: conformance.ExpectAccepted, About: "an attached volume, without Scp-Api-Version",
		})
		if err != nil || seen.answer.Status != http.StatusAccepted {
			return seen, err
		}
		seen.after, seen.away, err = t.AwaitDetached(ctx, seen.pair)
		return seen, err
	})
}

// versionAbsentDetaches judges the answer to the detach without a version header, beside one in the version.
func versionAbsentDetaches(ctx context.Context, t *conformance.Trial) error {
	seen, err := detachUnversioned(ctx, t)
	if err != nil {
		return err
	}
	if seen.answer.Status == http.StatusAccepted {
		return nil
	}
	newest, err := t.Newest()
	if err != nil {
		return err
	}
	if seen.answer.Refused() && drifted(ctx, t, newest) {
		return conformance.NotApplicable("no document describes the version that answers without Scp-Api-Version")
	}
	if err := detachWorks(ctx, t); err != nil {
		return err
	}
	if !seen.answer.Refused() {
		return accepted(t, seen.answer)
	}
	return conformance.ShownBy(seen.answer, conformance.Broken(versionDefault, conformance.CodeNotAccepted,
		"%s was answered %s, and in version %s a detach is accepted", seen.answer.About, conformance.StatusText(seen.answer.Status), t.Version()))
}
