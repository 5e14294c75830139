package conformance

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
)

// Fixture is what of an account the suite may touch. A case that needs what is not named is skipped.
type Fixture struct {
	// Volume is a data volume that is attached to Server and detached from it, over and over.
	Volume string `json:"volume,omitempty"`
	Server string `json:"server,omitempty"`
	// SpareVolume is another data volume. Versions attach it to Server, detach it and leave it alone, to see
	// that this lasts. It stands in for Volume where an endpoint breaks that.
	SpareVolume string `json:"spare_volume,omitempty"`
	// OtherServer is one that Volume is never attached to.
	OtherServer string `json:"other_server,omitempty"`
	// SharedVolume may be attached to several servers, and is to both of these.
	SharedVolume string `json:"shared_volume,omitempty"`
	// OSVolume is the OS's default volume of Server. It is never detached, unless by an endpoint that
	// lets it go.
	OSVolume string `json:"os_volume,omitempty"`
}

// check refuses what could be read as something else than an ID in a path, and one ID in two places.
func (f Fixture) check() error {
	seen := map[string]bool{}
	for _, id := range f.ids() {
		switch {
		case id == "":
		case !plainID.MatchString(id):
			return fmt.Errorf("fixture: ID %q has characters other than letters, digits, hyphens and underscores", id)
		case seen[id]:
			return fmt.Errorf("fixture: ID %q is named twice", id)
		}
		seen[id] = true
	}
	return nil
}

// checkFixtures refuses fixtures that overlap, or that nothing would put back.
func (c *Config) checkFixtures() error {
	seen := map[string]bool{}
	for _, fixture := range append([]Fixture{c.Fixture}, c.More...) {
		if err := fixture.check(); err != nil {
			return err
		}
		for _, id := range fixture.ids() {
			if id != "" && seen[id] {
				return fmt.Errorf("fixture: ID %q is in two fixtures", id)
			}
			seen[id] = true
		}
	}
	if len(c.More) > 0 && (c.Live || c.StateDir != "") {
		return errors.New("fixture: a run that puts volumes back takes one fixture")
	}
	return nil
}

func (f Fixture) ids() []string {
	return []string{f.Volume, f.SpareVolume, f.Server, f.OtherServer, f.SharedVolume, f.OSVolume}
}

var plainID = regexp.MustCompile(`^[0-9A-Za-z_-]+$`)

// Pair is a volume and a server it is, or is to be, attached to.
type Pair struct{ Volume, Server string }

func (p Pair) incomplete() bool { return p.Volume == "" || p.Server == "" }

// sharedFixture is a fixture, and what the versions that share it have to agree on.
type sharedFixture struct {
	Fixture
	// inUse is held by whatever changes the fixture, and shared by what touches it and changes nothing. attaching is
	// held by what sees to it that a volume is attached.
	inUse     sync.RWMutex
	attaching sync.Mutex
	// attachments are where its volumes have to be.
	attachments attachments
}

func newSharedFixture(f Fixture) *sharedFixture {
	return &sharedFixture{
		Fixture:     f,
		attachments: attachments{servers: map[string]map[string]bool{}, changes: map[string]int{}},
	}
}
