package unpinned

import "github.com/scp-openapi/virtualserver/signing"

func headers(key, signature string) map[string]string {
	return map[string]string{
		"Scp-AccessKey": key, // want `signs requests`
		"Scp-Signature": signature,
	}
}

var _ = signing.NewTransport("https://example.com")
