// Package forge makes signatures out of parts, any of which may be wrong. The
// conformance suite sends such signatures to an endpoint, and its mock server uses
// the package to accept what a careless server would. Package signing makes right
// signatures only.
//
// The algorithm is written here a second time, apart from package signing. The
// signatures that openssl made, in the tests of both, check the two.
package forge

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/scp-openapi/virtualserver/signing"
)

// Parts are what a signature is made of.
type Parts struct {
	Secret     string // the key of the HMAC
	Method     string
	URL        string // as it goes on the wire, scheme and host included
	Timestamp  string // as in the header
	AccessKey  string
	AccountID  string // "" if there is none
	ClientType string
}

// Of returns the parts of a request that is about to be sent.
func Of(req *http.Request, secret string) Parts {
	url := ""
	if req.URL != nil {
		url = req.URL.Scheme + "://" + cmp.Or(req.Host, req.URL.Host) + req.URL.RequestURI()
	}
	return read(req, secret, url)
}

// Received returns the parts of a request that a server got.
func Received(r *http.Request, secret string) Parts {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return read(r, secret, scheme+"://"+r.Host+r.RequestURI)
}

func read(r *http.Request, secret, url string) Parts {
	return Parts{
		Secret:     secret,
		Method:     r.Method,
		URL:        url,
		Timestamp:  r.Header.Get(signing.HeaderTimestamp),
		AccessKey:  r.Header.Get(signing.HeaderAccessKey),
		AccountID:  r.Header.Get(signing.HeaderAccountID),
		ClientType: r.Header.Get(signing.HeaderClientType),
	}
}

// Message returns what is signed: the parts with nothing between them.
func (p Parts) Message() string {
	return p.Method + p.URL + p.Timestamp + p.AccessKey + p.AccountID + p.ClientType
}

// Sum returns the signature as bytes.
func (p Parts) Sum() []byte {
	mac := hmac.New(sha256.New, []byte(p.Secret))
	mac.Write([]byte(p.Message()))
	return mac.Sum(nil)
}

// Signature returns the signature as the header has it: base64 in the standard
// alphabet, padded.
func (p Parts) Signature() string {
	return base64.StdEncoding.EncodeToString(p.Sum())
}

// Sign sets the signature header of req, and nothing else.
func (p Parts) Sign(req *http.Request) {
	if req.Header == nil {
		req.Header = http.Header{}
	}
	req.Header.Set(signing.HeaderSignature, p.Signature())
}
