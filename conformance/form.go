package conformance

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/scp-openapi/virtualserver/gen/volumes"
	"github.com/scp-openapi/virtualserver/signing"
)

// formCases are about the form of answers. What they look at is looked at in every case that passes
// (see inspect); they see to it that there is an answer of each kind to look at.
var formCases = []Case{
	{
		ID:      "form-refused",
		Summary: "a refusal is JSON and says so, with a code and a message, and is no redirect",
		Clauses: []string{"FORM-ERROR", "FORM-REDIRECT", "FORM-CREDENTIALS", "FORM-COMPLETE", "DETACH-STATUS"},
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			ids := detach{volume: t.unused.id(), server: t.unused.id()}
			if _, err := t.control(ctx, ids); err != nil {
				return err
			}
			ids.alter = func(req *http.Request) { t.resign(req, func(s *signed) { s.secret += "x" }) }
			_, err := t.detach(ctx, ids)
			return err
		},
	},
	{
		ID:      "form-accepted",
		Summary: "202 has no body",
		Clauses: []string{"DETACH-SCHEMA", "FORM-COMPLETE", "FORM-CREDENTIALS"},
		Harm:    HarmDetaches,
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			return t.accepted(ctx, t.ofFixture())
		},
	},
	{
		ID:      "form-paths",
		Summary: "a path that is written in another way is refused, and nobody is redirected",
		Clauses: []string{"FORM-REDIRECT"},
		Harm:    HarmRefused,
		ask:     refusesOtherPaths,
	},
	{
		ID:      "form-language",
		Summary: "both languages, ko-KR and en-US, get the same answer",
		Clauses: []string{"AUTH-LANGUAGE"},
		Harm:    HarmRefused,
		ask: func(ctx context.Context, t *trial) error {
			korean := detach{volume: t.unused.id(), server: t.unused.id()}
			english := korean
			korean.alter = func(req *http.Request) { req.Header.Set(signing.HeaderLanguage, "ko-KR") }
			english.alter = func(req *http.Request) { req.Header.Set(signing.HeaderLanguage, "en-US") }
			first, err := t.control(ctx, korean)
			if err != nil {
				return err
			}
			second, err := t.detach(ctx, english)
			if err != nil {
				return err
			}
			if first.Status != second.Status {
				return failf("ko-KR is answered %s, en-US %s", describe(first.Status), describe(second.Status))
			}
			return first.expect(refusals...)
		},
	},
	{
		ID:      "form-concurrent",
		Summary: "of requests at the same time each gets its own answer",
		Clauses: []string{"DETACH-401", "SHOW-200"},
		Harm:    HarmRefused,
		ask:     answersEachItsOwn,
	},
	{
		ID:      "form-show-unauthorized",
		Summary: "showing a volume with a signature made with another secret key is answered 401",
		Clauses: []string{"SHOW-401"},
		Harm:    HarmReads,
		ask: func(ctx context.Context, t *trial) error {
			signer, err := t.signer()
			if err != nil {
				return err
			}
			if err := t.needs("volume", t.config.Fixture.Volume); err != nil {
				return err
			}
			if _, err := t.show(ctx, t.config.Fixture.Volume); err != nil { // the control
				return err
			}
			forge := altered{t.wire, func(req *http.Request) { t.resign(req, func(s *signed) { s.secret += "x" }) }}
			client, err := volumes.New(t.config.Endpoint, signer, t.client.APIVersion,
				volumes.WithTransport(forge), volumes.WithTimeout(t.config.Timeout))
			if err != nil {
				return err
			}
			_, err = client.ShowVolumeWithResponse(ctx, volumes.VolumeID(t.config.Fixture.Volume))
			exchange, _ := t.wire.last()
			if exchange.Status == 0 {
				return t.unanswered(err, "%s got no answer: %w", exchange, root(err))
			}
			if err := exchange.expect(http.StatusUnauthorized); err != nil {
				return err
			}
			for _, alter := range []func(*http.Request){
				func(req *http.Request) {
					for _, h := range authenticationHeaders {
						req.Header.Del(h.name)
					}
				},
				func(req *http.Request) { t.at(req, t.millis(-time.Hour)) },
			} {
				client, err := volumes.New(t.config.Endpoint, signer, t.client.APIVersion,
					volumes.WithTransport(altered{t.wire, alter}), volumes.WithTimeout(t.config.Timeout))
				if err != nil {
					return err
				}
				_, err = client.ShowVolumeWithResponse(ctx, volumes.VolumeID(t.config.Fixture.Volume))
				if exchange, _ = t.wire.last(); exchange.Status == 0 {
					return t.unanswered(err, "%s got no answer: %w", exchange, root(err))
				}
				if err := exchange.expect(http.StatusUnauthorized); err != nil {
					return err
				}
			}
			return nil
		},
	},
	{
		ID:      "auth-attach-unauthorized",
		Summary: "attaching a volume that is attached already, with a signature made with another secret key, is answered 401",
		Clauses: []string{"ATTACH-401"},
		Harm:    HarmDetaches, // one that is let in finds the volume there already
		ask: func(ctx context.Context, t *trial) error {
			if err := t.attached(ctx); err != nil {
				return err
			}
			signer, err := t.signer()
			if err != nil {
				return err
			}
			forge := altered{t.wire, func(req *http.Request) { t.resign(req, func(s *signed) { s.secret += "x" }) }}
			client, err := volumes.New(t.config.Endpoint, signer, t.client.APIVersion,
				volumes.WithTransport(forge), volumes.WithTimeout(t.config.Timeout))
			if err != nil {
				return err
			}
			_, err = client.AttachVolumeToVirtualServerWithResponse(ctx, volumes.VolumeID(t.config.Fixture.Volume), volumes.AttachRequest{ServerID: t.config.Fixture.Server})
			exchange, _ := t.wire.last()
			if exchange.Status == 0 {
				return t.unanswered(err, "%s got no answer: %w", exchange, root(err))
			}
			return exchange.expect(http.StatusUnauthorized)
		},
	},
	{
		ID:       "form-tls",
		Summary:  "an https endpoint refuses TLS 1.1 and older",
		Clauses:  []string{"FORM-TLS"},
		Harm:     HarmReads,
		anyState: true,
		ask:      refusesOldTLS,
	},
}

