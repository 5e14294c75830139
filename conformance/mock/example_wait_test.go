package mock_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http/httptest"
	"time"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	"github.com/scp-openapi/virtualserver/gen/fixture"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

// A careful detach: it goes on until the volume is away, and touches no volume that an OS starts from.
// The volume has been unmounted in the guest before.
func Example_detachAndWait() {
	keys := signing.Credentials{AccessKey: "ak", SecretKey: "sk"}
	server, err := mock.New([]signing.Credentials{keys}, mock.WithDelay(50*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	endpoint := httptest.NewServer(server)
	defer endpoint.Close()

	signer, err := signing.New(keys)
	if err != nil {
		log.Fatal(err)
	}
	client, err := virtualserver.New(endpoint.URL, signer)
	if err != nil {
		log.Fatal(err)
	}
	volumes, err := fixture.New(endpoint.URL, signer, virtualserver.APIVersion)
	if err != nil {
		log.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()

	var volumeID, osVolumeID virtualserver.VolumeID = mock.VolumeID, mock.OSVolumeID
	var serverID virtualserver.ServerID = mock.ServerID
	err = fixture.DetachAndWait(ctx, volumes, client.Detach, volumeID, serverID)
	fmt.Println("detached:", err == nil)
	err = fixture.DetachAndWait(ctx, volumes, client.Detach, osVolumeID, serverID)
	fmt.Println("of the OS:", errors.Is(err, fixture.ErrOSVolume))
	// Output:
	// detached: true
	// of the OS: true
}
