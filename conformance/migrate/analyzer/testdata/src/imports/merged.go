package imports

import (
	virtualserver10 "github.com/scp-openapi/virtualserver/gen/v1.0" // want `version 1.0`
	v1_2 "github.com/scp-openapi/virtualserver/gen/v1.2"            // want `version 1.2`
	newest "github.com/scp-openapi/virtualserver/gen/v1.3"
)

func merged(a virtualserver10.VolumeID, b v1_2.VolumeID) error {
	_ = virtualserver10.Detach(a)
	return newest.Detach(newest.VolumeID(b))
}
