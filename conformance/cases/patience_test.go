package cases_test

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
)

// TestOneVersionBroken: that nothing takes effect in one version is no fault of those that are asked after it,
// whose operations take a while.
func TestOneVersionBroken(t *testing.T) {
	t.Parallel()
	broken, err := mock.DefectByName("no-effect-one-version")
	require.NoError(t, err)
	newestFirst := slices.Clone(gen.Clients())
	slices.Reverse(newestFirst)
	report := judgeCases(t, newMock(t, nil, mock.WithDefect(broken), mock.WithDelay(150*time.Millisecond)), func(c *conformance.Config) {
		c.Clients, c.Settle, c.Fixture, c.Attempts = newestFirst[:2], 700*time.Millisecond, mockFixture, 1
	}, "detach-*", "ids-encoded", "ids-refused-late", "form-language-accepted")
	for _, r := range report.Results {
		switch {
		case r.Version.ID != newestFirst[0].ID:
			assert.Contains(t, []conformance.Verdict{conformance.Pass, conformance.Skip}, r.Verdict, "%s in %s: %s", r.Case.ID, r.Version.ID, r.Reason())
		case r.Case.ID == "detach-takes-effect":
			assert.Equal(t, conformance.Fail, r.Verdict, r.Reason())
		case r.Case.ID == "form-language-accepted":
			assert.Equal(t, conformance.Pass, r.Verdict, r.Reason())
		}
	}
}

// TestLastsWithoutTheSpareVolume: where the run has the spare volume stand in for the data volume, that it is attached
// says nothing of the detach before.
func TestLastsWithoutTheSpareVolume(t *testing.T) {
	t.Parallel()
	var left atomic.Bool
	server := newMock(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet || !strings.HasSuffix(r.URL.Path, mock.VolumeID) || !left.Load() {
				next.ServeHTTP(w, r)
				if r.Method == http.MethodDelete && strings.Contains(r.URL.Path, mock.SpareID) {
					left.Store(true)
				}
				return
			}
			answer := httptest.NewRecorder()
			next.ServeHTTP(answer, r)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(strings.Replace(answer.Body.String(), `"in-use"`, `"attaching"`, 1)))
		})
	})
	report := judgeCases(t, server, func(c *conformance.Config) {
		c.Attempts, c.Clients = 2, gen.Clients()[len(gen.Clients())-1:] // in the second, the spare volume stands in
	}, "detach-lasts", "detach-other-server")
	require.Len(t, report.Results, 2)
	for _, r := range report.Results {
		want := conformance.Pass
		if r.Case.ID == "detach-lasts" {
			want = conformance.Inconclusive
			assert.Contains(t, r.Reason(), "attached again in this run")
		}
		assert.Equal(t, want, r.Verdict, "%s: %s", r.Case.ID, r.Reason())
	}
}

// TestAttachingByLooksThatLag: that looks show a volume late is not taken for an attach that takes long.
func TestAttachingByLooksThatLag(t *testing.T) {
	t.Parallel()
	const fresh = 300 * time.Millisecond
	type kept struct {
		answer *httptest.ResponseRecorder
		at     time.Time
	}
	var mu sync.Mutex
	cache := map[string]kept{}
	server := newMock(t, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodGet {
				next.ServeHTTP(w, r)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			k := cache[r.URL.Path]
			if time.Since(k.at) > fresh {
				k = kept{httptest.NewRecorder(), time.Now()}
				next.ServeHTTP(k.answer, r)
				cache[r.URL.Path] = k
			}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(k.answer.Code)
			_, _ = w.Write(k.answer.Body.Bytes())
		})
	}, mock.WithDelay(0))
	report := judgeCases(t, server, func(c *conformance.Config) {
		c.Attempts, c.Settle, c.Clients = 1, 2*time.Second, gen.Clients()[len(gen.Clients())-1:]
	}, "detach-while-attaching")
	require.Len(t, report.Results, 1)
	assert.Equal(t, conformance.Skip, report.Results[0].Verdict, report.Results[0].Reason())
}
