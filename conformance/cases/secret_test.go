package cases_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/cases"
	"github.com/scp-openapi/virtualserver/signing"
)

// leaks are servers around the mock that say what they should not.
var leaks = map[string]func(next http.Handler) http.HandlerFunc{
	"none": func(next http.Handler) http.HandlerFunc { return next.ServeHTTP },
	"an echo": func(http.Handler) http.HandlerFunc {
		return sendBack
	},
	"the signature in a header": func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header()["X-Debug"] = append(r.Header.Values(signing.HeaderSignature), wholeKeys.SecretKey.Reveal())
			next.ServeHTTP(w, r)
		}
	},
	"the signature in a name": func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			name := strings.Map(func(c rune) rune {
				if strings.ContainsRune("=/+ ", c) || c > 126 {
					return -1
				}
				return c
			}, r.Header.Get(signing.HeaderAccessKey))
			w.Header()["X-Of-"+name] = []string{r.Header.Get(signing.HeaderSignature)}
			next.ServeHTTP(w, r)
		}
	},
	"all of it in a trailer and a hint": func(next http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			said := "secret " + url.QueryEscape(wholeKeys.SecretKey.Reveal()) + ", signed " + r.Header.Get(signing.HeaderSignature)
			w.Header().Set("X-Hint", said)
			w.WriteHeader(http.StatusEarlyHints)
			w.Header().Del("X-Hint")
			next.ServeHTTP(w, r)
			w.Header().Set(http.TrailerPrefix+"X-Late", said)
		}
	},
	"all of it in a body": func(http.Handler) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{ // a client that went away needs no answer
				"code": r.Header.Get(signing.HeaderSignature), "detail": wholeKeys.SecretKey.Reveal(), "title": r.Header.Get(signing.HeaderAccessKey),
			}}})
		}
	},
}

// TestNoSecretInAReport looks for the keys, and for every signature that went over the wire, in all that a report
// holds, in every way it is printed.
func TestNoSecretInAReport(t *testing.T) {
	for name, leak := range leaks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			secrets := map[string]bool{wholeKeys.SecretKey.Reveal(): true, wholeKeys.AccessKey: true}
			handler := leak(wholeMock(t))
			report := whole(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				for _, signature := range r.Header.Values(signing.HeaderSignature) {
					secrets[signature] = true
				}
				mu.Unlock()
				handler(w, r)
			}), func(c *conformance.Config) {
				newestAlone(c)
				c.All = name == "none" || name == "an echo"
			})
			require.Greater(t, len(secrets), 20, "signatures were made")

			written, err := json.Marshal(report)
			require.NoError(t, err)
			var all strings.Builder
			all.Write(written)
			fmt.Fprintf(&all, "\n%+v\n", *report)
			for _, r := range report.Results {
				for _, f := range r.Findings {
					if f.Exchange != nil {
						writeExchange(&all, *f.Exchange)
					}
				}
				for _, attempt := range r.Attempts {
					for _, e := range attempt.Exchanges {
						writeExchange(&all, e)
					}
				}
			}
			requireNone(t, all.String(), slices.Collect(maps.Keys(secrets)))
			assert.Contains(t, all.String(), "[masked]")
		})
	}
}

func writeExchange(w *strings.Builder, e conformance.Exchange) {
	fmt.Fprintf(w, "%s\n%s\n%s\n%+v %+v %+v\n", e, e.Body, e.RequestBody, e.ResponseHeader, e.Trailer, e.Informational)
}

// requireNone looks for secrets as they are, and as URLs, JSON and Go write them.
func requireNone(t *testing.T, text string, secrets []string) {
	t.Helper()
	const shortest, start = 20, 16 // what is shorter is a word that a case tries in place of a signature
	starts := map[string][]string{}
	for _, secret := range secrets {
		if len(secret) < shortest && secret != wholeKeys.AccessKey {
			continue
		}
		quoted, err := json.Marshal(secret)
		require.NoError(t, err)
		for _, spelling := range []string{secret, url.QueryEscape(secret), url.PathEscape(secret), strings.Trim(string(quoted), `"`), strings.Trim(fmt.Sprintf("%q", secret), `"`)} {
			starts[spelling[:start]] = append(starts[spelling[:start]], spelling)
		}
	}
	for i := range len(text) - start {
		for _, spelling := range starts[text[i:i+start]] {
			if strings.HasPrefix(text[i:], spelling) {
				t.Fatalf("a secret of %d characters is in the report: …%s…", len(spelling), text[max(0, i-120):i])
			}
		}
	}
}

// sendBack answers 200 with the request: its line and headers in the body, its headers in the headers too.
func sendBack(w http.ResponseWriter, r *http.Request) {
	for name, values := range r.Header {
		w.Header()["X-Echo-"+name] = values
	}
	out := bufio.NewWriter(w)
	defer out.Flush()
	fmt.Fprintf(out, "%s %s\n", r.Method, r.RequestURI)
	_ = r.Header.Write(out) // a client that went away needs no answer
}

// TestHeadlineNamesALeak: nobody promises that an answer holds no key, so that it does is no fail; but it is the first
// thing that is said.
func TestHeadlineNamesALeak(t *testing.T) {
	t.Parallel()
	chosen, err := cases.Select("form-credentials")
	require.NoError(t, err)
	for name, said := range map[string]bool{"none": false, "the signature in a header": true} {
		t.Run(name, func(t *testing.T) {
			report := whole(t, leaks[name](wholeMock(t)), func(c *conformance.Config) {
				newestAlone(c)
				c.Cases = chosen
			})
			assert.Equal(t, said, strings.HasPrefix(report.Headline, report.Endpoint+" repeats the secret key or a signature"), report.Headline)
			assert.Equal(t, conformance.ExitOK, report.ExitCode, report.Headline)
		})
	}
}
