package conformance

import (
	"context"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// TestRunFollowsNoRedirect, in clients and as it is.
func TestRunFollowsNoRedirect(t *testing.T) {
	var followed atomic.Int32
	elsewhere := startServer(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { followed.Add(1) }))
	for _, to := range []string{elsewhere + "/v1/volumes/" + mock.VolumeID, "/v1/volumes/" + mock.VolumeID} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/v1/volumes/"+mock.VolumeID && r.Method != http.MethodGet {
					followed.Add(1)
				}
				w.Header().Set("Location", to)
				w.WriteHeader(status)
			})
			report := run(t, configFor(t, startServer(t, handler),
				ask("client", HarmRefused, detachUnused), ask("discovery", HarmReads, listVersions),
				ask("raw", HarmReads, func(ctx context.Context, t *Trial) error {
					_, err := t.Send(ctx, Request{Method: http.MethodGet, Path: "/v1/other"})
					return err
				})))
			for _, r := range report.Results {
				require.Len(t, r.Attempts[0].Exchanges, 1, r.Case.ID)
				assert.Equal(t, status, r.Attempts[0].Exchanges[0].Status, r.Case.ID)
			}
		}
	}
	assert.Zero(t, followed.Load())
}

// TestRequestBy: the version asked is that of the trial, or the one a request names.
func TestRequestBy(t *testing.T) {
	var versions []string
	service := newMock(t)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/" {
			versions = append(versions, r.Method+" "+r.Header.Get(signing.HeaderAPIVersion))
		}
		service.ServeHTTP(w, r)
	})
	run(t, configFor(t, startServer(t, handler), ask("one", HarmRefused, func(ctx context.Context, t *Trial) error {
		for _, by := range []lifecycle.ID{{}, lifecycle.V(1, 1)} {
			for _, r := range []Request{{Pair: t.Unused()}, {Operation: ShowVolume, Pair: Pair{Volume: mock.VolumeID}}, {Method: http.MethodGet, Path: "/v1/other"}} {
				r.By = by
				if _, err := t.Send(ctx, r); err != nil {
					return err
				}
			}
		}
		return nil
	})))
	own := PinnedTo(newestClient()[0].ID)
	assert.Equal(t, []string{
		"DELETE " + own, "GET " + own, "GET " + own,
		"DELETE virtualserver 1.1", "GET virtualserver 1.1", "GET virtualserver 1.1",
	}, versions)
	assert.Equal(t, "virtualserver 1.10", PinnedTo(lifecycle.V(1, 10)))
}

// TestRawPaths go out letter by letter.
func TestRawPaths(t *testing.T) {
	paths := []string{
		"/v1/volumes/{id}/servers/{id}", "/v1/volumes/{id}%20/servers/{id}", "/v1/volumes/%7B{id}%7D/servers/{id}",
		"/v1/volumes/{id}/servers/{id}?", "/v1/volumes/{id}/servers/{id}?a=1&b=%20&a=+", "/v1/volumes/{id}/servers/", "/V1/volumes/{id}",
	}
	var got []string
	handler := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			got = append(got, r.RequestURI)
		}
	})
	var want []string
	result := runOne(t, configFor(t, startServer(t, handler), ask("one", HarmRefused, func(ctx context.Context, t *Trial) error {
		for _, path := range paths {
			path = strings.ReplaceAll(path, "{id}", t.UnusedID())
			want = append(want, path)
			before, _, _ := strings.Cut(path, "?")
			if err := t.UnusedPath(before); err != nil {
				return err
			}
			if _, err := t.Send(ctx, Request{Path: path}); err != nil {
				return err
			}
		}
		return t.UnusedPath("/v1/volumes/" + mock.VolumeID) // an error: it may be something
	})))
	assert.Equal(t, want, got)
	assert.Equal(t, Error, result.Verdict)
	assert.Contains(t, result.Reason(), "could be the ID of something")
}

// TestEvidence: who reads a result can see what was sent, what came back, and how to ask again.
func TestEvidence(t *testing.T) {
	config := configFor(t, startServer(t, newMock(t)), ask("one", HarmRefused, detachUnused))
	config.Clients = nil
	for _, r := range run(t, config).Results {
		require.Len(t, r.Attempts, 1)
		require.Len(t, r.Attempts[0].Exchanges, 1)
		e := r.Attempts[0].Exchanges[0]
		assert.Equal(t, "one", e.Case)
		assert.Equal(t, http.MethodDelete, e.Method)
		assert.Equal(t, http.StatusBadRequest, e.Status)
		assert.Equal(t, ExpectRefused, e.Expected)
		assert.Equal(t, "unused IDs", e.About)
		assert.Regexp(t, `^/v1/volumes/[0-9a-f-]{36}/servers/[0-9a-f-]{36}$`, e.Path())
		assert.Equal(t, "virtualserver "+r.Version.ID.String(), e.RequestHeader.Get(signing.HeaderAPIVersion))
		assert.Equal(t, "[masked]", e.RequestHeader.Get(signing.HeaderSignature))
		assert.Equal(t, "[masked]", e.RequestHeader.Get(signing.HeaderAccessKey))
		assert.Equal(t, "application/json", e.ResponseHeader.Get("Content-Type"))
		assert.Contains(t, string(e.Body), "ValidationError")
		assert.Positive(t, e.Duration)
		assert.False(t, e.Started.Before(r.Started.Truncate(time.Second)))
		assert.Contains(t, r.Again, " --case one --api-version "+r.Version.ID.String()+" --at 2026-04-01 --seed 1")
	}
}
