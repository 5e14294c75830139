package unpinned

import "net/http"

func sign(req *http.Request, key, signature string) {
	req.Header.Set("Scp-Accesskey", key) // want `signs requests and sets no Scp-Api-Version: set it to "virtualserver 1.3"`
	req.Header.Set("Scp-Signature", signature)
}
