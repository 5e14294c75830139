package shared

import (
	"fmt"
	"net/http"
)

const (
	version = "1.1"
	release = "1.1"
	both    = "1.2"
)

func set(req *http.Request) {
	req.Header.Set("Scp-Api-Version", fmt.Sprintf("virtualserver %s", version)) // want `version 1.1`
	req.Header.Set("Scp-Api-Version", "virtualserver "+release)                 // want `version 1.1`
	req.Header.Set("Scp-Api-Version", "virtualserver "+both)                    // want `version 1.2`
	req.Header.Set("Scp-Api-Version", "vpc "+both)
	req.Header.Set("User-Agent", "tool/"+release)
}
