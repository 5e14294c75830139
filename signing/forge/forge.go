// Package forge makes signatures part by part, so that any one part can be
// wrong. Package signing makes none that is; the conformance suite needs them to
// ask an endpoint, and the mock to behave like a careless one.
//
// It computes the signature a second time, apart from package signing. The two
// check each other, and the openssl vectors in the tests check both.
package forge

import (
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
	AccountID  string // empty where there is none
	ClientType string
}

// Of reads the parts off a request that is about to be sent.
func Of(req *http.Request, secret string) Parts {
	return read(req, secret, req.URL.Scheme+"://"+req.URL.Host+req.URL.RequestURI())
}

// Received reads the parts off a request that a server got.
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

// Message is what is signed: the parts with nothing between them.
func (p Parts) Message() string {
	return p.Method + p.URL + p.Timestamp + p.AccessKey + p.AccountID + p.ClientType
}

// Sum is the signature in bytes.
func (p Parts) Sum() []byte {
	mac := hmac.New(sha256.New, []byte(p.Secret))
	mac.Write([]byte(p.Message()))
	return mac.Sum(nil)
}

// Signature is the signature as the header has it: base64 of the standard
// alphabet, padded.
func (p Parts) Signature() string {
	return base64.StdEncoding.EncodeToString(p.Sum())
}

// Sign puts the signature of the parts on a request, which stays as it is
// otherwise.
func (p Parts) Sign(req *http.Request) {
	req.Header.Set(signing.HeaderSignature, p.Signature())
}
