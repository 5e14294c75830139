package conformancetest

import (
	"cmp"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/gen"
)

// Run asks a target the cases of the catalogue, in every version that has a document, each as a subtest that is
// called after the version and the case. It returns when all subtests have ended.
//
// What may be asked is what scp-conformance run may ask. An endpoint that is not on this machine is live: unless
// options say more, it is asked only what changes nothing. To change its volumes, name them with WithFixture and
// allow it with WithHarm. Of an endpoint on this machine everything may be asked; cases that need a fixture are skipped
// where none is named. A mock is its own fixture.
//
// The volumes of a live endpoint end as they were found. Those of a mock, or of an endpoint on this machine, end as
// the last case left them.
//
// A run ends in time for what it changed to be put back before the deadline of go test -timeout, which is ten
// minutes unless the command says otherwise. Cases that were not asked by then are inconclusive.
func Run(t *testing.T, target Target, options ...Option) {
	t.Helper()
	config, err := configure(t, target, options)
	require.NoError(t, err)
	versions := selected(t, config)
	defer release(versions)
	if len(versions) == 0 {
		t.Fatalf("no case is selected: the subtests of %s are called after the version and the case, such as %[1]s/%s/%s",
			t.Name(), config.Clients[0].ID, config.Cases[0].ID)
	}
	var reports []*conformance.Report
	for _, alike := range grouped(versions) {
		report, err := conformance.Run(t.Context(), alike.config(t, config))
		require.NoError(t, err)
		alike.take(report)
		release(alike)
		reports = append(reports, report)
	}
	for _, report := range reports {
		conclude(t, report)
	}
}

// version is a version of which go test selects cases. Their subtests wait for the results.
type version struct {
	client  gen.Client
	cases   []conformance.Case
	results map[string]conformance.Result // by the ID of the case
	asked   chan struct{}                 // closed when the results are there, or none will come
	ended   chan struct{}                 // closed when the subtests have ended
	release func()                        // lets the subtests end
}

// selected starts a subtest for each case of each version that go test selects.
//
// Only t.Run knows what is selected, and it tells by calling the function of the subtest. So that of a case notes
// that it was called, and waits: as that of a parallel test, it goes on when the function of its version has
// returned, which waits until the cases were asked.
func selected(t *testing.T, config conformance.Config) group {
	t.Helper()
	var versions group
	for _, client := range config.Clients {
		v := &version{client: client, asked: make(chan struct{}), ended: make(chan struct{})}
		v.release = sync.OnceFunc(func() { close(v.asked); <-v.ended })
		collected := make(chan struct{})
		tell := sync.OnceFunc(func() { close(collected) })
		go func() {
			defer close(v.ended)
			defer tell() // where the version is not selected
			t.Run(client.ID.String(), func(t *testing.T) {
				for _, c := range config.Cases {
					t.Run(c.ID, func(t *testing.T) {
						v.cases = append(v.cases, c)
						t.Parallel()
						if v.results == nil {
							t.Skip("not asked, as the run could not begin: the test above says why")
						}
						show(t, v.results[c.ID], config.Strict)
					})
				}
				tell()
				<-v.asked
			})
		}()
		<-collected
		if len(v.cases) == 0 {
			v.release()
			continue
		}
		versions = append(versions, v)
	}
	return versions
}

func release(versions group) {
	for _, v := range versions {
		v.release()
	}
}

// group is versions of which the same cases are selected. They are asked in one run, as those of the command are.
type group []*version

func grouped(versions group) (groups []group) {
	for _, v := range versions {
		i := slices.IndexFunc(groups, func(g group) bool {
			return slices.EqualFunc(g[0].cases, v.cases, func(a, b conformance.Case) bool { return a.ID == b.ID })
		})
		if i < 0 {
			groups = append(groups, group{v})
		} else {
			groups[i] = append(groups[i], v)
		}
	}
	return groups
}

// config is the config of the run of a group. Its limit leaves time to put volumes back before go test ends.
func (g group) config(t *testing.T, config conformance.Config) conformance.Config {
	config.Clients, config.Cases = nil, g[0].cases
	for _, v := range g {
		config.Clients = append(config.Clients, v.client)
	}
	if deadline, ok := t.Deadline(); ok {
		left := time.Until(deadline)
		left -= min(conformance.DefaultLiveSettle, left/4)
		config.Limit = min(cmp.Or(config.Limit, conformance.DefaultLimit), max(left, time.Second).Truncate(time.Second))
	}
	return config
}

// take gives the results of a report to their versions.
func (g group) take(report *conformance.Report) {
	for _, v := range g {
		v.results = map[string]conformance.Result{}
		for _, r := range report.Results {
			if r.Version.ID == v.client.ID {
				v.results[r.Case.ID] = r
			}
		}
	}
}
