package cases_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

// The list of the documents on the day of the tests, with SELF for the endpoint.
const documentedList = `{"versions":[` +
	`{"id":"v1.0","links":[{"href":"SELF/v1","rel":"self"}],"not_before":"2025-12-31","status":"DEPRECATED"},` +
	`{"id":"v1.1","links":[{"href":"SELF/v1","rel":"self"}],"not_before":"2026-05-31","status":"DEPRECATED"},` +
	`{"id":"v1.2","links":[{"href":"SELF/v1","rel":"self"}],"not_before":"2026-08-31","status":"SUPPORTED"},` +
	`{"id":"v1.3","links":[{"href":"SELF/v1","rel":"self"}],"not_before":"","status":"CURRENT"}]}`

// documentedTable is that list, and documentedClients are the clients of its versions: a newer document does
// not change what these tests are about.
func documentedTable() (table lifecycle.Table, clients []gen.Client) {
	table = gen.Table()
	clients = gen.Clients()[:4]
	table.Versions = slices.Clone(table.Versions[:4])
	table.Versions[3].Label, table.Versions[3].NotBefore = lifecycle.Current, lifecycle.Date{}
	return table, clients
}

// judgeList judges an endpoint that lists what list says, on a day.
func judgeList(t *testing.T, day string, list func(*http.Request) (status int, contentType, body string)) *conformance.Report {
	t.Helper()
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		t.Fatal(err)
	}
	clock := func() time.Time { return at.Add(3 * time.Hour) } // noon in Korea
	around := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/" {
				next.ServeHTTP(w, r)
				return
			}
			status, contentType, body := list(r)
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			fmt.Fprint(w, strings.ReplaceAll(body, "SELF", "http://"+r.Host))
		})
	}
	table, clients := documentedTable()
	server := newMock(t, around, mock.WithClock(clock), mock.WithTable(table))
	return judgeCases(t, server, func(c *conformance.Config) {
		c.Clock, c.Day, c.Table, c.Clients = clock, dayOf(day), table, clients
	}, "discovery-*", "version-planned")
}

// changed is the documented list with some text replaced, for GET; other methods are refused.
func changed(replacements ...string) func(*http.Request) (int, string, string) {
	body := strings.NewReplacer(replacements...).Replace(documentedList)
	return func(r *http.Request) (int, string, string) {
		if r.Method != http.MethodGet {
			return http.StatusMethodNotAllowed, "text/plain", "no"
		}
		return http.StatusOK, "application/json", body
	}
}

