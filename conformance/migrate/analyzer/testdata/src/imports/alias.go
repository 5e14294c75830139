package imports

import (
	v11 "github.com/scp-openapi/virtualserver/gen/v1.1" // want `imports the client of version 1.1: move to 1.3`

	sdk "github.com/SamsungSDSCloud/terraform-sdk-samsungcloudplatformv2/v3/library/virtualserver/1.1" // want `imports the client of version 1.1: move to 1.3`
)

func alias(id v11.VolumeID) error {
	var _ sdk.APIClient
	return v11.Detach(id)
}