// refusesOtherPaths asks for paths that a router may clean, or send who asks somewhere else for.
func refusesOtherPaths(ctx context.Context, t *trial) error {
	if _, err := t.control(ctx, detach{volume: t.unused.id(), server: t.unused.id()}); err != nil {
		return err
	}
	for _, path := range []string{
		"/v1/volumes/%s/servers/%s/", "//v1/volumes/%s/servers/%s", "/v1//volumes/%s/servers/%s",
		"/v1/./volumes/%s/servers/%s", "/v1/volumes/%s/../%s", "/v2/volumes/%s/servers/%s",
	} {
		path = fmt.Sprintf(path, t.unused.id(), t.unused.id())
		t.unused.add(path)
		exchange, err := t.raw(ctx, path)
		if err != nil {
			return err
		}
		if exchange.Status/100 != 4 {
			return failf("%s, which is no path of the API, was answered %s", exchange, describe(exchange.Status))
		}
		t.wire.outside()
	}
	return nil
}

// refusesOldTLS offers nothing newer than TLS 1.1. It sends no request.
func refusesOldTLS(ctx context.Context, t *trial) error {
	endpoint, err := url.Parse(t.config.Endpoint)
	if err != nil {
		return err
	}
	if endpoint.Scheme != "https" {
		return skipf("the endpoint is not https")
	}
	address := endpoint.Host
	if endpoint.Port() == "" {
		address = net.JoinHostPort(endpoint.Hostname(), "443")
	}
	ctx, cancel := context.WithTimeout(ctx, t.config.Timeout)
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{
		MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
		ServerName:         endpoint.Hostname(),
		InsecureSkipVerify: true, // nothing is sent; which certificate it is does not matter
	}}
	conn, err := dialer.DialContext(ctx, "tcp", address)
	var dial *net.OpError
	switch {
	case err == nil:
		conn.Close()
		return failf("the endpoint takes TLS 1.1 or older")
	case errors.As(err, &dial) && dial.Op == "dial", ctx.Err() != nil:
		return inconclusivef("no TLS connection to %s: %w", address, root(err))
	}
	return nil
}

// answersEachItsOwn shows volumes while requests that are not rightly signed come in.
func answersEachItsOwn(ctx context.Context, t *trial) error {
	f := t.config.Fixture
	if err := t.needs("volume and OS volume", f.Volume, f.OSVolume); err != nil {
		return err
	}
	if _, err := t.control(ctx, detach{volume: t.unused.id(), server: t.unused.id()}); err != nil {
		return err
	}
	const rounds = 4
	var wg sync.WaitGroup
	var mu sync.Mutex
	var errs []error
	each := func(ask func(own *trial) error) {
		own := *t
		own.wire = &recorder{base: t.wire.base}
		wg.Go(func() {
			err := ask(&own)
			mu.Lock()
			defer mu.Unlock()
			errs = append(errs, err)
			t.wire.add(own.wire.taken()...)
		})
	}
	for range rounds {
		each(func(own *trial) error { _, err := own.show(ctx, f.Volume); return err })
		each(func(own *trial) error { _, err := own.show(ctx, f.OSVolume); return err })
		each(func(own *trial) error {
			exchange, err := own.detach(ctx, detach{volume: t.unused.id(), server: t.unused.id(), alter: func(req *http.Request) {
				own.resign(req, func(s *signed) { s.secret += "x" })
			}})
			if err != nil {
				return err
			}
			return exchange.expect(http.StatusUnauthorized)
		})
		each(func(own *trial) error {
			exchange, err := own.detach(ctx, detach{volume: t.unused.id(), server: t.unused.id()})
			if err != nil {
				return err
			}
			return exchange.expect(refusals...)
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
