package client

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deletions are requests that a detach has been seen, or feared, to turn into.
var deletions = []struct{ method, path string }{
	{http.MethodDelete, "/v1/volumes/v"},
	{http.MethodDelete, "/v1/volumes/v/"},
	{http.MethodDelete, "/v1/volumes/v/servers"},
	{http.MethodDelete, "/v1/volumes/v/servers/"},
	{http.MethodDelete, "/v1/servers/s"},
	{http.MethodDelete, "/v1/volumes/../servers/s"},
	{http.MethodDelete, "/v1/volumes/v/servers/.."},
	{http.MethodDelete, "/v1/volumes/v/servers/%2e%2e"},
	{http.MethodDelete, "/v1/volumes/v/servers/%252e"},
	{http.MethodDelete, "/v1/volumes/a%2Fb/servers/s"},
	{http.MethodDelete, "/v1/volumes//servers/s"},
	{http.MethodDelete, "//v1/volumes/v/servers/s"},
	{http.MethodDelete, "/v1/volumes/v/servers/s/"},
	{http.MethodDelete, "/v1/volumes/v/servers/s/x"},
	{http.MethodDelete, "/v1/Volumes/v/servers/s"},
	{http.MethodDelete, "/v1/volumes/v/server%73/s"},
	{http.MethodDelete, "/v1/volumes/v;a/servers/s"},
	{http.MethodDelete, "/v1/volumes/볼/servers/s"},
	{http.MethodDelete, "/"},
	{http.MethodDelete, ""},
	{http.MethodGet, "/v1/volumes/v/servers/s"},
	{"delete", "/v1/volumes/v/servers/s"},
	{"", "/v1/volumes/v/servers/s"},
}

func TestAnOperationMatchesItsShapeOnly(t *testing.T) {
	op := detachOnly[0]
	assert.True(t, op.matches(http.MethodDelete, "/v1/volumes/v/servers/s"))
	assert.True(t, op.matches(http.MethodDelete, "/v1/volumes/a%20b/servers/%3Cs%3E"))
	for _, d := range deletions {
		assert.False(t, op.matches(d.method, d.path), "%s %s", d.method, d.path)
	}
	root := Operation{http.MethodGet, "/"}
	assert.True(t, root.matches(http.MethodGet, "/"))
	assert.False(t, root.matches(http.MethodGet, "/v1"))
}

func TestEdit(t *testing.T) {
	failure := errors.New("no token")
	for _, tt := range []struct {
		name string
		edit RequestEditorFn
		says string // or "" where it may
	}{
		{"a header", func(_ context.Context, r *http.Request) error { r.Header.Set("Traceparent", "00"); return nil }, ""},
		{"a query", func(_ context.Context, r *http.Request) error { r.URL.RawQuery = "a=%20b"; return nil }, ""},
		{"another context", func(ctx context.Context, r *http.Request) error { *r = *r.WithContext(ctx); return nil }, ""},
		{"an error", func(context.Context, *http.Request) error { return failure }, "no token"},
		{"nil", nil, "editor 1 is nil"},
		{"another method", func(_ context.Context, r *http.Request) error { r.Method = http.MethodGet; return nil }, "GET"},
		{"no method", func(_ context.Context, r *http.Request) error { r.Method = ""; return nil }, "GET"},
		{"the volume alone", func(_ context.Context, r *http.Request) error { r.URL.Path = "/v1/volumes/v"; return nil }, "DELETE /v1/volumes/v of DELETE /v1/volumes/v/servers/s"},
		{"another volume", func(_ context.Context, r *http.Request) error { r.URL.Path = "/v1/volumes/w/servers/s"; return nil }, "/v1/volumes/w"},
		{"the same path, escaped", func(_ context.Context, r *http.Request) error {
			r.URL.RawPath = "/v1/volumes/%76/servers/s"
			return nil
		}, "%76"},
		{"an opaque URL", func(_ context.Context, r *http.Request) error { r.URL.Opaque = "//h/v1/volumes/v"; return nil }, "//h"},
		{"another URL", func(_ context.Context, r *http.Request) error { r.URL = &url.URL{Path: "/"}; return nil }, "DELETE /"},
		{"no URL", func(_ context.Context, r *http.Request) error { r.URL = nil; return nil }, "removed the URL"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, remote+"/v1/volumes/v/servers/s", nil)
			require.NoError(t, err)
			err = Edit(t.Context(), req, tt.edit)
			if tt.says == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, tt.says)
			}
		})
	}
}
