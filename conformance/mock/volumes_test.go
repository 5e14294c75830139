package mock_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

const delay = 3 * time.Second

// TestDetachLifecycle detaches a volume and attaches it again.
func TestDetachLifecycle(t *testing.T) {
	s := serve(t, mock.WithDelay(delay))
	const volume, server = mock.VolumeID, mock.ServerID
	s.requireVolume(volume, mock.StateInUse, server)

	require.Equal(t, http.StatusAccepted, s.detach(volume, server))
	s.requireVolume(volume, mock.StateDetaching, server)
	s.clock.advance(delay - time.Millisecond)
	s.requireVolume(volume, mock.StateDetaching, server)
	require.Equal(t, http.StatusConflict, s.detach(volume, server), "it is detaching already")
	require.Equal(t, http.StatusConflict, s.attach(volume, server).status, "it is still detaching")
	require.Equal(t, http.StatusConflict, s.attach(volume, mock.OtherServerID).status, "it is still detaching")

	s.clock.advance(time.Millisecond)
	s.requireVolume(volume, mock.StateAvailable)
	require.Equal(t, http.StatusConflict, s.detach(volume, server), "it is not attached")

	attached := s.attach(volume, server)
	require.Equal(t, http.StatusAccepted, attached.status, "%s", attached.body)
	var body volumes.Attachment
	require.NoError(t, json.Unmarshal(attached.body, &body))
	assert.Equal(t, volume, body.VolumeID)
	assert.Equal(t, server, body.ServerID)
	assert.NotEmpty(t, body.Device)
	s.requireVolume(volume, mock.StateAttaching, server)
	require.Equal(t, http.StatusConflict, s.detach(volume, server), "it is still attaching")
	since := s.clock.Now().Format(time.RFC3339)

	s.clock.advance(delay)
	s.requireVolume(volume, mock.StateInUse, server)
	assert.Equal(t, &since, s.show(volume).Servers[0].AttachedAt)
	require.Equal(t, http.StatusConflict, s.attach(volume, server).status, "it is attached")
	require.Equal(t, http.StatusConflict, s.attach(volume, mock.OtherServerID).status, "it is attached elsewhere")
}

// TestDetachInEveryVersion detaches with the typed client of each version.
func TestDetachInEveryVersion(t *testing.T) {
	for _, client := range gen.Clients() {
		t.Run(client.ID.String(), func(t *testing.T) {
			s := serve(t, mock.WithDelay(delay))
			signer, err := signing.New(credentials, signing.WithClock(s.clock.Now))
			require.NoError(t, err)
			to := gen.Connection{Endpoint: s.server.URL, Signer: signer, Transport: s.client.Transport, Timeout: time.Minute}
			status, err := client.Detach(t.Context(), to, mock.VolumeID, mock.ServerID)
			require.NoError(t, err)
			require.Equal(t, http.StatusAccepted, status)
			status, err = client.Detach(t.Context(), to, mock.VolumeID, mock.ServerID)
			require.ErrorContains(t, err, "VolumeBusy")
			require.Equal(t, http.StatusConflict, status)
		})
	}
}

// TestDetachFromAnother names a server that does not have the volume.
func TestDetachFromAnother(t *testing.T) {
	s := serve(t)
	require.Equal(t, http.StatusConflict, s.detach(mock.VolumeID, mock.OtherServerID))
	s.requireVolume(mock.VolumeID, mock.StateInUse, mock.ServerID)
	require.Equal(t, http.StatusConflict, s.detach(mock.SpareID, mock.ServerID))
	s.requireVolume(mock.SpareID, mock.StateAvailable)
}

// TestOSVolume tries to move an OS volume.
func TestOSVolume(t *testing.T) {
	s := serve(t)
	require.Equal(t, http.StatusConflict, s.detach(mock.OSVolumeID, mock.ServerID))
	for _, server := range []string{mock.ServerID, mock.OtherServerID} {
		refused := s.attach(mock.OSVolumeID, server)
		require.Equal(t, http.StatusConflict, refused.status)
		requireError(t, refused, "VirtualServer.OsVolumeNotAttachable")
	}
	s.requireVolume(mock.OSVolumeID, mock.StateInUse, mock.ServerID)
	assert.Equal(t, "/dev/vda", *s.show(mock.OSVolumeID).Servers[0].Device)
	assert.True(t, *s.show(mock.OSVolumeID).Bootable)
}

// TestMultiAttach detaches a volume from one of its two servers.
func TestMultiAttach(t *testing.T) {
	s := serve(t, mock.WithDelay(delay))
	const volume = mock.SharedID
	s.requireVolume(volume, mock.StateInUse, mock.ServerID, mock.OtherServerID)
	require.Equal(t, http.StatusAccepted, s.detach(volume, mock.ServerID))
	s.requireVolume(volume, mock.StateDetaching, mock.ServerID, mock.OtherServerID)
	s.clock.advance(delay)
	s.requireVolume(volume, mock.StateInUse, mock.OtherServerID)
	require.Equal(t, http.StatusConflict, s.detach(volume, mock.ServerID))
	require.Equal(t, http.StatusAccepted, s.attach(volume, mock.ServerID).status)
	s.clock.advance(delay)
	s.requireVolume(volume, mock.StateInUse, mock.ServerID, mock.OtherServerID)
	require.Equal(t, http.StatusAccepted, s.detach(volume, mock.ServerID))
	require.Equal(t, http.StatusAccepted, s.detach(volume, mock.OtherServerID), "each server lets go by itself")
	s.clock.advance(delay)
	s.requireVolume(volume, mock.StateAvailable)
}

