package signing

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// AssumedMaxSkew is the default of [WithMaxSkew]. It is assumed: no source says how
// old a timestamp may be.
const AssumedMaxSkew = 5 * time.Minute

// A Reason is why [Verifier.Verify] refused a request. It is an error too, so
// that errors.Is(err, ReasonStaleTimestamp) works beside a switch over
// [VerifyError.Reason].
type Reason string

// The reasons. For a request with several faults it is the one that is cheapest to
// find, roughly the first in this list.
const (
	ReasonMissingHeader   Reason = "missing header" // or an empty one
	ReasonMalformed       Reason = "malformed"      // repeated header, odd timestamp or request target
	ReasonWrongClientType Reason = "wrong client type"
	ReasonStaleTimestamp  Reason = "stale timestamp"
	ReasonFutureTimestamp Reason = "future timestamp"
	ReasonUnknownKey      Reason = "unknown access key"
	ReasonBadSignature    Reason = "bad signature" // or an account id that is not the key's
)

// Error makes a Reason the target of errors.Is.
func (r Reason) Error() string { return string(r) }

// A VerifyError tells why a request was refused. It repeats nothing of the request
// but the name of a header.
type VerifyError struct {
	Reason Reason
	Header string // canonical name of the header at fault, or "" for the URL
}

func (e *VerifyError) Error() string {
	if e.Header == "" {
		return "signing: " + string(e.Reason) + " request URL"
	}
	return "signing: " + string(e.Reason) + " (" + e.Header + ")"
}

// Unwrap returns the reason.
func (e *VerifyError) Unwrap() error { return e.Reason }

// A Verifier checks the signatures of requests that a server receives. Make it with
// [NewVerifier]. It may be used by many goroutines.
type Verifier struct {
	lookup  func(accessKey string) (Credentials, bool)
	options verifierOptions
}

type verifierOptions struct {
	now        func() time.Time
	maxSkew    time.Duration
	clientType string
	public     Endpoint // zero unless set
	publicErr  error
}

// A VerifierOption changes how [NewVerifier] sets up a Verifier.
type VerifierOption func(*verifierOptions)

// WithVerifierClock compares timestamps with now instead of [time.Now].
func WithVerifierClock(now func() time.Time) VerifierOption {
	return func(o *verifierOptions) { o.now = now }
}

// WithMaxSkew allows timestamps up to this old, and up to this far ahead, both ends
// included. The default is [AssumedMaxSkew].
func WithMaxSkew(skew time.Duration) VerifierOption {
	return func(o *verifierOptions) { o.maxSkew = skew }
}

// WithVerifierClientType requires this client type. The default is "Openapi".
func WithVerifierClientType(clientType string) VerifierOption {
	return func(o *verifierOptions) { o.clientType = clientType }
}

// WithPublicURL is for a server behind a proxy: publicURL, which [ParseEndpoint]
// reads and which clients sign, replaces the scheme and host that arrive here. The
// proxy has to pass path and query on as they are. If publicURL does not parse,
// every Verify fails and says so.
func WithPublicURL(publicURL string) VerifierOption {
	return func(o *verifierOptions) { o.public, o.publicErr = parseEndpoint(publicURL) }
}

// NewVerifier makes a Verifier. lookup returns the credentials of an access key
// and whether the key is known. It is called by many goroutines at once, with
// values that anyone may have sent. A key without a secret key counts as unknown.
func NewVerifier(lookup func(accessKey string) (Credentials, bool), opts ...VerifierOption) *Verifier {
	v := &Verifier{lookup: lookup, options: verifierOptions{maxSkew: AssumedMaxSkew, clientType: defaultClientType}}
	for _, opt := range opts {
		if opt != nil {
			opt(&v.options)
		}
	}
	if v.lookup == nil {
		v.lookup = func(string) (Credentials, bool) { return Credentials{}, false }
	}
	if v.options.now == nil {
		v.options.now = time.Now
	}
	return v
}

