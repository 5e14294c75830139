package others

import "net/http"

// Another product has a header of this name.
func sign(r *http.Request, signature string) {
	r.Header.Set("SCP-Signature", signature)
	r.Header.Set("SCP-Event-Id", "1")
}
