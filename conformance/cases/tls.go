package cases

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/url"

	"github.com/scp-openapi/virtualserver/conformance"
)

var formOldTLS = conformance.Clause{
	ID: "FORM-TLS", Source: conformance.Assumed,
	Text: "An https endpoint accepts TLS 1.2 or newer, and nothing older.",
}

func formTLS() conformance.Case {
	return conformance.Case{
		ID: "form-tls", Family: familyForm,
		Summary:  "an https endpoint refuses TLS 1.1 and older",
		Clauses:  []conformance.Clause{formOldTLS},
		Harm:     conformance.HarmReads,
		AnyState: true,
		Ask:      refusesOldTLS,
	}
}

// refusesOldTLS offers nothing newer than TLS 1.1. It sends no request.
func refusesOldTLS(ctx context.Context, t *conformance.Trial) error {
	endpoint, err := url.Parse(t.Endpoint().String())
	if err != nil {
		return err
	}
	if endpoint.Scheme != "https" {
		return conformance.NotApplicable("the endpoint is not https")
	}
	if t.Proxied() {
		return conformance.NotApplicable("the endpoint is reached through a proxy, which no TLS of one's own goes around")
	}
	address := endpoint.Host
	if endpoint.Port() == "" {
		address = net.JoinHostPort(endpoint.Hostname(), "443")
	}
	ctx, cancel := context.WithTimeout(ctx, t.Timeout())
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{
		MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11, //nolint:gosec // old versions are what is asked for
		ServerName:         endpoint.Hostname(),
		InsecureSkipVerify: true, //nolint:gosec // nothing is sent; which certificate it is does not matter
	}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	if err == nil {
		return errors.Join(conformance.Broken(formOldTLS, conformance.CodeTLS, "the endpoint takes TLS 1.1 or older"), conn.Close())
	}
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" || ctx.Err() != nil {
		return conformance.CannotJudge(conformance.CodeNoAnswer, "no TLS connection to %s: %w", address, err)
	}
	return nil
}
