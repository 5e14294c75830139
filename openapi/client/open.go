// Package client is the runtime of the generated clients. It opens a client, guards its transport, checks
// the IDs of a call, makes an [Error] of a refusal, and waits for a detach to take effect.
//
// Programs use it through the generated packages, such as gen/v1.3, which have its types and variables as
// aliases. An error of any client therefore matches the sentinels of any other. The package imports
// nothing but the standard library and package signing.
package client

import (
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/scp-openapi/virtualserver/signing"
)

// ErrNotOpen is returned by a client that was not opened with New.
var ErrNotOpen = errors.New("the client is not open: open it with New")

// A Doer sends requests, as *[http.Client] does.
type Doer interface {
	Do(req *http.Request) (*http.Response, error)
}

// Open opens a signed client of an API: every attempt is signed afresh by signer for this endpoint
// alone, speaks this version, and is one of these operations. It returns the base URL of requests, and
// what sends them.
func Open(endpoint string, signer *signing.Signer, version Version, operations []Operation, opts ...Option) (server string, doer Doer, err error) {
	s, err := apply(opts)
	if err != nil {
		return "", nil, err
	}
	if version == (Version{}) {
		return "", nil, errors.New("open client: the version is the zero Version: take the Version of a generated package")
	}
	at, err := signing.ParseEndpoint(endpoint)
	if err != nil {
		return "", nil, fmt.Errorf("open client: %w", err)
	}
	signed := []signing.TransportOption{
		signing.WithBase(at.Transport(s.base)),
		signing.WithAPIVersion(version.header()),
	}
	if s.plainHTTP {
		signed = append(signed, signing.AllowPlainHTTP())
	}
	transport, err := signing.NewTransport(signer, at.String(), signed...)
	if err != nil {
		return "", nil, fmt.Errorf("open client: %w", err)
	}
	return open(at, transport, operations, s)
}

// OpenUnsigned opens a client of an API that takes no signature. The same guard stands before it.
func OpenUnsigned(endpoint string, operations []Operation, opts ...Option) (server string, doer Doer, err error) {
	s, err := apply(opts)
	if err != nil {
		return "", nil, err
	}
	at, err := signing.ParseEndpoint(endpoint)
	if err != nil {
		return "", nil, fmt.Errorf("open client: %w", err)
	}
	return open(at, at.Transport(s.base), operations, s)
}

func open(at signing.Endpoint, transport http.RoundTripper, operations []Operation, s *settings) (string, Doer, error) {
	guarded := &http.Client{
		Transport: &guard{base: transport, endpoint: at, operations: operations},
		Timeout:   s.timeout,
	}
	if s.wrap == nil {
		return at.String() + "/", guarded, nil
	}
	wrapped := s.wrap(guarded)
	if isNil(wrapped) {
		return "", nil, errors.New("open client: WithClient returned no client")
	}
	return at.String() + "/", answering{wrapped}, nil
}

// answering makes an error of an answer that a client of WithClient did not give.
type answering struct{ Doer }

// Do implements [Doer].
func (a answering) Do(req *http.Request) (*http.Response, error) {
	resp, err := a.Doer.Do(req)
	switch {
	case err != nil:
		return nil, err
	case resp == nil:
		return nil, errors.New("the client of WithClient returned neither an answer nor an error")
	case resp.Body == nil:
		resp.Body = http.NoBody
	}
	return resp, nil
}

// isNil reports whether an interface holds nothing, or a nil pointer.
func isNil(v any) bool {
	if v == nil {
		return true
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Pointer, reflect.Func, reflect.Map, reflect.Chan, reflect.Slice, reflect.Interface:
		return r.IsNil()
	default:
		return false
	}
}
