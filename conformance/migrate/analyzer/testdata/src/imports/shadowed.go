package imports

import (
	v11 "github.com/scp-openapi/virtualserver/gen/v1.1" // want `version 1.1`
)

func shadowed() {
	v13 := v11.VolumeID("a")
	_ = v11.Detach(v13)
}
