// Package signing puts the Samsung Cloud Platform signature on HTTP requests
// and verifies it on the other side.
//
// The signature of a request is [sdk: read from the vendor's public Go SDK, as
// are all facts here that name no other source]
//
//	base64(HMAC-SHA256(secret key, METHOD + URL + timestamp + access key + account id + client type))
//
// with nothing between the parts. URL is the whole request URL, percent-encoded
// exactly as it goes on the wire. Body and other headers are not covered. The
// timestamp is, so a signature serves one attempt.
//
// A client uses [Transport], which signs every attempt by itself and lets no
// signature out to any host but its own. A program that sends requests in
// another way calls [Signer.Sign] or [Signer.Signature] once per attempt. A
// server uses [Verifier].
//
// No error, log line or printed value of this package contains a secret key;
// what a caller has to do for that is said at [Credentials].
package signing
