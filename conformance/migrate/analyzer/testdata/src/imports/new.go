package imports

import "github.com/scp-openapi/virtualserver/gen/v1.3"

var _ = virtualserver.APIVersion
