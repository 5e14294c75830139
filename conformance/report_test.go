package conformance

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestUnjudged names the clauses that no case came to a verdict about, and why.
func TestUnjudged(t *testing.T) {
	a, b := Clause{ID: "A"}, Clause{ID: "B"}
	of := func(v Verdict, clause Clause, findings ...Finding) Result {
		return Result{Case: CaseFacts{Clauses: []Clause{clause}}, Verdict: v, Findings: findings}
	}
	notAsked, notApplicable := Finding{Code: CodeNotAsked, Text: "its class is detaches"}, Finding{Code: CodeNotApplicable, Text: "nothing to judge"}
	setup := Finding{Code: CodeSetup, Text: "no volume"}
	for _, c := range []struct {
		name    string
		clauses []Clause
		results []Result
		want    []Unjudged
	}{
		{"nothing ran", []Clause{a, b}, nil, []Unjudged{{"A", "no case that judges it was asked; see --case"}, {"B", "no case that judges it was asked; see --case"}}},
		{"a pass", []Clause{a}, []Result{of(Pass, a)}, nil},
		{"a fail", []Clause{a}, []Result{of(Fail, a)}, nil},
		{"a difference", []Clause{a}, []Result{of(Differs, a)}, nil},
		{"of another clause", []Clause{a}, []Result{of(Pass, b)}, []Unjudged{{"A", "no case that judges it was asked; see --case"}}},
		{"a skip", []Clause{a}, []Result{of(Skip, a, notAsked)}, []Unjudged{{"A", "its class is detaches"}}},
		{"an inconclusive", []Clause{a}, []Result{of(Inconclusive, a, setup)}, []Unjudged{{"A", "no volume"}}},
		{"an error", []Clause{a}, []Result{of(Error, a, setup)}, []Unjudged{{"A", "no volume"}}},
		{"nothing to judge", []Clause{a}, []Result{of(Skip, a, notApplicable)}, nil},
		{"judged in one version of two", []Clause{a}, []Result{of(Skip, a, notAsked), of(Pass, a)}, nil},
		{"judged in one version of two, the other way", []Clause{a}, []Result{of(Pass, a), of(Skip, a, notAsked)}, nil},
		{"exempt", []Clause{{ID: "A", Exempt: "the API does not show it"}}, nil, nil},
		{"named twice", []Clause{a, a}, nil, []Unjudged{{"A", "no case that judges it was asked; see --case"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			assert.Equal(t, c.want, unjudged(c.clauses, c.results))
		})
	}
}

// TestUnjudgedInARun counts the clauses of the cases, and those of the Config besides.
func TestUnjudgedInARun(t *testing.T) {
	judges, beyond, none := ask("judges", HarmReads, listVersions), ask("beyond", HarmDangerous, end(nil)), ask("none", HarmReads, end(NotApplicable("none")))
	judges.Clauses, beyond.Clauses, none.Clauses = []Clause{promised}, []Clause{{ID: "TEST-BEYOND"}}, []Clause{{ID: "TEST-NONE"}}
	config := configFor(t, startServer(t, newMock(t)), judges, beyond, none)
	config.Harm = HarmDetaches
	config.Clauses = []Clause{promised, {ID: "TEST-OTHER"}, {ID: "TEST-EXEMPT", Exempt: "why"}}
	report := run(t, config)
	assert.ElementsMatch(t, []Unjudged{
		{"TEST-OTHER", "no case that judges it was asked; see --case"},
		{"TEST-BEYOND", "its class is dangerous, and the run allows no more than detaches; allow it with --allow dangerous"},
	}, report.Unjudged)
	assert.Equal(t, ExitOK, report.ExitCode)
	assert.True(t, strings.HasSuffix(report.Headline, "; 2 clauses were not judged"), report.Headline)

	config.RequireComplete = true
	report = run(t, config)
	assert.Equal(t, ExitNotJudged, report.ExitCode)
	assert.Equal(t, Inconclusive, report.Verdict)
}

// TestDrift is the CURRENT version of an endpoint, where it is newer than every document.
func TestDrift(t *testing.T) {
	clients := gen.Clients()
	newest := newestClient()[0].ID
	next := newest.Next().String()
	named := strings.NewReplacer("OLDEST", clients[0].ID.String(), "NEWEST", newest.String(), "NEXT", next)
	for _, c := range []struct {
		name    string
		list    string
		clients []gen.Client
		want    string
	}{
		{"the newest document", `{"id":"vNEWEST","status":"CURRENT"}`, nil, ""},
		{"a newer one", `{"id":"vNEWEST","status":"SUPPORTED"},{"id":"vNEXT","status":"CURRENT","not_before":"2027-03-01"}`, nil, next},
		{"1.1000 is newer than 1.999", `{"id":"v1.999","status":"SUPPORTED"},{"id":"v1.1000","status":"CURRENT"}`, nil, "1.1000"},
		{"a newer one that is PLANNED", `{"id":"vNEWEST","status":"CURRENT"},{"id":"vNEXT","status":"PLANNED"}`, nil, ""},
		{"an older one", `{"id":"vOLDEST","status":"CURRENT"}`, nil, ""},
		{"a newer one than was asked", `{"id":"vNEWEST","status":"CURRENT"}`, clients[:1], ""},
		{"no CURRENT", `{"id":"vNEXT","status":"DEPRECATED","not_before":"2026-04-02"}`, nil, ""},
		{"no list", `{"id":`, nil, ""},
		{"nothing in it", ``, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprintf(w, `{"versions":[%s]}`, named.Replace(c.list))
			})
			config := configFor(t, startServer(t, handler), ask("one", HarmReads, end(nil)))
			config.Clients = c.clients
			report := run(t, config)
			if c.want == "" {
				assert.Nil(t, report.Drift)
				assert.NotContains(t, report.Headline, "newer")
				return
			}
			require.NotNil(t, report.Drift)
			assert.Equal(t, c.want, report.Drift.ID.String())
			assert.Contains(t, report.Headline, "its CURRENT version "+c.want+" is newer than the documents")
			assert.Equal(t, ExitOK, report.ExitCode, "the endpoint breaks nothing")
		})
	}
}

