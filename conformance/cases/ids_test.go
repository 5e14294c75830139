package cases_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestIDsCatch: each fault is caught by the case that is about it.
func TestIDsCatch(t *testing.T) {
	t.Parallel()
	for defect, caughtBy := range map[string]string{
		"refused-but-done":        "detach-other-server",
		"refused-but-done-later":  "detach-other-server",
		"unknown-volume-accepted": "detach-unknown-volume",
		"unknown-server-accepted": "detach-unknown-server",
		"swapped":                 "detach-swapped",
		"always-202":              "detach-unknown-both",

		"volume-id-any-case":     "ids-lenient-volume",
		"volume-id-sql-wildcard": "ids-lenient-volume",
		"server-id-all-but-last": "ids-lenient-server",
		"server-id-any-word":     "ids-lenient-server",

		"server-id-fragment":  "ids-lenient-server",
		"server-id-of-volume": "ids-lenient-server",
		"shown-id-segment":    "ids-lenient-shown",
		"shown-id-name":       "ids-lenient-shown",
		"server-in-query":     "ids-named-elsewhere",
		"volume-in-body":      "ids-named-elsewhere",
		"path-singular-shown": "ids-paths-shown",
		"path-page":           "ids-paths-shown",
		"path-any-prefix":     "ids-paths-attached",
		"path-all-servers":    "ids-paths-attached",
		"method-in-form":      "detach-other-methods",
		"version-in-query":    "version-in-query",

		"quote-500":        "ids-malformed",
		"path-redirected":  "ids-paths",
		"path-any-case":    "ids-paths-attached",
		"path-longer":      "ids-paths-attached",
		"path-cleaned":     "ids-paths-attached",
		"slash-redirected": "ids-paths-attached",

		"refused-done-unauthorized-later": "ids-refused-late",
		"refused-done-unsigned":           "ids-refused-late",
		"refused-done-access-key-later":   "ids-refused-late",
		"refused-renames":                 "ids-refused-late",
		"refused-os-detaching":            "ids-refused-late",
	} {
		t.Run(defect, func(t *testing.T) {
			t.Parallel()
			d, err := mock.DefectByName(defect)
			require.NoError(t, err)
			assert.Contains(t, proved(judgeMock(t, named(t, caughtBy), mock.WithDefect(d))), caughtBy)
		})
	}
}

// TestLenientIDsJudgeByTheirClause: only what is the same UUID in another notation is nobody's promise.
func TestLenientIDsJudgeByTheirClause(t *testing.T) {
	t.Parallel()
	list := named(t, "ids-lenient-volume")
	for defect, verdict := range map[string]conformance.Verdict{
		"volume-id-any-case": conformance.Differs,
		"volume-id-urn":      conformance.Differs,
		"volume-id-list":     conformance.Fail,
		"volume-id-shorter":  conformance.Fail,
	} {
		t.Run(defect, func(t *testing.T) {
			t.Parallel()
			d, err := mock.DefectByName(defect)
			require.NoError(t, err)
			report := judgeMock(t, list, mock.WithDefect(d))
			require.Len(t, report.Results, 1)
			assert.Equal(t, verdict, report.Results[0].Verdict, say(report))
			require.NotEmpty(t, report.Results[0].Findings)
			assert.NotEmpty(t, report.Results[0].Findings[0].Variants, "a finding names its variants")
		})
	}
}

