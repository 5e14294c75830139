package cases

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// versionSameShown compares how a version shows volumes with how the newest version does. It shows each volume of
// the fixture in both, and looks back at all that the other cases were shown.
func versionSameShown() conformance.Case {
	return conformance.Case{
		ID: "version-same-shown", Family: familyVersion,
		Summary: "a volume is shown as in the newest version, at all times; without Scp-Api-Version, too",
		Clauses: []conformance.Clause{versionSame, versionDefault},
		Harm:    conformance.HarmReads,
		Watch: func(t *conformance.Trial, e conformance.Exchange) error {
			appearancesOf(t).see(e)
			return nil // what it looked like before and after decides
		},
		Ask: func(ctx context.Context, t *conformance.Trial) error {
			here, newest, clause, err := comparedSides(ctx, t)
			if err != nil {
				return err
			}
			all := fixtureVolumes(t)
			if len(all) == 0 {
				return conformance.Skipped("the fixture names no volume to show")
			}
			if !t.Turn() {
				all = all[:1]
			}
			for _, id := range all {
				if err := sameShown(ctx, t, here, newest, id, clause); err != nil {
					return err
				}
			}
			return appearancesOf(t).judge(here, newest, clause)
		},
	}
}

// comparedSides are the version of the trial and the newest one, which the others are compared with. In its own
// trial the newest is compared with what is shown without a version.
func comparedSides(ctx context.Context, t *conformance.Trial) (here, newest side, clause conformance.Clause, err error) {
	id, err := t.Newest()
	if err != nil {
		return here, newest, clause, err
	}
	newest = inVersion(id)
	switch {
	case id != t.Version():
		return inVersion(t.Version()), newest, versionSame, nil
	case drifted(ctx, t, id):
		return here, newest, clause, conformance.NotApplicable("it is the newest version, and no document describes the one that answers without Scp-Api-Version")
	}
	return side{name: "without Scp-Api-Version", by: id, change: pinnedTo()}, newest, versionDefault, nil
}

// sameShown compares what two sides show of a volume. Either look may lag behind, or something may happen between
// them: a difference is confirmed by others.
func sameShown(ctx context.Context, t *conformance.Trial, here, newest side, id string, clause conformance.Clause) error {
	there, err := newest.show(ctx, t, id)
	if err != nil {
		return err
	}
	var failed error
	var d deviation
	shown, same, err := here.await(ctx, t, id, t.ConfirmFor(), func(v *volumes.Volume) bool {
		if there, failed = newest.show(ctx, t, id); failed != nil {
			return true
		}
		d = changed(*there, *v, nil)
		return d.kind == "" || d.kind == "modified"
	})
	if err != nil || failed != nil {
		return errors.Join(err, failed)
	}
	if !same {
		return conformance.Broken(clause, conformance.CodeVersionsDiffer, "volume %s is shown differently %s (%s at %s) and %s (%s at %s): %s",
			id, here.name, shown.State, list(serversOf(shown)), newest.name, there.State, list(serversOf(there)), d.text)
	}
	return nil
}

// appearances are how volumes were shown in a run: by the volume, and by the version header of the request, which
// may be absent.
type appearances struct {
	mu   sync.Mutex
	of   map[appeared][]*appearance
	read map[string]map[string]any // the properties in a body, which is mostly the same as before
}

type appeared struct{ volume, header string }

// appearance is one answer that shows a volume.
type appearance struct {
	asked, answered time.Time
	// properties are those that no attach and no detach changes. modified_at is set or null, no matter to what.
	properties map[string]any
	exchange   conformance.Exchange
}

func appearancesOf(t *conformance.Trial) *appearances {
	return conformance.OfRun(t, "appearances", func() *appearances {
		return &appearances{of: map[appeared][]*appearance{}, read: map[string]map[string]any{}}
	})
}

// see keeps an answer that shows a volume as it should.
func (a *appearances) see(e conformance.Exchange) {
	header := e.RequestHeader.Values("Scp-Api-Version")
	if e.Status != http.StatusOK || e.Expected != conformance.ExpectShown || e.Err != "" || len(header) > 1 || !asks(e, opShow) {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	id := strings.ToLower(idOf(e))
	properties, known := a.read[id+string(e.Body)]
	if !known {
		properties = lastingProperties(e)
		a.read[id+string(e.Body)] = properties
	}
	if properties == nil {
		return // which form-show judges
	}
	key := appeared{id, strings.Join(header, "")}
	a.of[key] = append(a.of[key], &appearance{e.Started, e.Started.Add(time.Duration(e.Duration)), properties, e})
}

// lastingProperties are the documented properties that an answer shows, apart from those that an attach or a detach
// changes. It is nil where the answer shows another volume, or none.
func lastingProperties(e conformance.Exchange) map[string]any {
	var shown map[string]any
	if json.Unmarshal(e.Body, &shown) != nil || !shows(e, idOf(e)) {
		return nil
	}
	documented := operationOf(e).Responses.Status(http.StatusOK).Value.Content.Get("application/json").Schema.Value.Properties
	properties := map[string]any{}
	for name := range documented {
		value, is := shown[name]
		switch {
		case !is || slices.Contains([]string{"id", "state", "servers"}, name):
		case name == "modified_at":
			properties[name] = value != nil
		default:
			properties[name] = value
		}
	}
	return properties
}

// judge finds a property that here has another value than in the newest version both before and after.
func (a *appearances) judge(here, newest side, clause conformance.Clause) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	for key, looks := range a.of {
		if key.header != here.header() {
			continue
		}
		reference := slices.SortedFunc(slices.Values(a.of[appeared{key.volume, newest.header()}]), func(one, other *appearance) int {
			return one.asked.Compare(other.asked)
		})
		for _, look := range looks {
			if name := look.departs(lookedAround(reference, look)); name != "" {
				return conformance.ShownBy(look.exchange, conformance.Broken(clause, conformance.CodeVersionsDiffer,
					"volume %s is shown %s with another %s than it is %s before and after", key.volume, here.name, name, newest.name))
			}
		}
	}
	return nil
}

// lookedAround are the last of several looks, in order, that was over before another one, and the first that began
// after it; nil where there is none.
func lookedAround(looks []*appearance, at *appearance) (before, after *appearance) {
	i, _ := slices.BinarySearchFunc(looks, at.asked, func(l *appearance, asked time.Time) int { return l.asked.Compare(asked) })
	for j := i - 1; j >= 0 && before == nil; j-- {
		if looks[j].answered.Before(at.asked) {
			before = looks[j]
		}
	}
	for ; i < len(looks) && after == nil; i++ {
		if looks[i].asked.After(at.answered) {
			after = looks[i]
		}
	}
	return before, after
}

// departs names the properties that a look shows with another value than two others, which agree.
func (l *appearance) departs(before, after *appearance) string {
	if before == nil || after == nil {
		return ""
	}
	var names []string
	for name, value := range l.properties {
		was, known := before.properties[name]
		if known && reflect.DeepEqual(was, after.properties[name]) && !reflect.DeepEqual(was, value) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}
