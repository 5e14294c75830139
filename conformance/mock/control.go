package mock

import (
	"fmt"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// World returns a copy of the servers and volumes as they are now, each volume with its state. Loading it again
// starts with the same, except that a volume on its way then stays there.
func (s *Server) World() World {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world.settle(s.now())
	copied := World{Servers: append([]string{}, s.world.servers...), Volumes: []Volume{}}
	for _, v := range s.world.volumes {
		shown := v.Volume
		shown.State, shown.Servers = v.state(), nil
		for _, at := range v.attachments {
			shown.Servers = append(shown.Servers, at.server)
		}
		copied.Volumes = append(copied.Volumes, shown)
	}
	return copied
}

// Volume returns a volume as it is now, and false if there is none with that ID.
func (s *Server) Volume(id string) (Volume, bool) {
	volumes := s.World().Volumes
	i := slices.IndexFunc(volumes, func(v Volume) bool { return v.ID == id })
	if i < 0 {
		return Volume{}, false
	}
	return volumes[i], true
}

// clone returns a copy that shares nothing with the world.
func (w World) clone() World {
	w.Servers, w.Volumes = slices.Clone(w.Servers), slices.Clone(w.Volumes)
	for i, v := range w.Volumes {
		w.Volumes[i].Servers = slices.Clone(v.Servers)
	}
	return w
}

// Load replaces all servers and volumes. If it returns an error, they are as they were.
func (s *Server) Load(w World) error {
	loaded, err := newWorld(w, s.now())
	if err != nil {
		return fmt.Errorf("mock: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world = loaded
	return nil
}

// Reset makes the mock what New made it: the world, the day, the delay and the defects. It forgets all requests.
func (s *Server) Reset() {
	fresh, err := newWorld(s.initial.world, s.now())
	if err != nil { // New took the same world, and kept a copy
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.world, s.requests, s.seen = fresh, 0, nil
	s.lastSignature, s.lastStatus, s.asked = "", 0, map[string]int{}
	s.day, s.delay, s.hooks = s.initial.day, s.initial.delay, s.initial.hooks
}

// Day is the day as of which the versions are labelled.
func (s *Server) Day() lifecycle.Date {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.day()
}

// SetDay labels the versions as of a day from now on, and as of the clock's if day is none. It moves no clock.
func (s *Server) SetDay(day lifecycle.Date) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.day = func() lifecycle.Date { return day }
	if day.IsZero() {
		s.day = func() lifecycle.Date { return lifecycle.On(s.now()) }
	}
}

// Delay is how long attaching and detaching take.
func (s *Server) Delay() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.delay
}

// SetDelay sets how long attaching and detaching take that begin from now on. A negative delay counts as 0.
func (s *Server) SetDelay(delay time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.delay = max(0, delay)
}

// Defects returns the names of the defects that the mock has.
func (s *Server) Defects() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	names := []string{}
	for _, h := range s.hooks {
		if h.defect && h.name != "" { // the zero Defect breaks nothing
			names = append(names, h.name)
		}
	}
	return names
}

// SetDefects replaces the defects of the mock, and mends it if there are none. The switches stay as they are.
func (s *Server) SetDefects(defects ...Defect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(s.hooks), func(h hooks) bool { return h.defect }) // calls under way have the old slice
	for _, d := range defects {
		kept = addHooks(kept, d.asHooks())
	}
	s.hooks = kept
}

// Now is the time by the clock of the mock.
func (s *Server) Now() time.Time { return s.now() }

// Table is the versions that the mock lists, with the labels of their documents.
func (s *Server) Table() lifecycle.Table { return s.table }
