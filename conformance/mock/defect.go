package mock

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/scp-openapi/virtualserver/gen/discovery"
)

// Defect is one fault that a real server could have, for a test of whatever judges servers.
type Defect struct {
	Name    string
	Summary string
	// CaughtBy are the IDs of the cases of the conformance suite that must not pass against it.
	CaughtBy []string
	// Slow is set for a fault that shows in that nothing comes, or not in time.
	Slow bool

	fault fault
}

// fault is where a defect reaches into the mock. A mock without a defect has none of it.
type fault struct {
	// path is what the mock takes a raw path for.
	path func(string) string
	// method is what the mock takes a method for.
	method func(method, path string) string
	// keepsOut reports whether a request is kept out that should be let in.
	keepsOut func(s *Server, r *http.Request) bool
	// letsIn reports whether a request is let in that was refused, and why it was.
	letsIn func(s *Server, r *http.Request, refused error) bool
	// version is what the mock takes Scp-Api-Version for.
	version func(s *Server, header []string) []string
	// detach decides a detach before the rules do: which attachments leave, if it is done.
	detach func(w *world, id ids) (leaving []*attachment, done bool)
	// left is what the mock makes of the volume once a detach was accepted.
	left func(*volume)
	// list is what the mock makes of its list of versions.
	list func([]discovery.Version) []discovery.Version
	// answer is what the mock makes of an answer.
	answer func(r *http.Request, a answer) answer
	// send sends an answer, and reports whether it did.
	send func(w http.ResponseWriter, r *http.Request, a answer) bool
}

// Defects are all of them, by what they are about.
func Defects() []Defect {
	return slices.Concat(everythingDefects, statusDefects, effectDefects, authenticationDefects,
		versionDefects, discoveryDefects(), formDefects, wireDefects)
}

func defectNamed(name string) (Defect, error) {
	if name == "" {
		return Defect{}, nil
	}
	for _, d := range Defects() {
		if d.Name == name {
			return d, nil
		}
	}
	return Defect{}, fmt.Errorf("mock: there is no defect %q; mock --list-defects lists them", name)
}
