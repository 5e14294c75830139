package codegen_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	v1_2 "github.com/scp-openapi/virtualserver/gen/v1.2"
	v1_3 "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
)

// endless writes a body until the client stops reading.
func endless(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		chunk := strings.Repeat(" ", 1<<16)
		for range 64 * v1_3.MaxBody / len(chunk) {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	}
}

// Package client tests what its guard does. Here, each way to make a detach goes through it.
func TestEveryCallIsGuarded(t *testing.T) {
	for _, tt := range []struct {
		name    string
		handler http.HandlerFunc
		status  int
	}{
		{"accepted", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) }, http.StatusAccepted},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusConflict) }, http.StatusConflict},
		{"another success", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }, http.StatusOK},
		{"redirect", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v1/volumes/"+volume {
				t.Errorf("a redirect was followed: %s %s", r.Method, r.RequestURI)
			}
			http.Redirect(w, r, "/v1/volumes/"+volume, http.StatusTemporaryRedirect)
		}, http.StatusTemporaryRedirect},
		{"change of protocol", func(w http.ResponseWriter, _ *http.Request) {
			conn, out, err := http.NewResponseController(w).Hijack()
			if err != nil {
				panic(err)
			}
			defer conn.Close()
			_, _ = out.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n")
			_ = out.Flush()
			_, _ = io.Copy(io.Discard, conn)
		}, http.StatusSwitchingProtocols},
		{"endless body", endless(http.StatusConflict), http.StatusConflict},
		{"endless body of a success", endless(http.StatusAccepted), http.StatusAccepted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			srv := listen(t, tt.handler)
			for _, call := range calls() {
				if call.name == "with response" && tt.name == "endless body of a success" {
					continue // which reads the body, and says that it is too long
				}
				status, err := call.detach(impatient(t), connect(t, srv), volume, server)
				assert.Equal(t, tt.status, status, call.name)
				assert.Equal(t, tt.status == http.StatusAccepted, err == nil, "%s: %v", call.name, err)
			}
		})
	}
}

func TestASilentServerIsNotWaitedFor(t *testing.T) {
	srv := listen(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	to := connect(t, srv)
	to.Timeout = 50 * time.Millisecond
	for _, call := range calls() {
		status, err := call.detach(impatient(t), to, volume, server)
		require.ErrorIs(t, err, context.DeadlineExceeded, call.name)
		assert.Zero(t, status, "there was no answer")
	}
}

func TestACancelledCallReturns(t *testing.T) {
	for _, call := range calls() {
		ctx, cancel := context.WithCancel(t.Context())
		srv := listen(t, func(_ http.ResponseWriter, r *http.Request) {
			cancel() // the request is here, and no answer comes
			<-r.Context().Done()
		})
		status, err := call.detach(ctx, connect(t, srv), volume, server)
		require.ErrorIs(t, err, context.Canceled, "%s, and not the timeout", call.name)
		assert.Zero(t, status)
	}
}

// An error of any client matches the sentinels of any other, and is the Error of any other.
func TestErrorsOfAllClientsAreAlike(t *testing.T) {
	srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodDelete:
			w.WriteHeader(http.StatusConflict)
		case http.MethodGet:
			w.WriteHeader(http.StatusUnauthorized)
		default:
			w.WriteHeader(http.StatusNotFound)
		}
	})
	old, err := v1_2.New(srv.URL, newSigner(t))
	require.NoError(t, err)
	vols, err := volumes.New(srv.URL, newSigner(t), v1_2.Version)
	require.NoError(t, err)

	err = old.Detach(t.Context(), volume, server)
	require.ErrorIs(t, err, v1_3.ErrConflict)
	require.ErrorIs(t, err, volumes.ErrConflict)
	var answer *volumes.Error
	require.ErrorAs(t, err, &answer)

	err = volumes.DetachAndWait(t.Context(), vols, old.Detach, volume, server)
	require.ErrorIs(t, err, v1_3.ErrUnauthorized)
	require.ErrorIs(t, err, v1_2.ErrUnauthorized)

	resp, err := vols.AttachVolumeToVirtualServerWithResponse(t.Context(), volume, volumes.AttachRequest{ServerID: server})
	require.NoError(t, err)
	require.ErrorIs(t, resp.Err(), v1_3.ErrNotFound)
	require.False(t, errors.Is(resp.Err(), v1_3.ErrConflict))
}

// The careful detach of the generated package looks with its own client and detaches with any other.
func TestDetachAndWaitOfTheGeneratedPackage(t *testing.T) {
	detached := false
	srv := listen(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.Method == http.MethodDelete:
			detached = true
			w.WriteHeader(http.StatusAccepted)
		case detached:
			_, _ = io.WriteString(w, `{"id":"`+volume+`","state":"available","bootable":false,"servers":[]}`)
		default:
			_, _ = io.WriteString(w, `{"id":"`+volume+`","state":"in-use","bootable":false,"servers":[{"id":"`+server+`"}]}`)
		}
	})
	c := newClient(t, srv.URL)
	vols, err := volumes.New(srv.URL, newSigner(t), v1_3.Version)
	require.NoError(t, err)
	requests := 0
	report := volumes.WithProgress(func(p volumes.Progress) { requests = p.Requests })
	require.NoError(t, volumes.DetachAndWait(t.Context(), vols, c.Detach, volume, server, report))
	assert.Equal(t, 1, requests)
	require.ErrorIs(t, volumes.DetachAndWait(t.Context(), vols, c.Detach, volume, server, volumes.BootableAt("/dev/vdb")), volumes.ErrNotAttached)
}

func TestVolumeStates(t *testing.T) {
	for _, tt := range []struct {
		state                     string
		moving, failed, available bool
	}{
		{"Detaching", true, false, false},
		{"AVAILABLE", false, false, true},
		{"in_use", false, false, false},
		{"Error_Detaching", false, true, false},
	} {
		v := &volumes.Volume{State: tt.state, Servers: []volumes.AttachedServer{{ID: "S"}}}
		assert.Equal(t, tt.moving, v.Moving(), tt.state)
		assert.Equal(t, tt.failed, v.Failed(), tt.state)
		assert.Equal(t, tt.available, v.Available(), tt.state)
		assert.True(t, v.AttachedTo("s"))
		assert.False(t, v.AttachedTo("other"))
	}
}
