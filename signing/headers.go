package signing

import (
	"net/http"
	"slices"
)

// Names of the request headers, in the canonical form of net/http: setting one
// of these costs no allocation, and names are case-insensitive on the wire
// [seed: the names but for the account id's, which is [sdk]].
const (
	HeaderAccessKey  = "Scp-Accesskey"
	HeaderSignature  = "Scp-Signature"   // base64, standard alphabet, padded: 44 characters
	HeaderTimestamp  = "Scp-Timestamp"   // Unix time in milliseconds, decimal
	HeaderClientType = "Scp-Clienttype"  // "Openapi"
	HeaderAccountID  = "Scp-Accountid"   // left out when there is no account id
	HeaderAPIVersion = "Scp-Api-Version" // service, space, version: "virtualserver 1.3"; not signed
	HeaderLanguage   = "Accept-Language" // not signed
)

// What the API document shows in its example request [seed].
const (
	defaultClientType = "Openapi"
	defaultLanguage   = "ko-KR"
)

// signedHeaders are the headers that Sign sets, in the order in which it lays
// out their values.
var signedHeaders = [...]string{
	HeaderAccessKey, HeaderSignature, HeaderTimestamp, HeaderClientType, HeaderLanguage, HeaderAccountID,
}

// dropAliases deletes the spellings of names that a map holds under another
// key than the canonical one. net/http would send "Scp-AccessKey", put into the
// map by hand, beside the "Scp-Accesskey" that is set here.
func dropAliases(header http.Header, names ...string) {
	for key := range header {
		if name := http.CanonicalHeaderKey(key); name != key && slices.Contains(names, name) {
			delete(header, key)
		}
	}
}

// isVisible reports whether s is made of visible ASCII alone: no blanks, no
// control characters. Empty counts as visible.
func isVisible(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// isHeaderText reports whether s arrives as it was sent when it is a header's
// value: not empty, printable ASCII, and no blank at either end for a server to
// trim.
func isHeaderText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && s[0] != ' ' && s[len(s)-1] != ' '
}
