package mock_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// detachAndWait detaches a volume that was unmounted in the guest, and returns when it is detached.
func detachAndWait(ctx context.Context, endpoint, ak, sk string, volumeID virtualserver.VolumeID, serverID virtualserver.ServerID) error {
	signer, err := signing.New(signing.Credentials{AccessKey: ak, SecretKey: signing.Secret(sk)})
	if err != nil {
		return err
	}
	client, err := virtualserver.New(endpoint, signer)
	if err != nil {
		return err
	}
	vols, err := volumes.New(endpoint, signer, virtualserver.Version)
	if err != nil {
		return err
	}
	return volumes.DetachAndWait(ctx, vols, client.Detach, volumeID, serverID)
}

// A careful detach waits until the volume is detached, and refuses a volume that an OS starts from.
func Example_detachAndWait() {
	service, err := mock.New(
		[]signing.Credentials{{AccessKey: "ak", SecretKey: signing.Secret("sk")}},
		mock.WithDelay(50*time.Millisecond),
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(service)
	defer server.Close()

	ctx := context.Background()
	err = detachAndWait(ctx, server.URL, "ak", "sk", mock.VolumeID, mock.ServerID)
	fmt.Println("away:", err == nil)

	err = detachAndWait(ctx, server.URL, "ak", "sk", mock.OSVolumeID, mock.ServerID)
	fmt.Println("refused, as an OS starts from it:", errors.Is(err, volumes.ErrOSVolume))
	// Output:
	// away: true
	// refused, as an OS starts from it: true
}
