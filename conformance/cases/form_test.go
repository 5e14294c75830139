package cases_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestFormFree: what the document leaves free is no finding, be it a failure or a difference.
func TestFormFree(t *testing.T) {
	t.Parallel()
	const problem = `{"type":"about:blank","title":"No","status":STATUS,"detail":"No."}`
	list := named(t, "form-*")
	newest := gen.Clients()[len(gen.Clients())-1:]
	for _, c := range []struct{ name, contentType, body string }{
		{"as it is", "", ""},
		{"no body", "", "-"},
		{"no body that says JSON", "application/json", "-"},
		{"text", "text/plain; charset=utf-8", "No."},
		{"a problem", "application/problem+json", problem},
		{"the gateway's form", "application/json", `{"timestamp":"x","path":"/v1/x","status":STATUS,"error":"No","requestId":"x"}`},
		{"no detail", "application/json", `{"errors":[{"code":"E","title":"No","status":STATUS}]}`},
		{"detail null", "application/json", `{"errors":[{"code":"E","title":"No","detail":null}]}`},
		{"detail a string", "application/json", `{"errors":[{"code":"E","detail":"No."}]}`},
		{"a status in quotation marks", "application/json", `{"errors":[{"code":"E","detail":["No."],"status":"STATUS"}]}`},
		{"a charset in capitals", "application/json;charset=UTF-8", `{"errors":[{"code":"E","detail":["No."]}]}`},
		{"two errors", "application/json", `{"errors":[{"code":"E","detail":["No."]},{"code":"F","title":"No"}]}`},
		{"the access key in a 401", "application/json", `{"errors":[{"code":"E","detail":["KEY"]}]}`},
		{"words that are like a leak", "application/json", `{"errors":[{"code":"E","detail":["Select a volume from the list; update it at 10.5 GiB. Java clients: see docs.example.com/api/errors."]}]}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := mock.New([]signing.Credentials{mockKeys})
			require.NoError(t, err)
			report := judge(t, refusing(m, c.contentType, c.body), list, newest)
			for _, r := range report.Results {
				assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s\n%s", r.Case.ID, say(report))
			}
		})
	}
}

// refusing is a server whose refusals have another body, and - for none.
func refusing(h http.Handler, contentType, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := httptest.NewRecorder()
		h.ServeHTTP(answer, r)
		if contentType == "" && body == "" || answer.Code < http.StatusBadRequest {
			for name, values := range answer.Header() {
				w.Header()[name] = values
			}
			w.WriteHeader(answer.Code)
			_, _ = w.Write(answer.Body.Bytes())
			return
		}
		key := "nobody"
		if answer.Code == http.StatusUnauthorized {
			key = mockKeys.AccessKey
		}
		said := map[int]string{http.StatusBadRequest: "400", http.StatusUnauthorized: "401", http.StatusConflict: "409", http.StatusNotFound: "404"}[answer.Code]
		text := strings.NewReplacer("STATUS", said, "KEY", key).Replace(body)
		if text == "-" {
			text = ""
		}
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		} else {
			w.Header()["Content-Type"] = nil
		}
		// Bodies differ, as those of 400 and 401 have to.
		w.Header().Set("X-Status", said)
		w.WriteHeader(answer.Code)
		_, _ = w.Write([]byte(text))
	})
}

// TestFormWatchesEveryCase: what one request of another case shows is found, once, and says who saw it.
func TestFormWatchesEveryCase(t *testing.T) {
	t.Parallel()
	m, err := mock.New([]signing.Credentials{mockKeys})
	require.NoError(t, err)
	report := judge(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "$") {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(`{"errors":[{"code":"E","detail":["Traceback (most recent call last):"]}]}`))
			return
		}
		m.ServeHTTP(w, r)
	}), named(t, "ids-lenient-server", "form-leaks"), gen.Clients()[:1])
	found := notPassed(report)["form-leaks"]
	require.Len(t, found, 1, say(report))
	assert.Equal(t, "ids-lenient-server", found[0].SeenBy)
	assert.Equal(t, conformance.Differs, found[0].Verdict)
}