// Verify returns nil if r has a valid signature, and otherwise a *[VerifyError]. Other
// errors are the server's own fault: a bad public URL, a secret key that the hash
// does not accept, no request. It reads headers and request line, never the body.
//
// Without [WithPublicURL] it trusts the Host that the client sent. A server that
// shares its keys with other servers must check that r.Host is its own name, or it
// accepts requests that were meant for them. Verify remembers nothing, so it
// accepts a signature again until its timestamp is too old.
//
// The account id is signed as it was sent. It must be that of the credentials, if
// both have one. A request without one has the documented five-part signature, and
// is valid for any.
func (v *Verifier) Verify(r *http.Request) error {
	switch {
	case v == nil || v.lookup == nil:
		return errors.New("signing: Verifier was not made by NewVerifier")
	case v.options.publicErr != nil:
		return fmt.Errorf("signing: public URL %w", v.options.publicErr)
	case r == nil:
		return errors.New("signing: no request")
	}
	claim, err := readClaim(r.Header)
	if err != nil {
		return err
	}
	url, err := receivedURL(r, v.options.public)
	if err != nil {
		return &VerifyError{Reason: ReasonMalformed}
	}
	// Cheap checks come before the lookup and the hash.
	if claim.clientType != v.options.clientType {
		return &VerifyError{ReasonWrongClientType, HeaderClientType}
	}
	switch age := v.options.now().Sub(time.UnixMilli(claim.millis)); {
	case age > v.options.maxSkew:
		return &VerifyError{ReasonStaleTimestamp, HeaderTimestamp}
	case age < -v.options.maxSkew:
		return &VerifyError{ReasonFutureTimestamp, HeaderTimestamp}
	}
	return v.verifySignature(claim, r.Method, url)
}

func (v *Verifier) verifySignature(claim claim, method string, url wireURL) error {
	creds, ok := v.lookup(claim.accessKey)
	if !ok || creds.SecretKey.IsZero() { // anybody can sign with an empty secret
		return &VerifyError{ReasonUnknownKey, HeaderAccessKey}
	}
	if claim.accountID != "" && creds.AccountID != "" && claim.accountID != creds.AccountID {
		return &VerifyError{ReasonBadSignature, HeaderAccountID}
	}
	creds.AccessKey, creds.AccountID = claim.accessKey, claim.accountID // as sent is as signed
	k, err := newKey(creds, claim.clientType)
	if err != nil {
		return err
	}
	if method == "" {
		method = http.MethodGet
	}
	want := k.signature(claim.millis, method, url.scheme, "://", url.host, url.target)
	if subtle.ConstantTimeCompare([]byte(want), []byte(claim.signature)) != 1 {
		return &VerifyError{ReasonBadSignature, HeaderSignature}
	}
	return nil
}

// A claim is what the headers of a request say.
type claim struct {
	accessKey, signature, clientType, accountID string
	millis                                      int64
}

// readClaim fails on a header that is missing or empty, and on one that is there
// twice: a proxy may have looked at another value than the one read here.
func readClaim(header http.Header) (claim, error) {
	var c claim
	var timestamp string
	for _, field := range [...]struct {
		name     string
		value    *string
		required bool
	}{
		{HeaderAccessKey, &c.accessKey, true},
		{HeaderSignature, &c.signature, true},
		{HeaderTimestamp, &timestamp, true},
		{HeaderClientType, &c.clientType, true},
		{HeaderAccountID, &c.accountID, false}, // the vendor's own SDK often sends it empty
	} {
		values := header[field.name]
		if len(values) > 1 {
			return claim{}, &VerifyError{ReasonMalformed, field.name}
		}
		if len(values) == 1 {
			*field.value = values[0]
		}
		if *field.value == "" && field.required {
			return claim{}, &VerifyError{ReasonMissingHeader, field.name}
		}
	}
	// "+1", "01" and the like are numbers too, but not what was signed.
	millis, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil || millis < 0 || strconv.FormatInt(millis, 10) != timestamp {
		return claim{}, &VerifyError{ReasonMalformed, HeaderTimestamp}
	}
	c.millis = millis
	return c, nil
}
