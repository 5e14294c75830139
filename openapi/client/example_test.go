package client_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	virtualserver "github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/openapi/client"
	"github.com/scp-openapi/virtualserver/signing"
)

var keys = signing.Credentials{AccessKey: "ak", SecretKey: signing.Secret("sk")}

// answering stands in for the service.
func answering(handler http.HandlerFunc) (endpoint string, stop func()) {
	server := httptest.NewServer(handler)
	return server.URL, server.Close
}

// A refusal has a sentinel for what a program does next, and is an Error for what a person wants to know.
func ExampleError() {
	endpoint, stop := answering(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusConflict)
		fmt.Fprint(w, `{"errors":[{"code":"VolumeBusy","detail":"The volume is detaching.","request_id":"req-1"}]}`)
	})
	defer stop()

	signer, err := signing.New(keys)
	if err != nil {
		fmt.Println(err)
		return
	}
	vs, err := virtualserver.New(endpoint, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = vs.Detach(context.Background(), "3f500f00-ed80-4566-a057-e31760226f9a", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f")

	if errors.Is(err, client.ErrConflict) {
		fmt.Println("try again later")
	}
	var refusal *client.Error
	if errors.As(err, &refusal) {
		fmt.Println(refusal.StatusCode, refusal.Code, refusal.RequestID)
	}
	// Output:
	// try again later
	// 409 VolumeBusy req-1
}

// An ID that would change the path is refused before a request is sent.
func ExampleIDError() {
	signer, err := signing.New(keys)
	if err != nil {
		fmt.Println(err)
		return
	}
	vs, err := virtualserver.New("https://virtualserver.kr-west1.e.samsungsdscloud.com", signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = vs.Detach(context.Background(), "..", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f")
	var refused *client.IDError
	if errors.As(err, &refused) {
		fmt.Println(refused.Name, refused.Value)
	}
	// Output: volume_id ..
}

// DetachAndWait of the generated package volumes returns when the volume is away from the server.
func ExampleDetachAndWait() {
	const volumeID, serverID = "3f500f00-ed80-4566-a057-e31760226f9a", "2a9be312-5d4b-4bc8-b2ae-35100fa9241f"
	attached := `[{"id":"` + serverID + `"}]`
	endpoint, stop := answering(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodDelete {
			attached = `[]`
			w.WriteHeader(http.StatusAccepted)
			return
		}
		fmt.Fprintf(w, `{"id":%q,"state":"available","bootable":false,"servers":%s}`, volumeID, attached)
	})
	defer stop()

	signer, err := signing.New(keys)
	if err != nil {
		fmt.Println(err)
		return
	}
	vs, err := virtualserver.New(endpoint, signer)
	if err != nil {
		fmt.Println(err)
		return
	}
	vols, err := volumes.New(endpoint, signer, virtualserver.Version)
	if err != nil {
		fmt.Println(err)
		return
	}
	err = volumes.DetachAndWait(context.Background(), vols, vs.Detach, volumeID, serverID)
	fmt.Println("detached:", err == nil)
	// Output: detached: true
}
