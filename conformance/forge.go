package conformance

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// signed is what a signature is made of, part by part. It is made here a second time, apart from package
// signing, as that makes none that is wrong in just one part.
type signed struct {
	secret                                                 string
	method, url, timestamp, accessKey, account, clientType string
}

// signedParts reads off a request what its signature is made of.
func (t *trial) signedParts(req *http.Request) signed {
	return signed{
		secret:     t.config.Credentials.SecretKey.Reveal(),
		method:     req.Method,
		url:        req.URL.Scheme + "://" + req.URL.Host + req.URL.RequestURI(),
		timestamp:  req.Header.Get(signing.HeaderTimestamp),
		accessKey:  req.Header.Get(signing.HeaderAccessKey),
		account:    req.Header.Get(signing.HeaderAccountID),
		clientType: req.Header.Get(signing.HeaderClientType),
	}
}

// sum is the signature in bytes.
func (s signed) sum() []byte {
	mac := hmac.New(sha256.New, []byte(s.secret))
	for _, part := range []string{s.method, s.url, s.timestamp, s.accessKey, s.account, s.clientType} {
		mac.Write([]byte(part))
	}
	return mac.Sum(nil)
}

// resign signs a request anew, with change made to what is signed; nil changes nothing. The request
// itself stays as it is.
func (t *trial) resign(req *http.Request, change func(*signed)) {
	parts := t.signedParts(req)
	if change != nil {
		change(&parts)
	}
	req.Header.Set(signing.HeaderSignature, base64.StdEncoding.EncodeToString(parts.sum()))
}

// at dates a request as it says, and signs it rightly.
func (t *trial) at(req *http.Request, timestamp string) {
	req.Header.Set(signing.HeaderTimestamp, timestamp)
	t.resign(req, nil)
}

// millis is an instant, so much after now, as Scp-Timestamp has it.
func (t *trial) millis(after time.Duration) string {
	return strconv.FormatInt(t.config.Clock().Add(after).UnixMilli(), 10)
}
