package imports

import . "github.com/scp-openapi/virtualserver/gen/v1.1" // want `version 1.1`
import _ "github.com/scp-openapi/virtualserver/gen/v1.2" // want `version 1.2`

func dot(id VolumeID) error { return Detach(id) }
