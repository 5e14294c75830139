package cases_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
)

// refusedOnly is a run that may do no more than be refused.
func refusedOnly(c *conformance.Config) {
	c.Harm, c.Fixture = conformance.HarmRefused, conformance.Fixture{}
}

func TestVersionWrittenUnused(t *testing.T) {
	for _, name := range []string{"version-float", "version-any-case", "version-negotiated", "version-first-of-list", "version-byte"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defect, err := mock.DefectByName(name)
			require.NoError(t, err)
			report := judgeCases(t, newMock(t, nil, mock.WithDefect(defect)), refusedOnly, "version-*")
			assert.Equal(t, []string{"version-written-unused"}, caught(report))
		})
	}
	t.Run("no defect", func(t *testing.T) {
		report := judgeCases(t, newMock(t, nil), refusedOnly, "version-*")
		requireNothingFound(t, report)
		assert.Contains(t, judged(report, "version-written-unused"), conformance.Pass)
	})
	// Where all refusals are alike, nothing tells a version that is read from one that is not.
	t.Run("refusals without a body", func(t *testing.T) {
		report := judgeCases(t, newMock(t, withoutRefusalBodies), refusedOnly, "version-*")
		requireNothingFound(t, report)
		for _, id := range []string{"version-written-unused", "version-absent"} {
			assert.NotContains(t, judged(report, id), conformance.Pass, id)
		}
	})
}

// withoutRefusalBodies answers refusals with a status alone.
func withoutRefusalBodies(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		w.WriteHeader(answer.Code)
		if answer.Code < http.StatusBadRequest {
			_, _ = w.Write(answer.Body.Bytes())
		}
	})
}

// A server that answers everything in one way shows nothing: no case may pass.
func TestVersionLearnsNothing(t *testing.T) {
	list := `{"versions":[{"id":"v1.3","status":"CURRENT"}]}`
	for name, around := range map[string]http.HandlerFunc{
		"202": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) },
		"400": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadRequest) },
		"401": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) },
		"409": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) },
		"404": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"503": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"list": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(list))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(around)
			t.Cleanup(server.Close)
			names := []string{"version-*", "discovery-*"}
			if name == "list" {
				names = names[:1]
			}
			report := judgeCases(t, server, func(c *conformance.Config) { c.Settle /= 10 }, names...)
			for _, r := range report.Results {
				assert.NotEqual(t, conformance.Pass, r.Verdict, r.Case.ID)
				assert.NotEqual(t, conformance.Error, r.Verdict, "%s: %s", r.Case.ID, r.Reason())
			}
			assert.NotEqual(t, conformance.ExitOK, report.ExitCode)
		})
	}
}
