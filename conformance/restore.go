package conformance

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/scp-openapi/virtualserver/signing"
)

// Restored is one volume that a run had left changed.
type Restored struct {
	Endpoint, Volume string
	// Text says what was done, in a sentence. Err is why the volume is not as it was: its entry is kept.
	Text string
	Err  error
}

// Restore puts back what the ledger in config.StateDir holds: all of it, or the volumes of config.Endpoint where
// that is set. Of the other fields it reads Credentials, Timeout, Settle, Clock, Transport and OnNote. It returns an
// error where nothing could be tried, as the ledger cannot be read, say; what became of each volume is in the list.
func Restore(ctx context.Context, config Config) ([]Restored, error) {
	held, entries, err := leftOf(config.StateDir, config.Endpoint)
	if err != nil {
		return nil, err
	}
	var list []Restored
	since := time.Now()
	silent := map[string]error{} // endpoints that no longer answer
	for _, e := range entries {
		r := Restored{Endpoint: e.Endpoint, Volume: e.Volume}
		if why := silent[e.Endpoint]; why != nil {
			r.Err = fmt.Errorf("%s was not tried: %w", e, why)
		} else {
			r.Text, r.Err = restoreEntry(ctx, config, held, e, since)
		}
		if why, ok := errors.AsType[silentError](r.Err); ok {
			silent[e.Endpoint] = why
		}
		list = append(list, r)
	}
	return list, nil
}

func restoreEntry(ctx context.Context, config Config, held *ledger, e entry, since time.Time) (string, error) {
	config.Endpoint, config.Fixture, config.Harm = cmp.Or(config.Endpoint, e.Endpoint), Fixture{}, HarmReads
	config.Cases = []Case{{ID: "restore", Ask: func(context.Context, *Trial) error { return nil }}}
	if err := config.complete(); err != nil {
		return "", err
	}
	r, err := newRunner(config)
	if err != nil {
		return "", err
	}
	r.custody.ledger = held
	text, err := r.custody.restore(ctx, e, since)
	return text, r.mask.error(err)
}

// Left are the endpoints of the volumes that the ledger in a directory holds, as they were left changed: one for each
// volume, of one endpoint, or of all where it is empty.
func Left(stateDir, endpoint string) ([]string, error) {
	_, entries, err := leftOf(stateDir, endpoint)
	var endpoints []string
	for _, e := range entries {
		endpoints = append(endpoints, e.Endpoint)
	}
	return endpoints, err
}

func leftOf(stateDir, endpoint string) (*ledger, []entry, error) {
	held, err := ledgerIn(stateDir)
	if err != nil {
		return nil, nil, fmt.Errorf("conformance: %w", err)
	}
	entries, err := held.entries()
	if err != nil {
		return nil, nil, fmt.Errorf("conformance: %w", err)
	}
	if endpoint == "" {
		return held, entries, nil
	}
	at, err := signing.ParseEndpoint(endpoint)
	if err != nil {
		return nil, nil, fmt.Errorf("conformance: %w", err)
	}
	return held, slices.DeleteFunc(entries, func(e entry) bool { return !sameService(e.Endpoint, at.String()) }), nil
}
