package codegen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raw is the shape of what oapi-codegen writes.
const raw = `package volumes

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/scp-openapi/virtualserver/openapi/client"
)

// RequestEditorFn changes a request.
type RequestEditorFn func(ctx context.Context, req *http.Request) error

type HttpRequestDoer interface{ Do(req *http.Request) (*http.Response, error) }

type caller struct{ Server string }

type ClientOption func(*caller) error

// NewClient is a way in.
func NewClient(server string, opts ...ClientOption) (*caller, error) { return &caller{strings.TrimSpace(server)}, nil }

func WithHTTPClient(doer HttpRequestDoer) ClientOption { return nil }

func WithRequestEditorFn(fn RequestEditorFn) ClientOption { return nil }

func (c *caller) ShowVolume(ctx context.Context, volumeID VolumeID) (*http.Response, error) {
	req, err := NewShowVolumeRequest(c.Server, volumeID)
	_, _ = req, err
	return nil, nil
}

func (c *caller) AttachWithBody(ctx context.Context, contentType string, body io.Reader) (*http.Response, error) {
	return nil, nil
}

// NewShowVolumeRequest builds a request.
func NewShowVolumeRequest(server string, volumeID VolumeID) (*http.Request, error) { return nil, nil }

func NewAttachRequestWithBody(server string) (*http.Request, error) { return nil, nil }

func (c *caller) applyEditors(ctx context.Context, req *http.Request, additionalEditors []RequestEditorFn) error {
	return nil
}

func NewClientWithResponses(server string, opts ...ClientOption) error { return nil }

func WithBaseURL(baseURL string) ClientOption { return nil }

func ParseShowVolumeResponse(rsp *http.Response) error { return nil }
`

func TestGuarded(t *testing.T) {
	code, err := guarded([]byte(raw), []param{{Name: "volume_id", Type: "VolumeID"}})
	require.NoError(t, err)
	text := string(code)
	for _, removed := range append(replaced, "NewShowVolumeRequest", "NewAttachRequestWithBody", "is a way in", `"strings"`) {
		assert.NotContains(t, text, removed+"(")
		assert.NotContains(t, text, "type "+removed)
		assert.NotContains(t, text, removed+" ")
	}
	assert.Contains(t, text, "// newShowVolumeRequest builds a request.\nfunc newShowVolumeRequest(")
	assert.Contains(t, text, "func newAttachRequestWithBody(")
	assert.Contains(t, text, "func ParseShowVolumeResponse(")
	assert.Contains(t, text, "(*http.Response, error) {\n\tif err := client.Before(ctx, client.Param{Name: \"volume_id\", Value: string(volumeID)}); err != nil {\n\t\treturn nil, err\n\t}\n\treq, err := newShowVolumeRequest(")
	assert.Contains(t, text, "body io.Reader) (*http.Response, error) {\n\tif err := client.Before(ctx); err != nil {")
}

// What a newer oapi-codegen might write differently stops the generator.
func TestGuardedStopsAtWhatItDoesNotKnow(t *testing.T) {
	for _, tt := range []struct{ name, old, with, says string }{
		{"another way to open a client", "func ParseShow", "func OpenClient() *caller { return nil }\n\nfunc ParseShow", "OpenClient"},
		{"a constructor of another name", "func NewClient(", "func newClient(", "NewClient"},
		{"an option of another name", "func WithBaseURL(", "func baseURL(", "WithBaseURL"},
		{"a method without a context", "ShowVolume(ctx context.Context, ", "ShowVolume(", "ShowVolume"},
		{"a method that is not exported", "AttachWithBody(ctx", "attachWithBody(ctx", "attachWithBody"},
		{"editors applied elsewhere", "applyEditors", "runEditors", "runEditors"},
		{"no method", "*caller)", "*other)", "no method"},
		{"code that does not parse", "package volumes", "package", "read what oapi-codegen wrote"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Contains(t, raw, tt.old)
			_, err := guarded([]byte(strings.ReplaceAll(raw, tt.old, tt.with)), nil)
			require.ErrorContains(t, err, tt.says)
		})
	}
}

// Of the packages as they are: New and the parsers of answers are the only functions that make anything,
// and no exported struct has a client inside that could be replaced.
func TestNoWayAroundTheGuard(t *testing.T) {
	files, err := os.ReadDir("../../gen")
	require.NoError(t, err)
	seen := 0
	for _, folder := range files {
		if !folder.IsDir() {
			continue
		}
		seen++
		for _, name := range []string{clientFile, wrapperFile} {
			file, err := parser.ParseFile(token.NewFileSet(), "../../gen/"+folder.Name()+"/"+name, nil, parser.SkipObjectResolution)
			require.NoError(t, err)
			for _, decl := range file.Decls {
				if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() {
					assert.Regexp(t, `^(New|Endpoint|With(Transport|Timeout|Client)|AllowPlainHTTP|Parse\w+Response)$`, f.Name.Name, folder.Name())
				}
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() {
					if s, ok := spec.Type.(*ast.StructType); ok {
						for _, field := range s.Fields.List {
							kind, _ := field.Type.(*ast.Ident)
							assert.False(t, kind != nil && (kind.Name == "HttpRequestDoer" || kind.Name == rawClient), "%s.%s", folder.Name(), spec.Name)
						}
					}
				}
				return true
			})
		}
	}
	assert.Positive(t, seen)
}
