package signing

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync/atomic"
	"time"
)

// A Signer signs requests with one key pair at a time. Make it with [New]. It
// may be used by many goroutines, also while [Signer.SetCredentials] changes the
// keys.
type Signer struct {
	// One pointer, so that access key, account id and secret always belong
	// together.
	current atomic.Pointer[key]
	options signerOptions
}

type signerOptions struct {
	now                  func() time.Time
	clientType, language string
}

// An Option changes how [New] sets up a Signer.
type Option func(*signerOptions)

// WithClock takes the time of each signature from now instead of [time.Now].
func WithClock(now func() time.Time) Option {
	return func(o *signerOptions) { o.now = now }
}

// WithLanguage sets the Accept-Language of each request. The default is "ko-KR";
// "en-US" asks for English.
func WithLanguage(language string) Option {
	return func(o *signerOptions) { o.language = language }
}

// WithClientType sets the client type of each request. The default is "Openapi".
func WithClientType(clientType string) Option {
	return func(o *signerOptions) { o.clientType = clientType }
}

var errNoSigner = errors.New("signing: Signer was not made by New")

// New makes a Signer. Empty keys, and values that cannot be sent in a header, are
// errors, which never contain a key.
func New(creds Credentials, opts ...Option) (*Signer, error) {
	s := &Signer{options: signerOptions{clientType: defaultClientType, language: defaultLanguage}}
	for _, opt := range opts {
		if opt != nil {
			opt(&s.options)
		}
	}
	if s.options.now == nil {
		s.options.now = time.Now
	}
	if s.options.clientType == "" || !isVisible(s.options.clientType) {
		return nil, errors.New("signing: client type is empty or has characters other than visible ASCII")
	}
	if !isHeaderText(s.options.language) {
		return nil, errors.New("signing: language is empty or cannot be sent in a header")
	}
	if err := s.store(creds); err != nil {
		return nil, err
	}
	return s, nil
}

// SetCredentials replaces the key pair. A request that is being signed at the same
// time gets either the old pair or the new one, never parts of both. If [New] would
// refuse the credentials, the result is its error, and the old ones stay.
func (s *Signer) SetCredentials(creds Credentials) error {
	if s.key() == nil {
		return errNoSigner
	}
	return s.store(creds)
}

func (s *Signer) store(creds Credentials) error {
	if err := creds.validate(); err != nil {
		return err
	}
	k, err := newKey(creds, s.options.clientType)
	if err != nil {
		return err
	}
	s.current.Store(k)
	return nil
}

// key returns the key in use, nil if the Signer was not made by New.
func (s *Signer) key() *key {
	if s == nil {
		return nil
	}
	return s.current.Load()
}

// Format implements [fmt.Formatter]. For every verb it writes the access key in
// use.
func (s *Signer) Format(f fmt.State, _ rune) {
	var accessKey string
	if k := s.key(); k != nil {
		accessKey = k.accessKey
	}
	_, _ = fmt.Fprintf(f, "signing.Signer{AccessKey:%q}", accessKey)
}

// Signature returns the signature of one attempt, for programs that send requests
// without net/http. method and url must be exactly what goes on the wire, scheme
// and host included: nothing is encoded or checked here. at must be sent in
// [HeaderTimestamp], in milliseconds.
//
// The access key and account id to send are those of the current credentials. A
// program that replaces keys while it signs uses [Signer.Sign].
func (s *Signer) Signature(method, url string, at time.Time) string {
	k := s.key()
	if k == nil {
		return "" // not made by New; no server accepts it
	}
	return k.signature(at.UnixMilli(), method, url)
}

// Sign sets the authentication headers and Accept-Language of req, and replaces
// those that are there in any spelling. It sets the account id's header only if
// the credentials have one.
//
// It signs one attempt: sign again before each retry, and do not change method,
// URL or Host afterwards. If the URL's host has a zone, which must not be sent,
// Sign sets req.Host to the host without it.
//
// It fails, and leaves req as it was, if the URL cannot be sent as it stands. It
// does not check where the request goes; [Transport] does.
func (s *Signer) Sign(req *http.Request) error {
	k := s.key()
	if k == nil {
		return errNoSigner
	}
	url, err := sentURL(req)
	if err != nil {
		return err
	}
	method := req.Method
	if method == "" {
		method = http.MethodGet // as net/http reads it
	}
	now := s.options.now().UnixMilli()
	signature := k.signature(now, method, url.scheme, "://", url.host, url.target)

	if req.Header == nil {
		req.Header = make(http.Header, len(signedHeaders))
	}
	dropAliases(req.Header, signedHeaders[:]...)
	// One backing array for all values, each cut to its own length so that
	// Header.Add copies: six calls of Header.Set would allocate six times.
	values := []string{k.accessKey, signature, strconv.FormatInt(now, 10), s.options.clientType, s.options.language, k.accountID}
	for i, name := range signedHeaders {
		req.Header[name] = values[i : i+1 : i+1]
	}
	if k.accountID == "" {
		delete(req.Header, HeaderAccountID)
	}
	if req.Host != "" || req.URL.Host != url.host {
		req.Host = url.host
	}
	return nil
}
