package signing

import (
	"net/http"
	"slices"
)

// Names of the request headers, in the canonical form of net/http, so that setting
// one does not allocate. Names are case-insensitive on the wire. They are from the
// API document [seed], except the account id's [sdk].
const (
	HeaderAccessKey  = "Scp-Accesskey"
	HeaderSignature  = "Scp-Signature"   // base64, standard alphabet, padded: 44 characters
	HeaderTimestamp  = "Scp-Timestamp"   // Unix time in milliseconds, decimal
	HeaderClientType = "Scp-Clienttype"  // "Openapi"
	HeaderAccountID  = "Scp-Accountid"   // left out if there is no account id
	HeaderAPIVersion = "Scp-Api-Version" // service, space, version: "virtualserver 1.3"; not signed
	HeaderLanguage   = "Accept-Language" // not signed
)

// The values in the example request of the API document [seed].
const (
	defaultClientType = "Openapi"
	defaultLanguage   = "ko-KR"
)

// signedHeaders are the headers that Sign sets, in the order of its values.
var signedHeaders = [...]string{
	HeaderAccessKey, HeaderSignature, HeaderTimestamp, HeaderClientType, HeaderLanguage, HeaderAccountID,
}

// dropAliases deletes headers with these names in any but the canonical spelling.
// net/http would send "Scp-AccessKey", put into the map by hand, in addition to
// the "Scp-Accesskey" that is set here.
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

// isHeaderText reports whether s, as a header's value, arrives as it was sent: it is
// not empty, is printable ASCII, and has no blank at either end, which a server
// would trim.
func isHeaderText(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return s != "" && s[0] != ' ' && s[len(s)-1] != ' '
}
