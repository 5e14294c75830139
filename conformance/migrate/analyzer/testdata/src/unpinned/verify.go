package unpinned

import "net/http"

func verify(r *http.Request) bool { return r.Header.Get("Scp-Signature") != "" }
