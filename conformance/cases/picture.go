package cases

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// picture is every volume of the fixture as it was shown at one time, with all its properties.
type picture map[string]volumes.Volume

// deviation is what of a volume is not as it was.
type deviation struct {
	volume string
	// kind tells apart what is one fact each: "servers", "state", "property", "device", "since", "modified".
	kind, text string
}

// lookingGlass is the version to look at volumes with: the newest, which shows the most, unless it was seen not to
// show any.
func lookingGlass(t *conformance.Trial) side {
	newest, err := t.Newest()
	if err != nil || blindOf(t).Load() {
		newest = t.Version()
	}
	return inVersion(newest)
}

// blindOf tells whether the newest version was seen to show no volume that another one shows.
func blindOf(t *conformance.Trial) *atomic.Bool {
	return conformance.OfRun(t, "the newest version shows nothing", func() *atomic.Bool { return new(atomic.Bool) })
}

// lookFor shows a volume until it is as it should be, for as long as a look may lag behind.
func lookFor(ctx context.Context, t *conformance.Trial, volume string, done func(*volumes.Volume) bool) (*volumes.Volume, bool, error) {
	with := lookingGlass(t)
	shown, ok, err := with.await(ctx, t, volume, t.ConfirmFor(), done)
	if err == nil || with.by == t.Version() {
		return shown, ok, err
	}
	if shown, ok, other := inVersion(t.Version()).await(ctx, t, volume, t.ConfirmFor(), done); other == nil {
		blindOf(t).Store(true)
		return shown, ok, nil
	}
	return shown, ok, err
}

// fixtureVolumes are the volumes that the fixture names.
func fixtureVolumes(t *conformance.Trial) []string {
	f := t.Fixture()
	return slices.DeleteFunc([]string{f.Volume, f.SpareVolume, f.SharedVolume, f.OSVolume}, func(id string) bool { return id == "" })
}

// takePicture shows volumes of the fixture, all of them where none is named. One that is not at rest where it should be is left out: that is
// for detach-nothing-else to judge. A look may lag behind: one that shows something else is confirmed.
func takePicture(ctx context.Context, t *conformance.Trial, ids ...string) (picture, error) {
	taken := picture{}
	if len(ids) == 0 {
		ids = fixtureVolumes(t)
	}
	for _, id := range ids {
		want, known := t.ShouldBeAt(id)
		shown, ok, err := lookFor(ctx, t, id, func(v *volumes.Volume) bool {
			return !conformance.Moving(v) && (!known || slices.Equal(serversOf(v), want))
		})
		switch {
		case err != nil && conformance.VerdictOf(err) == conformance.Inconclusive && seemsDeleted(err):
		case err != nil:
			return nil, err
		case ok:
			taken[id] = *shown
		}
	}
	return taken, nil
}

// deviations compares the volumes with how they are now, apart from what operations that were accepted for some
// pairs may change: that attachment, and the state and the time of the last change of that volume. A look may lag
// behind: one that differs is confirmed.
func (p picture) deviations(ctx context.Context, t *conformance.Trial, by ...conformance.Pair) ([]deviation, error) {
	steady := conformance.OfRun(t, "unsteady times", func() *unsteady { return &unsteady{volumes: map[string]bool{}} })
	var found []deviation
	for _, id := range slices.Sorted(maps.Keys(p)) {
		was := p[id]
		compare := func(v *volumes.Volume) deviation {
			d := changed(was, *v, by)
			if d.kind == "modified" && steady.has(id) {
				return deviation{}
			}
			return d
		}
		shown, same, err := lookFor(ctx, t, id, func(v *volumes.Volume) bool { return compare(v).kind == "" })
		switch {
		case err != nil && seemsDeleted(err):
			e, _ := conformance.ExchangeOf(err)
			found = append(found, deviation{id, "deleted", "showing it is answered " + conformance.StatusText(e.Status)})
		case err != nil:
			return found, err
		case !same:
			d := compare(shown)
			if d.kind == "modified" {
				steady.add(id)
			} else {
				t.Confirmed()
				t.Relearn(shown) // one finding is enough
			}
			found = append(found, d)
		}
	}
	return found, nil
}

