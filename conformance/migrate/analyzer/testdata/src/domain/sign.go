package domain

import "net/http"

const endpoint = "https://virtualserver.kr-west1.e.samsungsdscloud.com"

func sign(r *http.Request, signature string) {
	r.Header.Set("Scp-Signature", signature) // want `signs requests`
}
