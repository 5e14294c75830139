package openapi_test

import (
	"fmt"

	"github.com/scp-openapi/virtualserver/openapi"
)

// The embedded documents describe every version in the same way.
func ExampleLoad() {
	set, err := openapi.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	detach := set.Current().Operation(openapi.DetachOperation)
	fmt.Println(detach.Method, detach.Path, detach.Accepted())
	// Output: DELETE /v1/volumes/{volume_id}/servers/{server_id} 202
}

// Match finds the operation of a request without decoding or cleaning its path.
func ExampleDocument_Match() {
	set, err := openapi.Load()
	if err != nil {
		fmt.Println(err)
		return
	}
	op, params := set.Current().Match("DELETE", "/v1/volumes/v%20/servers/..")
	fmt.Println(op.OperationID, params["volume_id"], params["server_id"])
	// Output: detachVolumeFromVirtualServer v%20 ..
}
