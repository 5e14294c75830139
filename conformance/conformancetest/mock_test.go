package conformancetest_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/conformancetest"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/openapi"
	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
	"github.com/scp-openapi/virtualserver/signing"
)

// open returns a client of a mock that signs with these keys.
func open(t *testing.T, m *conformancetest.Mock, keys signing.Credentials) *virtualserver.ClientWithResponses {
	t.Helper()
	signer, err := signing.New(keys)
	require.NoError(t, err)
	client, err := virtualserver.New(m.URL, signer)
	require.NoError(t, err)
	return client
}

// TestMock sets states while the mock serves, and looks at the requests it saw.
func TestMock(t *testing.T) {
	t.Parallel()
	m := conformancetest.NewMock(t)
	client := open(t, m, m.Credentials)
	detach := func(volume, server string) error {
		return client.Detach(context.Background(), virtualserver.VolumeID(volume), virtualserver.ServerID(server))
	}

	m.SetDelay(time.Hour)
	require.NoError(t, detach(mock.VolumeID, mock.ServerID))
	leaving, found := m.Volume(mock.VolumeID)
	require.True(t, found)
	assert.Equal(t, mock.StateDetaching, leaving.State)
	require.ErrorIs(t, detach(mock.VolumeID, mock.ServerID), virtualserver.ErrConflict)

	require.NoError(t, m.Load(mock.World{Servers: []string{"s"}, Volumes: []mock.Volume{
		{ID: "v", Servers: []string{"s"}}, {ID: "stuck", State: mock.StateAttaching, Servers: []string{"s"}},
	}}))
	require.ErrorIs(t, detach("stuck", "s"), virtualserver.ErrConflict)
	m.SetDelay(0)
	require.NoError(t, detach("v", "s"))
	v, _ := m.Volume("v")
	assert.Equal(t, mock.StateAvailable, v.State)
	_, found = m.Volume(mock.VolumeID)
	assert.False(t, found)

	defect, err := mock.DefectByName("accepted-200")
	require.NoError(t, err)
	m.Reset()
	m.SetDefects(defect)
	require.Error(t, detach(mock.VolumeID, mock.ServerID))

	m.Forget()
	wrong := open(t, m, signing.Credentials{AccessKey: m.Credentials.AccessKey, SecretKey: signing.Secret("wrong")})
	require.ErrorIs(t, wrong.Detach(context.Background(), mock.VolumeID, mock.ServerID), virtualserver.ErrUnauthorized)
	require.Len(t, m.Requests(), 1)
	seen := m.Requests()[0]
	seen.Received, seen.Number = time.Time{}, 0
	assert.Equal(t, mock.Request{
		Method: http.MethodDelete, Path: "/v1/volumes/" + mock.VolumeID + "/servers/" + mock.ServerID,
		APIVersion: openapi.Service + " 1.3", SignatureError: "signing: bad signature (Scp-Signature)",
		Status: http.StatusUnauthorized, Reason: "signing: bad signature (Scp-Signature)",
	}, seen)
}

// TestMocksAreApart: each test has its own mock, with keys that no other takes.
func TestMocksAreApart(t *testing.T) {
	t.Parallel()
	first, second := conformancetest.NewMock(t), conformancetest.NewMock(t)
	require.ErrorIs(t, open(t, first, second.Credentials).Detach(t.Context(), mock.VolumeID, mock.ServerID), virtualserver.ErrUnauthorized)
	require.NoError(t, open(t, first, first.Credentials).Detach(t.Context(), mock.VolumeID, mock.ServerID))
	require.NoError(t, open(t, second, second.Credentials).Detach(t.Context(), mock.VolumeID, mock.ServerID))
}

// TestMockThatNeverAnswers ends with the test, though a client still waits for its answer.
func TestMockThatNeverAnswers(t *testing.T) {
	t.Parallel()
	answered := make(chan error, 1)
	t.Run("a client waits", func(t *testing.T) {
		defect, err := mock.DefectByName("accepted-endless")
		require.NoError(t, err)
		m := conformancetest.NewMock(t, mock.WithDefect(defect))
		client := open(t, m, m.Credentials)
		go func() { answered <- client.Detach(context.Background(), mock.VolumeID, mock.ServerID) }()
		require.Eventually(t, func() bool { return len(m.Requests()) > 0 }, 10*time.Second, time.Millisecond)
	})
	select {
	case err := <-answered:
		t.Log(err) // whatever the client makes of it
	case <-time.After(20 * time.Second):
		t.Fatal("the connection is still open")
	}
}

// TestRunJudgesTheMockAsItIs: the day, the versions and the volumes are those of the mock.
func TestRunJudgesTheMockAsItIs(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		options []mock.Option
		cases   []string
	}{
		{"another day", []mock.Option{mock.WithDay(lifecycle.Day(2026, time.April, 1))}, []string{"discovery-*"}},
		{"another world", []mock.Option{mock.WithWorld(mock.World{
			Servers: []string{"other", "mine"},
			Volumes: []mock.Volume{{ID: "free"}, {ID: "os", Bootable: true, Servers: []string{"mine"}}, {ID: "data", Servers: []string{"mine"}}},
		})}, []string{"detach-accepted", "detach-os-volume"}},
		{"another time", []mock.Option{mock.WithClock(func() time.Time { return time.Now().AddDate(1, 0, 0) })}, []string{"detach-accepted", "discovery-*"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			conformancetest.Run(t, conformancetest.NewMock(t, tt.options...), conformancetest.WithCases(tt.cases...))
		})
	}
}
