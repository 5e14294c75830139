package mock

import (
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/openapi"
)

// Defect is one fault that a real server could have, to test whatever judges servers.
type Defect struct {
	Name    string
	Summary string
	// Slow marks a fault that shows by what does not come, or not in time.
	Slow bool

	hooks hooks
}

// Defects returns all defects, grouped by what they are about.
func Defects() []Defect {
	return slices.Concat(everythingDefects, statusDefects, effectDefects, aftermathDefects, neighbourDefects,
		aroundDefects, attachDefects, refusedDefects, idDefects(), routeDefects, authenticationDefects, signatureDefects,
		accessKeyDefects, timestampDefects,
		skippedDefects, versionDefects, readingDefects, acrossDefects, discoveryDefects, listingDefects,
		formDefects, leakDefects, unsteadyDefects, showDefects, alikeDefects, wireDefects, versionedDefects)
}

// DefectByName returns a defect. Its error says what to do about an unknown name.
func DefectByName(name string) (Defect, error) {
	for _, d := range Defects() {
		if d.Name == name {
			return d, nil
		}
	}
	return Defect{}, fmt.Errorf("mock: unknown defect %q; `scp-conformance mock --list-defects` lists them", name)
}

// asHooks returns the hooks of the defect, under its name.
func (d Defect) asHooks() hooks {
	h := d.hooks
	h.name, h.defect = d.Name, true
	return h
}

// whenAsked returns a hook that runs for one operation alone.
func whenAsked(operationID string, do func(*call)) func(*call) {
	return func(c *call) {
		if c.asks(operationID) {
			do(c)
		}
	}
}

// detaching is a defect that decides a detach of well-formed IDs before the rules do. Its hook sets an
// answer, or leaves the decision to the rules.
func detaching(name, summary string, do func(*call)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{operate: whenAsked(openapi.DetachOperation, func(c *call) {
		if c.malformed == nil {
			do(c)
		}
	})}}
}

// detached is a defect of what follows an accepted detach. Its hook gets the volume.
func detached(name, summary string, do func(c *call, v *volume)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{reply: func(c *call) {
		if v := c.volume(); v != nil && c.accepted() {
			do(c, v)
		}
	}}}
}

// replying is a defect that changes answers.
func replying(name, summary string, do func(*call)) Defect {
	return Defect{Name: name, Summary: summary, hooks: hooks{reply: do}}
}

// slow marks a defect as Slow.
func slow(d Defect) Defect {
	d.Slow = true
	return d
}

// accepted reports whether a detach was answered 202.
func (c *call) accepted() bool {
	return c.asks(openapi.DetachOperation) && c.answer.status == http.StatusAccepted
}

// volume returns the volume of the request, or nil.
func (c *call) volume() *volume { return c.server.world.volume(c.ids.volume) }

// pair returns the volume of the request and its attachment to the server, each nil if there is none.
func (c *call) pair() (*volume, *attachment) {
	v := c.volume()
	if v == nil {
		return nil, nil
	}
	return v, v.at(c.ids.server)
}

// detachable returns the volume and the attachment of a request that the rules would accept, or nil.
func (c *call) detachable() (*volume, *attachment) {
	v, at := c.pair()
	if at == nil || v.Bootable || at.state != StateInUse {
		return nil, nil
	}
	return v, at
}

// neighbours returns the other data volumes of the server of the request.
func (c *call) neighbours() []*volume {
	all := c.server.world.dataVolumes(c.ids.server)
	return slices.DeleteFunc(all, func(v *volume) bool { return v.ID == c.ids.volume })
}

// aWhile is how long after a detach is done the effects of some defects come.
const aWhile = 50 * time.Millisecond

// later makes something happen to the world a while after what the request began is done.
func (c *call) later(do func(*world)) {
	at := c.server.now().Add(c.server.delay + aWhile)
	c.server.world.events = append(c.server.world.events, event{at, do})
}

// never is a time that does not come.
var never = time.Date(9999, time.December, 31, 0, 0, 0, 0, time.UTC)
