package cases_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// named are the cases whose IDs are names, or begin with one that ends with *.
func named(t *testing.T, names ...string) []conformance.Case {
	t.Helper()
	list, err := cases.Select(names...)
	require.NoError(t, err)
	return list
}

// judgeMock asks cases of a mock, whole, in the newest version.
func judgeMock(t *testing.T, list []conformance.Case, opts ...mock.Option) *conformance.Report {
	t.Helper()
	m, err := mock.New([]signing.Credentials{mockKeys}, append([]mock.Option{mock.WithDelay(2 * time.Millisecond)}, opts...)...)
	require.NoError(t, err)
	clients := gen.Clients()
	return judge(t, m, list, clients[len(clients)-1:])
}

// judge asks cases of a server that takes the mock's keys for its world.
func judge(t *testing.T, h http.Handler, list []conformance.Case, clients []gen.Client) *conformance.Report {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	report, err := conformance.Run(t.Context(), conformance.Config{
		Endpoint: server.URL, Credentials: mockKeys, Cases: list, Clients: clients, Harm: conformance.HarmDangerous, All: true,
		Fixture: mockFixture, Seed: 1, Attempts: 1, Linger: 100 * time.Millisecond, Settle: time.Second, Timeout: 2 * time.Second,
	})
	require.NoError(t, err)
	return report
}

// notPassed are the cases that came to a finding, with it.
func notPassed(report *conformance.Report) map[string][]conformance.Finding {
	found := map[string][]conformance.Finding{}
	for _, r := range report.Results {
		if !slices.Contains([]conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict) {
			found[r.Case.ID] = append(found[r.Case.ID], r.Findings...)
		}
	}
	return found
}

// proved are the cases that found something broken.
func proved(report *conformance.Report) []string {
	var ids []string
	for _, r := range report.Results {
		if slices.Contains([]conformance.Verdict{conformance.Fail, conformance.Differs}, r.Verdict) && !slices.Contains(ids, r.Case.ID) {
			ids = append(ids, r.Case.ID)
		}
	}
	return ids
}

// say writes findings on lines.
func say(report *conformance.Report) string {
	var b strings.Builder
	for _, r := range report.Results {
		for _, f := range r.Findings {
			b.WriteString(r.Version.ID.String() + " " + r.Case.ID + " " + string(f.Verdict) + " " + string(f.Code) + ": " + f.Text + " " + strings.Join(f.Variants, ",") + "\n")
		}
	}
	return b.String()
}
