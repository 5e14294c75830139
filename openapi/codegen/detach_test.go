package codegen_test

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// shown is what an endpoint shows of a volume, answer after answer; the last one again and again. What
// stands behind accepted comes after the detach.
type shown struct {
	before, accepted []string
}

const (
	inUse = `{"id":"v","state":"In-use","bootable":false,"servers":[{"id":"s"}]}`
	away  = `{"id":"v","state":"AVAILABLE","bootable":false,"servers":[]}`
)

// TestDetachAndWait goes through what an endpoint may show before and after a detach.
func TestDetachAndWait(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		shows    shown
		status   int // of the detach
		wantErr  string
		detaches int32
	}{
		{"gone at once", shown{[]string{inUse}, []string{away}}, 202, "", 1},
		{"through detaching", shown{[]string{inUse}, []string{inUse, `{"id":"v","state":"DETACHING","servers":[{"id":"s"}]}`, away}}, 202, "", 1},
		{"attaching still when asked", shown{[]string{`{"id":"v","state":"attaching","bootable":false,"servers":[{"id":"s"}]}`, inUse}, []string{away}}, 202, "", 1},
		{"at another server still", shown{
			[]string{`{"id":"v","state":"in_use","bootable":false,"servers":[{"id":"s"},{"id":"other"}]}`},
			[]string{`{"id":"v","state":"in_use","bootable":false,"servers":[{"id":"other"}]}`},
		}, 202, "", 1},
		{"trouble that passes", shown{[]string{"502", inUse}, []string{"503", "429", away}}, 202, "", 1},
		{"an OS volume", shown{[]string{`{"id":"v","state":"In-use","bootable":true,"servers":[{"id":"s"}]}`}, nil}, 202, "an OS starts from", 0},
		{"perhaps an OS volume", shown{[]string{`{"id":"v","state":"In-use","servers":[{"id":"s"}]}`}, nil}, 202, "does not say", 0},
		{"in an error state", shown{[]string{`{"id":"v","state":"Error_Detaching","bootable":false,"servers":[{"id":"s"}]}`}, nil}, 202, "Error_Detaching", 0},
		{"no such volume", shown{[]string{"404"}, nil}, 202, "404 Not Found", 0},
		{"not let in", shown{[]string{"401"}, nil}, 202, "401 Unauthorized", 0},
		{"refused", shown{[]string{inUse}, []string{inUse}}, 409, "409 Conflict", 1},
		{"its answer lost", shown{[]string{inUse}, []string{`{"id":"v","state":"Detaching","servers":[{"id":"s"}]}`, away}}, 502, "", 1},
		{"tried twice by the client", shown{[]string{inUse}, []string{away}}, 409, "", 1},
		{"refused, and then not shown", shown{[]string{inUse}, []string{"500"}}, 409, "409 Conflict", 1},
		{"not attached", shown{[]string{away}, nil}, 202, "not attached to that server", 0},
		{"an error state afterwards", shown{[]string{inUse}, []string{`{"id":"v","state":"ERROR","servers":[{"id":"s"}]}`}}, 202, `state "ERROR"`, 1},
		{"deleted meanwhile", shown{[]string{inUse}, []string{"404"}}, 202, "404 Not Found", 1},
		{"shown as nothing", shown{[]string{inUse}, []string{`{}`}}, 202, "does not show the volume", 1},
		{"shown as another", shown{[]string{inUse}, []string{`{"id":"other","state":"Available","servers":[]}`}}, 202, "does not show the volume", 1},
		{"another from the start", shown{[]string{`{"id":"other","state":"In-use","bootable":false,"servers":[{"id":"s"}]}`}, nil}, 202, "does not show the volume", 0},
		{"in use nowhere", shown{[]string{inUse}, []string{`{"id":"v","state":"In-use","servers":[]}`}}, 202, "In-use", 1},
		{"in other letter case", shown{[]string{inUse}, []string{`{"id":"V","state":"In-use","servers":[{"id":"S"}]}`}}, 202, "In-use", 1},
		{"in a state nobody knows", shown{[]string{inUse}, []string{`{"id":"v","state":"Whatever","servers":[]}`}}, 202, "Whatever", 1},
		{"shown as a page", shown{[]string{inUse}, []string{`<html>`}}, 202, "not JSON", 1},
		{"never gone", shown{[]string{inUse}, []string{inUse}}, 202, `it is "In-use"`, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var detaches, asked atomic.Int32
			endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodDelete {
					detaches.Add(1)
					asked.Store(0)
					w.WriteHeader(tt.status)
					return
				}
				list := tt.shows.before
				if detaches.Load() > 0 {
					list = tt.shows.accepted
				}
				n := min(int(asked.Add(1)), len(list)) - 1
				var status int
				if json.Unmarshal([]byte(list[n]), &status) == nil {
					w.WriteHeader(status)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				_, _ = w.Write([]byte(list[n]))
			}))
			defer endpoint.Close()
			signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")})
			require.NoError(t, err)
			client, err := virtualserver.New(endpoint.URL, signer)
			require.NoError(t, err)
			vols, err := volumes.New(endpoint.URL, signer, virtualserver.Version)
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
			defer cancel()

			err = volumes.DetachAndWait(ctx, vols, client.Detach, virtualserver.VolumeID("v"), virtualserver.ServerID("s"))
			if tt.wantErr == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.wantErr)
			}
			assert.Equal(t, tt.detaches, detaches.Load(), "a detach is asked for once, or not at all")
			if tt.name == "never gone" {
				require.ErrorIs(t, err, context.DeadlineExceeded)
			}
			if tt.name == "not attached" {
				require.ErrorIs(t, err, volumes.ErrNotAttached)
			}
			if tt.name == "an OS volume" {
				require.ErrorIs(t, err, volumes.ErrOSVolume)
			}
		})
	}
}