func TestDiscoveryLists(t *testing.T) {
	const boundary = "2026-06-02" // 90 days before 1.2 ends
	plain := changed()
	for name, c := range map[string]struct {
		day    string
		list   func(*http.Request) (int, string, string)
		caught []string // nil for none
		exit   int
	}{
		"as documented":             {"2026-04-01", plain, nil, conformance.ExitOK},
		"the last day of SUPPORTED": {boundary, plain, nil, conformance.ExitOK},
		"the first day too late":    {"2026-06-03", plain, []string{"discovery-day"}, conformance.ExitOK},
		"two days too late":         {"2026-06-04", plain, []string{"discovery-day"}, conformance.ExitFailed},
		"DEPRECATED in time":        {"2026-06-03", changed("SUPPORTED", "DEPRECATED"), nil, conformance.ExitOK},
		"DEPRECATED a day early":    {boundary, changed("SUPPORTED", "DEPRECATED"), []string{"discovery-day"}, conformance.ExitOK},
		"no links":                  {"2026-04-01", changed(`"links":[{"href":"SELF/v1","rel":"self"}],`, ""), nil, conformance.ExitOK},
		"links null":                {"2026-04-01", changed(`[{"href":"SELF/v1","rel":"self"}]`, "null"), nil, conformance.ExitOK},
		"links to deeper paths":     {"2026-04-01", changed("SELF/v1", "SELF/api/virtualserver/v1/"), nil, conformance.ExitOK},
		"links to another version":  {"2026-04-01", changed("SELF/v1", "SELF/api/virtualserver/v1.3"), []string{"discovery-links"}, conformance.ExitOK},
		"links to another major":    {"2026-04-01", changed("SELF/v1", "SELF/v2"), []string{"discovery-links"}, conformance.ExitOK},
		"links to the public name":  {"2026-04-01", changed("SELF", "https://virtualserver.kr-west1.e.samsungsdscloud.com"), []string{"discovery-links"}, conformance.ExitOK},
		"links in another form":     {"2026-04-01", changed(`[{"href":"SELF/v1","rel":"self"}]`, `{"self":"SELF/v1"}`), []string{"discovery-form"}, conformance.ExitFailed},
		"lower case":                {"2026-04-01", changed("CURRENT", "current", "SUPPORTED", "Supported"), nil, conformance.ExitOK},
		"dates without hyphens":     {"2026-04-01", changed("2026-05-31", "20260531"), nil, conformance.ExitOK},
		"dates null":                {"2026-04-01", changed(`"not_before":"",`, `"not_before":null,`), nil, conformance.ExitOK},
		"more fields":               {"2026-04-01", changed(`"id"`, `"name":"x","id"`), nil, conformance.ExitOK},
		"a date that has passed beside CURRENT": {
			"2026-04-01", changed(`"not_before":"",`, `"not_before":"2026-02-23",`), nil, conformance.ExitOK,
		},
		"CURRENT is newer than the documents": {
			"2026-04-01", changed(`"status":"CURRENT"}`, `"status":"SUPPORTED"},{"id":"v1.5","status":"CURRENT"}`), nil, conformance.ExitOK,
		},
		"a PLANNED version": {
			"2026-04-01", changed(`"status":"CURRENT"}`, `"status":"CURRENT"},{"id":"v1.99","status":"PLANNED"}`), nil, conformance.ExitOK,
		},
		"a date later than promised":   {"2026-04-01", changed("2026-08-31", "2027-08-31"), nil, conformance.ExitOK},
		"a date earlier than promised": {"2026-04-01", changed("2026-08-31", "2026-08-30"), []string{"discovery-date"}, conformance.ExitFailed},
		"no version but one":           {"2026-04-01", changed(documentedList, `{"versions":[{"id":"v1.3","status":"CURRENT"}]}`), []string{"discovery-answered", "discovery-listed"}, conformance.ExitFailed},
		"not JSON":                     {"2026-04-01", changed(documentedList, "<html>"), []string{"discovery-answers"}, conformance.ExitFailed},
		"a page for browsers": {"2026-04-01", func(r *http.Request) (int, string, string) {
			if strings.Contains(r.Header.Get("Accept"), "html") {
				return http.StatusOK, "text/html", "<html>"
			}
			return plain(r)
		}, nil, conformance.ExitOK},
		"406 for XML": {"2026-04-01", func(r *http.Request) (int, string, string) {
			if strings.Contains(r.Header.Get("Accept"), "xml") {
				return http.StatusNotAcceptable, "text/plain", "no"
			}
			return plain(r)
		}, nil, conformance.ExitOK},
		"400 for an unknown version": {"2026-04-01", func(r *http.Request) (int, string, string) {
			if strings.Contains(r.Header.Get("Scp-Api-Version"), "99") {
				return http.StatusBadRequest, "text/plain", "no"
			}
			return plain(r)
		}, []string{"discovery-headers"}, conformance.ExitOK},
		"POST lists": {"2026-04-01", func(r *http.Request) (int, string, string) {
			if r.Method == http.MethodPost {
				return http.StatusOK, "application/json", documentedList
			}
			return plain(r)
		}, []string{"discovery-methods"}, conformance.ExitOK},
		"401 without a signature": {"2026-04-01", func(r *http.Request) (int, string, string) {
			if r.Header.Get("Scp-Signature") == "" {
				return http.StatusUnauthorized, "application/json", "{}"
			}
			return plain(r)
		}, []string{"discovery-answers"}, conformance.ExitFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := judgeList(t, c.day, c.list)
			assert.Equal(t, c.caught, caught(report))
			assert.Equal(t, c.exit, report.ExitCode, report.Headline)
			if len(c.caught) > 0 {
				assert.Equal(t, 1, provedOnce(report, c.caught[0]))
			}
		})
	}
}

// provedOnce counts the most findings that a case has in one version.
func provedOnce(report *conformance.Report, id string) int {
	most := 0
	for _, r := range report.Results {
		if r.Case.ID == id && (r.Verdict == conformance.Fail || r.Verdict == conformance.Differs) {
			most = max(most, len(r.Findings))
		}
	}
	return most
}

// The service as it was seen live, though busy for less time: what others judge is no finding here.
func TestVersionLive(t *testing.T) {
	options := []mock.Option{mock.WithBusy(20 * time.Millisecond)}
	for _, s := range mock.Switches() {
		if s.Name != "busy" {
			options = append(options, s.Option)
		}
	}
	report := judgeCases(t, newMock(t, nil, options...), func(c *conformance.Config) { c.Settle, c.All = 5*time.Second, false }, "version-*", "discovery-*")
	requireNothingFound(t, report)
}
