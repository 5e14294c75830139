package migrate

import (
	"context"

	"github.com/scp-openapi/virtualserver/openapi/lifecycle"
)

func providerOf(id lifecycle.ID) string { return "a provider that speaks " + id.String() }

type Options struct {
	Root     string
	Paths    []string
	Progress func(files int)
}

func Scan(ctx context.Context, o Options) (*Scanned, error) { return nil, nil }
