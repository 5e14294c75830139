package unpinned

import "github.com/scp-openapi/virtualserver/signing"

var _ = signing.NewTransport("https://example.com") // want `signs requests`
