package mock_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// requireGatewayError checks that an answer has the form of the gateway's errors.
func requireGatewayError(t *testing.T, r reply, path string) {
	t.Helper()
	got := fields(t, r.body)
	assert.Len(t, got, 5)
	_, err := time.Parse(time.RFC3339, got["timestamp"].(string))
	assert.NoError(t, err)
	assert.Equal(t, path, got["path"])
	assert.EqualValues(t, r.status, got["status"])
	assert.Equal(t, http.StatusText(r.status), got["error"])
	assert.NotEmpty(t, got["requestId"])
}

func TestGatewayNotFound(t *testing.T) {
	s := serve(t, mock.WithGatewayNotFound())
	for _, path := range []string{detachPath, "/nothing/here"} {
		got := s.send(s.request(http.MethodDelete, path, ""))
		require.Equal(t, http.StatusNotFound, got.status)
		requireGatewayError(t, got, path)
	}
	assert.Equal(t, http.StatusOK, s.send(s.request(http.MethodGet, "/", "")).status, "discovery needs no signature")
	for _, header := range []string{signing.HeaderAccessKey, signing.HeaderSignature, signing.HeaderTimestamp} {
		req := s.request(http.MethodDelete, detachPath, "")
		req.Header.Set(header, "1")
		got := s.send(req)
		assert.Equal(t, http.StatusUnauthorized, got.status, "with %s", header)
		requireError(t, got, "HmacValidFail")
	}
}

func TestUnknownNotFound(t *testing.T) {
	s := serve(t, mock.WithUnknownNotFound())
	for _, tt := range []struct {
		name, method, path string
		status             int
	}{
		{"show an unknown volume", http.MethodGet, "/v1/volumes/" + unusedID, 404},
		{"show a malformed volume", http.MethodGet, "/v1/volumes/..", 404},
		{"detach an unknown volume", http.MethodDelete, "/v1/volumes/" + unusedID + "/servers/" + mock.ServerID, 404},
		{"detach from an unknown server", http.MethodDelete, "/v1/volumes/" + mock.VolumeID + "/servers/" + unusedID, 404},
		{"detach from a malformed server", http.MethodDelete, "/v1/volumes/" + mock.VolumeID + "/servers/..", 404},
		{"detach from another server", http.MethodDelete, "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.OtherServerID, 409},
		{"attach without a body", http.MethodPost, "/v1/volumes/" + mock.SpareID + "/servers", 400},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := s.ask(tt.method, tt.path)
			require.Equal(t, tt.status, got.status)
			if tt.status == http.StatusNotFound {
				requireError(t, got, "ValidationError")
			}
		})
	}
	req := s.sign(s.request(http.MethodGet, "/v1/volumes/"+mock.VolumeID, ""), credentials)
	req.Header.Set(signing.HeaderAPIVersion, speaks("9.99"))
	assert.Equal(t, http.StatusBadRequest, s.send(req).status, "a version is not an ID")
}

func TestOptionsForbidden(t *testing.T) {
	s := serve(t, mock.WithOptionsForbidden())
	got := s.send(s.request(http.MethodOptions, detachPath, ""))
	require.Equal(t, http.StatusForbidden, got.status)
	requireGatewayError(t, got, detachPath)
	assert.Equal(t, http.StatusForbidden, s.ask(http.MethodOptions, detachPath).status)
}

func TestMergedSlashes(t *testing.T) {
	s := serve(t, mock.WithMergedSlashes())
	assert.Equal(t, http.StatusOK, s.ask(http.MethodGet, "//v1///volumes/"+mock.VolumeID).status)
	assert.Equal(t, http.StatusNotFound, s.ask(http.MethodDelete, "/v1/volumes//servers/"+mock.ServerID).status)
}

func TestLongPathRefused(t *testing.T) {
	s := serve(t, mock.WithLongPathRefused())
	got := s.ask(http.MethodGet, "/v1/volumes/"+strings.Repeat("a", 8<<10))
	require.Equal(t, http.StatusRequestURITooLong, got.status)
	assert.Equal(t, "text/html", got.header.Get("Content-Type"))
	assert.Equal(t, http.StatusBadRequest, s.ask(http.MethodGet, "/v1/volumes/"+strings.Repeat("a", 4<<10)).status)
}

// TestGatewayErrors: the same seed fails the same requests, at about the rate that was asked for, and a
// request that failed did nothing.
func TestGatewayErrors(t *testing.T) {
	const rate, requests = 0.1, 500
	statuses := func(seed uint64) []int {
		s := serve(t, mock.WithGatewayErrors(rate, seed))
		var all []int
		for range requests {
			got := s.send(s.request(http.MethodGet, "/", ""))
			if got.status != http.StatusOK {
				requireGatewayError(t, got, "/")
			}
			all = append(all, got.status)
		}
		return all
	}
	first := statuses(1)
	assert.Equal(t, first, statuses(1))
	assert.NotEqual(t, first, statuses(2))
	count := map[int]int{}
	for _, status := range first {
		count[status]++
	}
	assert.Len(t, count, 3, "200, 502 and 503")
	assert.InDelta(t, rate*requests, count[http.StatusBadGateway]+count[http.StatusServiceUnavailable], 20)

	s := serve(t, mock.WithGatewayErrors(1, 1))
	s.detach(mock.VolumeID, mock.ServerID)
	assert.GreaterOrEqual(t, s.detach(mock.VolumeID, mock.ServerID), 500, "the first detach was not passed on")
	assert.Equal(t, http.StatusOK, serve(t, mock.WithGatewayErrors(0, 1)).ask(http.MethodGet, "/").status)
}

