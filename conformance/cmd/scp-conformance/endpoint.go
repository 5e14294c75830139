package main

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

// parseEndpoint reads an endpoint. No error repeats what did not parse: it may hold a password.
func parseEndpoint(raw string) (string, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return "", errors.New("endpoint is not a URL: write scheme and host, such as https://host")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" || strings.Contains(raw, "@"):
		return "", errors.New("endpoint has more in it than scheme, host and port: write https://host")
	case u.Path != "" && u.Path != "/":
		return "", fmt.Errorf("endpoint has a path: write %s://%s", u.Scheme, u.Host)
	}
	return u.Scheme + "://" + u.Host, nil
}

// endpoint is the value of --endpoint: it is parsed where the flags are, by every command alike.
type endpoint struct{ value *string }

func (e *endpoint) String() string { return *e.value }
func (e *endpoint) Type() string   { return "URL" }

// Set implements pflag.Value.
func (e *endpoint) Set(raw string) error {
	parsed, err := parseEndpoint(raw)
	if err != nil {
		return err
	}
	*e.value = parsed
	return nil
}
