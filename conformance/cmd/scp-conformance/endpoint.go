package main

import "github.com/scp-openapi/virtualserver/signing"

// endpoint is the value of --endpoint. Every command parses it where it parses its flags.
type endpoint struct{ value *string }

func (e *endpoint) String() string { return *e.value }
func (e *endpoint) Type() string   { return "URL" }

// Set implements pflag.Value.
func (e *endpoint) Set(raw string) error {
	parsed, err := signing.ParseEndpoint(raw)
	if err != nil {
		return err
	}
	*e.value = parsed.String()
	return nil
}

// onThisMachine reports whether an endpoint is a loopback address.
func onThisMachine(raw string) bool {
	parsed, err := signing.ParseEndpoint(raw)
	return err == nil && parsed.Loopback()
}