// TestDataVolumes attaches as many volumes as a server can have. No two have the same device, even after
// one of them was detached.
func TestDataVolumes(t *testing.T) {
	const most, server = 26, "server"
	world := mock.World{Servers: []string{server}, Volumes: []mock.Volume{
		{ID: "os", Bootable: true, Servers: []string{server}},
	}}
	for i := range most + 1 {
		world.Volumes = append(world.Volumes, mock.Volume{ID: fmt.Sprintf("data-%d", i)})
	}
	s := serve(t, mock.WithWorld(world))
	devices := map[string]string{"/dev/vda": "os"}
	attach := func(volume string) {
		t.Helper()
		require.Equal(t, http.StatusAccepted, s.attach(volume, server).status, volume)
		device := *s.show(volume).Servers[0].Device
		assert.Regexp(t, `^/dev/vd[a-z]+$`, device)
		assert.Empty(t, devices[device], "%s has %s already", devices[device], device)
		devices[device] = volume
	}
	for i := range most {
		attach(fmt.Sprintf("data-%d", i))
	}
	last := fmt.Sprintf("data-%d", most)
	refused := s.attach(last, server)
	require.Equal(t, http.StatusConflict, refused.status)
	requireError(t, refused, "VirtualServer.TooManyVolumes")
	s.requireVolume(last, mock.StateAvailable)

	delete(devices, *s.show("data-3").Servers[0].Device)
	require.Equal(t, http.StatusAccepted, s.detach("data-3", server))
	attach(last)
}

// TestAttachUnknown names unknown volumes and servers.
func TestAttachUnknown(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct{ volume, server string }{
		"volume": {unusedID, mock.ServerID},
		"server": {mock.SpareID, unusedID},
		"both":   {unusedID, unusedID},
	} {
		t.Run(name, func(t *testing.T) {
			refused := s.attach(c.volume, c.server)
			require.Equal(t, http.StatusBadRequest, refused.status)
			requireError(t, refused, "ValidationError")
		})
	}
	s.requireVolume(mock.SpareID, mock.StateAvailable)
}

// TestAttachBodies sends valid and invalid bodies.
func TestAttachBodies(t *testing.T) {
	good := `{"server_id":"` + mock.ServerID + `"`
	for name, c := range map[string]struct {
		body   string
		status int
	}{
		"good":                {good + `}`, 202},
		"unknown fields":      {good + `,"size":7}`, 202},
		"delete, told":        {good + `,"delete_on_termination":true}`, 202},
		"delete, null":        {good + `,"delete_on_termination":null}`, 202},
		"empty":               {"", 400},
		"blank":               {"  \n", 400},
		"no JSON":             {"server_id=" + mock.ServerID, 400},
		"cut off":             {good, 400},
		"a list":              {"[" + good + "}]", 400},
		"null":                {"null", 400},
		"no server":           {"{}", 400},
		"an empty server":     {`{"server_id":""}`, 400},
		"a number for server": {`{"server_id":7}`, 400},
		"a word for delete":   {good + `,"delete_on_termination":"yes"}`, 400},
		"huge":                {`{"name":"` + strings.Repeat("a", 1<<20) + `","server_id":"` + mock.ServerID + `"}`, 400},
		"deep":                {strings.Repeat("[", 30_000), 400},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t)
			got := s.send(s.sign(s.request(http.MethodPost, "/v1/volumes/"+mock.SpareID+"/servers", c.body), credentials))
			require.Equal(t, c.status, got.status, "%s", got.body)
			if c.status == http.StatusAccepted {
				s.requireVolume(mock.SpareID, mock.StateInUse, mock.ServerID)
				return
			}
			requireError(t, got, "ValidationError")
			s.requireVolume(mock.SpareID, mock.StateAvailable)
		})
	}
}

// TestConcurrent has fifty clients at once. Of those that detach the same volume, one succeeds.
func TestConcurrent(t *testing.T) {
	const each = 10
	s := serve(t, mock.WithDelay(delay))
	attach := `{"server_id":"` + mock.OtherServerID + `"}`
	asks := []struct {
		method, path, body string
		accepted           int32 // how many of them have to be; the rest is refused with 409
		won                atomic.Int32
	}{
		{method: http.MethodDelete, path: detachPath, accepted: 1},
		{method: http.MethodDelete, path: "/v1/volumes/" + mock.SharedID + "/servers/" + mock.ServerID, accepted: 1},
		{method: http.MethodPost, path: "/v1/volumes/" + mock.SpareID + "/servers", body: attach, accepted: 1},
		{method: http.MethodGet, path: "/v1/volumes/" + mock.VolumeID, accepted: each},
		{method: http.MethodGet, path: "/", accepted: each},
	}
	start := make(chan struct{})
	var clients sync.WaitGroup
	for i := range asks {
		for range each {
			a := &asks[i]
			req := s.sign(s.request(a.method, a.path, a.body), credentials)
			clients.Go(func() {
				<-start
				resp, err := s.client.Do(req)
				if !assert.NoError(t, err) {
					return
				}
				resp.Body.Close()
				switch resp.StatusCode {
				case http.StatusAccepted, http.StatusOK:
					a.won.Add(1)
				default:
					assert.Equal(t, http.StatusConflict, resp.StatusCode, "%s %s", a.method, a.path)
				}
			})
		}
	}
	close(start)
	clients.Wait()
	for i := range asks {
		assert.Equal(t, asks[i].accepted, asks[i].won.Load(), "%s %s", asks[i].method, asks[i].path)
	}
	s.clock.advance(delay)
	s.requireVolume(mock.VolumeID, mock.StateAvailable)
	s.requireVolume(mock.SharedID, mock.StateInUse, mock.OtherServerID)
	s.requireVolume(mock.SpareID, mock.StateInUse, mock.OtherServerID)
}