// TestBusy: after an operation on a volume the next one has to wait. Other volumes, and showing, do not.
func TestBusy(t *testing.T) {
	s := serve(t, mock.WithBusy(time.Second))
	require.Equal(t, http.StatusAccepted, s.detach(mock.SharedID, mock.ServerID))
	require.Equal(t, http.StatusConflict, s.detach(mock.SharedID, mock.OtherServerID))
	require.Equal(t, http.StatusConflict, s.attach(mock.SharedID, mock.ServerID).status)
	require.Equal(t, http.StatusAccepted, s.detach(mock.VolumeID, mock.ServerID))
	s.requireVolume(mock.SharedID, mock.StateInUse, mock.OtherServerID)
	s.clock.advance(time.Second - time.Millisecond)
	require.Equal(t, http.StatusConflict, s.detach(mock.SharedID, mock.OtherServerID))
	s.clock.advance(time.Millisecond)
	require.Equal(t, http.StatusAccepted, s.detach(mock.SharedID, mock.OtherServerID))
	require.Equal(t, http.StatusConflict, s.attach(mock.SharedID, mock.OtherServerID).status)
	s.clock.advance(time.Second)
	require.Equal(t, http.StatusAccepted, s.attach(mock.SharedID, mock.OtherServerID).status)
}

func TestNewerVersions(t *testing.T) {
	// The table is fixed, so that a newer document turns no test.
	table := lifecycle.Table{Versions: []lifecycle.Version{
		{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.August, 31)},
		{ID: lifecycle.V(1, 3), Label: lifecycle.Current},
	}}
	s := serve(t, mock.WithNewerVersions(), mock.WithTable(table))
	body := string(s.send(s.request(http.MethodGet, "/", "")).body)
	listed, err := lifecycle.ParseDiscovery(strings.NewReader(body), "the mock", started)
	require.NoError(t, err)
	assert.Equal(t, []lifecycle.Version{
		{ID: lifecycle.V(1, 2), Label: lifecycle.Supported, NotBefore: lifecycle.Day(2026, time.August, 31)},
		{ID: lifecycle.V(1, 3), Label: lifecycle.Supported},
		{ID: lifecycle.V(1, 4), Label: lifecycle.Supported},
		{ID: lifecycle.V(1, 5), Label: lifecycle.Current},
	}, listed.Versions)
}

// TestSwitches: the names are flags, and every switch changes some answer by itself.
func TestSwitches(t *testing.T) {
	probes := func(opts ...mock.Option) string {
		s := serve(t, opts...)
		var all strings.Builder
		see := func(r reply) { fmt.Fprintln(&all, r.status) }
		see(s.send(s.request(http.MethodDelete, detachPath, "")))
		see(s.ask(http.MethodOptions, detachPath))
		see(s.ask(http.MethodGet, "/v1/volumes/"+unusedID))
		see(s.ask(http.MethodGet, "//v1/volumes/"+mock.VolumeID))
		see(s.ask(http.MethodGet, "/v1/volumes/"+strings.Repeat("a", 9000)))
		see(s.ask(http.MethodDelete, detachPath))
		see(s.attach(mock.VolumeID, mock.ServerID))
		for range 200 {
			see(s.send(s.request(http.MethodGet, "/", "")))
		}
		all.Write(s.send(s.request(http.MethodGet, "/", "")).body)
		return strings.ReplaceAll(all.String(), s.server.URL, "")
	}
	without := probes()
	var names []string
	for _, sw := range mock.Switches() {
		t.Run(sw.Name, func(t *testing.T) {
			assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, sw.Name)
			assert.NotEmpty(t, sw.Summary)
			assert.NotContains(t, names, sw.Name)
			assert.NotEqual(t, without, probes(sw.Option))
		})
		names = append(names, sw.Name)
	}
	assert.NotEqual(t, without, probes(mock.Live()))
}

// TestLastSwitchWins: Live sets defaults that an option after it changes.
func TestLastSwitchWins(t *testing.T) {
	s := serve(t, mock.Live(), mock.WithGatewayErrors(0, 1), mock.WithBusy(time.Minute))
	require.Equal(t, http.StatusAccepted, s.detach(mock.SharedID, mock.ServerID))
	s.clock.advance(time.Minute - time.Millisecond)
	for range 200 {
		require.Equal(t, http.StatusConflict, s.detach(mock.SharedID, mock.OtherServerID))
	}
	s.clock.advance(time.Millisecond)
	require.Equal(t, http.StatusAccepted, s.detach(mock.SharedID, mock.OtherServerID))
}

// TestLiveStillDetaches: a client that tries again gets its volume detached, in every version.
func TestLiveStillDetaches(t *testing.T) {
	for _, client := range gen.Clients() {
		t.Run(client.ID.String(), func(t *testing.T) {
			s := serve(t, mock.Live())
			statuses := []int{}
			for range 20 {
				req := s.sign(s.request(http.MethodDelete, detachPath, ""), credentials)
				req.Header.Set(signing.HeaderAPIVersion, speaks(client.ID.String()))
				statuses = append(statuses, s.send(req).status)
				if slices.Contains(statuses, http.StatusAccepted) {
					return
				}
			}
			assert.Fail(t, "never accepted", "%v", statuses)
		})
	}
}
