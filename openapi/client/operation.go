package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// An Operation is a request that a client may send.
type Operation struct {
	Method string
	Path   string // the template, /v1/volumes/{volume_id}
}

// matches reports whether a request of this method and escaped path is this operation.
func (o Operation) matches(method, path string) bool {
	segments, want := strings.Split(path, "/"), strings.Split(o.Path, "/")
	if method != o.Method || len(segments) != len(want) {
		return false
	}
	for i, segment := range segments {
		if !strings.HasPrefix(want[i], "{") {
			if segment != want[i] {
				return false
			}
			continue
		}
		if id, err := url.PathUnescape(segment); err != nil || invalid(id) != "" {
			return false
		}
	}
	return true
}

// A RequestEditorFn changes a request before it is signed and sent. It may change headers, which the
// signer's own replace, the query and the body.
type RequestEditorFn func(ctx context.Context, req *http.Request) error

// Edit applies editors to a request in order. It fails if an editor changes the method or the path: the
// request that goes out is the one that the called method is named after.
func Edit(ctx context.Context, req *http.Request, editors ...RequestEditorFn) error {
	before := requestLine(req)
	for i, edit := range editors {
		if edit == nil {
			return fmt.Errorf("request editor %d is nil", i+1)
		}
		if err := edit(ctx, req); err != nil {
			return err
		}
	}
	if req.URL == nil {
		return errors.New("a request editor removed the URL")
	}
	if after := requestLine(req); after != before {
		return fmt.Errorf("a request editor made %s of %s: it may change headers, the query and the body only", after, before)
	}
	return nil
}

// requestLine is the method and path that a request would be sent with.
func requestLine(req *http.Request) string {
	if req.URL == nil {
		return ""
	}
	return cmp.Or(req.Method, http.MethodGet) + " " + req.URL.Opaque + req.URL.EscapedPath()
}
