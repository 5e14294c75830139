package client

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// DefaultTimeout is how long one call may take, reading the answer included.
const DefaultTimeout = 30 * time.Second

// An Option changes how New opens a client.
type Option func(*settings)

type settings struct {
	base      http.RoundTripper
	timeout   time.Duration
	wrap      func(*http.Client) Doer
	plainHTTP bool
	err       error // of an option given a value that it cannot take
}

// WithTransport sends requests through base: a proxy, a private CA, tracing. It gets each request
// signed; signing and the guard stay as they are. Nil is a clone of [http.DefaultTransport].
//
// The transport must neither follow redirects nor send a request again once it was answered. One built
// on net/http that tries with a signed request is stopped before anything is sent a second time; where
// that cannot be seen, the answer is an error.
func WithTransport(base http.RoundTripper) Option {
	return func(s *settings) {
		if base != nil && isNil(base) {
			s.err = fmt.Errorf("WithTransport: the transport is a nil %T", base)
		}
		s.base = base
	}
}

// WithTimeout limits each call to d instead of [DefaultTimeout]. It must be positive.
func WithTimeout(d time.Duration) Option {
	return func(s *settings) { s.timeout = d }
}

// WithClient sends calls through what wrap makes of the client, such as one that retries. Each of its
// attempts is signed afresh, has the whole timeout, and is guarded like a single one. That holds for what
// it sends through the client it is given: one that sends elsewhere is neither signed nor guarded.
func WithClient(wrap func(*http.Client) Doer) Option {
	return func(s *settings) {
		if wrap == nil {
			s.err = errors.New("WithClient: the function is nil")
		}
		s.wrap = wrap
	}
}

// AllowPlainHTTP lets signed requests go to an endpoint that is neither https nor loopback.
func AllowPlainHTTP() Option {
	return func(s *settings) { s.plainHTTP = true }
}

func apply(opts []Option) (*settings, error) {
	s := &settings{timeout: DefaultTimeout}
	for i, opt := range opts {
		if opt == nil {
			return nil, fmt.Errorf("open client: option %d is nil", i+1)
		}
		if opt(s); s.err != nil {
			return nil, fmt.Errorf("open client: %w", s.err)
		}
	}
	if s.timeout <= 0 {
		return nil, fmt.Errorf("open client: the timeout is %s, but must be positive", s.timeout)
	}
	return s, nil
}
