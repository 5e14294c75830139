package pinned

import (
	"net/http"

	"github.com/scp-openapi/virtualserver/gen/v1.3"
	"github.com/scp-openapi/virtualserver/signing"
)

func sign(req *http.Request, signature string) {
	req.Header.Set("Scp-Signature", signature)
}

var (
	_ = signing.NewTransport("https://example.com", signing.WithAPIVersion("virtualserver "+virtualserver.APIVersion))
	_ = signing.NewTransport("https://example.com", signing.WithAPIVersion("virtualserver 1.1")) // want `version 1.1`
)
