package mock_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"time"

	"github.com/scp-openapi/virtualserver/conformance/mock"
	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

// detach is all that a program needs to detach volumes from servers.
func detach(ctx context.Context, endpoint, ak, sk string, volumeID virtualserver.VolumeID, serverID virtualserver.ServerID) error {
	signer, err := signing.New(signing.Credentials{AccessKey: ak, SecretKey: signing.Secret(sk)})
	if err != nil {
		return err
	}
	client, err := virtualserver.New(endpoint, signer)
	if err != nil {
		return err
	}
	err = client.Detach(ctx, volumeID, serverID) // nil on 202
	if errors.Is(err, virtualserver.ErrConflict) {
		return fmt.Errorf("the volume is busy, or not attached to that server: %w", err)
	}
	return err
}

// The mock stands in for the service while a program is tried. For the service itself, only the endpoint
// and the source of the keys change.
func Example() {
	service, err := mock.New(
		[]signing.Credentials{{AccessKey: "ak", SecretKey: signing.Secret("sk")}},
		mock.WithDelay(time.Minute), // how long a detach takes
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	server := httptest.NewServer(service)
	defer server.Close()

	ctx := context.Background()
	err = detach(ctx, server.URL, "ak", "sk", mock.VolumeID, mock.ServerID)
	fmt.Println("accepted:", err == nil)

	err = detach(ctx, server.URL, "ak", "sk", mock.VolumeID, mock.ServerID)
	fmt.Println("refused, as it is detaching already:", errors.Is(err, virtualserver.ErrConflict))
	// Output:
	// accepted: true
	// refused, as it is detaching already: true
}