// TestDetachAndWaitEndsWithItsContext: who gives up does not wait for the next look.
func TestDetachAndWaitEndsWithItsContext(t *testing.T) {
	t.Parallel()
	endpoint := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"id":"v","state":"Detaching","bootable":false,"servers":[{"id":"s"}]}`))
	}))
	defer endpoint.Close()
	signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")})
	require.NoError(t, err)
	vols, err := volumes.New(endpoint.URL, signer, virtualserver.Version)
	require.NoError(t, err)
	ctx, cancel := context.WithCancelCause(context.Background())
	stopped := context.Canceled
	time.AfterFunc(20*time.Millisecond, func() { cancel(stopped) })
	start := time.Now()
	never := func(context.Context, volumes.VolumeID, string) error {
		t.Error("it is not to be asked for")
		return nil
	}
	err = volumes.DetachAndWait(ctx, vols, never, volumes.VolumeID("v"), "s")
	require.ErrorIs(t, err, stopped)
	assert.Less(t, time.Since(start), 5*time.Second)
}

// TestDetachAndWaitEndsAtOnce: what cannot pass is not waited out.
func TestDetachAndWaitEndsAtOnce(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	tls := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(tls.Close)
	tls.Config.ErrorLog = log.New(io.Discard, "", 0)
	for _, tt := range []struct{ name, endpoint, volume string }{
		{"an ID that is none", closed.URL, ".."},
		{"nothing listens", closed.URL, "v"},
		{"a certificate that nobody knows", tls.URL, "v"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			signer, err := signing.New(signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")})
			require.NoError(t, err)
			vols, err := volumes.New(tt.endpoint, signer, virtualserver.Version)
			require.NoError(t, err)
			never := func(context.Context, volumes.VolumeID, string) error {
				t.Error("it is not to be asked for")
				return nil
			}
			start := time.Now()
			err = volumes.DetachAndWait(context.Background(), vols, never, volumes.VolumeID(tt.volume), "s")
			require.ErrorContains(t, err, "nothing was asked to be detached")
			assert.Less(t, time.Since(start), time.Minute)
		})
	}
}