// TestIDsFree: what a gateway or a server may make of such paths is no finding.
func TestIDsFree(t *testing.T) {
	t.Parallel()
	list := named(t, "detach-other-server", "detach-unknown-*", "detach-swapped", "detach-other-methods", "ids-*", "version-in-query", "form-status", "form-show", "form-redirect")
	newest := gen.Clients()[len(gen.Clients())-1:]
	for name, change := range map[string]func(http.ResponseWriter, *http.Request) bool{
		"nothing": func(http.ResponseWriter, *http.Request) bool { return false },
		"a gateway refuses what is percent-encoded with a page": func(w http.ResponseWriter, r *http.Request) bool {
			odd := strings.Contains(r.URL.EscapedPath(), "%00") || strings.Contains(r.URL.EscapedPath(), "%2f")
			if odd {
				w.Header().Set("Content-Type", "text/html")
				w.WriteHeader(http.StatusBadRequest)
				_, _ = w.Write([]byte("<html>400</html>"))
			}
			return odd
		},
		"a long path is 414": func(w http.ResponseWriter, r *http.Request) bool {
			long := len(r.URL.Path) > 2<<10
			if long {
				w.WriteHeader(http.StatusRequestURITooLong)
			}
			return long
		},
		"an encoded path is verified decoded": func(w http.ResponseWriter, r *http.Request) bool {
			encoded := strings.Contains(r.RequestURI, "%")
			if encoded {
				w.WriteHeader(http.StatusUnauthorized)
			}
			return encoded
		},
		"a gateway refuses an encoded slash with 404, as Apache does": func(w http.ResponseWriter, r *http.Request) bool {
			encoded := strings.Contains(r.RequestURI, "%2F") || strings.Contains(r.RequestURI, "%5C")
			if encoded {
				http.NotFound(w, r)
			}
			return encoded
		},
		"a gateway knows no such method": func(w http.ResponseWriter, r *http.Request) bool {
			known := slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, r.Method)
			if !known {
				w.WriteHeader(http.StatusNotImplemented)
			}
			return !known
		},
		"a gateway takes no body of a DELETE": func(w http.ResponseWriter, r *http.Request) bool {
			odd := r.Method == http.MethodDelete && r.ContentLength > 0
			if odd {
				w.WriteHeader(http.StatusRequestEntityTooLarge)
			}
			return odd
		},
		"a query is nobody's": func(w http.ResponseWriter, r *http.Request) bool {
			if r.URL.RawQuery != "" && r.URL.Path != "/" {
				w.WriteHeader(http.StatusBadRequest)
			}
			return r.URL.RawQuery != "" && r.URL.Path != "/"
		},
		"a firewall refuses control characters, semicolons and backslashes": func(w http.ResponseWriter, r *http.Request) bool {
			odd := strings.ContainsAny(r.URL.Path, "\x00\n\r\t;\\")
			if odd {
				w.WriteHeader(http.StatusForbidden)
			}
			return odd
		},
		"another path is 501": func(w http.ResponseWriter, r *http.Request) bool {
			other := strings.HasPrefix(r.URL.Path, "/v2/") || strings.HasSuffix(r.URL.Path, "/")
			if other {
				w.WriteHeader(http.StatusNotImplemented)
			}
			return other
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := mock.New([]signing.Credentials{mockKeys})
			require.NoError(t, err)
			report := judge(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if !change(w, r) {
					m.ServeHTTP(w, r)
				}
			}), list, newest)
			for _, r := range report.Results {
				want := conformance.Pass
				if strings.HasPrefix(r.Case.ID, "ids-encoded") && name == "an encoded path is verified decoded" {
					want = conformance.Skip // which auth-right judges
				}
				assert.Equal(t, want, r.Verdict, "%s\n%s", r.Case.ID, say(report))
			}
		})
	}
}

// TestNothingSeenIsNoPass: against a server that answers everything alike, no case of these families passes.
func TestNothingSeenIsNoPass(t *testing.T) {
	t.Parallel()
	list := named(t, "detach-other-server", "detach-unknown-*", "detach-swapped", "ids-*", "form-*")
	for _, status := range []int{http.StatusAccepted, http.StatusBadRequest, http.StatusUnauthorized, http.StatusConflict} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			report := judge(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }), list, gen.Clients()[:1])
			for _, r := range report.Results {
				assert.NotEqual(t, conformance.Pass, r.Verdict, r.Case.ID)
			}
		})
	}
}

// TestVariantsAreNamed: the name of a variant is a word for a flag.
func TestVariantsAreNamed(t *testing.T) {
	t.Parallel()
	for _, c := range named(t, "ids-*", "form-*") {
		for _, v := range c.Variants {
			assert.False(t, slices.Contains([]string{"", " "}, v.Name) || strings.ContainsAny(v.Name, " /%"), "%s/%s", c.ID, v.Name)
		}
	}
}