// judge makes findings of differences: text says what was done, and clause forbids the change. What was touched
// is for form-modified, and what else an accepted operation did for detach-nothing-else, where these are asked.
func judge(t *conformance.Trial, found []deviation, clause conformance.Clause, e conformance.Exchange, format string, args ...any) error {
	for _, d := range found {
		text := fmt.Sprintf(format, args...)
		err := conformance.Broken(clause, conformance.CodeChanged, "%s, and volume %s is not as before: %s", text, d.volume, d.text)
		if d.kind == "modified" {
			err = conformance.Broken(showModified, conformance.CodeChanged, "%s, and volume %s is shown with another modified_at: %s", text, d.volume, d.text)
		}
		if clause.ID == detachOnly.ID {
			err = conformance.Distinct(err, d.kind)
		}
		if e.URL != "" {
			err = conformance.ShownBy(e, err)
		}
		if err = t.LeaveTo(err); err != nil {
			return err
		}
	}
	return nil
}

// unsteady are the volumes whose modified_at is no time of a change: it was seen to move by itself. What more it
// says is not looked at.
type unsteady struct {
	mu      sync.Mutex
	volumes map[string]bool
}

func (u *unsteady) has(id string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.volumes[id]
}

func (u *unsteady) add(id string) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.volumes[id] = true
}

// seemsDeleted reports whether showing a volume was answered as it is for one that is not there.
func seemsDeleted(err error) bool {
	e, answered := conformance.ExchangeOf(err)
	return answered && slices.Contains([]int{http.StatusBadRequest, http.StatusNotFound, http.StatusGone}, e.Status)
}

// changed is what of a volume is not as it was, apart from what operations on pairs may change.
func changed(was, is volumes.Volume, by []conformance.Pair) deviation {
	touched := false
	var servers []string
	for _, p := range by {
		if strings.EqualFold(p.Volume, was.ID) {
			touched, servers = true, append(servers, strings.ToLower(p.Server))
		}
	}
	own := func(server string) bool { return slices.Contains(servers, strings.ToLower(server)) }
	at, now := slices.DeleteFunc(serversOf(&was), own), slices.DeleteFunc(serversOf(&is), own)
	d := func(kind, format string, args ...any) deviation {
		return deviation{was.ID, kind, fmt.Sprintf(format, args...)}
	}
	switch {
	case !slices.Equal(at, now):
		return d("servers", "it is attached to %s, and was to %s", list(serversOf(&is)), list(serversOf(&was)))
	case !touched && conformance.State(&was) != conformance.State(&is):
		return d("state", "it is %s, and was %s", is.State, was.State)
	}
	if name := changedProperty(was, is); name != "" {
		return d("property", "it has another %s", name)
	}
	for _, a := range was.Servers {
		for _, b := range is.Servers {
			switch {
			case a.ID != b.ID || own(a.ID):
			case textOf(a.Device) != textOf(b.Device):
				return d("device", "at server %s it has the device %s, and had %s", a.ID, textOf(b.Device), textOf(a.Device))
			case textOf(a.AttachedAt) != textOf(b.AttachedAt):
				return d("since", "it is attached to server %s since %s, and was since %s", a.ID, textOf(b.AttachedAt), textOf(a.AttachedAt))
			}
		}
	}
	if !touched && textOf(was.ModifiedAt) != textOf(is.ModifiedAt) {
		return d("modified", "it is %s, and was %s", textOf(is.ModifiedAt), textOf(was.ModifiedAt))
	}
	return deviation{}
}

// textOf is a text that may be null.
func textOf(text *string) string {
	if text == nil {
		return "null"
	}
	return fmt.Sprintf("%.60q", *text)
}

// changedProperty names a property that a volume has whatever it is attached to, and that changed. What one of
// two versions does not show did not change.
func changedProperty(was, is volumes.Volume) string {
	a, b := reflect.ValueOf(was), reflect.ValueOf(is)
	for i := range a.NumField() {
		field := a.Type().Field(i)
		if slices.Contains([]string{"State", "Servers", "ModifiedAt"}, field.Name) {
			continue
		}
		name, omitted, _ := strings.Cut(field.Tag.Get("json"), ",")
		if omitted == "omitempty" && (a.Field(i).IsNil() || b.Field(i).IsNil()) {
			continue
		}
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			return name
		}
	}
	return ""
}