// TestListed is what the endpoint says of its versions itself, whatever it was held to.
func TestListed(t *testing.T) {
	handler := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"versions":[{"id":"v1.3","status":"SUPPORTED","not_before":"2027-03-01"},{"id":"v1.4","status":"CURRENT"}]}`)
	})
	report := run(t, configFor(t, startServer(t, handler), ask("one", HarmReads, end(nil))))
	assert.Equal(t, []lifecycle.Version{
		{ID: lifecycle.V(1, 3), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2027, 3, 1)},
		{ID: lifecycle.V(1, 4), Label: lifecycle.Current},
	}, report.Listed)
	silent := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	assert.Nil(t, run(t, configFor(t, startServer(t, silent), ask("one", HarmReads, end(nil)))).Listed)
}

// TestTable is what the endpoint was held to, as data.
func TestTable(t *testing.T) {
	read := time.Date(2026, 3, 3, 9, 0, 0, 0, time.FixedZone("KST", 9*60*60))
	table := lifecycle.Table{Source: "an endpoint", Read: read, Versions: []lifecycle.Version{
		{ID: newestClient()[0].ID, Label: lifecycle.Current},
	}}
	var standing lifecycle.Standing
	var newest lifecycle.ID
	config := configFor(t, startServer(t, newMock(t)), ask("one", HarmReads, func(_ context.Context, t *Trial) (err error) {
		standing = t.Standing()
		newest, err = t.Newest()
		return err
	}))
	config.Table = table
	report := run(t, config)
	assert.Equal(t, Table{Source: "an endpoint", Read: read.UTC(), Stale: table.Stale(judged), Versions: table.Versions}, report.Table)
	assert.Equal(t, lifecycle.Current, standing.State)
	assert.Equal(t, newestClient()[0].ID, newest)
}

// TestNewest is the newest version with a client that can be called, whatever else the endpoint is on.
func TestNewest(t *testing.T) {
	version := func(minor int, label lifecycle.State) lifecycle.Version {
		return lifecycle.Version{ID: lifecycle.V(1, minor), Label: label}
	}
	for _, c := range []struct {
		name     string
		versions []lifecycle.Version
		want     string
	}{
		{"CURRENT", []lifecycle.Version{version(2, lifecycle.Supported), version(3, lifecycle.Current)}, "1.3"},
		{"CURRENT has no client", []lifecycle.Version{version(2, lifecycle.Supported), version(3, lifecycle.Supported), version(5, lifecycle.Current)}, "1.3"},
		{"the newest is PLANNED", []lifecycle.Version{version(1, lifecycle.Supported), version(2, lifecycle.Current), version(3, lifecycle.Planned)}, "1.2"},
		{"none with a client", []lifecycle.Version{version(5, lifecycle.Current)}, ""},
		{"all PLANNED", []lifecycle.Version{version(3, lifecycle.Planned)}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &runner{Config: Config{Table: lifecycle.Table{Versions: c.versions}, Day: judged}}
			newest, err := r.newest()
			if c.want == "" {
				assert.Equal(t, Skip, VerdictOf(err))
				return
			}
			require.NoError(t, err)
			assert.Equal(t, c.want, newest.String())
		})
	}
}

// TestWrongKeys: an endpoint that refuses keys that are wrong does what is documented. Nothing fails, and
// what to do is said.
func TestWrongKeys(t *testing.T) {
	for name, wrong := range map[string]signing.Credentials{
		"another secret key": {AccessKey: credentials.AccessKey, SecretKey: signing.Secret("another-secret-key")},
		"another access key": {AccessKey: "another-access-key", SecretKey: credentials.SecretKey},
	} {
		t.Run(name, func(t *testing.T) {
			config := configFor(t, startServer(t, newMock(t)), ask("one", HarmRefused, func(ctx context.Context, t *Trial) error {
				_, err := t.Control(ctx)
				return err
			}))
			config.Credentials = wrong
			report := run(t, config)
			assert.Equal(t, ExitNotJudged, report.ExitCode)
			require.NotNil(t, report.Trouble)
			assert.Equal(t, TroubleKeys, report.Trouble.Kind)
			assert.Contains(t, report.Trouble.Text, "refuses these keys")
		})
	}
}
