package conformancetest_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/scp-openapi/virtualserver/conformance/conformancetest"
	"github.com/scp-openapi/virtualserver/conformance/mock"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

// release is the code that is tested: it takes a volume from a server, and minds no detach that is under way.
func release(ctx context.Context, endpoint string, keys signing.Credentials, volume virtualserver.VolumeID, server virtualserver.ServerID) error {
	signer, err := signing.New(keys)
	if err != nil {
		return err
	}
	client, err := virtualserver.New(endpoint, signer)
	if err != nil {
		return err
	}
	if err := client.Detach(ctx, volume, server); !errors.Is(err, virtualserver.ErrConflict) {
		return err
	}
	return nil
}

// testRelease is called TestRelease where go test runs it.
func testRelease(t *testing.T) {
	service := conformancetest.NewMock(t, mock.WithDelay(time.Minute)) // how long a detach takes

	require.NoError(t, release(t.Context(), service.URL, service.Credentials, mock.VolumeID, mock.ServerID))
	volume, _ := service.Volume(mock.VolumeID)
	require.Equal(t, mock.StateDetaching, volume.State)

	require.NoError(t, release(t.Context(), service.URL, service.Credentials, mock.VolumeID, mock.ServerID))
	seen := service.Requests()
	require.Len(t, seen, 2)
	require.Equal(t, http.StatusConflict, seen[1].Status)
	require.True(t, seen[1].SignatureValid)
	require.Equal(t, "virtualserver 1.3", seen[1].APIVersion)
}

// A test of code that detaches volumes sets what the service holds, and looks at what it was asked.
func ExampleNewMock() {
	_ = testing.InternalTest{Name: "TestRelease", F: testRelease}
}
