// Package signing puts the Samsung Cloud Platform signature on HTTP requests
// and verifies it on the other side.
//
// Sources are cited as [seed], the API document, and [sdk], the vendor's public Go
// SDK. The signature of a request is [sdk]
//
//	base64(HMAC-SHA256(secret key, METHOD + URL + timestamp + access key + account id + client type))
//
// with nothing between the parts. URL is the whole request URL, percent-encoded
// exactly as it goes on the wire. The body and the other headers are not signed.
// The timestamp is, so each attempt of a retry needs a new signature.
//
// A client uses [Transport], which signs every attempt and sends signatures to its
// own endpoint only. A program that sends requests in another way calls
// [Signer.Sign] or [Signer.Signature] once per attempt. A server uses [Verifier].
// [FindCredentials] finds the keys where people keep them.
//
// No error, log line or printed value of this package contains a secret key, and
// no error repeats any part of a URL that did not parse.
package signing
